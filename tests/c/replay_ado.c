/* What ADO calls over ODBC, as an application of ODBC 2: statement attributes set on the connection, old type
 * codes, numbers bound as SQL_C_NUMERIC, blocks of rows, columns bound before SQLGetTypeInfo.
 *
 * ADO fetches by SQLExtendedFetch, of which Windows' driver manager makes what stands here; unixODBC makes nothing. */

#include "odbc_test.h"

#define CONNECTION(attribute, value) DBC(SQLSetConnectAttr(dbc, attribute, (SQLPOINTER)(size_t)(value), 0))

int main(int argc, char **argv)
{
    SQLHSTMT stmt = NULL;
    SQLUSMALLINT small;
    SQLUINTEGER number;
    SQLCHAR text[1024];
    SQLSMALLINT length;
    (void)argc;

    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC2, 0);
    check(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc), SQL_HANDLE_ENV, env, "SQLAllocHandle");
    CONNECTION(SQL_ATTR_LOGIN_TIMEOUT, 15);
    DBC(SQLDriverConnect(dbc, NULL, (SQLCHAR *)argv[1], SQL_NTS, text, sizeof text, &length, SQL_DRIVER_NOPROMPT));

    const SQLUSMALLINT numbers[] = {
        SQL_POS_OPERATIONS, SQL_STATIC_SENSITIVITY, SQL_LOCK_TYPES, SQL_GETDATA_EXTENSIONS, SQL_TXN_ISOLATION_OPTION,
        SQL_BOOKMARK_PERSISTENCE, SQL_SCROLL_OPTIONS, SQL_SCROLL_CONCURRENCY, SQL_DYNAMIC_CURSOR_ATTRIBUTES1,
        SQL_KEYSET_CURSOR_ATTRIBUTES1, SQL_STATIC_CURSOR_ATTRIBUTES1, SQL_FORWARD_ONLY_CURSOR_ATTRIBUTES1,
        SQL_DEFAULT_TXN_ISOLATION,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        DBC(SQLGetInfo(dbc, numbers[i], &number, sizeof number, NULL));
    DBC(SQLGetInfo(dbc, SQL_TXN_CAPABLE, &small, sizeof small, NULL));
    DBC(SQLGetInfo(dbc, SQL_MULT_RESULT_SETS, text, sizeof text, NULL));
    CONNECTION(SQL_ATTR_MAX_ROWS, 4);
    CONNECTION(SQL_ATTR_QUERY_TIMEOUT, 30);

    /* One column of type information, bound before the call. */
    SQLSMALLINT type = 0;
    SQLUINTEGER size = 0;
    SQLLEN type_length, size_length;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    STMT(SQLBindCol(stmt, 2, SQL_C_SHORT, &type, sizeof type, &type_length));
    STMT(SQLBindCol(stmt, 3, SQL_C_ULONG, &size, sizeof size, &size_length));
    STMT(SQLGetTypeInfo(stmt, SQL_TIMESTAMP));
    STMT(SQLFetch(stmt));
    printf("timestamp is %d of %u\n", type, (unsigned)size);
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));

    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_BIND_TYPE, (SQLPOINTER)SQL_PARAM_BIND_BY_COLUMN, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)1, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_QUERY_TIMEOUT, (SQLPOINTER)30, 0));
    execute(stmt, "SELECT CallSid, DateCreated, LENGTH(Label) AS n" PARTICIPANTS);
    SQLLEN rows, updatable;
    SQLSMALLINT columns;
    STMT(SQLRowCount(stmt, &rows));
    STMT(SQLNumResultCols(stmt, &columns));
    for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)columns; i++) {
        SQLCHAR name[64], label[1024];
        SQLULEN column_size;
        SQLSMALLINT digits, nullable;
        STMT(SQLDescribeCol(stmt, i, name, sizeof name, &length, &type, &column_size, &digits, &nullable));
        STMT(SQLColAttribute(stmt, i, SQL_COLUMN_LABEL, label, sizeof label, &length, NULL));
        STMT(SQLColAttribute(stmt, i, SQL_COLUMN_UPDATABLE, NULL, 0, NULL, &updatable));
        printf("%s %s %d %lu, %s\n", name, label, type, (unsigned long)column_size,
               updatable == SQL_ATTR_READONLY || updatable == SQL_ATTR_READWRITE_UNKNOWN ? "not to be written" : "writable");
    }

    SQLCHAR call[2][40];
    SQL_TIMESTAMP_STRUCT created[2];
    SQL_NUMERIC_STRUCT n[2];
    SQLLEN call_length[2], created_length[2], n_length[2];
    SQLULEN fetched;
    SQLUSMALLINT status[2];
    SQLRETURN code;
    STMT(SQLSetStmtAttr(stmt, SQL_ROWSET_SIZE, (SQLPOINTER)2, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)2, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_STATUS_PTR, status, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_BIND_TYPE, (SQLPOINTER)SQL_BIND_BY_COLUMN, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_RETRIEVE_DATA, (SQLPOINTER)SQL_RD_ON, 0));
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, call, sizeof call[0], call_length));
    STMT(SQLBindCol(stmt, 2, SQL_C_TIMESTAMP, created, sizeof created[0], created_length));
    STMT(SQLBindCol(stmt, 3, SQL_C_NUMERIC, n, sizeof n[0], n_length));
    while ((code = SQLFetchScroll(stmt, SQL_FETCH_NEXT, 0)) != SQL_NO_DATA) {
        STMT(code);
        for (SQLULEN i = 0; i < fetched; i++) {
            printf("%s %02d:%02d ", call[i], created[i].hour, created[i].minute);
            if (n_length[i] == SQL_NULL_DATA)
                printf("NULL\n");
            else
                printf("%s%d scale %d (%ld)\n", n[i].sign == 1 ? "+" : "-", n[i].val[0], n[i].scale, (long)n_length[i]);
        }
    }
    printf("%s after the four rows that were asked for\n", name_of(code));
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
    STMT(SQLFreeStmt(stmt, SQL_DROP));

    CONNECTION(SQL_ATTR_AUTOCOMMIT, SQL_AUTOCOMMIT_OFF);
    DBC(SQLEndTran(SQL_HANDLE_DBC, dbc, SQL_COMMIT));
    CONNECTION(SQL_ATTR_AUTOCOMMIT, SQL_AUTOCOMMIT_ON);
    DBC(SQLDisconnect(dbc));
    DBC(SQLFreeHandle(SQL_HANDLE_DBC, dbc));
    SQLFreeHandle(SQL_HANDLE_ENV, env);
    printf("done\n");
    return 0;
}
