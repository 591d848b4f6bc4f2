/* SQLGetData in parts, narrow and wide: the length that is left, parts that fill their buffer, and the end.
 *
 * Clients put the parts together before they read characters, and count on full ones: a character may stand in two. */

#include "odbc_test.h"

static void print_hex(const unsigned char *bytes, size_t length)
{
    while (length--)
        printf("%02x", *bytes++);
}

static void in_parts(SQLHSTMT stmt, SQLSMALLINT type, SQLLEN size)
{
    unsigned char part[128], whole[128] = "";
    SQLLEN left, unit = type == SQL_C_WCHAR ? sizeof(SQLWCHAR) : 1, got, all = 0;
    SQLRETURN code;
    printf("%s, %ld bytes:\n", type == SQL_C_WCHAR ? "wide" : "narrow", (long)size);
    memset(part, '#', sizeof part);
    while ((code = SQLGetData(stmt, 1, type, part, size, &left)) != SQL_NO_DATA) {
        STMT(code);
        got = code == SQL_SUCCESS ? left : size - unit;
        printf("  %s left %ld: ", name_of(code), (long)left);
        print_hex(part, (size_t)got);
        printf("%s\n", memcmp(part + got, "\0\0", (size_t)unit) ? " without an end" : "");
        if (part[size] != '#')
            printf("  wrote behind the buffer\n");
        memcpy(whole + all, part, (size_t)got);
        all += got;
    }
    printf("  %s, ", name_of(code));
    if (type == SQL_C_WCHAR) {
        SQLWCHAR wide[64] = {0};
        memcpy(wide, whole, (size_t)all);
        print_wide(wide);
    } else {
        printf("%.*s", (int)all, (char *)whole);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    const char *sql = "SELECT 'aé☕🎉z' AS v";
    const SQLLEN narrow[] = {5, 6, 64}, wide[] = {6, 8, 64};
    SQLLEN left;
    SQLCHAR text[8];
    (void)argc;

    for (size_t i = 0; i < 6; i++) {
        execute(stmt, sql);
        STMT(SQLFetch(stmt));
        in_parts(stmt, i < 3 ? SQL_C_CHAR : SQL_C_WCHAR, i < 3 ? narrow[i] : wide[i - 3]);
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
