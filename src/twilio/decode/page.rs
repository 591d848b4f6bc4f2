//! The rows of one answer.

use super::cell::read_cell;
use super::column::{Cell, Column};
use super::layout::Layout;
use super::names::Names;
use crate::model::{DataType, MASK};
use crate::value::{Value, ValueRef};

/// Characters of a value that a warning shows.
const SAMPLE_CHARS: usize = 60;

/// A value that could not be what its column says, and became NULL. At most one for each column of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Position in the layout.
    pub column: usize,
    /// The first such value as it was sent, cut to 60 characters.
    pub sample: String,
}

/// The rows of one answer, as typed columns.
#[derive(Debug)]
pub struct Page {
    rows: usize,
    types: Vec<DataType>,
    columns: Vec<Column>,
    warnings: Vec<Warning>,
    names: Names,
}

impl Page {
    pub(super) fn new(layout: &Layout) -> Self {
        let types = layout.types().to_vec();
        let mut columns: Vec<Column> = types.iter().map(|&t| Column::new(t)).collect();
        for (position, value) in layout.given() {
            columns[position] = Column::given(value);
        }
        Page { rows: 0, types, columns, warnings: Vec::new(), names: Names::default() }
    }

    /// Rows that come from no answer, each with a value for each type. A value that is not of its column's type
    /// becomes NULL.
    pub fn of_rows(types: impl IntoIterator<Item = DataType>, rows: &[Vec<Value>]) -> Self {
        let types: Vec<DataType> = types.into_iter().collect();
        let mut columns: Vec<Column> = types.iter().map(|&t| Column::new(t)).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(match value {
                    Value::Integer(i) => Cell::Integer(*i),
                    Value::Real(r) => Cell::Double(*r),
                    Value::Text(text) => Cell::Text(text.into()),
                    Value::Null | Value::Binary(_) => Cell::Null,
                });
            }
        }
        Page { rows: rows.len(), types, columns, warnings: Vec::new(), names: Names::default() }
    }

    /// One row that comes from no answer, of these values.
    pub fn of_values(values: Vec<Value>) -> Self {
        let columns = values.iter().map(|value| {
            let mut column = Column::given(value);
            column.push(Cell::Null);
            column
        });
        let columns = columns.collect();
        // Nothing is read into them any more.
        let types = vec![DataType::Text; values.len()];
        Page { rows: 1, types, columns, warnings: Vec::new(), names: Names::default() }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The value of a cell, both counted from 0; the column as in the layout. [`crate::value`] says how each
    /// type is represented.
    ///
    /// # Panics
    /// When there is no such cell.
    pub fn value(&self, row: usize, column: usize) -> ValueRef<'_> {
        self.columns[column].value(row)
    }

    /// The page with these rows only, in this order. Warnings stay.
    pub fn select(self, rows: &[usize]) -> Page {
        let columns = self.columns.iter().map(|column| column.select(rows)).collect();
        Page { rows: rows.len(), columns, ..self }
    }

    /// The values that could not be read.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What is known of the rows' names.
    pub(super) fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// Sets a cell of the row that is being read. The first of two fields of the same name wins.
    pub(super) fn set(&mut self, column: usize, json: &str) {
        if self.columns[column].len() > self.rows {
            return;
        }
        let cell = read_cell(json, self.types[column]);
        if cell == Cell::Invalid && self.warnings.iter().all(|w| w.column != column) {
            let sample = json.chars().take(SAMPLE_CHARS).collect();
            self.warnings.push(Warning { column, sample });
        }
        self.columns[column].push(cell);
    }

    /// Sets a cell of the row that is being read to what stands for a secret.
    pub(super) fn set_secret(&mut self, column: usize, json: &str) {
        if self.columns[column].len() == self.rows {
            self.columns[column].push(if json == "null" { Cell::Null } else { Cell::Text(MASK.into()) });
        }
    }

    /// Ends the row: fields that it lacked are NULL.
    pub(super) fn end_row(&mut self) {
        for column in &mut self.columns {
            if column.len() == self.rows {
                column.push(Cell::Null);
            }
        }
        self.rows += 1;
    }
}
