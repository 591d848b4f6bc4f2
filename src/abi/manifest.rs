//! Every function that the library exports: its name, its number for SQLGetFunctions, its arguments.
//!
//! Adding a function is adding a line here and a marshalling function in its group's file. ODBC 2 functions are not
//! exported (a driver manager maps them better) but for SQLExtendedFetch, which unixODBC does not map; neither are
//! SQLDataSources and SQLDrivers (the driver manager's own).

use std::panic::{AssertUnwindSafe, catch_unwind};

use odbc_sys::SqlReturn;

use super::memory::Address;
use super::text::{Narrow, Wide};
use super::{catalog, connection, descriptor, diagnostics, handle, parameter, result, statement};
use crate::odbc::dispatch::Function;
use crate::odbc::registry::Token;

/// The last guard: marshalling that panics has no handle to tell it to.
fn guard(body: impl FnOnce() -> i16) -> i16 {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(SqlReturn::ERROR.0)
}

macro_rules! manifest {
    ($($name:ident = $id:literal => $body:path, ($($argument:ident: $type:ty),* $(,)?);)*) => {
        /// Every exported function.
        pub const FUNCTIONS: &[Function] = &[$(Function { name: stringify!($name), id: $id }),*];

        $(
            #[doc = concat!("`", stringify!($name), "` of the ODBC reference.")]
            #[allow(unsafe_code, clippy::too_many_arguments)]
            // SAFETY: no other function of this library has the name; ODBC gives it this signature.
            #[unsafe(no_mangle)]
            pub extern "system" fn $name($($argument: $type),*) -> i16 {
                const FUNCTION: Function = Function { name: stringify!($name), id: $id };
                guard(|| $body(FUNCTION, $($argument),*))
            }
        )*
    };
}

manifest! {
    SQLAllocHandle = 1001 => handle::allocate, (kind: i16, input: Token, output: Address);
    SQLFreeHandle = 1006 => handle::free, (kind: i16, handle: Token);
    SQLFreeStmt = 16 => handle::free_statement, (statement: Token, option: u16);
    SQLCancel = 5 => handle::cancel, (statement: Token);
    SQLCancelHandle = 1022 => handle::cancel_handle, (kind: i16, handle: Token);
    SQLEndTran = 1005 => handle::end_transaction, (kind: i16, handle: Token, completion: i16);
    SQLSetEnvAttr = 1019 => handle::set_attribute,
        (environment: Token, attribute: i32, value: Address, length: i32);
    SQLGetEnvAttr = 1012 => handle::get_attribute,
        (environment: Token, attribute: i32, value: Address, capacity: i32, length: Address);

    SQLConnect = 7 => connection::connect::<Narrow>,
        (connection: Token, dsn: Address, dsn_length: i16, user: Address, user_length: i16,
         password: Address, password_length: i16);
    SQLConnectW = 7 => connection::connect::<Wide>,
        (connection: Token, dsn: Address, dsn_length: i16, user: Address, user_length: i16,
         password: Address, password_length: i16);
    SQLDriverConnect = 41 => connection::driver_connect::<Narrow>,
        (connection: Token, window: Address, input: Address, input_length: i16,
         output: Address, capacity: i16, length: Address, completion: u16);
    SQLDriverConnectW = 41 => connection::driver_connect::<Wide>,
        (connection: Token, window: Address, input: Address, input_length: i16,
         output: Address, capacity: i16, length: Address, completion: u16);
    SQLBrowseConnect = 55 => connection::browse_connect::<Narrow>,
        (connection: Token, input: Address, input_length: i16, output: Address, capacity: i16, length: Address);
    SQLBrowseConnectW = 55 => connection::browse_connect::<Wide>,
        (connection: Token, input: Address, input_length: i16, output: Address, capacity: i16, length: Address);
    SQLDisconnect = 9 => connection::disconnect, (connection: Token);
    SQLSetConnectAttr = 1016 => connection::set_attribute::<Narrow>,
        (connection: Token, attribute: i32, value: Address, length: i32);
    SQLSetConnectAttrW = 1016 => connection::set_attribute::<Wide>,
        (connection: Token, attribute: i32, value: Address, length: i32);
    SQLGetConnectAttr = 1007 => connection::get_attribute::<Narrow>,
        (connection: Token, attribute: i32, value: Address, capacity: i32, length: Address);
    SQLGetConnectAttrW = 1007 => connection::get_attribute::<Wide>,
        (connection: Token, attribute: i32, value: Address, capacity: i32, length: Address);
    SQLGetInfo = 45 => connection::get_info::<Narrow>,
        (connection: Token, id: u16, value: Address, capacity: i16, length: Address);
    SQLGetInfoW = 45 => connection::get_info::<Wide>,
        (connection: Token, id: u16, value: Address, capacity: i16, length: Address);
    SQLGetFunctions = 44 => connection::get_functions, (connection: Token, id: u16, supported: Address);
    SQLNativeSql = 62 => connection::native_sql::<Narrow>,
        (connection: Token, input: Address, input_length: i32, output: Address, capacity: i32, length: Address);
    SQLNativeSqlW = 62 => connection::native_sql::<Wide>,
        (connection: Token, input: Address, input_length: i32, output: Address, capacity: i32, length: Address);

    SQLSetStmtAttr = 1020 => statement::set_attribute::<Narrow>,
        (statement: Token, attribute: i32, value: Address, length: i32);
    SQLSetStmtAttrW = 1020 => statement::set_attribute::<Wide>,
        (statement: Token, attribute: i32, value: Address, length: i32);
    SQLGetStmtAttr = 1014 => statement::get_attribute::<Narrow>,
        (statement: Token, attribute: i32, value: Address, capacity: i32, length: Address);
    SQLGetStmtAttrW = 1014 => statement::get_attribute::<Wide>,
        (statement: Token, attribute: i32, value: Address, capacity: i32, length: Address);
    SQLPrepare = 19 => statement::prepare::<Narrow>, (statement: Token, text: Address, length: i32);
    SQLPrepareW = 19 => statement::prepare::<Wide>, (statement: Token, text: Address, length: i32);
    SQLExecute = 12 => statement::execute, (statement: Token);
    SQLExecDirect = 11 => statement::execute_direct::<Narrow>, (statement: Token, text: Address, length: i32);
    SQLExecDirectW = 11 => statement::execute_direct::<Wide>, (statement: Token, text: Address, length: i32);
    SQLRowCount = 20 => statement::row_count, (statement: Token, count: Address);
    SQLMoreResults = 61 => statement::more_results, (statement: Token);
    SQLCloseCursor = 1003 => statement::close_cursor, (statement: Token);
    SQLSetCursorName = 21 => statement::set_cursor_name::<Narrow>, (statement: Token, name: Address, length: i16);
    SQLSetCursorNameW = 21 => statement::set_cursor_name::<Wide>, (statement: Token, name: Address, length: i16);
    SQLGetCursorName = 17 => statement::get_cursor_name::<Narrow>,
        (statement: Token, name: Address, capacity: i16, length: Address);
    SQLGetCursorNameW = 17 => statement::get_cursor_name::<Wide>,
        (statement: Token, name: Address, capacity: i16, length: Address);

    SQLNumParams = 63 => parameter::count, (statement: Token, count: Address);
    SQLDescribeParam = 58 => parameter::describe,
        (statement: Token, number: u16, sql_type: Address, size: Address, digits: Address, nullable: Address);
    SQLBindParameter = 72 => parameter::bind,
        (statement: Token, number: u16, direction: i16, c_type: i16, sql_type: i16, size: usize, digits: i16,
         value: Address, buffer_length: isize, length: Address);
    SQLParamData = 48 => parameter::data, (statement: Token, value: Address);
    SQLPutData = 49 => parameter::put_data, (statement: Token, data: Address, length: isize);

    SQLNumResultCols = 18 => result::count, (statement: Token, count: Address);
    SQLDescribeCol = 8 => result::describe::<Narrow>,
        (statement: Token, number: u16, name: Address, capacity: i16, length: Address,
         sql_type: Address, size: Address, digits: Address, nullable: Address);
    SQLDescribeColW = 8 => result::describe::<Wide>,
        (statement: Token, number: u16, name: Address, capacity: i16, length: Address,
         sql_type: Address, size: Address, digits: Address, nullable: Address);
    SQLColAttribute = 6 => result::attribute::<Narrow>,
        (statement: Token, number: u16, id: u16, text: Address, capacity: i16, length: Address, value: Address);
    SQLColAttributeW = 6 => result::attribute::<Wide>,
        (statement: Token, number: u16, id: u16, text: Address, capacity: i16, length: Address, value: Address);
    SQLBindCol = 4 => result::bind,
        (statement: Token, number: u16, c_type: i16, value: Address, buffer_length: isize, length: Address);
    SQLFetch = 13 => result::fetch, (statement: Token);
    SQLFetchScroll = 1021 => result::fetch_scroll, (statement: Token, orientation: i16, offset: isize);
    SQLExtendedFetch = 59 => result::extended_fetch,
        (statement: Token, orientation: u16, offset: isize, fetched: Address, status: Address);
    SQLSetPos = 68 => result::set_position, (statement: Token, row: usize, operation: u16, lock: u16);
    SQLBulkOperations = 24 => result::bulk_operation, (statement: Token, operation: i16);
    SQLGetData = 43 => result::get_data,
        (statement: Token, number: u16, c_type: i16, value: Address, buffer_length: isize, length: Address);

    SQLGetDiagRec = 1011 => diagnostics::record::<Narrow>,
        (kind: i16, handle: Token, number: i16, state: Address, native: Address, message: Address,
         capacity: i16, length: Address);
    SQLGetDiagRecW = 1011 => diagnostics::record::<Wide>,
        (kind: i16, handle: Token, number: i16, state: Address, native: Address, message: Address,
         capacity: i16, length: Address);
    SQLGetDiagField = 1010 => diagnostics::field::<Narrow>,
        (kind: i16, handle: Token, number: i16, id: i16, value: Address, capacity: i16, length: Address);
    SQLGetDiagFieldW = 1010 => diagnostics::field::<Wide>,
        (kind: i16, handle: Token, number: i16, id: i16, value: Address, capacity: i16, length: Address);

    SQLGetDescField = 1008 => descriptor::get_field::<Narrow>,
        (descriptor: Token, number: i16, id: i16, value: Address, capacity: i32, length: Address);
    SQLGetDescFieldW = 1008 => descriptor::get_field::<Wide>,
        (descriptor: Token, number: i16, id: i16, value: Address, capacity: i32, length: Address);
    SQLSetDescField = 1017 => descriptor::set_field::<Narrow>,
        (descriptor: Token, number: i16, id: i16, value: Address, length: i32);
    SQLSetDescFieldW = 1017 => descriptor::set_field::<Wide>,
        (descriptor: Token, number: i16, id: i16, value: Address, length: i32);
    SQLGetDescRec = 1009 => descriptor::get_record::<Narrow>,
        (descriptor: Token, number: i16, name: Address, capacity: i16, name_length: Address, verbose_type: Address,
         sub_type: Address, length: Address, precision: Address, scale: Address, nullable: Address);
    SQLGetDescRecW = 1009 => descriptor::get_record::<Wide>,
        (descriptor: Token, number: i16, name: Address, capacity: i16, name_length: Address, verbose_type: Address,
         sub_type: Address, length: Address, precision: Address, scale: Address, nullable: Address);
    SQLSetDescRec = 1018 => descriptor::set_record,
        (descriptor: Token, number: i16, verbose_type: i16, sub_type: i16, length: isize, precision: i16,
         scale: i16, data: Address, octet_length: Address, indicator: Address);
    SQLCopyDesc = 1004 => descriptor::copy, (source: Token, target: Token);

    SQLGetTypeInfo = 47 => catalog::type_info, (statement: Token, data_type: i16);
    SQLGetTypeInfoW = 47 => catalog::type_info, (statement: Token, data_type: i16);
    SQLTables = 54 => catalog::tables::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, types: Address, types_length: i16);
    SQLTablesW = 54 => catalog::tables::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, types: Address, types_length: i16);
    SQLColumns = 40 => catalog::columns::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, column: Address, column_length: i16);
    SQLColumnsW = 40 => catalog::columns::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, column: Address, column_length: i16);
    SQLPrimaryKeys = 65 => catalog::primary_keys::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16);
    SQLPrimaryKeysW = 65 => catalog::primary_keys::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16);
    SQLForeignKeys = 60 => catalog::foreign_keys::<Narrow>,
        (statement: Token, pk_catalog: Address, pk_catalog_length: i16, pk_schema: Address, pk_schema_length: i16,
         pk_table: Address, pk_table_length: i16, fk_catalog: Address, fk_catalog_length: i16,
         fk_schema: Address, fk_schema_length: i16, fk_table: Address, fk_table_length: i16);
    SQLForeignKeysW = 60 => catalog::foreign_keys::<Wide>,
        (statement: Token, pk_catalog: Address, pk_catalog_length: i16, pk_schema: Address, pk_schema_length: i16,
         pk_table: Address, pk_table_length: i16, fk_catalog: Address, fk_catalog_length: i16,
         fk_schema: Address, fk_schema_length: i16, fk_table: Address, fk_table_length: i16);
    SQLStatistics = 53 => catalog::statistics::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, unique: u16, accuracy: u16);
    SQLStatisticsW = 53 => catalog::statistics::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, unique: u16, accuracy: u16);
    SQLSpecialColumns = 52 => catalog::special_columns::<Narrow>,
        (statement: Token, kind: u16, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, scope: u16, nullable: u16);
    SQLSpecialColumnsW = 52 => catalog::special_columns::<Wide>,
        (statement: Token, kind: u16, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, scope: u16, nullable: u16);
    SQLProcedures = 67 => catalog::procedures::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         procedure: Address, procedure_length: i16);
    SQLProceduresW = 67 => catalog::procedures::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         procedure: Address, procedure_length: i16);
    SQLProcedureColumns = 66 => catalog::procedure_columns::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         procedure: Address, procedure_length: i16, column: Address, column_length: i16);
    SQLProcedureColumnsW = 66 => catalog::procedure_columns::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         procedure: Address, procedure_length: i16, column: Address, column_length: i16);
    SQLTablePrivileges = 70 => catalog::table_privileges::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16);
    SQLTablePrivilegesW = 70 => catalog::table_privileges::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16);
    SQLColumnPrivileges = 56 => catalog::column_privileges::<Narrow>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, column: Address, column_length: i16);
    SQLColumnPrivilegesW = 56 => catalog::column_privileges::<Wide>,
        (statement: Token, catalog: Address, catalog_length: i16, schema: Address, schema_length: i16,
         table: Address, table_length: i16, column: Address, column_length: i16);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_function_has_its_sisters_number() {
        for function in FUNCTIONS {
            if let Some(narrow) = function.name.strip_suffix('W') {
                let sister = FUNCTIONS.iter().find(|f| f.name == narrow).expect(function.name);
                assert_eq!(sister.id, function.id);
            }
        }
    }

    #[test]
    fn no_two_functions_share_a_number() {
        let narrow: Vec<_> = FUNCTIONS.iter().filter(|f| !f.name.ends_with('W')).collect();
        for (i, function) in narrow.iter().enumerate() {
            assert!(narrow[i + 1..].iter().all(|other| other.id != function.id), "{}", function.name);
        }
    }

    #[test]
    fn nothing_of_odbc_2_is_exported() {
        for name in
            ["SQLError", "SQLAllocEnv", "SQLTransact", "SQLColAttributes", "SQLDrivers", "SQLDataSources"]
        {
            assert!(FUNCTIONS.iter().all(|f| f.name.trim_end_matches('W') != name), "{name}");
        }
    }
}
