/* Arguments of the catalogue functions: enumerations, empty strings and null pointers, patterns, identifiers. */

#include "odbc_test.h"

#define TEXT(s) (SQLCHAR *)(s), (s) ? SQL_NTS : 0

/* Prints the given column of all rows, or what a call failed with. */
static void show(SQLHSTMT stmt, const char *what, SQLRETURN code, SQLUSMALLINT column)
{
    char text[256];
    SQLLEN length;
    int rows = 0;
    printf("%s:", what);
    if (!SQL_SUCCEEDED(code)) {
        putchar(' ');
        print_states(SQL_HANDLE_STMT, stmt);
        return;
    }
    while (SQL_SUCCEEDED(SQLFetch(stmt))) {
        STMT(SQLGetData(stmt, column, SQL_C_CHAR, text, sizeof text, &length));
        if (rows++ < 4)
            printf(" %s", length == SQL_NULL_DATA ? "NULL" : text);
    }
    printf(rows > 4 ? " ... many\n" : "\n");
    STMT(SQLFreeStmt(stmt, SQL_CLOSE));
}

static void tables(SQLHSTMT stmt, const char *catalog, const char *schema, const char *table, const char *types, SQLUSMALLINT column)
{
    char what[200];
    snprintf(what, sizeof what, "%s, %s, %s, %s", catalog ? catalog : "NULL", schema ? schema : "NULL", table ? table : "NULL",
             types ? types : "NULL");
    show(stmt, what, SQLTables(stmt, TEXT(catalog), TEXT(schema), TEXT(table), TEXT(types)), column);
}

int main(int argc, char **argv)
{
    SQLHSTMT stmt = connect_to(argv);
    char text[2048];
    (void)argc;

    puts("enumerations");
    tables(stmt, "%", "", "", NULL, 1);
    tables(stmt, "%", "", "", "TABLE", 1);
    puts("no enumerations");
    tables(stmt, "%", NULL, "Conferences", NULL, 3);
    tables(stmt, "%", "%", "Conferences", "%", 3);
    tables(stmt, "", "", "Conferences", "", 3);
    tables(stmt, NULL, NULL, NULL, "'SYSTEM TABLE'", 3);

    puts("table types");
    tables(stmt, NULL, NULL, "Conferences", "'VIEW' , \"Table\"", 3);
    tables(stmt, NULL, NULL, "Conferences", "'ALIAS',SYNONYM", 3);
    tables(stmt, NULL, NULL, "Conferences", "''", 3);

    puts("patterns");
    tables(stmt, "C%", "Tw_lio", "conference_", NULL, 3);
    tables(stmt, NULL, NULL, "sys\\_table%", NULL, 3);
    tables(stmt, NULL, NULL, "Conference\\%", NULL, 3);
    tables(stmt, NULL, NULL, "\"Conferences\"", NULL, 3);
    show(stmt, "columns C%", SQLColumns(stmt, TEXT("C%"), TEXT("Twilio"), TEXT("Conferences"), TEXT("Sid")), 4);
    show(stmt, "columns %Sid", SQLColumns(stmt, TEXT("cdata"), TEXT("%"), TEXT("Conferences"), TEXT("%Sid")), 4);
    show(stmt, "primary keys Conference%", SQLPrimaryKeys(stmt, TEXT(NULL), TEXT(NULL), TEXT("Conference%")), 4);
    show(stmt, "primary keys NULL", SQLPrimaryKeys(stmt, TEXT(NULL), TEXT(NULL), TEXT(NULL)), 4);
    show(stmt, "statistics Other", SQLStatistics(stmt, TEXT("Other"), TEXT(""), TEXT("Conferences"), SQL_INDEX_ALL, SQL_ENSURE), 9);

    puts("identifiers");
    STMT(SQLSetStmtAttr(stmt, SQL_ATTR_METADATA_ID, (SQLPOINTER)SQL_TRUE, 0));
    tables(stmt, "CDATA ", "\"twilio\"", "conferences  ", "TABLE", 3);
    tables(stmt, "CData", "Twilio", "Conference_", NULL, 3);
    tables(stmt, NULL, "Twilio", "Conferences", NULL, 3);
    tables(stmt, "CData", "Twilio", NULL, NULL, 3);
    tables(stmt, "%", "", "", NULL, 1);
    show(stmt, "columns", SQLColumns(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("\"CONFERENCES\""), TEXT("sid")), 4);
    show(stmt, "columns %", SQLColumns(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("Conferences"), TEXT("%")), 4);
    show(stmt, "columns NULL", SQLColumns(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("Conferences"), TEXT(NULL)), 4);
    show(stmt, "primary keys", SQLPrimaryKeys(stmt, TEXT("CData"), TEXT("TWILIO"), TEXT("conferences ")), 4);
    show(stmt, "foreign keys", SQLForeignKeys(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("CONFERENCES"), TEXT("CData"),
         TEXT("Twilio"), TEXT("conferenceparticipants")), 8);
    show(stmt, "foreign keys NULL", SQLForeignKeys(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("Conferences"), TEXT(NULL),
         TEXT(NULL), TEXT(NULL)), 8);
    show(stmt, "statistics", SQLStatistics(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("\"Conferences\""), SQL_INDEX_UNIQUE, SQL_QUICK), 9);
    show(stmt, "row id", SQLSpecialColumns(stmt, SQL_BEST_ROWID, TEXT("CData"), TEXT("Twilio"), TEXT("conferences"), SQL_SCOPE_SESSION,
         SQL_NO_NULLS), 2);
    show(stmt, "procedures", SQLProcedures(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("ADDPARTICIPANTS")), 3);
    show(stmt, "arguments", SQLProcedureColumns(stmt, TEXT("CData"), TEXT("Twilio"), TEXT("addparticipants"), TEXT("from")), 4);
    show(stmt, "arguments NULL", SQLProcedureColumns(stmt, TEXT(NULL), TEXT("Twilio"), TEXT("addparticipants"), TEXT("from")), 4);

    puts("names that are not there");
    STMT(SQLFreeHandle(SQL_HANDLE_STMT, stmt));
    DBC(SQLDisconnect(dbc));
    snprintf(text, sizeof text, "%s;Tables=Conferences,Nothing;Views=Nothing;BrowsableSchemas=Twilio", argv[1]);
    printf("%s\n", name_of(SQLDriverConnect(dbc, NULL, (SQLCHAR *)text, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)));
    print_states(SQL_HANDLE_DBC, dbc);
    DBC(SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt));
    tables(stmt, NULL, NULL, NULL, "TABLE,VIEW", 3);
    return finish(stmt);
}
