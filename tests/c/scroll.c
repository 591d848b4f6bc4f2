/* A static cursor: every orientation, rows of a rowset, bookmarks, and rows fetched by them. */

#include "odbc_test.h"

#define ROWS 2

static SQLULEN fetched;
static SQLUSMALLINT status[ROWS];
static SQLCHAR labels[ROWS][16];
static SQLLEN label_lengths[ROWS];
static SQLINTEGER bookmarks[ROWS];
static SQLLEN bookmark_lengths[ROWS];

static void print_rows(SQLHSTMT stmt, const char *what, SQLRETURN code)
{
    printf("%s: %s, %lu:", what, name_of(code), (unsigned long)fetched);
    for (SQLULEN i = 0; i < ROWS; i++)
        if (status[i] == SQL_ROW_NOROW || status[i] == SQL_ROW_ERROR)
            printf(" -");
        else if (label_lengths[i] == SQL_NULL_DATA)
            printf(" NULL");
        else
            printf(" %s", labels[i]);
    printf("\n");
    if (code == SQL_SUCCESS_WITH_INFO || code == SQL_ERROR)
        print_states(SQL_HANDLE_STMT, stmt);
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    static const struct {
        const char *name;
        SQLSMALLINT orientation;
        SQLLEN offset;
    } moves[] = {
        {"last", SQL_FETCH_LAST, 0}, {"next", SQL_FETCH_NEXT, 0}, {"prior", SQL_FETCH_PRIOR, 0},
        {"prior", SQL_FETCH_PRIOR, 0}, {"prior", SQL_FETCH_PRIOR, 0}, {"first", SQL_FETCH_FIRST, 0},
        {"absolute 3", SQL_FETCH_ABSOLUTE, 3}, {"relative -1", SQL_FETCH_RELATIVE, -1},
        {"relative -2", SQL_FETCH_RELATIVE, -2}, {"absolute -1", SQL_FETCH_ABSOLUTE, -1},
        {"absolute 6", SQL_FETCH_ABSOLUTE, 6}, {"absolute 2", SQL_FETCH_ABSOLUTE, 2},
    };
    SQLULEN type, number;
    (void)argc;

    SQLRETURN code = SQLSetStmtAttr(stmt, SQL_ATTR_CURSOR_TYPE, (SQLPOINTER)SQL_CURSOR_KEYSET_DRIVEN, 0);
    STMT(SQLGetStmtAttr(stmt, SQL_ATTR_CURSOR_TYPE, &type, 0, NULL));
    printf("a keyset becomes %s: %s\n", type == SQL_CURSOR_STATIC ? "static" : "another", name_of(code));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_USE_BOOKMARKS, (SQLPOINTER)SQL_UB_VARIABLE, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)ROWS, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_STATUS_PTR, status, 0));
    STMT(SQLBindCol(stmt, 0, SQL_C_VARBOOKMARK, bookmarks, sizeof bookmarks[0], bookmark_lengths));
    STMT(SQLBindCol(stmt, 2, SQL_C_CHAR, labels, sizeof labels[0], label_lengths));
    execute(stmt, "SELECT CallSid, Label" PARTICIPANTS);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        print_rows(stmt, moves[i].name, SQLFetchScroll(stmt, moves[i].orientation, moves[i].offset));

    /* The column that is not bound, of each row. */
    for (SQLSETPOSIROW row = ROWS; row > 0; row--) {
        SQLCHAR call[40];
        STMT(SQLSetPos(stmt, row, SQL_POSITION, SQL_LOCK_NO_CHANGE));
        STMT(SQLGetData(stmt, 1, SQL_C_CHAR, call, sizeof call, NULL));
        STMT(SQLGetStmtAttr(stmt, SQL_ATTR_ROW_NUMBER, &number, 0, NULL));
        printf("row %lu: %s\n", (unsigned long)number, call);
    }
    memset(labels, 'x', sizeof labels);
    print_rows(stmt, "refresh", SQLSetPos(stmt, 0, SQL_REFRESH, SQL_LOCK_NO_CHANGE));
    print_rows(stmt, "update", SQLSetPos(stmt, 1, SQL_UPDATE, SQL_LOCK_NO_CHANGE));

    /* To a row by its bookmark, from somewhere else. */
    SQLINTEGER third = bookmarks[1];
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_FETCH_BOOKMARK_PTR, &third, 0));
    STMT(SQLFetchScroll(stmt, SQL_FETCH_LAST, 0));
    print_rows(stmt, "bookmark", SQLFetchScroll(stmt, SQL_FETCH_BOOKMARK, 0));
    print_rows(stmt, "bookmark + 2", SQLFetchScroll(stmt, SQL_FETCH_BOOKMARK, 2));
    SQLINTEGER none = 99;
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_FETCH_BOOKMARK_PTR, &none, 0));
    print_rows(stmt, "no bookmark", SQLFetchScroll(stmt, SQL_FETCH_BOOKMARK, 0));
    STMT(SQLFetchScroll(stmt, SQL_FETCH_FIRST, 0));
    SQLINTEGER first = bookmarks[0];
    bookmarks[0] = third;
    bookmarks[1] = first;
    print_rows(stmt, "by bookmark", SQLBulkOperations(stmt, SQL_FETCH_BY_BOOKMARK));
    bookmarks[0] = none;
    print_rows(stmt, "by no bookmark", SQLBulkOperations(stmt, SQL_FETCH_BY_BOOKMARK));
    print_rows(stmt, "add", SQLBulkOperations(stmt, SQL_ADD));
    close_cursor(stmt);

    /* A forward-only cursor has none of it. */
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_CURSOR_SCROLLABLE, (SQLPOINTER)SQL_NONSCROLLABLE, 0));
    execute(stmt, "SELECT CallSid, Label" PARTICIPANTS);
    print_rows(stmt, "forward", SQLFetchScroll(stmt, SQL_FETCH_NEXT, 0));
    print_rows(stmt, "backward", SQLFetchScroll(stmt, SQL_FETCH_PRIOR, 0));
    print_rows(stmt, "position", SQLSetPos(stmt, 1, SQL_POSITION, SQL_LOCK_NO_CHANGE));
    return finish(stmt);
}
