/* Two clients that bind nothing and read each cell by SQLGetData.
 *
 * A gateway (Datometry) sets SQL_ATTR_AUTOCOMMIT and SQL_ATTR_CONNECTION_TIMEOUT, prepares, and reads 1 to 23 columns of
 * about 100 rows, each in the C type of its column. iodbctest asks for the driver, executes, describes, moves by
 * SQLFetchScroll, reads all as text, and ends with SQLMoreResults and SQLCloseCursor. */

#include "odbc_test.h"

#define COLUMNS " FROM sys_tablecolumns WHERE SchemaName = 'Twilio' ORDER BY TableName, Ordinal LIMIT 100"

typedef struct {
    unsigned long texts, characters, numbers, nulls;
    long long sum;
} seen;

static void read_cell(SQLHSTMT stmt, SQLUSMALLINT column, SQLSMALLINT type, seen *s)
{
    SQLCHAR text[1024];
    SQLBIGINT number = 0;
    SQLLEN length = -77;
    switch (type) {
    case SQL_BIT:
    case SQL_INTEGER:
    case SQL_BIGINT:
        STMT(SQLGetData(stmt, column, SQL_C_SBIGINT, &number, 0, &length));
        s->numbers += length == sizeof number;
        s->sum += length == SQL_NULL_DATA ? 0 : number;
        break;
    default:
        STMT(SQLGetData(stmt, column, SQL_C_CHAR, text, sizeof text, &length));
        s->texts += length >= 0;
        s->characters += length >= 0 ? strlen((char *)text) : 0;
    }
    s->nulls += length == SQL_NULL_DATA;
}

static void gateway(SQLHSTMT stmt, int width, int backwards)
{
    char sql[512] = "SELECT ";
    for (int i = 0; i < width; i++)
        sprintf(sql + strlen(sql), "%s%s", i ? ", " : "", i % 3 == 0 ? "ColumnName" : i % 3 == 1 ? "Ordinal" : "TableName");
    strcat(sql, COLUMNS);
    SQLSMALLINT columns, types[32];
    STMT(SQLPrepare(stmt, (SQLCHAR *)sql, SQL_NTS));
    STMT(SQLExecute(stmt));
    STMT(SQLNumResultCols(stmt, &columns));
    for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)columns; i++)
        STMT(SQLDescribeCol(stmt, i, NULL, 0, NULL, &types[i], NULL, NULL, NULL));
    int rows = 0;
    seen s = {0, 0, 0, 0, 0};
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        rows++;
        for (int i = 1; i <= columns; i++) {
            int column = backwards ? columns + 1 - i : i;
            read_cell(stmt, (SQLUSMALLINT)column, types[column], &s);
        }
    }
    printf("%d of %d rows: %lu texts, %lu numbers, %lu NULL, %s\n", columns, rows, s.texts, s.numbers, s.nulls,
           s.characters > 100 && s.sum >= 0 ? "something in them" : "nothing in them");
    close_cursor(stmt);
}

static void iodbctest(SQLHSTMT stmt, const char *sql)
{
    SQLCHAR text[1024];
    SQLSMALLINT columns;
    SQLRETURN code;
    STMT(SQLPrepare(stmt, (SQLCHAR *)sql, SQL_NTS));
    code = SQLExecute(stmt);
    STMT(code);
    do {
        STMT(SQLNumResultCols(stmt, &columns));
        for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)columns; i++) {
            SQLCHAR name[50];
            SQLSMALLINT type, digits, nullable;
            SQLULEN size;
            SQLLEN shown;
            STMT(SQLDescribeCol(stmt, i, name, sizeof name, NULL, &type, &size, &digits, &nullable));
            STMT(SQLColAttribute(stmt, i, SQL_DESC_DISPLAY_SIZE, NULL, 0, NULL, &shown));
            printf("%-*.*s|", (int)(shown > 20 ? 20 : shown), 20, name);
        }
        printf("\n");
        int rows = 0;
        while (SQL_SUCCEEDED(SQLFetchScroll(stmt, SQL_FETCH_NEXT, 1))) {
            rows++;
            for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)columns; i++) {
                SQLLEN length;
                STMT(SQLGetData(stmt, i, SQL_C_CHAR, text, sizeof text, &length));
                printf("%-20.20s|", length == SQL_NULL_DATA ? "NULL" : (char *)text);
            }
            printf("\n");
        }
        printf("%d rows\n", rows);
        code = SQLMoreResults(stmt);
    } while (code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO);
    /* There is no cursor any more: what iodbctest gets and passes over. */
    printf("%s, %s\n", name_of(code), name_of(SQLCloseCursor(stmt)));
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLCHAR text[256];
    SQLSMALLINT length;
    (void)argc;

    DBC(SQLSetConnectAttr(dbc, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)SQL_AUTOCOMMIT_ON, SQL_IS_UINTEGER));
    DBC(SQLSetConnectAttr(dbc, SQL_ATTR_CONNECTION_TIMEOUT, (SQLPOINTER)60, SQL_IS_UINTEGER));
    for (int width = 1; width <= 23; width += 11)
        gateway(stmt, width, 0);
    gateway(stmt, 23, 1);

    DBC(SQLGetInfo(dbc, SQL_DRIVER_VER, text, sizeof text, &length));
    DBC(SQLGetInfo(dbc, SQL_DRIVER_NAME, text, sizeof text, &length));
    iodbctest(stmt, "SELECT Label, Muted, DateCreated" PARTICIPANTS);
    STMT(SQLTables(stmt, NULL, 0, (SQLCHAR *)"Twilio", SQL_NTS, (SQLCHAR *)"Conference%", SQL_NTS, NULL, 0));
    STMT(SQLFetchScroll(stmt, SQL_FETCH_NEXT, 1));
    STMT(SQLGetData(stmt, 3, SQL_C_CHAR, text, sizeof text, NULL));
    printf("%s\n", text);
    STMT(SQLCloseCursor(stmt));
    return finish(stmt);
}
