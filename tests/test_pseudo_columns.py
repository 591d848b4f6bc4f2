"""Pseudo columns: what a list takes and no row shows is asked for by a hidden column."""

import datetime

import pyodbc
import pytest

import support

BUNDLES = "Numbers.Bundles"


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
        ("HasValidUntilDate = true", [{"HasValidUntilDate": "true"}]),
        ("HasValidUntilDate = 0", [{"HasValidUntilDate": "false"}]),
        ("HasValidUntilDate", [{"HasValidUntilDate": "true"}]),
        ("NOT HasValidUntilDate", [{"HasValidUntilDate": "false"}]),
        ("HasValidUntilDate IS TRUE", [{"HasValidUntilDate": "true"}]),
        ("HasValidUntilDate <> true", [{"HasValidUntilDate": "false"}]),
        ("hasvaliduntildate = true AND NumberType = '+1' || '555'", [{"HasValidUntilDate": "true", "NumberType": "+1555"}]),
        ("NumberType IN ('+1', '+2', '+1', NULL)", [{"NumberType": "+1"}, {"NumberType": "+2"}]),
        (
            "(NumberType = '+1' OR '+2' = NumberType OR NumberType IN ('+3'))",
            [{"NumberType": "+1"}, {"NumberType": "+2"}, {"NumberType": "+3"}],
        ),
        ("HasValidUntilDate = true AND HasValidUntilDate = false", []),
        ("HasValidUntilDate = NULL", []),
    ],
)
@pytest.mark.parametrize("pushdown", ["1", "0"])
def test_a_condition_is_sent_and_its_rows_are_kept(connect, generic, pushdown, condition, queries):
    cursor = connect(support.account(generic.url + "/{product}", Pushdown=pushdown)).cursor()
    generic.clear()
    rows = cursor.execute(f"SELECT Sid FROM {BUNDLES} WHERE {condition}").fetchall()
    assert sorted_by_text(sent(generic)) == sorted_by_text(queries)
    assert len(rows) == 3 * len(queries), "each list has three rows"


def test_rows_show_what_was_sent(cursor):
    assert {row[0] for row in cursor.execute(f"SELECT HasValidUntilDate FROM {BUNDLES}")} == {None}
    rows = cursor.execute(f"SELECT HasValidUntilDate, COUNT(*) FROM {BUNDLES} WHERE HasValidUntilDate IN (true, false) GROUP BY 1")
    assert sorted(map(tuple, rows)) == [(False, 3), (True, 3)]
    assert "HasValidUntilDate" not in [column[0] for column in cursor.execute(f"SELECT * FROM {BUNDLES}").description]


def test_every_type_is_sent_as_twilio_writes_it(cursor, generic):
    statement = "SELECT StartTime, EndTime, Granularity FROM SuperSim.UsageRecords WHERE StartTime = ? AND EndTime = ? AND Granularity = ?"
    start, end = datetime.datetime(2024, 5, 1, 10), datetime.datetime(2024, 6, 1)
    rows = cursor.execute(statement, start, end, "day").fetchall()
    assert [tuple(row) for row in rows] == [(start, end, "day")] * 3
    assert sent(generic) == [
        {"StartTime": "2024-05-01T10:00:00Z", "EndTime": "2024-06-01T00:00:00Z", "Granularity": "day"}
    ]
    generic.clear()
    # The sign of a bound is in the parameter's name.
    assert cursor.execute("SELECT ValidUntilDateTo FROM Bundles WHERE ValidUntilDateTo = '2024-05-01'").fetchval()
    assert sent(generic) == [{"ValidUntilDate<": "2024-05-01T00:00:00Z"}]
    generic.clear()
    hooks = "SELECT FriendlyName, FriendlyNameParameter FROM Video.CompositionHooks WHERE FriendlyNameParameter = 'a*'"
    name, given = cursor.execute(hooks).fetchone()
    assert given == "a*" != name, "a column has the parameter's name"
    assert sent(generic) == [{"FriendlyName": "a*"}]


def test_a_list_of_values_is_a_repeated_parameter(cursor, generic):
    rows = cursor.execute("SELECT Codec FROM Insights.VideoRoomSummaries WHERE Codec = 'VP8, H264'").fetchall()
    assert [row[0] for row in rows] == ["VP8, H264"] * 3
    assert generic.log()[0]["query"]["pairs"][:2] == [["Codec", "VP8"], ["Codec", "H264"]]


def test_a_join_gives_the_value_of_each_row(cursor, generic):
    cursor.execute("CREATE TEMP TABLE wanted (number VARCHAR(16))")
    cursor.execute("INSERT INTO wanted VALUES ('+1'), ('+2'), (NULL)")
    # In whichever order the tables are written.
    for tables in (f"wanted w, {BUNDLES} n", f"{BUNDLES} n, wanted w"):
        generic.clear()
        rows = cursor.execute(f"SELECT number, Sid FROM {tables} WHERE n.NumberType = w.number").fetchall()
        assert sorted(row.number for row in rows) == ["+1"] * 3 + ["+2"] * 3
        assert sorted_by_text(sent(generic)) == [{"NumberType": "+1"}, {"NumberType": "+2"}]
    generic.clear()
    left = f"SELECT number, Sid FROM wanted w LEFT JOIN {BUNDLES} n ON n.NumberType = w.number AND n.HasValidUntilDate"
    assert len(cursor.execute(left).fetchall()) == 7
    assert sent(generic) == [{"NumberType": n, "HasValidUntilDate": "true"} for n in ("+1", "+2")]


def test_the_branches_of_an_or_are_asked_with_it(cursor, generic):
    cursor.execute(f"SELECT Sid FROM {BUNDLES} WHERE HasValidUntilDate AND (Status = 'draft' OR FriendlyName = 'y')").fetchall()
    assert sorted_by_text(sent(generic)) == sorted_by_text(
        [{"HasValidUntilDate": "true", "Status": "draft"}, {"HasValidUntilDate": "true", "FriendlyName": "y"}]
    )


def test_a_row_read_by_its_path_shows_what_was_asked_for(cursor, generic):
    sid = cursor.execute(f"SELECT Sid FROM {BUNDLES}").fetchval()
    generic.clear()
    statement = f"SELECT Sid, HasValidUntilDate FROM {BUNDLES} WHERE Sid = ? AND HasValidUntilDate = true"
    assert tuple(cursor.execute(statement, sid).fetchone()) == (sid, True)
    assert sent(generic) == [{}]


REFUSED = [
    ("HasValidUntilDate = true OR Status = 'x'", "write HasValidUntilDate = …"),
    ("NOT (HasValidUntilDate = true AND Status = 'x')", "write HasValidUntilDate = …"),
    ("HasValidUntilDate IS NULL", "write HasValidUntilDate = …"),
    ("HasValidUntilDate IS NOT TRUE", "write HasValidUntilDate = …"),
    ("NumberType <> '+1'", "write NumberType = …"),
    ("NumberType NOT IN ('+1')", "write NumberType = …"),
    ("NumberType < '+1'", "write NumberType = …"),
    ("NumberType BETWEEN '+1' AND '+2'", "write NumberType = …"),
    ("NumberType LIKE '+1%'", "write NumberType = …"),
    ("UPPER(NumberType) = '+1'", "write NumberType = …"),
    ("NumberType = FriendlyName", "write NumberType = …"),
    ("CASE WHEN HasValidUntilDate THEN 1 ELSE 0 END = 1", "write HasValidUntilDate = …"),
]


@pytest.mark.parametrize("prefix", ["", "EXPLAIN "])
@pytest.mark.parametrize(("condition", "hint"), REFUSED)
def test_what_asks_for_no_value_is_refused_before_anything_is_sent(cursor, generic, prefix, condition, hint):
    with pytest.raises(pyodbc.ProgrammingError) as raised:
        cursor.execute(f"{prefix}SELECT * FROM {BUNDLES} WHERE {condition}")
    assert raised.value.args[0] == "42000" and hint in raised.value.args[1]
    assert generic.requests() == []


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT * FROM (SELECT Sid, HasValidUntilDate FROM {BUNDLES}) n WHERE HasValidUntilDate = true",
        f"WITH n AS (SELECT Sid, HasValidUntilDate AS b FROM {BUNDLES}) SELECT * FROM n WHERE b = true",
        f"SELECT COUNT(*) FROM {BUNDLES} GROUP BY HasValidUntilDate HAVING HasValidUntilDate = true",
        f"SELECT * FROM {BUNDLES} n LEFT JOIN Conferences c ON c.Name = n.FriendlyName AND n.HasValidUntilDate = true",
        f"SELECT * FROM {BUNDLES} n FULL JOIN Conferences c ON c.Name = n.FriendlyName WHERE n.HasValidUntilDate = true",
        f"SELECT * FROM {BUNDLES} n WHERE EXISTS (SELECT 1 FROM Conferences c WHERE c.Name = n.NumberType)",
        f"SELECT * FROM {BUNDLES} a JOIN {BUNDLES} b ON a.HasValidUntilDate = b.HasValidUntilDate",
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
    explain = f"EXPLAIN SELECT * FROM {BUNDLES} WHERE HasValidUntilDate = ? AND NumberType IN ('+1', '+2')"
    (row,) = cursor.execute(explain).fetchall()
    assert row.Pushed == "NumberType=<+1, +2>&HasValidUntilDate=?1"
    (row,) = cursor.execute(explain, True).fetchall()
    assert row.Pushed == "NumberType=<+1, +2>&HasValidUntilDate=true"
    assert "for each of 2 values" in row.ExpectedRequests
    delete = "EXPLAIN DELETE FROM HostedNumberOrders WHERE SmsCapability = true"
    assert cursor.execute(delete).fetchone().Pushed == "SmsCapability=true"
    assert generic.requests() == []


def test_a_change_finds_its_rows_by_it(connect, generic):
    # Orders cannot be had again, and what shows in no row does not tell which ones are meant.
    cursor = connect(support.account(generic.url, AllowUnfiltered=1)).cursor()
    generic.clear()
    with pytest.raises(pyodbc.Error):
        cursor.execute("DELETE FROM HostedNumberOrders WHERE SmsCapability = true")
    assert sent(generic)[0] == {"SmsCapability": "true"}


def test_the_setting_lists_them(connect, generic):
    listed = connect(support.account(generic.url + "/{product}", PseudoColumns=f"{BUNDLES}=HasValidUntilDate")).cursor()
    names = [row.column_name for row in listed.columns(table="Bundles")]
    assert "HasValidUntilDate" in names and "NumberType" not in names
    unlisted = connect(support.account(generic.url + "/{product}")).cursor()
    assert "HasValidUntilDate" not in [row.column_name for row in unlisted.columns(table="Bundles")]


def test_the_lists_below_each_key_are_asked_with_it(cursor, generic):
    """A switch beside a key that a join gives."""
    rows = cursor.execute(
        "SELECT s.Sid, w.TaskQueueName FROM TaskRouter.Workspaces s "
        "JOIN TaskRouter.Workers w ON w.WorkspaceSid = s.Sid AND w.AvailableParameter = '1'"
    ).fetchall()
    assert rows
    queries = [query for query in sent(generic) if query]
    assert queries and all(query == {"Available": "1"} for query in queries)
