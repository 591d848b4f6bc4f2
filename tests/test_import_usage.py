"""ImportUsage: usage records into a temporary table, once, for reports that send no further request."""

import datetime

import pyodbc
import pytest

from support import ACCOUNT, SUBACCOUNT


def lists(sim) -> list[tuple[str, dict[str, str]]]:
    return [(request.path, request.query) for request in sim.requests() if "Usage" in request.path]


def test_usage_of_days_is_read_once(cursor, sim):
    read = cursor.execute(
        "SELECT COUNT(*), SUM(Price) FROM UsageRecords WHERE \"Interval\" = 'Daily' AND StartDate >= '2024-06-01' AND EndDate <= '2024-06-30'"
    ).fetchone()
    sim.clear()
    imported = cursor.execute("EXEC ImportUsage Into = '#usage', Interval = 'Daily', StartDate = '2024-06-01', EndDate = '2024-06-30'")
    assert imported.rowcount == read[0] > 0
    ((path, query),) = {(path, tuple(sorted(query.items()))) for path, query in lists(sim)}
    assert path == "Usage/Records/Daily.json" and {("StartDate", "2024-06-01"), ("EndDate", "2024-06-30")} <= set(query)
    sim.clear()
    assert tuple(cursor.execute("SELECT COUNT(*), SUM(Price) FROM #usage").fetchone()) == tuple(read)
    assert cursor.execute("SELECT COUNT(DISTINCT Category) FROM #usage").fetchval() > 1
    assert sim.requests() == []


def test_markers_positions_and_expressions(cursor, sim):
    cursor.execute("{call ImportUsage('Sms', ?, ?, CAST(? AS DATE), 'sms')}", "Daily", datetime.date(2024, 6, 1), "2024-06-30")
    assert {row.Category for row in cursor.execute("SELECT Category FROM Sms")} == {"sms"}
    assert all(query.get("Category") == "sms" for _, query in lists(sim))
    cursor.execute("EXEC ImportUsage Category = ?, Into = 'AllTime', Interval = NULL, IncludeSubaccounts = false", "calls")
    assert cursor.execute("SELECT COUNT(*) FROM AllTime").fetchval() == 1
    assert lists(sim)[-1][0] == "Usage/Records.json" and lists(sim)[-1][1]["IncludeSubaccounts"] == "false"


def test_of_a_subaccount(cursor, sim):
    cursor.execute(f"EXEC ImportUsage 'theirs', AccountSid = '{SUBACCOUNT}'")
    assert {path for path, _ in lists(sim)} == {f"/2010-04-01/Accounts/{SUBACCOUNT}/Usage/Records.json"}
    assert ACCOUNT not in {row.AccountSid for row in cursor.execute("SELECT AccountSid FROM theirs")}


@pytest.mark.parametrize(
    ("sql", "state", "told"),
    [
        ("EXEC ImportUsage", "42000", "needs the argument Into"),
        ("EXEC ImportUsage 'x', Intervall = 'Daily'", "42000", "did you mean Interval"),
        ("EXEC ImportUsage 'x', 'Weekly'", "22018", "Interval"),
        ("EXEC ImportUsage 'x', StartDate = '2024-02-30'", "22007", "2024-02-30"),
        ("EXEC ImportUsage 'x', 'Daily', Interval = 'Daily'", "42000", "given twice"),
        ("EXEC ImportUsage Into = 5", "HYC00", "no text in quotes"),
        ("{? = call ImportUsage('x')}", "HYC00", "a return value"),
        ("EXEC ImportUsage 'Calls'", "42S01", "Calls"),
        ("EXEC ImportUsage 'x\"; DROP TABLE y; --', 'No'", "22018", "Interval"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_sent(cursor, sim, sql, state, told):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql)
    assert error.value.args[0] == state and told in error.value.args[1], error.value.args
    assert sim.requests() == []


def test_it_is_listed_and_a_read_only_connection_may(connect, sim):
    from support import account

    cursor = connect(account(sim.url, ReadOnly=1)).cursor()
    assert [row.procedure_name for row in cursor.procedures("ImportUsage")] == ["ImportUsage"]
    names = [column.column_name for column in cursor.procedureColumns("ImportUsage")]
    assert names[-7:] == ["Into", "Interval", "StartDate", "EndDate", "Category", "IncludeSubaccounts", "AccountSid"]
    assert cursor.execute("EXEC ImportUsage 'mine'").rowcount > 0
    with pytest.raises(pyodbc.Error, match="42S01"):
        cursor.execute("EXEC ImportUsage 'mine'")


def test_an_expression_stays_one(cursor, sim):
    cursor.execute("EXEC ImportUsage 'expression', IncludeSubaccounts = 1 = 0, Category = CASE 1 WHEN 2 THEN 'x' ELSE 'calls' END")
    ((_, query),) = lists(sim)
    assert (query["IncludeSubaccounts"], query["Category"]) == ("false", "calls")
