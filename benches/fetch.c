/* How fast a driver hands rows to an application that are there already: cells a second, one by one and in blocks.
 *
 *     fetch CONNECTION-STRING QUERY MODES TIMES [STATEMENT…]
 *
 * Runs the statements first, on the same connection (CREATE TEMP TABLE …). Then runs the query TIMES times in each of the
 * modes, which stand side by side with commas between them:
 *
 *     getdata, getdata-wide      SQLFetch of a row, SQLGetData of each of its cells as SQL_C_CHAR, SQL_C_WCHAR
 *     bound, bound-wide          SQLFetch of 1,000 rows, whose columns are bound as SQL_C_CHAR, SQL_C_WCHAR
 *     bound-native               the same; integers as SQL_C_LONG or SQL_C_SBIGINT, floats as SQL_C_DOUBLE, dates and
 *                                timestamps in their structures, all else as SQL_C_CHAR
 *
 * A mode that begins with `static:` uses a static cursor that has been to its last row before the clock starts.
 *
 * Prints a line of values with tabs between them for each mode:
 *
 *     1  the mode
 *     2  rows
 *     3  cells
 *     4  bytes: the sum of the lengths that were told, the same for any driver that gives the same values
 *     5  wall time of the fetches, in seconds: from the first SQLFetch to the one that finds no more rows
 *     6  CPU time of the fetches, in seconds, of all threads of this process
 *     7  wall time of SQLExecDirect before them, in seconds; some drivers read all rows there
 *     8  CPU time of SQLExecDirect
 *
 * Times are the least of all repetitions, each for itself. What compares two drivers that read their rows at different
 * moments is 5 + 7, or 6 + 8. A value of more than 255 characters ends the program: what is cut is not what is measured.
 */

#include "odbc.h"

#define BLOCK 1000
#define CHARACTERS 256

static SQLHDBC dbc;
static SQLHSTMT stmt;

struct took {
    double wall, cpu;
};

static struct took begin(void)
{
    return (struct took){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct took since(struct took begun)
{
    struct took now = begin();
    return (struct took){now.wall - begun.wall, now.cpu - begun.cpu};
}

static void lessen(struct took *least, struct took next)
{
    if (next.wall < least->wall)
        least->wall = next.wall;
    if (next.cpu < least->cpu)
        least->cpu = next.cpu;
}

struct result {
    long rows, cells, bytes;
    struct took executed, fetched;
};

/* A column that is bound: its buffers for a block of rows. */
struct column {
    SQLSMALLINT type;
    SQLLEN size;
    char *cells;
    SQLLEN *lengths;
};

static SQLSMALLINT native_type(SQLUSMALLINT number)
{
    SQLCHAR name[128];
    SQLSMALLINT length, type, digits, nullable;
    SQLULEN size;
    STMT(SQLDescribeCol(stmt, number, name, sizeof name, &length, &type, &size, &digits, &nullable));
    switch (type) {
    case SQL_BIT:
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
        return SQL_C_LONG;
    case SQL_BIGINT:
        return SQL_C_SBIGINT;
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
        return SQL_C_DOUBLE;
    case SQL_TYPE_DATE:
        return SQL_C_TYPE_DATE;
    case SQL_TYPE_TIMESTAMP:
        return SQL_C_TYPE_TIMESTAMP;
    default:
        return SQL_C_CHAR;
    }
}

static SQLLEN size_of(SQLSMALLINT type)
{
    switch (type) {
    case SQL_C_LONG:
        return sizeof(SQLINTEGER);
    case SQL_C_SBIGINT:
        return sizeof(SQLBIGINT);
    case SQL_C_DOUBLE:
        return sizeof(SQLDOUBLE);
    case SQL_C_TYPE_DATE:
        return sizeof(SQL_DATE_STRUCT);
    case SQL_C_TYPE_TIMESTAMP:
        return sizeof(SQL_TIMESTAMP_STRUCT);
    case SQL_C_WCHAR:
        return CHARACTERS * sizeof(SQLWCHAR);
    default:
        return CHARACTERS;
    }
}

static void one_by_one(SQLSMALLINT columns, SQLSMALLINT type, struct result *result)
{
    SQLRETURN code;
    char cell[CHARACTERS * sizeof(SQLWCHAR)];
    SQLLEN length;
    while ((code = SQLFetch(stmt)) != SQL_NO_DATA) {
        STMT(code);
        result->rows++;
        for (SQLSMALLINT i = 1; i <= columns; i++) {
            STMT(SQLGetData(stmt, i, type, cell, size_of(type), &length));
            if (length > 0)
                result->bytes += length;
        }
    }
}

static void in_blocks(SQLSMALLINT columns, const struct column *bound, struct result *result, SQLULEN *fetched)
{
    SQLRETURN code;
    while ((code = SQLFetch(stmt)) != SQL_NO_DATA) {
        STMT(code);
        result->rows += *fetched;
        for (SQLSMALLINT i = 0; i < columns; i++)
            for (SQLULEN row = 0; row < *fetched; row++)
                if (bound[i].lengths[row] > 0)
                    result->bytes += bound[i].lengths[row];
    }
}

static struct result run(const char *query, const char *mode)
{
    static const char prefix[] = "static:";
    int is_static = strncmp(mode, prefix, strlen(prefix)) == 0;
    struct result result = {0};
    SQLSMALLINT columns;
    SQLULEN fetched = 0;
    if (is_static)
        mode += strlen(prefix);
    int is_bound = strncmp(mode, "bound", 5) == 0;
    SQLSMALLINT type = strstr(mode, "-wide") ? SQL_C_WCHAR : SQL_C_CHAR;
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    if (is_static)
        STMT(SQLSetStmtAttr(stmt, SQL_ATTR_CURSOR_TYPE, (SQLPOINTER)SQL_CURSOR_STATIC, 0));
    struct took begun = begin();
    STMT(SQLExecDirect(stmt, (SQLCHAR *)query, SQL_NTS));
    result.executed = since(begun);
    STMT(SQLNumResultCols(stmt, &columns));

    struct column *bound = calloc(columns, sizeof *bound);
    if (is_static) {
        STMT(SQLFetchScroll(stmt, SQL_FETCH_LAST, 0));
        SQLRETURN code = SQLFetchScroll(stmt, SQL_FETCH_ABSOLUTE, 0);
        if (code != SQL_NO_DATA)
            STMT(code);
    }
    if (is_bound) {
        STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)BLOCK, 0));
        STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0));
        for (SQLSMALLINT i = 0; i < columns; i++) {
            struct column *one = &bound[i];
            one->type = strcmp(mode, "bound-native") == 0 ? native_type(i + 1) : type;
            one->size = size_of(one->type);
            one->cells = malloc(one->size * BLOCK);
            one->lengths = malloc(sizeof(SQLLEN) * BLOCK);
            /* So that the memory is there before the clock starts. */
            memset(one->cells, 0xff, one->size * BLOCK);
            memset(one->lengths, 0xff, sizeof(SQLLEN) * BLOCK);
            STMT(SQLBindCol(stmt, i + 1, one->type, one->cells, one->size, one->lengths));
        }
    }
    begun = begin();
    if (is_bound)
        in_blocks(columns, bound, &result, &fetched);
    else
        one_by_one(columns, type, &result);
    result.fetched = since(begun);
    result.cells = result.rows * columns;
    SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    for (SQLSMALLINT i = 0; i < columns; i++) {
        free(bound[i].cells);
        free(bound[i].lengths);
    }
    free(bound);
    return result;
}

static int is_mode(const char *mode)
{
    static const char *const known[] = {"getdata", "getdata-wide", "bound", "bound-wide", "bound-native"};
    if (strncmp(mode, "static:", 7) == 0)
        mode += 7;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(mode, known[i]) == 0)
            return 1;
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 5) {
        fprintf(stderr, "usage: %s CONNECTION-STRING QUERY MODES TIMES [STATEMENT...]\n", arguments[0]);
        return 2;
    }
    int times = atoi(arguments[4]);
    SQLHENV env;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    check(SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc), SQL_HANDLE_ENV, env, "SQLAllocHandle");
    DBC(SQLDriverConnect(dbc, NULL, (SQLCHAR *)arguments[1], SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT));
    for (int i = 5; i < count; i++) {
        DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
        STMT(SQLExecDirect(stmt, (SQLCHAR *)arguments[i], SQL_NTS));
        SQLFreeHandle(SQL_HANDLE_STMT, stmt);
    }
    for (char *mode = strtok(arguments[3], ","); mode; mode = strtok(NULL, ",")) {
        if (!is_mode(mode)) {
            fprintf(stderr, "%s is no mode\n", mode);
            return 2;
        }
        struct result least = run(arguments[2], mode);
        for (int i = 1; i < times; i++) {
            struct result next = run(arguments[2], mode);
            lessen(&least.fetched, next.fetched);
            lessen(&least.executed, next.executed);
        }
        printf("%s\t%ld\t%ld\t%ld\t%.6f\t%.6f\t%.6f\t%.6f\n", mode, least.rows, least.cells, least.bytes,
               least.fetched.wall, least.fetched.cpu, least.executed.wall, least.executed.cpu);
        fflush(stdout);
    }
    SQLDisconnect(dbc);
    SQLFreeHandle(SQL_HANDLE_DBC, dbc);
    SQLFreeHandle(SQL_HANDLE_ENV, env);
    return 0;
}
