/* What SQLDriverConnect gives back, also where it does not fit; and what it warns of. */

#include "odbc_test.h"

static SQLRETURN connect(const char *in, SQLCHAR *out, SQLSMALLINT size, SQLSMALLINT *length)
{
    return SQLDriverConnect(dbc, NULL, (SQLCHAR *)in, SQL_NTS, out, size, length, SQL_DRIVER_NOPROMPT);
}

int main(int argc, char **argv)
{
    SQLCHAR whole[1024], cut[16];
    SQLSMALLINT length = -1, cut_length = -1;
    SQLWCHAR wide_in[1024], wide_out[1024];
    char in[1024];
    (void)argc;

    allocate();
    printf("%s\n", name_of(connect(argv[1], whole, sizeof whole, &length)));
    printf("the length is the text's: %s\n", length == (SQLSMALLINT)strlen((char *)whole) ? "yes" : "no");
    printf("the account is in it: %s\n", strstr((char *)whole, "AC00000000000000000000000000000001") ? "yes" : "no");
    DBC(SQLDisconnect(dbc));

    /* It is good for connecting again. */
    printf("%s\n", name_of(connect((char *)whole, NULL, 0, NULL)));
    DBC(SQLDisconnect(dbc));

    memset(cut, '#', sizeof cut);
    printf("%s\n", name_of(connect(argv[1], cut, 10, &cut_length)));
    print_states(SQL_HANDLE_DBC, dbc);
    printf("cut to %zu, %s long in all, the byte behind is %c\n", strlen((char *)cut), cut_length == length ? "as" : "not as", cut[10]);
    printf("it begins the same: %s\n", strncmp((char *)cut, (char *)whole, 9) == 0 ? "yes" : "no");
    DBC(SQLDisconnect(dbc));

    /* Wide: the length is in characters. */
    length = -1;
    printf("%s\n", name_of(SQLDriverConnectW(dbc, NULL, widen(argv[1], wide_in), SQL_NTS, wide_out, 1024, &length, SQL_DRIVER_NOPROMPT)));
    int same = length == (SQLSMALLINT)strlen((char *)whole);
    for (int i = 0; same && i <= length; i++)
        same = wide_out[i] == whole[i];
    printf("wide is the same: %s\n", same ? "yes" : "no");
    DBC(SQLDisconnect(dbc));

    snprintf(in, sizeof in, "%sColour=blue;", argv[1]);
    printf("%s\n", name_of(connect(in, NULL, 0, NULL)));
    print_states(SQL_HANDLE_DBC, dbc);
    DBC(SQLDisconnect(dbc));

    /* Of a keyword that is given twice the first counts. */
    snprintf(in, sizeof in, "AuthToken=wrong;%s", argv[1]);
    printf("%s\n", name_of(connect(in, NULL, 0, NULL)));
    print_states(SQL_HANDLE_DBC, dbc);

    DBC(SQLFreeHandle(SQL_HANDLE_DBC, dbc));
    SQLFreeHandle(SQL_HANDLE_ENV, env);
    return 0;
}
