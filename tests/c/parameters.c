/* Parameters: bound narrow, wide and as numbers, NULL, sent in parts at execution, and left out. */

#include "odbc_test.h"

static void print_rows(SQLHSTMT stmt)
{
    char text[64];
    SQLLEN length;
    int rows = 0;
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        STMT(SQLGetData(stmt, 1, SQL_C_CHAR, text, sizeof text, &length));
        printf("  %s\n", length == SQL_NULL_DATA ? "NULL" : text);
        rows++;
    }
    printf("  %d rows\n", rows);
    close_cursor(stmt);
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLWCHAR wide[40];
    unsigned char muted = 1;
    SQLLEN length = SQL_NTS, null = SQL_NULL_DATA, at_execution = SQL_DATA_AT_EXEC;
    SQLSMALLINT count, type, digits, nullable;
    SQLULEN size;
    (void)argc;

    printf("narrow and bit, bound before the statement is prepared\n");
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 34, 0, SUPPORT, 0, &length));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_BIT, SQL_BIT, 0, 0, &muted, 0, NULL));
    STMT(SQLPrepare(stmt, (SQLCHAR *)"SELECT Label FROM ConferenceParticipants WHERE ConferenceSid = ? AND Muted = ?", SQL_NTS));
    STMT(SQLNumParams(stmt, &count));
    printf("  %d parameters\n", count);
    for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)count; i++) {
        STMT(SQLDescribeParam(stmt, i, &type, &size, &digits, &nullable));
        printf("  type %d size %lu\n", type, (unsigned long)size);
    }
    STMT(SQLExecute(stmt));
    print_rows(stmt);

    printf("executed again with another value\n");
    muted = 0;
    STMT(SQLExecute(stmt));
    print_rows(stmt);

    printf("wide\n");
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 34, 0, widen(SUPPORT, wide), 0, &length));
    muted = 1;
    STMT(SQLExecute(stmt));
    print_rows(stmt);

    printf("a text that is not terminated\n");
    SQLLEN units = 34 * sizeof(SQLWCHAR);
    wide[34] = 'x';
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 34, 0, wide, 0, &units));
    STMT(SQLExecute(stmt));
    print_rows(stmt);

    printf("null\n");
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 1, 0, NULL, 0, &null));
    STMT(SQLExecute(stmt));
    print_rows(stmt);

    printf("numbers as text and text as number\n");
    SQLINTEGER one = 1;
    STMT(SQLFreeStmt(stmt, SQL_RESET_PARAMS));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_LONG, SQL_INTEGER, 0, 0, &one, 0, NULL));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 1, 0, "2", 0, &length));
    execute(stmt, "SELECT ? || '-' || ?");
    print_rows(stmt);

    printf("in parts at execution\n");
    SQLPOINTER which;
    SQLRETURN code;
    STMT(SQLFreeStmt(stmt, SQL_RESET_PARAMS));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_LONGVARCHAR, 0, 0, (SQLPOINTER)11, 0, &at_execution));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WLONGVARCHAR, 0, 0, (SQLPOINTER)22, 0, &at_execution));
    code = SQLExecDirect(stmt, (SQLCHAR *)"SELECT ? || ?", SQL_NTS);
    printf("  %s\n", name_of(code));
    while ((code = SQLParamData(stmt, &which)) == SQL_NEED_DATA) {
        printf("  asked for %ld\n", (long)which);
        if (which == (SQLPOINTER)11) {
            STMT(SQLPutData(stmt, "Caf\xc3", 4));
            STMT(SQLPutData(stmt, "\xa9 ", SQL_NTS));
        } else {
            SQLWCHAR high[] = {0x2615, 0xD83C}, low[] = {0xDF89, '!', 0};
            STMT(SQLPutData(stmt, high, 4));
            STMT(SQLPutData(stmt, low, SQL_NTS));
        }
    }
    STMT(code);
    print_rows(stmt);

    printf("null in parts\n");
    code = SQLExecDirect(stmt, (SQLCHAR *)"SELECT COALESCE(?, 'nothing') || COALESCE(?, '')", SQL_NTS);
    while ((code = SQLParamData(stmt, &which)) == SQL_NEED_DATA)
        STMT(which == (SQLPOINTER)11 ? SQLPutData(stmt, NULL, SQL_NULL_DATA) : SQLPutData(stmt, wide, 0));
    STMT(code);
    print_rows(stmt);

    printf("cancelled in between\n");
    code = SQLExecDirect(stmt, (SQLCHAR *)"SELECT ? || ?", SQL_NTS);
    STMT(SQLParamData(stmt, &which));
    STMT(SQLCancel(stmt));
    printf("  %s\n", name_of(SQLPutData(stmt, "x", 1)));
    print_states(SQL_HANDLE_STMT, stmt);

    printf("left out\n");
    STMT(SQLFreeStmt(stmt, SQL_RESET_PARAMS));
    printf("  %s\n", name_of(SQLExecDirect(stmt, (SQLCHAR *)"SELECT ?", SQL_NTS)));
    print_states(SQL_HANDLE_STMT, stmt);

    printf("several sets\n");
    char calls[2][40] = {CUSTOMER, EXPERT};
    SQLLEN lengths[2] = {SQL_NTS, SQL_NTS};
    SQLUSMALLINT status[2] = {9, 9};
    SQLULEN processed = 9;
    SQLLEN changed = 0;
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)2, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_STATUS_PTR, status, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAMS_PROCESSED_PTR, &processed, 0));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 34, 0, calls, sizeof calls[0], lengths));
    execute(stmt, "DELETE FROM ConferenceParticipants WHERE ConferenceSid = '" SUPPORT "' AND CallSid = ?");
    STMT(SQLRowCount(stmt, &changed));
    printf("  %lu processed, status %d %d, %ld rows\n", (unsigned long)processed, status[0], status[1], (long)changed);
    return finish(stmt);
}
