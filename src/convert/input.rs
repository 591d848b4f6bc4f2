//! Parameters on their way in: application bytes as a typed value, before its SQL type is looked at.

use std::borrow::Cow;

use widestring::{U16Str, U32Str};

use crate::convert::datetime::Temporal;
use crate::convert::errors::{self, c_name, sql_name};
use crate::convert::guid::{self, Guid};
use crate::convert::number::{self, Number};
use crate::convert::text::{not_utf8, not_wide};
use crate::convert::{CInput, CTarget, CType, Wchar, interval};
use crate::decimal::Decimal;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};

/// What a parameter holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source<'a> {
    Text(Cow<'a, str>),
    Number(Number),
    Temporal(Temporal),
    Bytes(&'a [u8]),
    Guid(Guid),
}

impl Source<'_> {
    /// A C type that holds such a value, for messages.
    pub(super) fn c_type(&self) -> CType {
        match self {
            Source::Text(_) => CType::Char,
            Source::Number(_) => CType::Numeric,
            Source::Temporal(temporal) => CType::default_for(&ColumnType::of(temporal.data_type())),
            Source::Bytes(_) => CType::Binary,
            Source::Guid(_) => CType::Guid,
        }
    }
}

/// Reads the bytes of a parameter; `None` for NULL.
pub(super) fn decode<'a>(
    input: CInput<'a>,
    source: &CTarget,
    parameter: &ColumnType,
) -> Result<Option<Source<'a>>> {
    Ok(Some(match input {
        CInput::Null => return Ok(None),
        CInput::Narrow(bytes) => {
            Source::Text(Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| not_utf8())?))
        }
        CInput::Wide(units) => {
            let text = U16Str::from_slice(units).to_string().map_err(|_| not_wide(Wchar::Utf16))?;
            Source::Text(Cow::Owned(text))
        }
        CInput::Wide32(characters) => {
            let text = U32Str::from_slice(characters).to_string().map_err(|_| not_wide(Wchar::Utf32))?;
            Source::Text(Cow::Owned(text))
        }
        CInput::Binary(bytes) => match parameter.data_type {
            DataType::Text | DataType::Json | DataType::Binary => Source::Bytes(bytes),
            _ => image(bytes, parameter)?,
        },
        CInput::Fixed(bytes) => {
            if source.c_type.fixed_size() != Some(bytes.len()) {
                return Err(Error::new(
                    state::INVALID_STRING_OR_BUFFER_LENGTH,
                    format!("{} bytes are not the size of {}.", bytes.len(), c_name(source.c_type)),
                ));
            }
            fixed(bytes, source, parameter)?
        }
    }))
}

/// Binary data for a type of fixed size is the structure that SQL_C_BINARY would fetch, to the byte.
fn image<'a>(bytes: &'a [u8], parameter: &ColumnType) -> Result<Source<'a>> {
    let mut image = number::image(parameter);
    if image.c_type.fixed_size() != Some(bytes.len()) {
        return Err(Error::new(
            state::NUMERIC_OUT_OF_RANGE,
            format!("{} bytes are not the size of {}.", bytes.len(), sql_name(parameter.data_type)),
        ));
    }
    if image.c_type == CType::Numeric {
        // There is no descriptor that says otherwise.
        image.precision = bytes[0];
        image.scale = i8::from_ne_bytes([bytes[1]]);
    }
    fixed(bytes, &image, parameter)
}

/// Reads a structure or number, whose length has been checked.
fn fixed<'a>(bytes: &[u8], source: &CTarget, parameter: &ColumnType) -> Result<Source<'a>> {
    macro_rules! native {
        ($type:ty) => {{
            let mut array = [0; size_of::<$type>()];
            array.copy_from_slice(bytes);
            <$type>::from_ne_bytes(array)
        }};
    }
    let number = match source.c_type {
        CType::Bit => Number::Integer((bytes[0] != 0).into()),
        CType::STinyInt => Number::Integer(native!(i8).into()),
        CType::UTinyInt => Number::Integer(native!(u8).into()),
        CType::SShort => Number::Integer(native!(i16).into()),
        CType::UShort => Number::Integer(native!(u16).into()),
        CType::SLong => Number::Integer(native!(i32).into()),
        CType::ULong => Number::Integer(native!(u32).into()),
        CType::SBigInt => Number::Integer(native!(i64).into()),
        CType::UBigInt => Number::Integer(native!(u64).into()),
        CType::Float => float(native!(f32), parameter)?,
        CType::Double => double(native!(f64), parameter)?,
        CType::Numeric => {
            let mut array = [0; 19];
            array.copy_from_slice(bytes);
            let decimal = Decimal::from_numeric(&array, source.precision, source.scale);
            Number::Decimal(decimal.map_err(|_| errors::out_of_range("the precision of the parameter"))?)
        }
        CType::Date | CType::Time | CType::Timestamp => {
            let time_only = parameter.data_type == DataType::Time;
            return Temporal::from_struct(source.c_type, bytes, time_only)
                .map(Source::Temporal)
                .ok_or_else(|| invalid_struct(source.c_type, parameter));
        }
        CType::Guid => {
            let mut array = [0; 16];
            array.copy_from_slice(bytes);
            return Ok(Source::Guid(guid::from_struct(array)));
        }
        CType::Interval(of) => {
            let given = interval::from_struct(bytes, of, source.precision)?;
            if matches!(parameter.data_type, DataType::Text | DataType::Json) {
                return Ok(Source::Text(Cow::Owned(given.to_string())));
            }
            given.number().ok_or_else(|| errors::restricted(parameter.data_type, source.c_type))?
        }
        CType::Char | CType::WChar | CType::Binary => {
            return Err(errors::restricted(parameter.data_type, source.c_type));
        }
    };
    Ok(Source::Number(number))
}

/// A float means the shortest decimal that reads back as it, except where a double is wanted.
fn float(float: f32, parameter: &ColumnType) -> Result<Number> {
    if parameter.data_type == DataType::Double || !float.is_finite() {
        return double(float.into(), parameter);
    }
    double(float.to_string().parse().unwrap_or(f64::from(float)), parameter)
}

fn double(double: f64, parameter: &ColumnType) -> Result<Number> {
    // SQLite would store what is not a number as NULL.
    if double.is_finite() {
        Ok(Number::Double(double))
    } else {
        Err(errors::out_of_range(sql_name(parameter.data_type)))
    }
}

#[cold]
fn invalid_struct(c_type: CType, parameter: &ColumnType) -> Error {
    let state = match parameter.data_type {
        DataType::Text | DataType::Json => state::DATETIME_OVERFLOW,
        _ => state::INVALID_DATETIME,
    };
    Error::new(state, format!("The fields of {} are not a valid date or time.", c_name(c_type)))
}
