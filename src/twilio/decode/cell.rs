//! One JSON value as a cell.
//!
//! Twilio sends numbers as strings in places where its description says number, and the other way round: every
//! type takes both. An empty string is NULL except for text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Visitor};

use super::column::Cell;
use super::timestamp;
use crate::model::DataType;

/// Places that the point of a decimal may be moved by an exponent.
const MAX_EXPONENT: i32 = 128;

/// Reads a JSON value, given as its text, as a cell of the type.
pub(super) fn read_cell(json: &str, data_type: DataType) -> Cell<'_> {
    match (json.as_bytes().first(), data_type) {
        (None | Some(b'n'), _) => Cell::Null,
        (Some(b'"'), DataType::Text | DataType::Json | DataType::Binary) => Cell::Text(unquote(json)),
        (_, DataType::Text | DataType::Json | DataType::Binary) => Cell::Text(json.into()),
        (Some(b'{' | b'['), _) => Cell::Invalid,
        (Some(b'"'), _) => match unquote(json) {
            Cow::Borrowed(text) => read_scalar(text.trim(), data_type),
            Cow::Owned(text) => match read_scalar(text.trim(), data_type) {
                Cell::Text(cell) => Cell::Text(cell.into_owned().into()),
                Cell::Null => Cell::Null,
                Cell::Integer(value) => Cell::Integer(value),
                Cell::Double(value) => Cell::Double(value),
                Cell::Invalid => Cell::Invalid,
            },
        },
        (Some(b't' | b'f'), DataType::Boolean) => read_scalar(json, data_type),
        (Some(b't' | b'f'), _) => Cell::Invalid,
        // A bare number is no point in time: whether it counts seconds or milliseconds is not known.
        (Some(_), DataType::Date | DataType::Time | DataType::Timestamp) => Cell::Invalid,
        (Some(_), _) => read_scalar(json, data_type),
    }
}

fn read_scalar(text: &str, data_type: DataType) -> Cell<'_> {
    if text.is_empty() {
        return Cell::Null;
    }
    let cell = match data_type {
        DataType::Boolean => boolean(text).map(|b| Cell::Integer(b.into())),
        DataType::Integer => integer(text).filter(|&i| i32::try_from(i).is_ok()).map(Cell::Integer),
        DataType::BigInt => integer(text).map(Cell::Integer),
        DataType::Double => text.parse().ok().filter(|d: &f64| d.is_finite()).map(Cell::Double),
        DataType::Decimal => decimal(text).map(Cell::Text),
        DataType::Date => timestamp::date(text).map(|t| Cell::Text(t.into())),
        DataType::Time => timestamp::time(text).map(|t| Cell::Text(t.into())),
        DataType::Timestamp => timestamp::timestamp(text).map(|t| Cell::Text(t.into())),
        DataType::Text | DataType::Json | DataType::Binary => Some(Cell::Text(text.into())),
    };
    cell.unwrap_or(Cell::Invalid)
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") || text == "1" {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") || text == "0" {
        Some(false)
    } else {
        None
    }
}

/// A whole number, also one that is written with a point or an exponent (`12.0`, `1e3`).
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let plain = decimal(text)?;
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        fraction.bytes().all(|b| b == b'0').then(|| whole.parse().ok())?
    })
}

/// A decimal exactly as it was sent, save that an exponent is written out and a bare point gets its zero.
fn decimal(text: &str) -> Option<Cow<'_, str>> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    if exponent == 0
        && !whole.is_empty()
        && !mantissa.ends_with('.')
        && !text.starts_with('+')
        && unsigned == mantissa
    {
        return Some(text.into());
    }
    if exponent.abs() > MAX_EXPONENT {
        return None;
    }
    let mut all = format!("{whole}{fraction}");
    let mut point = i32::try_from(whole.len()).ok()? + exponent;
    while point < 1 {
        all.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).ok()?;
    while all.len() < point {
        all.push('0');
    }
    let (whole, fraction) = all.split_at(point);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{dot}{fraction}").into())
}

/// The text of a JSON string, which the reader has found to be well formed.
fn unquote(json: &str) -> Cow<'_, str> {
    let inner = &json[1..json.len() - 1];
    if !inner.contains('\\') {
        return inner.into();
    }
    serde_json::from_str::<String>(json).unwrap_or_else(|_| unquote_lossy(json)).into()
}

/// A text that was cut in the middle of an emoji holds half of a surrogate pair (`\ud83d`), which no string can
/// hold. The rest of the text is worth keeping.
fn unquote_lossy(json: &str) -> String {
    struct Bytes;
    impl Visitor<'_> for Bytes {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }
    serde_json::Deserializer::from_str(json).deserialize_bytes(Bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str, data_type: DataType) -> Option<String> {
        match read_cell(json, data_type) {
            Cell::Text(text) => Some(text.into_owned()),
            Cell::Null => None,
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn text_keeps_what_was_sent() {
        for (json, expected) in [
            (r#""""#, ""),
            (r#""a b""#, "a b"),
            (r#""tab\t \u00e9 \ud83d\ude00 \/""#, "tab\t é 😀 /"),
            ("12.50", "12.50"),
            ("true", "true"),
            (r#"{"a": [1]}"#, r#"{"a": [1]}"#),
        ] {
            assert_eq!(text(json, DataType::Text).as_deref(), Some(expected));
        }
        assert_eq!(text("null", DataType::Text), None);
        assert!(text(r#""cut \ud83d""#, DataType::Text).unwrap().starts_with("cut \u{fffd}"));
    }

    #[test]
    fn json_is_raw_unless_it_is_a_string() {
        assert_eq!(text(r#"{"a":1.0}"#, DataType::Json).as_deref(), Some(r#"{"a":1.0}"#));
        assert_eq!(text(r#""{\"a\":1}""#, DataType::Json).as_deref(), Some(r#"{"a":1}"#));
    }

    #[test]
    fn numbers_come_as_strings_and_as_numbers() {
        for (json, expected) in [
            ("12", Cell::Integer(12)),
            (r#""12""#, Cell::Integer(12)),
            (r#"" 12 ""#, Cell::Integer(12)),
            (r#""""#, Cell::Null),
            ("12.0", Cell::Integer(12)),
            ("1e3", Cell::Integer(1000)),
            ("9223372036854775807", Cell::Integer(i64::MAX)),
            ("9223372036854775808", Cell::Invalid),
            ("12.5", Cell::Invalid),
            ("true", Cell::Invalid),
            ("[]", Cell::Invalid),
        ] {
            assert_eq!(read_cell(json, DataType::BigInt), expected, "{json}");
        }
        assert_eq!(read_cell(r#""0.1""#, DataType::Double), Cell::Double(0.1));
        assert_eq!(read_cell(r#""NaN""#, DataType::Double), Cell::Invalid);
    }

    #[test]
    fn booleans_come_in_three_spellings() {
        for json in ["true", r#""true""#, r#""TRUE""#, "1"] {
            assert_eq!(read_cell(json, DataType::Boolean), Cell::Integer(1), "{json}");
        }
        assert_eq!(read_cell("false", DataType::Boolean), Cell::Integer(0));
        assert_eq!(read_cell(r#""yes""#, DataType::Boolean), Cell::Invalid);
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (json, expected) in [
            (r#""-0.00750""#, "-0.00750"),
            ("-0.00750", "-0.00750"),
            ("12345678901234567890.123456789", "12345678901234567890.123456789"),
            ("1e-5", "0.00001"),
            ("1.25E2", "125"),
            ("1.5e0", "1.5"),
            (r#"".5""#, "0.5"),
            (r#""+5.""#, "5"),
            ("0", "0"),
        ] {
            assert_eq!(text(json, DataType::Decimal).as_deref(), Some(expected), "{json}");
        }
        for json in [r#""five""#, r#"".""#, r#""1,5""#, "1e999", r#""0x1""#, r#""-""#] {
            assert_eq!(read_cell(json, DataType::Decimal), Cell::Invalid, "{json}");
        }
    }
}
