/* What the programs share: connecting with the string that they are given, and telling what failed. */

#ifndef ODBC_TEST_H
#define ODBC_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#define SUPPORT "CF5843bda0e992d145a0c989a33e2ba7d0"
#define CAFE "CFc7ab56057c8da907d3ae3c614bed5c8f"
#define CUSTOMER "CA040a2076f607ff2334d4bf63f2f595c9"
#define EXPERT "CAbb0802c412d354cb023353e84aa5bb51"
#define PARTICIPANTS " FROM ConferenceParticipants WHERE ConferenceSid = '" SUPPORT "' "

#define UNUSED __attribute__((unused))

static SQLHENV env;
static SQLHDBC dbc;

/* Prints the SQLSTATE of each record. */
UNUSED static void print_states(SQLSMALLINT type, SQLHANDLE handle)
{
    SQLCHAR state[6], text[1024];
    SQLINTEGER native;
    SQLSMALLINT i = 1;
    while (SQL_SUCCEEDED(SQLGetDiagRec(type, handle, i++, state, &native, text, sizeof text, NULL)))
        printf("%s\n", state);
}

/* Ends the program where a call failed that must not. */
UNUSED static void check(SQLRETURN code, SQLSMALLINT type, SQLHANDLE handle, const char *what)
{
    if (SQL_SUCCEEDED(code) || code == SQL_NEED_DATA)
        return;
    printf("%s failed: %d\n", what, code);
    SQLCHAR state[6], text[1024];
    SQLINTEGER native;
    if (SQL_SUCCEEDED(SQLGetDiagRec(type, handle, 1, state, &native, text, sizeof text, NULL)))
        fprintf(stderr, "%s: %s %s\n", what, state, text);
    exit(1);
}

#define STMT(call) check(call, SQL_HANDLE_STMT, stmt, #call)
#define DBC(call) check(call, SQL_HANDLE_DBC, dbc, #call)

UNUSED static const char *name_of(SQLRETURN code)
{
    switch (code) {
    case SQL_SUCCESS: return "SQL_SUCCESS";
    case SQL_SUCCESS_WITH_INFO: return "SQL_SUCCESS_WITH_INFO";
    case SQL_NO_DATA: return "SQL_NO_DATA";
    case SQL_NEED_DATA: return "SQL_NEED_DATA";
    case SQL_ERROR: return "SQL_ERROR";
    case SQL_INVALID_HANDLE: return "SQL_INVALID_HANDLE";
    default: return "?";
    }
}

UNUSED static void allocate(void)
{
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3_80, 0);
    check(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc), SQL_HANDLE_ENV, env, "SQLAllocHandle");
}

/* Connects with the program's first argument, and gives a statement. */
UNUSED static SQLHSTMT connect_to(char **argv)
{
    SQLHSTMT stmt = NULL;
    allocate();
    DBC(SQLDriverConnect(dbc, NULL, (SQLCHAR *)argv[1], SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT));
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    return stmt;
}

UNUSED static int finish(SQLHSTMT stmt)
{
    STMT(SQLFreeHandle(SQL_HANDLE_STMT, stmt));
    DBC(SQLDisconnect(dbc));
    DBC(SQLFreeHandle(SQL_HANDLE_DBC, dbc));
    SQLFreeHandle(SQL_HANDLE_ENV, env);
    return 0;
}

UNUSED static void execute(SQLHSTMT stmt, const char *sql)
{
    STMT(SQLExecDirect(stmt, (SQLCHAR *)sql, SQL_NTS));
}

UNUSED static void close_cursor(SQLHSTMT stmt)
{
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
}

/* UTF-16 from ASCII; the caller's buffer has to hold it. */
UNUSED static SQLWCHAR *widen(const char *text, SQLWCHAR *wide)
{
    size_t i = 0;
    do
        wide[i] = (unsigned char)text[i];
    while (text[i++]);
    return wide;
}

/* Prints UTF-16 as UTF-8. */
UNUSED static void print_wide(const SQLWCHAR *wide)
{
    while (*wide) {
        unsigned long c = *wide++;
        if (c >= 0xD800 && c < 0xDC00 && *wide >= 0xDC00 && *wide < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (*wide++ - 0xDC00);
        if (c < 0x80) {
            putchar((int)c);
        } else if (c < 0x800) {
            printf("%c%c", (int)(0xC0 | c >> 6), (int)(0x80 | (c & 63)));
        } else if (c < 0x10000) {
            printf("%c%c%c", (int)(0xE0 | c >> 12), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
        } else {
            printf("%c%c%c%c", (int)(0xF0 | c >> 18), (int)(0x80 | (c >> 12 & 63)), (int)(0x80 | (c >> 6 & 63)),
                   (int)(0x80 | (c & 63)));
        }
    }
}

#endif
