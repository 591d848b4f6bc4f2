/* SQLCancel from a second thread ends a statement, which then runs again; an idle statement takes no harm. */

#include <pthread.h>
#include <time.h>

#include "odbc_test.h"

static void *cancel(void *stmt)
{
    struct timespec pause = {0, 500 * 1000 * 1000};
    nanosleep(&pause, NULL);
    return (void *)(size_t)SQLCancel((SQLHSTMT)stmt);
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    pthread_t thread;
    void *cancelled;
    struct timespec start, end;
    (void)argc;

    printf("idle %s\n", name_of(SQLCancel(stmt)));
    for (int i = 0; i < 2; i++) {
        clock_gettime(CLOCK_MONOTONIC, &start);
        pthread_create(&thread, NULL, cancel, stmt);
        SQLRETURN code = SQLExecDirect(stmt, (SQLCHAR *)"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n", SQL_NTS);
        if (SQL_SUCCEEDED(code))
            code = SQLFetch(stmt);
        printf("endless %s\n", name_of(code));
        print_states(SQL_HANDLE_STMT, stmt);
        pthread_join(thread, &cancelled);
        printf("cancel %s\n", name_of((SQLRETURN)(size_t)cancelled));
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%s\n", end.tv_sec - start.tv_sec < 15 ? "in time" : "late");
        STMT(SQLFreeStmt(stmt, SQL_CLOSE));
    }
    execute(stmt, "SELECT COUNT(*)" PARTICIPANTS);
    STMT(SQLFetch(stmt));
    SQLINTEGER count = 0;
    STMT(SQLGetData(stmt, 1, SQL_C_LONG, &count, 0, NULL));
    printf("then %d rows\n", (int)count);
    return finish(stmt);
}
