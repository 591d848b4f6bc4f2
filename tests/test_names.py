"""Names and keywords: their case, their quotes, their qualifiers."""

import pyodbc
import pytest

from support import SUPPORT


def count(cursor, sql: str) -> int:
    return len(cursor.execute(sql).fetchall())


@pytest.mark.parametrize(
    "table",
    [
        "ConferenceParticipants",
        "conferenceparticipants",
        "CONFERENCEPARTICIPANTS",
        '"ConferenceParticipants"',
        '"conferenceparticipants"',
        "[ConferenceParticipants]",
        "[CONFERENCEPARTICIPANTS]",
        "`ConferenceParticipants`",
        "Twilio.ConferenceParticipants",
        "TWILIO.conferenceparticipants",
        "CData.Twilio.ConferenceParticipants",
        "cdata.twilio.conferenceparticipants",
        '"CData"."Twilio"."ConferenceParticipants"',
        "[CData].[Twilio].[ConferenceParticipants]",
        "`Twilio`.`ConferenceParticipants`",
        '[CData]."Twilio".`ConferenceParticipants`',
    ],
)
def test_a_table_is_found_by_any_spelling_of_its_name(cursor, table):
    assert count(cursor, f"SELECT * FROM {table} WHERE ConferenceSid = '{SUPPORT}'") == 5


@pytest.mark.parametrize(
    "column",
    ["ConferenceSid", "conferencesid", "CONFERENCESID", '"ConferenceSid"', '"conferencesid"', "[ConferenceSid]", "`ConferenceSid`",
     "ConferenceSidSid", "CONFERENCESIDSID", '"ConferenceSidSid"', "[conferenceSidSid]", "ConferenceParticipants.ConferenceSid",
     "Twilio.ConferenceParticipants.ConferenceSid", "CData.Twilio.ConferenceParticipants.ConferenceSid",
     "[CData].[Twilio].[ConferenceParticipants].[ConferenceSid]"],
)  # fmt: skip
def test_a_column_is_found_by_any_spelling_of_its_name(cursor, sim, column):
    assert count(cursor, f"SELECT CallSid FROM ConferenceParticipants WHERE {column} = '{SUPPORT}'") == 5
    assert len(sim.requests()) == 1


@pytest.mark.parametrize("sql", ["select * from", "SELECT * FROM", "SeLeCt * FrOm", "select\n\t*\n from /* all */ "])
def test_keywords_are_written_in_any_case_and_spacing(cursor, sql):
    assert count(cursor, f"{sql} Conferences where status = 'in-progress' order by name limit 3") == 3


def test_a_table_has_an_alias(cursor):
    for alias in ["p", "AS p", 'AS "p"', "AS [p]"]:
        assert count(cursor, f"SELECT p.CallSid, P.callsid FROM ConferenceParticipants {alias} WHERE p.ConferenceSid = '{SUPPORT}'") == 5


def test_a_column_has_an_alias(cursor):
    cursor.execute(f"SELECT CallSid AS Who, Label [a label], Muted \"Is it\" FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
    assert [column[0] for column in cursor.description] == ["Who", "a label", "Is it"]


def test_an_alias_orders_and_groups(cursor):
    rows = cursor.execute("SELECT Status AS s, COUNT(*) AS n FROM Conferences GROUP BY s ORDER BY n DESC").fetchall()
    assert rows[0].s == "completed"


def test_hidden_aliases_are_listed_nowhere(cursor):
    listed = {row.column_name for row in cursor.columns(table="ConferenceParticipants")}
    assert "ConferenceSidSid" not in listed and "ConferenceSid" in listed


def test_a_reserved_word_is_a_name_in_quotes(cursor):
    row = cursor.execute('SELECT 1 AS "From", 2 AS [Order], 3 AS `Group`').fetchone()
    assert tuple(row) == (1, 2, 3)
    assert [column[0] for column in cursor.description] == ["From", "Order", "Group"]


@pytest.mark.parametrize("sql", ["SELECT 'it''s'", "SELECT N'it''s'", "SELECT 'it''s' -- and so on", "SELECT /* 'x' */ 'it''s';"])
def test_literals_and_comments(cursor, sql):
    assert cursor.execute(sql).fetchval() == "it's"


def test_question_marks_in_literals_names_and_comments_are_no_parameters(cursor):
    row = cursor.execute("SELECT '?' AS \"?\", ? AS b -- ?\n, /* ? */ '??' AS [c?]", 7).fetchone()
    assert (row[0], str(row[1]), row[2]) == ("?", "7", "??")


@pytest.mark.parametrize("name", ["Feedback", "feedbacksummary", "Twilio.Feedback", "CData.Twilio.[FeedbackSummary]"])
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "SELECT 1 FROM Calls c JOIN {} f ON f.CallSid = c.Sid", "DELETE FROM {} WHERE Sid = 'x'"])
def test_what_twilio_removed_says_so(cursor, sim, statement, name):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(statement.format(name))
    state, message = error.value.args
    assert state == "42S02"
    assert "removed it on 2024-02-27" in message and "CallAnnotation" in message
    assert sim.lines() == []


def test_a_row_of_what_twilio_removed_has_no_table_either(cursor, sim):
    with pytest.raises(pyodbc.Error, match="42S02.*removed it on 2024-02-27") as error:
        cursor.execute("INSERT INTO Feedback (CallSid) VALUES ('x')")
    assert "TEMP" not in str(error.value)
    with pytest.raises(pyodbc.Error, match="CREATE TEMP TABLE makes a temporary one"):
        cursor.execute("INSERT INTO Nothing (CallSid) VALUES ('x')")


def test_another_table_of_a_removed_name_is_named_with_its_schema(connect):
    cursor = connect("DSN=Twilio").cursor()
    cursor.execute("EXPLAIN SELECT * FROM Assistants.Feedback WHERE AssistantId = 'x'")
    cursor.execute("CREATE TEMP TABLE FeedbackSummary (Sid NVARCHAR(34))")
    assert cursor.execute("SELECT * FROM FeedbackSummary").fetchall() == []
