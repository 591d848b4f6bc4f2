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

/// Words beyond ODBC's own list that are no names without quotes.
const KEYWORDS: &str = "AUTOINCREMENT,GLOB,ISNULL,LATERAL,LIMIT,NOTHING,NOTNULL,OFFSET,PIVOT,QUALIFY,RETURNING,\
    TOP,UNPIVOT,WINDOW";

/// SQLite's limits (SQLITE_MAX_COLUMN, and the 64 tables of a join).
const MAX_COLUMNS: u16 = 2000;
const MAX_TABLES: u16 = 64;
/// A user is an account SID or a key SID.
const SID_LEN: u16 = 34;

const YES: Answer = Text("Y");
const NO: Answer = Text("N");
const EMPTY: Answer = Text("");

/// SQL_DML_STATEMENTS | SQL_PROCEDURE_INVOCATION: where a qualified name is accepted.
const USAGE: Answer = U32(0x1 | 0x2);
/// SQL_IC_MIXED: any letter case finds a name, and the name's own is kept.
const CASE: Answer = U16(4);
/// SQL_CB_PRESERVE: SQLEndTran leaves cursors as they are.
const PRESERVE: Answer = U16(2);

/// Every info type in ascending order. The handles 3, 4, 5, 76 and 135 are the driver manager's own and never reach
/// a driver.
pub(super) static INFO_TYPES: &[(u16, Answer)] = &[
    (0, U16(0)),                               // MAX_DRIVER_CONNECTIONS: no limit
    (1, U16(0)),                               // MAX_CONCURRENT_ACTIVITIES: no limit
    (2, Of(data_source_name)),                 // DATA_SOURCE_NAME
    (6, Of(driver_name)),                      // DRIVER_NAME
    (7, Of(driver_version)),                   // DRIVER_VER
    (8, U32(0x1)),                             // FETCH_DIRECTION: NEXT
    (9, U16(1)),                               // ODBC_API_CONFORMANCE: LEVEL1
    (10, Text("03.80.0000")),                  // ODBC_VER: the driver manager's, where there is one
    (11, NO),                                  // ROW_UPDATES
    (12, U16(1)),                              // ODBC_SAG_CLI_CONFORMANCE: COMPLIANT
    (13, Of(server_name)),                     // SERVER_NAME
    (14, Text("\\")),                          // SEARCH_PATTERN_ESCAPE
    (15, U16(1)),                              // ODBC_SQL_CONFORMANCE: CORE
    (16, Text(CATALOG)),                       // DATABASE_NAME: the current catalog
    (17, Text("Twilio")),                      // DBMS_NAME
    (18, Text(DBMS_VER)),                      // DBMS_VER
    (19, YES),                                 // ACCESSIBLE_TABLES
    (20, YES),                                 // ACCESSIBLE_PROCEDURES
    (21, YES),                                 // PROCEDURES
    (22, U16(0)),                              // CONCAT_NULL_BEHAVIOR: NULL
    (23, PRESERVE),                            // CURSOR_COMMIT_BEHAVIOR
    (24, PRESERVE),                            // CURSOR_ROLLBACK_BEHAVIOR
    (25, Of(read_only)),                       // DATA_SOURCE_READ_ONLY
    (26, U32(0)),                              // DEFAULT_TXN_ISOLATION: no transactions
    (27, YES),                                 // EXPRESSIONS_IN_ORDERBY
    (28, CASE),                                // IDENTIFIER_CASE
    (29, Text("\"")),                          // IDENTIFIER_QUOTE_CHAR
    (30, U16(NAME_LEN)),                       // MAX_COLUMN_NAME_LEN
    (31, U16(NAME_LEN)),                       // MAX_CURSOR_NAME_LEN
    (32, U16(NAME_LEN)),                       // MAX_SCHEMA_NAME_LEN
    (33, U16(NAME_LEN)),                       // MAX_PROCEDURE_NAME_LEN
    (34, U16(NAME_LEN)),                       // MAX_CATALOG_NAME_LEN
    (35, U16(NAME_LEN)),                       // MAX_TABLE_NAME_LEN
    (36, NO),                                  // MULT_RESULT_SETS
    (37, NO),                                  // MULTIPLE_ACTIVE_TXN
    (38, YES),                                 // OUTER_JOINS
    (39, Text("schema")),                      // SCHEMA_TERM
    (40, Text("procedure")),                   // PROCEDURE_TERM
    (41, Text(".")),                           // CATALOG_NAME_SEPARATOR
    (42, Text("catalog")),                     // CATALOG_TERM
    (43, U32(0x1)),                            // SCROLL_CONCURRENCY: READ_ONLY
    (44, U32(0x1)),                            // SCROLL_OPTIONS: FORWARD_ONLY
    (45, Text("table")),                       // TABLE_TERM
    (46, U16(0)),                              // TXN_CAPABLE: NONE
    (47, Of(user_name)),                       // USER_NAME
    (48, U32(0x1 | 0x2)),                      // CONVERT_FUNCTIONS: CONVERT, CAST
    (49, U32(mask(FunctionFamily::Numeric))),  // NUMERIC_FUNCTIONS
    (50, U32(mask(FunctionFamily::String))),   // STRING_FUNCTIONS
    (51, U32(mask(FunctionFamily::System))),   // SYSTEM_FUNCTIONS
    (52, U32(mask(FunctionFamily::TimeDate))), // TIMEDATE_FUNCTIONS
    (53, U32(FROM_NUMBER)),                    // CONVERT_BIGINT
    (54, U32(FROM_BINARY)),                    // CONVERT_BINARY
    (55, U32(FROM_NUMBER)),                    // CONVERT_BIT
    (56, U32(FROM_TEXT)),                      // CONVERT_CHAR
    (57, U32(FROM_DATE)),                      // CONVERT_DATE
    (58, U32(FROM_NUMBER)),                    // CONVERT_DECIMAL
    (59, U32(FROM_NUMBER)),                    // CONVERT_DOUBLE
    (60, U32(FROM_NUMBER)),                    // CONVERT_FLOAT
    (61, U32(FROM_NUMBER)),                    // CONVERT_INTEGER
    (62, U32(FROM_TEXT)),                      // CONVERT_LONGVARCHAR
    (63, U32(FROM_NUMBER)),                    // CONVERT_NUMERIC
    (64, U32(FROM_NUMBER)),                    // CONVERT_REAL
    (65, U32(FROM_NUMBER)),                    // CONVERT_SMALLINT
    (66, U32(FROM_TIME)),                      // CONVERT_TIME
    (67, U32(FROM_TIMESTAMP)),                 // CONVERT_TIMESTAMP
    (68, U32(FROM_NUMBER)),                    // CONVERT_TINYINT
    (69, U32(FROM_BINARY)),                    // CONVERT_VARBINARY
    (70, U32(FROM_TEXT)),                      // CONVERT_VARCHAR
    (71, U32(FROM_BINARY)),                    // CONVERT_LONGVARBINARY
    (72, U32(0)),                              // TXN_ISOLATION_OPTION: no transactions
    (73, NO),                                  // INTEGRITY
    (74, U16(2)),                              // CORRELATION_NAME: ANY
    (75, U16(1)),                              // NON_NULLABLE_COLUMNS: NON_NULL
    (77, Text("03.80")),                       // DRIVER_ODBC_VER
    (78, U32(0)),                              // LOCK_TYPES
    (79, U32(0)),                              // POS_OPERATIONS
    (80, U32(0)),                              // POSITIONED_STATEMENTS
    (81, U32(0x1 | 0x2 | 0x8)),                // GETDATA_EXTENSIONS: ANY_COLUMN, ANY_ORDER, BOUND
    (82, U32(0)),                              // BOOKMARK_PERSISTENCE
    (83, U32(0)),                              // STATIC_SENSITIVITY
    (84, U16(0)),                              // FILE_USAGE: NOT_SUPPORTED
    (85, U16(1)),                              // NULL_COLLATION: LOW
    (86, U32(0)),                              // ALTER_TABLE
    (87, YES),                                 // COLUMN_ALIAS
    (88, U16(3)),                              // GROUP_BY: NO_RELATION
    (89, Text(KEYWORDS)),                      // KEYWORDS
    (90, NO),                                  // ORDER_BY_COLUMNS_IN_SELECT
    (91, USAGE),                               // SCHEMA_USAGE
    (92, USAGE),                               // CATALOG_USAGE
    (93, CASE),                                // QUOTED_IDENTIFIER_CASE
    (94, EMPTY),                               // SPECIAL_CHARACTERS
    (95, U32(0x1F)),                           // SUBQUERIES: COMPARISON, EXISTS, IN, QUANTIFIED, CORRELATED
    (96, U32(0x1 | 0x2)),                      // UNION: UNION, UNION_ALL
    (97, U16(MAX_COLUMNS)),                    // MAX_COLUMNS_IN_GROUP_BY
    (98, U16(0)),                              // MAX_COLUMNS_IN_INDEX
    (99, U16(MAX_COLUMNS)),                    // MAX_COLUMNS_IN_ORDER_BY
    (100, U16(MAX_COLUMNS)),                   // MAX_COLUMNS_IN_SELECT
    (101, U16(MAX_COLUMNS)),                   // MAX_COLUMNS_IN_TABLE
    (102, U32(0)),                             // MAX_INDEX_SIZE
    (103, YES),                                // MAX_ROW_SIZE_INCLUDES_LONG
    (104, U32(0)),                             // MAX_ROW_SIZE
    (105, U32(0)),                             // MAX_STATEMENT_LEN
    (106, U16(MAX_TABLES)),                    // MAX_TABLES_IN_SELECT
    (107, U16(SID_LEN)),                       // MAX_USER_NAME_LEN
    (108, U32(0)),                             // MAX_CHAR_LITERAL_LEN
    (109, U32(intervals())),                   // TIMEDATE_ADD_INTERVALS
    (110, U32(intervals())),                   // TIMEDATE_DIFF_INTERVALS
    (111, NO),                                 // NEED_LONG_DATA_LEN
    (112, U32(0)),                             // MAX_BINARY_LITERAL_LEN
    (113, YES),                                // LIKE_ESCAPE_CLAUSE
    (114, U16(1)),                             // CATALOG_LOCATION: START
    (115, OJ_CAPABILITIES),                    // OJ_CAPABILITIES
    (116, U16(0)),                             // ACTIVE_ENVIRONMENTS: no limit
    (117, U32(0)),                             // ALTER_DOMAIN
    (118, U32(0x1)),                           // SQL_CONFORMANCE: SQL92_ENTRY
    (119, U32(0x1 | 0x2 | 0x4)),               // DATETIME_LITERALS: DATE, TIME, TIMESTAMP
    (120, U32(0)),                             // BATCH_ROW_COUNT
    (121, U32(0)),                             // BATCH_SUPPORT
    (122, U32(FROM_TEXT)),                     // CONVERT_WCHAR
    (123, U32(NONE)),                          // CONVERT_INTERVAL_DAY_TIME
    (124, U32(NONE)),                          // CONVERT_INTERVAL_YEAR_MONTH
    (125, U32(FROM_TEXT)),                     // CONVERT_WLONGVARCHAR
    (126, U32(FROM_TEXT)),                     // CONVERT_WVARCHAR
    (127, U32(0)),                             // CREATE_ASSERTION
    (128, U32(0)),                             // CREATE_CHARACTER_SET
    (129, U32(0)),                             // CREATE_COLLATION
    (130, U32(0)),                             // CREATE_DOMAIN
    (131, U32(0)),                             // CREATE_SCHEMA
    (132, U32(0x1212)),                        // CREATE_TABLE: LOCAL_TEMPORARY and more
    (133, U32(0)),                             // CREATE_TRANSLATION
    (134, U32(0)),                             // CREATE_VIEW
    (136, U32(0)),                             // DROP_ASSERTION
    (137, U32(0)),                             // DROP_CHARACTER_SET
    (138, U32(0)),                             // DROP_COLLATION
    (139, U32(0)),                             // DROP_DOMAIN
    (140, U32(0)),                             // DROP_SCHEMA
    (141, U32(1)),                             // DROP_TABLE
    (142, U32(0)),                             // DROP_TRANSLATION
    (143, U32(0)),                             // DROP_VIEW
    (144, U32(0)),                             // DYNAMIC_CURSOR_ATTRIBUTES1
    (145, U32(0)),                             // DYNAMIC_CURSOR_ATTRIBUTES2
    (146, U32(0x1)),                           // FORWARD_ONLY_CURSOR_ATTRIBUTES1: NEXT
    (147, U32(0x1)),                           // FORWARD_ONLY_CURSOR_ATTRIBUTES2: READ_ONLY_CONCURRENCY
    (148, U32(0)),                             // INDEX_KEYWORDS
    (149, U32(0)),                             // INFO_SCHEMA_VIEWS
    (150, U32(0)),                             // KEYSET_CURSOR_ATTRIBUTES1
    (151, U32(0)),                             // KEYSET_CURSOR_ATTRIBUTES2
    (152, U32(1)),                             // ODBC_INTERFACE_CONFORMANCE: CORE
    (153, U32(2)),                             // PARAM_ARRAY_ROW_COUNTS: NO_BATCH, one count for all sets
    (154, U32(3)),                             // PARAM_ARRAY_SELECTS: NO_SELECT
    (155, U32(0x1 | 0x2 | 0x4)),               // SQL92_DATETIME_FUNCTIONS: CURRENT_DATE, _TIME, _TIMESTAMP
    (156, U32(0)),                             // SQL92_FOREIGN_KEY_DELETE_RULE
    (157, U32(0)),                             // SQL92_FOREIGN_KEY_UPDATE_RULE
    (158, U32(0)),                             // SQL92_GRANT
    (159, U32(0x3F)),                          // SQL92_NUMERIC_VALUE_FUNCTIONS: all
    (160, PREDICATES),                         // SQL92_PREDICATES
    (161, JOINS),                              // SQL92_RELATIONAL_JOIN_OPERATORS
    (162, U32(0)),                             // SQL92_REVOKE
    (163, U32(0)),                             // SQL92_ROW_VALUE_CONSTRUCTOR
    (164, U32(0x2 | 0x4 | 0x8 | 0xE0)),        // SQL92_STRING_FUNCTIONS: LOWER, UPPER, SUBSTRING, TRIM
    (165, U32(0x1 | 0x2 | 0x4 | 0x8)),         // SQL92_VALUE_EXPRESSIONS: CASE, CAST, COALESCE, NULLIF
    (166, U32(0x1 | 0x2)),                     // STANDARD_CLI_CONFORMANCE: XOPEN_CLI_VERSION1, ISO92_CLI
    (167, U32(0)),                             // STATIC_CURSOR_ATTRIBUTES1
    (168, U32(0)),                             // STATIC_CURSOR_ATTRIBUTES2
    (169, U32(0x7F)),                          // AGGREGATE_FUNCTIONS: all, with DISTINCT and ALL
    (170, U32(0)),                             // DDL_INDEX
    (171, EMPTY),                              // DM_VER: the driver manager's
    (172, U32(7)),                             // INSERT_STATEMENT
    (173, U32(NONE)),                          // CONVERT_GUID
    (174, U32(0)),                             // 174 to 181: ODBC 4.0, none of it; Power BI asks for 180
    (175, U32(0)),
    (176, U32(0)),
    (177, U32(0)),
    (178, U32(0)),
    (179, U32(0)),
    (180, U32(0)),
    (181, U32(0)),
    (1750, U32(0)),           // DTC_TRANSITION_COST
    (10000, Text("1995")),    // XOPEN_CLI_YEAR
    (10001, U32(0)),          // CURSOR_SENSITIVITY: UNSPECIFIED
    (10002, YES),             // DESCRIBE_PARAMETER
    (10003, YES),             // CATALOG_NAME
    (10004, EMPTY),           // COLLATION_SEQ: unknown
    (10005, U16(NAME_LEN)),   // MAX_IDENTIFIER_LEN
    (10021, U32(0)),          // ASYNC_MODE: NONE
    (10022, U32(0)),          // MAX_ASYNC_CONCURRENT_STATEMENTS
    (10023, U32(0)),          // ASYNC_DBC_FUNCTIONS: NOT_CAPABLE
    (10024, U32(0)),          // DRIVER_AWARE_POOLING_SUPPORTED: NOT_CAPABLE
    (10025, U32(0)),          // ASYNC_NOTIFICATION: NOT_CAPABLE
    (65003, OJ_CAPABILITIES), // OJ_CAPABILITIES of ODBC 2.01
];

/// LEFT, RIGHT, FULL, NESTED, NOT_ORDERED, INNER, ALL_COMPARISON_OPS.
const OJ_CAPABILITIES: Answer = U32(0x7F);
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
