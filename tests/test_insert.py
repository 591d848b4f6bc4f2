"""INSERT into tables of Twilio: what is sent, what comes back, and that it is sent once."""

from ctypes import byref, c_int, c_short, c_size_t, c_ushort, c_void_p

import odbc
import pyodbc
import pytest

from support import ACCOUNT, MESSAGES, SUBACCOUNT, account

TO, FROM, SERVICE = "+14155550123", "+14155550100", "MG" + "0" * 32
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"


def sent(sim) -> list[list[tuple[str, str]]]:
    """The bodies of the requests that make messages."""
    return [r.pairs for r in sim.requests() if str(r) == "POST Messages.json"]


def keys(cursor) -> list[str]:
    return [row.Id for row in cursor.execute("SELECT Id FROM sys_identity ORDER BY Number").fetchall()]


def test_a_message_is_one_post(cursor, sim):
    cursor.execute("INSERT INTO Messages ([To], [From], Body) VALUES ('+14155550123', '+14155550100', 'it''s + & é')")
    assert cursor.rowcount == 1
    (request,) = sim.requests()
    assert str(request) == "POST Messages.json"
    assert request.pairs == [("To", TO), ("From", FROM), ("Body", "it's + & é")]
    assert sim.effects()["messages_sent"] == 1


def test_a_call_is_one_post_and_its_numbers_may_be_numbers(cursor, sim):
    sql = "INSERT INTO Calls ([To], [From], Twiml, Timeout, Record, StatusCallbackEvent) VALUES (14155550123, ?, ?, ?, ?, ?)"
    assert cursor.execute(sql, FROM, "<Response/>", 20, True, '["ringing", "completed"]').rowcount == 1
    (request,) = sim.requests()
    assert str(request) == "POST Calls.json"
    assert request.pairs == [
        ("To", "14155550123"), ("From", FROM), ("Twiml", "<Response/>"), ("Timeout", "20"), ("Record", "true"),
        ("StatusCallbackEvent", "ringing"), ("StatusCallbackEvent", "completed"),
    ]  # fmt: skip
    assert sim.effects()["calls_made"] == 1


def test_parameters_are_described_by_what_takes_them():
    sql = "INSERT INTO Messages ([To], Sender, Body, SendAt, ShortenUrls) VALUES (?, ?, ?, ?, ?)"
    described = []
    with odbc.connected() as connection, connection.statement() as statement:
        statement.prepare(sql)
        for number in range(1, 6):
            sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short()
            statement.call("SQLDescribeParam", c_ushort(number), byref(sql_type), byref(size), byref(digits), byref(nullable))
            described.append((sql_type.value, size.value, nullable.value))
    assert described == [(-9, 128, 0), (-9, 128, 1), (-9, 1600, 1), (93, 19, 1), (-7, 1, 1)]


def test_null_and_default_leave_a_parameter_out(cursor, sim):
    sql = "INSERT INTO Messages ([To], Sender, Body, StatusCallback, SmartEncoded) VALUES (?, ?, ?, NULL, DEFAULT)"
    cursor.execute(sql, TO, FROM, "x")
    cursor.execute(SEND.replace("Body)", "Body, MediaUrl)").replace("?)", "?, ?)"), TO, FROM, None, "http://a/1, http://a/2")
    assert sent(sim) == [
        [("To", TO), ("From", FROM), ("Body", "x")],
        [("To", TO), ("From", FROM), ("MediaUrl", "http://a/1"), ("MediaUrl", "http://a/2")],
    ]


def test_dates_booleans_and_json_are_in_twilios_form(cursor, sim):
    sql = """INSERT INTO Messages ([To], MessagingServiceSid, ContentSid, ContentVariables, SendAt, ScheduleType, ShortenUrls)
             VALUES (?, ?, ?, ?, {ts '2024-08-01 10:00:00'}, 'fixed', 1)"""
    cursor.execute(sql, TO, SERVICE, "HX" + "0" * 32, '{"1": "a"}')
    (body,) = sent(sim)
    assert dict(body)["SendAt"] == "2024-08-01T10:00:00Z"
    assert dict(body)["ShortenUrls"] == "true"
    assert dict(body)["ContentVariables"] == '{"1": "a"}'


def test_the_account_is_part_of_the_path(cursor, sim):
    cursor.execute(f"INSERT INTO Messages (AccountSid, [To], Sender, Body) VALUES ('{SUBACCOUNT}', ?, ?, 'x')", TO, FROM)
    assert sim.lines() == [f"POST /2010-04-01/Accounts/{SUBACCOUNT}/Messages.json"]
    cursor.execute(f"INSERT INTO Messages (AccountSid, [To], Sender, Body) VALUES (NULL, ?, ?, 'x')", TO, FROM)
    assert sim.lines()[1:] == ["POST Messages.json"]


def test_several_rows_are_sent_in_order(cursor, sim):
    values = ", ".join(f"('{TO}', '{FROM}', 'n{n}')" for n in range(5))
    assert cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES {values}").rowcount == 5
    assert [dict(body)["Body"] for body in sent(sim)] == [f"n{n}" for n in range(5)]


def test_values_may_be_calculated(cursor, sim):
    cursor.execute("INSERT INTO Messages ([To], Sender, Body) VALUES (?, '+1' || '4155550100', UPPER('x') || ?)", TO, "y")
    assert sent(sim) == [[("To", TO), ("From", FROM), ("Body", "Xy")]]


def test_insert_from_a_query(cursor, sim):
    sql = f"""INSERT INTO Messages ([To], Sender, Body)
              SELECT [From], '{FROM}', 'You called: ' || Sid FROM Calls WHERE Direction = 'inbound' ORDER BY Sid LIMIT 2"""
    assert cursor.execute(sql).rowcount == 2
    assert sim.effects()["messages_sent"] == 2
    assert all(dict(body)["Body"].startswith("You called: CA") for body in sent(sim))


def test_insert_from_a_temporary_table(cursor, sim):
    for n in range(3):
        cursor.execute("INSERT INTO Messages#TEMP ([To], Sender, Body) VALUES (?, ?, ?)", TO, FROM, f"n{n}")
    assert sim.requests() == []
    sql = "INSERT INTO Messages ([To], Sender, Body) SELECT [To], Sender, Body FROM Messages#TEMP ORDER BY Body DESC"
    assert cursor.execute(sql).rowcount == 3
    assert [dict(body)["Body"] for body in sent(sim)] == ["n2", "n1", "n0"]


def test_a_query_without_rows_sends_nothing(cursor, sim):
    assert cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) SELECT '{TO}', '{FROM}', 'x' WHERE 1 = 0").rowcount == 0
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("sql", "state", "text"),
    [
        ("([To], Sender) VALUES ('+14155550123', '+14155550100')", "42000", "needs Body, MediaUrl or ContentSid"),
        ("([To], Sender, Body) VALUES (NULL, '+14155550100', 'x')", "23000", "needs a value for To"),
        ("([To], Sender, Body) VALUES ('+14155550123', NULL, 'x')", "23000", "Sender or MessagingServiceSid"),
        ("([To], Sender, Body) VALUES ('+14155550123', '+14155550100', '')", "23000", "Body, MediaUrl or ContentSid"),
        ("([To], MessagingServiceSid, Body) VALUES ('+14155550100', 'MG1', 'x')", "22018", "MessagingServiceSid"),
        ("([To], MessagingServiceSid, Body) VALUES ('+14155550100', '', 'x')", "22018", "MessagingServiceSid cannot be cleared"),
        ("([To], Sender, Body, RiskCheck) VALUES ('+14155550100', '+14155550100', 'x', 'maybe')", "22018", "RiskCheck is 'maybe', but takes enable"),
        ("([To], Sender, Body, ContentVariables) VALUES ('+14155550100', '+14155550100', 'x', '{1')", "22018", "ContentVariables takes JSON"),
        ("([To], Sender, Body, MediaUrl) VALUES ('+14155550100', '+14155550100', 'x', '[\"a')", "22018", "MediaUrl begins as a JSON array"),
        ("([To], Sender, Body, MediaUrl) VALUES ('+14155550100', '+14155550100', 'x', '[null]')", "22018", "MediaUrl has a null"),
        ("([To], Sender, Body, ValidityPeriod) VALUES ('+14155550100', '+14155550100', 'x', 'soon')", "22018", "ValidityPeriod"),
        ("([To], Sender, Body, Status) VALUES ('+14155550100', '+14155550100', 'x', 'sent')", "42000", "Status"),
        ("([To], Sender, Body, Texts) VALUES ('+14155550100', '+14155550100', 'x', 'sent')", "42S22", "Texts"),
        ("VALUES ('+14155550100', '+14155550100', 'x')", "42000", "needs a list of the columns"),
        ("([To], Sender, Body) VALUES ('+14155550100', '+14155550100')", "21S01", "3 columns"),
    ],
)  # fmt: skip
def test_bad_rows_are_refused_by_name_before_anything_is_sent(cursor, sim, sql, state, text):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"INSERT INTO Messages {sql}")
    assert error.value.args[0] == state and text in error.value.args[1], error.value.args
    assert sim.requests() == []


def test_a_text_that_is_too_long_is_refused_by_name(cursor, sim):
    for sql, values in [(SEND, (TO, FROM, "x" * 1601)), (f"INSERT INTO Messages ([To], Sender, Body) VALUES ('1', '2', '{'x' * 1601}')", ())]:
        with pytest.raises(pyodbc.Error) as error:
            cursor.execute(sql, *values)
        assert error.value.args[0] == "22001" and "1600" in error.value.args[1], error.value.args
    assert sim.requests() == []


def test_one_bad_row_keeps_all_from_being_sent(cursor, sim):
    with pytest.raises(pyodbc.Error, match="Row 3: .*needs a value for To.*Nothing was sent"):
        cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES ('{TO}', '{FROM}', 'a'), ('{TO}', '{FROM}', 'b'), (NULL, '{FROM}', 'c')")
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("table", "text"), [("ConferenceRecordings (Status)", "no way to make them"), ("Conferences (Name)", "no way to make them")]
)
def test_what_the_api_cannot_make_says_what_to_use(cursor, sim, table, text):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"INSERT INTO {table} VALUES ('x')")
    assert error.value.args[0] == "HYC00" and text in error.value.args[1]
    assert sim.requests() == []


def test_twilios_refusal_carries_its_code(cursor, sim):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(SEND, "+15005550004", FROM, "x")
    assert "21610" in error.value.args[1] and "opted out" in error.value.args[1]
    assert sim.effects()["messages_sent"] == 0


def test_a_failure_in_the_middle_says_what_was_written(cursor, sim):
    rows = [TO, TO, "+15005550003", TO]
    values = ", ".join(f"('{to}', '{FROM}', 'n{n}')" for n, to in enumerate(rows))
    with pytest.raises(pyodbc.Error, match=r"21408.*\(2 of 4 rows were written before, 1 were not sent\.\)"):
        cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES {values}")
    assert sim.effects()["messages_sent"] == 2 and len(sent(sim)) == 3
    assert keys(cursor) == [m["sid"] for m in reversed(sim.listed("Messages.json", "messages")[:2])]


def test_scope_identity(cursor, sim):
    assert cursor.execute("SELECT SCOPE_IDENTITY()").fetchval() is None
    cursor.execute(SEND, TO, FROM, "a")
    cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES ('{TO}', '{FROM}', 'b'), ('{TO}', '{FROM}', 'c')")
    made = [m["sid"] for m in reversed(sim.listed("Messages.json", "messages")[:2])]
    sim.clear()
    assert keys(cursor) == made
    assert cursor.execute("SELECT SCOPE_IDENTITY()").fetchval() == made[1]
    assert cursor.execute("SELECT @@IDENTITY AS Sid").fetchval() == made[1]
    assert cursor.execute("SELECT LEFT({fn SCOPE_IDENTITY()}, 2), @@identity FROM Conferences LIMIT 1").fetchone()[0] == "SM"
    assert cursor.execute("SELECT Batch FROM sys_identity WHERE Operation = 'INSERTED' AND Message = 'SUCCESS'").fetchval() == "2"
    assert not any(str(r).startswith("GET Messages") for r in sim.requests()), "nothing is read after a write"


def test_identity_belongs_to_the_connection_and_to_twilios_rows(connect, cursor, sim):
    cursor.execute(SEND, TO, FROM, "a")
    other = connect().cursor()
    assert other.execute("SELECT SCOPE_IDENTITY()").fetchval() is None
    cursor.execute("INSERT INTO x#TEMP (a) VALUES (1)")
    cursor.execute("INSERT INTO Calls ([To], [From], Url) SELECT '+14155550199', Sender, 'http://a' FROM Messages WHERE Sid = SCOPE_IDENTITY()")
    assert cursor.rowcount == 1
    assert cursor.execute("SELECT SCOPE_IDENTITY()").fetchval().startswith("CA")


def test_an_insert_without_rows_has_no_keys(cursor, sim):
    for sql in ("SELECT [To], Sender, Body FROM Messages WHERE Body = 'nobody wrote this'", f"VALUES (NULL, '{FROM}', 'x')"):
        cursor.execute(SEND, TO, FROM, "a")
        try:
            assert cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) {sql}").rowcount == 0
        except pyodbc.IntegrityError:
            pass
        assert cursor.execute("SELECT SCOPE_IDENTITY()").fetchval() is None, sql
        assert keys(cursor) == []


def test_a_connection_that_is_reset_has_no_keys(sim):
    reset_connection = 116
    with odbc.connected() as connection, connection.statement() as statement:
        assert statement.execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES ('{TO}', '{FROM}', 'x')") == odbc.SUCCESS
        connection.call("SQLSetConnectAttr", c_int(reset_connection), c_void_p(1), c_int(0))
        assert statement.execute("SELECT Id FROM sys_identity") == odbc.SUCCESS
        assert statement.rows() == []


def test_returning_gives_what_the_server_answered(cursor, sim):
    sql = f"INSERT INTO Messages ([To], Sender, Body) VALUES ('{TO}', '{FROM}', 'a'), ('{TO}', '{FROM}', 'b') RETURNING Sid, Status AS State, [From], DateCreated, NumSegments"
    cursor.execute(sql)
    assert [column[0] for column in cursor.description] == ["Sid", "State", "Sender", "DateCreated", "NumSegments"]
    assert cursor.rowcount == 2
    rows = cursor.fetchall()
    assert sim.lines() == ["POST Messages.json"] * 2, "no further request"
    made = sim.listed("Messages.json", "messages")[:2]
    assert [row.Sid for row in rows] == [m["sid"] for m in reversed(made)]
    assert {(row.State, row.Sender, row.DateCreated.year, row.NumSegments) for row in rows} == {("queued", FROM, 2024, 1)}


def test_returning_everything(cursor):
    row = cursor.execute(SEND + " RETURNING *", TO, FROM, "a").fetchone()
    assert [column[0] for column in cursor.description][:5] == ["Sid", "AccountSid", "To", "Sender", "Body"]
    assert (row.AccountSid, row.To, row.Sender, row.Body) == (ACCOUNT, TO, FROM, "a")


def test_returning_is_of_columns(cursor, sim):
    for item in ("UPPER(Sid)", "Nothing", "1"):
        with pytest.raises(pyodbc.Error):
            cursor.execute(SEND + f" RETURNING {item}", TO, FROM, "a")
    assert sim.requests() == []


def test_executemany(cursor, sim):
    cursor.executemany(SEND, [(TO, FROM, f"n{n}") for n in range(20)])
    assert sim.effects()["messages_sent"] == 20
    assert [dict(body)["Body"] for body in sent(sim)] == [f"n{n}" for n in range(20)]


def test_fast_executemany(cursor, sim):
    cursor.fast_executemany = True
    cursor.executemany(SEND, [(TO, FROM, f"n{n}") for n in range(20)])
    assert sim.effects()["messages_sent"] == 20
    assert [dict(body)["Body"] for body in sent(sim)] == [f"n{n}" for n in range(20)]
    assert len(keys(cursor)) == 20, "an array of parameters is one statement"


def test_an_array_tries_every_set(cursor, sim):
    cursor.fast_executemany = True
    with pytest.raises(pyodbc.Error, match="21610"):
        cursor.executemany(SEND, [(TO, FROM, "a"), ("+15005550004", FROM, "b"), (TO, FROM, "c")])
    assert [dict(body)["Body"] for body in sent(sim)] == ["a", "b", "c"]
    assert sim.effects()["messages_sent"] == 2
    assert len(keys(cursor)) == 2


# Exactly once.


def test_too_many_requests_are_repeated(cursor, sim):
    sim.fault("status", status=429, method="POST", retry_after=0)
    assert cursor.execute(SEND, TO, FROM, "a").rowcount == 1
    assert len(sent(sim)) == 2 and sim.effects()["messages_sent"] == 1


@pytest.mark.parametrize(
    ("fault", "held"),
    [
        ({"kind": "status", "status": 500}, 0),
        ({"kind": "status", "status": 503, "processed": True}, 1),
        ({"kind": "drop_after"}, 1),
        ({"kind": "drop_before"}, 0),
    ],
)  # fmt: skip
def test_what_may_have_been_processed_is_unknown_and_never_repeated(cursor, sim, fault, held):
    sim.fault(method="POST", **fault)
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(SEND, TO, FROM, "a")
    assert error.value.args[0] == "08S01"
    assert f"outcome unknown (To={TO}, From={FROM}). It may have taken effect, and was not sent again" in error.value.args[1]
    assert len(sent(sim)) == 1 and sim.effects()["messages_sent"] == held


def test_an_unknown_row_stops_the_statement_and_is_told_apart(cursor, sim):
    sim.fault("drop_after", method="POST", skip=1)
    values = ", ".join(f"('{TO}', '{FROM}', 'n{n}')" for n in range(4))
    with pytest.raises(pyodbc.Error, match=r"outcome unknown.*\(1 of 4 rows were written before, 2 were not sent\.\)"):
        cursor.execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES {values}")
    assert len(sent(sim)) == 2 and sim.effects()["messages_sent"] == 2
    assert len(keys(cursor)) == 1


def test_what_something_else_answers_is_unknown(cursor, sim):
    sim.fault("status", status=200, body="html", method="POST")
    with pytest.raises(pyodbc.OperationalError, match="outcome unknown.*was not sent again.*text/html"):
        cursor.execute(SEND, TO, FROM, "a")
    assert len(sent(sim)) == 1


def test_an_unknown_outcome_names_who_was_to_be_made(cursor, sim):
    sim.fault("drop_after", method="POST")
    sql = "INSERT INTO SipCredentials (CredentialListSid, Username, Password) VALUES (?, 'somebody', 'Aa1s3cr3t')"
    with pytest.raises(pyodbc.OperationalError, match="Username=somebody") as error:
        cursor.execute(sql, "CL" + "0" * 31 + "1")
    assert "s3cr3t" not in error.value.args[1]


def test_a_row_that_is_not_sent_is_counted_among_those(cursor, sim):
    sim.fault("status", status=429, retry_after=30, method="POST", skip=1, times=0)
    values = ", ".join(f"('{TO}', '{FROM}', 'n{n}')" for n in range(4))
    cursor.connection.timeout = 1
    with pytest.raises(pyodbc.OperationalError, match=r"\(1 of 4 rows were written before, 3 were not sent\.\)") as error:
        cursor.connection.cursor().execute(f"INSERT INTO Messages ([To], Sender, Body) VALUES {values}")
    assert error.value.args[0] == "HYT00" and "outcome unknown" not in error.value.args[1]
    assert sim.effects()["messages_sent"] == 1


def test_an_answer_that_is_cut_is_a_success_with_a_warning(cursor, sim):
    sim.fault("cut", method="POST")
    assert cursor.execute(SEND, TO, FROM, "a").rowcount == 1
    assert "could not be read" in str(cursor.messages)
    assert sim.effects()["messages_sent"] == 1
    assert keys(cursor) == [None]
    sim.fault("malformed_json", method="POST")
    assert cursor.execute(SEND + " RETURNING Sid", TO, FROM, "a").fetchall()[0][0] is None
    assert len(sent(sim)) == 2


def test_what_was_never_sent_is_repeated_or_refused(connect, sim):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connection = connect(account(f"http://127.0.0.1:{port}", ConnectOnOpen=0))
    with pytest.raises(pyodbc.Error) as error:
        connection.cursor().execute(SEND, TO, FROM, "a")
    assert error.value.args[0] == "08001" and "outcome unknown" not in error.value.args[1]


def test_explain_says_what_would_be_sent(cursor, sim):
    rows = cursor.execute("EXPLAIN " + SEND.replace("?, ?, ?", "'1', '2', 'x'), ('3', '4', 'y'")).fetchall()
    assert [(row.Scan, row.Method, row.Pushed, row.ExpectedRequests) for row in rows] == [
        ("write", "POST", "To=1&From=2&Body=x", "1"), ("write", "POST", "To=3&From=4&Body=y", "1"),
    ]  # fmt: skip
    rows = cursor.execute("EXPLAIN INSERT INTO Messages ([To], Sender, Body) SELECT [From], '1', 'x' FROM Calls").fetchall()
    assert [row.ExpectedRequests for row in rows][-1] == "1 for each row found"
    assert sim.requests() == []


def test_the_world_begins_without_them(sim):
    assert len(sim.listed("Messages.json", "messages")) == MESSAGES


@pytest.mark.parametrize("alias", ["AS m", "m"])
def test_the_table_may_have_an_alias(cursor, sim, alias):
    sql = f"INSERT INTO Messages {alias} ([To], Sender, Body) VALUES (?, ?, 'x') RETURNING m.Sid, m.Body"
    row = cursor.execute(sql, TO, FROM).fetchone()
    assert (row.Sid[:2], row.Body) == ("SM", "x")
    assert sent(sim) == [[("To", TO), ("From", FROM), ("Body", "x")]]
    with pytest.raises(pyodbc.Error, match="SELECT, INSERT, UPDATE"):
        cursor.execute("CREATE INDEX i ON Messages (Sid)")
