//! Reads an answer's JSON, once, into typed columns.

use crate::model::DataType;
use crate::value::ValueRef;

/// The fields to read of a row, and the types to read them as. The same layout reads lists and single objects.
#[derive(Debug)]
pub struct Layout {}

impl Layout {
    /// A layout of `fields` (JSON path with dots, type), whose order is the order of the page's columns.
    /// `items` names the array that holds a list's rows.
    pub fn new<'a>(_items: Option<&str>, _fields: impl IntoIterator<Item = (&'a str, DataType)>) -> Layout {
        unreachable!()
    }
}

/// A value that could not be what its column says, and became NULL. At most one for each column of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Position in the layout.
    pub column: usize,
    /// The first such value as it was sent, cut to 60 characters.
    pub sample: String,
}

/// The rows of one answer.
#[derive(Debug)]
pub struct Page {}

impl Page {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        unreachable!()
    }

    /// The value of a cell, both counted from 0; the column as in the layout.
    pub fn value(&self, _row: usize, _column: usize) -> ValueRef<'_> {
        unreachable!()
    }

    /// The values that could not be read.
    pub fn warnings(&self) -> &[Warning] {
        unreachable!()
    }
}
