/* The catalogue functions, narrow and wide, give the same rows. */

#include "odbc_test.h"

static unsigned long hash;
static int rows, cells;

/* Reads all rows, and prints the given columns of them if `what` is there. */
static void read_all(SQLHSTMT stmt, const char *what, int first, int second)
{
    SQLSMALLINT count;
    char text[1024];
    SQLLEN length;
    STMT(SQLNumResultCols(stmt, &count));
    hash = 5381, rows = cells = 0;
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        rows++;
        for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)count; i++) {
            STMT(SQLGetData(stmt, i, SQL_C_CHAR, text, sizeof text, &length));
            if (length == SQL_NULL_DATA)
                strcpy(text, "NULL");
            cells++;
            for (char *c = text; *c; c++)
                hash = hash * 33 + (unsigned char)*c;
            if (what && (i == first || i == second))
                printf(i == first ? "%s %s" : "%s %s\n", i == first ? what : "", text);
        }
    }
    close_cursor(stmt);
}

static void compare(SQLHSTMT stmt, unsigned long narrow, int narrow_cells, const char *what)
{
    read_all(stmt, NULL, 0, 0);
    printf("%s wide: %s\n", what ? what : "all types", hash == narrow && cells == narrow_cells ? "the same" : "different");
}

#define N SQL_NTS
#define TEXT(s) (SQLCHAR *)(s), SQL_NTS
#define BOTH(what, first, second, narrow, wide) \
    do { \
        STMT(narrow); \
        read_all(stmt, what, first, second); \
        unsigned long narrow_hash = hash; \
        int narrow_cells = cells; \
        STMT(wide); \
        compare(stmt, narrow_hash, narrow_cells, what); \
    } while (0)

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLWCHAR conferences[32], participants[32], add[32], pattern[32], all[4], empty[4], sid[32];
    (void)argc;

    widen("Conferences", conferences);
    widen("ConferenceParticipants", participants);
    widen("AddParticipants", add);
    widen("Conference%", pattern);
    widen("%", all);
    widen("", empty);
    widen("%Sid", sid);

    BOTH("table", 3, 4, SQLTables(stmt, NULL, 0, NULL, 0, TEXT("Conference%"), NULL, 0),
         SQLTablesW(stmt, NULL, 0, NULL, 0, pattern, N, NULL, 0));
    BOTH("catalog", 1, 2, SQLTables(stmt, TEXT("%"), TEXT(""), TEXT(""), NULL, 0),
         SQLTablesW(stmt, all, N, empty, N, empty, N, NULL, 0));
    BOTH("type", 4, 5, SQLTables(stmt, TEXT(""), TEXT(""), TEXT(""), TEXT("%")),
         SQLTablesW(stmt, empty, N, empty, N, empty, N, all, N));
    BOTH("column", 4, 7, SQLColumns(stmt, NULL, 0, NULL, 0, TEXT("Conferences"), TEXT("%Sid")),
         SQLColumnsW(stmt, NULL, 0, NULL, 0, conferences, N, sid, N));
    BOTH("primary key", 4, 5, SQLPrimaryKeys(stmt, NULL, 0, NULL, 0, TEXT("Conferences")),
         SQLPrimaryKeysW(stmt, NULL, 0, NULL, 0, conferences, N));
    BOTH("foreign key", 4, 8, SQLForeignKeys(stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, TEXT("ConferenceParticipants")),
         SQLForeignKeysW(stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, participants, N));
    BOTH("index", 6, 9, SQLStatistics(stmt, NULL, 0, NULL, 0, TEXT("Conferences"), SQL_INDEX_UNIQUE, SQL_QUICK),
         SQLStatisticsW(stmt, NULL, 0, NULL, 0, conferences, N, SQL_INDEX_UNIQUE, SQL_QUICK));
    BOTH("row id", 2, 4, SQLSpecialColumns(stmt, SQL_BEST_ROWID, NULL, 0, NULL, 0, TEXT("Conferences"), SQL_SCOPE_CURROW, SQL_NULLABLE),
         SQLSpecialColumnsW(stmt, SQL_BEST_ROWID, NULL, 0, NULL, 0, conferences, N, SQL_SCOPE_CURROW, SQL_NULLABLE));
    BOTH("procedure", 3, 8, SQLProcedures(stmt, NULL, 0, NULL, 0, TEXT("AddParticipants")),
         SQLProceduresW(stmt, NULL, 0, NULL, 0, add, N));
    BOTH("argument", 4, 5, SQLProcedureColumns(stmt, NULL, 0, NULL, 0, TEXT("AddParticipants"), TEXT("%Sid")),
         SQLProcedureColumnsW(stmt, NULL, 0, NULL, 0, add, N, sid, N));
    BOTH("sql type", 1, 2, SQLGetTypeInfo(stmt, SQL_WVARCHAR), SQLGetTypeInfoW(stmt, SQL_WVARCHAR));
    BOTH(NULL, 0, 0, SQLGetTypeInfo(stmt, SQL_ALL_TYPES), SQLGetTypeInfoW(stmt, SQL_ALL_TYPES));

    /* Identifiers instead of patterns. */
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_METADATA_ID, (SQLPOINTER)SQL_TRUE, 0));
    STMT(SQLTables(stmt, TEXT("CDATA"), TEXT("twilio"), TEXT("CONFERENCES"), NULL, 0));
    read_all(stmt, "identifier", 3, 4);
    STMT(SQLTables(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("Conference%"), NULL, 0));
    read_all(stmt, "identifier", 3, 4);
    printf("%d rows\n", rows);
    return finish(stmt);
}
