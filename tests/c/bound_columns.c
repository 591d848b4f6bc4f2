/* Columns bound narrow and wide, as integer, bit and timestamp, each with an indicator. */

#include "odbc_test.h"

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    SQLCHAR call[40];
    SQLWCHAR label[20];
    SQLINTEGER muted;
    unsigned char hold;
    SQL_TIMESTAMP_STRUCT created;
    SQLLEN call_length, label_length, muted_length, hold_length, created_length;
    (void)argc;

    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, call, sizeof call, &call_length));
    STMT(SQLBindCol(stmt, 2, SQL_C_WCHAR, label, sizeof label, &label_length));
    STMT(SQLBindCol(stmt, 3, SQL_C_LONG, &muted, 0, &muted_length));
    STMT(SQLBindCol(stmt, 4, SQL_C_BIT, &hold, 0, &hold_length));
    STMT(SQLBindCol(stmt, 5, SQL_C_TYPE_TIMESTAMP, &created, 0, &created_length));
    execute(stmt, "SELECT CallSid, Label, Muted, Hold, DateCreated" PARTICIPANTS);
    SQLRETURN code;
    while ((code = SQLFetch(stmt)) != SQL_NO_DATA) {
        STMT(code);
        printf("%s (%ld) ", call, (long)call_length);
        if (label_length == SQL_NULL_DATA)
            printf("NULL");
        else
            print_wide(label);
        printf(" (%ld) muted %d (%ld) hold %d (%ld) ", (long)label_length, (int)muted, (long)muted_length, hold,
               (long)hold_length);
        printf("%04d-%02d-%02d %02d:%02d:%02d.%u (%ld)\n", created.year, created.month, created.day, created.hour,
               created.minute, created.second, (unsigned)created.fraction, (long)created_length);
    }
    printf("%s\n", name_of(SQLFetch(stmt)));

    /* Unbound columns are left alone, and a NULL without an indicator is an error. */
    close_cursor(stmt);
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLBindCol(stmt, 2, SQL_C_CHAR, call, sizeof call, NULL));
    execute(stmt, "SELECT CallSid, Label" PARTICIPANTS "AND Label IS NULL");
    printf("%s\n", name_of(SQLFetch(stmt)));
    print_states(SQL_HANDLE_STMT, stmt);

    /* Text that does not fit is cut, and says how long it is. */
    close_cursor(stmt);
    STMT(SQLFreeStmt(stmt, SQL_UNBIND));
    STMT(SQLBindCol(stmt, 1, SQL_C_CHAR, call, 6, &call_length));
    execute(stmt, "SELECT Name FROM Conferences WHERE Sid = '" SUPPORT "'");
    printf("%s\n", name_of(SQLFetch(stmt)));
    print_states(SQL_HANDLE_STMT, stmt);
    printf("%s (%ld)\n", call, (long)call_length);
    return finish(stmt);
}
