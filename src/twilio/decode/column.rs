//! A column of a page: its cells, packed by type.

use std::borrow::Cow;

use crate::model::DataType;
use crate::value::{Value, ValueRef};

/// What a JSON value is as a cell of its column.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
    Integer(i64),
    Double(f64),
    /// The value is not one of the column's type.
    Invalid,
}

#[derive(Debug)]
enum Data {
    /// All texts, one after the other, and where each one ends.
    Text {
        buffer: String,
        ends: Vec<u32>,
    },
    Integer(Vec<i64>),
    Double(Vec<f64>),
    /// The same value in every cell.
    Given {
        value: Value,
        cells: usize,
    },
}

impl Data {
    /// The same kind of column without cells.
    fn empty(&self) -> Data {
        match self {
            Data::Text { .. } => Data::Text { buffer: String::new(), ends: Vec::new() },
            Data::Integer(_) => Data::Integer(Vec::new()),
            Data::Double(_) => Data::Double(Vec::new()),
            Data::Given { value, .. } => Data::Given { value: value.clone(), cells: 0 },
        }
    }
}

/// The cells of one column.
#[derive(Debug)]
pub(super) struct Column {
    data: Data,
    /// One bit for each cell, set where it is NULL.
    nulls: Vec<u64>,
}

impl Column {
    pub(super) fn new(data_type: DataType) -> Self {
        let data = match data_type {
            DataType::Boolean | DataType::Integer | DataType::BigInt => Data::Integer(Vec::new()),
            DataType::Double => Data::Double(Vec::new()),
            DataType::Text
            | DataType::Json
            | DataType::Decimal
            | DataType::Date
            | DataType::Time
            | DataType::Timestamp
            | DataType::Binary => Data::Text { buffer: String::new(), ends: Vec::new() },
        };
        Column { data, nulls: Vec::new() }
    }

    /// A column whose cells all have that value, whatever is pushed.
    pub(super) fn given(value: &Value) -> Self {
        Column { data: Data::Given { value: value.clone(), cells: 0 }, nulls: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        match &self.data {
            Data::Text { ends, .. } => ends.len(),
            Data::Integer(values) => values.len(),
            Data::Double(values) => values.len(),
            Data::Given { cells, .. } => *cells,
        }
    }

    /// Adds a cell; one that does not fit the column becomes NULL.
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        let position = self.len();
        let null = match (&mut self.data, cell) {
            (Data::Given { cells, .. }, _) => {
                *cells += 1;
                false
            }
            (Data::Text { buffer, ends }, Cell::Text(text)) => {
                buffer.push_str(&text);
                ends.push(end_of(buffer));
                false
            }
            (Data::Integer(values), Cell::Integer(value)) => {
                values.push(value);
                false
            }
            (Data::Double(values), Cell::Double(value)) => {
                values.push(value);
                false
            }
            (data, _) => {
                match data {
                    Data::Text { buffer, ends } => ends.push(end_of(buffer)),
                    Data::Integer(values) => values.push(0),
                    Data::Double(values) => values.push(0.0),
                    Data::Given { .. } => {}
                }
                true
            }
        };
        if position.is_multiple_of(64) {
            self.nulls.push(0);
        }
        self.nulls[position / 64] |= u64::from(null) << (position % 64);
    }

    /// The cells of these rows.
    pub(super) fn select(&self, rows: &[usize]) -> Column {
        let mut selected = Column { data: self.data.empty(), nulls: Vec::new() };
        for &row in rows {
            selected.push(match self.value(row) {
                ValueRef::Text(text) => Cell::Text(text.into()),
                ValueRef::Integer(integer) => Cell::Integer(integer),
                ValueRef::Real(real) => Cell::Double(real),
                ValueRef::Null | ValueRef::Binary(_) => Cell::Null,
            });
        }
        selected
    }

    pub(super) fn value(&self, row: usize) -> ValueRef<'_> {
        if self.nulls[row / 64] >> (row % 64) & 1 == 1 {
            return ValueRef::Null;
        }
        match &self.data {
            Data::Text { buffer, ends } => {
                let start = if row == 0 { 0 } else { ends[row - 1] as usize };
                ValueRef::Text(&buffer[start..ends[row] as usize])
            }
            Data::Integer(values) => ValueRef::Integer(values[row]),
            Data::Double(values) => ValueRef::Real(values[row]),
            Data::Given { value, .. } => value.as_ref(),
        }
    }
}

/// Where the buffer ends. An answer has 64 MB at the most, and a cell some thirty times the characters that it was read from: those
/// of a number with an exponent.
fn end_of(buffer: &str) -> u32 {
    u32::try_from(buffer.len()).expect("a column has fewer than 4 GB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_places_beside_nulls() {
        let mut column = Column::new(DataType::Text);
        for i in 0..130 {
            column.push(if i % 3 == 0 { Cell::Null } else { Cell::Text(i.to_string().into()) });
        }
        assert_eq!(column.len(), 130);
        assert_eq!(column.value(0), ValueRef::Null);
        assert_eq!(column.value(64), ValueRef::Text("64"));
        assert_eq!(column.value(129), ValueRef::Null);
        assert_eq!(column.value(128), ValueRef::Text("128"));
    }

    #[test]
    fn a_given_value_is_in_every_cell() {
        let mut column = Column::given(&"US".into());
        (0..70).for_each(|_| column.push(Cell::Null));
        assert_eq!(
            (column.len(), column.value(0), column.value(69)),
            (70, ValueRef::Text("US"), ValueRef::Text("US"))
        );
    }

    #[test]
    fn some_rows_can_be_selected() {
        let mut texts = Column::new(DataType::Text);
        let mut given = Column::given(&"US".into());
        for i in 0..70 {
            texts.push(if i % 3 == 0 { Cell::Null } else { Cell::Text(i.to_string().into()) });
            given.push(Cell::Null);
        }
        let (texts, given) = (texts.select(&[3, 4, 68]), given.select(&[0, 69]));
        assert_eq!(texts.len(), 3);
        assert_eq!(
            [texts.value(0), texts.value(1), texts.value(2)],
            [ValueRef::Null, ValueRef::Text("4"), ValueRef::Text("68")]
        );
        assert_eq!((given.len(), given.value(1)), (2, ValueRef::Text("US")));
    }

    #[test]
    fn a_cell_of_another_type_is_null() {
        let mut column = Column::new(DataType::Integer);
        column.push(Cell::Text("7".into()));
        column.push(Cell::Integer(7));
        assert_eq!((column.value(0), column.value(1)), (ValueRef::Null, ValueRef::Integer(7)));
    }
}
