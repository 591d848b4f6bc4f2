//! Booleans (SQL_BIT): 0 and 1.

use crate::convert::errors;
use crate::convert::input::Source;
use crate::convert::number::{self, Number};
use crate::convert::{CTarget, Converted};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::value::{Value, ValueRef};

/// The words that text may say instead of 1 and 0, in any case.
const WORDS: [(&str, bool); 10] = [
    ("true", true),
    ("false", false),
    ("t", true),
    ("f", false),
    ("yes", true),
    ("no", false),
    ("y", true),
    ("n", false),
    ("on", true),
    ("off", false),
];

fn word(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|&(_, truth)| truth)
}

/// Converts a cell of a boolean column: a number that happens to be 0 or 1.
pub(super) fn to_c<'a>(value: ValueRef<'a>, column: &ColumnType, target: &CTarget) -> Result<Converted<'a>> {
    let value = match value {
        ValueRef::Text(text) => word(text).map_or(value, |truth| ValueRef::Integer(truth.into())),
        _ => value,
    };
    number::to_c(value, column, target)
}

/// Brings a parameter or a literal into the representation of a boolean.
pub(super) fn store(source: Source<'_>) -> Result<Value> {
    let number = match &source {
        Source::Number(number) => *number,
        Source::Text(text) => {
            if let Some(truth) = word(text) {
                return Ok(Value::Integer(truth.into()));
            }
            Number::parse(text, "BIT").map_err(|error| match error.state {
                state::INVALID_CHARACTER_VALUE => errors::not_a(error.state, "true, false, 1 or 0", text),
                _ => error,
            })?
        }
        Source::Temporal(_) | Source::Bytes(_) | Source::Guid(_) => {
            return Err(errors::restricted(DataType::Boolean, source.c_type()));
        }
    };
    match number.to_integer() {
        _ if number.is_negative() => Err(errors::out_of_range("BIT")),
        Some((bit @ (0 | 1), false)) => Ok(Value::Integer(bit as i64)),
        Some((0 | 1, true)) => Err(Error::new(
            state::STRING_RIGHT_TRUNCATION,
            "A number between 0 and 2 other than 1 does not fit into BIT.",
        )),
        _ => Err(errors::out_of_range("BIT")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::CType;
    use crate::convert::testing::{fixed, from_bytes, from_text, narrow, take_narrow};

    const BOOLEAN: ColumnType = ColumnType::of(DataType::Boolean);

    #[test]
    fn cells_are_one_and_zero() {
        for value in [ValueRef::Integer(1), ValueRef::Text("true"), ValueRef::Text("1"), ValueRef::Real(1.0)]
        {
            assert_eq!(fixed(value, &BOOLEAN, CType::Bit), Ok((vec![1], None)), "{value:?}");
            assert_eq!(fixed(value, &BOOLEAN, CType::STinyInt), Ok((vec![1], None)), "{value:?}");
            assert_eq!(narrow(value, &BOOLEAN), "1");
        }
        let zero = ValueRef::Integer(0);
        assert_eq!(fixed(zero, &BOOLEAN, CType::Double), Ok((vec![0; 8], None)));
        assert_eq!(take_narrow(zero, &BOOLEAN, 2), Ok(("0".into(), false)));
        assert_eq!(take_narrow(zero, &BOOLEAN, 1), Err(state::NUMERIC_OUT_OF_RANGE));
    }

    #[test]
    fn parameters_are_one_and_zero() {
        for (text, bit) in [("TRUE", 1), (" false ", 0), ("1", 1), ("0.0", 0), ("Yes", 1), ("off", 0)] {
            assert_eq!(from_text(text, &BOOLEAN), Ok(Value::Integer(bit)), "{text}");
        }
        for (text, expected) in [
            ("truth", state::INVALID_CHARACTER_VALUE),
            ("", state::INVALID_CHARACTER_VALUE),
            ("0.5", state::STRING_RIGHT_TRUNCATION),
            ("2", state::NUMERIC_OUT_OF_RANGE),
            ("-1", state::NUMERIC_OUT_OF_RANGE),
            ("-0.5", state::NUMERIC_OUT_OF_RANGE),
            ("1e50", state::NUMERIC_OUT_OF_RANGE),
        ] {
            assert_eq!(from_text(text, &BOOLEAN), Err(expected), "{text}");
        }
        assert_eq!(from_bytes(&[1], CType::Bit, &BOOLEAN), Ok(Value::Integer(1)));
        let two = 2i32.to_ne_bytes();
        assert_eq!(from_bytes(&two, CType::SLong, &BOOLEAN), Err(state::NUMERIC_OUT_OF_RANGE));
    }
}
