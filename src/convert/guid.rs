//! GUIDs: no column has the type, but text converts to and from SQL_C_GUID.

use crate::convert::binary::digit;
use crate::convert::errors;
use crate::convert::input::{self, Source};
use crate::convert::{CData, CInput, CTarget, CType, Converted, FixedBytes};
use crate::error::{Result, state};
use crate::model::ColumnType;
use crate::value::Value;

/// The sixteen bytes in the order in which they are written, `00112233-4455-6677-8899-aabbccddeeff`.
pub(super) type Guid = [u8; 16];

/// SQLGUID for the text of a GUID, with or without braces.
pub(super) fn text_to_c<'a>(text: &str) -> Result<Converted<'a>> {
    let guid = parse(text).ok_or_else(|| errors::not_a(state::INVALID_CHARACTER_VALUE, "a GUID", text))?;
    Ok(Converted::new(CData::Fixed(FixedBytes::new(swap(guid)))))
}

/// The bytes of a SQLGUID in the order in which they are written.
pub(super) fn from_struct(bytes: [u8; 16]) -> Guid {
    swap(bytes)
}

/// Between SQLGUID (a u32 and two u16 in native order, then eight bytes) and the written order.
fn swap(mut bytes: [u8; 16]) -> [u8; 16] {
    if cfg!(target_endian = "little") {
        bytes[..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
    }
    bytes
}

/// Converts a parameter of type SQL_GUID to the text of the GUID, in lower case and without braces.
///
/// # Errors
/// 07006 (the C type is neither text nor binary nor SQL_C_GUID), 22003 (binary data of another length than 16 bytes),
/// 22018 (text that is no GUID).
pub fn from_c(input: CInput<'_>, source: &CTarget) -> Result<Value> {
    const TEXT: ColumnType = ColumnType::text(36);
    if !is_supported(source.c_type) {
        return Err(errors::restricted_guid(source.c_type));
    }
    let guid = match input::decode(input, source, &TEXT)? {
        None => return Ok(Value::Null),
        Some(Source::Guid(guid)) => guid,
        Some(Source::Bytes(bytes)) => {
            from_struct(bytes.try_into().map_err(|_| errors::out_of_range("a GUID of 16 bytes"))?)
        }
        Some(Source::Text(text)) => {
            parse(&text).ok_or_else(|| errors::not_a(state::INVALID_CHARACTER_VALUE, "a GUID", &text))?
        }
        Some(Source::Number(_) | Source::Temporal(_)) => return Err(errors::restricted_guid(source.c_type)),
    };
    Ok(Value::Text(to_text(&guid)))
}

/// Whether a parameter of type SQL_GUID can be given as this C type.
pub const fn is_supported(c_type: CType) -> bool {
    matches!(c_type, CType::Char | CType::WChar | CType::Binary | CType::Guid)
}

/// The text of a GUID, in lower case.
pub(super) fn to_text(guid: &Guid) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in guid.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
    }
    text
}

/// Whether the text is a GUID, with or without braces.
pub fn is_guid(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<Guid> {
    let text = text.trim_ascii();
    let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text).as_bytes();
    if text.len() != 36 || [8, 13, 18, 23].iter().any(|&i| text[i] != b'-') {
        return None;
    }
    let mut guid = [0; 16];
    let mut digits = text.iter().filter(|&&b| b != b'-').map(|&b| digit(b));
    for byte in &mut guid {
        *byte = digits.next()?? << 4 | digits.next()??;
    }
    Some(guid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00112233-4455-6677-8899-aabbccddeeff";

    #[test]
    fn the_structure_has_native_fields() {
        let CData::Fixed(bytes) = text_to_c(TEXT).unwrap().data else { panic!() };
        let mut expected = Vec::new();
        expected.extend(0x0011_2233u32.to_ne_bytes());
        expected.extend(0x4455u16.to_ne_bytes());
        expected.extend(0x6677u16.to_ne_bytes());
        expected.extend([0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
        assert_eq!(bytes.as_bytes(), expected);
        let guid = from_struct(expected.try_into().unwrap());
        assert_eq!(to_text(&guid), TEXT);
    }

    #[test]
    fn parameters_become_the_canonical_text() {
        let put = |input, c_type| from_c(input, &CTarget::new(c_type)).map_err(|e| e.state);
        let CData::Fixed(bytes) = text_to_c(TEXT).unwrap().data else { panic!() };
        let (upper, bytes) = (format!("{{{}}}", TEXT.to_uppercase()), bytes.as_bytes());
        for (input, c_type) in [
            (CInput::Narrow(upper.as_bytes()), CType::Char),
            (CInput::Fixed(bytes), CType::Guid),
            (CInput::Binary(bytes), CType::Binary),
        ] {
            assert_eq!(put(input, c_type), Ok(Value::from(TEXT)));
        }
        assert_eq!(put(CInput::Null, CType::Guid), Ok(Value::Null));
        assert_eq!(put(CInput::Narrow(b"x"), CType::Char), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(put(CInput::Binary(&bytes[1..]), CType::Binary), Err(state::NUMERIC_OUT_OF_RANGE));
        assert_eq!(put(CInput::Fixed(&[0; 4]), CType::SLong), Err(state::RESTRICTED_DATA_TYPE));
    }

    #[test]
    fn braces_and_capitals_are_read() {
        assert_eq!(parse(&format!(" {{{}}} ", TEXT.to_uppercase())), parse(TEXT));
        for text in ["", "{}", "0011223344556677-8899-aabbccddeeff", "0011223g-4455-6677-8899-aabbccddeeff"] {
            assert_eq!(text_to_c(text).unwrap_err().state, state::INVALID_CHARACTER_VALUE, "{text}");
        }
        assert_eq!(parse("00112233-4455-6677-8899-aabbccdd-eff"), None);
    }
}
