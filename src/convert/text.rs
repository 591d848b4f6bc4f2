//! Text and JSON, and every conversion to characters.

use std::borrow::Cow;

use crate::convert::errors::c_name;
use crate::convert::input::Source;
use crate::convert::number::{self, Number, shortest};
use crate::convert::{CData, CTarget, CType, Converted, Cut, Wchar, datetime, guid, interval};
use crate::error::{Error, Result, state};
use crate::value::{Value, ValueRef};

/// Converts a cell of a text or JSON column.
pub(super) fn to_c<'a>(value: ValueRef<'a>, target: &CTarget) -> Result<Converted<'a>> {
    let text = text_of(value)?;
    match target.c_type {
        CType::Char | CType::WChar => Ok(characters(text, target.c_type, Cut::Anywhere)),
        CType::Binary => Ok(Converted::new(CData::Binary(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }))),
        CType::Date | CType::Time | CType::Timestamp => {
            datetime::text_to_c(&text, target.c_type, state::INVALID_CHARACTER_VALUE)
        }
        CType::Guid => guid::text_to_c(&text),
        CType::Interval(of) => interval::text_to_c(&text, of, target),
        CType::Float | CType::Double => number::text_to_double(&text, target),
        _ => number::to_fixed(Number::parse(&text, c_name(target.c_type))?, target),
    }
}

/// The text in the encoding of `c_type`, SQL_C_CHAR or SQL_C_WCHAR. Borrowed UTF-8 stays borrowed.
pub(super) fn characters<'a>(text: Cow<'a, str>, c_type: CType, cut: Cut) -> Converted<'a> {
    let data = match c_type {
        CType::WChar => CData::Wide(utf16(&text)),
        _ => CData::Narrow(text),
    };
    Converted { data, warning: None, cut }
}

fn utf16(text: &str) -> Vec<u16> {
    // Never too short, and exact for the most common text.
    let mut units = Vec::with_capacity(text.len());
    if text.is_ascii() {
        units.extend(text.bytes().map(u16::from));
    } else {
        units.extend(text.encode_utf16());
    }
    units
}

/// The value as text, whatever its representation. Not for NULL.
pub(super) fn text_of(value: ValueRef<'_>) -> Result<Cow<'_, str>> {
    match value {
        ValueRef::Text(text) => Ok(Cow::Borrowed(text)),
        ValueRef::Integer(integer) => Ok(Cow::Owned(integer.to_string())),
        ValueRef::Real(double) => Ok(Cow::Owned(shortest(double))),
        ValueRef::Binary(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| not_utf8()),
        ValueRef::Null => Ok(Cow::Borrowed("")),
    }
}

/// Brings a parameter or a literal into the representation of text.
pub(super) fn store(source: Source<'_>) -> Result<Value> {
    Ok(Value::Text(match source {
        Source::Text(text) => text.into_owned(),
        Source::Number(number) => number.to_text(),
        Source::Temporal(temporal) => temporal.to_string(),
        Source::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| not_utf8())?.to_owned(),
        Source::Guid(guid) => guid::to_text(&guid),
    }))
}

/// 22018 for bytes that are not text.
#[cold]
pub(super) fn not_utf8() -> Error {
    Error::new(state::INVALID_CHARACTER_VALUE, "The bytes are not valid UTF-8.")
}

/// 22018 for units that are not text.
#[cold]
pub(super) fn not_wide(wchar: Wchar) -> Error {
    Error::new(state::INVALID_CHARACTER_VALUE, format!("The characters are not valid {}.", wchar.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{fixed, from_bytes, from_text, narrow, put};
    use crate::convert::{CInput, to_c};
    use crate::model::{ColumnType, DataType};

    const TEXT: ColumnType = ColumnType::text(10);

    #[test]
    fn characters_are_borrowed_or_transcoded() {
        let value = ValueRef::Text("Grüße 😀");
        let narrow = to_c(value, &TEXT, &CTarget::new(CType::Char)).unwrap();
        assert!(matches!(narrow.data, CData::Narrow(Cow::Borrowed("Grüße 😀"))));
        let wide = to_c(value, &TEXT, &CTarget::new(CType::WChar)).unwrap();
        assert_eq!(wide.data, CData::Wide("Grüße 😀".encode_utf16().collect()));
        let wide32 =
            to_c(value, &TEXT, &CTarget { wchar: Wchar::Utf32, ..CTarget::new(CType::WChar) }).unwrap();
        assert_eq!(wide32.data, CData::Wide32("Grüße 😀".chars().map(u32::from).collect()));
        let binary = to_c(value, &TEXT, &CTarget::new(CType::Binary)).unwrap();
        assert!(matches!(binary.data, CData::Binary(Cow::Borrowed(b)) if b == "Grüße 😀".as_bytes()));
    }

    #[test]
    fn any_representation_is_text() {
        assert_eq!(narrow(ValueRef::Integer(-5), &TEXT), "-5");
        assert_eq!(narrow(ValueRef::Real(1.5), &TEXT), "1.5");
        assert_eq!(narrow(ValueRef::Binary(b"abc"), &TEXT), "abc");
        assert_eq!(
            fixed(ValueRef::Binary(&[0xff]), &TEXT, CType::SLong),
            Err(state::INVALID_CHARACTER_VALUE)
        );
        assert_eq!(fixed(ValueRef::Text(" 12 "), &TEXT, CType::STinyInt), Ok((vec![12], None)));
    }

    #[test]
    fn parameters_must_be_valid_text() {
        let json = ColumnType::of(DataType::Json);
        assert_eq!(from_text("{\"a\":1}", &json), Ok(Value::from("{\"a\":1}")));
        assert_eq!(from_text("longer than ten characters", &TEXT).map(|_| ()), Ok(()));
        let char = CTarget::new(CType::Char);
        let wide = CTarget::new(CType::WChar);
        assert_eq!(put(CInput::Narrow(&[0xc3]), &char, &TEXT), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(put(CInput::Wide(&[0xd83d]), &wide, &TEXT), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(put(CInput::Wide(&[0xd83d, 0xde00]), &wide, &TEXT), Ok(Value::from("😀")));
        let wide = CTarget { wchar: Wchar::Utf32, ..wide };
        assert_eq!(put(CInput::Wide32(&[0xd83d]), &wide, &TEXT), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(put(CInput::Wide32(&[0x1f600]), &wide, &TEXT), Ok(Value::from("😀")));
        assert_eq!(from_bytes(b"bytes", CType::Binary, &TEXT), Ok(Value::from("bytes")));
        assert_eq!(from_bytes(&[0xff], CType::Binary, &TEXT), Err(state::INVALID_CHARACTER_VALUE));
    }
}
