"""The library's C interface without a driver manager, and what the library exports and needs."""

import ctypes
import os
import re
import subprocess
import sys
from ctypes import byref, c_char_p, c_int, c_short, c_ushort, c_void_p, create_string_buffer
from pathlib import Path

import odbc
from odbc import DBC, DESC, ENV, ERROR, INVALID_HANDLE, NO_DATA, STMT, SUCCESS, environment
from support import ACCOUNT, CONFERENCES, CUSTOMER, LIBRARY, SUPPORT, SUPPORT_CALLS, TOKEN, string

# The numbers that SQLGetFunctions goes by.
FUNCTIONS = {
    1: "SQLAllocConnect", 2: "SQLAllocEnv", 3: "SQLAllocStmt", 4: "SQLBindCol", 5: "SQLCancel", 6: "SQLColAttribute",
    7: "SQLConnect", 8: "SQLDescribeCol", 9: "SQLDisconnect", 10: "SQLError", 11: "SQLExecDirect", 12: "SQLExecute",
    13: "SQLFetch", 14: "SQLFreeConnect", 15: "SQLFreeEnv", 16: "SQLFreeStmt", 17: "SQLGetCursorName",
    18: "SQLNumResultCols", 19: "SQLPrepare", 20: "SQLRowCount", 21: "SQLSetCursorName", 22: "SQLSetParam",
    23: "SQLTransact", 24: "SQLBulkOperations", 40: "SQLColumns", 41: "SQLDriverConnect", 42: "SQLGetConnectOption",
    43: "SQLGetData", 44: "SQLGetFunctions", 45: "SQLGetInfo", 46: "SQLGetStmtOption", 47: "SQLGetTypeInfo",
    48: "SQLParamData", 49: "SQLPutData", 50: "SQLSetConnectOption", 51: "SQLSetStmtOption", 52: "SQLSpecialColumns",
    53: "SQLStatistics", 54: "SQLTables", 55: "SQLBrowseConnect", 56: "SQLColumnPrivileges", 57: "SQLDataSources",
    58: "SQLDescribeParam", 59: "SQLExtendedFetch", 60: "SQLForeignKeys", 61: "SQLMoreResults", 62: "SQLNativeSql",
    63: "SQLNumParams", 64: "SQLParamOptions", 65: "SQLPrimaryKeys", 66: "SQLProcedureColumns", 67: "SQLProcedures",
    68: "SQLSetPos", 69: "SQLSetScrollOptions", 70: "SQLTablePrivileges", 71: "SQLDrivers", 72: "SQLBindParameter",
    73: "SQLAllocHandleStd", 1001: "SQLAllocHandle", 1002: "SQLBindParam", 1003: "SQLCloseCursor", 1004: "SQLCopyDesc",
    1005: "SQLEndTran", 1006: "SQLFreeHandle", 1007: "SQLGetConnectAttr", 1008: "SQLGetDescField", 1009: "SQLGetDescRec",
    1010: "SQLGetDiagField", 1011: "SQLGetDiagRec", 1012: "SQLGetEnvAttr", 1014: "SQLGetStmtAttr",
    1016: "SQLSetConnectAttr", 1017: "SQLSetDescField", 1018: "SQLSetDescRec", 1019: "SQLSetEnvAttr",
    1020: "SQLSetStmtAttr", 1021: "SQLFetchScroll", 1022: "SQLCancelHandle", 1550: "SQLCancelHandle", 1551: "SQLCompleteAsync",
}  # fmt: skip

# Functions of ODBC 2, and those that are the driver manager's own. unixODBC maps them all but SQLExtendedFetch.
FORBIDDEN = {
    "SQLAllocConnect", "SQLAllocEnv", "SQLAllocStmt", "SQLError", "SQLFreeConnect", "SQLFreeEnv", "SQLSetParam",
    "SQLTransact", "SQLGetConnectOption", "SQLGetStmtOption", "SQLSetConnectOption", "SQLSetStmtOption",
    "SQLColAttributes", "SQLParamOptions", "SQLSetScrollOptions", "SQLDataSources", "SQLDrivers",
    "SQLAllocHandleStd", "SQLBindParam",
}  # fmt: skip

# What connect, execute, fetch, describe and list need, whoever asks.
REQUIRED = {
    "SQLBrowseConnect", "SQLCancelHandle", "SQLAllocHandle", "SQLFreeHandle", "SQLFreeStmt", "SQLSetEnvAttr", "SQLGetEnvAttr", "SQLConnect", "SQLDriverConnect",
    "SQLDisconnect", "SQLSetConnectAttr", "SQLGetConnectAttr", "SQLSetStmtAttr", "SQLGetStmtAttr", "SQLPrepare",
    "SQLExecute", "SQLExecDirect", "SQLBindCol", "SQLBindParameter", "SQLNumParams", "SQLDescribeParam", "SQLRowCount",
    "SQLNumResultCols", "SQLDescribeCol", "SQLColAttribute", "SQLFetch", "SQLFetchScroll", "SQLExtendedFetch", "SQLSetPos", "SQLBulkOperations", "SQLGetData", "SQLMoreResults",
    "SQLCloseCursor", "SQLCancel", "SQLParamData", "SQLPutData", "SQLGetDiagRec", "SQLGetDiagField", "SQLGetDescField",
    "SQLSetDescField", "SQLGetDescRec", "SQLSetDescRec", "SQLCopyDesc", "SQLGetInfo", "SQLGetFunctions", "SQLGetTypeInfo", "SQLTables",
    "SQLColumns", "SQLPrimaryKeys", "SQLForeignKeys", "SQLStatistics", "SQLSpecialColumns", "SQLProcedures",
    "SQLProcedureColumns", "SQLNativeSql", "SQLEndTran", "SQLGetCursorName", "SQLSetCursorName",
}  # fmt: skip

# Functions that take text, which have a wide twin each.
WIDE = {
    "SQLBrowseConnect", "SQLConnect", "SQLDriverConnect", "SQLSetConnectAttr", "SQLGetConnectAttr", "SQLSetStmtAttr", "SQLGetStmtAttr", "SQLPrepare", "SQLExecDirect",
    "SQLDescribeCol", "SQLColAttribute", "SQLGetDiagRec", "SQLGetDiagField", "SQLGetDescField", "SQLSetDescField",
    "SQLGetDescRec", "SQLGetInfo", "SQLGetTypeInfo", "SQLTables", "SQLColumns", "SQLPrimaryKeys", "SQLForeignKeys",
    "SQLStatistics", "SQLSpecialColumns", "SQLProcedures", "SQLProcedureColumns", "SQLNativeSql", "SQLGetCursorName",
    "SQLSetCursorName",
}  # fmt: skip

# Functions whose second argument is a number, not a pointer.
NUMBERED = {
    "SQLBindCol", "SQLBindParameter", "SQLColAttribute", "SQLDescribeCol", "SQLDescribeParam", "SQLFetchScroll",
    "SQLFreeStmt", "SQLGetConnectAttr", "SQLGetData", "SQLGetDescField", "SQLGetDescRec", "SQLGetFunctions", "SQLGetInfo",
    "SQLGetStmtAttr", "SQLGetTypeInfo", "SQLSetConnectAttr", "SQLSetDescField", "SQLSetDescRec", "SQLSetStmtAttr",
    "SQLSpecialColumns",
}  # fmt: skip

# Functions whose first argument is no handle.
BY_KIND = {"SQLAllocHandle", "SQLFreeHandle", "SQLEndTran", "SQLGetDiagRec", "SQLGetDiagField", "SQLCancelHandle"}

PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"


def target(url: str) -> str:
    return string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=url)


def exports() -> set[str]:
    listed = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in listed.splitlines()}


def base(name: str) -> str:
    return name.removesuffix("W")


def in_child(function: str, *arguments: str) -> None:
    """Runs a function of this file in a process that may die."""
    code = f"import test_abi; test_abi.{function}(*{arguments!r})"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_statements_whole_way_without_a_driver_manager(sim):
    with odbc.connected(target(sim.url), LIBRARY) as connection, connection.statement() as statement:
        assert statement.execute(PARTICIPANTS) == SUCCESS
        assert statement.columns() == 15
        assert statement.describe(1) == ("CallSid", -9, 34, 0, 0)
        rows = statement.rows()
        assert [row[0] for row in rows] == SUPPORT_CALLS
        assert statement.call("SQLFetch") == NO_DATA
        assert statement.close() == SUCCESS
        statement.execute(f"DELETE FROM ConferenceParticipants WHERE CallSid='{CUSTOMER}' AND ConferenceSid='{SUPPORT}'")
        assert statement.row_count() == 1
        assert statement.call("SQLMoreResults") == NO_DATA
    assert sim.participant(CUSTOMER) is None


def test_wide_functions_without_a_driver_manager(sim):
    with environment(LIBRARY) as env, env.connection() as connection:
        wide = lambda text: text.encode("utf-16-le") + b"\0\0"
        text = target(sim.url)
        code = connection.call(
            "SQLDriverConnectW", None, wide(text), c_short(len(text)), None, c_short(0), None, c_ushort(0), check=False
        )
        assert code == SUCCESS, connection.diagnostics()
        with connection.statement() as statement:
            statement.call("SQLExecDirectW", wide("SELECT COUNT(*) AS 数 FROM Conferences"), c_int(-3))
            name, length = create_string_buffer(64), c_short()
            statement.call("SQLDescribeColW", c_ushort(1), name, c_short(32), byref(length), None, None, None, None)
            assert name.raw[: length.value * 2].decode("utf-16-le") == "数"
            assert statement.rows() == [[str(CONFERENCES)]]


def test_diagnostics_without_a_driver_manager(sim):
    with odbc.connected(target(sim.url), LIBRARY) as connection, connection.statement() as statement:
        assert statement.execute("SELECT * FROM Nothing", check=False) == ERROR
        (record,) = statement.diagnostics()
        assert record.state == "42S02" and "Nothing" in record.message
        assert statement.diagnostics() == [record], "reading a diagnostic does not clear it"
        assert statement.execute(PARTICIPANTS) == SUCCESS
        assert statement.diagnostics() == [], "the next call does"


def test_wrong_credentials_without_a_driver_manager(sim):
    with environment(LIBRARY) as env, env.connection() as connection:
        code = connection.driver_connect(string(AccountSid=ACCOUNT, AuthToken="wrong", BaseUrl=sim.url))
        assert code == ERROR
        assert connection.diagnostics()[0][:2] == ("28000", 20003)


def test_stale_handles_are_invalid(sim):
    with odbc.connected(target(sim.url), LIBRARY) as connection:
        statement = connection.statement()
        assert statement.free() == SUCCESS
        for _ in range(3):
            other = connection.statement()
            for function in ["SQLFetch", "SQLExecute", "SQLCancel", "SQLCloseCursor", "SQLMoreResults"]:
                assert statement.call(function, check=False) == INVALID_HANDLE
            assert statement.free() == INVALID_HANDLE
            other.free()


def test_statements_of_a_closed_connection_are_stale(sim):
    with environment(LIBRARY) as env, env.connection() as connection:
        connection.driver_connect(target(sim.url), check=True)
        statement = connection.statement()
        statement.execute(PARTICIPANTS)
        connection.disconnect()
        assert statement.call("SQLFetch", check=False) == INVALID_HANDLE
        assert connection.disconnect(check=False) == ERROR
        assert connection.diagnostics()[0].state == "08003"


def test_handles_of_another_kind_are_invalid(sim):
    with odbc.connected(target(sim.url), LIBRARY) as connection, connection.statement() as statement:
        library = connection.library
        assert library.call("SQLFetch", connection.handle) == INVALID_HANDLE
        assert library.call("SQLDisconnect", statement.handle) == INVALID_HANDLE
        assert library.call("SQLFreeHandle", c_short(DBC), statement.handle) == INVALID_HANDLE
        assert library.call("SQLFreeHandle", c_short(STMT), connection.handle) == INVALID_HANDLE
        assert library.call("SQLGetDiagRec", c_short(STMT), connection.handle, c_short(1), None, None, None, c_short(0), None) == INVALID_HANDLE


def call_with_bad_handles() -> None:
    library = odbc.Library(LIBRARY)
    rest = [c_void_p(0)] * 14
    for name in sorted(exports() - BY_KIND - {name + "W" for name in BY_KIND}):
        for handle in [0, 1, 8, 0xDEADBEEF, 2**63 - 1, 2**64 - 1, id(rest)]:
            assert library.call(name, c_void_p(handle), *rest) == INVALID_HANDLE, (name, handle)
    for kind in [-1, 0, ENV, DBC, STMT, DESC, 5, 1000]:
        for handle in [0, 1, 0xDEADBEEF]:
            assert library.call("SQLFreeHandle", c_short(kind), c_void_p(handle)) in (INVALID_HANDLE, ERROR)
            assert library.call("SQLEndTran", c_short(kind), c_void_p(handle), c_short(0)) in (INVALID_HANDLE, ERROR)


def test_no_handle_that_is_none_gets_in():
    in_child("call_with_bad_handles")


def call_with_nulls(url: str) -> None:
    nulls = [c_void_p(0)] * 14
    for name in sorted(exports() - BY_KIND - {"SQLDisconnect"} - {name + "W" for name in BY_KIND}):
        with odbc.connected(target(url), LIBRARY) as connection, connection.statement() as fresh:
            with connection.statement() as executed:
                executed.execute("SELECT 1 AS a")
                executed.fetch()
                desc = c_void_p()
                executed.call("SQLGetStmtAttr", c_int(10010), byref(desc), c_int(0), None)
                for handle in [connection.handle, fresh.handle, executed.handle, desc.value]:
                    for second in [0, 1, 2, 10, 26, 10010] if base(name) in NUMBERED else [0]:
                        connection.library.call(name, handle, c_void_p(second), *nulls)


def test_null_pointers_do_not_crash(sim):
    in_child("call_with_nulls", sim.url)


def test_null_pointers_in_diagnostics_and_allocation(sim):
    with odbc.connected(target(sim.url), LIBRARY) as connection, connection.statement() as statement:
        statement.execute("SELECT", check=False)
        call = connection.library.call
        assert call("SQLGetDiagRec", c_short(STMT), statement.handle, c_short(1), None, None, None, c_short(0), None) in (0, 1)
        assert call("SQLGetDiagField", c_short(STMT), statement.handle, c_short(1), c_short(4), None, c_short(0), None) in (0, 1, ERROR)
        assert call("SQLAllocHandle", c_short(STMT), connection.handle, None) == ERROR
        assert call("SQLAllocHandle", c_short(77), connection.handle, byref(c_void_p())) == ERROR
        assert call("SQLExecDirect", statement.handle, c_char_p(None), c_int(-3)) == ERROR
        assert statement.diagnostics()[0].state == "HY009"


def test_the_library_exports_odbc_functions_and_nothing_else():
    assert all(re.fullmatch(r"SQL[A-Z]\w+", name) for name in exports()), sorted(exports())


def test_what_is_exported_is_what_sqlgetfunctions_claims(sim):
    with odbc.connected(target(sim.url), LIBRARY) as connection:
        bitmap = (c_ushort * 250)()
        connection.call("SQLGetFunctions", c_ushort(999), bitmap)
        claimed = {number for number in range(4000) if bitmap[number >> 4] & (1 << (number & 15))}
        assert {FUNCTIONS.get(number, number) for number in claimed} == {base(name) for name in exports()}
        for number in FUNCTIONS:
            found = c_ushort(7)
            connection.call("SQLGetFunctions", c_ushort(number), byref(found))
            assert found.value == (number in claimed), FUNCTIONS[number]
        # Microsoft's headers and unixODBC's number it differently.
        assert {1022, 1550} <= claimed or "SQLCancelHandle" not in exports()
        connection.call("SQLGetFunctions", c_ushort(0), (c_ushort * 100)())


def test_the_manifest_is_what_is_exported():
    sources = (Path(__file__).parent.parent / "src").rglob("*.rs")
    named = re.compile(r"\b(SQL[A-Z][A-Za-z]+)\b")
    manifest = [source for source in sources if source.parent.name == "abi" and "manifest" in source.name]
    assert manifest, "src/abi/ holds the manifest of the exports"
    words = {word for source in manifest for word in named.findall(source.read_text())}
    assert {base(name) for name in exports()} <= {base(word) for word in words}


def test_no_function_of_odbc_2_is_exported():
    assert {base(name) for name in exports()} & FORBIDDEN == set()


def test_every_function_that_clients_need_is_exported():
    assert REQUIRED - exports() == set()


def test_functions_that_take_text_are_narrow_and_wide():
    assert {name + "W" for name in WIDE} - exports() == set()


def test_the_library_needs_no_driver_manager():
    needed = subprocess.run(["readelf", "-d", LIBRARY], capture_output=True, text=True, check=True).stdout
    loaded = subprocess.run(["ldd", LIBRARY], capture_output=True, text=True, check=True).stdout
    for name in ["libodbc", "libiodbc", "libodbcinst", "libssl", "libsqlite3"]:
        assert name not in needed and name not in loaded


def test_the_library_calls_no_odbc_function():
    undefined = subprocess.run(["nm", "-D", "--undefined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
    assert "SQL" not in undefined


def test_the_library_is_loaded_and_unloaded_again_and_again(sim):
    in_child("load_and_unload", sim.url)


def load_and_unload(url: str) -> None:
    close = ctypes.CDLL(None).dlclose
    close.argtypes = [c_void_p]
    for _ in range(5):
        with odbc.connected(target(url), LIBRARY) as connection:
            assert len(connection.query(PARTICIPANTS)) == 5
            handle = connection.library.library._handle
        close(handle)
