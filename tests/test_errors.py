"""Bad input and bad answers. After each of them the same connection goes on working."""

import pyodbc
import pytest

import odbc
from support import CONFERENCES, CUSTOMER, SUPPORT, account

PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"
BY_KEY = f"ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"


@pytest.fixture
def refused(cursor, sim):
    """Runs a statement that must fail; gives SQLSTATE and message, and sees that the connection still works."""

    def run(sql: str, *parameters: object) -> tuple[str, str]:
        with pytest.raises(pyodbc.Error) as error:
            cursor.execute(sql, *parameters).fetchall()
        run.requests = sim.requests()
        sim._control("DELETE", "faults")
        assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
        return error.value.args[0], error.value.args[1]

    return run


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("SELEC * FROM Conferences", 1, 1),
        ("SELECT * FORM Conferences", 1, 10),
        ("SELECT Name, From, To FROM Conferences", 1, 14),
        ("SELECT *\nFROM Conferences\nWHERE Name = = 'x'", 3, 14),
        ("SELECT 'abc", 1, 8),
        ("SELECT (1", None, None),
        ("SELECT * FROM Conferences WHERE", None, None),
        ("SELECT {d '2024-01-01'", 1, 8),
        ("SELECT 1; SELECT 2", 1, 9),
        ("EXEC AddParticipants (", None, None),
        ("UPDATE Conferences SET", None, None),
        (" ", None, None),
        (";", None, None),
    ],
)
def test_a_syntax_error_tells_its_position(refused, sql, line, column):
    state, message = refused(sql)
    assert state == "42000"
    if line:
        assert f"line {line}, column {column}" in message
    assert refused.requests == []


@pytest.mark.parametrize(
    ("sql", "near"),
    [
        ("SELECT * FROM Conference", "Conferences"),
        ("SELECT * FROM ConferenceParticipant", "ConferenceParticipants"),
        ("SELECT * FROM Twilio.Conferenses", "Conferences"),
        ("UPDATE Confrences SET Status = 'completed' WHERE Sid = 'x'", "Conferences"),
        ("DELETE FROM ConferenceParticpants WHERE CallSid = 'x'", "ConferenceParticipants"),
        ("SELECT * FROM Other.Conferences", "Conferences"),
    ],
)
def test_an_unknown_table_tells_the_nearest(refused, sql, near):
    state, message = refused(sql)
    assert state == "42S02"
    assert near in message.split("does not exist")[-1]
    assert refused.requests == []


@pytest.mark.parametrize(
    ("sql", "near"),
    [
        ("SELECT CalSid FROM ConferenceParticipants", "CallSid"),
        ("SELECT Sid FROM Conferences WHERE Nme = 'x'", "Name"),
        ("SELECT Sid FROM Conferences ORDER BY DateCreatd", "DateCreated"),
        ("SELECT c.Sidd FROM Conferences c", "Sid"),
        ("UPDATE ConferenceParticipants SET Mutd = true WHERE CallSid = 'x'", "Muted"),
        ("DELETE FROM ConferenceParticipants WHERE CallSdi = 'x'", "CallSid"),
        ("SELECT COUNT(*) FROM Conferences GROUP BY Regoin", "Region"),
    ],
)
def test_an_unknown_column_tells_the_nearest(refused, sql, near):
    state, message = refused(sql)
    assert state == "42S22"
    assert near in message.split("does not exist")[-1]
    assert refused.requests == []


def test_an_unknown_function_is_an_error(refused):
    state, message = refused("SELECT FROBNICATE(Sid) FROM Conferences")
    assert state.startswith("42") and "FROBNICATE" in message.upper()


def test_a_table_that_is_not_joined_qualifies_nothing(refused):
    assert refused("SELECT x.Sid FROM Conferences c")[0].startswith("42S")


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT From FROM Conferences", "From"),
        ("SELECT Name, From, To FROM Conferences", "From"),
        ("SELECT Sid FROM Conferences Order", "Order"),
        ("SELECT * FROM Table", "Table"),
    ],
)
def test_a_reserved_word_used_bare_says_how_to_quote_it(refused, sql, word):
    state, message = refused(sql)
    assert state == "42000"
    assert f'"{word}"' in message or f"[{word}]" in message


@pytest.mark.parametrize(
    "sql", ["SELECT Sid FROM Conferences WHERE Sid = ?", f"UPDATE ConferenceParticipants SET Muted = ? WHERE {BY_KEY}",
            "{call AddParticipants(?, ?, ?)}"]
)  # fmt: skip
def test_too_few_parameters_are_07002(sim, sql):
    with odbc.connected() as connection, connection.statement() as statement:
        sim.clear()
        with pytest.raises(odbc.Failed) as error:
            statement.execute(sql)
        assert error.value.state == "07002"
        assert sim.requests() == []
        statement.execute(PARTICIPANTS)
        assert len(statement.rows()) == 5


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *[("ConferenceParticipants", name) for name in
          ("CallSid", "ConferenceSid", "AccountSid", "Label", "StartConferenceOnEnter", "DateCreated", "DateUpdated", "Uri", "QueueTime")],
        *[("Conferences", name) for name in
          ("Sid", "AccountSid", "DateCreated", "Name", "Region", "Uri", "ReasonConferenceEnded")],
    ],
)  # fmt: skip
def test_a_read_only_column_is_named_before_any_request(refused, table, column):
    where = BY_KEY if table == "ConferenceParticipants" else f"Sid = '{SUPPORT}'"
    state, message = refused(f"UPDATE {table} SET {column} = 'x' WHERE {where}")
    assert state.startswith("42")
    assert column in message and "read-only" in message
    assert refused.requests == []


def test_a_read_only_column_among_others_is_named_before_any_request(refused):
    _, message = refused(f"UPDATE ConferenceParticipants SET Muted = true, Label = 'x' WHERE {BY_KEY}")
    assert "Label" in message
    assert refused.requests == []


WRITES = [
    f"DELETE FROM ConferenceParticipants WHERE {BY_KEY}",
    f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = true",
    f"UPDATE ConferenceParticipants SET Muted = true WHERE {BY_KEY}",
    f"UPDATE ConferenceParticipants SET Muted = true WHERE Label = 'customer'",
    f"UPDATE Conferences SET Status = 'completed' WHERE Sid = '{SUPPORT}'",
    "EXEC AddParticipants ConferenceSid = 'x', From = '+14155550100', To = '+14155550199'",
    "{call AddParticipants('x', '+14155550100', '+14155550199')}",
    f"EXEC ModifyParticipants ConferenceSid = '{SUPPORT}', CallSid = '{CUSTOMER}', Muted = true",
]


def assert_read_only(connection, sim, sql: str) -> None:
    before = sim.world()
    sim.clear()
    with pytest.raises(pyodbc.ProgrammingError) as error:
        connection.execute(sql)
    assert error.value.args[0] == "25006"
    assert sim.requests() == [] and sim.world() == before
    assert len(connection.execute(PARTICIPANTS).fetchall()) == 5


@pytest.mark.parametrize("sql", WRITES)
def test_a_read_only_connection_refuses_every_write(connect, sim, sql):
    assert_read_only(connect(account(sim.url, ReadOnly="true")), sim, sql)


@pytest.mark.parametrize("value", ["1", "yes", "True", "on"])
def test_read_only_is_switched_on_by_any_word_for_it(connect, sim, value):
    assert_read_only(connect(account(sim.url, ReadOnly=value)), sim, WRITES[0])


def test_a_data_source_is_read_only(connect, sim):
    assert_read_only(connect("DSN=TwilioReadOnly"), sim, WRITES[0])


def test_a_connection_is_read_only_by_its_attribute(connect, sim):
    assert_read_only(connect(readonly=True), sim, WRITES[0])


def test_a_read_only_connection_says_so(connect, sim):
    connection = connect(account(sim.url, ReadOnly="true"))
    assert connection.getinfo(pyodbc.SQL_DATA_SOURCE_READ_ONLY) in (True, "Y")


@pytest.mark.parametrize("sid", ["CF1", "x", "", "CA" + "0" * 32, "CF" + "g" * 32, "CF" + "0" * 31, "CF" + "0" * 33, "../x", "CF" + "0" * 31 + "☕"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM Conferences WHERE Sid = ?",
        "SELECT * FROM ConferenceParticipants WHERE ConferenceSid = ?",
        f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = ? AND CallSid = '{CUSTOMER}'",
        f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = ? AND CallSid = '{CUSTOMER}'",
        "UPDATE Conferences SET Status = 'completed' WHERE Sid = ?",
        f"EXEC ModifyParticipants ConferenceSid = ?, CallSid = '{CUSTOMER}', Muted = true",
    ],
)
def test_a_malformed_sid_is_refused_before_any_request(cursor, sim, sql, sid):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql, sid).fetchall()
    assert sim.requests() == []
    assert "Sid" in error.value.args[1]


def test_a_malformed_sid_as_literal_is_refused_before_any_request(refused):
    state, message = refused("SELECT * FROM ConferenceParticipants WHERE ConferenceSid = 'CF5843'")
    assert state == "22018"
    assert "ConferenceSid" in message
    assert refused.requests == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("cut", {}),
        ("malformed_json", {}),
        ("repeat_next", {}),
        ("foreign_next", {}),
        ("status", {"status": 500}),
        ("status", {"status": 200, "body": "html"}),
        ("status", {"status": 200, "body": "empty"}),
        ("drop_before", {}),
        ("drop_after", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(str(v) for v in value.values()),
)
@pytest.mark.parametrize("sql", ["SELECT * FROM Conferences", PARTICIPANTS, "SELECT COUNT(*) FROM ConferenceParticipants"])
def test_a_bad_answer_is_an_error_and_never_fewer_rows(refused, sim, kind, fields, sql):
    sim.fault(kind, times=0, path="onferences", **fields)
    state, _ = refused(sql)
    assert state in ("HY000", "08S01", "HYT00")


@pytest.mark.parametrize("kind", ["cut", "malformed_json", "drop_after", "repeat_next", "foreign_next"])
def test_a_bad_second_page_is_an_error_and_never_fewer_rows(new_simulator, connect, kind):
    many = new_simulator("--rows", "2500")
    connection = connect(account(many.url))
    many.fault(kind, times=0, skip=1)
    with pytest.raises(pyodbc.Error):
        connection.execute("SELECT Sid FROM Conferences").fetchall()
    many._control("DELETE", "faults")
    assert len(connection.execute("SELECT Sid FROM Conferences").fetchall()) == 2500 + CONFERENCES


@pytest.mark.parametrize("kind", ["cut", "malformed_json"])
def test_a_bad_answer_within_a_join_is_an_error(refused, sim, kind):
    sim.fault(kind, times=0, skip=2, path="Participants")
    refused("SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress'")


def test_a_bad_answer_to_one_object_is_an_error(refused, sim):
    sim.fault("malformed_json", times=0)
    refused(f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'")


def test_an_answer_cut_once_loses_no_row(cursor, sim):
    sim.fault("cut", times=1)
    try:
        assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
    except pyodbc.Error:
        assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5


def test_an_empty_page_is_not_the_end(cursor, sim):
    sim.fault("empty_page")
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5


@pytest.mark.parametrize(("field", "value"), [("date_created", 12345), ("muted", "perhaps"), ("label", {"a": 1}), ("call_sid", None)])
def test_a_field_of_another_type_loses_no_row(cursor, sim, field, value):
    sim.fault("wrong_type", field=field, value=value)
    try:
        assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
    except pyodbc.Error:
        pass
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5


def test_the_link_to_another_host_is_not_followed(refused, sim):
    sim.fault("foreign_next")
    assert "evil.example" in refused(PARTICIPANTS)[1]


def test_an_error_of_twilios_carries_code_message_and_request_id(refused, sim):
    sim.fault("status", status=400, code=20001, message="Something is wrong")
    state, message = refused(PARTICIPANTS)
    assert "Something is wrong" in message and "(20001)" in message and "RQ" in message


def test_credentials_that_are_refused_later_are_28000(refused, sim):
    sim.fault("status", status=401, code=20003, message="Authenticate", times=0)
    assert refused(PARTICIPANTS)[0] == "28000"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Sid FROM Conferences WHERE DateCreated > 'yesterday'",
        "SELECT Sid FROM Conferences WHERE DateCreated = {ts '2024-02-30 00:00:00'}",
        "SELECT Sid FROM Conferences WHERE DateCreated = {d '2024-13-01'}",
    ],
)
def test_a_moment_that_is_none_is_refused_before_any_request(refused, sql):
    assert refused(sql)[0].startswith("22")
    assert refused.requests == []


def test_deep_nesting_does_not_end_the_process(refused):
    assert refused("SELECT " + "(" * 20000 + "1" + ")" * 20000)[0].startswith(("42", "HY"))


def test_a_long_statement_is_no_trouble(cursor):
    names = ", ".join(f"'{i:06}'" for i in range(20000))
    assert cursor.execute(f"SELECT COUNT(*) FROM Conferences WHERE Name IN ({names})").fetchval() == 0
