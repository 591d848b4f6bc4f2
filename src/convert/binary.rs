//! Binary: bytes as they are, or as hexadecimal digits where characters are wanted.

use std::borrow::Cow;

use crate::convert::errors;
use crate::convert::input::Source;
use crate::convert::text::{characters, text_of};
use crate::convert::{CData, CTarget, CType, Converted, Cut};
use crate::error::{Result, state};
use crate::model::DataType;
use crate::value::{Value, ValueRef};

/// Converts a cell of a binary column.
pub(super) fn to_c<'a>(value: ValueRef<'a>, target: &CTarget) -> Result<Converted<'a>> {
    let bytes = match value {
        ValueRef::Binary(bytes) => Cow::Borrowed(bytes),
        _ => match text_of(value)? {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
    };
    match target.c_type {
        CType::Binary => Ok(Converted::new(CData::Binary(bytes))),
        CType::Char | CType::WChar => Ok(characters(Cow::Owned(to_hex(&bytes)), target.c_type, Cut::Pairs)),
        _ => Err(errors::restricted(DataType::Binary, target.c_type)),
    }
}

/// Brings a parameter or a literal into the representation of binary. Text holds hexadecimal digits; an odd last
/// one is not converted (ODBC appendix D, "C to SQL: Character").
pub(super) fn store(source: Source<'_>) -> Result<Value> {
    match &source {
        Source::Bytes(bytes) => Ok(Value::Binary(bytes.to_vec())),
        Source::Text(text) => from_hex(text).map(Value::Binary).ok_or_else(|| {
            errors::not_a(state::INVALID_CHARACTER_VALUE, "a sequence of hexadecimal digits", text)
        }),
        Source::Number(_) | Source::Temporal(_) | Source::Guid(_) => {
            Err(errors::restricted(DataType::Binary, source.c_type()))
        }
    }
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// The value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{from_bytes, from_text, narrow, take_narrow};
    use crate::convert::{take, to_c};
    use crate::model::ColumnType;

    const BINARY: ColumnType = ColumnType::of(DataType::Binary);

    #[test]
    fn characters_are_pairs_of_digits() {
        let value = ValueRef::Binary(&[0x01, 0xff, 0x2a]);
        assert_eq!(narrow(value, &BINARY), "01FF2A");
        assert_eq!(take_narrow(value, &BINARY, 6), Ok(("01FF".into(), true)));
        let mut wide = to_c(value, &BINARY, &CTarget::new(CType::WChar)).unwrap();
        assert_eq!(take(&wide, 0, 9, crate::convert::Rest::IsLost).unwrap().chunk.byte_len(), 4);
        wide.limit(&BINARY, 7);
        assert_eq!(take(&wide, 0, 100, crate::convert::Rest::IsLost).unwrap().indicator, 4);
    }

    #[test]
    fn bytes_are_borrowed() {
        let converted = to_c(ValueRef::Binary(&[1, 2]), &BINARY, &CTarget::new(CType::Binary)).unwrap();
        assert!(matches!(converted.data, CData::Binary(Cow::Borrowed([1, 2]))));
    }

    #[test]
    fn parameters_are_bytes_or_digits() {
        assert_eq!(from_bytes(&[0, 1], CType::Binary, &BINARY), Ok(Value::Binary(vec![0, 1])));
        assert_eq!(from_text("01fF", &BINARY), Ok(Value::Binary(vec![1, 255])));
        assert_eq!(from_text("01f", &BINARY), Ok(Value::Binary(vec![1])));
        assert_eq!(from_text("0g", &BINARY), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(from_text("é1", &BINARY), Err(state::INVALID_CHARACTER_VALUE));
    }
}
