/* Arrays of parameters: by column and by row, with an offset, with sets that are left out, that fail, and whose data is
   sent at execution. */

#include "odbc_test.h"

#define SETS 4

static SQLUSMALLINT status[SETS];
static SQLULEN processed;

static const char *name_of_status(SQLUSMALLINT one)
{
    switch (one) {
    case SQL_PARAM_SUCCESS: return "success";
    case SQL_PARAM_SUCCESS_WITH_INFO: return "success with info";
    case SQL_PARAM_ERROR: return "error";
    case SQL_PARAM_UNUSED: return "unused";
    default: return "untouched";
    }
}

static void forget(void)
{
    for (int i = 0; i < SETS; i++)
        status[i] = 99;
    processed = 99;
}

/* Prints what became of the sets, and each record with its row and column. The end of a long message differs. */
static void report(SQLHSTMT stmt, SQLRETURN code)
{
    SQLCHAR state[6], text[1024];
    SQLINTEGER native, column;
    SQLLEN row, count = -9;
    printf("  %s, %lu processed:", name_of(code), (unsigned long)processed);
    for (int i = 0; i < SETS; i++)
        printf(" %s%s", name_of_status(status[i]), i < SETS - 1 ? "," : "\n");
    for (SQLSMALLINT i = 1; SQL_SUCCEEDED(SQLGetDiagRec(SQL_HANDLE_STMT, stmt, i, state, &native, text, sizeof text, NULL)); i++) {
        STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, i, SQL_DIAG_ROW_NUMBER, &row, 0, NULL));
        STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, i, SQL_DIAG_COLUMN_NUMBER, &column, 0, NULL));
        printf("  %s row %ld column %d: %.150s\n", state, (long)row, (int)column, text);
    }
    if (SQL_SUCCEEDED(code)) {
        STMT(SQLRowCount(stmt, &count));
        printf("  %ld rows\n", (long)count);
    } else {
        STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 0, SQL_DIAG_ROW_COUNT, &count, 0, NULL));
        printf("  %ld rows, by the diagnostics\n", (long)count);
    }
    forget();
}

/* Prints the temporary table and empties it. */
static void print_table(SQLHDBC connection)
{
    SQLHSTMT stmt = NULL;
    char text[64];
    SQLLEN length;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, connection, &stmt));
    execute(stmt, "SELECT Number || ' ' || COALESCE(Name, '(null)') FROM x ORDER BY Number");
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        STMT(SQLGetData(stmt, 1, SQL_C_CHAR, text, sizeof text, &length));
        printf("    %s\n", text);
    }
    close_cursor(stmt);
    SQLExecDirect(stmt, (SQLCHAR *)"DELETE FROM x", SQL_NTS);
    STMT(SQLFreeHandle(SQL_HANDLE_STMT, stmt));
}

static void set_size(SQLHSTMT stmt, SQLULEN size)
{
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)size, 0));
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLRETURN code;
    SQLPOINTER which;
    (void)argc;

    execute(stmt, "CREATE TEMP TABLE x (Number INTEGER, Name VARCHAR(10))");
    set_size(stmt, SETS);
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_STATUS_PTR, status, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAMS_PROCESSED_PTR, &processed, 0));
    forget();

    printf("by column\n");
    SQLINTEGER numbers[SETS] = {1, 2, 3, 4};
    char names[SETS][12] = {"one", "two", "three", "four"};
    SQLLEN lengths[SETS] = {SQL_NTS, SQL_NULL_DATA, 3, SQL_NTS};
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_LONG, SQL_INTEGER, 0, 0, numbers, 0, NULL));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 10, 0, names, sizeof names[0], lengths));
    STMT(SQLPrepare(stmt, (SQLCHAR *)"INSERT INTO x VALUES (?, ?)", SQL_NTS));
    report(stmt, SQLExecute(stmt));
    print_table(dbc);

    printf("without the second and the fourth\n");
    SQLUSMALLINT operation[SETS] = {SQL_PARAM_PROCEED, SQL_PARAM_IGNORE, SQL_PARAM_PROCEED, SQL_PARAM_IGNORE};
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_OPERATION_PTR, operation, 0));
    report(stmt, SQLExecute(stmt));
    print_table(dbc);

    printf("without any\n");
    operation[0] = operation[2] = SQL_PARAM_IGNORE;
    report(stmt, SQLExecute(stmt));
    set_size(stmt, 1);
    report(stmt, SQLExecute(stmt));
    set_size(stmt, SETS);
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_OPERATION_PTR, NULL, 0));

    printf("the second is too long, the third has no length\n");
    lengths[1] = 11;
    lengths[2] = -77;
    report(stmt, SQLExecute(stmt));
    print_table(dbc);

    printf("the same without a status array\n");
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_STATUS_PTR, NULL, 0));
    report(stmt, SQLExecute(stmt));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_STATUS_PTR, status, 0));
    print_table(dbc);

    printf("all fail\n");
    lengths[0] = lengths[3] = 11;
    report(stmt, SQLExecute(stmt));
    print_table(dbc);

    printf("by row, with an offset\n");
    struct {
        SQLINTEGER number;
        SQLWCHAR name[8];
        SQLLEN length;
    } records[SETS + 2];
    SQLULEN offset = 2 * sizeof records[0];
    for (int i = 0; i < SETS + 2; i++) {
        records[i].number = 10 + i;
        widen("row A", records[i].name);
        records[i].name[4] = (SQLWCHAR)('A' + i);
        records[i].length = i == 3 ? SQL_NULL_DATA : SQL_NTS;
    }
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_BIND_TYPE, (SQLPOINTER)sizeof records[0], 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_BIND_OFFSET_PTR, &offset, 0));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_LONG, SQL_INTEGER, 0, 0, &records[0].number, 0, NULL));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 10, 0, records[0].name, sizeof records[0].name, &records[0].length));
    report(stmt, SQLExecute(stmt));
    print_table(dbc);

    printf("the offset is read anew\n");
    offset = 0;
    set_size(stmt, 2);
    report(stmt, SQLExecute(stmt));
    print_table(dbc);

    printf("at execution, set by set; the second gets NULL, the third too much\n");
    char *parts[SETS] = {"on", NULL, "too much of ", "last"};
    for (int i = 0; i < SETS; i++) {
        numbers[i] = 20 + i;
        lengths[i] = i == 3 ? SQL_DATA_AT_EXEC : SQL_LEN_DATA_AT_EXEC(20);
    }
    set_size(stmt, SETS);
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_BIND_TYPE, (SQLPOINTER)SQL_PARAM_BIND_BY_COLUMN, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_PARAM_BIND_OFFSET_PTR, NULL, 0));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_LONG, SQL_INTEGER, 0, 0, numbers, 0, NULL));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 10, 0, names, sizeof names[0], lengths));
    code = SQLExecute(stmt);
    printf("  %s\n", name_of(code));
    while ((code = SQLParamData(stmt, &which)) == SQL_NEED_DATA) {
        int set = (int)(((char *)which - names[0]) / (long)sizeof names[0]);
        printf("  asked for set %d\n", set + 1);
        STMT(SQLPutData(stmt, parts[set], parts[set] ? SQL_NTS : SQL_NULL_DATA));
        if (parts[set])
            STMT(SQLPutData(stmt, "e", 1));
    }
    report(stmt, code);
    print_table(dbc);

    printf("cancelled while the data is sent\n");
    code = SQLExecute(stmt);
    STMT(SQLParamData(stmt, &which));
    STMT(SQLPutData(stmt, "x", 1));
    STMT(SQLCancel(stmt));
    print_table(dbc);

    printf("Twilio's rows; one SID is none, one row is not there\n");
    char calls[SETS][40] = {CUSTOMER, "none", EXPERT, "CAffffffffffffffffffffffffffffffff"};
    SQLLEN call_lengths[SETS] = {SQL_NTS, SQL_NTS, SQL_NTS, SQL_NTS};
    STMT(SQLFreeStmt(stmt, SQL_RESET_PARAMS));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 34, 0, calls, sizeof calls[0], call_lengths));
    report(stmt, SQLExecDirect(stmt, (SQLCHAR *)"UPDATE ConferenceParticipants SET Hold = true WHERE ConferenceSid = '" SUPPORT "' AND CallSid = ?", SQL_NTS));

    printf("what came back, of all sets\n");
    char numbers_to_call[SETS][16] = {"+14155550123", "+15005550004", "+14155550124", "+14155550125"};
    set_size(stmt, SETS);
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 34, 0, numbers_to_call, sizeof numbers_to_call[0], call_lengths));
    code = SQLExecDirect(stmt, (SQLCHAR *)"INSERT INTO Messages ([To], Sender, Body) VALUES (?, '+14155550100', 'Hi') RETURNING [To], Status", SQL_NTS);
    report(stmt, code);
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        char to[20], state[20];
        STMT(SQLGetData(stmt, 1, SQL_C_CHAR, to, sizeof to, NULL));
        STMT(SQLGetData(stmt, 2, SQL_C_CHAR, state, sizeof state, NULL));
        printf("    %s %s\n", to, state);
    }
    printf("  %s\n", name_of(SQLMoreResults(stmt)));

    printf("calls, with the values that they return\n");
    SQLINTEGER returned[SETS] = {7, 7, 7, 7};
    char rooms[SETS][8] = {"Room", "Room", "", "Room"};
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_OUTPUT, SQL_C_LONG, SQL_INTEGER, 0, 0, returned, 0, NULL));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 34, 0, numbers_to_call, sizeof numbers_to_call[0], call_lengths));
    STMT(SQLBindParameter(stmt, 3, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 34, 0, rooms, sizeof rooms[0], NULL));
    report(stmt, SQLExecDirect(stmt, (SQLCHAR *)"{? = call AddParticipants(To = ?, From = '+14155550100', ConferenceSid = ?)}", SQL_NTS));
    printf("  returned %d %d %d %d\n", (int)returned[0], (int)returned[1], (int)returned[2], (int)returned[3]);

    printf("a query\n");
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_LONG, SQL_INTEGER, 0, 0, numbers, 0, NULL));
    code = SQLExecDirect(stmt, (SQLCHAR *)"SELECT ?", SQL_NTS);
    printf("  %s\n", name_of(code));
    print_states(SQL_HANDLE_STMT, stmt);

    printf("a statement without markers is executed once\n");
    execute(stmt, "INSERT INTO x VALUES (1, 'once')");
    print_table(dbc);
    return finish(stmt);
}
