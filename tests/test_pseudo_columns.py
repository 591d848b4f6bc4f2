"""Pseudo columns: what a list takes and no row shows is asked for by a hidden column."""

import datetime

import pyodbc
import pytest

import support
from support import ACCOUNT, ROOT

NUMBERS = "IncomingPhoneNumbersLocal"


@pytest.fixture(scope="module")
def generic():
    simulator = support.Simulator("--model", str(ROOT / "src" / "model" / "data"))
    yield simulator
    simulator.stop()


@pytest.fixture
def cursor(generic, connect):
    cursor = connect(support.account(generic.url + "/{product}")).cursor()
    generic.clear()
    return cursor


def sent(generic) -> list[dict[str, str]]:
    """The queries of the first pages, without the size of the pages."""
    queries = [request.query for request in generic.requests()]
    return [
        {name: value for name, value in query.items() if name != "PageSize"} for query in queries if "Page" not in query
    ]


def sorted_by_text(queries):
    return sorted(queries, key=str)


@pytest.mark.parametrize(
    ("condition", "queries"),
    [
        ("BetaParameter = true", [{"Beta": "true"}]),
        ("BetaParameter = 0", [{"Beta": "false"}]),
        ("BetaParameter", [{"Beta": "true"}]),
        ("NOT BetaParameter", [{"Beta": "false"}]),
        ("BetaParameter IS TRUE", [{"Beta": "true"}]),
        ("BetaParameter <> true", [{"Beta": "false"}]),
        ("betaparameter = true AND PhoneNumberParameter = '+1' || '555'", [{"Beta": "true", "PhoneNumber": "+1555"}]),
        ("PhoneNumberParameter IN ('+1', '+2', '+1', NULL)", [{"PhoneNumber": "+1"}, {"PhoneNumber": "+2"}]),
        (
            "(PhoneNumberParameter = '+1' OR '+2' = PhoneNumberParameter OR PhoneNumberParameter IN ('+3'))",
            [{"PhoneNumber": "+1"}, {"PhoneNumber": "+2"}, {"PhoneNumber": "+3"}],
        ),
        ("BetaParameter = true AND BetaParameter = false", []),
        ("BetaParameter = NULL", []),
    ],
)
@pytest.mark.parametrize("pushdown", ["1", "0"])
def test_a_condition_is_sent_and_its_rows_are_kept(connect, generic, pushdown, condition, queries):
    cursor = connect(support.account(generic.url + "/{product}", Pushdown=pushdown)).cursor()
    generic.clear()
    rows = cursor.execute(f"SELECT Sid FROM {NUMBERS} WHERE {condition}").fetchall()
    assert sorted_by_text(sent(generic)) == sorted_by_text(queries)
    assert len(rows) == 3 * len(queries), "each list has three rows"


def test_rows_show_what_was_sent(cursor):
    assert {row[0] for row in cursor.execute(f"SELECT BetaParameter FROM {NUMBERS}")} == {None}
    rows = cursor.execute(f"SELECT BetaParameter, COUNT(*) FROM {NUMBERS} WHERE BetaParameter IN (true, false) GROUP BY 1")
    assert sorted(map(tuple, rows)) == [(False, 3), (True, 3)]
    assert "BetaParameter" not in [column[0] for column in cursor.execute(f"SELECT * FROM {NUMBERS}").description]


def test_every_type_is_sent_as_twilio_writes_it(cursor, generic):
    statement = "SELECT StartTime, EndTime, Granularity FROM SuperSim.UsageRecords WHERE StartTime = ? AND EndTime = ? AND Granularity = ?"
    start, end = datetime.datetime(2024, 5, 1, 10), datetime.datetime(2024, 6, 1)
    rows = cursor.execute(statement, start, end, "day").fetchall()
    assert [tuple(row) for row in rows] == [(start, end, "day")] * 3
    assert sent(generic) == [
        {"StartTime": "2024-05-01T10:00:00Z", "EndTime": "2024-06-01T00:00:00Z", "Granularity": "day"}
    ]
    generic.clear()
    statement = "SELECT StartDateParameter, IncludeSubaccounts FROM UsageRecordsToday WHERE StartDateParameter = '2024-05-01' AND IncludeSubaccounts = '1'"
    assert tuple(cursor.execute(statement).fetchone()) == (datetime.date(2024, 5, 1), True)
    assert sent(generic) == [{"StartDate": "2024-05-01", "IncludeSubaccounts": "true"}]


def test_a_list_of_values_is_a_repeated_parameter(cursor, generic):
    rows = cursor.execute("SELECT Codec FROM Insights.VideoRoomSummaries WHERE Codec = 'VP8, H264'").fetchall()
    assert [row[0] for row in rows] == ["VP8, H264"] * 3
    assert generic.log()[0]["query"]["pairs"][:2] == [["Codec", "VP8"], ["Codec", "H264"]]


def test_a_join_gives_the_value_of_each_row(cursor, generic):
    cursor.execute("CREATE TEMP TABLE wanted (number VARCHAR(16))")
    cursor.execute("INSERT INTO wanted VALUES ('+1'), ('+2'), (NULL)")
    # In whichever order the tables are written.
    for tables in (f"wanted w, {NUMBERS} n", f"{NUMBERS} n, wanted w"):
        generic.clear()
        rows = cursor.execute(f"SELECT number, Sid FROM {tables} WHERE n.PhoneNumberParameter = w.number").fetchall()
        assert sorted(row.number for row in rows) == ["+1"] * 3 + ["+2"] * 3
        assert sorted_by_text(sent(generic)) == [{"PhoneNumber": "+1"}, {"PhoneNumber": "+2"}]
    generic.clear()
    left = f"SELECT number, Sid FROM wanted w LEFT JOIN {NUMBERS} n ON n.PhoneNumberParameter = w.number AND n.BetaParameter"
    assert len(cursor.execute(left).fetchall()) == 7
    assert sent(generic) == [{"PhoneNumber": n, "Beta": "true"} for n in ("+1", "+2")]


def test_the_branches_of_an_or_are_asked_with_it(cursor, generic):
    cursor.execute(f"SELECT Sid FROM {NUMBERS} WHERE BetaParameter AND (Origin = 'x' OR FriendlyName = 'y')").fetchall()
    assert sorted_by_text(sent(generic)) == sorted_by_text(
        [{"Beta": "true", "Origin": "x"}, {"Beta": "true", "FriendlyName": "y"}]
    )


def test_a_row_read_by_its_path_shows_what_was_asked_for(cursor, generic):
    sid = cursor.execute("SELECT Sid FROM Twilio.Recordings").fetchval()
    generic.clear()
    statement = "SELECT Sid, IncludeSoftDeleted FROM Twilio.Recordings WHERE Sid = ? AND IncludeSoftDeleted = true"
    assert tuple(cursor.execute(statement, sid).fetchone()) == (sid, True)
    assert sent(generic) == [{}]


REFUSED = [
    ("BetaParameter = true OR Origin = 'x'", "write BetaParameter = …"),
    ("NOT (BetaParameter = true AND Origin = 'x')", "write BetaParameter = …"),
    ("BetaParameter IS NULL", "write BetaParameter = …"),
    ("BetaParameter IS NOT TRUE", "write BetaParameter = …"),
    ("PhoneNumberParameter <> '+1'", "write PhoneNumberParameter = …"),
    ("PhoneNumberParameter NOT IN ('+1')", "write PhoneNumberParameter = …"),
    ("PhoneNumberParameter < '+1'", "write PhoneNumberParameter = …"),
    ("PhoneNumberParameter BETWEEN '+1' AND '+2'", "write PhoneNumberParameter = …"),
    ("PhoneNumberParameter LIKE '+1%'", "write PhoneNumberParameter = …"),
    ("UPPER(PhoneNumberParameter) = '+1'", "write PhoneNumberParameter = …"),
    ("PhoneNumberParameter = PhoneNumber", "write PhoneNumberParameter = …"),
    ("CASE WHEN BetaParameter THEN 1 ELSE 0 END = 1", "write BetaParameter = …"),
]


@pytest.mark.parametrize("prefix", ["", "EXPLAIN "])
@pytest.mark.parametrize(("condition", "hint"), REFUSED)
def test_what_asks_for_no_value_is_refused_before_anything_is_sent(cursor, generic, prefix, condition, hint):
    with pytest.raises(pyodbc.ProgrammingError) as raised:
        cursor.execute(f"{prefix}SELECT * FROM {NUMBERS} WHERE {condition}")
    assert raised.value.args[0] == "42000" and hint in raised.value.args[1]
    assert generic.requests() == []


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT * FROM (SELECT Sid, BetaParameter FROM {NUMBERS}) n WHERE BetaParameter = true",
        f"WITH n AS (SELECT Sid, BetaParameter AS b FROM {NUMBERS}) SELECT * FROM n WHERE b = true",
        f"SELECT COUNT(*) FROM {NUMBERS} GROUP BY BetaParameter HAVING BetaParameter = true",
        f"SELECT * FROM {NUMBERS} n LEFT JOIN Conferences c ON c.Name = n.FriendlyName AND n.BetaParameter = true",
        f"SELECT * FROM {NUMBERS} n FULL JOIN Conferences c ON c.Name = n.FriendlyName WHERE n.BetaParameter = true",
        f"SELECT * FROM {NUMBERS} n WHERE EXISTS (SELECT 1 FROM Conferences c WHERE c.Name = n.PhoneNumberParameter)",
        f"SELECT * FROM {NUMBERS} a JOIN {NUMBERS} b ON a.BetaParameter = b.BetaParameter",
    ],
)
def test_a_condition_that_does_not_reach_the_request_is_refused(cursor, generic, sql):
    with pytest.raises(pyodbc.ProgrammingError) as raised:
        cursor.execute(sql)
    state, message = raised.value.args
    assert state == "42000" and "is a part of the request for" in message
    assert generic.requests() == []


def test_a_value_that_cannot_be_sent_is_refused(cursor, generic):
    with pytest.raises(pyodbc.DataError, match="22018.*Granularity is 'week', but takes hour, day, all"):
        cursor.execute("SELECT * FROM SuperSim.UsageRecords WHERE Granularity = 'week'").fetchall()
    assert generic.requests() == []


def test_a_parameter_that_has_to_be_sent(cursor, generic):
    with pytest.raises(pyodbc.ProgrammingError, match="42000.*ChannelsSenders needs a value for Channel"):
        cursor.execute("SELECT * FROM ChannelsSenders")
    assert generic.requests() == []
    rows = cursor.execute("SELECT Sid, Channel FROM ChannelsSenders WHERE Channel = 'whatsapp'").fetchall()
    assert {row.Channel for row in rows} == {"whatsapp"}
    assert sent(generic) == [{"Channel": "whatsapp"}]
    generic.clear()
    cursor.execute("SELECT Sid FROM ChannelsSenders WHERE Sid = ?", rows[0].Sid).fetchall()
    assert sent(generic) == [{}], "a row's own path needs none"


def test_an_explanation_names_what_is_sent(cursor, generic):
    explain = f"EXPLAIN SELECT * FROM {NUMBERS} WHERE BetaParameter = ? AND PhoneNumberParameter IN ('+1', '+2')"
    (row,) = cursor.execute(explain).fetchall()
    assert row.Pushed == "Beta=?1&PhoneNumber=<+1, +2>"
    (row,) = cursor.execute(explain, True).fetchall()
    assert row.Pushed == "Beta=true&PhoneNumber=<+1, +2>"
    assert "for each of 2 values" in row.ExpectedRequests
    update = "EXPLAIN UPDATE IncomingPhoneNumbers SET FriendlyName = 'x' WHERE BetaParameter = true"
    assert cursor.execute(update).fetchone().Pushed == "Beta=true"
    assert generic.requests() == []


def test_a_change_finds_its_rows_by_it(cursor, generic):
    with pytest.raises(pyodbc.Error):
        cursor.execute("DELETE FROM IncomingPhoneNumbers WHERE BetaParameter = true")
    assert sent(generic)[0] == {"Beta": "true"}


def test_the_setting_lists_them(connect, generic):
    listed = connect(support.account(generic.url + "/{product}", PseudoColumns=f"{NUMBERS}=BetaParameter")).cursor()
    names = [row.column_name for row in listed.columns(table=NUMBERS)]
    assert "BetaParameter" in names and "PhoneNumberParameter" not in names
    unlisted = connect(support.account(generic.url + "/{product}")).cursor()
    assert "BetaParameter" not in [row.column_name for row in unlisted.columns(table=NUMBERS)]


def test_the_lists_below_each_key_are_asked_with_it(cursor, generic):
    """A switch beside a key that a join gives."""
    rows = cursor.execute(
        "SELECT s.Sid, w.TaskQueueName FROM TaskRouter.Workspaces s "
        "JOIN TaskRouter.Workers w ON w.WorkspaceSid = s.Sid AND w.AvailableParameter = '1'"
    ).fetchall()
    assert rows
    queries = [query for query in sent(generic) if query]
    assert queries and all(query == {"Available": "1"} for query in queries)
