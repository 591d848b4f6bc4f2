/* What the programs of the benchmark share: errors that end them, and clocks. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sql.h>
#include <sqlext.h>

/* A failure, or a value that was cut (01004), ends the program. That a handle warns of something else is none of the
 * measurement's business. */
static void check(SQLRETURN code, SQLSMALLINT type, SQLHANDLE handle, const char *what)
{
    if (code == SQL_SUCCESS)
        return;
    SQLCHAR state[6] = "", message[1024] = "";
    SQLINTEGER native;
    SQLGetDiagRec(type, handle, 1, state, &native, message, sizeof message, NULL);
    if (code == SQL_SUCCESS_WITH_INFO && strcmp((char *)state, "01004") != 0)
        return;
    fprintf(stderr, "%s: %s %s\n", what, state, message);
    exit(1);
}

#define ENV(call) check(call, SQL_HANDLE_ENV, env, #call)
#define DBC(call) check(call, SQL_HANDLE_DBC, dbc, #call)
#define STMT(call) check(call, SQL_HANDLE_STMT, stmt, #call)

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}
