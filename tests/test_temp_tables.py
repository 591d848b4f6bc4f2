"""Temporary tables: made, filled, read, joined, changed and dropped without a word to Twilio."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_ushort, create_string_buffer
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyodbc
import pytest

import odbc
from support import AGENT, CUSTOMER, IN_PROGRESS, SALES, SUPPORT, SUPPORT_CALLS, account

LIVE = "CREATE TEMP TABLE picked AS SELECT Sid, Name FROM Conferences WHERE Status = 'in-progress'"


def state(call, *arguments: object) -> tuple[str, str]:
    """SQLSTATE and message of the error that the call raises."""
    with pytest.raises(pyodbc.Error) as error:
        call(*arguments)
    return error.value.args[0], error.value.args[1]


def rows(cursor, sql: str, *parameters: object) -> list[tuple]:
    return [tuple(row) for row in cursor.execute(sql, *parameters)]


def folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("twilio-odbc-tables-*")}


# Making and dropping


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMP TABLE x AS SELECT Sid FROM Conferences WHERE Status = 'in-progress'",
        "create temporary table IF NOT EXISTS x as select Sid from Conferences where Status = 'in-progress'",
        "CREATE LOCAL TEMPORARY TABLE x ON COMMIT PRESERVE ROWS AS SELECT Sid FROM Conferences WHERE Status = 'in-progress'",
        "CREATE TEMP TABLE CData.Twilio.x AS WITH c AS (SELECT * FROM Conferences) SELECT Sid FROM c WHERE Status = 'in-progress'",
        "SELECT Sid INTO TEMP x FROM Conferences WHERE Status = 'in-progress'",
    ],
)
def test_a_query_makes_a_table(cursor, sim, sql):
    assert cursor.execute(sql).rowcount == len(IN_PROGRESS)
    assert sim.lines() == ["GET Conferences.json"]
    sim.clear()
    assert {sid for (sid,) in rows(cursor, "SELECT Sid FROM Twilio.X")} == set(IN_PROGRESS)
    assert sim.requests() == []


def test_a_query_with_parameters_makes_a_table(cursor):
    made = "CREATE TEMP TABLE x AS SELECT Sid, ? AS Mark, ? AS Number FROM Conferences WHERE Sid = ?"
    assert cursor.execute(made, "ok", 7, SUPPORT).rowcount == 1
    assert rows(cursor, "SELECT * FROM x") == [(SUPPORT, "ok", 7)]
    assert cursor.description[2][1] is int


@pytest.mark.parametrize("name", ["#x", "x#TEMP", "[Conferences#temp]"])
def test_names_that_are_temporary_by_their_form_need_no_word_for_it(cursor, name):
    cursor.execute(f"CREATE TABLE {name} (a INTEGER)")
    cursor.execute(f"INSERT INTO {name} VALUES (1)")
    cursor.execute(f"DROP TABLE {name}")
    assert cursor.execute(f"SELECT Sid INTO {name} FROM Conferences").rowcount == 26
    assert cursor.execute(f"SELECT COUNT(*) FROM {name} t").fetchval() == 26


def test_a_table_has_the_types_of_the_query(sim):
    query = "SELECT *, LENGTH(Name) AS Size, 1.5 AS Half FROM Conferences"
    with odbc.connected() as connection, connection.statement() as source, connection.statement() as copy:
        copy.execute(f"CREATE TEMP TABLE x AS {query}")
        source.prepare(query)
        copy.prepare("SELECT * FROM x")
        expected = [source.describe(i) for i in range(1, source.columns() + 1)]
        assert [copy.describe(i) for i in range(1, copy.columns() + 1)] == expected
        assert len(expected) == 14


def test_a_table_has_the_types_that_it_is_declared_with(sim):
    declared = {
        "INTEGER NOT NULL": (4, 10, 0, 0),
        "SMALLINT": (4, 10, 0, 1),
        "BIGINT": (-5, 19, 0, 1),
        "BIT": (-7, 1, 0, 1),
        "DOUBLE": (8, 15, 0, 1),
        "FLOAT": (8, 15, 0, 1),
        "DECIMAL(10, 4)": (3, 10, 4, 1),
        "NUMERIC(38)": (3, 38, 0, 1),
        "NVARCHAR(34)": (-9, 34, 0, 1),
        "VARCHAR(10) NULL": (-9, 10, 0, 1),
        "NTEXT": (-10, 1 << 20, 0, 1),
        "NVARCHAR(MAX)": (-10, 1 << 20, 0, 1),
        "DATE": (91, 10, 0, 1),
        "TIME": (92, 8, 0, 1),
        "TIMESTAMP": (93, 26, 6, 1),
        "DATETIME2(3)": (93, 23, 3, 1),
        "TIMESTAMP(0)": (93, 19, 0, 1),
        "VARBINARY(16)": (-3, 16, 0, 1),
    }
    columns = ", ".join(f"c{i} {name}" for i, name in enumerate(declared))
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute(f"CREATE TEMP TABLE x ({columns})")
        statement.prepare("SELECT * FROM x")
        found = [statement.describe(i + 1)[1:] for i in range(len(declared))]
        assert dict(zip(declared, found, strict=True)) == declared


def test_every_type_of_the_driver_can_be_declared(cursor):
    types = cursor.getTypeInfo().fetchall()
    for number, row in enumerate(types):
        name = {None: row.type_name, "length": f"{row.type_name}(10)", "precision": f"{row.type_name}(3)", "precision,scale": f"{row.type_name}(9, 2)"}[row[5]]
        cursor.execute(f"CREATE TEMP TABLE t{number} (a {name})")
    assert len(types) == 22


@pytest.mark.parametrize(
    "sql, expected, hint",
    [
        ("CREATE TABLE x (a INTEGER)", "HYC00", "CREATE TEMP TABLE x"),
        ("CREATE GLOBAL TEMPORARY TABLE x (a INTEGER)", "HYC00", "CREATE TEMP TABLE"),
        ("CREATE TABLE ##x (a INTEGER)", "HYC00", "CREATE TEMP TABLE"),
        ("SELECT Sid INTO x FROM Conferences", "HYC00", "#name"),
        ("CREATE TEMP TABLE Conferences (a INTEGER)", "42S01", "Conferences#TEMP"),
        ("CREATE TEMP TABLE sys_requests AS SELECT 1 AS a", "42S01", "sys_requests#TEMP"),
        ("CREATE TEMP TABLE old (a INTEGER)", "42S01", "DROP TABLE"),
        ("CREATE TEMP TABLE OLD AS SELECT 1 AS a", "42S01", "DROP TABLE"),
        ("CREATE TEMP TABLE x (a INTEGER, A INTEGER)", "42S21", "two columns"),
        ("CREATE TEMP TABLE x AS SELECT c.Sid, d.Sid FROM Conferences c, Conferences d", "42S21", "AS"),
        ("CREATE TEMP TABLE x (a INTEGER DEFAULT 1)", "HYC00", "DEFAULT"),
        ("CREATE TEMP TABLE x (a INTEGER PRIMARY KEY, b INTEGER PRIMARY KEY)", "42000", "two primary keys"),
        ("CREATE TEMP TABLE x (a INTEGER, PRIMARY KEY (b))", "42S22", "b"),
        ("CREATE TEMP TABLE x (a GEOMETRY)", "HYC00", "GEOMETRY"),
        ("CREATE TEMP TABLE x (a INTEGER) AS SELECT 1", "HYC00", "both"),
        ("CREATE TEMP TABLE x (a INTEGER) ON COMMIT DROP", "HYC00", "anything but"),
        ("CREATE TEMP TABLE Other.x (a INTEGER)", "42000", "schema Twilio"),
        ("CREATE TEMP TABLE x", "42000", "columns"),
        (f'CREATE TEMP TABLE "{"x" * 129}" (a INTEGER)', "42000", "128"),
        ("CREATE OR REPLACE TEMP TABLE x (a INTEGER)", "HYC00", "anything but"),
        ("DROP TABLE x", "42S02", "x"),
        ("DROP TABLE old, x", "42S02", "x"),
        ("DROP TABLE Conferences", "HYC00", "Twilio"),
        ("ALTER TABLE old ADD COLUMN b INTEGER", "HYC00", "ALTER"),
        ("INSERT INTO x VALUES (1)", "42S02", "CREATE TEMP TABLE"),
        ("INSERT INTO x#TEMP VALUES (1)", "42S02", "lists its columns"),
        ("INSERT INTO old (b) VALUES (1)", "42S22", "b"),
        ("INSERT INTO old (a, A) VALUES (1, 1)", "42000", "twice"),
        ("INSERT INTO old VALUES (1, 2)", "21S01", "2 values"),
        ("INSERT INTO old SELECT Sid, Name FROM Conferences", "21S01", "2 values"),
        ("INSERT OR REPLACE INTO old VALUES (1)", "HYC00", "OR"),
        ("INSERT INTO old VALUES (1) RETURNING a", "HYC00", "RETURNING"),
        ("UPDATE old SET b = 1", "42S22", "b"),
        ("UPDATE old SET a = 1, a = 2", "42000", "twice"),
        ("INSERT INTO old VALUES (nothing)", "42S22", "nothing"),
    ],
)
def test_what_cannot_be_is_refused(cursor, sim, sql, expected, hint):
    cursor.execute("CREATE TEMP TABLE old (a INTEGER)")
    cursor.execute("INSERT INTO old VALUES (0)")
    found, message = state(cursor.execute, sql)
    assert found == expected and hint in message, message
    assert sim.requests() == []
    assert rows(cursor, "SELECT * FROM old") == [(0,)]


def test_a_failed_query_leaves_no_table(cursor, sim):
    sim.fault("status", status=404, path="Conferences")
    assert "Twilio" in state(cursor.execute, LIVE)[1]
    assert cursor.execute(LIVE).rowcount == len(IN_PROGRESS)


def test_if_exists_and_if_not_exists_say_nothing(cursor):
    cursor.execute("DROP TABLE IF EXISTS x")
    cursor.execute("CREATE TEMP TABLE x (a INTEGER)")
    cursor.execute("INSERT INTO x VALUES (1)")
    assert cursor.execute("CREATE TEMP TABLE IF NOT EXISTS x AS SELECT Sid FROM Conferences").rowcount == 0
    assert rows(cursor, "SELECT * FROM x") == [(1,)]
    cursor.execute("DROP TABLE IF EXISTS x, y")
    assert state(cursor.execute, "SELECT * FROM x")[0] == "42S02"


# Rows


def test_rows_of_all_kinds_are_inserted(cursor):
    cursor.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(34), c DECIMAL(10, 4), d TIMESTAMP, e BIT)")
    sql = "INSERT INTO x VALUES (1, 'one', 1.5, {ts '2024-06-30 10:00:00'}, true), (-2, N'zwei', '-0.00755', '2024-06-30', 0), (DEFAULT, NULL, NULL, NULL, NULL)"
    assert cursor.execute(sql).rowcount == 3
    assert cursor.execute("INSERT INTO x (b, a) VALUES (UPPER(?) || '!', 1 + ?)", "three", 2).rowcount == 1
    assert cursor.execute("INSERT INTO x DEFAULT VALUES").rowcount == 1
    assert rows(cursor, "SELECT * FROM x") == [
        (1, "one", Decimal("1.5"), datetime(2024, 6, 30, 10), True),
        (-2, "zwei", Decimal("-0.0076"), datetime(2024, 6, 30), False),
        (None, None, None, None, None),
        (3, "THREE!", None, None, None),
        (None, None, None, None, None),
    ]


def test_parameters_have_the_types_of_the_columns(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(34), c DECIMAL(10, 4), d TIMESTAMP(3))")
        for sql in (
            "INSERT INTO x VALUES (?, ?, ?, ?)",
            "INSERT INTO x VALUES (?, ?, ?, ?), (1 + 1, '', 0, NULL)",
            "INSERT INTO x SELECT ?, ?, ?, ? FROM Conferences",
            "UPDATE x SET a = ?, b = ?, c = ?, d = ?",
        ):
            statement.prepare(sql)
            found = []
            for number in range(1, 5):
                sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short()
                statement.call("SQLDescribeParam", c_ushort(number), byref(sql_type), byref(size), byref(digits), byref(nullable))
                found.append((sql_type.value, size.value, digits.value))
            assert found == [(4, 10, 0), (-9, 34, 0), (3, 10, 4), (93, 23, 3)], sql


@pytest.mark.parametrize("fast", [False, True])
def test_arrays_of_parameters(cursor, fast):
    cursor.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(34), c DECIMAL(10, 4), d TIMESTAMP)")
    given = [(i, f"row {i}" if i % 3 else None, Decimal(i) / 4, datetime(2024, 6, 30, 1, 2, 3, i)) for i in range(500)]
    cursor.fast_executemany = fast
    cursor.executemany("INSERT INTO x VALUES (?, ?, ?, ?)", given)
    cursor.executemany("INSERT INTO x (b) VALUES (LOWER(?))", [("A",), ("B",)])
    assert rows(cursor, "SELECT * FROM x WHERE a IS NOT NULL") == given
    assert rows(cursor, "SELECT b FROM x WHERE a IS NULL") == [("a",), ("b",)]


def test_the_row_count_of_an_array_is_the_sum(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute("CREATE TEMP TABLE x (a INTEGER PRIMARY KEY)")
        values = (c_int * 4)(1, 2, 2, 3)
        statuses = (c_ushort * 4)()
        statement.call("SQLSetStmtAttr", c_int(22), c_size_t(4), c_int(0))
        statement.call("SQLSetStmtAttr", c_int(20), byref(statuses), c_int(0))
        statement.call("SQLBindParameter", c_ushort(1), c_short(1), c_short(4), c_short(4), c_size_t(0), c_short(0), byref(values), c_ssize_t(0), None)
        assert statement.execute("INSERT INTO x VALUES (?)", check=False) == odbc.SUCCESS_WITH_INFO
        assert [r.state for r in statement.diagnostics()] == ["23000"]
        assert list(statuses) == [0, 0, 5, 0]
        assert statement.row_count() == 3
        assert connection.query("SELECT a FROM x") == [["1"], ["2"], ["3"]]


def test_rows_come_from_twilio_and_from_temporary_tables(cursor, sim):
    cursor.execute("CREATE TEMP TABLE x (Sid NVARCHAR(34), Made DATE)")
    assert cursor.execute("INSERT INTO x SELECT Sid, CAST(DateCreated AS DATE) FROM Conferences WHERE Status = ?", "in-progress").rowcount == 6
    assert sim.lines() == ["GET Conferences.json"]
    assert cursor.execute("INSERT INTO x (Sid) SELECT Sid FROM x ORDER BY Sid LIMIT 2").rowcount == 2
    assert cursor.execute("INSERT INTO x SELECT * FROM x").rowcount == 8, "what it adds, it does not read"
    assert rows(cursor, "SELECT COUNT(*), COUNT(Made), COUNT(DISTINCT Sid) FROM x") == [(16, 12, 6)]
    assert len(sim.lines()) == 1


@pytest.mark.parametrize(
    "column, value, expected",
    [
        ("NVARCHAR(3)", "'four'", "22001"),
        ("NVARCHAR(3)", "UPPER('four')", "22001"),
        ("INTEGER", "3000000000", "22003"),
        ("INTEGER", "'3' || '000000000'", "22003"),
        ("BIT", "2", "22003"),
        ("DECIMAL(4, 2)", "100", "22003"),
        ("DECIMAL(4, 2)", "99 + 0.999", "22003"),
        ("INTEGER", "'x'", "22018"),
        ("TIMESTAMP", "'soon'", "22007"),
        ("TIMESTAMP", "LOWER('SOON')", "22007"),
        ("DATE", "'2024-02-30'", "22007"),
        ("DATE", "'2024-06-30 10:00:00'", "22008"),
        ("VARBINARY(2)", "X'010203'", "22001"),
        ("INTEGER NOT NULL", "NULL", "23000"),
        ("INTEGER NOT NULL", "NULLIF(1, 1)", "23000"),
    ],
)
def test_values_are_checked(cursor, column, value, expected):
    cursor.execute(f"CREATE TEMP TABLE x (id INTEGER, a {column})")
    found, message = state(cursor.execute, f"INSERT INTO x VALUES (1, {value})")
    assert found == expected and "a" in message, message
    if "NOT NULL" not in column:
        cursor.execute("INSERT INTO x (id) VALUES (1)")
        assert state(cursor.execute, f"UPDATE x SET a = {value}")[0] == expected
        assert rows(cursor, "SELECT * FROM x") == [(1, None)]
    else:
        assert state(cursor.execute, "INSERT INTO x (id) VALUES (1)")[0] == "23000"


def test_a_key_is_unique_and_not_null(cursor):
    cursor.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(10), c INTEGER, PRIMARY KEY (a, b))")
    cursor.execute("INSERT INTO x VALUES (1, 'x', 1), (1, 'y', 2)")
    for sql in ("INSERT INTO x VALUES (1, 'x', 3)", "INSERT INTO x VALUES (2, NULL, 3)", "UPDATE x SET b = 'x'"):
        found, message = state(cursor.execute, sql)
        assert found == "23000", message
    assert cursor.execute("UPDATE x SET a = a + 10, c = a").rowcount == 2
    assert rows(cursor, "SELECT * FROM x ORDER BY b") == [(11, "x", 1), (11, "y", 1)]
    assert [r.column_name for r in cursor.primaryKeys("x")] == ["a", "b"]


def test_a_statement_that_fails_adds_nothing(cursor):
    cursor.execute("CREATE TEMP TABLE x (a INTEGER)")
    assert state(cursor.execute, "INSERT INTO x SELECT value FROM (VALUES (1), (2), ('x')) AS v (value)")[0] == "22018"
    assert rows(cursor, "SELECT * FROM x") == []


def test_update_and_delete_take_any_where(cursor, sim):
    cursor.execute(LIVE)
    sim.clear()
    full = "SELECT ConferenceSid FROM ConferenceParticipants WHERE Label = 'agent'"
    assert cursor.execute(f"UPDATE picked SET Name = UPPER(Name) WHERE Sid IN ({full})").rowcount == 1
    assert sim.lines(), "the sub-query asks Twilio"
    assert cursor.execute("UPDATE picked AS k SET k.Name = ? WHERE k.Sid = ?", "Sales", SALES).rowcount == 1
    names = dict(rows(cursor, "SELECT Sid, Name FROM picked"))
    assert (names[SUPPORT], names[SALES]) == ("SUPPORT LINE", "Sales")
    empty = "NOT EXISTS (SELECT 1 FROM ConferenceParticipants p WHERE p.ConferenceSid = picked.Sid)"
    assert cursor.execute(f"DELETE FROM picked WHERE {empty}").rowcount == 1
    assert cursor.execute("DELETE FROM picked WHERE Name LIKE 'sales%'").rowcount == 1
    assert cursor.execute("DELETE FROM picked WHERE Name = 'nobody'").rowcount == 0
    assert cursor.execute("DELETE FROM picked").rowcount == 4
    assert sim.effects() == {} or not any(sim.effects().values())


# Queries


def test_a_join_asks_for_each_key_and_no_other(cursor, sim):
    cursor.execute("CREATE TEMP TABLE picked (Sid NVARCHAR(34), Note NVARCHAR(10))")
    cursor.execute("INSERT INTO picked VALUES (?, 'a'), (?, 'b')", SUPPORT, SALES)
    sim.clear()
    found = rows(cursor, "SELECT k.Note, p.CallSid FROM picked k JOIN ConferenceParticipants p ON p.ConferenceSid = k.Sid")
    assert [sid for note, sid in found if note == "a"] == SUPPORT_CALLS
    assert sorted(sim.lines()) == sorted(f"GET Conferences/{sid}/Participants.json" for sid in (SUPPORT, SALES))


def test_a_join_asks_for_each_key_however_many_there_are(cursor, sim):
    cursor.execute("CREATE TEMP TABLE picked (Sid NVARCHAR(34), Number INTEGER)")
    cursor.executemany("INSERT INTO picked VALUES (?, ?)", [(SUPPORT, i) for i in range(3000)])
    sim.clear()
    sql = "SELECT COUNT(*) FROM ConferenceParticipants p JOIN picked k ON k.Sid = p.ConferenceSid"
    assert cursor.execute(sql).fetchval() == 3000 * 5
    assert sim.lines() == [f"GET Conferences/{SUPPORT}/Participants.json"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid IN (SELECT Sid FROM picked)",
        "SELECT CallSid FROM picked JOIN ConferenceParticipants ON ConferenceSid = Sid",
    ],
)
def test_keys_are_looked_up_side_by_side(cursor, sim, sql):
    cursor.execute(LIVE)
    sim.fault("delay_ms", delay_ms=300, times=0, path="Participants")
    sim.clear()
    before = datetime.now()
    found = rows(cursor, sql)
    assert len(found) == sum(IN_PROGRESS.values())
    assert len(sim.lines()) == len(IN_PROGRESS)
    assert (datetime.now() - before).total_seconds() < 0.3 * len(IN_PROGRESS)


def test_temporary_tables_stand_wherever_tables_do(cursor):
    cursor.execute(LIVE)
    cursor.execute("CREATE TEMP TABLE notes (Sid NVARCHAR(34), Note NVARCHAR(10))")
    cursor.execute("INSERT INTO notes VALUES (?, 'mine')", SUPPORT)
    for sql in (
        "SELECT k.Name, n.Note FROM picked k JOIN notes n USING (Sid)",
        "SELECT k.Name, n.Note FROM picked k LEFT JOIN notes n ON n.Sid = k.Sid WHERE n.Note IS NOT NULL",
        "WITH n AS (SELECT * FROM notes) SELECT c.Name, Note FROM n JOIN Conferences c ON c.Sid = n.Sid",
        "SELECT Name, (SELECT Note FROM notes WHERE notes.Sid = picked.Sid) FROM picked WHERE Sid IN (SELECT Sid FROM notes)",
        "SELECT d.Name, 'mine' FROM (SELECT * FROM picked) AS d WHERE EXISTS (SELECT 1 FROM notes WHERE Sid = d.Sid)",
        "SELECT Name, Note FROM CData.Twilio.Picked, Twilio.notes WHERE Picked.Sid = notes.Sid",
    ):
        assert rows(cursor, sql) == [("Support line", "mine")], sql
    assert cursor.execute("SELECT COUNT(*) FROM picked a JOIN picked b ON a.Sid = b.Sid").fetchval() == 6
    assert cursor.execute("SELECT Sid FROM picked UNION SELECT Sid FROM notes EXCEPT SELECT Sid FROM Conferences").fetchall() == []


def test_an_update_of_twilio_finds_its_rows_by_a_temporary_table(cursor, sim):
    cursor.execute("CREATE TEMP TABLE chosen AS SELECT ? AS CallSid", CUSTOMER)
    sql = "UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = ? AND CallSid IN (SELECT CallSid FROM chosen)"
    assert cursor.execute(sql, SUPPORT).rowcount == 1
    assert sim.participant(CUSTOMER)["muted"] is True
    assert sim.participant(AGENT)["muted"] is False


# The form of older queries


def test_the_form_of_older_queries(cursor, sim):
    for label in ("agent", "customer"):
        sql = f"INSERT INTO ConferenceParticipants#TEMP (ConferenceSid, [To], Label, Muted) VALUES ('{SUPPORT}', '+1', '{label}', 1)"
        assert cursor.execute(sql).rowcount == 1
    assert rows(cursor, "SELECT * FROM ConferenceParticipants#TEMP") == [(SUPPORT, "+1", l, "1") for l in ("agent", "customer")]
    twilio = state(cursor.execute, "INSERT INTO ConferenceParticipants (Label) VALUES ('x')")
    query = "INSERT INTO ConferenceParticipants (Label) SELECT Label FROM ConferenceParticipants#TEMP"
    assert state(cursor.execute, query) == twilio
    assert twilio[0] == "42000" and "needs ConferenceSid" in twilio[1]
    assert state(cursor.execute, "INSERT INTO ConferenceParticipants#TEMP (Other) VALUES (1)")[0] == "42S22"
    assert sim.requests() == []
    cursor.execute("DROP TABLE ConferenceParticipants#TEMP")
    assert state(cursor.execute, "SELECT * FROM ConferenceParticipants#TEMP")[0] == "42S02"


def test_a_query_makes_a_table_of_that_form(cursor):
    assert cursor.execute("INSERT INTO x#TEMP (Key_, Made) SELECT Sid, DateCreated FROM Conferences").rowcount == 26
    assert cursor.execute("INSERT INTO x#temp SELECT Sid, DateCreated FROM Conferences WHERE Sid = ?", SUPPORT).rowcount == 1
    made = cursor.execute("SELECT MAX(Made), COUNT(DISTINCT Key_) FROM x#TEMP").fetchone()
    assert isinstance(made[0], datetime) and made[1] == 26


def test_a_prepared_insert_makes_the_table_once(cursor):
    cursor.executemany("INSERT INTO x#TEMP (a, b) VALUES (?, ?)", [("1", "x"), ("2", None)])
    assert rows(cursor, "SELECT * FROM x#TEMP") == [("1", "x"), ("2", None)]


# Connections and statements


def test_tables_belong_to_their_connection(connect, sim):
    one, other = connect(), connect()
    one.execute("CREATE TEMP TABLE x (a INTEGER)")
    one.execute("INSERT INTO x VALUES (1)")
    assert one.cursor().execute("SELECT a FROM x").fetchval() == 1
    assert state(other.execute, "SELECT a FROM x")[0] == "42S02"
    other.execute("CREATE TEMP TABLE x (a NVARCHAR(10))")
    assert other.execute("SELECT COUNT(*) FROM x").fetchval() == 0
    one.close()
    assert state(connect().execute, "SELECT a FROM x")[0] == "42S02"


def test_files_are_private_and_go_with_the_connection(connect):
    before = folders()
    connection = connect()
    connection.execute("SELECT 1")
    assert folders() == before, "without a temporary table, nothing is on disk"
    connection.execute("CREATE TEMP TABLE x (a INTEGER)")
    (made,) = folders() - before
    folder = Path(tempfile.gettempdir(), made)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM x")
    connection.close()
    assert folders() == before


def test_files_of_a_process_that_died_are_removed_by_the_next(connect, sim):
    before = folders()
    program = "import pyodbc, sys; c = pyodbc.connect(sys.argv[1], autocommit=True); c.execute('CREATE TEMP TABLE x (a INTEGER)'); print('made', flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", program, account(sim.url)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "made\n"
        (left,) = folders() - before
        connect().execute("CREATE TEMP TABLE x (a INTEGER)")
        assert left in folders(), "its process lives"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert left in folders()
    connect().execute("CREATE TEMP TABLE x (a INTEGER)")
    assert left not in folders()


def test_a_connection_that_is_handed_on_has_no_tables(sim):
    with odbc.connected() as connection:
        connection.query("SELECT 1")
        with connection.statement() as statement:
            statement.execute("CREATE TEMP TABLE x (a INTEGER)")
        connection.call("SQLSetConnectAttr", c_int(116), 1, c_int(0))
        with pytest.raises(odbc.Failed) as error:
            connection.query("SELECT * FROM x")
        assert error.value.state == "42S02"


def test_a_read_only_connection_has_temporary_tables(connect, sim):
    cursor = connect("DSN=TwilioReadOnly").cursor()
    assert cursor.execute(LIVE).rowcount == 6
    assert cursor.execute("UPDATE picked SET Name = NULL").rowcount == 6
    assert cursor.execute("DELETE FROM picked WHERE Sid = ?", SALES).rowcount == 1
    assert cursor.execute("INSERT INTO picked (Sid) VALUES (?)", SALES).rowcount == 1
    assert state(cursor.execute, "INSERT INTO Conferences SELECT * FROM picked")[0] == "25006"
    sql = "UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid IN (SELECT Sid FROM picked)"
    assert state(cursor.execute, sql)[0] == "25006"
    cursor.execute("DROP TABLE picked")


def test_a_rollback_does_not_count_them(sim):
    with odbc.connected() as connection:
        with connection.statement() as statement:
            statement.execute("CREATE TEMP TABLE x (a INTEGER)")
            statement.execute("INSERT INTO x VALUES (1)")
        code = connection.library.call("SQLEndTran", c_short(odbc.DBC), connection.handle, c_short(1))
        assert (code, connection.diagnostics()) == (odbc.SUCCESS, [])
        assert connection.query("SELECT a FROM x") == [["1"]]


def test_an_open_cursor_keeps_the_rows_that_it_began_with(connection):
    writer = connection.cursor()
    writer.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(1000))")
    writer.executemany("INSERT INTO x VALUES (?, ?)", [(i, "x" * 1000) for i in range(300)])
    reader, late = connection.cursor(), connection.cursor()
    reader.execute("SELECT a FROM x ORDER BY a")
    assert reader.fetchone()[0] == 0
    late.execute("SELECT a FROM x ORDER BY a DESC")
    assert writer.execute("INSERT INTO x VALUES (300, '')").rowcount == 1
    assert writer.execute("DELETE FROM x WHERE a < 100").rowcount == 100
    assert writer.execute("SELECT COUNT(*) FROM x").fetchval() == 201
    writer.execute("DROP TABLE x")
    writer.execute("CREATE TEMP TABLE x (other DATE)")
    assert [a for (a,) in reader.fetchall()] == list(range(1, 300))
    assert [a for (a,) in late.fetchall()] == list(range(299, -1, -1))
    assert rows(writer, "SELECT * FROM x") == []


def test_a_table_is_changed_row_by_row_while_it_is_read(connection):
    reader, writer = connection.cursor(), connection.cursor()
    reader.execute("CREATE TEMP TABLE x (a INTEGER)")
    reader.executemany("INSERT INTO x VALUES (?)", [(i,) for i in range(50)])
    for (a,) in reader.execute("SELECT a FROM x"):
        writer.execute("INSERT INTO x VALUES (?)", a + 1000)
        writer.execute("DELETE FROM x WHERE a = ?", a)
    assert sorted(a for (a,) in writer.execute("SELECT a FROM x")) == list(range(1000, 1050))


def test_a_statement_follows_a_table_that_is_made_anew(sim):
    with odbc.connected() as connection, connection.statement() as query, connection.statement() as insert, connection.statement() as other:
        other.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(5))")
        query.prepare("SELECT * FROM x")
        insert.prepare("INSERT INTO x (a) VALUES (1)")
        insert.call("SQLExecute")
        other.execute("DROP TABLE x")
        for statement in (query, insert):
            assert statement.call("SQLExecute", check=False) == odbc.ERROR
            assert statement.diagnostics()[0].state == "42S02"
        other.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(5))")
        insert.call("SQLExecute")
        query.call("SQLExecute")
        assert query.rows() == [["1", None]]
        query.close()
        other.execute("DROP TABLE x")
        other.execute("CREATE TEMP TABLE x (b NVARCHAR(5), a INTEGER)")
        assert query.call("SQLExecute", check=False) == odbc.ERROR
        record = query.diagnostics()[0]
        assert (record.state, "prepare" in record.message) == ("HY007", True)
        insert.call("SQLExecute")
        query.prepare("SELECT * FROM x")
        query.call("SQLExecute")
        assert query.rows() == [[None, "1"]]


def test_a_prepared_create_runs_again_after_a_drop(sim):
    with odbc.connected() as connection, connection.statement() as create, connection.statement() as other:
        create.prepare("CREATE TEMP TABLE x AS SELECT Sid FROM Conferences WHERE Status = 'in-progress'")
        create.call("SQLExecute")
        assert create.row_count() == 6
        assert create.call("SQLExecute", check=False) == odbc.ERROR
        assert create.diagnostics()[0].state == "42S01"
        other.execute("DROP TABLE x")
        create.call("SQLExecute")
        assert connection.query("SELECT COUNT(*) FROM x") == [["6"]]


def test_many_rows_are_not_kept_in_memory(connection):
    """The rows take 100 MB; what the process grows by in the meantime is a small part of that."""
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE x (a INTEGER, b NVARCHAR(4000))")
    cursor.execute("INSERT INTO x VALUES (1, ?)", "x" * 3200)

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    for _ in range(15):
        cursor.execute("INSERT INTO x SELECT * FROM x")
    assert cursor.execute("SELECT COUNT(*) FROM x").fetchval() == 1 << 15
    assert resident() - before < 40 << 20


# What is told of them


def test_the_catalogue_lists_them(cursor):
    cursor.execute("CREATE TEMP TABLE Notes (Sid NVARCHAR(34) NOT NULL, Price DECIMAL(10, 4), Made TIMESTAMP, PRIMARY KEY (Sid))")
    (row,) = cursor.tables(tableType="LOCAL TEMPORARY").fetchall()
    assert tuple(row)[:4] == ("CData", "Twilio", "Notes", "LOCAL TEMPORARY")
    assert len(cursor.tables(table="notes").fetchall()) == 1
    assert "Notes" not in [row.table_name for row in cursor.tables(tableType="TABLE")]
    kinds = [row.table_type for row in cursor.tables(catalog="", schema="", table="", tableType="%")]
    assert kinds == ["LOCAL TEMPORARY", "SYSTEM TABLE", "TABLE", "VIEW"]
    found = [(c.column_name, c.data_type, c.type_name, c.column_size, c.decimal_digits, c.is_nullable) for c in cursor.columns(table="Notes")]
    assert found == [
        ("Sid", -9, "NVARCHAR", 34, None, "NO"),
        ("Price", 3, "DECIMAL", 10, 4, "YES"),
        ("Made", 93, "TIMESTAMP", 26, 6, "YES"),
    ]
    assert [row.column_name for row in cursor.rowIdColumns("Notes")] == ["Sid"]
    cursor.execute("DROP TABLE Notes")
    assert cursor.tables(tableType="LOCAL TEMPORARY").fetchall() == []


def test_result_columns_name_their_table(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute("CREATE TEMP TABLE Notes (Sid NVARCHAR(34))")
        statement.prepare("SELECT n.Sid AS Key_ FROM Notes n")
        found = []
        for field in (17, 16, 15, 22, 23):  # catalog, schema, table, base column, base table
            text, length = create_string_buffer(64), c_short()
            statement.call("SQLColAttribute", c_ushort(1), c_ushort(field), text, c_short(len(text)), byref(length), None)
            found.append(text.value.decode())
        assert found == ["CData", "Twilio", "Notes", "Sid", "Notes"]


def test_explain_calls_them_local(cursor, sim):
    cursor.execute("CREATE TEMP TABLE picked (Sid NVARCHAR(34) PRIMARY KEY, Note NVARCHAR(10))")
    cursor.execute("INSERT INTO picked VALUES (?, 'a')", SUPPORT)
    sim.clear()

    def steps(sql: str) -> list[tuple]:
        return [(r.TableName, r.Alias, r.Scan, r.Keys, r.ExpectedRequests) for r in cursor.execute("EXPLAIN " + sql)]

    local = ("picked", "k", "local", None, "0")
    join = "SELECT k.Note FROM picked k JOIN ConferenceParticipants p ON p.ConferenceSid = k.Sid"
    below = ("ConferenceParticipants", "p", "list", "ConferenceSid = <k.Sid>", "1 per page for each row of k")
    assert steps(join) == [local, below]
    listed = "SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid IN (SELECT Note FROM picked)"
    assert [step[:3] for step in steps(listed)] == [("picked", None, "local"), ("ConferenceParticipants", None, "list")]
    assert steps("SELECT COUNT(*) FROM picked k") == [local]
    assert steps("SELECT Note FROM picked k WHERE Sid = 'x'") == [local]
    written = ("picked", None, "local", None, "0")
    assert steps("DROP TABLE picked") == [written]
    assert steps("INSERT INTO picked VALUES (?, ?)") == [written]
    conferences = ("Conferences", None, "list", None, "1 per page")
    assert steps("INSERT INTO picked SELECT Sid, Name FROM Conferences") == [conferences, written]
    deleted = [step[:3] for step in steps("DELETE FROM picked WHERE Sid IN (SELECT Sid FROM Conferences)")]
    assert deleted[-1] == ("picked", None, "local")
    assert sorted(deleted[:-1]) == [("Conferences", None, "list"), ("picked", None, "local")]
    assert sim.requests() == []
    assert rows(cursor, "SELECT Note FROM picked") == [("a",)]


def test_what_get_info_says_holds(connection):
    create = connection.getinfo(pyodbc.SQL_CREATE_TABLE)
    assert create & 0x10, "SQL_CT_LOCAL_TEMPORARY"
    assert not create & 0x1, "SQL_CT_CREATE_TABLE: nothing but temporary tables"
    assert connection.getinfo(pyodbc.SQL_DROP_TABLE) == 7
    assert connection.getinfo(pyodbc.SQL_INSERT_STATEMENT) == 7


def test_native_sql_gives_them_back(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute("CREATE TEMP TABLE x (a INTEGER)")
        for sql, expected in (("INSERT INTO x VALUES ({fn ABS(1)})", "INSERT INTO x"), ("SELECT a FROM x", "Twilio.x")):
            out, length = create_string_buffer(500), c_int()
            connection.call("SQLNativeSql", sql.encode(), c_int(odbc.NTS), out, c_int(len(out)), byref(length))
            assert expected in out.value.decode()


def test_a_temporary_table_may_have_the_name_of_a_table_in_another_schema(connection):
    """Without a schema the temporary one is meant; with its schema the other one is still there."""
    cursor = connection.cursor()
    columns = [column[0] for column in cursor.execute("SELECT * FROM Video.Rooms WHERE 1 = 0").description]
    cursor.execute("CREATE TEMP TABLE Rooms (Name VARCHAR(20))")
    cursor.execute("INSERT INTO Rooms VALUES ('Berlin')")
    assert [tuple(row) for row in cursor.execute("SELECT * FROM Rooms")] == [("Berlin",)]
    assert [tuple(row) for row in cursor.execute("SELECT * FROM Twilio.Rooms")] == [("Berlin",)]
    assert [column[0] for column in cursor.execute("SELECT * FROM Video.Rooms WHERE 1 = 0").description] == columns
    cursor.execute("DROP TABLE Rooms")
    assert [column[0] for column in cursor.execute("SELECT * FROM Rooms WHERE 1 = 0").description] == columns
    with pytest.raises(pyodbc.Error, match="42S01"):
        cursor.execute("CREATE TEMP TABLE Calls (Name VARCHAR(20))")
