/* Many threads at the library itself: handles that are made, shared, freed and used after they are freed. A driver manager
   would let none of it through, or only one call at a time. */

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "../odbc_test.h"

#define THREADS 4
#define JOIN "SELECT c.Sid, p.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"

static char with_requests[512], without_requests[512];

static void pause_ms(long ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* Runs the function in this many threads, each with its number, and gives the sum of what they return. */
static long in_threads(int threads, void *(*work)(void *))
{
    pthread_t started[8];
    long sum = 0;
    for (int i = 0; i < threads; i++)
        pthread_create(&started[i], NULL, work, (void *)(size_t)i);
    for (int i = 0; i < threads; i++) {
        void *result;
        pthread_join(started[i], &result);
        sum += (long)(size_t)result;
    }
    return sum;
}

static SQLHENV new_environment(void)
{
    SQLHENV made;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &made);
    SQLSetEnvAttr(made, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3_80, 0);
    return made;
}

static SQLRETURN open_connection(SQLHDBC connection, char *text)
{
    return SQLDriverConnect(connection, NULL, (SQLCHAR *)text, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT);
}

static SQLHSTMT new_statement(SQLHDBC connection)
{
    SQLHSTMT stmt = NULL;
    check(SQLAllocHandle(SQL_HANDLE_STMT, connection, &stmt), SQL_HANDLE_DBC, connection, "SQLAllocHandle");
    return stmt;
}

/* Executes and fetches: the number of rows, or -1 where the statement was cancelled. Nothing else may happen. */
static int read_rows(SQLHSTMT stmt, const char *sql)
{
    SQLRETURN code = SQLExecDirect(stmt, (SQLCHAR *)sql, SQL_NTS);
    int rows = 0;
    while (SQL_SUCCEEDED(code)) {
        code = SQLFetch(stmt);
        rows += SQL_SUCCEEDED(code);
    }
    if (code == SQL_ERROR) {
        SQLCHAR state[6] = "", text[1024];
        SQLINTEGER native;
        SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 1, state, &native, text, sizeof text, NULL);
        if (strcmp((char *)state, "HY008") != 0)
            check(code, SQL_HANDLE_STMT, stmt, sql);
        rows = -1;
    }
    SQLFreeStmt(stmt, SQL_CLOSE);
    return rows;
}

/* Environments and connections of its own for each thread. */
static void *own_handles(void *number UNUSED)
{
    long rows = 0;
    for (int i = 0; i < 5; i++) {
        SQLHENV own = new_environment();
        SQLHDBC connection = NULL;
        SQLAllocHandle(SQL_HANDLE_DBC, own, &connection);
        check(open_connection(connection, without_requests), SQL_HANDLE_DBC, connection, "SQLDriverConnect");
        SQLHSTMT stmt = new_statement(connection);
        rows += read_rows(stmt, "SELECT 1");
        SQLFreeHandle(SQL_HANDLE_STMT, stmt);
        SQLDisconnect(connection);
        SQLFreeHandle(SQL_HANDLE_DBC, connection);
        SQLFreeHandle(SQL_HANDLE_ENV, own);
    }
    return (void *)rows;
}

/* Statements of one connection. */
static void *own_statement(void *number UNUSED)
{
    long rows = 0;
    SQLHSTMT stmt = new_statement(dbc);
    for (int i = 0; i < 5; i++)
        rows += read_rows(stmt, "SELECT CallSid" PARTICIPANTS);
    SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    return (void *)rows;
}

/* One thread reads, the others cancel it. */
static SQLHSTMT cancelled;
static atomic_int reading, whole;

static void *read_or_cancel(void *number)
{
    long odd = 0;
    if (number) {
        while (atomic_load(&reading)) {
            pause_ms(3 * (long)(size_t)number);
            odd += SQLCancel(cancelled) != SQL_SUCCESS;
        }
        return (void *)odd;
    }
    for (int i = 0; i < 20; i++) {
        int rows = read_rows(cancelled, JOIN);
        odd += rows != -1 && rows != atomic_load(&whole);
    }
    atomic_store(&reading, 0);
    return (void *)odd;
}

/* Two threads make and free statements, the others call with them before and after. */
#define MADE 40
static _Atomic(SQLHSTMT) made[MADE], freed[MADE];
static atomic_int making;

static void *make_or_guess(void *number)
{
    long odd = 0;
    if ((size_t)number < 2) {
        for (int i = (int)(size_t)number; i < MADE; i += 2) {
            SQLHSTMT stmt = new_statement(dbc);
            atomic_store(&made[i], stmt);
            odd += read_rows(stmt, "SELECT 1") != 1;
            odd += SQLFreeHandle(SQL_HANDLE_STMT, stmt) != SQL_SUCCESS;
            atomic_store(&freed[i], stmt);
        }
        atomic_fetch_sub(&making, 1);
        return (void *)odd;
    }
    while (atomic_load(&making)) {
        for (int i = 0; i < MADE; i++) {
            SQLSMALLINT count;
            SQLHSTMT stmt = atomic_load(&made[i]);
            if (stmt)
                SQLNumResultCols(stmt, &count);
            stmt = atomic_load(&freed[i]);
            if (stmt)
                odd += SQLFetch(stmt) != SQL_INVALID_HANDLE || SQLCancel(stmt) != SQL_INVALID_HANDLE;
        }
    }
    return (void *)odd;
}

/* One thread disconnects while the others fetch. */
static SQLHDBC shared;
static SQLHSTMT statements[THREADS];

static void *fetch_until_gone(void *number)
{
    SQLHSTMT stmt = statements[(size_t)number];
    SQLRETURN code = SQL_SUCCESS;
    if (!number) {
        pause_ms(100);
        return (void *)(size_t)(SQLDisconnect(shared) == SQL_SUCCESS);
    }
    while (code != SQL_INVALID_HANDLE) {
        code = SQLExecDirect(stmt, (SQLCHAR *)JOIN, SQL_NTS);
        while (SQL_SUCCEEDED(code))
            code = SQLFetch(stmt);
        if (code != SQL_INVALID_HANDLE)
            code = SQLFreeStmt(stmt, SQL_CLOSE);
    }
    return (void *)1;
}

/* One thread opens the connection that the other frees. */
static pthread_barrier_t start;
static SQLRETURN outcome[2];

static void *open_or_free(void *number)
{
    pthread_barrier_wait(&start);
    outcome[(size_t)number] = number ? SQLFreeHandle(SQL_HANDLE_DBC, shared) : open_connection(shared, without_requests);
    return NULL;
}

static long one_wins(void)
{
    long wins = 0;
    for (int i = 0; i < 50; i++) {
        SQLAllocHandle(SQL_HANDLE_DBC, env, &shared);
        in_threads(2, open_or_free);
        wins += (SQL_SUCCEEDED(outcome[0]) && outcome[1] == SQL_ERROR) ||
                (outcome[0] == SQL_INVALID_HANDLE && outcome[1] == SQL_SUCCESS);
        SQLDisconnect(shared);
        SQLFreeHandle(SQL_HANDLE_DBC, shared);
    }
    return wins;
}

int main(int argc, char **argv)
{
    (void)argc;
    snprintf(with_requests, sizeof with_requests, "%s", argv[1]);
    snprintf(without_requests, sizeof without_requests, "%sConnectOnOpen=0;", argv[1]);
    printf("%ld rows of own connections\n", in_threads(THREADS, own_handles));

    SQLHSTMT stmt = connect_to(argv);
    printf("%ld rows of one connection\n", in_threads(THREADS, own_statement));

    cancelled = stmt;
    whole = read_rows(stmt, JOIN);
    reading = 1;
    printf("%d rows, %ld neither whole nor cancelled\n", whole, in_threads(3, read_or_cancel));
    printf("%s\n", read_rows(stmt, JOIN) == whole ? "runs again" : "does not run again");

    making = 2;
    printf("%ld handles that were not what they should be\n", in_threads(THREADS, make_or_guess));

    SQLAllocHandle(SQL_HANDLE_DBC, env, &shared);
    check(open_connection(shared, with_requests), SQL_HANDLE_DBC, shared, "SQLDriverConnect");
    for (int i = 0; i < THREADS; i++)
        statements[i] = new_statement(shared);
    printf("%ld threads outlived the connection\n", in_threads(THREADS, fetch_until_gone));
    SQLFreeHandle(SQL_HANDLE_DBC, shared);

    pthread_barrier_init(&start, NULL, 2);
    printf("%ld times one of two won\n", one_wins());
    pthread_barrier_destroy(&start);
    return finish(stmt);
}
