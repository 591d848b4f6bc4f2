/* SQLGetDiagRec and SQLGetDiagField: records, header, lengths, cuts, and what clears them. */

#include "odbc_test.h"

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLCHAR state[6], text[512], cut[20];
    SQLINTEGER native, number;
    SQLSMALLINT length, cut_length;
    SQLRETURN code;
    (void)argc;

    printf("%s\n", name_of(SQLExecDirect(stmt, (SQLCHAR *)"SELECT * FROM Conference", SQL_NTS)));
    STMT(SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 1, state, &native, text, sizeof text, &length));
    printf("%s %d, the length is the text's: %s\n", state, (int)native, length == (SQLSMALLINT)strlen((char *)text) ? "yes" : "no");
    printf("%s\n", strstr((char *)text, "Conferences") ? "names the nearest table" : (char *)text);
    printf("%s\n", text[0] == '[' ? "begins with its origin" : "has no origin");
    printf("second record: %s\n", name_of(SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 2, state, &native, text, sizeof text, &length)));

    memset(cut, '#', sizeof cut);
    code = SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 1, state, &native, cut, 10, &cut_length);
    printf("%s, %zu of the text, the byte behind is %c\n", name_of(code), strlen((char *)cut), cut[10]);

    STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 0, SQL_DIAG_NUMBER, &number, SQL_IS_INTEGER, NULL));
    printf("number of records %d\n", (int)number);
    STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 1, SQL_DIAG_SQLSTATE, text, sizeof text, &length));
    printf("state %s (%d)\n", text, length);
    STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 1, SQL_DIAG_NATIVE, &number, SQL_IS_INTEGER, NULL));
    printf("native %d\n", (int)number);
    STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 1, SQL_DIAG_CLASS_ORIGIN, text, sizeof text, &length));
    printf("class origin %s\n", text);
    STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 1, SQL_DIAG_SUBCLASS_ORIGIN, text, sizeof text, &length));
    printf("subclass origin %s\n", text);

    /* The next call clears them. */
    execute(stmt, "SELECT 1");
    printf("after success: %s\n", name_of(SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 1, state, &native, text, sizeof text, &length)));
    close_cursor(stmt);

    /* The header tells the rows that were written. */
    execute(stmt, "DELETE FROM ConferenceParticipants WHERE CallSid = '" CUSTOMER "' AND ConferenceSid = '" SUPPORT "'");
    SQLLEN rows = -5;
    STMT(SQLGetDiagField(SQL_HANDLE_STMT, stmt, 0, SQL_DIAG_ROW_COUNT, &rows, SQL_IS_INTEGER, NULL));
    printf("rows %ld\n", (long)rows);

    /* Wrong order of calls. */
    printf("%s\n", name_of(SQLFetch(stmt)));
    print_states(SQL_HANDLE_STMT, stmt);

    /* Twilio's own code is the native error. */
    printf("%s\n", name_of(SQLExecDirect(stmt, (SQLCHAR *)"EXEC AddParticipants ConferenceSid = 'CFffffffffffffffffffffffffffffffff', From = '+14155550100', To = '+14155550199'", SQL_NTS)));
    STMT(SQLGetDiagRec(SQL_HANDLE_STMT, stmt, 1, state, &native, text, sizeof text, &length));
    printf("native %d\n", (int)native);
    return finish(stmt);
}
