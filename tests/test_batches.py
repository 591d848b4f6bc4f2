"""Arrays of parameters: every set is tried, and what became of each is told."""

import re
import threading
import time
from ctypes import byref, c_char, c_int, c_short, c_size_t, c_ssize_t, c_uint32, c_ushort, c_void_p, create_string_buffer, sizeof
from typing import NamedTuple

import odbc
import pyodbc
import pytest

from support import ALL_HANDS, CUSTOMER, EXPERT, IN_PROGRESS, SUPPORT, account

TO, FROM, OPTED_OUT = "+14155550123", "+14155550100", "+15005550004"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"
SUCCESS, ERROR, WITH_INFO, UNUSED = 0, 5, 6, 7
PARAMSET_SIZE, STATUS_PTR, PROCESSED_PTR, QUERY_TIMEOUT = 22, 20, 21, 0


class Record(NamedTuple):
    row: int
    column: int
    state: str
    message: str


class Done(NamedTuple):
    code: int
    status: list[int]
    processed: int
    records: list[Record]


def execute(statement: odbc.Statement, sql: str, sets: list[tuple], has_status: bool = True, timeout: int = 0) -> Done:
    """Executes with an array of texts, bound by column."""
    status, processed = (c_ushort * len(sets))(*[99] * len(sets)), c_size_t(99)
    kept = []
    for number, values in enumerate(zip(*sets), 1):
        texts = [None if value is None else str(value).encode() for value in values]
        width = max(len(text or b"") for text in texts) + 1
        buffer = (c_char * (width * len(sets)))()
        lengths = (c_ssize_t * len(sets))(*[odbc.NULL_DATA if text is None else len(text) for text in texts])
        for i, text in enumerate(texts):
            buffer[i * width : i * width + len(text or b"")] = text or b""
        kept.append((buffer, lengths))
        statement.call(
            "SQLBindParameter", c_ushort(number), c_short(1), c_short(odbc.CHAR), c_short(12), c_size_t(2000), c_short(0),
            buffer, c_ssize_t(width), lengths,
        )  # fmt: skip
    for attribute, value in [
        (PARAMSET_SIZE, c_void_p(len(sets))),
        (STATUS_PTR, status if has_status else None),
        (PROCESSED_PTR, byref(processed)),
        (QUERY_TIMEOUT, c_void_p(timeout)),
    ]:
        statement.call("SQLSetStmtAttr", c_int(attribute), value, c_int(0))
    code = statement.execute(sql, check=False)
    records = []
    for number, record in enumerate(statement.diagnostics(), 1):
        row, column = c_ssize_t(), c_int()
        for field, into in [(-1248, row), (-1247, column)]:
            statement.library.call(
                "SQLGetDiagField", c_short(odbc.STMT), statement.handle, c_short(number), c_short(field), byref(into),
                c_short(sizeof(into)), None,
            )  # fmt: skip
        records.append(Record(row.value, column.value, record.state, record.message))
    return Done(code, list(status), processed.value, records)


@pytest.fixture
def statement(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        sim.clear()
        yield statement


def bodies(sim) -> list[str]:
    return [request.body["Body"] for request in sim.requests() if str(request) == "POST Messages.json"]


def test_what_sqlgetinfo_says(statement):
    with odbc.connected() as connection:
        answers = []
        for kind in (153, 154):
            value = c_uint32()
            connection.call("SQLGetInfo", c_ushort(kind), byref(value), c_short(4), None)
            answers.append(value.value)
    assert answers == [2, 3], "SQL_PARC_NO_BATCH: one count; SQL_PAS_NO_SELECT"


@pytest.mark.parametrize("fast", [False, True])
def test_a_thousand_messages_are_a_thousand_requests(cursor, sim, fast):
    cursor.fast_executemany = fast
    cursor.executemany(SEND, [(TO, FROM, f"n{n}") for n in range(1000)])
    assert bodies(sim) == [f"n{n}" for n in range(1000)], "each one once, in order"
    assert len(sim.requests()) == 1000
    assert sim.effects()["messages_sent"] == 1000


def test_the_sets_of_an_array_are_one_insert(statement, sim):
    done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(3)])
    assert done == Done(odbc.SUCCESS, [SUCCESS] * 3, 3, [])
    assert statement.row_count() == 3
    made = [message["sid"] for message in reversed(sim.listed("Messages.json", "messages")[:3])]
    statement.call("SQLSetStmtAttr", c_int(PARAMSET_SIZE), c_void_p(1), c_int(0))
    statement.execute("SELECT Id FROM sys_identity ORDER BY Number")
    assert [row[0] for row in statement.rows()] == made


def test_more_sets_than_there_is_memory_for_are_refused(statement, sim):
    text = create_string_buffer(b"Hello")
    statement.call(
        "SQLBindParameter", c_ushort(1), c_short(1), c_short(odbc.CHAR), c_short(12), c_size_t(2000), c_short(0), text, c_ssize_t(6), None
    )
    statement.set(PARAMSET_SIZE, 2**50)
    assert statement.execute("INSERT INTO Messages ([To], Sender, Body) VALUES ('+14155550123', '+14155550100', ?)", check=False) == odbc.ERROR
    assert [record.state for record in statement.diagnostics()] == ["HY001"]
    assert sim.lines() == []


def test_each_set_is_executed_after_the_one_before(statement):
    statement.execute("CREATE TEMP TABLE x (Name VARCHAR(10), Before INTEGER)")
    done = execute(statement, "INSERT INTO x SELECT ?, COUNT(*) FROM x", [("a",), ("b",), ("c",)])
    assert done.status == [SUCCESS] * 3
    statement.call("SQLSetStmtAttr", c_int(PARAMSET_SIZE), c_void_p(1), c_int(0))
    statement.execute("SELECT Name, Before FROM x ORDER BY Name")
    assert statement.rows() == [["a", "0"], ["b", "1"], ["c", "2"]]


def test_row_counts_add_up(statement, sim):
    sql = "UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = ?"
    done = execute(statement, sql, [(SUPPORT,), (ALL_HANDS,)])
    assert (done.code, done.status) == (odbc.SUCCESS, [SUCCESS] * 2)
    assert statement.row_count() == IN_PROGRESS[SUPPORT] + IN_PROGRESS[ALL_HANDS]
    done = execute(statement, "DELETE FROM ConferenceParticipants WHERE ConferenceSid = ? AND CallSid = ?", [(SUPPORT, EXPERT)] * 2)
    assert (done.code, done.status) == (odbc.SUCCESS, [SUCCESS] * 2), "what is gone already is no row, and no error"
    assert statement.row_count() == 1


def test_rows_of_a_set_that_fails_half_way_count(statement, sim):
    sim.fault("status", status=400, code=20001, skip=2, method="POST")
    done = execute(statement, "UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = ?", [(SUPPORT,), (ALL_HANDS,)])
    assert (done.code, done.status) == (odbc.SUCCESS_WITH_INFO, [ERROR, SUCCESS])
    assert statement.row_count() == 2 + IN_PROGRESS[ALL_HANDS]
    assert "2 of 5 rows were written before" in done.records[0].message


def test_rows_that_returning_does_not_show_count_too(statement, sim):
    sim.fault("status", status=400, code=20001, skip=2, method="POST")
    sql = "UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = ? RETURNING CallSid"
    done = execute(statement, sql, [(SUPPORT,), (ALL_HANDS,)])
    assert done.status == [ERROR, SUCCESS]
    assert statement.row_count() == 2 + IN_PROGRESS[ALL_HANDS]
    assert len(statement.rows()) == IN_PROGRESS[ALL_HANDS]


def test_every_set_is_tried_and_each_error_has_its_number(statement, sim):
    sets = [(TO, FROM, "a"), (OPTED_OUT, FROM, "b"), (TO, FROM, "c"), (None, FROM, "d"), (TO, FROM, "x" * 1601), (TO, FROM, "f")]
    done = execute(statement, SEND, sets)
    assert (done.code, done.processed) == (odbc.SUCCESS_WITH_INFO, 6)
    assert done.status == [SUCCESS, ERROR, SUCCESS, ERROR, ERROR, SUCCESS]
    assert [(r.row, r.state) for r in done.records] == [(2, "42000"), (4, "23000"), (5, "22001")]
    assert "Set 2 of 6: " in done.records[0].message and "21610" in done.records[0].message
    assert statement.row_count() == 3
    assert bodies(sim) == ["a", "b", "c", "f"], "what is known to be wrong is not sent"


def test_a_value_that_cannot_be_converted_is_named_by_its_number(statement, sim):
    sql = "INSERT INTO Messages ([To], Sender, Body, SendAt) VALUES (?, ?, ?, ?)"
    done = execute(statement, sql, [(TO, FROM, "a", None), (TO, FROM, "b", "soon"), (TO, FROM, "c", None)])
    assert done.status == [SUCCESS, ERROR, SUCCESS]
    (record,) = done.records
    assert (record.row, record.column, record.state) == (2, 4, "22018")
    assert bodies(sim) == ["a", "c"]


def test_all_sets_fail(statement, sim):
    done = execute(statement, SEND, [(OPTED_OUT, FROM, "a"), (OPTED_OUT, FROM, "b")])
    assert (done.code, done.status, done.processed) == (odbc.ERROR, [ERROR] * 2, 2)
    assert [r.row for r in done.records] == [1, 2]
    assert len(bodies(sim)) == 2


def test_without_a_status_array_one_failure_is_an_error(statement, sim):
    done = execute(statement, SEND, [(TO, FROM, "a"), (OPTED_OUT, FROM, "b"), (TO, FROM, "c")], has_status=False)
    assert done.code == odbc.ERROR
    (record,) = done.records
    assert record.message.endswith("(2 of 3 sets were executed, 1 failed.)")
    assert bodies(sim) == ["a", "b", "c"]


def test_a_warning_belongs_to_its_set(statement, sim):
    sim.fault("cut", method="POST", skip=1)
    done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(3)])
    assert (done.code, done.status) == (odbc.SUCCESS_WITH_INFO, [SUCCESS, WITH_INFO, SUCCESS])
    (record,) = done.records
    assert (record.row, record.state) == (2, "01000") and "was written" in record.message
    assert statement.row_count() == 3


@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "status", "status": 503, "processed": True}])
def test_a_set_whose_outcome_is_unknown_is_told_and_not_repeated(statement, sim, fault):
    sim.fault(method="POST", skip=1, **fault)
    done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(4)])
    assert (done.code, done.status) == (odbc.SUCCESS_WITH_INFO, [SUCCESS, ERROR, SUCCESS, SUCCESS])
    (record,) = done.records
    assert (record.row, record.state) == (2, "08S01") and "outcome unknown" in record.message
    assert statement.row_count() == 3
    assert bodies(sim) == ["n0", "n1", "n2", "n3"]


def test_a_request_that_takes_too_long_does_not_stop_the_others(sim):
    with odbc.connected(account(sim.url, Timeout=1)) as connection, connection.statement() as statement:
        sim.clear()
        sim.fault("delay_ms", delay_ms=2500, method="POST", skip=1)
        done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(3)])
    assert done.status == [SUCCESS, ERROR, SUCCESS]
    (record,) = done.records
    assert (record.row, record.state) == (2, "HYT00") and "outcome unknown" in record.message


def test_the_query_timeout_leaves_the_rest_unused(statement, sim):
    sim.fault("delay_ms", delay_ms=300, times=0, method="POST")
    done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(20)], timeout=1)
    time.sleep(0.5)
    assert done.code == odbc.ERROR
    tried = len(bodies(sim))
    assert 1 <= tried < 20
    assert done.processed == tried
    executed = done.status.count(SUCCESS)
    assert done.status == [SUCCESS] * executed + [ERROR] * (tried - executed) + [UNUSED] * (20 - tried)
    assert tried - executed <= 1
    assert [record.state for record in done.records] == ["HYT00"]
    assert f"({executed} of 20 sets were executed, {tried - executed} failed, {20 - tried} were not executed.)" in done.records[0].message


def test_a_set_that_is_stopped_before_twilio_took_it_is_unused(statement, sim):
    sim.fault("status", status=429, retry_after=30, method="POST", skip=1)
    done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(3)], timeout=1)
    assert (done.code, done.status, done.processed) == (odbc.ERROR, [SUCCESS, UNUSED, UNUSED], 1)
    (record,) = done.records
    assert (record.row, record.state) == (-1, "HYT00") and "(1 of 3 sets were executed, 0 failed, 2 were not executed.)" in record.message
    assert sim.effects()["messages_sent"] == 1


def test_a_set_that_is_stopped_on_its_way_is_unknown(statement, sim):
    sim.fault("delay_ms", delay_ms=3000, method="POST", skip=1)
    done = execute(statement, SEND, [(TO, FROM, f"n{n}") for n in range(3)], timeout=1)
    assert (done.code, done.status, done.processed) == (odbc.ERROR, [SUCCESS, ERROR, UNUSED], 2)
    (record,) = done.records
    assert (record.row, record.state) == (2, "HYT00") and "outcome unknown" in record.message


def test_a_cancel_leaves_the_rest_unused(cursor, sim):
    sim.fault("delay_ms", delay_ms=100, times=0, method="POST")
    cursor.fast_executemany = True
    timer = threading.Timer(0.45, cursor.cancel)
    timer.start()
    with pytest.raises(pyodbc.Error) as error:
        cursor.executemany(SEND, [(TO, FROM, f"n{n}") for n in range(50)])
    timer.join()
    assert error.value.args[0] == "HY008"
    told = re.search(r"\((\d+) of 50 sets were executed, ([01]) failed, (\d+) were not executed\.\)", error.value.args[1])
    executed, failed, unused = map(int, told.groups())
    assert executed + failed + unused == 50 and unused > 0
    assert ("outcome unknown" in error.value.args[1]) == bool(failed), "what was on its way is told first"
    time.sleep(0.3)
    assert bodies(sim) == [f"n{n}" for n in range(executed + failed)], "nothing is sent after the cancel"


def test_a_cancel_stops_between_sets_that_send_nothing(connect):
    cursor = connect().cursor()
    cursor.execute("CREATE TEMP TABLE x (a INTEGER)")
    cursor.fast_executemany = True
    count, over = 200_000, threading.Event()

    def cancel() -> None:
        # One that comes before the execution is forgotten.
        while not over.wait(0.2):
            cursor.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(pyodbc.Error) as error:
        cursor.executemany("INSERT INTO x VALUES (?)", [(n,) for n in range(count)])
    over.set()
    thread.join()
    assert error.value.args[0] == "HY008"
    executed = int(re.search(rf"\((\d+) of {count} sets were executed", error.value.args[1]).group(1))
    assert cursor.execute("SELECT COUNT(*) FROM x").fetchval() == executed < count


def test_what_is_sent_in_parts_comes_set_by_set(cursor, sim):
    cursor.execute("CREATE TEMP TABLE x (n INTEGER, t TEXT)")
    given = [(n, chr(97 + n) * 100_000 * n) for n in range(4)]
    cursor.fast_executemany = True
    cursor.executemany("INSERT INTO x VALUES (?, ?)", given)
    assert [tuple(row) for row in cursor.execute("SELECT n, t FROM x ORDER BY n")] == given


def test_a_dry_run_shows_all_sets(sim):
    with odbc.connected("DSN=Twilio;DryRun=1") as connection, connection.statement() as statement:
        sim.clear()
        done = execute(statement, SEND, [(TO, FROM, "a"), (None, FROM, "b"), (TO, FROM, "c")])
        assert done.status == [SUCCESS, ERROR, SUCCESS]
        assert [row[3].rsplit("=")[-1] for row in statement.rows()] == ["a", "c"]
    assert sim.requests() == []


def test_procedures_are_called_once_for_each_set(statement, sim):
    sql = "EXEC AddParticipants ConferenceSid = ?, [From] = ?, [To] = ?"
    done = execute(statement, sql, [("Room", FROM, TO), ("Room", FROM, OPTED_OUT), ("Room", FROM, "+14155550125")])
    assert (done.code, done.status) == (odbc.SUCCESS_WITH_INFO, [SUCCESS, ERROR, SUCCESS])
    assert [record.row for record in done.records] == [2]
    assert (statement.row_count(), statement.columns()) == (2, 0), "the calls count, their rows are not shown"
    assert sim.effects()["participants_created"] == 2


@pytest.mark.parametrize("sql", ["SELECT Sid FROM Conferences WHERE Sid = ?", "EXPLAIN SELECT Sid FROM Conferences WHERE Sid = ?"])
def test_a_query_takes_one_set(statement, sim, sql):
    done = execute(statement, sql, [(SUPPORT,), (ALL_HANDS,)])
    assert (done.code, done.status) == (odbc.ERROR, [99] * 2)
    assert [record.state for record in done.records] == ["HYC00"]
    assert sim.requests() == []


def test_an_array_is_refused_as_a_whole_where_nothing_may_be_written(sim):
    with odbc.connected("DSN=TwilioReadOnly") as connection, connection.statement() as statement:
        sim.clear()
        done = execute(statement, "DELETE FROM ConferenceParticipants WHERE CallSid = ?", [(CUSTOMER,), (EXPERT,)])
    assert (done.code, [record.state for record in done.records]) == (odbc.ERROR, ["25006"])
    assert sim.requests() == []


def test_a_query_reads_no_sets_that_it_refuses(statement):
    """There is no memory for as many as these."""
    values = (c_int * 2)(1, 2)
    statement.call(
        "SQLBindParameter", c_ushort(1), c_short(1), c_short(-16), c_short(4), c_size_t(0), c_short(0), values,
        c_ssize_t(0), None,
    )  # fmt: skip
    statement.call("SQLSetStmtAttr", c_int(PARAMSET_SIZE), c_void_p(2**40), c_int(0))
    assert statement.execute("SELECT ?", check=False) == odbc.ERROR
    assert [record.state for record in statement.diagnostics()] == ["HYC00"]
