"""Long lists between two dates, which are read in slices side by side."""

import time

import pyodbc
import pytest

from faults import held, order, share_of
from support import Simulator, account
from test_pace import at_once, threads

MESSAGES = 1500
# Rows of a page. Every list of the seed has some pages then, and the messages some hundreds.
ROWS = 5
YEAR = "DateSent >= '2022-10-02' AND DateSent < '2023-10-01'"


@pytest.fixture(scope="module")
def many():
    one = Simulator("--messages", str(MESSAGES), "--page-limit", str(ROWS))
    yield one
    one.stop()


@pytest.fixture
def open_many(many, connect):
    many.reset()

    def open_many(**keywords):
        connection = connect(account(many.url, **keywords))
        many.clear()
        return connection

    return open_many


def one_by_one(open_many, sql):
    """The rows in the order of the list, and how many requests that takes."""
    connection = open_many(MaxConcurrency=1)
    return [tuple(row) for row in connection.execute(sql)]


STATEMENTS = [
    f"SELECT Sid, DateSent FROM Messages WHERE {YEAR}",
    # Both ends within a day.
    "SELECT * FROM Messages WHERE DateSent BETWEEN '2022-11-05 07:00:00' AND '2023-02-01 12:34:56'",
    # The first pages are by far less dense than the others, and there is nothing before.
    "SELECT Sid, DateSent FROM Messages WHERE DateSent >= '2010-01-01'",
    # Strict bounds.
    "SELECT Sid, DateSent FROM Messages WHERE DateSent > '2023-01-01' AND DateSent < '2023-08-01'",
    # What else is pushed goes to all slices; what is not is checked in all.
    f"SELECT Sid, DateSent FROM Messages WHERE {YEAR} AND Sender = '+14155550100' AND Body LIKE '%7'",
    # One list for each number.
    f"SELECT Sid FROM Messages WHERE {YEAR} AND Sender IN ('+14155550100', '+14155550101')",
    f"SELECT Sid, DateSent FROM Messages WHERE {YEAR} ORDER BY DateSent, Sid",
    f"SELECT Status, COUNT(*) FROM Messages WHERE {YEAR} GROUP BY Status",
    # Other tables, and a list that goes the other way or has several rows a day.
    "SELECT * FROM Conferences WHERE DateCreated >= '2015-01-01'",
    "SELECT Sid, StartTime FROM Calls WHERE StartTime >= '2015-01-01' AND Status <> 'busy'",
    "SELECT Sid, DateCreated FROM Recordings WHERE DateCreated >= '2015-01-01'",
    """SELECT Category, StartDate, EndDate, Count, Price FROM UsageRecords
       WHERE "Interval" = 'Daily' AND StartDate >= '2023-07-01' AND StartDate <= '2023-08-15'""",
    """SELECT Category, StartDate, Count FROM UsageRecords
       WHERE "Interval" = 'Daily' AND StartDate > '2023-07-01' AND EndDate < '2023-08-15'""",
    # A row without a date is in no range.
    "SELECT Sid FROM Messages WHERE DateSent IS NULL OR DateSent > '2023-06-01'",
    f"SELECT m.Sid, c.Sid FROM Messages m LEFT JOIN Conferences c ON c.DateCreated = m.DateSent WHERE m.{YEAR}",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_the_rows_and_their_order_are_those_of_the_list(open_many, sql):
    expected = one_by_one(open_many, sql)
    rows = [tuple(row) for row in open_many(MaxConcurrency=8).execute(sql)]
    assert rows == expected
    assert rows


def test_slices_are_read_side_by_side_with_few_more_requests(open_many, many):
    one_by_one(open_many, f"SELECT Sid FROM Messages WHERE {YEAR}")
    walked = many.requests()
    assert len(walked) == MESSAGES // ROWS - 1
    connection = open_many(MaxConcurrency=4)
    rows = connection.execute(f"SELECT Sid FROM Messages WHERE {YEAR}").fetchall()
    sliced = many.requests()
    assert len({row.Sid for row in rows}) == len(rows) == MESSAGES - 5
    assert len(walked) < len(sliced) <= len(walked) * 1.4
    bounds = {(request.query["DateSent>"], request.query["DateSent<"]) for request in sliced}
    assert len(bounds) > 20
    assert min(lower for lower, _ in bounds) == "2022-10-02"
    assert max(upper for _, upper in bounds) == "2023-10-02"
    assert all(request.query.keys() <= {"DateSent>", "DateSent<", "PageSize", "Page", "PageToken"} for request in sliced)


@pytest.mark.parametrize("concurrency", [2, 8])
def test_they_take_their_share_of_the_time(connect, concurrency):
    slow = Simulator("--messages", "500", "--page-limit", "10", "--latency-ms", "50")
    try:
        taken = {}
        for most in (1, concurrency):
            connection = connect(account(slow.url, MaxConcurrency=most))
            slow.clear()
            started = time.monotonic()
            assert len(connection.execute(f"SELECT Sid FROM Messages WHERE {YEAR}").fetchall()) == 498
            taken[most] = time.monotonic() - started
            assert at_once(slow.log()) <= most
        # Of the ideal, what a busy machine may spoil.
        assert taken[concurrency] < taken[1] * min(1, 2.2 / concurrency)
    finally:
        slow.stop()


@pytest.mark.parametrize(
    "sql",
    [
        # Nothing leaves out the rows without a date.
        "SELECT Sid FROM Messages",
        "SELECT Sid FROM Messages WHERE DateSent IS NULL OR DateSent >= '2022-10-02'",
        # Where it ends is not known.
        "SELECT Sid FROM Messages WHERE DateSent < '2023-10-01'",
        # Who wants few rows does not want all slices.
        f"SELECT Sid FROM Messages WHERE {YEAR} LIMIT 200",
        # One day.
        "SELECT Sid FROM Messages WHERE CAST(DateSent AS DATE) = '2023-03-03'",
        # Short.
        "SELECT Sid FROM Messages WHERE DateSent >= '2023-09-28' AND DateSent < '2023-10-01'",
    ],
)
def test_what_is_not_cut(open_many, many, sql):
    open_many().execute(sql).fetchall()
    assert len({(r.query.get("DateSent>"), r.query.get("DateSent<")) for r in many.requests()}) == 1


def test_years_without_rows_take_few_requests(open_many, many):
    """A dozen years are hundreds of slices as long as those of the year with the messages."""
    sql = "SELECT Sid FROM Messages WHERE DateSent >= '2010-01-01' AND DateSent < '2023-10-01'"
    walked = len(one_by_one(open_many, sql)) / ROWS
    open_many().execute(sql).fetchall()
    assert len(many.requests()) < walked * 1.7


def test_who_reads_the_first_page_alone_sends_one_request(open_many, many):
    cursor = open_many().cursor()
    cursor.execute(f"SELECT Sid FROM Messages WHERE {YEAR}")
    assert cursor.fetchone()
    time.sleep(0.2)
    assert len(many.requests()) == 1
    cursor.close()


def test_nothing_is_left_of_a_statement_that_ends_early(many, open_many):
    before = held()
    connection = open_many()
    cursor = connection.cursor()
    cursor.execute(f"SELECT Sid FROM Messages WHERE {YEAR}")
    assert len(cursor.fetchmany(ROWS * 3)) == ROWS * 3
    assert threads()
    cursor.close()
    connection.close()
    assert not threads()
    assert not [thing for thing in held() - before if thing.startswith("thread")]
    sent = len(many.requests())
    time.sleep(0.3)
    assert len(many.requests()) == sent < MESSAGES // ROWS


def test_a_query_timeout_stops_all_slices(connect):
    slow = Simulator("--messages", "500", "--page-limit", "5", "--latency-ms", "300")
    try:
        connection = connect(account(slow.url))
        connection.timeout = 1
        started = time.monotonic()
        with pytest.raises(pyodbc.Error, match="HYT00"):
            # One row, and so one call that reads all.
            connection.execute(f"SELECT COUNT(*) FROM Messages WHERE {YEAR}").fetchall()
        assert time.monotonic() - started < 2
        connection.timeout = 0
        assert connection.execute("SELECT Sid FROM Messages LIMIT 1").fetchall()
        connection.close()
        assert not threads()
    finally:
        slow.stop()


def test_a_slice_that_fails_fails_the_statement(many, open_many):
    connection = open_many(MaxRetries=0)
    # Of all requests, so that some slices succeed before one does not.
    many.fault("status", status=400, code=20001, path="Messages", share=0.05, seed=7, times=0)
    cursor = connection.cursor()
    cursor.execute(f"SELECT Sid FROM Messages WHERE {YEAR}")
    with pytest.raises(pyodbc.Error, match="20001"):
        cursor.fetchall()


MIXED = [
    "HTTP 429, again at once", "HTTP 500", "HTTP 502 in HTML", "HTTP 504 without a body", "dropped before processing",
    "dropped after processing", "cut", "late",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_with_faults_no_row_is_lost_or_doubled(connect, seed):
    one = simulator_of_messages()
    try:
        whole = [row.Sid for row in connect(account(one.url, MaxConcurrency=1)).execute(f"SELECT Sid FROM Messages WHERE {YEAR}")]
        order(one, *share_of(MIXED, seed))
        exact = failed = 0
        for _ in range(4):
            connection = connect(account(one.url, MaxRetries=8, ConnectOnOpen=0))
            try:
                rows = [row.Sid for row in connection.execute(f"SELECT Sid FROM Messages WHERE {YEAR}")]
                assert rows == whole
                exact += 1
            except pyodbc.Error:
                failed += 1
            connection.close()
        assert exact, f"{failed} failed"
    finally:
        one.stop()


def simulator_of_messages() -> Simulator:
    return Simulator("--messages", "300", "--page-limit", str(ROWS))
