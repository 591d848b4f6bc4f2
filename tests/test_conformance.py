"""docs/conformance.md: the register of what of ODBC there is.

Its tables come from here, from the list of exports, the list of SQLSTATEs, the state tables and SQLGetInfo. After a change to one of them:

    WRITE_DOCS=1 tests/run.sh test_conformance.py
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from ctypes import c_short
from pathlib import Path

import pytest

import odbc
from states import DATA as STATE_TABLES
from support import ROOT
from test_get_info import ask

PAGE = ROOT / "docs" / "conformance.md"
TESTS = ROOT / "tests"
STATES = ROOT / "src" / "error.rs"
CORE, LEVEL_1, LEVEL_2, NONE = "core", "level 1", "level 2", ""
MANAGER = "the driver manager's own"

# Every function of ODBC 3.8 by its level, and why it is not exported if it is not.
FUNCTIONS = {
    CORE: """SQLAllocHandle SQLBindCol SQLBindParameter SQLCancel SQLCloseCursor SQLColAttribute SQLColumns SQLConnect SQLCopyDesc
        SQLDataSources SQLDescribeCol SQLDisconnect SQLDriverConnect SQLDrivers SQLEndTran SQLExecDirect SQLExecute SQLFetch SQLFetchScroll
        SQLFreeHandle SQLFreeStmt SQLGetConnectAttr SQLGetCursorName SQLGetData SQLGetDescField SQLGetDescRec SQLGetDiagField SQLGetDiagRec
        SQLGetEnvAttr SQLGetFunctions SQLGetInfo SQLGetStmtAttr SQLGetTypeInfo SQLNativeSql SQLNumParams SQLNumResultCols SQLParamData
        SQLPrepare SQLPutData SQLRowCount SQLSetConnectAttr SQLSetCursorName SQLSetDescField SQLSetDescRec SQLSetEnvAttr SQLSetStmtAttr
        SQLSpecialColumns SQLStatistics SQLTables""",
    LEVEL_1: "SQLBrowseConnect SQLBulkOperations SQLMoreResults SQLPrimaryKeys SQLProcedureColumns SQLProcedures SQLSetPos",
    LEVEL_2: "SQLColumnPrivileges SQLDescribeParam SQLForeignKeys SQLTablePrivileges",
    NONE: "SQLCancelHandle SQLCompleteAsync",
}
# Functions of ODBC 2, and what a driver manager makes of each.
OF_ODBC_2 = {
    "SQLAllocConnect": "SQLAllocHandle", "SQLAllocEnv": "SQLAllocHandle", "SQLAllocStmt": "SQLAllocHandle", "SQLBindParam": "SQLBindParameter",
    "SQLColAttributes": "SQLColAttribute", "SQLError": "SQLGetDiagRec", "SQLExtendedFetch": "",
    "SQLFreeConnect": "SQLFreeHandle", "SQLFreeEnv": "SQLFreeHandle", "SQLGetConnectOption": "SQLGetConnectAttr",
    "SQLGetStmtOption": "SQLGetStmtAttr", "SQLParamOptions": "SQLSetStmtAttr", "SQLSetConnectOption": "SQLSetConnectAttr",
    "SQLSetParam": "SQLBindParameter", "SQLSetScrollOptions": "SQLSetStmtAttr", "SQLSetStmtOption": "SQLSetStmtAttr",
    "SQLTransact": "SQLEndTran",
}  # fmt: skip
ABSENT = {
    "SQLDataSources": MANAGER,
    "SQLDrivers": MANAGER,
    "SQLCompleteAsync": "no: functions do not run asynchronously",
}

SCROLL_OPTIONS, TXN_CAPABLE, ASYNC_MODE, INTERFACE, SCROLL_CONCURRENCY, POS_OPERATIONS, BOOKMARKS = 44, 46, 10021, 152, 43, 79, 82
TXN_ISOLATION, SCHEMA_USAGE, CATALOG_USAGE, STATIC_ATTRIBUTES = 72, 91, 92, 167
ASKED = (
    SCROLL_OPTIONS, TXN_CAPABLE, ASYNC_MODE, INTERFACE, SCROLL_CONCURRENCY, POS_OPERATIONS, BOOKMARKS, TXN_ISOLATION, SCHEMA_USAGE,
    CATALOG_USAGE, STATIC_ATTRIBUTES,
)  # fmt: skip
STATIC_CURSOR, POSITION_AND_REFRESH, POS_WRITES, BULK_WRITES = 0x10, 0x3, 0x4 | 0x8 | 0x10, 0x10000 | 0x20000 | 0x40000


class Driver:
    """What the driver says of itself."""

    def __init__(self) -> None:
        manifest = (ROOT / "src" / "abi" / "manifest.rs").read_text()
        self.exported = {name.removesuffix("W") for name in re.findall(r"^    (SQL\w+) = \d+ =>", manifest, re.MULTILINE)}
        with odbc.connected() as link:
            answers = {kind: ask(link, kind, 4) for kind in ASKED}
        self.info = {kind: int.from_bytes(raw[:length], "little") for kind, (_, raw, length) in answers.items()}

    def has(self, *functions: str) -> bool:
        return set(functions) <= self.exported | {"SQLDataSources", "SQLDrivers"}

    @property
    def scrolls(self) -> bool:
        return bool(self.info[SCROLL_OPTIONS] & STATIC_CURSOR)


# The features of the levels: what it is, whether the driver has it, and a test that shows it.
FEATURES = [
    (CORE, "Handles of all kinds", lambda d: d.has("SQLAllocHandle", "SQLFreeHandle"), "test_abi.py::test_stale_handles_are_invalid"),
    (CORE, "SQLFreeStmt in all its forms", lambda d: d.has("SQLFreeStmt"), "test_user_bugs.py::test_17_a_numeric_structure_has_the_descriptors_precision_and_scale"),
    (CORE, "Bound columns", lambda d: d.has("SQLBindCol"), "test_user_bugs.py::test_06_blocks_have_the_stride_of_their_type_and_a_status_for_every_row"),
    (CORE, "Input parameters, arrays of them among them", lambda d: d.has("SQLBindParameter", "SQLNumParams"), "test_batches.py::test_the_sets_of_an_array_are_one_insert"),
    (CORE, "Offsets of bindings", lambda d: d.has("SQLSetStmtAttr"), "test_scroll.py::test_bindings_with_an_offset"),
    (CORE, "Data at execution", lambda d: d.has("SQLParamData", "SQLPutData"), "test_user_bugs.py::test_15_data_at_execution_is_a_whole_dialogue"),
    (CORE, "Cursors and their names", lambda d: d.has("SQLCloseCursor", "SQLGetCursorName", "SQLSetCursorName"), "test_attributes.py::test_a_cursor_is_closed_once"),
    (CORE, "Descriptions of results", lambda d: d.has("SQLColAttribute", "SQLDescribeCol", "SQLNumResultCols", "SQLRowCount"), "test_type_agreement.py::test_a_prepared_column_is_what_sqlcolumns_says"),
    (CORE, "The catalogue: tables, columns, statistics, types", lambda d: d.has("SQLColumns", "SQLGetTypeInfo", "SQLStatistics", "SQLTables"), "test_catalog.py::test_tables"),
    (CORE, "Data sources and connections", lambda d: d.has("SQLConnect", "SQLDataSources", "SQLDisconnect", "SQLDriverConnect", "SQLDrivers"), "test_connect.py::test_a_data_source_connects"),
    (CORE, "Preparing and executing", lambda d: d.has("SQLExecDirect", "SQLExecute", "SQLPrepare"), "test_pyodbc.py::test_a_statement_is_prepared_once_and_executed_often"),
    (CORE, "One row or many at a time, forwards", lambda d: d.has("SQLFetch", "SQLFetchScroll"), "test_user_bugs.py::test_06_blocks_have_the_stride_of_their_type_and_a_status_for_every_row"),
    (CORE, "Unbound columns in parts", lambda d: d.has("SQLGetData"), "test_user_bugs.py::test_01_get_data_keeps_its_place_and_says_how_much_is_left"),
    (CORE, "Attributes of environments, connections and statements", lambda d: d.has("SQLGetConnectAttr", "SQLGetEnvAttr", "SQLGetStmtAttr", "SQLSetConnectAttr", "SQLSetEnvAttr", "SQLSetStmtAttr"), "test_user_bugs.py::test_21_attributes_wait_for_the_connection_and_come_back_as_they_were_set"),
    (CORE, "Descriptors", lambda d: d.has("SQLCopyDesc", "SQLGetDescField", "SQLGetDescRec", "SQLSetDescField", "SQLSetDescRec"), "test_descriptors.py::test_every_field_is_set_where_the_kind_lets_it"),
    (CORE, "Diagnostics", lambda d: d.has("SQLGetDiagField", "SQLGetDiagRec"), "test_user_bugs.py::test_20_diagnostics_are_numbered_kept_and_cleared"),
    (CORE, "Capabilities, and the text of a statement as it is run", lambda d: d.has("SQLGetFunctions", "SQLGetInfo", "SQLNativeSql"), "test_get_info.py::test_what_a_mask_claims_is_done_and_nothing_else_is"),
    (CORE, "SQLEndTran that commits", lambda d: d.has("SQLEndTran"), "test_user_bugs.py::test_10_autocommit_off_is_taken_and_nothing_claims_to_roll_back"),
    (CORE, "SQLCancel, in the dialogue and from another thread", lambda d: d.has("SQLCancel"), "test_user_bugs.py::test_11_cancel_from_another_thread_returns_at_once_and_hits_one_statement"),
    (CORE, "The columns that identify a row", lambda d: d.has("SQLSpecialColumns"), "test_catalog.py::test_row_id_columns"),
    (LEVEL_1, "Names in two parts", lambda d: bool(d.info[SCHEMA_USAGE] & 1), "test_get_info.py::test_what_a_mask_claims_is_done_and_nothing_else_is"),
    (LEVEL_1, "Asynchronous execution, by connection", lambda d: d.info[ASYNC_MODE] != 0, "test_attributes.py::test_asynchronous_execution_is_refused"),
    (LEVEL_1, "Cursors that scroll", lambda d: d.scrolls, "test_scroll.py::test_every_orientation"),
    (LEVEL_1, "Primary keys", lambda d: d.has("SQLPrimaryKeys"), "test_catalog.py::test_primary_keys"),
    (LEVEL_1, "Procedures: calls, and their catalogue", lambda d: d.has("SQLProcedureColumns", "SQLProcedures"), "test_catalog.py::test_procedure_columns"),
    (LEVEL_1, "Browsing for what a connection needs", lambda d: d.has("SQLBrowseConnect"), "test_browse_connect.py::test_what_is_missing_is_asked_for_until_nothing_is"),
    (LEVEL_1, "SQLSetPos to position and to refresh", lambda d: d.has("SQLSetPos") and d.info[POS_OPERATIONS] & 3 == POSITION_AND_REFRESH, "test_set_pos.py::test_refresh_fills_the_buffers_again"),
    (LEVEL_1, "The results of batches and procedures, one after the other", lambda d: d.has("SQLMoreResults"), "test_user_bugs.py::test_19_there_are_no_more_results_in_every_state"),
    (LEVEL_1, "Transactions, with rollback", lambda d: d.info[TXN_CAPABLE] != 0, "test_user_bugs.py::test_10_autocommit_off_is_taken_and_nothing_claims_to_roll_back"),
    (LEVEL_2, "Names in three parts", lambda d: bool(d.info[CATALOG_USAGE] & 1), "test_get_info.py::test_what_a_mask_claims_is_done_and_nothing_else_is"),
    (LEVEL_2, "Descriptions of parameters", lambda d: d.has("SQLDescribeParam"), "test_type_agreement.py::test_a_parameter_beside_a_column_is_described_as_the_column"),
    (LEVEL_2, "Output parameters, and values that procedures return", lambda d: d.has("SQLBindParameter"), "test_output_parameters.py::test_the_return_value_and_results_come_together"),
    (LEVEL_2, "Bookmarks: fetched by, and rows by them", lambda d: d.info[BOOKMARKS] != 0, "test_bookmarks.py::test_a_bookmark_leads_back"),
    (LEVEL_2, "Foreign keys and privileges", lambda d: d.has("SQLColumnPrivileges", "SQLForeignKeys", "SQLTablePrivileges"), "test_catalog.py::test_foreign_keys"),
    (LEVEL_2, "Rows written through SQLBulkOperations or SQLSetPos", lambda d: bool(d.info[POS_OPERATIONS] & POS_WRITES or d.info[STATIC_ATTRIBUTES] & BULK_WRITES), "test_bookmarks.py::test_what_bulk_operations_refuse"),
    (LEVEL_2, "Asynchronous execution, by statement", lambda d: d.info[ASYNC_MODE] == 2, "test_attributes.py::test_asynchronous_execution_is_refused"),
    (LEVEL_2, "The columns that are a row's version", lambda d: False, "test_catalog.py::test_row_version_columns_are_none"),
    (LEVEL_2, "Cursors that are not read-only", lambda d: d.info[SCROLL_CONCURRENCY] & ~1 != 0, "test_attributes.py::test_a_cursor_that_writes_is_substituted"),
    (LEVEL_2, "Timeouts of logins and queries", lambda d: True, "test_cancel.py::test_a_slow_request_ends_with_the_query_timeout"),
    (LEVEL_2, "Isolation levels that can be changed, serialisable ones among them", lambda d: d.info[TXN_ISOLATION] & 8 != 0, "test_user_bugs.py::test_10_autocommit_off_is_taken_and_nothing_claims_to_roll_back"),
]  # fmt: skip


def states() -> list[tuple[str, str]]:
    """The driver's SQLSTATEs with what they mean."""
    found = re.findall(r'^    /// (.*)\n    [A-Z_0-9]+ = "(\w{5})";', STATES.read_text(), re.MULTILINE)
    return [(state, text) for text, state in found]


@pytest.fixture(scope="module")
def driver():
    return Driver()


def state_of(driver: Driver, name: str) -> str:
    if name in driver.exported:
        return "exported"
    return ABSENT.get(name) or f"no: a driver manager calls {OF_ODBC_2[name]}"


def rendered(driver: Driver) -> dict[str, str]:
    functions = ["| function | level | state |", "|---|---|---|"]
    for level, names in FUNCTIONS.items():
        functions += [f"| {name} | {level} | {state_of(driver, name)} |" for name in names.split()]
    functions += [f"| {name} | ODBC 2 | {state_of(driver, name)} |" for name in OF_ODBC_2]
    features = ["| level | feature | |", "|---|---|---|"]
    features += [f"| {level} | {text} | {'yes' if has(driver) else 'no'} |" for level, text, has, _ in FEATURES]
    levels = {level: [has(driver) for of, _, has, _ in FEATURES if of == level] for level in (CORE, LEVEL_1, LEVEL_2)}
    counted = ", ".join(f"{sum(found)} of {len(found)} features of {level}" for level, found in levels.items())
    exported = len(driver.exported)
    return {
        "level": f"{exported} functions are exported. The driver has {counted}; its interface conformance is **{claimed(driver)}**.",
        "features": "\n".join(features),
        "functions": "\n".join(functions),
        "states": "\n".join(["| SQLSTATE | meaning |", "|---|---|", *[f"| {state} | {text} |" for state, text in states()]]),
        "deviations": "\n".join(["| who | call | state | outcome | why |", "|---|---|---|---|---|", *deviations()]),
    }


def deviations() -> Iterator[str]:
    """Where the state tables name something else than the reference does."""
    for entry in STATE_TABLES["deviation"]:
        who = {"driver": "driver", "manager": "unixODBC"}[entry["by"]]
        outcomes: dict[str, list[str]] = {}
        for state, text in entry["cells"].items():
            outcomes.setdefault(" or ".join(told(part) for part in text.split("/")), []).append(state.replace("-", " to "))
        for outcome, of in outcomes.items():
            yield f"| {who} | {', '.join(entry['calls'])} | {', '.join(of)} | {outcome} | {entry['reason']} |"


def told(cell: str) -> str:
    """A cell of the state tables in words."""
    words = {"--": "succeeds", "NF": "SQL_NO_DATA", "ND": "SQL_NEED_DATA"}
    outcome, *after = cell.split()
    if outcome.startswith("S"):
        return f"succeeds, then {outcome}"
    return ", then ".join([words.get(outcome, outcome), *after])


def claimed(driver: Driver) -> str:
    return {1: CORE, 2: LEVEL_1, 3: LEVEL_2}[driver.info[INTERFACE]]


def test_the_page_says_what_is_there(driver):
    page = PAGE.read_text()
    for name, text in rendered(driver).items():
        section = re.compile(rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)")
        assert section.search(page), name
        page = section.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page, count=1)
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page, "WRITE_DOCS=1 writes the tables anew"


def test_every_exported_function_has_its_place(driver):
    listed = [name for names in FUNCTIONS.values() for name in names.split()]
    assert len(listed) == len(set(listed))
    assert driver.exported <= set(listed) | set(OF_ODBC_2)
    missing = set(listed) - driver.exported
    assert missing <= set(ABSENT), "say why it is not exported"


def test_the_level_is_the_highest_of_which_nothing_is_missing(driver):
    full = 0
    for number, level in enumerate((CORE, LEVEL_1, LEVEL_2), 1):
        if full != number - 1 or not all(has(driver) for of, _, has, _ in FEATURES if of == level):
            break
        full = number
    assert driver.info[INTERFACE] == full


def test_what_shows_a_feature_is_there():
    for _, feature, _, test in FEATURES:
        file, name = test.split("::")
        assert f"def {name}(" in (TESTS / file).read_text(), feature


def test_every_sqlstate_is_raised():
    source = "".join(path.read_text() for path in Path(ROOT, "src").rglob("*.rs") if path != STATES)
    names = re.findall(r'^    ([A-Z_0-9]+) = "\w{5}";', STATES.read_text(), re.MULTILINE)
    assert len(names) == len(states()) > 60
    assert [name for name in names if not re.search(rf"\b{name}\b", source)] == []
    assert len({state for state, _ in states()}) == len(names)


def test_a_query_sends_nothing_before_its_rows_are_fetched(sim):
    with odbc.connected() as link, link.statement() as statement:
        sim.clear()
        statement.execute("SELECT Sid FROM Calls")
        assert sim.lines() == []
        assert statement.fetch() and sim.lines() == ["GET Calls.json"]


def test_privileges_are_not_told():
    with odbc.connected() as link, link.statement() as statement:
        for function, names in (("SQLTablePrivileges", 3), ("SQLColumnPrivileges", 4)):
            statement.close()
            given = [None, c_short(0), None, c_short(0), b"Conferences", c_short(-3), None, c_short(0)]
            statement.call(function, *given[: 2 * names])
            assert statement.rows() == []


def test_the_differences_are_told_each_with_what_the_reference_has():
    table = PAGE.read_text().split("## Deliberate differences")[1]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20 and all(row.count(" | ") == 3 for row in rows)
