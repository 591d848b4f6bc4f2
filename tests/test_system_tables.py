"""The system tables say what the catalogue functions, SQLGetInfo and the settings say, and send nothing."""

import re

import pyodbc
import pytest

from support import ACCOUNT, CONFERENCES, MAIN_KEY, ROOT, TOKEN, account

TABLES = [
    "sys_catalogs", "sys_connection_props", "sys_foreignkeys", "sys_identity", "sys_indexes", "sys_information", "sys_keycolumns",
    "sys_primarykeys", "sys_procedureparameters", "sys_procedures", "sys_schemas", "sys_sqlinfo", "sys_tablecolumns", "sys_tables",
]  # fmt: skip
CONFERENCE_TABLES = "TableName IN ('Conferences', 'ConferenceParticipants')"


def rows(cursor, sql, *arguments):
    return [tuple(row) for row in cursor.execute(sql, *arguments)]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_listed_and_read(connection, sim, table):
    cursor = connection.cursor()
    (listed,) = cursor.tables(table=table.replace("_", r"\_")).fetchall()
    assert (listed.table_schem, listed.table_type) == ("Twilio", "SYSTEM TABLE")
    columns = [row.column_name for row in cursor.columns(table=table)]
    found = rows(cursor, f"SELECT * FROM {table}")
    assert [column[0] for column in cursor.description] == columns
    assert bool(found) == (table != "sys_identity")
    for name in [table.upper(), f"Twilio.{table}", f"CData.Twilio.[{table}]", f'"{table}" AS t']:
        assert rows(cursor, f"SELECT * FROM {name}") == found
    assert sim.requests() == []


@pytest.mark.parametrize("table", TABLES)
def test_a_table_cannot_be_written(cursor, table):
    with pytest.raises(pyodbc.Error):
        cursor.execute(f"DELETE FROM {table}")


def test_tables_are_those_of_sqltables(cursor):
    listed = [(row.table_cat, row.table_schem, row.table_name, row.table_type, row.remarks) for row in cursor.tables()]
    sql = "SELECT CatalogName, SchemaName, TableName, TableType, Description FROM sys_tables"
    assert sorted(rows(cursor, sql)) == sorted(listed)
    sql = f"SELECT TableName FROM sys_tables WHERE IsUpdateable = true AND {CONFERENCE_TABLES} ORDER BY 1"
    assert rows(cursor, sql) == [("ConferenceParticipants",), ("Conferences",)]
    assert rows(cursor, "SELECT COUNT(*) FROM sys_tables WHERE TableType = 'SYSTEM TABLE' AND IsUpdateable = true") == [(0,)]


def test_catalogs_and_schemas(cursor):
    assert rows(cursor, "SELECT * FROM sys_catalogs") == [("CData",)]
    listed = [("CData", row.table_schem) for row in cursor.tables(catalog="", schema="%", table="")]
    assert rows(cursor, "SELECT CatalogName, SchemaName FROM sys_schemas") == listed


def test_columns_are_those_of_sqlcolumns(cursor):
    listed = [
        (c.table_cat, c.table_schem, c.table_name, c.column_name, c.data_type, c.type_name, c.column_size, c.decimal_digits,
         bool(c.nullable), c.remarks, c.ordinal_position)
        for c in cursor.columns()
    ]  # fmt: skip
    sql = """SELECT CatalogName, SchemaName, TableName, ColumnName, DataType, DataTypeName, Length, NumericScale, IsNullable,
             Description, Ordinal FROM sys_tablecolumns"""
    assert sorted(rows(cursor, sql), key=str) == sorted(listed, key=str)


def test_columns_say_more_than_sqlcolumns(cursor):
    sql = """SELECT ColumnName, IsKey, IsReadOnly, IsHidden, DisplaySize FROM sys_tablecolumns
             WHERE TableName = 'ConferenceParticipants' AND ColumnName IN ('CallSid', 'Muted', 'DateCreated') ORDER BY Ordinal"""
    assert rows(cursor, sql) == [
        ("CallSid", True, True, False, 34), ("Muted", False, False, False, 1), ("DateCreated", False, True, False, 19)
    ]  # fmt: skip
    cursor.execute("SELECT DateCreated FROM Conferences WHERE Sid = 'CF00000000000000000000000000000000'")
    described = {column[0]: column for column in cursor.description}
    assert described["DateCreated"][3] == 19


def test_keys_are_those_of_the_catalogue(cursor):
    primary, foreign, index = [], [], []
    for schema, table in rows(cursor, "SELECT SchemaName, TableName FROM sys_tables"):
        primary += [(schema, table, k.column_name, k.key_seq, k.pk_name) for k in cursor.primaryKeys(table, schema=schema)]
        foreign += [
            (schema, table, k.fkcolumn_name, k.pk_name, k.fk_name, k.pktable_schem, k.pktable_name, k.pkcolumn_name)
            for k in cursor.foreignKeys(foreignTable=table, foreignSchema=schema)
        ]
        index += [(schema, table, k.index_name, k.column_name, not k.non_unique, k.type, k.ordinal_position)
                  for k in cursor.statistics(table, schema=schema)]  # fmt: skip
    names = "SchemaName, TableName"
    assert sorted(rows(cursor, f"SELECT {names}, ColumnName, KeySeq, KeyName FROM sys_primarykeys")) == sorted(primary)
    sql = f"""SELECT {names}, ColumnName, PrimaryKeyName, ForeignKeyName, ReferencedSchemaName, ReferencedTableName,
              ReferencedColumnName FROM sys_foreignkeys"""
    assert sorted(rows(cursor, sql)) == sorted(foreign)
    sql = f"SELECT {names}, IndexName, ColumnName, IsUnique, Type, OrdinalPosition FROM sys_indexes WHERE IsPrimary = true"
    assert sorted(rows(cursor, sql)) == sorted(index)
    sql = f"SELECT {names}, ColumnName FROM sys_keycolumns WHERE IsKey = true"
    assert sorted(rows(cursor, sql)) == sorted(key[:3] for key in primary)
    sql = f"SELECT {names}, ColumnName, ReferencedTableName FROM sys_keycolumns WHERE IsForeignKey = true"
    assert sorted(rows(cursor, sql)) == sorted((*key[:3], key[6]) for key in foreign)
    assert foreign


def test_temporary_tables_are_told_too(listing):
    cursor = listing("Tables=Conferences;Views=None")
    cursor.execute("CREATE TABLE Kept#TEMP (Id INTEGER NOT NULL, Price DECIMAL(10, 4), Name VARCHAR(20), PRIMARY KEY (Id))")
    found = rows(cursor, "SELECT SchemaName, TableType, IsUpdateable, Description FROM sys_tables WHERE TableName = 'Kept#TEMP'")
    (listed,) = cursor.tables(table="Kept#TEMP").fetchall()
    assert found == [("Twilio", "LOCAL TEMPORARY", True, listed.remarks)]
    listed = [
        (c.column_name, c.data_type, c.type_name, c.column_size, c.decimal_digits, bool(c.nullable))
        for c in cursor.columns(table="Kept#TEMP")
    ]
    sql = """SELECT ColumnName, DataType, DataTypeName, Length, NumericScale, IsNullable FROM sys_tablecolumns
             WHERE TableName = 'Kept#TEMP' ORDER BY Ordinal"""
    assert len(listed) == 3 and rows(cursor, sql) == listed
    sql = "SELECT ColumnName, IsKey, IsReadOnly FROM sys_tablecolumns WHERE TableName = 'Kept#TEMP' ORDER BY Ordinal"
    assert rows(cursor, sql) == [("Id", True, False), ("Price", False, False), ("Name", False, False)]
    assert rows(cursor, "SELECT ColumnName FROM sys_primarykeys WHERE TableName = 'Kept#TEMP'") == [("Id",)]
    cursor.execute("DROP TABLE Kept#TEMP")
    assert rows(cursor, "SELECT * FROM sys_tables WHERE TableName = 'Kept#TEMP'") == []


def test_rows_go_to_a_temporary_table_and_show_the_state_before(cursor, sim):
    before = rows(cursor, "SELECT TableName FROM sys_tables ORDER BY 1")
    cursor.execute("INSERT INTO Listed#TEMP SELECT TableName FROM sys_tables")
    assert rows(cursor, "SELECT TableName FROM Listed#TEMP ORDER BY 1") == before
    cursor.execute("DELETE FROM Listed#TEMP WHERE TableName NOT IN (SELECT TableName FROM sys_primarykeys)")
    keyed = set(rows(cursor, "SELECT TableName FROM sys_primarykeys"))
    kept = [name for name in before if name in keyed]
    assert rows(cursor, "SELECT TableName FROM Listed#TEMP ORDER BY 1") == kept
    sql = """SELECT COUNT(*) FROM sys_tables t LEFT JOIN Listed#TEMP l ON l.TableName = t.TableName WHERE l.TableName IS NULL"""
    assert rows(cursor, sql) == [(len(before) - len(kept) + 1,)]
    prepared = cursor.connection.cursor()
    prepared.execute("SELECT TableName FROM sys_tables")
    cursor.execute("CREATE TABLE Later#TEMP (Id INTEGER)")
    assert ("Later#TEMP",) not in [tuple(row) for row in prepared]
    assert sim.requests() == []


def test_procedures_are_those_of_the_catalogue(cursor):
    listed = [(p.procedure_cat, p.procedure_schem, p.procedure_name, p.remarks) for p in cursor.procedures()]
    assert rows(cursor, "SELECT CatalogName, SchemaName, ProcedureName, Description FROM sys_procedures ORDER BY 2, 3") == listed
    listed = [
        (c.procedure_name, c.column_name, {1: 1, 3: 4}[c.column_type], c.data_type, c.type_name, c.column_size, bool(c.nullable),
         c.remarks, c.ordinal_position)
        for c in cursor.procedureColumns()
        if c.column_name != "RETURN_VALUE"
    ]  # fmt: skip
    sql = """SELECT ProcedureName, ColumnName, Direction, DataType, DataTypeName, Length, IsNullable, Description, Ordinal
             FROM sys_procedureparameters ORDER BY SchemaName, ProcedureName, Direction, Ordinal"""
    assert rows(cursor, sql) == listed
    sql = "SELECT ColumnName FROM sys_procedureparameters WHERE ProcedureName = 'AddParticipants' AND IsRequired = true"
    assert rows(cursor, sql) == [("ConferenceSid",), ("From",), ("To",)]


def test_sqlinfo_is_what_sqlgetinfo_answers(connection):
    # What the driver manager answers itself.
    managers = {"DATA_SOURCE_NAME", "ODBC_VER", "DM_VER"}
    compared = 0
    for id, name, value in rows(connection.cursor(), "SELECT Id, Name, Value FROM sys_sqlinfo"):
        number = getattr(pyodbc, f"SQL_{name}", None)
        if number is None or name in managers:
            continue
        assert number == id, name
        answer = connection.getinfo(id)
        answer = {True: "Y", False: "N"}[answer] if isinstance(answer, bool) else answer
        assert str(answer) == value, name
        compared += 1
    assert compared > 100


def test_sqlinfo_follows_the_connection(connect):
    sql = "SELECT Value FROM sys_sqlinfo WHERE Name = 'DATA_SOURCE_READ_ONLY'"
    connection = connect(readonly=True)
    assert connection.execute(sql).fetchval() == "Y"
    assert connection.execute("SELECT Value FROM sys_connection_props WHERE Name = 'ReadOnly'").fetchval() == "1"
    assert connect("DSN=Twilio").execute(sql).fetchval() == "N"


def test_connection_props_are_in_force(connect, sim):
    text = account(sim.url) + ";Timeout=17;tables=[Conferences], ConferenceParticipants;PseudoColumns={Conferences=FriendlyName}"
    cursor = connect(text).cursor()
    shown = dict(rows(cursor, "SELECT Name, Value FROM sys_connection_props"))
    assert (shown["AccountSid"], shown["AuthToken"], shown["ApiKeySid"]) == (ACCOUNT, "***", None)
    assert (shown["BaseUrl"], shown["Timeout"], shown["ConnectOnOpen"]) == (sim.url, "17", "1")
    assert (shown["Tables"], shown["PseudoColumns"]) == ("Conferences,ConferenceParticipants", "Conferences=FriendlyName")
    assert (shown["ParentScan"], shown["MaxRows"]) == ("Auto", "0")
    shown = dict(rows(connect(f"{account(sim.url)};ParentScan=always;MaxRows=50").cursor(), "SELECT Name, Value FROM sys_connection_props"))
    assert (shown["ParentScan"], shown["MaxRows"]) == ("Always", "50")
    key, secret = MAIN_KEY
    text = f"Driver=Twilio;BaseUrl={sim.url};AccountSid={ACCOUNT};ApiKeySid={key};ApiKeySecret={secret}"
    shown = dict(rows(connect(text, timeout=5).cursor(), "SELECT Name, Value FROM sys_connection_props"))
    assert (shown["AuthToken"], shown["ApiKeySid"], shown["ApiKeySecret"], shown["Timeout"]) == (None, key, "***", "60")


def test_no_system_table_holds_a_secret(connect, sim):
    connection = connect(account(sim.url))
    for table in TABLES:
        shown = " ".join(str(row) for row in connection.execute(f"SELECT * FROM {table}")).replace(ACCOUNT, "")
        assert not re.search(f"{TOKEN}|Basic", shown), table


def test_the_documented_keywords_are_the_connection_props(cursor):
    documented = {}
    for name, default in re.findall(r"^\| `(\w+)`[^|]*\| ([^|]+) \|", (ROOT / "docs" / "dsn.md").read_text(), re.MULTILINE):
        documented[name] = default.strip("`")
    props = dict(rows(cursor, "SELECT Name, COALESCE([Default], '') FROM sys_connection_props"))
    assert set(props) == set(documented)
    others = {"BaseUrl": "Twilio's hosts", "AccountSid": "TWILIO_ACCOUNT_SID", "AuthToken": "TWILIO_AUTH_TOKEN",
              "ApiKeySid": "TWILIO_API_KEY", "ApiKeySecret": "TWILIO_API_SECRET",
              "OAuthClientId": "TWILIO_CLIENT_ID", "OAuthClientSecret": "TWILIO_CLIENT_SECRET",
              "Region": "TWILIO_REGION", "Edge": "TWILIO_EDGE"}  # fmt: skip
    for name, default in props.items():
        assert documented[name] == others.get(name, default or "none"), name


def test_information(cursor, sim):
    (row,) = cursor.execute("SELECT * FROM sys_information").fetchall()
    assert (row.AccountSid, row.UserName, row.BaseUrl, row.Datasource) == (ACCOUNT, ACCOUNT, sim.url, "Twilio")
    assert re.fullmatch(r"\d+\.\d+\.\d+", row.Version) and re.fullmatch(r"3\.\d+\.\d+", row.EngineVersion)
    assert row.UserAgent == f"twilio-odbc/{row.Version}"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM [sys_tables];",
        "SELECT CatalogName, SchemaName, TableName, TableType FROM sys_tables",
        "SELECT ColumnName, DataTypeName FROM sys_tablecolumns WHERE TableName='Conferences'",
        "SELECT ColumnName, DataTypeName FROM sys_tablecolumns WHERE TableName='Conferences' AND CatalogName='CData' AND SchemaName='Twilio'",
        "SELECT [sys_tablecolumns].*, [sys_tables].TableType FROM [sys_tablecolumns] INNER JOIN [sys_tables] "
        "ON [sys_tables].TableName = [sys_tablecolumns].TableName;",
        "SELECT ProcedureName, ColumnName AS Parameter, DataTypeName AS DataType, IsRequired, Description, Values FROM sys_procedureparameters",
        "SELECT * FROM sys_procedureparameters WHERE ProcedureName='AddParticipants' AND Direction=1 OR Direction=2",
        "SELECT * FROM sys_keycolumns WHERE IsKey='True' AND TableName='Conferences'",
        "SELECT * FROM sys_indexes WHERE IsPrimary='false' OR TableName='Conferences'",
        "SELECT * FROM SYS_CONNECTION_PROPS WHERE Value <> ''",
        "SELECT * FROM sys_sqlinfo WHERE Name='GROUP_BY'",
    ],
)
def test_queries_written_for_another_driver_run(cursor, sql):
    assert cursor.execute(sql).fetchall()


def test_they_join_group_and_count(cursor):
    sql = f"""SELECT t.TableName, COUNT(*), SUM(CASE WHEN c.IsKey THEN 1 ELSE 0 END)
              FROM sys_tables t JOIN sys_tablecolumns c ON c.SchemaName = t.SchemaName AND c.TableName = t.TableName
              WHERE t.TableType = 'TABLE' AND t.{CONFERENCE_TABLES} GROUP BY t.TableName ORDER BY 1"""
    assert rows(cursor, sql) == [("ConferenceParticipants", 15, 1), ("Conferences", 12, 1)]
    sql = """SELECT ColumnName FROM sys_tablecolumns WHERE TableName = ? AND ColumnName LIKE 'Date%'
             UNION ALL SELECT ColumnName FROM sys_tablecolumns WHERE TableName = ? AND IsKey = 1"""
    found = rows(cursor, sql, "Conferences", "ConferenceParticipants")
    assert found == [("DateCreated",), ("DateUpdated",), ("CallSid",)]
    sql = "SELECT COUNT(*) FROM sys_tablecolumns WHERE TableName = 'Conferences' OR TableName IN ('ConferenceParticipants', 'x')"
    assert rows(cursor, sql) == [(27,)]
    sql = "SELECT COUNT(*) FROM sys_tablecolumns WHERE TableName = 'conferences' COLLATE NOCASE OR TableName IS NULL OR TableName = 5"
    assert rows(cursor, sql) == [(12,)]
    sql = "SELECT COUNT(*) FROM Conferences c LEFT JOIN sys_primarykeys k ON k.TableName = 'Conferences' AND k.ColumnName = 'Sid'"
    assert rows(cursor, sql) == [(CONFERENCES,)]
    sql = """SELECT COUNT(*) FROM sys_tables t WHERE t.TableType = 'SYSTEM TABLE'
             AND NOT EXISTS (SELECT 1 FROM sys_primarykeys k WHERE k.TableName = t.TableName AND k.SchemaName = t.SchemaName)"""
    assert rows(cursor, sql) == [(0,)]
    (row,) = cursor.execute("EXPLAIN SELECT * FROM sys_tablecolumns c JOIN sys_tables t ON t.TableName = c.TableName").fetchall()[1:]
    assert "+" not in row.LocalPredicates


def test_explain_says_that_nothing_is_sent(cursor):
    (row,) = cursor.execute("EXPLAIN SELECT * FROM sys_tablecolumns WHERE TableName = 'Conferences'").fetchall()
    assert (row.Scan, row.ExpectedRequests, row.Endpoint) == ("local", "0", None)
    assert "TableName" in row.LocalPredicates


# What BrowsableSchemas, Tables, Views and PseudoColumns leave.


@pytest.fixture
def listing(connect, sim):
    """A cursor of a connection with further properties."""
    return lambda text: connect(f"{account(sim.url)};{text}").cursor()


def names(cursor, **arguments):
    return {row.table_name for row in cursor.tables(**arguments) if not row.table_name.startswith("sys_")}


def test_tables_limits_tables_and_no_others(listing):
    cursor = listing("Tables=conferences")
    assert names(cursor, tableType="TABLE") == {"Conferences"}
    assert names(cursor, tableType="VIEW") == names(listing("ReadOnly=0"), tableType="VIEW")
    assert {row.table_name for row in cursor.tables(tableType="SYSTEM TABLE")} >= set(TABLES)
    assert cursor.columns(table="ConferenceParticipants").fetchall() == []
    assert cursor.primaryKeys("ConferenceParticipants").fetchall() == []
    assert cursor.statistics("ConferenceParticipants").fetchall() == []
    assert cursor.rowIdColumns("ConferenceParticipants").fetchall() == []
    # Views are not limited by it.
    assert [row.fktable_name for row in cursor.foreignKeys(table="Conferences")] == ["ConferenceSummaries"]
    for table in ["sys_tables", "sys_tablecolumns", "sys_primarykeys", "sys_indexes", "sys_keycolumns"]:
        assert rows(cursor, f"SELECT DISTINCT TableName FROM {table} WHERE {CONFERENCE_TABLES}") == [("Conferences",)], table
    assert rows(cursor, f"SELECT * FROM sys_foreignkeys WHERE {CONFERENCE_TABLES}") == []


def test_a_foreign_key_needs_both_its_tables(listing):
    assert listing("Tables=ConferenceParticipants").foreignKeys(foreignTable="ConferenceParticipants").fetchall() == []
    cursor = listing("Tables={Twilio.ConferenceParticipants, [Conferences]}")
    assert len(cursor.foreignKeys(foreignTable="ConferenceParticipants").fetchall()) == 1


def test_what_is_not_listed_can_be_queried(listing):
    cursor = listing("Tables=Conferences;Views=None;BrowsableSchemas=None")
    assert cursor.tables().fetchall() == [] and cursor.procedures().fetchall() == []
    assert cursor.execute("SELECT COUNT(*) FROM ConferenceParticipants").fetchval() > 0
    assert cursor.execute("SELECT COUNT(*) FROM sys_tables").fetchval() == 0


def test_views_limits_views(listing):
    cursor = listing("Views=None")
    assert names(cursor, tableType="VIEW") == set()
    assert names(cursor, tableType="TABLE") == names(listing("Views="), tableType="TABLE") != set()


def test_browsable_schemas_limits_schemas(listing):
    cursor = listing("BrowsableSchemas={ Twilio , None}")
    assert [row.table_schem for row in cursor.tables(catalog="", schema="%", table="")] == ["Twilio"]
    assert {row.table_schem for row in cursor.tables()} == {"Twilio"}
    assert {row.procedure_schem for row in cursor.procedures()} == {"Twilio"}
    assert rows(cursor, "SELECT SchemaName FROM sys_schemas") == [("Twilio",)]
    cursor = listing("BrowsableSchemas=None")
    assert cursor.tables(catalog="", schema="%", table="").fetchall() == []
    assert cursor.procedureColumns().fetchall() == []


@pytest.mark.parametrize("pairs", ["*=*", "Conferences=FriendlyName", "Conferences=*", "*=FriendlyName", "{Calls=x;[conferences]=x, friendlyname}"])
def test_pseudo_columns_are_listed_after_the_others(listing, pairs):
    cursor = listing(f"PseudoColumns={pairs}")
    plain = [row.column_name for row in listing("PseudoColumns=").columns(table="Conferences")]
    found = cursor.columns(table="Conferences").fetchall()
    written = ["AnnounceUrl", "AnnounceMethod"] if pairs.endswith("=*") else []
    expected = ["FriendlyName", "_raw", *written] if written else ["FriendlyName"]
    assert [row.column_name for row in found] == [*plain, *expected]
    assert [row.ordinal_position for row in found] == list(range(1, len(found) + 1))
    last, named = found[len(plain)], next(row for row in found if row.column_name == "Name")
    assert (last.data_type, last.column_size, last.nullable) == (named.data_type, named.column_size, named.nullable)
    assert "Name" in last.remarks
    sql = "SELECT ColumnName FROM sys_tablecolumns WHERE TableName = 'Conferences' AND IsHidden = true"
    assert rows(cursor, sql) == [(name,) for name in expected]
    quoted = ", ".join(f'"{row.column_name}"' for row in found if row.column_name not in written)
    assert len(cursor.execute(f"SELECT {quoted} FROM Conferences").fetchall()) == CONFERENCES
    assert len(cursor.execute("SELECT * FROM Conferences").description) == len(plain)


def test_pseudo_columns_without_a_table_are_refused(listing):
    with pytest.raises(pyodbc.Error, match="PseudoColumns is .FriendlyName.*Table=Column"):
        listing("PseudoColumns=FriendlyName")
