"""What is asked of Twilio: the exact requests of each query."""

from datetime import UTC, date, datetime, timedelta

import pytest

import odbc
from support import (
    ALL_HANDS,
    CAFE,
    CONFERENCES,
    CUSTOMER,
    IN_PROGRESS,
    ROOT,
    SALES,
    SUPERVISOR,
    SUPPORT,
    SUPPORT_CALLS,
    account,
)

PARTICIPANTS = f"Conferences/{SUPPORT}/Participants.json"


def run(cursor, sql: str, *parameters) -> list[tuple]:
    return [tuple(row) for row in cursor.execute(sql, *parameters)]


def test_all_conferences_are_one_request(cursor, sim):
    assert len(run(cursor, "SELECT * FROM Conferences")) == CONFERENCES
    assert sim.lines() == ["GET Conferences.json"]


def test_participants_of_a_conference_are_one_request(cursor, sim):
    assert len(run(cursor, f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")) == 5
    assert sim.lines() == [f"GET {PARTICIPANTS}"]


def test_the_first_screens_statements_cost_nine_requests(cursor, sim):
    statements = [line.split('"')[1] for line in (ROOT / "installer/quickstart.sh").read_text().splitlines() if line.startswith('    query "')]
    counts = []
    for sql in statements:
        sim.clear()
        run(cursor, sql)
        counts.append(len(sim.lines()))
    assert counts == [1, 1, 1 + len(IN_PROGRESS)]


def test_pages_are_as_large_as_twilio_gives_them(cursor, sim):
    run(cursor, "SELECT * FROM Conferences")
    assert sim.requests()[0].query["PageSize"] == "1000"


@pytest.mark.parametrize("column", ["Muted", "Hold", "Coaching"])
@pytest.mark.parametrize("value", ["true", "1", "'true'", "?"])
def test_booleans_are_asked_of_twilio(cursor, sim, column, value):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND {column} = {value}"
    rows = run(cursor, sql, *([True] if value == "?" else []))
    assert 0 < len(rows) < 5
    (request,) = sim.requests()
    assert request.path == PARTICIPANTS
    assert request.query[column] == "true"


@pytest.mark.parametrize("value", ["false", "0", "'false'"])
def test_false_is_asked_of_twilio_too(cursor, sim, value):
    run(cursor, f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = {value}")
    assert [request.query["Muted"] for request in sim.requests()] == ["false"]


def test_two_switches_are_asked_at_once(cursor, sim):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = true AND Coaching = true"
    assert [row[0] for row in run(cursor, sql)] == [SUPERVISOR]
    (request,) = sim.requests()
    assert (request.query["Muted"], request.query["Coaching"]) == ("true", "true")


def test_what_is_pushed_is_checked_again(cursor, sim):
    # The answer holds more than was asked for.
    sim.fault("wrong_type", field="muted", value=False, path="Participants")
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = true"
    assert [row[0] for row in run(cursor, sql)] == [SUPERVISOR]


def test_what_twilio_cannot_filter_is_filtered_here(cursor, sim):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Label = 'customer'"
    assert [row[0] for row in run(cursor, sql)] == [CUSTOMER]
    (request,) = sim.requests()
    assert set(request.query) == {"PageSize"}


def test_alternatives_are_not_pushed_as_if_both_held(cursor, sim):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND (Muted = true OR Hold = true)"
    assert len(run(cursor, sql)) == 3
    assert all(not {"Muted", "Hold"} <= set(request.query) for request in sim.requests())


def test_one_conference_is_fetched_by_its_path(cursor, sim):
    assert len(run(cursor, f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'")) == 1
    assert sim.lines() == [f"GET Conferences/{SUPPORT}.json"]


def test_one_participant_is_fetched_by_its_path(cursor, sim):
    sql = f"SELECT * FROM ConferenceParticipants WHERE CallSid = '{CUSTOMER}' AND ConferenceSid = '{SUPPORT}'"
    assert len(run(cursor, sql)) == 1
    assert sim.lines() == [f"GET Conferences/{SUPPORT}/Participants/{CUSTOMER}.json"]


def test_what_does_not_exist_is_no_row(cursor, sim):
    assert run(cursor, f"SELECT * FROM Conferences WHERE Sid = 'CF{'e' * 32}'") == []
    assert [request.status for request in sim.requests()] == [404]


def test_without_a_conference_those_in_progress_are_walked(cursor, sim):
    rows = run(cursor, "SELECT * FROM ConferenceParticipants")
    assert len(rows) == sum(IN_PROGRESS.values())
    first, *others = sim.requests()
    assert (first.path, first.query["Status"]) == ("Conferences.json", "in-progress")
    assert sorted(request.path for request in others) == sorted(f"Conferences/{sid}/Participants.json" for sid in IN_PROGRESS)


def test_walking_asks_each_conference_for_what_the_query_wants(cursor, sim):
    rows = run(cursor, "SELECT CallSid FROM ConferenceParticipants WHERE Muted = true")
    assert len(rows) == 5
    _, *others = sim.requests()
    assert len(others) == len(IN_PROGRESS)
    assert {request.query["Muted"] for request in others} == {"true"}


def test_a_list_of_conferences_asks_each_once(cursor, sim):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid IN ('{SUPPORT}', '{CAFE}', '{SUPPORT}')"
    assert len(run(cursor, sql)) == 7
    assert sorted(sim.lines()) == sorted(f"GET Conferences/{sid}/Participants.json" for sid in (SUPPORT, CAFE))


def test_a_list_of_values_of_a_filter_asks_each_once(cursor, sim):
    assert len(run(cursor, "SELECT Sid FROM Conferences WHERE Status IN ('init', 'in-progress', 'init', NULL)")) == 7
    assert sorted(request.query["Status"] for request in sim.requests()) == ["in-progress", "init"]


def test_a_list_with_a_word_that_twilio_does_not_know_asks_for_all(cursor, sim):
    assert len(run(cursor, "SELECT Sid FROM Conferences WHERE Status IN ('init', 'brand-new')")) == 1
    assert [set(request.query) for request in sim.requests()] == [{"PageSize"}]


def test_lists_of_keys_and_filters_ask_each_pair_once(cursor, sim):
    sql = f"""SELECT CallSid FROM ConferenceParticipants
              WHERE ConferenceSid IN ('{SUPPORT}', '{CAFE}') AND Muted IN (true, false) AND Hold IN (false, 'false')"""
    assert len(run(cursor, sql)) == 5
    asked = [(request.path, request.query["Muted"], request.query["Hold"]) for request in sim.requests()]
    assert len(asked) == len(set(asked)) == 4


def test_alternative_conferences_ask_each_once(cursor, sim):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' OR ConferenceSid = '{SALES}'"
    assert len(run(cursor, sql)) == 8
    assert sorted(sim.lines()) == sorted(f"GET Conferences/{sid}/Participants.json" for sid in (SUPPORT, SALES))


def test_a_parameter_is_pushed_like_a_literal(cursor, sim):
    rows = run(cursor, "SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = ? AND Muted = ?", SUPPORT, True)
    assert len(rows) == 2
    (request,) = sim.requests()
    assert (request.path, request.query["Muted"]) == (PARTICIPANTS, "true")


def test_comparison_with_null_asks_nothing(cursor, sim):
    assert run(cursor, "SELECT * FROM ConferenceParticipants WHERE ConferenceSid = ?", None) == []
    assert sim.requests() == []


@pytest.mark.parametrize("sql", ["SELECT Sid FROM Conferences LIMIT 1", "SELECT TOP 1 Sid FROM Conferences"])
def test_a_limit_makes_the_page_small(cursor, sim, sql):
    assert run(cursor, sql) == [(ALL_HANDS,)]
    (request,) = sim.requests()
    assert request.query["PageSize"] == "1"


def test_a_limit_as_parameter_makes_the_page_small(cursor, sim):
    assert len(run(cursor, "SELECT Sid FROM Conferences LIMIT ?", 2)) == 2
    (request,) = sim.requests()
    assert request.query["PageSize"] == "2"


def test_offset_counts_towards_the_page(cursor, sim):
    assert run(cursor, "SELECT Sid FROM Conferences LIMIT 1 OFFSET 2") == [(SUPPORT,)]
    assert [request.query["PageSize"] for request in sim.requests()] == ["3"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Sid FROM Conferences ORDER BY DateCreated LIMIT 1",
        "SELECT Sid FROM Conferences WHERE Region = 'jp1' LIMIT 1",
        "SELECT Sid FROM Conferences WHERE DateCreated > {ts '2024-02-29 00:00:00'} LIMIT 1",
        "SELECT DISTINCT Region FROM Conferences LIMIT 1",
        "SELECT COUNT(*) FROM Conferences LIMIT 1",
    ],
)
def test_a_limit_does_not_make_the_page_small_where_rows_may_be_dropped_or_moved(cursor, sim, sql):
    assert len(run(cursor, sql)) == 1
    assert [request.query["PageSize"] for request in sim.requests()] == ["1000"]


def test_a_limit_stops_before_the_next_page(new_simulator, connect):
    many = new_simulator("--rows", "2500")
    connection = connect(account(many.url))
    many.clear()
    assert len(run(connection.cursor(), "SELECT Sid FROM Conferences WHERE Region = 'us1' LIMIT 5")) == 5
    assert len(many.requests()) == 1


def test_pages_are_asked_for_when_they_are_needed(new_simulator, connect):
    many = new_simulator("--rows", "5000")
    connection = connect(account(many.url))
    many.clear()
    cursor = connection.execute("SELECT Sid FROM Conferences")
    assert len(cursor.fetchmany(10)) == 10
    assert len(many.requests()) <= 2, "a page, and at most one ahead"
    cursor.close()


def test_a_closed_cursor_asks_for_no_more(new_simulator, connect):
    many = new_simulator("--rows", "5000")
    connection = connect(account(many.url))
    cursor = connection.execute("SELECT Sid FROM Conferences")
    cursor.fetchone()
    cursor.close()
    many.clear()
    assert connection.execute("SELECT 1").fetchval() == 1
    assert many.requests() == []


@pytest.mark.parametrize(
    ("condition", "parameter", "value"),
    [
        ("Name = 'Sales/EMEA & Co. 100%'", "FriendlyName", "Sales/EMEA & Co. 100%"),
        ("Name = 'Café ☕ Zürich 東京'", "FriendlyName", "Café ☕ Zürich 東京"),
        ("FriendlyName = 'Lobby'", "FriendlyName", "Lobby"),
        ("Status = 'in-progress'", "Status", "in-progress"),
        ("DateCreated >= {ts '2024-06-14 10:00:00'}", "DateCreated>", "2024-06-14"),
    ],
)
def test_filters_of_conferences_are_asked_of_twilio(cursor, sim, condition, parameter, value):
    assert run(cursor, f"SELECT Sid FROM Conferences WHERE {condition}")
    (request,) = sim.requests()
    assert request.query[parameter] == value


def test_a_moment_as_parameter_is_asked_of_twilio_by_its_day(cursor, sim):
    rows = run(cursor, "SELECT Sid FROM Conferences WHERE DateCreated > ? AND DateCreated < ?", datetime(2024, 2, 28), datetime(2024, 3, 1))
    assert len(rows) == 3
    (request,) = sim.requests()
    assert request.query["DateCreated>"] == "2024-02-28"
    assert request.query["DateCreated<"] >= "2024-03-01"


def test_a_word_that_twilio_does_not_know_is_not_asked(cursor, sim):
    assert run(cursor, "SELECT Sid FROM Conferences WHERE Status = 'brand-new'") == []
    assert all("Status" not in request.query for request in sim.requests())


def test_the_same_query_asks_again(cursor, sim):
    for _ in range(2):
        run(cursor, f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
    assert len(sim.requests()) == 2, "rows of an earlier statement are old"


def test_a_sub_query_and_its_outer_query_share_a_list(cursor, sim):
    sql = "SELECT COUNT(*) FROM Conferences WHERE DateCreated = (SELECT MAX(DateCreated) FROM Conferences)"
    assert run(cursor, sql) == [(1,)]
    assert len(sim.requests()) <= 2


def test_preparing_and_describing_send_nothing(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        sim.clear()
        statement.prepare("SELECT * FROM ConferenceParticipants WHERE ConferenceSid = ?")
        assert statement.columns() == 15
        assert statement.describe(1)[0] == "CallSid"
        assert sim.requests() == []


def test_catalogue_functions_send_nothing(cursor, sim):
    assert cursor.tables().fetchall() and cursor.columns().fetchall() and cursor.procedures().fetchall()
    assert sim.requests() == []


def test_a_query_without_a_table_sends_nothing(cursor, sim):
    run(cursor, "SELECT 1 + 1")
    assert sim.requests() == []


def test_a_list_of_calls_in_one_conference_finds_them(cursor, sim):
    calls = "', '".join(SUPPORT_CALLS[:2])
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid IN ('{calls}')"
    assert len(run(cursor, sql)) == 2
    assert len(sim.lines()) == len(set(sim.lines())) <= 2


def ahead(days: int):
    return lambda today: today + timedelta(days)


def last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(1)).replace(day=1)


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("DateCreated >= DATEADD(day, -7, CURRENT_DATE)", {"DateCreated>": ahead(-7)}),
        ("DateCreated >= LAST_N_DAYS(7)", {"DateCreated>": ahead(-7)}),
        ("DateCreated >= TODAY()", {"DateCreated>": ahead(0)}),
        ("DateCreated >= CURRENT_DATE - INTERVAL '30' DAY", {"DateCreated>": ahead(-30)}),
        ("DateCreated < {fn CURDATE()} - 30", {"DateCreated<": ahead(-29)}),
        ("DateCreated > NOW() - INTERVAL '2' DAY", {"DateCreated>": ahead(-2)}),
        ("CAST(DateCreated AS DATE) = YESTERDAY()", {"DateCreated>": ahead(-1), "DateCreated<": ahead(0)}),
        ("DateCreated >= LAST_MONTH() AND DateCreated < THIS_MONTH()", {"DateCreated>": last_month, "DateCreated<": lambda today: today.replace(day=2)}),
    ],
)
def test_ranges_that_follow_the_clock_are_asked_of_twilio(cursor, sim, condition, asked):
    before = datetime.now(UTC).date()
    run(cursor, f"SELECT Sid FROM Conferences WHERE {condition}")
    after = datetime.now(UTC).date()
    (request,) = sim.requests()
    # Midnight may pass.
    expected = [{name: str(day(today)) for name, day in asked.items()} for today in (before, after)]
    assert {name: value for name, value in request.query.items() if name != "PageSize"} in expected
