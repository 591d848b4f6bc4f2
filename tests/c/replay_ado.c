/* What Excel's ADO and linked servers call over ODBC, as an application of ODBC 2: statement attributes set on the
 * connection, old type codes, numbers bound as SQL_C_NUMERIC, rows of a structure at an offset, columns bound before
 * SQLGetTypeInfo, blocks by SQLExtendedFetch, writes between SQL_AUTOCOMMIT_OFF and SQL_AUTOCOMMIT_ON. */

#include "odbc_test.h"

#define CONNECTION(attribute, value) DBC(SQLSetConnectAttr(dbc, attribute, (SQLPOINTER)(size_t)(value), 0))
#define STATEMENT(attribute, value) STMT(SQLSetStmtAttr(stmt, attribute, (SQLPOINTER)(value), 0))
#define ROWS 2

typedef struct {
    SQLLEN key_length;
    SQLCHAR key[40];
    SQLLEN day_length;
    SQL_DATE_STRUCT day;
    SQLLEN moment_length;
    SQL_TIMESTAMP_STRUCT moment;
    SQLLEN amount_length;
    SQL_NUMERIC_STRUCT amount;
} row;

enum { TEXT = 0, U16 = 2, U32 = 4 };

static const struct {
    SQLUSMALLINT type;
    int width;
} asked[] = {
    {SQL_DRIVER_NAME, TEXT}, {SQL_DRIVER_ODBC_VER, TEXT}, {SQL_POS_OPERATIONS, U32}, {SQL_STATIC_SENSITIVITY, U32},
    {SQL_LOCK_TYPES, U32}, {SQL_GETDATA_EXTENSIONS, U32}, {SQL_TXN_ISOLATION_OPTION, U32}, {SQL_BOOKMARK_PERSISTENCE, U32},
    {SQL_SCROLL_OPTIONS, U32}, {SQL_SCROLL_CONCURRENCY, U32}, {SQL_DYNAMIC_CURSOR_ATTRIBUTES1, U32},
    {SQL_DYNAMIC_CURSOR_ATTRIBUTES2, U32}, {SQL_KEYSET_CURSOR_ATTRIBUTES1, U32}, {SQL_KEYSET_CURSOR_ATTRIBUTES2, U32},
    {SQL_STATIC_CURSOR_ATTRIBUTES1, U32}, {SQL_STATIC_CURSOR_ATTRIBUTES2, U32}, {SQL_FORWARD_ONLY_CURSOR_ATTRIBUTES1, U32},
    {SQL_FORWARD_ONLY_CURSOR_ATTRIBUTES2, U32}, {SQL_NEED_LONG_DATA_LEN, TEXT}, {SQL_DATABASE_NAME, TEXT},
    {SQL_CURSOR_COMMIT_BEHAVIOR, U16}, {SQL_CURSOR_ROLLBACK_BEHAVIOR, U16}, {SQL_TXN_CAPABLE, U16},
    {SQL_ACTIVE_STATEMENTS, U16}, {SQL_DEFAULT_TXN_ISOLATION, U32}, {SQL_MULT_RESULT_SETS, TEXT},
};

static void probe(void)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        unsigned char answer[256];
        SQLSMALLINT length = -1;
        memset(answer, 0xA5, sizeof answer);
        DBC(SQLGetInfo(dbc, asked[i].type, answer, asked[i].width ? asked[i].width : (int)sizeof answer, &length));
        if (asked[i].width && (length != asked[i].width || answer[length] != 0xA5))
            printf("type %d has %d bytes\n", asked[i].type, length);
    }
}

static SQLHSTMT statement(void)
{
    SQLHSTMT stmt = NULL;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    return stmt;
}

/* All types, into columns that are bound before the call. */
static void types(void)
{
    SQLHSTMT stmt = statement();
    SQLCHAR name[129], parameters[129];
    SQLSMALLINT type, nullable, searchable, minimum, maximum;
    SQLUINTEGER size;
    SQLLEN length[8];
    int rows = 0, sizeless = 0;
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, name, sizeof name, &length[0]));
    STMT(SQLBindCol(stmt, 2, SQL_C_SHORT, &type, sizeof type, &length[1]));
    STMT(SQLBindCol(stmt, 3, SQL_C_ULONG, &size, sizeof size, &length[2]));
    STMT(SQLBindCol(stmt, 6, SQL_C_CHAR, parameters, sizeof parameters, &length[3]));
    STMT(SQLBindCol(stmt, 7, SQL_C_SHORT, &nullable, sizeof nullable, &length[4]));
    STMT(SQLBindCol(stmt, 9, SQL_C_SHORT, &searchable, sizeof searchable, &length[5]));
    STMT(SQLBindCol(stmt, 14, SQL_C_SHORT, &minimum, sizeof minimum, &length[6]));
    STMT(SQLBindCol(stmt, 15, SQL_C_SHORT, &maximum, sizeof maximum, &length[7]));
    STMT(SQLGetTypeInfo(stmt, SQL_ALL_TYPES));
    while (SQLFetch(stmt) == SQL_SUCCESS) {
        rows++;
        sizeless += size == 0 || length[2] == SQL_NULL_DATA;
        if (type == SQL_DECIMAL || type == SQL_DATE || type == SQL_TIME || type == SQL_TIMESTAMP)
            printf("%s is %d of %u (%s), scale %d\n", name, type, (unsigned)size, length[3] == SQL_NULL_DATA ? "-" : (char *)parameters,
                   length[7] == SQL_NULL_DATA ? -1 : maximum);
    }
    printf("%s types, %d of them without a size\n", rows > 20 ? "many" : "few", sizeless);
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
    STMT(SQLFreeStmt(stmt, SQL_DROP));
}

static void describe(SQLHSTMT stmt)
{
    SQLSMALLINT columns, length, type, digits, nullable;
    SQLCHAR name[64], label[1024];
    SQLULEN size;
    SQLLEN rows, updatable;
    STMT(SQLRowCount(stmt, &rows));
    STMT(SQLNumResultCols(stmt, &columns));
    for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)columns; i++) {
        STMT(SQLDescribeCol(stmt, i, name, sizeof name, &length, &type, &size, &digits, &nullable));
        STMT(SQLColAttribute(stmt, i, SQL_COLUMN_LABEL, label, sizeof label, &length, NULL));
        STMT(SQLColAttribute(stmt, i, SQL_COLUMN_UPDATABLE, NULL, 0, NULL, &updatable));
        printf("%s %s %d %lu %d, %s\n", name, label, type, (unsigned long)size, digits,
               updatable == SQL_ATTR_READONLY ? "not to be written" : "writable");
    }
}

static void print_row(const row *r)
{
    printf("  %s %d-%02d-%02d %02d:%02d:%02d ", r->key, r->day.year, r->day.month, r->day.day, r->moment.hour, r->moment.minute,
           r->moment.second);
    if (r->amount_length == SQL_NULL_DATA)
        printf("NULL\n");
    else
        printf("%c%u precision %d scale %d (%ld)\n", r->amount.sign == 1 ? '+' : '-',
               r->amount.val[0] | (unsigned)r->amount.val[1] << 8, r->amount.precision, r->amount.scale, (long)r->amount_length);
}

/* Rows as structures, each block at an offset of its own. */
static void blocks(SQLHSTMT stmt)
{
    static row rows[3 * ROWS];
    SQLULEN offset = 0, fetched = 0;
    SQLUSMALLINT status[ROWS];
    SQLRETURN code;
    SQLHDESC ard;
    STATEMENT(SQL_ROWSET_SIZE, ROWS);
    STATEMENT(SQL_ATTR_ROW_BIND_TYPE, sizeof(row));
    STATEMENT(SQL_ATTR_ROW_BIND_OFFSET_PTR, &offset);
    STATEMENT(SQL_ATTR_RETRIEVE_DATA, SQL_RD_ON);
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, rows->key, sizeof rows->key, &rows->key_length));
    STMT(SQLBindCol(stmt, 2, SQL_C_DATE, &rows->day, sizeof rows->day, &rows->day_length));
    STMT(SQLBindCol(stmt, 3, SQL_C_TIMESTAMP, &rows->moment, sizeof rows->moment, &rows->moment_length));
    STMT(SQLBindCol(stmt, 4, SQL_C_NUMERIC, &rows->amount, sizeof rows->amount, &rows->amount_length));
    printf("a number of %d bytes\n", (int)sizeof(SQL_NUMERIC_STRUCT));
    for (int block = 0;; block++, offset += ROWS * sizeof(row)) {
        code = SQLExtendedFetch(stmt, SQL_FETCH_NEXT, 0, &fetched, status);
        if (code == SQL_NO_DATA)
            break;
        STMT(code);
        for (SQLULEN i = 0; i < fetched; i++) {
            printf("  status %d", status[i]);
            print_row(&rows[block * ROWS + (int)i]);
        }
        if (block == 0) {
            /* The descriptor's scale from now on. */
            STMT(SQLGetStmtAttr(stmt, SQL_ATTR_APP_ROW_DESC, &ard, SQL_IS_POINTER, NULL));
            check(SQLSetDescField(ard, 4, SQL_DESC_PRECISION, (SQLPOINTER)12, 0), SQL_HANDLE_DESC, ard, "precision");
            check(SQLSetDescField(ard, 4, SQL_DESC_SCALE, (SQLPOINTER)2, 0), SQL_HANDLE_DESC, ard, "scale");
            check(SQLSetDescField(ard, 4, SQL_DESC_DATA_PTR, &rows->amount, 0), SQL_HANDLE_DESC, ard, "pointer");
        }
    }
    printf("%s after the four rows that were asked for\n", name_of(code));
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
}

/* A block that is passed over without its values. */
static void skip(SQLHSTMT stmt)
{
    row one;
    SQLULEN fetched = 0;
    SQLUSMALLINT status[ROWS];
    memset(&one, '#', sizeof one);
    one.key[4] = 0;
    STATEMENT(SQL_ROWSET_SIZE, 1);
    STATEMENT(SQL_ATTR_ROW_BIND_TYPE, sizeof(row));
    STATEMENT(SQL_ATTR_ROW_BIND_OFFSET_PTR, NULL);
    execute(stmt, "SELECT CallSid" PARTICIPANTS "ORDER BY CallSid");
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, one.key, sizeof one.key, &one.key_length));
    STATEMENT(SQL_ATTR_RETRIEVE_DATA, SQL_RD_OFF);
    STMT(SQLExtendedFetch(stmt, SQL_FETCH_NEXT, 0, &fetched, status));
    printf("passed over: %s\n", one.key);
    STATEMENT(SQL_ATTR_RETRIEVE_DATA, SQL_RD_ON);
    STMT(SQLExtendedFetch(stmt, SQL_FETCH_NEXT, 0, &fetched, status));
    printf("the one behind: %s\n", one.key);
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
}

static void end(SQLSMALLINT completion)
{
    printf("%s\n", name_of(SQLEndTran(SQL_HANDLE_DBC, dbc, completion)));
    print_states(SQL_HANDLE_DBC, dbc);
}

/* Each write stands at once: a commit has nothing to do, a rollback cannot. */
static void transactions(void)
{
    SQLHSTMT stmt = statement();
    SQLLEN rows;
    printf("%s\n", name_of(SQLSetConnectAttr(dbc, SQL_ATTR_TXN_ISOLATION, (SQLPOINTER)SQL_TXN_READ_COMMITTED, 0)));
    print_states(SQL_HANDLE_DBC, dbc);
    printf("%s\n", name_of(SQLSetConnectAttr(dbc, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)SQL_AUTOCOMMIT_OFF, 0)));
    print_states(SQL_HANDLE_DBC, dbc);
    end(SQL_ROLLBACK);
    execute(stmt, "UPDATE ConferenceParticipants SET Muted = 1 WHERE ConferenceSid = '" SUPPORT "' AND CallSid = '" CUSTOMER "'");
    STMT(SQLRowCount(stmt, &rows));
    printf("%ld row\n", (long)rows);
    end(SQL_COMMIT);
    execute(stmt, "UPDATE ConferenceParticipants SET Muted = 0 WHERE ConferenceSid = '" SUPPORT "' AND CallSid = '" CUSTOMER "'");
    end(SQL_ROLLBACK);
    CONNECTION(SQL_ATTR_AUTOCOMMIT, SQL_AUTOCOMMIT_ON);
    STMT(SQLFreeStmt(stmt, SQL_DROP));
}

int main(int argc, char **argv)
{
    SQLCHAR text[1024];
    SQLSMALLINT length;
    SQLULEN value;
    (void)argc;

    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC2, 0);
    check(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc), SQL_HANDLE_ENV, env, "SQLAllocHandle");
    CONNECTION(SQL_ATTR_LOGIN_TIMEOUT, 15);
    DBC(SQLDriverConnect(dbc, NULL, (SQLCHAR *)argv[1], SQL_NTS, text, sizeof text, &length, SQL_DRIVER_NOPROMPT));
    probe();
    CONNECTION(SQL_ATTR_MAX_ROWS, 4);
    CONNECTION(SQL_ATTR_QUERY_TIMEOUT, 30);

    SQLHSTMT stmt = statement();
    STMT(SQLGetStmtAttr(stmt, SQL_ATTR_MAX_ROWS, &value, sizeof value, NULL));
    printf("%lu rows at most, ", (unsigned long)value);
    STMT(SQLGetStmtAttr(stmt, SQL_ATTR_QUERY_TIMEOUT, &value, sizeof value, NULL));
    printf("%lu seconds\n", (unsigned long)value);
    STATEMENT(SQL_ATTR_PARAM_BIND_TYPE, SQL_PARAM_BIND_BY_COLUMN);
    STATEMENT(SQL_ATTR_PARAM_BIND_OFFSET_PTR, NULL);
    STATEMENT(SQL_ATTR_PARAMSET_SIZE, 1);
    STATEMENT(SQL_ATTR_QUERY_TIMEOUT, 30);
    execute(stmt, "SELECT CallSid, CAST(DateCreated AS DATE) AS Day, DateCreated, CAST(LENGTH(Label) AS DECIMAL(12,2)) * -0.75 AS Amount" PARTICIPANTS);
    describe(stmt);
    blocks(stmt);
    skip(stmt);
    STMT(SQLFreeStmt(stmt, SQL_DROP));
    CONNECTION(SQL_ATTR_MAX_ROWS, 0);
    types();
    transactions();

    DBC(SQLDisconnect(dbc));
    DBC(SQLFreeHandle(SQL_HANDLE_DBC, dbc));
    SQLFreeHandle(SQL_HANDLE_ENV, env);
    printf("done\n");
    return 0;
}
