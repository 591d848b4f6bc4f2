//! The numbers of the ODBC headers, as plain integers.
//!
//! `odbc-sys` has most of them as closed enums, which an unknown value from C must never become; the ids of
//! attributes and fields are matched as integers, so they stand here together.

/// Ids of attributes (`SQL_ATTR_…`).
pub mod attr {
    pub const CURSOR_SENSITIVITY: i32 = -2;
    pub const CURSOR_SCROLLABLE: i32 = -1;
    pub const QUERY_TIMEOUT: i32 = 0;
    pub const MAX_ROWS: i32 = 1;
    pub const NOSCAN: i32 = 2;
    pub const MAX_LENGTH: i32 = 3;
    pub const ASYNC_ENABLE: i32 = 4;
    pub const ROW_BIND_TYPE: i32 = 5;
    pub const CURSOR_TYPE: i32 = 6;
    pub const CONCURRENCY: i32 = 7;
    pub const KEYSET_SIZE: i32 = 8;
    pub const ROWSET_SIZE: i32 = 9;
    pub const SIMULATE_CURSOR: i32 = 10;
    pub const RETRIEVE_DATA: i32 = 11;
    pub const USE_BOOKMARKS: i32 = 12;
    pub const ROW_NUMBER: i32 = 14;
    pub const ENABLE_AUTO_IPD: i32 = 15;
    pub const FETCH_BOOKMARK_PTR: i32 = 16;
    pub const PARAM_BIND_OFFSET_PTR: i32 = 17;
    pub const PARAM_BIND_TYPE: i32 = 18;
    pub const PARAM_OPERATION_PTR: i32 = 19;
    pub const PARAM_STATUS_PTR: i32 = 20;
    pub const PARAMS_PROCESSED_PTR: i32 = 21;
    pub const PARAMSET_SIZE: i32 = 22;
    pub const ROW_BIND_OFFSET_PTR: i32 = 23;
    pub const ROW_OPERATION_PTR: i32 = 24;
    pub const ROW_STATUS_PTR: i32 = 25;
    pub const ROWS_FETCHED_PTR: i32 = 26;
    pub const ROW_ARRAY_SIZE: i32 = 27;
    pub const ASYNC_STMT_EVENT: i32 = 29;
    pub const ASYNC_STMT_PCALLBACK: i32 = 30;
    pub const ASYNC_STMT_PCONTEXT: i32 = 31;
    pub const ACCESS_MODE: i32 = 101;
    pub const AUTOCOMMIT: i32 = 102;
    pub const LOGIN_TIMEOUT: i32 = 103;
    pub const TRACE: i32 = 104;
    pub const TRACEFILE: i32 = 105;
    pub const TRANSLATE_LIB: i32 = 106;
    pub const TRANSLATE_OPTION: i32 = 107;
    pub const TXN_ISOLATION: i32 = 108;
    pub const CURRENT_CATALOG: i32 = 109;
    pub const ODBC_CURSORS: i32 = 110;
    pub const QUIET_MODE: i32 = 111;
    pub const PACKET_SIZE: i32 = 112;
    pub const CONNECTION_TIMEOUT: i32 = 113;
    pub const RESET_CONNECTION: i32 = 116;
    pub const ASYNC_DBC_FUNCTIONS_ENABLE: i32 = 117;
    pub const DBC_INFO_TOKEN: i32 = 118;
    pub const ASYNC_DBC_EVENT: i32 = 119;
    pub const ASYNC_DBC_PCALLBACK: i32 = 120;
    pub const ASYNC_DBC_PCONTEXT: i32 = 121;
    pub const ODBC_VERSION: i32 = 200;
    pub const CONNECTION_POOLING: i32 = 201;
    pub const CP_MATCH: i32 = 202;
    pub const APP_WCHAR_TYPE: i32 = 1061;
    pub const DRIVER_UNICODE_TYPE: i32 = 1065;
    pub const ENLIST_IN_DTC: i32 = 1207;
    pub const ENLIST_IN_XA: i32 = 1208;
    pub const CONNECTION_DEAD: i32 = 1209;
    pub const OUTPUT_NTS: i32 = 10001;
    pub const AUTO_IPD: i32 = 10001;
    pub const APP_ROW_DESC: i32 = 10010;
    pub const APP_PARAM_DESC: i32 = 10011;
    pub const IMP_ROW_DESC: i32 = 10012;
    pub const IMP_PARAM_DESC: i32 = 10013;
    pub const METADATA_ID: i32 = 10014;
}

/// Ids of descriptor fields (`SQL_DESC_…`).
pub mod desc {
    pub const CONCISE_TYPE: i32 = 2;
    pub const DISPLAY_SIZE: i32 = 6;
    pub const UNSIGNED: i32 = 8;
    pub const FIXED_PREC_SCALE: i32 = 9;
    pub const UPDATABLE: i32 = 10;
    pub const AUTO_UNIQUE_VALUE: i32 = 11;
    pub const CASE_SENSITIVE: i32 = 12;
    pub const SEARCHABLE: i32 = 13;
    pub const TYPE_NAME: i32 = 14;
    pub const TABLE_NAME: i32 = 15;
    pub const SCHEMA_NAME: i32 = 16;
    pub const CATALOG_NAME: i32 = 17;
    pub const LABEL: i32 = 18;
    pub const ARRAY_SIZE: i32 = 20;
    pub const ARRAY_STATUS_PTR: i32 = 21;
    pub const BASE_COLUMN_NAME: i32 = 22;
    pub const BASE_TABLE_NAME: i32 = 23;
    pub const BIND_OFFSET_PTR: i32 = 24;
    pub const BIND_TYPE: i32 = 25;
    pub const DATETIME_INTERVAL_PRECISION: i32 = 26;
    pub const LITERAL_PREFIX: i32 = 27;
    pub const LITERAL_SUFFIX: i32 = 28;
    pub const LOCAL_TYPE_NAME: i32 = 29;
    pub const NUM_PREC_RADIX: i32 = 32;
    pub const PARAMETER_TYPE: i32 = 33;
    pub const ROWS_PROCESSED_PTR: i32 = 34;
    pub const ROWVER: i32 = 35;
    pub const COUNT: i32 = 1001;
    pub const TYPE: i32 = 1002;
    pub const LENGTH: i32 = 1003;
    pub const OCTET_LENGTH_PTR: i32 = 1004;
    pub const PRECISION: i32 = 1005;
    pub const SCALE: i32 = 1006;
    pub const DATETIME_INTERVAL_CODE: i32 = 1007;
    pub const NULLABLE: i32 = 1008;
    pub const INDICATOR_PTR: i32 = 1009;
    pub const DATA_PTR: i32 = 1010;
    pub const NAME: i32 = 1011;
    pub const UNNAMED: i32 = 1012;
    pub const OCTET_LENGTH: i32 = 1013;
    pub const ALLOC_TYPE: i32 = 1099;
}

/// Ids of column attributes that ODBC 2 defined otherwise than the descriptor field of the same name
/// (`SQL_COLUMN_…`).
pub mod column {
    pub const COUNT: i32 = 0;
    pub const NAME: i32 = 1;
    pub const LENGTH: i32 = 3;
    pub const PRECISION: i32 = 4;
    pub const SCALE: i32 = 5;
    pub const NULLABLE: i32 = 7;
}

/// Ids of diagnostic fields (`SQL_DIAG_…`).
pub mod diag {
    pub const CURSOR_ROW_COUNT: i32 = -1249;
    pub const ROW_NUMBER: i32 = -1248;
    pub const COLUMN_NUMBER: i32 = -1247;
    pub const RETURNCODE: i32 = 1;
    pub const NUMBER: i32 = 2;
    pub const ROW_COUNT: i32 = 3;
    pub const SQLSTATE: i32 = 4;
    pub const NATIVE: i32 = 5;
    pub const MESSAGE_TEXT: i32 = 6;
    pub const DYNAMIC_FUNCTION: i32 = 7;
    pub const CLASS_ORIGIN: i32 = 8;
    pub const SUBCLASS_ORIGIN: i32 = 9;
    pub const CONNECTION_NAME: i32 = 10;
    pub const SERVER_NAME: i32 = 11;
    pub const DYNAMIC_FUNCTION_CODE: i32 = 12;

    /// SQL_NO_ROW_NUMBER.
    pub const NO_ROW_NUMBER: isize = -1;
    /// SQL_NO_COLUMN_NUMBER.
    pub const NO_COLUMN_NUMBER: i32 = -1;
}

/// Kinds of handles (`SQL_HANDLE_…`).
pub mod handle {
    pub const ENVIRONMENT: i16 = 1;
    pub const CONNECTION: i16 = 2;
    pub const STATEMENT: i16 = 3;
    pub const DESCRIPTOR: i16 = 4;
}

/// Values of length/indicator buffers.
pub mod indicator {
    pub const NULL_DATA: isize = -1;
    pub const DATA_AT_EXEC: isize = -2;
    pub const NTS: isize = -3;
    pub const DEFAULT_PARAM: isize = -5;
    /// SQL_LEN_DATA_AT_EXEC(0): lengths from here down announce data at execution.
    pub const LEN_DATA_AT_EXEC_OFFSET: isize = -100;
}

/// Values of row status arrays (`SQL_ROW_…`).
pub mod row {
    pub const SUCCESS: u16 = 0;
    pub const NO_ROW: u16 = 3;
    pub const ERROR: u16 = 5;
    pub const SUCCESS_WITH_INFO: u16 = 6;
    /// SQL_ROW_IGNORE, of the operation array.
    pub const IGNORE: u16 = 1;
}

/// Values of parameter status and operation arrays (`SQL_PARAM_…`).
pub mod param {
    pub const SUCCESS: u16 = 0;
    pub const ERROR: u16 = 5;
    pub const SUCCESS_WITH_INFO: u16 = 6;
    pub const UNUSED: u16 = 7;
    /// SQL_PARAM_IGNORE, of the operation array.
    pub const IGNORE: u16 = 1;
    /// SQL_PARAM_INPUT, of SQLBindParameter.
    pub const INPUT: i16 = 1;
    pub const INPUT_OUTPUT: i16 = 2;
    pub const OUTPUT: i16 = 4;
}

/// Options of SQLFreeStmt.
pub mod free {
    pub const CLOSE: u16 = 0;
    pub const DROP: u16 = 1;
    pub const UNBIND: u16 = 2;
    pub const RESET_PARAMS: u16 = 3;
}

/// SQL_C_DEFAULT.
pub const C_DEFAULT: i16 = 99;
/// SQL_ARD_TYPE: SQLGetData takes the type from the descriptor.
pub const ARD_TYPE: i16 = -99;

/// Orientations of SQLFetchScroll (`SQL_FETCH_…`).
pub mod fetch {
    pub const NEXT: i16 = 1;
    pub const FIRST: i16 = 2;
    pub const LAST: i16 = 3;
    pub const PRIOR: i16 = 4;
    pub const ABSOLUTE: i16 = 5;
    pub const RELATIVE: i16 = 6;
    pub const BOOKMARK: i16 = 8;
}

/// Values of SQL_ATTR_CURSOR_TYPE (`SQL_CURSOR_…`).
pub mod cursor {
    pub const FORWARD_ONLY: i64 = 0;
    pub const KEYSET_DRIVEN: i64 = 1;
    pub const DYNAMIC: i64 = 2;
    pub const STATIC: i64 = 3;
}

/// Values of SQL_ATTR_CURSOR_SENSITIVITY.
pub mod sensitivity {
    pub const UNSPECIFIED: i64 = 0;
    pub const INSENSITIVE: i64 = 1;
    pub const SENSITIVE: i64 = 2;
}

/// Values of SQL_ATTR_USE_BOOKMARKS (`SQL_UB_…`).
pub mod bookmarks {
    pub const OFF: usize = 0;
    pub const FIXED: usize = 1;
    pub const VARIABLE: usize = 2;
}

/// Operations of SQLSetPos.
pub mod position {
    pub const POSITION: u16 = 0;
    pub const REFRESH: u16 = 1;
    pub const UPDATE: u16 = 2;
    pub const ADD: u16 = 4;
}

/// Lock types of SQLSetPos (`SQL_LOCK_…`).
pub mod lock {
    pub const NO_CHANGE: u16 = 0;
    pub const UNLOCK: u16 = 2;
}

/// Operations of SQLBulkOperations.
pub mod bulk {
    pub const ADD: i16 = 4;
    pub const FETCH_BY_BOOKMARK: i16 = 7;
}
