/* Three rows at a time: column-wise, row-wise, with row status, rows fetched and a bind offset. */

#include "odbc_test.h"

#define ROWS 3

struct row {
    char call[40];
    SQLLEN call_length;
    SQLINTEGER muted;
    SQLLEN muted_length;
    SQLWCHAR label[16];
    SQLLEN label_length;
};

static SQLULEN fetched;
static SQLUSMALLINT status[ROWS];

static void print_block(SQLRETURN code)
{
    printf("%s %lu rows, status", name_of(code), (unsigned long)fetched);
    for (int i = 0; i < ROWS; i++)
        printf(" %d", status[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    char calls[ROWS][40];
    SQLLEN call_lengths[ROWS], muted_lengths[ROWS];
    SQLINTEGER muted[ROWS];
    struct row rows[2 * ROWS];
    SQLRETURN code;
    (void)argc;

    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)ROWS, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_STATUS_PTR, status, 0));

    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, calls, sizeof calls[0], call_lengths));
    STMT(SQLBindCol(stmt, 2, SQL_C_LONG, muted, 0, muted_lengths));
    execute(stmt, "SELECT CallSid, Muted" PARTICIPANTS);
    while ((code = SQLFetch(stmt)) != SQL_NO_DATA) {
        STMT(code);
        print_block(code);
        for (SQLULEN i = 0; i < fetched; i++)
            printf("%s (%ld) %d (%ld)\n", calls[i], (long)call_lengths[i], (int)muted[i], (long)muted_lengths[i]);
    }
    printf("%s %lu rows\n", name_of(code), (unsigned long)fetched);
    close_cursor(stmt);
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));

    /* Row-wise, into the second half of the array by a bind offset. */
    SQLULEN offset = ROWS * sizeof(struct row);
    memset(rows, 'x', sizeof rows);
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_BIND_TYPE, (SQLPOINTER)sizeof(struct row), 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_BIND_OFFSET_PTR, &offset, 0));
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, rows[0].call, sizeof rows[0].call, &rows[0].call_length));
    STMT(SQLBindCol(stmt, 2, SQL_C_LONG, &rows[0].muted, 0, &rows[0].muted_length));
    STMT(SQLBindCol(stmt, 3, SQL_C_WCHAR, rows[0].label, sizeof rows[0].label, &rows[0].label_length));
    execute(stmt, "SELECT CallSid, Muted, Label" PARTICIPANTS);
    while ((code = SQLFetchScroll(stmt, SQL_FETCH_NEXT, 0)) != SQL_NO_DATA) {
        STMT(code);
        print_block(code);
        for (SQLULEN i = ROWS; i < ROWS + fetched; i++) {
            printf("%s %d ", rows[i].call, (int)rows[i].muted);
            if (rows[i].label_length == SQL_NULL_DATA)
                printf("NULL");
            else
                print_wide(rows[i].label);
            printf(" (%ld)\n", (long)rows[i].label_length);
        }
        printf("%s\n", rows[0].call[0] == 'x' ? "the first half is untouched" : "the offset was ignored");
    }
    close_cursor(stmt);

    /* A block larger than the result. */
    SQLUSMALLINT many[10];
    char names[10][8];
    SQLLEN name_lengths[10];
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_BIND_OFFSET_PTR, NULL, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_BIND_TYPE, (SQLPOINTER)SQL_BIND_BY_COLUMN, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)10, 0));
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_ROW_STATUS_PTR, many, 0));
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, names, sizeof names[0], name_lengths));
    execute(stmt, "SELECT Label" PARTICIPANTS);
    code = SQLFetch(stmt);
    printf("%s %lu rows\n", name_of(code), (unsigned long)fetched);
    print_states(SQL_HANDLE_STMT, stmt);
    for (int i = 0; i < 10; i++)
        if (i < 5 && name_lengths[i] != SQL_NULL_DATA)
            printf("%d %s (%ld)\n", many[i], names[i], (long)name_lengths[i]);
        else
            printf("%d\n", many[i]);
    return finish(stmt);
}
