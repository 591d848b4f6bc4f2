//! The error that travels from every layer to a diagnostic record.

use std::fmt;

/// A five-character SQLSTATE: class (2) and subclass (3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SqlState(&'static str);

impl SqlState {
    /// The five characters.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The SQLSTATEs that the driver raises (ODBC appendix A).
        pub mod state {
            use super::SqlState;
            $($(#[$doc])* pub const $name: SqlState = SqlState($text);)*
        }
    };
}

states! {
    /// General warning.
    GENERAL_WARNING = "01000";
    /// Text or binary data was cut to fit the buffer.
    TRUNCATED = "01004";
    /// An unknown keyword in a connection string was ignored.
    INVALID_CONNECTION_STRING_ATTRIBUTE = "01S00";
    /// At least one row of a rowset is in error.
    ERROR_IN_ROW = "01S01";
    /// A similar value was used in place of the one asked for.
    OPTION_VALUE_CHANGED = "01S02";
    /// A rowset that would begin before the first row was moved to it.
    FETCH_BEFORE_FIRST = "01S06";
    /// Fractional digits were cut.
    FRACTIONAL_TRUNCATION = "01S07";
    /// The number of bound parameters is not the number of markers.
    WRONG_PARAMETER_COUNT = "07002";
    /// The prepared statement is not one that returns rows.
    NOT_A_CURSOR_SPECIFICATION = "07005";
    /// No conversion between these types.
    RESTRICTED_DATA_TYPE = "07006";
    /// A column or parameter number out of range.
    INVALID_DESCRIPTOR_INDEX = "07009";
    /// The host could not be reached.
    UNABLE_TO_CONNECT = "08001";
    /// The connection is in use already.
    CONNECTION_IN_USE = "08002";
    /// The connection is not open.
    CONNECTION_NOT_OPEN = "08003";
    /// The link failed while a request was on its way.
    COMMUNICATION_LINK_FAILURE = "08S01";
    /// The insert value list does not match the column list.
    INSERT_LIST_MISMATCH = "21S01";
    /// Character data was cut in a place where that is an error.
    STRING_RIGHT_TRUNCATION = "22001";
    /// NULL without an indicator to say so.
    INDICATOR_REQUIRED = "22002";
    /// A number does not fit its target.
    NUMERIC_OUT_OF_RANGE = "22003";
    /// A date, time or timestamp is not one.
    INVALID_DATETIME = "22007";
    /// A date or time result is out of range.
    DATETIME_OVERFLOW = "22008";
    /// Division by zero.
    DIVISION_BY_ZERO = "22012";
    /// The leading field of an interval has more digits than its precision, or another one is out of range.
    INTERVAL_FIELD_OVERFLOW = "22015";
    /// Text is not a value of the type it is converted to.
    INVALID_CHARACTER_VALUE = "22018";
    /// A constraint of the server's refused the write.
    INTEGRITY_CONSTRAINT = "23000";
    /// The statement is not allowed in the state of the cursor.
    INVALID_CURSOR_STATE = "24000";
    /// A write on a read-only connection.
    READ_ONLY = "25006";
    /// The credentials were refused.
    INVALID_AUTHORIZATION = "28000";
    /// No cursor of this name.
    INVALID_CURSOR_NAME = "34000";
    /// A cursor of this name exists.
    DUPLICATE_CURSOR_NAME = "3C000";
    /// Syntax error or access violation.
    SYNTAX_ERROR = "42000";
    /// The table exists already.
    TABLE_EXISTS = "42S01";
    /// The table, view or procedure does not exist.
    TABLE_NOT_FOUND = "42S02";
    /// The column exists already.
    COLUMN_EXISTS = "42S21";
    /// The column does not exist.
    COLUMN_NOT_FOUND = "42S22";
    /// General error.
    GENERAL_ERROR = "HY000";
    /// Memory allocation error.
    MEMORY_ALLOCATION = "HY001";
    /// An unknown C type.
    INVALID_APPLICATION_BUFFER_TYPE = "HY003";
    /// An unknown SQL type.
    INVALID_SQL_DATA_TYPE = "HY004";
    /// The statement has not been prepared.
    STATEMENT_NOT_PREPARED = "HY007";
    /// The operation was cancelled.
    OPERATION_CANCELLED = "HY008";
    /// A null pointer where one is not allowed.
    INVALID_NULL_POINTER = "HY009";
    /// The function is not allowed in this state.
    FUNCTION_SEQUENCE = "HY010";
    /// The attribute cannot be set now.
    ATTRIBUTE_CANNOT_BE_SET_NOW = "HY011";
    /// An unknown transaction operation.
    INVALID_TRANSACTION_OPERATION = "HY012";
    /// No handle could be allocated: the limit is reached.
    TOO_MANY_HANDLES = "HY014";
    /// An implementation row descriptor cannot be changed.
    CANNOT_MODIFY_IRD = "HY016";
    /// An automatically allocated descriptor cannot be used here.
    INVALID_USE_OF_IMPLICIT_DESCRIPTOR = "HY017";
    /// Data that is neither character nor binary was sent in parts.
    NON_CHARACTER_DATA_IN_PARTS = "HY019";
    /// NULL cannot be joined to other data.
    CONCATENATE_NULL = "HY020";
    /// Descriptor fields contradict each other.
    INCONSISTENT_DESCRIPTOR = "HY021";
    /// A value that the attribute does not take.
    INVALID_ATTRIBUTE_VALUE = "HY024";
    /// A length that is out of range.
    INVALID_STRING_OR_BUFFER_LENGTH = "HY090";
    /// An unknown descriptor field.
    INVALID_DESCRIPTOR_FIELD = "HY091";
    /// An unknown attribute or option.
    INVALID_ATTRIBUTE = "HY092";
    /// An unknown function id.
    FUNCTION_TYPE_OUT_OF_RANGE = "HY095";
    /// An unknown information type.
    INFORMATION_TYPE_OUT_OF_RANGE = "HY096";
    /// An unknown column type (SQLSpecialColumns).
    COLUMN_TYPE_OUT_OF_RANGE = "HY097";
    /// An unknown scope (SQLSpecialColumns).
    SCOPE_OUT_OF_RANGE = "HY098";
    /// An unknown nullable type (SQLSpecialColumns).
    NULLABLE_TYPE_OUT_OF_RANGE = "HY099";
    /// An unknown uniqueness option (SQLStatistics).
    UNIQUENESS_OUT_OF_RANGE = "HY100";
    /// An unknown accuracy option (SQLStatistics).
    ACCURACY_OUT_OF_RANGE = "HY101";
    /// A precision or scale out of range.
    INVALID_PRECISION_OR_SCALE = "HY104";
    /// An unknown parameter direction.
    INVALID_PARAMETER_TYPE = "HY105";
    /// An unknown fetch orientation.
    FETCH_TYPE_OUT_OF_RANGE = "HY106";
    /// A row number beyond the rowset.
    ROW_OUT_OF_RANGE = "HY107";
    /// The cursor cannot be positioned there.
    INVALID_CURSOR_POSITION = "HY109";
    /// An unknown way to complete the connection string.
    INVALID_DRIVER_COMPLETION = "HY110";
    /// A bookmark that names no row.
    INVALID_BOOKMARK = "HY111";
    /// Completion of what runs asynchronously is not notified of.
    NO_ASYNCHRONOUS_NOTIFICATION = "HY118";
    /// An optional feature that the driver does not have.
    NOT_IMPLEMENTED = "HYC00";
    /// The query timeout expired.
    TIMEOUT = "HYT00";
}

/// What went wrong, as one diagnostic record will say it.
///
/// `message` is for a person: what was being done, why it failed, what to do next. It never holds a secret and
/// carries no `[vendor][driver]` prefix; the diagnostic layer adds that. `native` is Twilio's error code where
/// Twilio answered one, otherwise 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub state: SqlState,
    pub native: i32,
    pub message: String,
}

/// A result whose error can become a diagnostic record.
pub type Result<T> = std::result::Result<T, Error>;

/// Characters of a message that are kept, at its beginning and its end: no more of what the statement says helps anybody.
const KEPT: (usize, usize) = (1500, 500);

impl Error {
    /// An error of the driver's own (native code 0).
    pub fn new(state: SqlState, message: impl Into<String>) -> Self {
        Error::with_native(state, 0, message)
    }

    /// An error that carries Twilio's code.
    pub fn with_native(state: SqlState, native: i32, message: impl Into<String>) -> Self {
        Error { state, native, message: shortened(message.into()) }
    }
}

/// The message without its middle, if it is long.
fn shortened(message: String) -> String {
    if message.len() <= KEPT.0 + KEPT.1 {
        return message;
    }
    let beginning = message.char_indices().nth(KEPT.0).map(|(i, _)| &message[..i]);
    let end = message.char_indices().nth_back(KEPT.1 - 1).map(|(i, _)| &message[i..]);
    match (beginning, end) {
        (Some(beginning), Some(end)) if beginning.len() + end.len() < message.len() => {
            format!("{beginning}…{end}")
        }
        _ => message,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.state, self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_lose_their_middle() {
        let message = |text: String| Error::new(state::GENERAL_ERROR, text).message;
        assert_eq!(message("é".repeat(1999)), "é".repeat(1999));
        let long = message(format!("begin{}end", "é".repeat(5000)));
        assert_eq!(long.chars().count(), 2001);
        assert!(long.starts_with("begin") && long.ends_with("end") && long.contains('…'));
    }
}
