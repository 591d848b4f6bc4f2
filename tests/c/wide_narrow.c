/* The same statement through narrow and wide functions, read as narrow and wide text. */

#include "odbc_test.h"

static const char NARROW[] = "SELECT Name AS \"Prénom ☕\", Status FROM Conferences WHERE Name = 'Café ☕ Zürich 東京'";

/* UTF-16 from UTF-8 without characters beyond the first plane. */
static void to_wide(const char *text, SQLWCHAR *wide)
{
    const unsigned char *c = (const unsigned char *)text;
    while (*c) {
        if (*c < 0x80)
            *wide++ = *c++;
        else if (*c < 0xE0)
            *wide++ = (SQLWCHAR)((c[0] & 31) << 6 | (c[1] & 63)), c += 2;
        else
            *wide++ = (SQLWCHAR)((c[0] & 15) << 12 | (c[1] & 63) << 6 | (c[2] & 63)), c += 3;
    }
    *wide = 0;
}

static void print_row(SQLHSTMT stmt)
{
    SQLCHAR name[64], text[64];
    SQLWCHAR wide_name[64];
    SQLSMALLINT length, wide_length, type;
    SQLLEN bytes;

    STMT(SQLDescribeCol(stmt, 1, name, sizeof name, &length, &type, NULL, NULL, NULL));
    STMT(SQLDescribeColW(stmt, 1, wide_name, 64, &wide_length, &type, NULL, NULL, NULL));
    printf("%s (%d) ", name, length);
    print_wide(wide_name);
    printf(" (%d)\n", wide_length);

    STMT(SQLColAttribute(stmt, 1, SQL_DESC_LABEL, name, sizeof name, &length, NULL));
    STMT(SQLColAttributeW(stmt, 1, SQL_DESC_LABEL, wide_name, sizeof wide_name, &wide_length, NULL));
    printf("%s (%d) ", name, length);
    print_wide(wide_name);
    printf(" (%d)\n", wide_length);

    STMT(SQLFetch(stmt));
    STMT(SQLGetData(stmt, 1, SQL_C_CHAR, text, sizeof text, &bytes));
    printf("%s (%ld)\n", text, (long)bytes);
    close_cursor(stmt);
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLWCHAR wide[200], wide_text[64], native[200];
    SQLLEN bytes;
    SQLINTEGER length;
    (void)argc;

    STMT(SQLExecDirect(stmt, (SQLCHAR *)NARROW, SQL_NTS));
    print_row(stmt);

    to_wide(NARROW, wide);
    STMT(SQLExecDirectW(stmt, wide, SQL_NTS));
    print_row(stmt);

    /* With lengths instead of ends. */
    SQLINTEGER units = 0;
    while (wide[units])
        units++;
    wide[units] = '!';
    STMT(SQLPrepareW(stmt, wide, units));
    STMT(SQLExecute(stmt));
    STMT(SQLFetch(stmt));
    STMT(SQLGetData(stmt, 1, SQL_C_WCHAR, wide_text, sizeof wide_text, &bytes));
    print_wide(wide_text);
    printf(" (%ld)\n", (long)bytes);
    close_cursor(stmt);

    STMT(SQLPrepare(stmt, (SQLCHAR *)"SELECT 1 AS a!", 13));
    STMT(SQLExecute(stmt));
    STMT(SQLFetch(stmt));
    STMT(SQLGetData(stmt, 1, SQL_C_WCHAR, wide_text, sizeof wide_text, &bytes));
    print_wide(wide_text);
    printf(" (%ld)\n", (long)bytes);
    close_cursor(stmt);

    /* Diagnostics. */
    SQLCHAR state[6], text[256];
    SQLWCHAR wide_state[6], wide_message[256];
    SQLINTEGER number;
    SQLSMALLINT characters;
    printf("%s\n", name_of(SQLExecDirect(stmt, (SQLCHAR *)"SELECT * FROM \"Café☕\"", SQL_NTS)));
    STMT(SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 1, state, &number, text, sizeof text, &characters));
    printf("%s %s\n", state, strstr((char *)text, "Café☕") ? "names the table" : (char *)text);
    STMT(SQLGetDiagRecW(SQL_HANDLE_STMT, stmt, 1, wide_state, &number, wide_message, 256, &characters));
    print_wide(wide_state);
    SQLSMALLINT counted = 0;
    while (wide_message[counted])
        counted++;
    printf(" the length is in characters: %s\n", counted == characters ? "yes" : "no");

    DBC(SQLNativeSqlW(dbc, widen("SELECT 1", wide), SQL_NTS, native, 200, &length));
    SQLINTEGER units_of_native = 0;
    while (native[units_of_native])
        units_of_native++;
    printf("the length is in characters: %s\n", units_of_native == length ? "yes" : "no");
    return finish(stmt);
}
