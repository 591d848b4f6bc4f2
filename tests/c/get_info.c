/* SQLGetInfo writes as many bytes as an information type has, and no more. */

#include "odbc_test.h"

enum width { U16 = 2, U32 = 4 };

static const struct {
    SQLUSMALLINT type;
    enum width width;
} numbers[] = {
    {SQL_MAX_DRIVER_CONNECTIONS, U16}, {SQL_MAX_CONCURRENT_ACTIVITIES, U16}, {SQL_CONCAT_NULL_BEHAVIOR, U16},
    {SQL_CURSOR_COMMIT_BEHAVIOR, U16}, {SQL_CURSOR_ROLLBACK_BEHAVIOR, U16}, {SQL_DEFAULT_TXN_ISOLATION, U32},
    {SQL_IDENTIFIER_CASE, U16}, {SQL_MAX_COLUMN_NAME_LEN, U16}, {SQL_MAX_CURSOR_NAME_LEN, U16},
    {SQL_MAX_SCHEMA_NAME_LEN, U16}, {SQL_MAX_CATALOG_NAME_LEN, U16}, {SQL_MAX_TABLE_NAME_LEN, U16},
    {SQL_SCROLL_OPTIONS, U32}, {SQL_TXN_CAPABLE, U16}, {SQL_NUMERIC_FUNCTIONS, U32}, {SQL_STRING_FUNCTIONS, U32},
    {SQL_SYSTEM_FUNCTIONS, U32}, {SQL_TIMEDATE_FUNCTIONS, U32}, {SQL_CONVERT_VARCHAR, U32}, {SQL_CONVERT_WVARCHAR, U32},
    {SQL_TXN_ISOLATION_OPTION, U32}, {SQL_CORRELATION_NAME, U16}, {SQL_NON_NULLABLE_COLUMNS, U16},
    {SQL_GETDATA_EXTENSIONS, U32}, {SQL_FILE_USAGE, U16}, {SQL_NULL_COLLATION, U16}, {SQL_GROUP_BY, U16},
    {SQL_SCHEMA_USAGE, U32}, {SQL_CATALOG_USAGE, U32}, {SQL_QUOTED_IDENTIFIER_CASE, U16}, {SQL_SUBQUERIES, U32},
    {SQL_UNION, U32}, {SQL_MAX_COLUMNS_IN_SELECT, U16}, {SQL_MAX_ROW_SIZE, U32}, {SQL_MAX_STATEMENT_LEN, U32},
    {SQL_CATALOG_LOCATION, U16}, {SQL_OJ_CAPABILITIES, U32}, {SQL_SQL_CONFORMANCE, U32}, {SQL_BATCH_SUPPORT, U32},
    {SQL_FORWARD_ONLY_CURSOR_ATTRIBUTES1, U32}, {SQL_STATIC_CURSOR_ATTRIBUTES1, U32}, {SQL_ODBC_INTERFACE_CONFORMANCE, U32},
    {SQL_PARAM_ARRAY_ROW_COUNTS, U32}, {SQL_SQL92_PREDICATES, U32}, {SQL_SQL92_RELATIONAL_JOIN_OPERATORS, U32},
    {SQL_AGGREGATE_FUNCTIONS, U32}, {SQL_CURSOR_SENSITIVITY, U32}, {SQL_MAX_IDENTIFIER_LEN, U16}, {SQL_ASYNC_MODE, U32},
    {180, U32},
};

static const SQLUSMALLINT texts[] = {
    SQL_DBMS_NAME, SQL_DRIVER_NAME, SQL_DRIVER_ODBC_VER, SQL_IDENTIFIER_QUOTE_CHAR, SQL_SEARCH_PATTERN_ESCAPE,
    SQL_CATALOG_NAME_SEPARATOR, SQL_CATALOG_NAME, SQL_DATA_SOURCE_READ_ONLY, SQL_DESCRIBE_PARAMETER, SQL_NEED_LONG_DATA_LEN,
    SQL_DATABASE_NAME, SQL_ACCESSIBLE_TABLES, SQL_COLUMN_ALIAS,
};

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    int right = 0;
    (void)argc;

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        unsigned char buffer[16];
        SQLSMALLINT length = -1;
        memset(buffer, 0xA5, sizeof buffer);
        SQLRETURN code = SQLGetInfo(dbc, numbers[i].type, buffer, sizeof buffer, &length);
        int untouched = 1;
        for (size_t j = numbers[i].width; j < sizeof buffer; j++)
            untouched &= buffer[j] == 0xA5;
        if (code == SQL_SUCCESS && untouched && length == (SQLSMALLINT)numbers[i].width)
            right++;
        else
            printf("type %d: %s, length %d, %s\n", numbers[i].type, name_of(code), length, untouched ? "untouched" : "too much");
    }
    printf("%s\n", right == (int)(sizeof numbers / sizeof *numbers) ? "every number has its width" : "not every number");

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SQLCHAR text[64];
        SQLWCHAR wide[64];
        SQLSMALLINT length, bytes;
        DBC(SQLGetInfo(dbc, texts[i], text, sizeof text, &length));
        DBC(SQLGetInfoW(dbc, texts[i], wide, sizeof wide, &bytes));
        printf("%d '%s' (%d) '", texts[i], text, length);
        print_wide(wide);
        printf("' (%d)\n", bytes);
    }

    /* A text that does not fit, and one that is only measured. */
    SQLCHAR cut[8];
    SQLSMALLINT length;
    memset(cut, '#', sizeof cut);
    printf("%s", name_of(SQLGetInfo(dbc, SQL_DBMS_NAME, cut, 4, &length)));
    printf(" '%s' (%d) %c\n", cut, length, cut[4]);
    print_states(SQL_HANDLE_DBC, dbc);
    printf("%s", name_of(SQLGetInfo(dbc, SQL_DBMS_NAME, NULL, 0, &length)));
    printf(" (%d)\n", length);
    printf("%s\n", name_of(SQLGetInfo(dbc, 60000, cut, sizeof cut, &length)));
    print_states(SQL_HANDLE_DBC, dbc);
    return finish(stmt);
}
