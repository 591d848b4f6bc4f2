"""Parents that are too many to be walked unasked: the Media of all Messages."""

import pyodbc
import pytest

from support import ALL_HANDS, IN_PROGRESS, MEDIA_COLUMNS, PHOTO_FILES, PHOTOS, WITH_MEDIA

ALL = len(PHOTO_FILES) + len(WITH_MEDIA)
LISTS = sorted(f"GET Messages/{sid}/Media.json" for sid in [PHOTOS, *WITH_MEDIA])
JOIN = "Media.MessageSid = Messages.Sid"


@pytest.fixture
def always(connect, sim):
    cursor = connect("DSN=Twilio;ParentScan=Always").cursor()
    sim.clear()
    return cursor


def count(cursor, sql: str, *parameters) -> int:
    return cursor.execute(sql, *parameters).fetchval()


UNBOUND = [
    "SELECT * FROM Media",
    "SELECT COUNT(*) FROM Media",
    "SELECT * FROM Media LIMIT 1",
    f"SELECT * FROM Media WHERE Sid = '{PHOTO_FILES[0]}'",
    f"SELECT * FROM Media WHERE MessageSid = '{PHOTOS}' OR Sid = '{PHOTO_FILES[0]}'",
    f"SELECT * FROM Media WHERE MessageSid <> '{PHOTOS}'",
    "SELECT * FROM Media WHERE MessageSid LIKE 'MM%'",
    # The left side of an outer join is read first.
    f"SELECT * FROM Media LEFT JOIN Messages ON {JOIN}",
    f"SELECT * FROM Messages RIGHT JOIN Media ON {JOIN}",
    f"SELECT * FROM Messages FULL JOIN Media ON {JOIN}",
    "SELECT * FROM Messages, Media",
    "SELECT Sid FROM Messages UNION ALL SELECT Sid FROM Media",
    "SELECT (SELECT COUNT(*) FROM Media) FROM Messages",
    "WITH m AS (SELECT * FROM Media) SELECT * FROM m",
]


@pytest.mark.parametrize("sql", UNBOUND)
@pytest.mark.parametrize("prefix", ["", "EXPLAIN "])
def test_what_names_no_message_is_refused_before_anything_is_sent(cursor, sim, prefix, sql):
    with pytest.raises(pyodbc.ProgrammingError) as raised:
        cursor.execute(prefix + sql)
    state, message = raised.value.args
    assert state == "42000"
    for hint in ["MessageSid in WHERE", f"Messages JOIN Media ON {JOIN}", "ParentScan=Always", "Nothing was sent"]:
        assert hint in message
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("sql", "text"),
    [("DELETE FROM Media", "AllowUnfiltered=1"), ("DELETE FROM Media WHERE ContentType = 'image/png'", "MessageSid in WHERE")],
)
def test_a_write_that_names_no_message_is_refused_too(cursor, sim, sql, text):
    with pytest.raises(pyodbc.ProgrammingError, match=text):
        cursor.execute(sql)
    assert sim.requests() == []


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT COUNT(*) FROM Messages JOIN Media ON {JOIN} WHERE NumMedia > 0",
        f"SELECT COUNT(*) FROM Media JOIN Messages ON {JOIN} WHERE NumMedia > 0",
        f"SELECT COUNT(*) FROM Media CROSS JOIN Messages WHERE {JOIN} AND NumMedia > 0",
        f"SELECT COUNT(*) FROM Media, Messages WHERE {JOIN} AND NumMedia > 0 AND Media.DateCreated > '2024-01-01'",
        f"SELECT COUNT(Media.Sid) FROM (SELECT * FROM Messages WHERE NumMedia > 0) m LEFT JOIN Media ON Media.MessageSid = m.Sid",
        "SELECT COUNT(d.Sid) FROM Messages m LEFT JOIN Media d ON d.MessageSid = m.Sid AND m.NumMedia > 0",
        f"SELECT COUNT(Media.Sid) FROM Media RIGHT JOIN Messages ON {JOIN} AND NumMedia > 0",
        "SELECT COUNT(*) FROM Media WHERE MessageSid IN (SELECT Sid FROM Messages WHERE NumMedia > 0)",
        "SELECT COUNT(*) FROM Media WHERE MessageSid IN (SELECT Sid FROM Messages WHERE NumMedia > 0) OR 1 = 0",
        "SELECT SUM((SELECT COUNT(*) FROM Media WHERE MessageSid = m.Sid)) FROM Messages m WHERE NumMedia > 0",
        "WITH m AS (SELECT Sid FROM Messages WHERE NumMedia > 0) SELECT COUNT(*) FROM m JOIN Media d ON d.MessageSid = m.Sid",
    ],
)  # fmt: skip
def test_messages_lead_to_their_media(cursor, sim, sql):
    assert count(cursor, sql) == ALL
    assert sim.lines()[0] == "GET Messages.json"
    assert sorted(sim.lines()[1:]) == LISTS, "one list for each message that has any"


def test_messages_that_are_named_are_not_looked_for(cursor, sim):
    assert count(cursor, "SELECT COUNT(*) FROM Media WHERE MessageSid IN (?, ?)", PHOTOS, WITH_MEDIA[0]) == 4
    assert len(sim.lines()) == 2


@pytest.mark.parametrize("sql", ["SELECT * FROM Media WHERE 1 = 0", "SELECT * FROM Media LIMIT 0", "SELECT * FROM Media WHERE MessageSid = NULL"])
def test_programs_that_only_ask_for_the_columns_get_them(cursor, sim, sql):
    assert cursor.execute(sql).fetchall() == []
    assert [column[0] for column in cursor.description] == MEDIA_COLUMNS
    assert sim.requests() == []


def test_a_gate_that_opens_is_refused_where_it_would_walk(cursor, sim):
    with pytest.raises(pyodbc.ProgrammingError, match="MessageSid in WHERE"):
        cursor.execute("SELECT * FROM Media WHERE ? = 1", 1).fetchall()
    assert cursor.execute("SELECT * FROM Media WHERE ? = 1", 0).fetchall() == []
    assert sim.requests() == []


def test_a_join_over_a_third_table(cursor, sim):
    sql = f"SELECT COUNT(*) FROM Media d, Conferences c, Messages m WHERE d.MessageSid = m.Sid AND m.Sid = '{PHOTOS}' AND c.Sid = '{ALL_HANDS}'"
    assert count(cursor, sql) == len(PHOTO_FILES)
    assert len(sim.lines()) <= 3


def test_a_statement_can_be_corrected(cursor, sim):
    for sql in UNBOUND[:2]:
        with pytest.raises(pyodbc.ProgrammingError):
            cursor.execute(sql)
    assert count(cursor, f"SELECT COUNT(*) FROM Media WHERE MessageSid = '{PHOTOS}'") == 3


def test_another_mistake_is_told_as_what_it_is(cursor):
    with pytest.raises(pyodbc.Error, match="Nowhere"):
        cursor.execute("SELECT Nowhere FROM Media")


def test_on_request_all_messages_are_walked_but_those_without_media(always, sim):
    assert count(always, "SELECT COUNT(*) FROM Media") == ALL
    assert sim.lines()[0] == "GET Messages.json"
    assert sorted(sim.lines()[1:]) == LISTS


def test_on_request_the_outer_side_may_come_first(always):
    sql = f"SELECT COUNT(*), COUNT(Messages.Sid) FROM Media LEFT JOIN Messages ON {JOIN}"
    assert tuple(always.execute(sql).fetchone()) == (ALL, ALL)


def test_on_request_a_file_is_found_by_its_sid(always):
    sql = f"SELECT MessageSid FROM Media WHERE Sid = '{PHOTO_FILES[1]}'"
    assert always.execute(sql).fetchval() == PHOTOS


def test_on_request_explain_tells_the_walk(always, sim):
    (row,) = always.execute("EXPLAIN SELECT * FROM Media").fetchall()
    assert (row.Scan, row.Keys) == ("walk", "MessageSid = Sid of all Messages but those with NumMedia=0")
    assert row.ExpectedRequests == "1 per page of Messages, then 1 per page for each of its rows"
    assert sim.requests() == []


def test_a_join_comes_from_the_messages_all_the_same(always, sim):
    sql = f"SELECT COUNT(*) FROM Media JOIN Messages ON {JOIN} WHERE Messages.Sid = '{PHOTOS}'"
    assert count(always, sql) == 3
    assert sorted(sim.lines()) == [f"GET Messages/{PHOTOS}.json", f"GET Messages/{PHOTOS}/Media.json"]


def test_parents_that_are_few_are_walked_unasked(cursor, sim):
    assert count(cursor, "SELECT COUNT(*) FROM ConferenceParticipants") == sum(IN_PROGRESS.values())


@pytest.mark.parametrize("value", ["Auto", "auto"])
def test_the_default_can_be_written(connect, value):
    with pytest.raises(pyodbc.ProgrammingError, match="ParentScan=Always"):
        connect(f"DSN=Twilio;ParentScan={value}").execute("SELECT * FROM Media")


def test_another_value_is_refused(connect):
    with pytest.raises(pyodbc.Error, match="Auto or Always"):
        connect("DSN=Twilio;ParentScan=Sometimes")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM Media WHERE EXISTS (SELECT 1 FROM Messages WHERE Body <> '')",
        "SELECT Sid FROM Media UNION ALL SELECT Body FROM Messages",
    ],
)
def test_the_walk_and_the_statement_share_the_parents(always, sim, sql):
    always.execute(sql).fetchall()
    assert sorted(sim.lines()) == sorted(["GET Messages.json", *LISTS])
