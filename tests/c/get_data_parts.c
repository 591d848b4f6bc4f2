/* SQLGetData in parts, narrow and wide: the length that is left, no character split, and the end. */

#include "odbc_test.h"

static void print_hex(const unsigned char *bytes, size_t length)
{
    while (length--)
        printf("%02x", *bytes++);
}

static void in_narrow_parts(SQLHSTMT stmt, SQLLEN size)
{
    unsigned char part[64];
    SQLLEN left;
    SQLRETURN code;
    printf("narrow, %ld bytes:\n", (long)size);
    while ((code = SQLGetData(stmt, 1, SQL_C_CHAR, part, size, &left)) != SQL_NO_DATA) {
        STMT(code);
        printf("  %s left %ld: %s ", name_of(code), (long)left, part);
        print_hex(part, strlen((char *)part));
        printf("\n");
    }
    printf("  %s\n", name_of(code));
}

static void in_wide_parts(SQLHSTMT stmt, SQLLEN size)
{
    SQLWCHAR part[64];
    SQLLEN left;
    SQLRETURN code;
    printf("wide, %ld bytes:\n", (long)size);
    while ((code = SQLGetData(stmt, 1, SQL_C_WCHAR, part, size, &left)) != SQL_NO_DATA) {
        STMT(code);
        printf("  %s left %ld: ", name_of(code), (long)left);
        print_wide(part);
        for (const SQLWCHAR *unit = part; *unit; unit++)
            printf(" %04x", *unit);
        printf("\n");
    }
    printf("  %s\n", name_of(code));
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    const char *sql = "SELECT 'aé☕🎉z' AS v";
    const SQLLEN narrow[] = {5, 6, 64}, wide[] = {6, 8, 128};
    SQLLEN left;
    SQLCHAR text[8];
    (void)argc;

    for (size_t i = 0; i < 3; i++) {
        execute(stmt, sql);
        STMT(SQLFetch(stmt));
        in_narrow_parts(stmt, narrow[i]);
        close_cursor(stmt);
    }
    for (size_t i = 0; i < 3; i++) {
        execute(stmt, sql);
        STMT(SQLFetch(stmt));
        in_wide_parts(stmt, wide[i]);
        close_cursor(stmt);
    }

    /* A probe without room takes nothing. */
    execute(stmt, "SELECT 'abc' AS v, '' AS e, NULL AS n, 7 AS i");
    STMT(SQLFetch(stmt));
    printf("probe %s", name_of(SQLGetData(stmt, 1, SQL_C_CHAR, text, 0, &left)));
    printf(" left %ld\n", (long)left);
    printf("then %s", name_of(SQLGetData(stmt, 1, SQL_C_CHAR, text, sizeof text, &left)));
    printf(" left %ld: %s\n", (long)left, text);

    /* An empty text is a value, also after a probe; then there is no more. */
    STMT(SQLGetData(stmt, 2, SQL_C_CHAR, text, 0, &left));
    printf("probe left %ld\n", (long)left);
    printf("empty %s", name_of(SQLGetData(stmt, 2, SQL_C_CHAR, text, sizeof text, &left)));
    printf(" left %ld: '%s'\n", (long)left, text);
    printf("again %s\n", name_of(SQLGetData(stmt, 2, SQL_C_CHAR, text, sizeof text, &left)));

    printf("null %s", name_of(SQLGetData(stmt, 3, SQL_C_CHAR, text, sizeof text, &left)));
    printf(" left %ld\n", (long)left);
    printf("again %s\n", name_of(SQLGetData(stmt, 3, SQL_C_CHAR, text, sizeof text, &left)));

    /* Columns are read in any order, and as another type. */
    SQLINTEGER number = 0;
    printf("number %s", name_of(SQLGetData(stmt, 4, SQL_C_LONG, &number, 0, &left)));
    printf(" %d (%ld)\n", (int)number, (long)left);
    printf("no such column %s\n", name_of(SQLGetData(stmt, 9, SQL_C_CHAR, text, sizeof text, &left)));
    print_states(SQL_HANDLE_STMT, stmt);
    close_cursor(stmt);
    execute(stmt, "SELECT 'abc' AS v");
    STMT(SQLFetch(stmt));
    printf("no number %s\n", name_of(SQLGetData(stmt, 1, SQL_C_LONG, &number, 0, &left)));
    print_states(SQL_HANDLE_STMT, stmt);
    return finish(stmt);
}
