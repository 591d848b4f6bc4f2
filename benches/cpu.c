/* What the driver takes of the processor between an application and Twilio: connecting, listing tables, preparing.
 *
 *     cpu CONNECTION-STRING REPETITIONS
 *
 * Prints a line for each thing that is measured: its name, how often, and the least, the median and the first CPU time
 * in milliseconds. CPU time is user and system time of this process, all of its threads, by its clock.
 */

#include "odbc.h"

static const char *text;
static const char *one_table =
    "SELECT Sid, Status, Duration, Price FROM Calls WHERE StartTime >= '2024-01-01' AND Status = 'completed'";
static SQLHENV env;

static SQLHDBC connect(void)
{
    SQLHDBC dbc;
    check(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc), SQL_HANDLE_ENV, env, "SQLAllocHandle");
    DBC(SQLDriverConnect(dbc, NULL, (SQLCHAR *)text, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT));
    return dbc;
}

static void disconnect(SQLHDBC dbc)
{
    DBC(SQLDisconnect(dbc));
    SQLFreeHandle(SQL_HANDLE_DBC, dbc);
}

/* Reads every cell of the result. */
static long fetch_all(SQLHSTMT stmt)
{
    SQLSMALLINT columns;
    SQLRETURN code;
    long rows = 0;
    STMT(SQLNumResultCols(stmt, &columns));
    while ((code = SQLFetch(stmt)) != SQL_NO_DATA) {
        STMT(code);
        rows++;
        for (SQLSMALLINT i = 1; i <= columns; i++) {
            SQLCHAR cell[1024];
            SQLLEN length;
            STMT(SQLGetData(stmt, i, SQL_C_CHAR, cell, sizeof cell, &length));
        }
    }
    return rows;
}

/* What an application does before its first rows; the first time the driver manager loads the library. */
static void connect_and_prepare(void)
{
    SQLHDBC dbc = connect();
    SQLHSTMT stmt;
    SQLSMALLINT columns;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    STMT(SQLPrepare(stmt, (SQLCHAR *)one_table, SQL_NTS));
    STMT(SQLNumResultCols(stmt, &columns));
    SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    disconnect(dbc);
}

static void connect_and_list(void)
{
    SQLHDBC dbc = connect();
    SQLHSTMT stmt;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    STMT(SQLTables(stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0));
    if (fetch_all(stmt) < 300) {
        fprintf(stderr, "SQLTables has fewer than 300 rows\n");
        exit(1);
    }
    SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    disconnect(dbc);
}

static void connect_only(void)
{
    disconnect(connect());
}

/* A statement of the connection that the measurements below share. */
static SQLHDBC dbc;
static SQLHSTMT stmt;

static void columns_of_one(void)
{
    STMT(SQLColumns(stmt, NULL, 0, NULL, 0, (SQLCHAR *)"Calls", SQL_NTS, NULL, 0));
    fetch_all(stmt);
    SQLFreeStmt(stmt, SQL_CLOSE);
}

static void columns_of_all(void)
{
    STMT(SQLColumns(stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0));
    fetch_all(stmt);
    SQLFreeStmt(stmt, SQL_CLOSE);
}

static void prepare(const char *sql)
{
    SQLSMALLINT columns;
    STMT(SQLPrepare(stmt, (SQLCHAR *)sql, SQL_NTS));
    STMT(SQLNumResultCols(stmt, &columns));
}

static void prepare_one(void)
{
    prepare(one_table);
}

static void prepare_marker(void)
{
    prepare("SELECT * FROM Messages WHERE Sid = ?");
}

static void prepare_group(void)
{
    prepare("SELECT Status, COUNT(*) AS Calls, SUM(Price) AS Cost FROM Calls WHERE StartTime >= '2024-01-01'"
            " GROUP BY Status ORDER BY 3 DESC");
}

static void prepare_join(void)
{
    prepare("SELECT c.Name, p.Label, k.Duration, k.Price FROM Conferences c"
            " JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"
            " JOIN Calls k ON k.Sid = p.CallSid"
            " WHERE c.Status = 'in-progress' AND p.Muted = 1 ORDER BY k.StartTime");
}

static void system_columns(void)
{
    STMT(SQLExecDirect(stmt, (SQLCHAR *)"SELECT * FROM sys_tablecolumns", SQL_NTS));
    fetch_all(stmt);
    SQLFreeStmt(stmt, SQL_CLOSE);
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void measure(const char *name, void (*what)(void), int times)
{
    double *took = malloc(times * sizeof *took), first;
    for (int i = 0; i < times; i++) {
        double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
        what();
        took[i] = (seconds(CLOCK_PROCESS_CPUTIME_ID) - begin) * 1e3;
    }
    first = took[0];
    qsort(took, times, sizeof *took, ascending);
    printf("%s\t%d\t%.3f\t%.3f\t%.3f\n", name, times, took[0], took[times / 2], first);
    fflush(stdout);
    free(took);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: %s CONNECTION-STRING REPETITIONS\n", arguments[0]);
        return 2;
    }
    text = arguments[1];
    int times = atoi(arguments[2]);
    if (times < 1)
        times = 1;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3_80, 0);

    /* Its first time is that of a new process, which loads the driver. */
    measure("connect, SQLPrepare, disconnect", connect_and_prepare, times);
    measure("connect, SQLTables, disconnect", connect_and_list, times);
    measure("connect, disconnect", connect_only, times);
    dbc = connect();
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    measure("SQLPrepare, one table", prepare_one, times * 5);
    measure("SQLPrepare, one row by its key", prepare_marker, times * 5);
    measure("SQLPrepare, one table in groups", prepare_group, times * 5);
    measure("SQLPrepare, a join of three", prepare_join, times * 5);
    measure("SQLColumns of one table", columns_of_one, times);
    measure("SQLColumns of all tables", columns_of_all, times);
    measure("sys_tablecolumns, all rows", system_columns, times);
    SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    disconnect(dbc);
    return 0;
}
