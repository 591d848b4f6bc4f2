/* Columns described before and after execution: names, types, sizes, digits, nullability; and their attributes. */

#include "odbc_test.h"

static void print_columns(SQLHSTMT stmt)
{
    SQLSMALLINT count, length, type, digits, nullable;
    SQLCHAR name[64];
    SQLULEN size;
    STMT(SQLNumResultCols(stmt, &count));
    for (SQLUSMALLINT i = 1; i <= (SQLUSMALLINT)count; i++) {
        STMT(SQLDescribeCol(stmt, i, name, sizeof name, &length, &type, &size, &digits, &nullable));
        printf("%s (%d) type %d size %lu digits %d nullable %d\n", name, length, type, (unsigned long)size, digits, nullable);
    }
}

static void print_text(SQLHSTMT stmt, SQLUSMALLINT column, SQLUSMALLINT field, const char *what)
{
    SQLCHAR text[64];
    SQLSMALLINT length;
    STMT(SQLColAttribute(stmt, column, field, text, sizeof text, &length, NULL));
    printf(" %s %s (%d)", what, text, length);
}

static void print_number(SQLHSTMT stmt, SQLUSMALLINT column, SQLUSMALLINT field, const char *what)
{
    SQLLEN number = -12345;
    STMT(SQLColAttribute(stmt, column, field, NULL, 0, NULL, &number));
    printf(" %s %ld", what, (long)number);
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLSMALLINT count;
    SQLLEN number;
    (void)argc;

    printf("prepared\n");
    STMT(SQLPrepare(stmt, (SQLCHAR *)"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '" SUPPORT "'", SQL_NTS));
    print_columns(stmt);
    printf("executed\n");
    STMT(SQLExecute(stmt));
    print_columns(stmt);
    STMT(SQLFetch(stmt));
    printf("fetched\n");
    STMT(SQLNumResultCols(stmt, &count));
    printf("%d columns\n", count);

    for (SQLUSMALLINT column = 1; column <= 11; column += 5) {
        print_text(stmt, column, SQL_DESC_LABEL, "label");
        print_text(stmt, column, SQL_DESC_BASE_COLUMN_NAME, "base");
        print_text(stmt, column, SQL_DESC_BASE_TABLE_NAME, "table");
        print_text(stmt, column, SQL_DESC_TYPE_NAME, "type");
        printf("\n");
        print_number(stmt, column, SQL_DESC_CONCISE_TYPE, "concise");
        print_number(stmt, column, SQL_DESC_TYPE, "verbose");
        print_number(stmt, column, SQL_DESC_DISPLAY_SIZE, "display");
        print_number(stmt, column, SQL_DESC_OCTET_LENGTH, "octets");
        print_number(stmt, column, SQL_DESC_NULLABLE, "nullable");
        print_number(stmt, column, SQL_DESC_SEARCHABLE, "searchable");
        print_number(stmt, column, SQL_DESC_AUTO_UNIQUE_VALUE, "auto");
        printf("\n");
    }
    STMT(SQLColAttribute(stmt, 0, SQL_DESC_COUNT, NULL, 0, NULL, &number));
    printf("count %ld\n", (long)number);
    printf("column 99 %s\n", name_of(SQLColAttribute(stmt, 99, SQL_DESC_LENGTH, NULL, 0, NULL, &number)));
    print_states(SQL_HANDLE_STMT, stmt);
    close_cursor(stmt);

    printf("expressions\n");
    execute(stmt, "SELECT COUNT(*) AS n, MAX(DateCreated) AS d, AVG(LENGTH(Name)) AS f, 'abc' AS t, Name || 'x' AS c FROM Conferences");
    print_columns(stmt);
    close_cursor(stmt);

    printf("a name that does not fit\n");
    SQLCHAR name[5];
    SQLSMALLINT length, type;
    STMT(SQLPrepare(stmt, (SQLCHAR *)"SELECT DateCreated FROM Conferences", SQL_NTS));
    printf("%s", name_of(SQLDescribeCol(stmt, 1, name, sizeof name, &length, &type, NULL, NULL, NULL)));
    printf(" %s (%d)\n", name, length);
    print_states(SQL_HANDLE_STMT, stmt);

    printf("no result\n");
    STMT(SQLPrepare(stmt, (SQLCHAR *)"DELETE FROM ConferenceParticipants WHERE CallSid = ?", SQL_NTS));
    STMT(SQLNumResultCols(stmt, &count));
    printf("%d columns\n", count);
    printf("%s\n", name_of(SQLDescribeCol(stmt, 1, name, sizeof name, &length, &type, NULL, NULL, NULL)));
    print_states(SQL_HANDLE_STMT, stmt);
    return finish(stmt);
}
