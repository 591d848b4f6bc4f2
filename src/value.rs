//! The values that pass between the engine and the conversions.
//!
//! A value's SQL type is told by the column or parameter it belongs to ([`crate::model::ColumnType`]); the
//! representation follows from that type:
//!
//! | data type | representation |
//! |---|---|
//! | text, JSON | `Text` |
//! | boolean | `Integer` 0 or 1 |
//! | integer, bigint | `Integer` |
//! | double | `Real` |
//! | decimal | `Text`: optional sign, digits, optional point and digits |
//! | date | `Text` `YYYY-MM-DD` |
//! | time | `Text` `HH:MM:SS[.fffffffff]` |
//! | timestamp | `Text` `YYYY-MM-DD HH:MM:SS[.fffffffff]`, UTC |
//! | binary | `Binary` |
//!
//! SQLite types values row by row, so an expression may hand out another representation than its column's
//! type promises; conversions accept any of them.

/// A borrowed value, valid until the cursor that lent it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Binary(&'a [u8]),
}

/// An owned value: a parameter, a literal, a cell of a catalogue result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Binary(Vec<u8>),
}

impl Value {
    /// The borrowed form.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Integer(i) => ValueRef::Integer(*i),
            Value::Real(r) => ValueRef::Real(*r),
            Value::Text(s) => ValueRef::Text(s),
            Value::Binary(b) => ValueRef::Binary(b),
        }
    }
}

impl ValueRef<'_> {
    /// The owned form.
    pub fn to_owned(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(i) => Value::Integer(i),
            ValueRef::Real(r) => Value::Real(r),
            ValueRef::Text(s) => Value::Text(s.to_owned()),
            ValueRef::Binary(b) => Value::Binary(b.to_owned()),
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::Text(s.to_owned())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::Text(s)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Value::Integer(i)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(o: Option<T>) -> Self {
        o.map_or(Value::Null, Into::into)
    }
}
