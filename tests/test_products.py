"""Tables of a product that the account has not switched on: one error that says so."""

import pyodbc
import pytest

from support import CUSTOMER, account

JOIN = "SELECT e.* FROM Calls c JOIN {} e ON e.CallSid = c.Sid"
ONE = f"SELECT * FROM {{}} WHERE CallSid = '{CUSTOMER}'"
CALLS = "Voice/CA"


@pytest.fixture
def insights(generic, connect):
    """Says what Twilio answers to calls and to the settings; gives a cursor."""
    generic._control("DELETE", "faults")

    def answers(status, code, settings):
        generic.fault("status", path=CALLS, status=status, code=code, message="Refused", times=0)
        generic.fault(path="Voice/Settings", times=0, **settings)
        cursor = connect(account(generic.url + "/{product}", ParentScan="Always")).cursor()
        generic.clear()
        return cursor

    yield answers
    generic._control("DELETE", "faults")


def switched(on):
    return {"kind": "wrong_type", "field": "advanced_features", "value": on}


def asked(generic, part):
    return len([request for request in generic.requests() if part in request.path])


@pytest.mark.parametrize(("status", "code"), [(403, 20003), (404, 20404), (401, 20003), (400, 20001)])
@pytest.mark.parametrize("sql", [JOIN, ONE, "SELECT * FROM {}"])
@pytest.mark.parametrize("table", ["CallEvents", "CallMetrics"])
def test_one_error_names_the_product_and_what_to_do(insights, generic, table, sql, status, code):
    cursor = insights(status, code, switched(False))
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql.format(table)).fetchall()
    state, message = error.value.args
    assert state == "42000"
    for part in [f"{table} cannot be read", "Voice Insights Advanced Features", "Console"]:
        assert part in message
    assert asked(generic, "Voice/Settings") == 1
    # Those that were on the way already, and no others.
    assert 1 <= asked(generic, CALLS) <= 8


@pytest.mark.parametrize("settings", [switched(True), switched(None), {"kind": "status", "status": 403, "code": 20003}, {"kind": "status", "status": 404, "code": 20404}])
def test_a_call_without_events_is_one_where_the_product_is_on(insights, generic, settings):
    cursor = insights(404, 20404, settings)
    assert cursor.execute(JOIN.format("CallEvents")).fetchall() == []
    assert asked(generic, "Voice/Settings") == 1 and asked(generic, CALLS) > 8


def test_another_refusal_stays_what_it_is(insights):
    cursor = insights(403, 20003, switched(True))
    with pytest.raises(pyodbc.Error, match="Refused") as error:
        cursor.execute(JOIN.format("CallEvents")).fetchall()
    assert "Advanced Features" not in str(error.value)


def test_nothing_is_asked_where_all_is_well(generic, connect):
    cursor = connect(account(generic.url + "/{product}")).cursor()
    generic.clear()
    call = cursor.execute("SELECT CallSid FROM CallSummaries").fetchval()
    assert cursor.execute("SELECT * FROM CallEvents WHERE CallSid = ?", call).fetchall()
    assert asked(generic, "Voice/Settings") == 0
