"""SQLDescribeParam: what a marker is in each place that it can stand in."""

from ctypes import byref, c_short, c_size_t, c_ushort

import pytest

import odbc

TEXT, BIT, INTEGER, BIGINT, DECIMAL, DOUBLE, DATE, TIME, TIMESTAMP = -9, -7, 4, -5, 3, 8, 91, 92, 93
ANY = (TEXT, 4000, 0)
WHOLE = (BIGINT, 19, 0)

PLACES = {
    # Beside a column.
    "SELECT * FROM Messages WHERE DateSent > ?": [(TIMESTAMP, 19, 0)],
    "SELECT * FROM Messages WHERE ? < DateSent": [(TIMESTAMP, 19, 0)],
    "SELECT * FROM Messages WHERE Price <> ?": [(DECIMAL, 18, 6)],
    "SELECT * FROM Messages WHERE Price IS NOT DISTINCT FROM ?": [(DECIMAL, 18, 6)],
    "SELECT * FROM Messages WHERE (Price, Status) = (?, ?)": [(DECIMAL, 18, 6), (TEXT, 32, 0)],
    "SELECT * FROM ConferenceParticipants WHERE Muted = ? AND ConferenceSid = ?": [(BIT, 1, 0), (TEXT, 34, 0)],
    "SELECT * FROM Messages m JOIN Media x ON x.MessageSid = m.Sid AND x.ContentType = ?": [(TEXT, 255, 0)],
    "SELECT Status FROM Messages GROUP BY Status HAVING COUNT(*) > ?": [WHOLE],
    # In predicates.
    "SELECT * FROM Messages WHERE Body LIKE ?": [ANY],
    "SELECT * FROM Messages WHERE Body LIKE ? ESCAPE ?": [ANY, ANY],
    "SELECT * FROM Messages WHERE Price BETWEEN ? AND ?": [(DECIMAL, 18, 6)] * 2,
    "SELECT * FROM Messages WHERE ? BETWEEN DateSent AND DateUpdated": [(TIMESTAMP, 19, 0)],
    "SELECT * FROM Messages WHERE NumSegments IN (?, ?)": [(INTEGER, 10, 0)] * 2,
    "SELECT * FROM Messages WHERE Sid IN (SELECT MessageSid FROM Media WHERE DateCreated >= ?)": [(TIMESTAMP, 19, 0)],
    # Where rows are counted.
    "SELECT * FROM Messages LIMIT ?": [WHOLE],
    "SELECT * FROM Messages LIMIT ? OFFSET ?": [WHOLE, WHOLE],
    "SELECT TOP ? * FROM Messages": [WHOLE],
    # In expressions.
    "SELECT ?": [ANY],
    "SELECT CAST(? AS DATE), CAST(? AS TIME)": [(DATE, 10, 0), (TIME, 8, 0)],
    "SELECT {fn CONVERT(?, SQL_INTEGER)}": [(INTEGER, 10, 0)],
    "SELECT UPPER(?)": [ANY],
    "SELECT ABS(?)": [(DOUBLE, 15, 0)],
    "SELECT {fn LEFT(Body, ?)} FROM Messages": [(INTEGER, 10, 0)],
    "SELECT {fn TIMESTAMPADD(SQL_TSI_DAY, ?, DateSent)} FROM Messages": [(INTEGER, 10, 0)],
    "SELECT SUBSTRING(Body, ?, ?) FROM Messages": [(INTEGER, 10, 0)] * 2,
    "SELECT COALESCE(Price, ?) FROM Messages": [(DECIMAL, 18, 6)],
    "SELECT NULLIF(NumSegments, ?) FROM Messages": [(INTEGER, 10, 0)],
    "SELECT CASE WHEN Status = ? THEN ? ELSE Body END FROM Messages": [(TEXT, 32, 0), ANY],
    "SELECT Body || ? FROM Messages": [ANY],
    "SELECT ? + NumSegments FROM Messages": [(DECIMAL, 38, 10)],
    # What is written.
    "INSERT INTO Messages (To, Sender, Body) VALUES (?, ?, ?)": [(TEXT, 128, 0), (TEXT, 128, 0), (TEXT, 1600, 0)],
    "UPDATE ConferenceParticipants SET Muted = ? WHERE ConferenceSid = ? AND CallSid = ?": [(BIT, 1, 0), (TEXT, 34, 0), (TEXT, 34, 0)],
    "DELETE FROM Messages WHERE Sid = ?": [(TEXT, 34, 0)],
    "EXEC SendMessage To = ?, Sender = ?, Body = ?": [(TEXT, 128, 0), (TEXT, 128, 0), (TEXT, 1600, 0)],
    "{? = call EndCall(?)}": [(INTEGER, 10, 0), (TEXT, 34, 0)],
}  # fmt: skip


@pytest.fixture
def statement(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        yield statement


def described(statement: odbc.Statement) -> list[tuple[int, int, int]]:
    count = c_short()
    statement.call("SQLNumParams", byref(count))
    found = []
    for number in range(1, count.value + 1):
        sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short(7)
        statement.call("SQLDescribeParam", c_ushort(number), byref(sql_type), byref(size), byref(digits), byref(nullable))
        assert nullable.value in (0, 1, 2)
        found.append((sql_type.value, size.value, digits.value))
    return found


@pytest.mark.parametrize("sql", PLACES)
def test_a_marker_is_what_its_place_needs(statement, sql, sim):
    statement.prepare(sql)
    sim.clear()
    assert described(statement) == PLACES[sql]
    assert sim.requests() == []


def test_numbers_that_no_marker_has(statement):
    statement.prepare("SELECT * FROM Messages WHERE Sid = ?")
    for number in (0, 2):
        with pytest.raises(odbc.Failed) as failed:
            statement.call("SQLDescribeParam", c_ushort(number), *[None] * 4)
        assert failed.value.state == "07009"
    assert statement.call("SQLDescribeParam", c_ushort(1), *[None] * 4) == odbc.SUCCESS


def test_a_statement_that_is_not_prepared(statement):
    with pytest.raises(odbc.Failed) as failed:
        statement.call("SQLDescribeParam", c_ushort(1), *[None] * 4)
    assert failed.value.state == "HY010"
