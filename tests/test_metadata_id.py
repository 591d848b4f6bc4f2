"""SQL_ATTR_METADATA_ID: arguments of the catalogue functions are identifiers, not patterns."""

from ctypes import c_int, c_short, c_ushort, c_void_p

import pytest

import odbc
from odbc import NTS, Failed
from support import ACCOUNT, LIBRARY, TOKEN, string

# Twilio knows no privileges.
NOTHING = -1

# The name arguments of each function, and where its result has the table's or procedure's name. The function's further
# arguments are given with them.
FUNCTIONS = {
    "SQLTables": (["CData", "Twilio", "ConferenceParticipants"], 2),
    "SQLColumns": (["CData", "Twilio", "ConferenceParticipants", "CallSid"], 2),
    "SQLPrimaryKeys": (["CData", "Twilio", "ConferenceParticipants"], 2),
    "SQLStatistics": (["CData", "Twilio", "ConferenceParticipants"], 2),
    "SQLSpecialColumns": (["CData", "Twilio", "ConferenceParticipants"], None),
    "SQLTablePrivileges": (["CData", "Twilio", "ConferenceParticipants"], NOTHING),
    "SQLColumnPrivileges": (["CData", "Twilio", "ConferenceParticipants", "CallSid"], NOTHING),
    "SQLProcedures": (["CData", "Twilio", "SendMessage"], 2),
    "SQLProcedureColumns": (["CData", "Twilio", "SendMessage", "Body"], 2),
}


@pytest.fixture(params=["statement", "connection"])
def statement(request, sim):
    """A statement that takes identifiers, by its own attribute and by its connection's."""
    with odbc.connected(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), LIBRARY) as connection:
        if request.param == "connection":
            connection.call("SQLSetConnectAttr", c_int(10014), c_void_p(1), c_int(0))
        with connection.statement() as statement:
            if request.param == "statement":
                statement.call("SQLSetStmtAttr", c_int(10014), c_void_p(1), c_int(0))
            yield statement


def listed(statement: odbc.Statement, function: str, names: list[str | None]) -> list[list[str | None]]:
    given = []
    for name in names:
        given += [None if name is None else name.encode(), c_short(0 if name is None else NTS)]
    if function == "SQLTables":
        given += [None, c_short(0)]
    elif function == "SQLStatistics":
        given += [c_ushort(0), c_ushort(0)]
    elif function == "SQLSpecialColumns":
        given = [c_ushort(1), *given, c_ushort(0), c_ushort(1)]
    statement.call(function, *given)
    rows = statement.rows()
    statement.close()
    return rows


@pytest.mark.parametrize("function", FUNCTIONS)
def test_identifiers_are_found_in_any_letter_case_and_quoted(statement, function):
    names, place = FUNCTIONS[function]
    rows = listed(statement, function, names)
    assert bool(rows) == (place != NOTHING)
    assert place in (None, NOTHING) or {row[place] for row in rows} == {names[2]}
    for change in [str.upper, str.lower, lambda name: name + "   ", lambda name: f'"{name}"', lambda name: f'  "{name}"  ']:
        assert listed(statement, function, [change(name) for name in names]) == rows


@pytest.mark.parametrize("function", FUNCTIONS)
def test_identifiers_are_no_patterns(statement, function):
    names, _ = FUNCTIONS[function]
    for index in range(1, len(names)):
        for pattern in ["%", names[index][:3] + "%", "_" + names[index][1:]]:
            assert listed(statement, function, [*names[:index], pattern, *names[index + 1 :]]) == [], (index, pattern)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_name_has_to_be_given(statement, function):
    names, _ = FUNCTIONS[function]
    for index in range(len(names)):
        with pytest.raises(Failed) as failed:
            listed(statement, function, [*names[:index], None, *names[index + 1 :]])
        assert failed.value.state == "HY009", index


def test_foreign_keys_of_identifiers(statement):
    key = ["cdata", '"Twilio"', "conferences  "]
    rows = listed(statement, "SQLForeignKeys", [*key, "CData", "Twilio", "ConferenceParticipants"])
    assert [(row[2], row[3], row[6], row[7]) for row in rows] == [("Conferences", "Sid", "ConferenceParticipants", "ConferenceSid")]
    assert listed(statement, "SQLForeignKeys", [*key, "CData", "Twilio", "Conference%"]) == []
    for names in [[None] * 6, [None, "Twilio", "Conferences", *[None] * 3], [*[None] * 3, "CData", None, "ConferenceParticipants"]]:
        with pytest.raises(Failed) as failed:
            listed(statement, "SQLForeignKeys", names)
        assert failed.value.state == "HY009", names
