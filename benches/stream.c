/* Reads a result in bound rowsets, as an application that wants all of it does.
 *
 *     stream CONNECTION-STRING SQL ROWSET MOST-ROWS TIMES
 *
 * Every column is bound as its type: numbers and times as such, all others as text. MOST-ROWS ends the reading early; 0 reads
 * all. Prints a line of JSON for each time: rows, bytes of all values, seconds until the first rowset was there and until the
 * last one was, and the process's peak of resident memory so far in kilobytes.
 */

#include "odbc.h"

/* The longest text that is taken; a longer one is an error. */
#define LONGEST 1024

/* The peak of the resident memory of this process, in kilobytes. */
static long peak(void)
{
    char line[256];
    long kilobytes = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld kB", &kilobytes) == 1)
            break;
    if (status)
        fclose(status);
    return kilobytes;
}

/* The C type that a column is bound as, and the bytes of a value of it. */
static SQLSMALLINT c_type(SQLSMALLINT sql_type, SQLULEN size, SQLLEN *bytes)
{
    switch (sql_type) {
    case SQL_INTEGER:
        *bytes = sizeof(SQLINTEGER);
        return SQL_C_SLONG;
    case SQL_BIGINT:
        *bytes = sizeof(SQLBIGINT);
        return SQL_C_SBIGINT;
    case SQL_DOUBLE:
        *bytes = sizeof(SQLDOUBLE);
        return SQL_C_DOUBLE;
    case SQL_BIT:
        *bytes = 1;
        return SQL_C_BIT;
    case SQL_TYPE_TIMESTAMP:
        *bytes = sizeof(SQL_TIMESTAMP_STRUCT);
        return SQL_C_TYPE_TIMESTAMP;
    default:
        *bytes = (size < LONGEST ? size : LONGEST) + 1;
        return SQL_C_CHAR;
    }
}

int main(int count, char **arguments)
{
    if (count != 6) {
        fprintf(stderr, "usage: %s CONNECTION-STRING SQL ROWSET MOST-ROWS TIMES\n", arguments[0]);
        return 2;
    }
    SQLCHAR *text = (SQLCHAR *)arguments[1], *sql = (SQLCHAR *)arguments[2];
    SQLULEN rowset = strtoul(arguments[3], NULL, 10), most = strtoul(arguments[4], NULL, 10), fetched;
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3_80, 0);
    ENV(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc));
    DBC(SQLDriverConnect(dbc, NULL, text, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT));
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)rowset, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0));

    STMT(SQLPrepare(stmt, sql, SQL_NTS));
    SQLSMALLINT columns;
    STMT(SQLNumResultCols(stmt, &columns));
    SQLLEN **lengths = malloc(columns * sizeof *lengths);
    for (SQLSMALLINT i = 0; i < columns; i++) {
        SQLCHAR name[128];
        SQLSMALLINT sql_type;
        SQLULEN size;
        SQLLEN bytes;
        STMT(SQLDescribeCol(stmt, i + 1, name, sizeof name, NULL, &sql_type, &size, NULL, NULL));
        SQLSMALLINT type = c_type(sql_type, size, &bytes);
        lengths[i] = malloc(rowset * sizeof **lengths);
        STMT(SQLBindCol(stmt, i + 1, type, malloc(rowset * bytes), bytes, lengths[i]));
    }

    for (int times = atoi(arguments[5]); times > 0; times--) {
        SQLULEN rows = 0;
        unsigned long long sum = 0;
        double began = seconds(CLOCK_MONOTONIC), first = 0;
        SQLRETURN code;
        STMT(SQLExecute(stmt));
        while ((most == 0 || rows < most) && (code = SQLFetch(stmt)) != SQL_NO_DATA) {
            STMT(code);
            if (rows == 0)
                first = seconds(CLOCK_MONOTONIC) - began;
            rows += fetched;
            for (SQLSMALLINT i = 0; i < columns; i++)
                for (SQLULEN row = 0; row < fetched; row++)
                    if (lengths[i][row] != SQL_NULL_DATA)
                        sum += lengths[i][row];
        }
        double took = seconds(CLOCK_MONOTONIC) - began;
        printf("{\"rows\":%lu,\"bytes\":%llu,\"first\":%.6f,\"seconds\":%.6f,\"peak_kb\":%ld}\n", (unsigned long)rows, sum, first,
               took, peak());
        fflush(stdout);
        SQLFreeStmt(stmt, SQL_CLOSE);
    }
    SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    SQLDisconnect(dbc);
    SQLFreeHandle(SQL_HANDLE_DBC, dbc);
    SQLFreeHandle(SQL_HANDLE_ENV, env);
    return 0;
}
