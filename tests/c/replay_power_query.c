/* What Power Query calls, in its order: a burst of SQLGetInfo, a query described by SQLColAttributeW, its rows in
 * pieces of 2048 bytes, then the navigator's catalogue functions. */

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

static SQLWCHAR wide[1024];

static SQLHSTMT reconnect(const char *string)
{
    SQLHSTMT stmt = NULL;
    SQLWCHAR out[1024];
    SQLSMALLINT length;
    DBC(SQLSetConnectAttrW(dbc, SQL_ATTR_LOGIN_TIMEOUT, (SQLPOINTER)15, 0));
    DBC(SQLDriverConnectW(dbc, NULL, widen(string, wide), SQL_NTS, out, 1024, &length, SQL_DRIVER_NOPROMPT));
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    return stmt;
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

int main(int argc, char **argv)
{
    char buffer[4096];
    SQLSMALLINT length, columns;
    SQLLEN number;
    int answered = 0;
    (void)argc;

    allocate();
    SQLHSTMT stmt = reconnect(argv[1]);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (SQL_SUCCEEDED(SQLGetInfoW(dbc, asked[i], buffer, sizeof buffer, &length)))
            answered++;
        else
            printf("type %d is not answered\n", asked[i]);
    printf("%d answers\n", answered);
    STMT(SQLFreeHandle(SQL_HANDLE_STMT, stmt));
    DBC(SQLDisconnect(dbc));

    stmt = reconnect(argv[1]);
    STMT(SQLExecDirectW(stmt, widen("select \"_\".\"CallSid\", \"_\".\"Muted\", \"_\".\"DateCreated\", \"_\".\"Label\" from "
                                    "\"CData\".\"Twilio\".\"ConferenceParticipants\" \"_\" where \"_\".\"ConferenceSid\" = '" SUPPORT "'", wide), SQL_NTS));
    STMT(SQLNumResultCols(stmt, &columns));
    const SQLUSMALLINT numbers[] = {SQL_DESC_CONCISE_TYPE, SQL_DESC_UNSIGNED, SQL_DESC_NULLABLE, SQL_DESC_LENGTH, SQL_DESC_SCALE, SQL_DESC_OCTET_LENGTH};
    for (SQLUSMALLINT column = 1; column <= (SQLUSMALLINT)columns; column++) {
        STMT(SQLColAttributeW(stmt, column, SQL_DESC_NAME, buffer, sizeof buffer, &length, NULL));
        print_wide((SQLWCHAR *)buffer);
        STMT(SQLColAttributeW(stmt, column, SQL_DESC_TYPE_NAME, buffer, sizeof buffer, &length, NULL));
        printf(" ");
        print_wide((SQLWCHAR *)buffer);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            STMT(SQLColAttributeW(stmt, column, numbers[i], NULL, 0, NULL, &number));
            printf(" %ld", (long)number);
        }
        printf("\n");
    }
    SQLUINTEGER extensions;
    SQLULEN fetched = 0;
    DBC(SQLGetInfoW(dbc, SQL_GETDATA_EXTENSIONS, &extensions, sizeof extensions, NULL));
    STMT(SQLSetStmtAttrW(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0));
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        SQLWCHAR text[1024];
        SQLLEN left;
        unsigned char bit;
        SQL_TIMESTAMP_STRUCT moment;
        STMT(SQLGetData(stmt, 1, SQL_C_WCHAR, text, 2048, &left));
        print_wide(text);
        STMT(SQLGetData(stmt, 2, SQL_C_BIT, &bit, 1, &left));
        STMT(SQLGetData(stmt, 3, SQL_C_TYPE_TIMESTAMP, &moment, sizeof moment, &left));
        printf(" %d %02d:%02d:%02d ", bit, moment.hour, moment.minute, moment.second);
        STMT(SQLGetData(stmt, 4, SQL_C_WCHAR, text, 2048, &left));
        if (left == SQL_NULL_DATA)
            printf("NULL");
        else
            print_wide(text);
        printf(" (%lu)\n", (unsigned long)fetched);
    }
    printf("%s\n", name_of(SQLMoreResults(stmt)));
    close_cursor(stmt);
    STMT(SQLSetStmtAttrW(stmt, SQL_ATTR_ROWS_FETCHED_PTR, NULL, 0));

    STMT(SQLTablesW(stmt, NULL, 0, NULL, 0, NULL, 0, widen("TABLE,VIEW", wide), SQL_NTS));
    printf("tables: %s\n", count_rows(stmt) >= 2 ? "some" : "none");
    SQLWCHAR schema[8], table[32];
    STMT(SQLColumnsW(stmt, NULL, 0, widen("Twilio", schema), SQL_NTS, widen("Conferences", table), SQL_NTS, NULL, 0));
    printf("columns: %d\n", count_rows(stmt));
    STMT(SQLGetTypeInfoW(stmt, SQL_ALL_TYPES));
    printf("types: %s\n", count_rows(stmt) > 10 ? "many" : "few");
    STMT(SQLPrimaryKeysW(stmt, NULL, 0, schema, SQL_NTS, table, SQL_NTS));
    printf("primary keys: %d\n", count_rows(stmt));
    STMT(SQLForeignKeysW(stmt, NULL, 0, schema, SQL_NTS, table, SQL_NTS, NULL, 0, NULL, 0, NULL, 0));
    printf("foreign keys: %d\n", count_rows(stmt));

    /* Literals are sent as parameters. */
    STMT(SQLPrepareW(stmt, widen("select count(*) as \"C1\" from \"Twilio\".\"Conferences\" \"_\" where \"_\".\"Status\" = ? and \"_\".\"DateCreated\" >= ?", wide), SQL_NTS));
    SQLWCHAR status[16];
    SQL_TIMESTAMP_STRUCT since = {2024, 6, 14, 10, 0, 0, 0};
    SQLLEN end = SQL_NTS;
    STMT(SQLBindParameter(stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 11, 0, widen("in-progress", status), 0, &end));
    STMT(SQLBindParameter(stmt, 2, SQL_PARAM_INPUT, SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, 27, 7, &since, sizeof since, NULL));
    STMT(SQLExecute(stmt));
    STMT(SQLFetch(stmt));
    SQLBIGINT n = 0;
    STMT(SQLGetData(stmt, 1, SQL_C_SBIGINT, &n, sizeof n, NULL));
    printf("%ld\n", (long)n);
    return finish(stmt);
}
