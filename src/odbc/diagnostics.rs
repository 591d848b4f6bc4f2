//! The diagnostic records of a handle (SQLGetDiagRec, SQLGetDiagField).

use super::constants::diag;
use super::width::Field;
use crate::error::{Error, state};

/// What stands before every message: vendor and component.
const PREFIX: &str = "[Twilio][ODBC] ";

/// One record.
#[derive(Clone, Debug)]
pub struct Record {
    pub error: Error,
    /// The row of the rowset or the parameter set, counted from 1; SQL_NO_ROW_NUMBER otherwise.
    pub row: isize,
    /// The column or parameter, counted from 1; SQL_NO_COLUMN_NUMBER otherwise.
    pub column: i32,
}

/// The names that a record tells its reader.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    /// SQL_DIAG_CONNECTION_NAME: the DSN.
    pub connection: &'a str,
    /// SQL_DIAG_SERVER_NAME: the host.
    pub server: &'a str,
}

/// The header and the records of one handle: what its last call left.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    pub return_code: i16,
    /// Rows that the last execution wrote.
    pub row_count: isize,
    pub dynamic_function: (&'static str, i32),
    errors: Vec<Record>,
    warnings: Vec<Record>,
}

impl Diagnostics {
    /// Starts a call: its predecessor's records go.
    pub fn clear(&mut self) {
        self.errors.clear();
        self.warnings.clear();
        self.return_code = 0;
    }

    /// Adds a record that concerns neither a row nor a column.
    pub fn post(&mut self, error: Error) {
        self.post_at(error, diag::NO_ROW_NUMBER, diag::NO_COLUMN_NUMBER);
    }

    /// Adds a record.
    pub fn post_at(&mut self, error: Error, row: isize, column: i32) {
        let record = Record { error, row, column };
        let records = if record.is_warning() { &mut self.warnings } else { &mut self.errors };
        records.push(record);
    }

    /// Whether there is a record: a call that succeeded then says SQL_SUCCESS_WITH_INFO.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.errors.len() + self.warnings.len()
    }

    /// How many rows have an error, not only a warning.
    pub fn rows_in_error(&self) -> usize {
        let mut rows: Vec<isize> = self.errors.iter().filter(|r| r.row > 0).map(|r| r.row).collect();
        rows.dedup();
        rows.len()
    }

    /// The record of that number, counted from 1. Errors come before warnings (SQLGetDiagField, "Sequence of
    /// Status Records"); otherwise they keep the order in which they were posted.
    pub fn record(&self, number: usize) -> Option<&Record> {
        let index = number.checked_sub(1)?;
        self.errors.get(index).or_else(|| self.warnings.get(index - self.errors.len()))
    }

    /// A header field; `None` for the id of a record field. `for_statement` says that the handle has the fields
    /// that only statements have.
    pub fn header_field(&self, id: i32, for_statement: bool) -> Option<Field> {
        Some(match id {
            diag::NUMBER => Field::Number(self.len() as i64),
            diag::RETURNCODE => Field::from(self.return_code),
            diag::ROW_COUNT if for_statement => Field::Number(self.row_count as i64),
            // The number of rows of a streamed result is not known before its end.
            diag::CURSOR_ROW_COUNT if for_statement => Field::Number(0),
            diag::DYNAMIC_FUNCTION if for_statement => Field::from(self.dynamic_function.0),
            diag::DYNAMIC_FUNCTION_CODE if for_statement => Field::from(self.dynamic_function.1),
            _ => return None,
        })
    }
}

impl Record {
    fn is_warning(&self) -> bool {
        self.error.state.as_str().starts_with("01")
    }

    /// The message with its prefix.
    pub fn message(&self) -> String {
        format!("{PREFIX}{}", self.error.message)
    }

    /// A field of the record; `None` for an id that no record has.
    pub fn field(&self, id: i32, names: Names<'_>) -> Option<Field> {
        Some(match id {
            diag::SQLSTATE => Field::from(self.error.state.as_str()),
            diag::NATIVE => Field::from(self.error.native),
            diag::MESSAGE_TEXT => Field::Text(self.message()),
            diag::CLASS_ORIGIN => Field::from(self.class_origin()),
            diag::SUBCLASS_ORIGIN => Field::from(self.subclass_origin()),
            diag::CONNECTION_NAME => Field::from(names.connection),
            diag::SERVER_NAME => Field::from(names.server),
            diag::ROW_NUMBER => Field::Number(self.row as i64),
            diag::COLUMN_NUMBER => Field::from(self.column),
            _ => return None,
        })
    }

    /// Which standard defines the class: ODBC's own is IM.
    fn class_origin(&self) -> &'static str {
        if self.error.state.as_str().starts_with("IM") { "ODBC 3.0" } else { "ISO 9075" }
    }

    /// Which standard defines the subclass (SQLGetDiagField lists those of ODBC).
    fn subclass_origin(&self) -> &'static str {
        let state = self.error.state.as_str();
        let odbc = state.starts_with("IM")
            || state.as_bytes()[2] == b'S'
            || matches!(state, "HY095" | "HY097" | "HY098" | "HY099" | "HY100" | "HY101" | "HY105" | "HY107")
            || matches!(state, "HY109" | "HY110" | "HY111" | "HYT00" | "HYT01");
        if odbc { "ODBC 3.0" } else { "ISO 9075" }
    }
}

/// The record of a defect: a panic that was caught.
pub fn defect(panic: &(dyn std::any::Any + Send)) -> Error {
    let what = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no further information");
    Error::new(state::GENERAL_ERROR, format!("The driver failed by a defect of its own: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_before_warnings() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.post(Error::new(state::TRUNCATED, "cut"));
        diagnostics.post_at(Error::new(state::NUMERIC_OUT_OF_RANGE, "large"), 2, 3);
        assert_eq!(diagnostics.record(1).unwrap().error.state, state::NUMERIC_OUT_OF_RANGE);
        assert_eq!(diagnostics.record(2).unwrap().error.state, state::TRUNCATED);
        assert!(diagnostics.record(3).is_none());
        assert!(diagnostics.record(0).is_none());
    }

    #[test]
    fn each_row_in_error_counts_once() {
        let mut diagnostics = Diagnostics::default();
        for row in [1, 2, 2, 4] {
            diagnostics.post_at(Error::new(state::TRUNCATED, "cut"), row, 1);
            diagnostics.post_at(Error::new(state::NUMERIC_OUT_OF_RANGE, "large"), row, 2);
        }
        diagnostics.post(Error::new(state::GENERAL_ERROR, "of no row"));
        assert_eq!(diagnostics.rows_in_error(), 3);
        let rows: Vec<isize> = (1..).map_while(|number| diagnostics.record(number)).map(|r| r.row).collect();
        assert_eq!(rows, [1, 2, 2, 4, diag::NO_ROW_NUMBER, 1, 2, 2, 4]);
    }

    #[test]
    fn a_record_has_all_its_fields() {
        let record = Record {
            error: Error::with_native(state::INVALID_AUTHORIZATION, 20003, "No."),
            row: 4,
            column: 5,
        };
        let names = Names { connection: "dsn", server: "host" };
        let expected: [(i32, Field); 9] = [
            (diag::SQLSTATE, "28000".into()),
            (diag::NATIVE, 20003.into()),
            (diag::MESSAGE_TEXT, "[Twilio][ODBC] No.".into()),
            (diag::CLASS_ORIGIN, "ISO 9075".into()),
            (diag::SUBCLASS_ORIGIN, "ISO 9075".into()),
            (diag::CONNECTION_NAME, "dsn".into()),
            (diag::SERVER_NAME, "host".into()),
            (diag::ROW_NUMBER, 4.into()),
            (diag::COLUMN_NUMBER, 5.into()),
        ];
        for (id, field) in expected {
            assert_eq!(record.field(id, names), Some(field), "{id}");
        }
        assert_eq!(record.field(diag::NUMBER, names), None);
    }

    #[test]
    fn subclasses_of_odbc_say_so() {
        let origin = |state| Record { error: Error::new(state, ""), row: -1, column: -1 }.subclass_origin();
        assert_eq!(origin(state::ERROR_IN_ROW), "ODBC 3.0");
        assert_eq!(origin(state::TABLE_NOT_FOUND), "ODBC 3.0");
        assert_eq!(origin(state::TIMEOUT), "ODBC 3.0");
        assert_eq!(origin(state::SYNTAX_ERROR), "ISO 9075");
    }

    #[test]
    fn statements_have_more_header_fields() {
        let diagnostics = Diagnostics { row_count: 3, ..Diagnostics::default() };
        assert_eq!(diagnostics.header_field(diag::ROW_COUNT, true), Some(3.into()));
        assert_eq!(diagnostics.header_field(diag::ROW_COUNT, false), None);
        assert_eq!(diagnostics.header_field(diag::NUMBER, false), Some(0.into()));
    }
}
