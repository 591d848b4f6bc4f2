"""Every cell of the state transition tables (state_tables.toml), by real calls, with a driver manager and without.

A cell is walked so: a handle is brought into the state, the call is made, its code and SQLSTATE are compared, and then
the state is found by calls that succeed in some states only. Functions that the library does not export are left out.
"""

from __future__ import annotations

import subprocess
from collections import Counter

import pytest

import states
from odbc import DBC, MANAGER, SUCCESS, SUCCESS_WITH_INFO, Library
from state_calls import DEFER, SCROLLED, Attempt
from states import DATA, Cell, Handles, cells
from support import ACCOUNT, LIBRARY, TOKEN, string

WALKS = ["driver", "manager"]
# Calls after which other statements of the connection would not be what they were.
ALONE = {"SQLDisconnect", "SQLFreeHandle", "SQLConnect", "SQLDriverConnect"}


def exports() -> set[str]:
    listed = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in listed.splitlines()}


EXPORTS = exports()
CALLS = [(table, call) for table in states.ORDER for call in DATA[table] if call.split("(")[0] in EXPORTS]
walked: Counter[str] = Counter()


def deviation(walk: str, cell: Cell) -> str | None:
    """What the data says that the driver, or unixODBC's manager, does instead; None where it does as the table says."""
    for entry in DATA["deviation"]:
        if entry["by"] == walk and entry["table"] == cell.table and cell.call in entry["calls"]:
            for key, text in entry["cells"].items():
                if cell.table != "statement" and cell.state in states.states_of(cell.table, key):
                    return text
                bare = cell.state.rstrip("pnr")
                if cell.table == "statement" and bare in states.states_of(cell.table, key):
                    parts, suffixes = text.split("/"), states.PARTS.get(bare, [""])
                    return parts[suffixes.index(cell.state.removeprefix(bare))] if len(parts) > 1 else parts[0]
    return None


def expected(walk: str, cell: Cell) -> states.Outcome:
    text = deviation(walk, cell)
    # What the driver does differently shows through a manager that does not answer itself.
    if text is None and walk == "manager" and not cell.is_managers:
        text = deviation("driver", cell)
    return cell.outcome if text is None else states.Outcome.read(text, cell.state)


def is_reached(walk: str, cell: Cell) -> bool:
    return not any(entry["by"] == walk and cell.call in entry["calls"] for entry in DATA["left_out"])


@pytest.fixture
def new_handles(sim):
    made = []

    def make(walk: str) -> Handles:
        if walk == "driver":
            text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url, ConnectOnOpen=0)
            made.append(Handles(Library(LIBRARY), text, dsn="Twilio"))
        else:
            made.append(Handles(Library(MANAGER), string(DSN="Twilio", ConnectOnOpen=0), True, dsn="Twilio"))
        return made[-1]

    yield make
    for handles in made:
        handles.free()


def walk_statement(walk: str, call: str, new_handles) -> list[str]:
    wrong, shared = [], None
    for cell in cells_of("statement", call, walk):
        handles = shared if shared and cell.function not in ALONE else new_handles(walk)
        if handles is not shared:
            if shared:
                shared.free()
            handles.allocate_environment()
            handles.allocate_connection()
            handles.open()
            handles.allocate_statement()
            assert handles.execute("CREATE TEMP TABLE states AS SELECT NULLIF(1, 1) AS a") in (SUCCESS, SUCCESS_WITH_INFO)
            handles.drop(states.STMT)
            shared = handles
        states.bring_statement(handles, cell.state, call in DEFER, cell.function in SCROLLED)
        wrong += compare(walk, cell, Attempt(handles, "statement"), lambda: states.state_of(handles))
        handles.free_children()
    return wrong


def walk_others(walk: str, table: str, call: str, new_handles) -> list[str]:
    wrong = []
    for cell in cells_of(table, call, walk):
        handles = new_handles(walk)
        if table == "environment":
            states.bring_environment(handles, cell.state)
            find = lambda: states.environment_state_of(handles)
        elif table == "connection":
            states.bring_connection(handles, cell.state, lambda handles: Attempt(handles, table).run("SQLBrowseConnect(more)")[0])
            find = lambda: states.connection_state_of(handles)
        else:
            states.bring_descriptor(handles, cell.state)
            find = lambda: states.descriptor_state_of(handles)
        wrong += compare(walk, cell, Attempt(handles, table), find)
        handles.free()
    return wrong


def cells_of(table: str, call: str, walk: str) -> list[Cell]:
    return [cell for cell in cells(table) if cell.call == call and is_reached(walk, cell)]


def compare(walk: str, cell: Cell, attempt: Attempt, find) -> list[str]:
    wanted = expected(walk, cell)
    code, sqlstate = attempt.run(cell.call)
    code = SUCCESS if code == SUCCESS_WITH_INFO else code
    found = states.Outcome(code, sqlstate if wanted.sqlstate else "", find())
    walked[f"{walk}, {cell.table}"] += 1
    return [] if found == wanted else [f"{cell.state}: {found}, {sqlstate}, not {wanted}"]


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize(("table", "call"), CALLS, ids=[f"{table}-{call}" for table, call in CALLS])
def test_a_call_does_in_each_state_what_its_table_says(walk, table, call, new_handles):
    if table == "statement":
        wrong = walk_statement(walk, call, new_handles)
    else:
        wrong = walk_others(walk, table, call, new_handles)
    assert not wrong, "\n".join([call, *wrong])


def test_every_cell_has_been_walked():
    """Runs last: the counts that the tests above came to."""
    if len(walked) < len(WALKS) * len(states.ORDER):
        pytest.skip("only some of the tests were selected")
    print({name: count for name, count in sorted(walked.items())}, "=", walked.total())
    for walk in WALKS:
        for table in states.ORDER:
            wanted = sum(len(cells_of(table, call, walk)) for of, call in CALLS if of == table)
            assert walked[f"{walk}, {table}"] == wanted
    assert walked["driver, statement"] > 1000 and walked["manager, statement"] > 1000


def test_every_function_that_is_exported_has_a_row():
    rows = {call.split("(")[0] for table in states.ORDER for call in DATA[table]}
    assert {name.removesuffix("W") for name in EXPORTS} <= rows


def test_every_deviation_is_of_cells_that_there_are_and_has_a_reason():
    for entry in DATA["deviation"]:
        assert entry["by"] in WALKS and len(entry["reason"]) > 20, entry
        for call in entry["calls"]:
            of_call = {cell.state.rstrip("pnr"): cell for cell in cells(entry["table"]) if cell.call == call}
            for key in entry["cells"]:
                for state in states.states_of(entry["table"], key):
                    assert state in of_call, (call, state)
