//! The table of all info types: id, width and answer.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

use super::InfoContext;
use super::conversions::{FROM_BINARY, FROM_DATE, FROM_NUMBER, FROM_TEXT, FROM_TIME, FROM_TIMESTAMP, NONE};
use super::functions::{FunctionFamily, intervals, mask};
use crate::model::CATALOG;

/// An answer and its width.
pub(super) enum Answer {
    U16(u16),
    U32(u32),
    Text(&'static str),
    /// Text that differs from connection to connection.
    Of(fn(&InfoContext<'_>) -> String),
}

use Answer::{Of, Text, U16, U32};

/// The longest name, in characters.
const NAME_LEN: u16 = crate::odbc::catalog::MAX_NAME_SIZE as u16;

/// Version 2010-04-01 of Twilio's API in the form `##.##.####`.
const DBMS_VER: &str = "20.10.0401";

/// Words beyond ODBC's own list that are no names without quotes, be it only as an alias without AS.
const KEYWORDS: &str = "ANALYZE,ANTI,ARRAY,ASOF,CLUSTER,CONTAINS,DISTRIBUTE,DIV,EXCLUDE,EXPLAIN,FORMAT,GLOB,ILIKE,\
    LATERAL,LIMIT,LOCALTIME,LOCALTIMESTAMP,MATCH_CONDITION,MATCH_RECOGNIZE,MEMBER,MINUS,NOTNULL,OFFSET,OPERATOR,\
    PARTITION,PIVOT,PREWHERE,QUALIFY,REGEXP,RETURNING,RLIKE,SAMPLE,SEMI,SETTINGS,SIMILAR,SORT,START,TABLESAMPLE,TOP,\
    UNPIVOT,WINDOW,XOR";

/// SQLite's limits (SQLITE_MAX_COLUMN, and the 64 tables of a join).
const MAX_COLUMNS: u16 = 2000;
const MAX_TABLES: u16 = 64;
/// A user is an account SID or a key SID.
const SID_LEN: u16 = 34;

const YES: Answer = Text("Y");
const NO: Answer = Text("N");
const EMPTY: Answer = Text("");

/// DML_STATEMENTS, PROCEDURE_INVOCATION, TABLE_DEFINITION: where a qualified name is accepted.
const USAGE: Answer = U32(0x1 | 0x2 | 0x4);
/// SQL_IC_MIXED: any letter case finds a name, and the name's own is kept.
const CASE: Answer = U16(4);
/// SQL_CB_PRESERVE: SQLEndTran leaves cursors as they are.
const PRESERVE: Answer = U16(2);

/// Every info type in ascending order, with its name less `SQL_`. The handles 3, 4, 5, 76 and 135 are the driver
/// manager's own and never reach a driver.
pub(super) static INFO_TYPES: &[(u16, &str, Answer)] = &[
    (0, "MAX_DRIVER_CONNECTIONS", U16(0)),    // no limit
    (1, "MAX_CONCURRENT_ACTIVITIES", U16(0)), // no limit
    (2, "DATA_SOURCE_NAME", Of(data_source_name)),
    (6, "DRIVER_NAME", Of(driver_name)),
    (7, "DRIVER_VER", Of(driver_version)),
    (8, "FETCH_DIRECTION", U32(0xBF)),    // all but RESUME
    (9, "ODBC_API_CONFORMANCE", U16(1)),  // LEVEL1
    (10, "ODBC_VER", Text("03.80.0000")), // the driver manager's, where there is one
    (11, "ROW_UPDATES", NO),
    (12, "ODBC_SAG_CLI_CONFORMANCE", U16(1)), // COMPLIANT
    (13, "SERVER_NAME", Of(server_name)),
    (14, "SEARCH_PATTERN_ESCAPE", Text("\\")),
    (15, "ODBC_SQL_CONFORMANCE", U16(1)), // CORE
    (16, "DATABASE_NAME", Text(CATALOG)), // the current catalog
    (17, "DBMS_NAME", Text("Twilio")),
    (18, "DBMS_VER", Text(DBMS_VER)),
    (19, "ACCESSIBLE_TABLES", YES),
    (20, "ACCESSIBLE_PROCEDURES", YES),
    (21, "PROCEDURES", YES),
    (22, "CONCAT_NULL_BEHAVIOR", U16(0)), // NULL
    (23, "CURSOR_COMMIT_BEHAVIOR", PRESERVE),
    (24, "CURSOR_ROLLBACK_BEHAVIOR", PRESERVE),
    (25, "DATA_SOURCE_READ_ONLY", Of(read_only)),
    (26, "DEFAULT_TXN_ISOLATION", U32(0)), // no transactions
    (27, "EXPRESSIONS_IN_ORDERBY", YES),
    (28, "IDENTIFIER_CASE", CASE),
    (29, "IDENTIFIER_QUOTE_CHAR", Text("\"")),
    (30, "MAX_COLUMN_NAME_LEN", U16(NAME_LEN)),
    (31, "MAX_CURSOR_NAME_LEN", U16(NAME_LEN)),
    (32, "MAX_SCHEMA_NAME_LEN", U16(NAME_LEN)),
    (33, "MAX_PROCEDURE_NAME_LEN", U16(NAME_LEN)),
    (34, "MAX_CATALOG_NAME_LEN", U16(NAME_LEN)),
    (35, "MAX_TABLE_NAME_LEN", U16(NAME_LEN)),
    (36, "MULT_RESULT_SETS", NO),
    (37, "MULTIPLE_ACTIVE_TXN", NO),
    (38, "OUTER_JOINS", YES),
    (39, "SCHEMA_TERM", Text("schema")),
    (40, "PROCEDURE_TERM", Text("procedure")),
    (41, "CATALOG_NAME_SEPARATOR", Text(".")),
    (42, "CATALOG_TERM", Text("catalog")),
    (43, "SCROLL_CONCURRENCY", U32(0x1)),    // READ_ONLY
    (44, "SCROLL_OPTIONS", U32(0x1 | 0x10)), // FORWARD_ONLY, STATIC
    (45, "TABLE_TERM", Text("table")),
    (46, "TXN_CAPABLE", U16(0)), // NONE
    (47, "USER_NAME", Of(user_name)),
    (48, "CONVERT_FUNCTIONS", U32(0x1 | 0x2)), // CONVERT, CAST
    (49, "NUMERIC_FUNCTIONS", U32(mask(FunctionFamily::Numeric))),
    (50, "STRING_FUNCTIONS", U32(mask(FunctionFamily::String))),
    (51, "SYSTEM_FUNCTIONS", U32(mask(FunctionFamily::System))),
    (52, "TIMEDATE_FUNCTIONS", U32(mask(FunctionFamily::TimeDate))),
    (53, "CONVERT_BIGINT", U32(FROM_NUMBER)),
    (54, "CONVERT_BINARY", U32(FROM_BINARY)),
    (55, "CONVERT_BIT", U32(FROM_NUMBER)),
    (56, "CONVERT_CHAR", U32(FROM_TEXT)),
    (57, "CONVERT_DATE", U32(FROM_DATE)),
    (58, "CONVERT_DECIMAL", U32(FROM_NUMBER)),
    (59, "CONVERT_DOUBLE", U32(FROM_NUMBER)),
    (60, "CONVERT_FLOAT", U32(FROM_NUMBER)),
    (61, "CONVERT_INTEGER", U32(FROM_NUMBER)),
    (62, "CONVERT_LONGVARCHAR", U32(FROM_TEXT)),
    (63, "CONVERT_NUMERIC", U32(FROM_NUMBER)),
    (64, "CONVERT_REAL", U32(FROM_NUMBER)),
    (65, "CONVERT_SMALLINT", U32(FROM_NUMBER)),
    (66, "CONVERT_TIME", U32(FROM_TIME)),
    (67, "CONVERT_TIMESTAMP", U32(FROM_TIMESTAMP)),
    (68, "CONVERT_TINYINT", U32(FROM_NUMBER)),
    (69, "CONVERT_VARBINARY", U32(FROM_BINARY)),
    (70, "CONVERT_VARCHAR", U32(FROM_TEXT)),
    (71, "CONVERT_LONGVARBINARY", U32(FROM_BINARY)),
    (72, "TXN_ISOLATION_OPTION", U32(0)), // no transactions
    (73, "INTEGRITY", NO),
    (74, "CORRELATION_NAME", U16(2)),     // ANY
    (75, "NON_NULLABLE_COLUMNS", U16(1)), // NON_NULL
    (77, "DRIVER_ODBC_VER", Text("03.80")),
    (78, "LOCK_TYPES", U32(0x1)),           // NO_CHANGE
    (79, "POS_OPERATIONS", U32(0x1 | 0x2)), // POSITION, REFRESH
    (80, "POSITIONED_STATEMENTS", U32(0)),
    (81, "GETDATA_EXTENSIONS", U32(0x1 | 0x2 | 0x8)), // ANY_COLUMN, ANY_ORDER, BOUND
    (82, "BOOKMARK_PERSISTENCE", BOOKMARK_PERSISTENCE),
    (83, "STATIC_SENSITIVITY", U32(0)), // what was stored does not change
    (84, "FILE_USAGE", U16(0)),         // NOT_SUPPORTED
    (85, "NULL_COLLATION", U16(1)),     // LOW
    (86, "ALTER_TABLE", U32(0)),
    (87, "COLUMN_ALIAS", YES),
    (88, "GROUP_BY", U16(3)), // NO_RELATION
    (89, "KEYWORDS", Text(KEYWORDS)),
    (90, "ORDER_BY_COLUMNS_IN_SELECT", NO),
    (91, "SCHEMA_USAGE", USAGE),
    (92, "CATALOG_USAGE", USAGE),
    (93, "QUOTED_IDENTIFIER_CASE", CASE),
    (94, "SPECIAL_CHARACTERS", Text("#$@")),
    (95, "SUBQUERIES", U32(0x1F)), // COMPARISON, EXISTS, IN, QUANTIFIED, CORRELATED
    (96, "UNION", U32(0x1 | 0x2)), // UNION, UNION_ALL
    (97, "MAX_COLUMNS_IN_GROUP_BY", U16(MAX_COLUMNS)),
    (98, "MAX_COLUMNS_IN_INDEX", U16(0)),
    (99, "MAX_COLUMNS_IN_ORDER_BY", U16(MAX_COLUMNS)),
    (100, "MAX_COLUMNS_IN_SELECT", U16(MAX_COLUMNS)),
    (101, "MAX_COLUMNS_IN_TABLE", U16(MAX_COLUMNS)),
    (102, "MAX_INDEX_SIZE", U32(0)),
    (103, "MAX_ROW_SIZE_INCLUDES_LONG", YES),
    (104, "MAX_ROW_SIZE", U32(0)),
    (105, "MAX_STATEMENT_LEN", U32(0)),
    (106, "MAX_TABLES_IN_SELECT", U16(MAX_TABLES)),
    (107, "MAX_USER_NAME_LEN", U16(SID_LEN)),
    (108, "MAX_CHAR_LITERAL_LEN", U32(0)),
    (109, "TIMEDATE_ADD_INTERVALS", U32(intervals())),
    (110, "TIMEDATE_DIFF_INTERVALS", U32(intervals())),
    (111, "NEED_LONG_DATA_LEN", NO),
    (112, "MAX_BINARY_LITERAL_LEN", U32(0)),
    (113, "LIKE_ESCAPE_CLAUSE", YES),
    (114, "CATALOG_LOCATION", U16(1)), // START
    (115, "OJ_CAPABILITIES", OJ_CAPABILITIES),
    (116, "ACTIVE_ENVIRONMENTS", U16(0)), // no limit
    (117, "ALTER_DOMAIN", U32(0)),
    (118, "SQL_CONFORMANCE", U32(0x1)),               // SQL92_ENTRY
    (119, "DATETIME_LITERALS", U32(0x1 | 0x2 | 0x4)), // DATE, TIME, TIMESTAMP
    (120, "BATCH_ROW_COUNT", U32(0)),
    (121, "BATCH_SUPPORT", U32(0)),
    (122, "CONVERT_WCHAR", U32(FROM_TEXT)),
    (123, "CONVERT_INTERVAL_DAY_TIME", U32(NONE)),
    (124, "CONVERT_INTERVAL_YEAR_MONTH", U32(NONE)),
    (125, "CONVERT_WLONGVARCHAR", U32(FROM_TEXT)),
    (126, "CONVERT_WVARCHAR", U32(FROM_TEXT)),
    (127, "CREATE_ASSERTION", U32(0)),
    (128, "CREATE_CHARACTER_SET", U32(0)),
    (129, "CREATE_COLLATION", U32(0)),
    (130, "CREATE_DOMAIN", U32(0)),
    (131, "CREATE_SCHEMA", U32(0)),
    (132, "CREATE_TABLE", CREATE_TABLE),
    (133, "CREATE_TRANSLATION", U32(0)),
    (134, "CREATE_VIEW", U32(0)),
    (136, "DROP_ASSERTION", U32(0)),
    (137, "DROP_CHARACTER_SET", U32(0)),
    (138, "DROP_COLLATION", U32(0)),
    (139, "DROP_DOMAIN", U32(0)),
    (140, "DROP_SCHEMA", U32(0)),
    (141, "DROP_TABLE", U32(7)), // DROP_TABLE, RESTRICT, CASCADE
    (142, "DROP_TRANSLATION", U32(0)),
    (143, "DROP_VIEW", U32(0)),
    (144, "DYNAMIC_CURSOR_ATTRIBUTES1", U32(0)),
    (145, "DYNAMIC_CURSOR_ATTRIBUTES2", U32(0)),
    (146, "FORWARD_ONLY_CURSOR_ATTRIBUTES1", U32(0x1)), // NEXT
    (147, "FORWARD_ONLY_CURSOR_ATTRIBUTES2", CURSOR_ATTRIBUTES2),
    (148, "INDEX_KEYWORDS", U32(0)),
    (149, "INFO_SCHEMA_VIEWS", U32(0)),
    (150, "KEYSET_CURSOR_ATTRIBUTES1", U32(0)),
    (151, "KEYSET_CURSOR_ATTRIBUTES2", U32(0)),
    (152, "ODBC_INTERFACE_CONFORMANCE", U32(1)),             // CORE
    (153, "PARAM_ARRAY_ROW_COUNTS", U32(2)),                 // NO_BATCH, one count for all sets
    (154, "PARAM_ARRAY_SELECTS", U32(3)),                    // NO_SELECT
    (155, "SQL92_DATETIME_FUNCTIONS", U32(0x1 | 0x2 | 0x4)), // CURRENT_DATE, _TIME, _TIMESTAMP
    (156, "SQL92_FOREIGN_KEY_DELETE_RULE", U32(0)),
    (157, "SQL92_FOREIGN_KEY_UPDATE_RULE", U32(0)),
    (158, "SQL92_GRANT", U32(0)),
    (159, "SQL92_NUMERIC_VALUE_FUNCTIONS", U32(0x3F)), // all
    (160, "SQL92_PREDICATES", PREDICATES),
    (161, "SQL92_RELATIONAL_JOIN_OPERATORS", JOINS),
    (162, "SQL92_REVOKE", U32(0)),
    (163, "SQL92_ROW_VALUE_CONSTRUCTOR", ROW_VALUES),
    (164, "SQL92_STRING_FUNCTIONS", U32(0x2 | 0x4 | 0x8 | 0xE0)), // LOWER, UPPER, SUBSTRING, TRIM
    (165, "SQL92_VALUE_EXPRESSIONS", U32(0x1 | 0x2 | 0x4 | 0x8)), // CASE, CAST, COALESCE, NULLIF
    (166, "STANDARD_CLI_CONFORMANCE", U32(0x1 | 0x2)),            // XOPEN_CLI_VERSION1, ISO92_CLI
    (167, "STATIC_CURSOR_ATTRIBUTES1", STATIC_CURSOR_ATTRIBUTES1),
    (168, "STATIC_CURSOR_ATTRIBUTES2", CURSOR_ATTRIBUTES2),
    (169, "AGGREGATE_FUNCTIONS", U32(0x7F)), // all, with DISTINCT and ALL
    (170, "DDL_INDEX", U32(0)),
    (171, "DM_VER", EMPTY),            // the driver manager's
    (172, "INSERT_STATEMENT", U32(7)), // LITERALS, SEARCHED, SELECT_INTO
    (173, "CONVERT_GUID", U32(NONE)),
    (174, "SCHEMA_INFERENCE", U32(0)), // 174 to 181: ODBC 4.0, none of it
    (175, "BINARY_FUNCTIONS", U32(0)),
    (176, "ISO_STRING_FUNCTIONS", U32(0)),
    (177, "ISO_BINARY_FUNCTIONS", U32(0)),
    (178, "LIMIT_ESCAPE_CLAUSE", U32(0)),
    (179, "NATIVE_ESCAPE_CLAUSE", U32(0)),
    (180, "RETURN_ESCAPE_CLAUSE", U32(0)), // Power BI asks for it
    (181, "FORMAT_ESCAPE_CLAUSE", U32(0)),
    (1750, "DTC_TRANSITION_COST", U32(0)),
    (10000, "XOPEN_CLI_YEAR", Text("1995")),
    (10001, "CURSOR_SENSITIVITY", U32(0)), // UNSPECIFIED
    (10002, "DESCRIBE_PARAMETER", YES),
    (10003, "CATALOG_NAME", YES),
    (10004, "COLLATION_SEQ", EMPTY), // unknown
    (10005, "MAX_IDENTIFIER_LEN", U16(NAME_LEN)),
    (10021, "ASYNC_MODE", U32(0)), // NONE
    (10022, "MAX_ASYNC_CONCURRENT_STATEMENTS", U32(0)),
    (10023, "ASYNC_DBC_FUNCTIONS", U32(0)),            // NOT_CAPABLE
    (10024, "DRIVER_AWARE_POOLING_SUPPORTED", U32(0)), // NOT_CAPABLE
    (10025, "ASYNC_NOTIFICATION", U32(0)),             // NOT_CAPABLE
    (65003, "OJ_CAPABILITIES_201", OJ_CAPABILITIES),   // ODBC 2.01's number
];

/// DELETE, TRANSACTION, UPDATE, SCROLL: whatever happens to the row, as long as the cursor is open.
const BOOKMARK_PERSISTENCE: Answer = U32(0x2 | 0x8 | 0x10 | 0x40);
/// NEXT, ABSOLUTE, RELATIVE, BOOKMARK, LOCK_NO_CHANGE, POS_POSITION, POS_REFRESH, BULK_FETCH_BY_BOOKMARK.
const STATIC_CURSOR_ATTRIBUTES1: Answer = U32(0x1 | 0x2 | 0x4 | 0x8 | 0x40 | 0x200 | 0x1000 | 0x80000);
/// READ_ONLY_CONCURRENCY, MAX_ROWS_SELECT, MAX_ROWS_CATALOG.
const CURSOR_ATTRIBUTES2: Answer = U32(0x1 | 0x80 | 0x800);
/// LEFT, RIGHT, FULL, NESTED, NOT_ORDERED, INNER, ALL_COMPARISON_OPS.
const OJ_CAPABILITIES: Answer = U32(0x7F);
/// COMMIT_PRESERVE, LOCAL_TEMPORARY, COLUMN_CONSTRAINT, TABLE_CONSTRAINT, CONSTRAINT_NAME_DEFINITION.
const CREATE_TABLE: Answer = U32(0x2 | 0x10 | 0x200 | 0x1000 | 0x2000);
/// VALUE_EXPRESSION, NULL, ROW_SUBQUERY.
const ROW_VALUES: Answer = U32(0x1 | 0x2 | 0x8);
/// EXISTS, ISNOTNULL, ISNULL, LIKE, IN, BETWEEN, COMPARISON, QUANTIFIED_COMPARISON.
const PREDICATES: Answer = U32(0x1 | 0x2 | 0x4 | 0x200 | 0x400 | 0x800 | 0x1000 | 0x2000);
/// CROSS, FULL OUTER, INNER, LEFT OUTER, NATURAL, RIGHT OUTER.
const JOINS: Answer = U32(0x2 | 0x8 | 0x10 | 0x40 | 0x80 | 0x100);

fn data_source_name(context: &InfoContext<'_>) -> String {
    context.data_source_name.to_owned()
}

fn server_name(context: &InfoContext<'_>) -> String {
    context.server_name.to_owned()
}

fn user_name(context: &InfoContext<'_>) -> String {
    context.user_name.to_owned()
}

fn read_only(context: &InfoContext<'_>) -> String {
    if context.read_only { "Y" } else { "N" }.to_owned()
}

/// The library's file name.
fn driver_name(_: &InfoContext<'_>) -> String {
    format!("{DLL_PREFIX}twilioodbc{DLL_SUFFIX}")
}

/// The package's version in the form `##.##.####`.
fn driver_version(_: &InfoContext<'_>) -> String {
    let (major, minor, patch) =
        (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH"));
    format!("{major:0>2}.{minor:0>2}.{patch:0>4}")
}
