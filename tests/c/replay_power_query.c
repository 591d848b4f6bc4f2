/* What Power Query calls, in its order: a burst of SQLGetInfo on a connection of its own, a query described by
 * SQLColAttributeW, its rows in pieces of 2048 bytes, then the navigator's catalogue functions, and a folded query
 * whose literals are parameters. */

#include "odbc_test.h"

static const SQLUSMALLINT asked[] = {
    SQL_DRIVER_NAME, SQL_DRIVER_VER, SQL_DBMS_NAME, SQL_DBMS_VER, SQL_IDENTIFIER_QUOTE_CHAR, SQL_OWNER_USAGE,
    SQL_CATALOG_USAGE, SQL_CATALOG_NAME_SEPARATOR, SQL_CATALOG_LOCATION, SQL_SQL_CONFORMANCE, SQL_MAX_COLUMNS_IN_ORDER_BY,
    SQL_MAX_IDENTIFIER_LEN, SQL_MAX_COLUMNS_IN_GROUP_BY, SQL_MAX_COLUMNS_IN_SELECT, SQL_ORDER_BY_COLUMNS_IN_SELECT,
    SQL_STRING_FUNCTIONS, SQL_AGGREGATE_FUNCTIONS, SQL_SQL92_PREDICATES, SQL_SQL92_RELATIONAL_JOIN_OPERATORS,
    SQL_SQL92_VALUE_EXPRESSIONS, SQL_COLUMN_ALIAS, SQL_GROUP_BY, SQL_NUMERIC_FUNCTIONS, SQL_TIMEDATE_FUNCTIONS,
    SQL_SYSTEM_FUNCTIONS, SQL_TIMEDATE_ADD_INTERVALS, SQL_TIMEDATE_DIFF_INTERVALS, SQL_CONCAT_NULL_BEHAVIOR,
    SQL_CATALOG_NAME, SQL_CATALOG_TERM, SQL_OWNER_TERM, SQL_ODBC_INTERFACE_CONFORMANCE, SQL_SEARCH_PATTERN_ESCAPE,
    SQL_CONVERT_FUNCTIONS, SQL_CONVERT_BIGINT, SQL_CONVERT_BINARY, SQL_CONVERT_BIT, SQL_CONVERT_CHAR, SQL_CONVERT_DATE,
    SQL_CONVERT_DECIMAL, SQL_CONVERT_DOUBLE, SQL_CONVERT_FLOAT, SQL_CONVERT_INTEGER, SQL_CONVERT_LONGVARBINARY,
    SQL_CONVERT_LONGVARCHAR, SQL_CONVERT_NUMERIC, SQL_CONVERT_REAL, SQL_CONVERT_SMALLINT, SQL_CONVERT_TIME,
    SQL_CONVERT_TIMESTAMP, SQL_CONVERT_TINYINT, SQL_CONVERT_VARBINARY, SQL_CONVERT_VARCHAR, SQL_CONVERT_WCHAR,
    SQL_CONVERT_WVARCHAR, SQL_CONVERT_WLONGVARCHAR, 173, SQL_SPECIAL_CHARACTERS, 180, SQL_DRIVER_ODBC_VER,
};

static SQLWCHAR wide[2048];

static void reconnect(const char *string)
{
    SQLWCHAR out[1024];
    SQLSMALLINT length;
    check(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc), SQL_HANDLE_ENV, env, "SQLAllocHandle");
    DBC(SQLSetConnectAttrW(dbc, SQL_ATTR_LOGIN_TIMEOUT, (SQLPOINTER)15, SQL_IS_UINTEGER));
    DBC(SQLDriverConnectW(dbc, NULL, widen(string, wide), SQL_NTS, out, 1024, &length, SQL_DRIVER_NOPROMPT));
}

static SQLHSTMT statement(void)
{
    SQLHSTMT stmt = NULL;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    return stmt;
}

/* Texts have 4096 bytes, numbers 4: those of 2 bytes too. */
static void probe(void)
{
    int texts = 0, numbers = 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        unsigned char buffer[4096 + 1];
        SQLSMALLINT length = -1;
        memset(buffer, 0xA5, sizeof buffer);
        if (!SQL_SUCCEEDED(SQLGetInfoW(dbc, asked[i], buffer, sizeof buffer - 1, &length))) {
            printf("type %d is not answered\n", asked[i]);
            continue;
        }
        int is_text = buffer[length] == 0 && buffer[length + 1] == 0;
        if (!is_text && ((length != 2 && length != 4) || buffer[length] != 0xA5))
            printf("type %d has %d bytes\n", asked[i], length);
        if (!is_text && (!SQL_SUCCEEDED(SQLGetInfoW(dbc, asked[i], buffer, 4, &length)) || buffer[4] != 0xA5))
            printf("type %d does not fit into 4 bytes\n", asked[i]);
        texts += is_text;
        numbers += !is_text;
    }
    printf("%d texts, %d numbers\n", texts, numbers);
}

static void describe(SQLHSTMT stmt, SQLUSMALLINT column)
{
    SQLWCHAR text[2048];
    SQLSMALLINT length;
    SQLLEN number;
    const SQLUSMALLINT before[] = {SQL_DESC_CONCISE_TYPE, SQL_DESC_UNSIGNED};
    const SQLUSMALLINT after[] = {SQL_DESC_LENGTH, SQL_DESC_SCALE, SQL_DESC_OCTET_LENGTH};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        STMT(SQLColAttributeW(stmt, column, before[i], NULL, 0, NULL, &number));
        printf("%ld ", (long)number);
    }
    STMT(SQLColAttributeW(stmt, column, SQL_DESC_NAME, text, sizeof text, &length, NULL));
    print_wide(text);
    STMT(SQLColAttributeW(stmt, column, SQL_DESC_NULLABLE, NULL, 0, NULL, &number));
    printf(" %ld ", (long)number);
    STMT(SQLColAttributeW(stmt, column, SQL_DESC_TYPE_NAME, text, sizeof text, &length, NULL));
    print_wide(text);
    printf(" (%d)", length);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        STMT(SQLColAttributeW(stmt, column, after[i], NULL, 0, NULL, &number));
        printf(" %ld", (long)number);
    }
    printf("\n");
}

/* Text and decimals, in pieces of 2048 bytes. */
static void print_in_pieces(SQLHSTMT stmt, SQLUSMALLINT column)
{
    SQLWCHAR whole[8192], piece[1024];
    SQLLEN left;
    int pieces = 0, units = 0;
    SQLRETURN code;
    do {
        code = SQLGetData(stmt, column, SQL_C_WCHAR, piece, sizeof piece, &left);
        STMT(code);
        if (left == SQL_NULL_DATA) {
            printf(" NULL");
            return;
        }
        int got = code == SQL_SUCCESS ? (int)(left / 2) : (int)(sizeof piece / 2) - 1;
        memcpy(whole + units, piece, (size_t)got * 2);
        units += got;
        pieces++;
    } while (code == SQL_SUCCESS_WITH_INFO);
    whole[units] = 0;
    printf(" ");
    if (units > 100)
        printf("%d units in %d pieces, the last %x", units, pieces, whole[units - 1]);
    else
        print_wide(whole);
}

static int count_rows(SQLHSTMT stmt)
{
    int rows = 0;
    while (SQL_SUCCEEDED(SQLFetch(stmt)))
        rows++;
    printf("%s ", name_of(SQLMoreResults(stmt)));
    close_cursor(stmt);
    return rows;
}

static void data(SQLHSTMT stmt)
{
    SQLSMALLINT columns;
    STMT(SQLExecDirectW(stmt, widen(
        "select \"_\".\"CallSid\", REPEAT(\"_\".\"Label\", 300) as \"Long\", CAST(LENGTH(\"_\".\"Label\") AS DECIMAL(12,4)) * -1.25 as \"Amount\", "
        "CAST(0.1 AS DOUBLE) as \"Double\", \"_\".\"Muted\", CAST(X'00FF' AS BINARY(2)) as \"Bytes\", CAST(\"_\".\"DateCreated\" AS DATE) as \"Day\", "
        "CAST(\"_\".\"DateCreated\" AS TIME) as \"Time\", \"_\".\"DateCreated\" "
        "from \"CData\".\"Twilio\".\"ConferenceParticipants\" \"_\" where \"_\".\"ConferenceSid\" = '" SUPPORT "'", wide), SQL_NTS));
    STMT(SQLNumResultCols(stmt, &columns));
    for (SQLUSMALLINT column = 1; column <= (SQLUSMALLINT)columns; column++)
        describe(stmt, column);
    SQLUINTEGER extensions;
    SQLULEN fetched = 0;
    DBC(SQLGetInfoW(dbc, SQL_GETDATA_EXTENSIONS, &extensions, sizeof extensions, NULL));
    STMT(SQLSetStmtAttrW(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, SQL_IS_POINTER));
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        SQLLEN left;
        SQLDOUBLE number;
        unsigned char bit, bytes[2048];
        SQL_DATE_STRUCT day;
        SQL_TIME_STRUCT time;
        SQL_TIMESTAMP_STRUCT moment;
        printf("%lu:", (unsigned long)fetched);
        for (SQLUSMALLINT column = 1; column <= 3; column++)
            print_in_pieces(stmt, column);
        STMT(SQLGetData(stmt, 4, SQL_C_DOUBLE, &number, sizeof number, &left));
        STMT(SQLGetData(stmt, 5, SQL_C_BIT, &bit, sizeof bit, &left));
        printf(" %g %d", number, bit);
        STMT(SQLGetData(stmt, 6, SQL_C_BINARY, bytes, sizeof bytes, &left));
        printf(" %02x%02x (%ld)", bytes[0], bytes[1], (long)left);
        STMT(SQLGetData(stmt, 7, SQL_C_TYPE_DATE, &day, sizeof day, &left));
        STMT(SQLGetData(stmt, 8, SQL_C_TYPE_TIME, &time, sizeof time, &left));
        STMT(SQLGetData(stmt, 9, SQL_C_TYPE_TIMESTAMP, &moment, sizeof moment, &left));
        printf(" %d-%02d-%02d %02d:%02d:%02d %02d:%02d:%02d.%u\n", day.year, day.month, day.day, time.hour, time.minute,
               time.second, moment.hour, moment.minute, moment.second, (unsigned)moment.fraction);
    }
    printf("%s\n", name_of(SQLMoreResults(stmt)));
    close_cursor(stmt);
    STMT(SQLSetStmtAttrW(stmt, SQL_ATTR_ROWS_FETCHED_PTR, NULL, SQL_IS_POINTER));
}

static void navigate(SQLHSTMT stmt)
{
    SQLWCHAR catalog[32], schema[8], table[32];
    SQLINTEGER bytes;
    DBC(SQLGetConnectAttrW(dbc, SQL_ATTR_CURRENT_CATALOG, catalog, sizeof catalog, &bytes));
    print_wide(catalog);
    printf(" (%d)\n", (int)bytes);
    STMT(SQLTablesW(stmt, catalog, SQL_NTS, NULL, 0, NULL, 0, widen("TABLE,VIEW", wide), SQL_NTS));
    printf("tables: %s\n", count_rows(stmt) >= 2 ? "some" : "none");
    widen("Twilio", schema);
    widen("Conferences", table);
    STMT(SQLColumnsW(stmt, catalog, SQL_NTS, schema, SQL_NTS, table, SQL_NTS, NULL, 0));
    printf("columns: %d\n", count_rows(stmt));
    STMT(SQLColumnsW(stmt, catalog, SQL_NTS, schema, SQL_NTS, widen("Conference\\_", wide), SQL_NTS, NULL, 0));
    printf("columns of a name with an underscore: %d\n", count_rows(stmt));
    STMT(SQLGetTypeInfoW(stmt, SQL_ALL_TYPES));
    printf("types: %s\n", count_rows(stmt) > 10 ? "many" : "few");
    STMT(SQLPrimaryKeysW(stmt, catalog, SQL_NTS, schema, SQL_NTS, table, SQL_NTS));
    printf("primary keys: %d\n", count_rows(stmt));
    STMT(SQLForeignKeysW(stmt, catalog, SQL_NTS, schema, SQL_NTS, table, SQL_NTS, NULL, 0, NULL, 0, NULL, 0));
    printf("foreign keys to it: %d\n", count_rows(stmt));
    STMT(SQLForeignKeysW(stmt, NULL, 0, NULL, 0, NULL, 0, catalog, SQL_NTS, schema, SQL_NTS, table, SQL_NTS));
    printf("foreign keys of it: %d\n", count_rows(stmt));
}

static void fold(SQLHSTMT stmt)
{
    SQLWCHAR status[16];
    SQL_TIMESTAMP_STRUCT since = {2024, 6, 14, 10, 0, 0, 0};
    SQLLEN end = SQL_NTS;
    SQLBIGINT n = 0;
    STMT(SQLPrepareW(stmt, widen("select count(1) as \"C1\" from (select \"Sid\", \"Status\", \"DateCreated\" from "
                                 "\"CData\".\"Twilio\".\"Conferences\" \"_\" where \"_\".\"Status\" = ? and \"_\".\"DateCreated\" >= ?) as \"OTBL\"", wide), SQL_NTS));
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 11, 0, widen("in-progress", status), 0, &end));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, 27, 7, &since, sizeof since, NULL));
    STMT(SQLExecute(stmt));
    STMT(SQLFetch(stmt));
    STMT(SQLGetData(stmt, 1, SQL_C_SBIGINT, &n, sizeof n, NULL));
    printf("%ld\n", (long)n);
    close_cursor(stmt);
}

int main(int argc, char **argv)
{
    (void)argc;
    SQLSetEnvAttr(SQL_NULL_HANDLE, SQL_ATTR_CONNECTION_POOLING, (SQLPOINTER)SQL_CP_ONE_PER_HENV, SQL_IS_INTEGER);
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, SQL_IS_INTEGER);
    reconnect(argv[1]);
    probe();
    DBC(SQLDisconnect(dbc));
    DBC(SQLFreeHandle(SQL_HANDLE_DBC, dbc));

    reconnect(argv[1]);
    SQLHSTMT stmt = statement();
    data(stmt);
    navigate(stmt);
    fold(stmt);
    return finish(stmt);
}
