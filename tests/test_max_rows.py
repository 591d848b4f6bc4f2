"""MaxRows and SQL_ATTR_MAX_ROWS: the most rows that a result set has."""

from ctypes import c_int, c_void_p

import pyodbc
import pytest

import odbc
from support import MESSAGES, PHOTOS, SUPPORT

MAX_ROWS = 1


@pytest.fixture
def limited(connect, sim):
    """Makes a cursor of a connection with MaxRows."""

    def open(rows: int):
        cursor = connect(f"DSN=Twilio;MaxRows={rows}").cursor()
        sim.clear()
        return cursor

    return open


def run(cursor, sql: str, *parameters) -> list[tuple]:
    return [tuple(row) for row in cursor.execute(sql, *parameters)]


QUERIES = [
    "SELECT Sid FROM Messages",
    "SELECT * FROM Messages",
    "SELECT Sid FROM Messages WHERE Status = 'delivered'",
    "SELECT Sid, Body FROM Messages ORDER BY DateCreated",
    "SELECT Sid FROM Messages ORDER BY DateCreated DESC LIMIT 20 OFFSET 2",
    "SELECT TOP 10 Sid FROM Messages",
    "SELECT DISTINCT Status FROM Messages ORDER BY 1",
    "SELECT Status, COUNT(*) FROM Messages GROUP BY Status HAVING COUNT(*) >= 1 ORDER BY 2 DESC, 1",
    "SELECT Sid, ROW_NUMBER() OVER (ORDER BY DateCreated, Sid) FROM Messages ORDER BY 2",
    "SELECT Sid FROM Messages UNION ALL SELECT Sid FROM Conferences",
    "SELECT Status FROM Messages UNION SELECT Status FROM Conferences ORDER BY 1 DESC",
    "SELECT Sid FROM (SELECT Sid FROM Conferences ORDER BY Name LIMIT 9) c",
    "WITH c AS (SELECT Sid, Name FROM Conferences) SELECT Name FROM c ORDER BY Name",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n",
    "VALUES (1), (2), (3), (4)",
    "SELECT a.Sid, b.Sid, a.*, 1 AS Sid FROM Messages a JOIN Messages b ON a.Sid = b.Sid ORDER BY a.Sid",
    "SELECT c.Name, p.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid ORDER BY p.CallSid",
    "SELECT Sid FROM Messages m WHERE EXISTS (SELECT 1 FROM Conferences WHERE Status = 'init') ORDER BY Sid",
]


@pytest.mark.parametrize("sql", QUERIES)
def test_the_first_rows_of_every_form_of_query(cursor, limited, sql):
    whole = run(cursor, sql)
    names = [described[:2] for described in cursor.description]
    assert len(whole) > 3
    few = limited(3)
    assert run(few, sql) == whole[:3]
    assert [described[:2] for described in few.description] == names


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT Sid FROM Messages LIMIT 2", 2),
        ("SELECT Sid FROM Messages WHERE Status = 'scheduled'", 1),
        ("SELECT Sid FROM Messages LIMIT 0", 0),
        ("SELECT 1", 1),
    ],
)
def test_fewer_rows_stay_as_they_are(limited, sql, rows):
    assert len(run(limited(3), sql)) == rows


def test_what_is_counted_is_not_cut(limited):
    assert run(limited(3), "SELECT COUNT(*) FROM Messages") == [(MESSAGES,)]
    assert run(limited(3), "SELECT COUNT(*) FROM (SELECT Sid FROM Messages) m") == [(MESSAGES,)]


def test_parameters(limited, sim):
    sql = "SELECT Sid FROM Messages WHERE Sender = ?"
    assert len(run(limited(3), sql, "+14155550100")) == 3
    assert [request.query for request in sim.requests()] == [{"From": "+14155550100", "PageSize": "3"}]


@pytest.mark.parametrize(
    ("sql", "size"),
    [
        ("SELECT Sid FROM Messages", "3"),
        ("SELECT Sid FROM Messages WHERE Sender = '+14155550100'", "3"),
        ("SELECT Sid FROM Messages WHERE Status = 'delivered'", "1000"),
        ("SELECT Sid FROM Messages ORDER BY DateCreated", "1000"),
        ("SELECT Sid FROM Messages LIMIT 2", "2"),
        ("SELECT Sid FROM Messages LIMIT 10", "3"),
        ("SELECT TOP 10 Sid FROM Messages", "3"),
        ("SELECT Sid FROM Messages LIMIT 10 OFFSET 2", "5"),
        ("SELECT Sid FROM Messages LIMIT 2 OFFSET 2", "4"),
    ],
)
def test_pages_are_small_where_no_row_can_be_dropped_or_moved(limited, sim, sql, size):
    run(limited(3), sql)
    assert [request.query["PageSize"] for request in sim.requests()] == [size]


def test_no_page_is_asked_for_in_vain(connect, new_simulator):
    one = new_simulator("--messages", "5000")
    cursor = connect(f"DSN=Twilio;BaseUrl={one.url};MaxRows=1500").cursor()
    one.clear()
    assert len(run(cursor, "SELECT Sid FROM Messages WHERE Status <> 'x'")) == 1500
    assert len(one.lines()) == 2


def test_explain_tells_it(limited, sim):
    rows = limited(1).execute("EXPLAIN SELECT c.Name FROM Conferences c, Messages m WHERE c.Sid = m.Body").fetchall()
    assert len(rows) == 2, "its own rows are not those of the query"
    (row,) = limited(3).execute("EXPLAIN SELECT Sid FROM Messages").fetchall()
    assert (row.PageSize, row.ExpectedRequests) == (3, "1")
    (row,) = limited(3).execute("EXPLAIN SELECT Sid FROM Messages LIMIT 10").fetchall()
    assert (row.PageSize, row.ExpectedRequests) == (3, "1")
    assert sim.requests() == []


def test_writes_find_all_their_rows(limited):
    cursor = limited(1)
    assert cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}'").rowcount == 5
    assert cursor.execute(f"DELETE FROM Media WHERE MessageSid = '{PHOTOS}'").rowcount == 3


def test_catalogue_functions_are_no_queries(limited):
    assert len(limited(1).tables().fetchall()) > 5


def test_no_limit_can_be_written(limited):
    assert len(run(limited(0), "SELECT Sid FROM Messages")) == MESSAGES


@pytest.mark.parametrize("value", ["-1", "many", "1.5"])
def test_what_is_no_number_is_refused(connect, value):
    with pytest.raises(pyodbc.Error, match="MaxRows"):
        connect(f"DSN=Twilio;MaxRows={value}")


def put(statement, rows: int) -> None:
    statement.call("SQLSetStmtAttr", c_int(MAX_ROWS), c_void_p(rows), c_int(0))


@pytest.mark.parametrize(("attribute", "own", "rows"), [(2, 0, 2), (2, 5, 2), (5, 2, 2), (0, 4, 4), (0, 0, MESSAGES)])
def test_the_smaller_of_attribute_and_property(sim, attribute, own, rows):
    with odbc.environment() as env, env.connection() as connection:
        connection.driver_connect(f"DSN=Twilio;MaxRows={own}", check=True)
        sim.clear()
        with connection.statement() as statement:
            put(statement, attribute)
            statement.execute("SELECT Sid FROM Messages")
            assert len(statement.rows()) == rows
    size = "1000" if rows == MESSAGES else str(rows)
    assert [request.query for request in sim.requests()] == [{"PageSize": size}]


def test_the_attribute_may_change_between_executions(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.prepare("SELECT Sid FROM Messages")
        sim.clear()
        for rows in [3, 0, 2, 2]:
            put(statement, rows)
            statement.call("SQLExecute")
            assert len(statement.rows()) == (rows or MESSAGES)
            statement.close()
    assert [request.query["PageSize"] for request in sim.requests()] == ["3", "1000", "2", "2"]


def test_the_attribute_holds_for_catalogue_functions(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        put(statement, 2)
        statement.call("SQLTables", None, *[odbc.c_short(0), None] * 3, odbc.c_short(0))
        assert len(statement.rows()) == 2
