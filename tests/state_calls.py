"""The calls of the tables in state_tables.toml, with their arguments."""

from __future__ import annotations

from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p, create_string_buffer

from odbc import DBC, DESC, ENV, ERROR, NTS, STMT, SUCCESS
from states import EXTENDED_FETCH, Handles, PLAIN, QUERY, descriptor_state_of, lives
from support import ACCOUNT, TOKEN, string


class Attempt:
    """The calls of the tables by name, on the handles of a walk. Remembers which handle has the diagnostics."""

    def __init__(self, handles: Handles, table: str) -> None:
        self.handles, self.table = handles, table
        self.target = (STMT, handles.statement)

    def run(self, call: str) -> tuple[int, str]:
        """Return code and SQLSTATE."""
        function, _, variant = call.partition("(")
        variant = variant.removesuffix(")")
        specific = getattr(self, function, None)
        code = specific(variant) if specific else self.on_statement(function, *STATEMENT_CALLS[call])
        records = self.handles.library.diagnostics(*self.target) if code == ERROR else []
        return code, records[0].state if records else ""

    def on_statement(self, function: str, *arguments: object) -> int:
        self.target = (STMT, self.handles.statement)
        return self.handles.call(function, self.handles.statement, *arguments)

    def on_connection(self, function: str, *arguments: object) -> int:
        self.target = (DBC, self.handles.connection)
        return self.handles.call(function, self.handles.connection, *arguments)

    def on_environment(self, function: str, *arguments: object) -> int:
        self.target = (ENV, self.handles.environment)
        return self.handles.call(function, self.handles.environment, *arguments)

    def on_descriptor(self, handle: int, function: str, *arguments: object) -> int:
        self.target = (DESC, handle)
        return self.handles.call(function, handle, *arguments)

    def by_kind(self, variant: str) -> tuple[int, int]:
        handles = self.handles
        kinds = {"ENV": (ENV, handles.environment), "DBC": (DBC, handles.connection), "STMT": (STMT, handles.statement),
                 "DESC": (DESC, handles.descriptor)}  # fmt: skip
        self.target = kinds[variant]
        return self.target

    def descriptor_of(self, variant: str) -> int:
        if self.table != "statement":
            return self.handles.descriptor
        return {"IRD": self.handles.ird, "IPD": self.handles.ipd}.get(variant.split(",")[0], self.handles.ard)

    def SQLAllocHandle(self, variant: str) -> int:
        handles, made = self.handles, c_void_p()
        kinds = {"ENV": (ENV, None, 0), "DBC": (DBC, handles.environment, ENV), "STMT": (STMT, handles.connection, DBC),
                 "DESC": (DESC, handles.connection, DBC)}  # fmt: skip
        kind, parent, parents = kinds[variant]
        self.target = (parents, parent)
        code = handles.call("SQLAllocHandle", c_short(kind), parent, byref(made))
        if code != SUCCESS:
            return code
        name = {ENV: "environment", DBC: "connection", STMT: "statement", DESC: "descriptor"}[kind]
        old = getattr(handles, name)
        is_first = not old or not lives(handles, kind, old)
        if self.table == "descriptor" and kind == STMT and descriptor_state_of(handles) == "D0":
            handles.made.append((STMT, handles.statement))
            handles.statement = made.value or 0
            handles.descriptor = handles.own_descriptor(10010)
        elif is_first:
            setattr(handles, name, made.value or 0)
        else:
            handles.made.append((kind, made.value or 0))
        return code

    def SQLFreeHandle(self, variant: str) -> int:
        if self.table == "statement" and variant == "DESC":
            made = self.handles.library.allocate(DESC, self.handles.connection)
            self.target = (DESC, made)
            return self.handles.call("SQLFreeHandle", c_short(DESC), made)
        kind, handle = self.by_kind(variant)
        code = self.handles.call("SQLFreeHandle", c_short(kind), handle)
        if code == SUCCESS:
            self.handles.gone(kind)
        return code

    def SQLEndTran(self, variant: str) -> int:
        kind, handle = self.by_kind(variant)
        return self.handles.call("SQLEndTran", c_short(kind), handle, c_short(0))

    def SQLGetDiagRec(self, variant: str) -> int:
        kind, handle = self.by_kind(variant)
        state = create_string_buffer(6)
        return self.handles.call("SQLGetDiagRec", c_short(kind), handle, c_short(1), state, None, None, c_short(0), None)

    def SQLGetDiagField(self, variant: str) -> int:
        kind, handle = self.by_kind("ENV" if variant == "ENV" else "STMT")
        value = c_ssize_t()
        id = 3 if variant == "ROW_COUNT" else 2
        return self.handles.call("SQLGetDiagField", c_short(kind), handle, c_short(0), c_short(id), byref(value), c_short(8), None)

    def SQLGetEnvAttr(self, _: str) -> int:
        return self.on_environment("SQLGetEnvAttr", c_int(10001), byref(c_int()), c_int(0), None)

    def SQLSetEnvAttr(self, variant: str) -> int:
        attribute, value = (200, 3) if variant == "ODBC_VERSION" else (10001, 1)
        return self.on_environment("SQLSetEnvAttr", c_int(attribute), c_void_p(value), c_int(0))

    def SQLConnect(self, _: str) -> int:
        dsn = self.handles.dsn.encode()
        return self.on_connection("SQLConnect", dsn, c_short(NTS), None, c_short(0), None, c_short(0))

    def SQLDriverConnect(self, _: str) -> int:
        text = self.handles.connect.encode()
        return self.on_connection("SQLDriverConnect", None, text, c_short(NTS), None, c_short(0), None, c_ushort(0))

    def SQLBrowseConnect(self, variant: str) -> int:
        # unixODBC wants to know whose dialogue it is; what is given a second time is ignored.
        text = string(**{"Driver": "Twilio"} if self.handles.is_managed else {}, AccountSid=ACCOUNT, ConnectOnOpen=0)
        text += string(AuthToken=TOKEN) if variant == "whole" else ""
        out, length = create_string_buffer(4096), c_short()
        return self.on_connection("SQLBrowseConnect", text.encode(), c_short(NTS), out, c_short(len(out)), byref(length))

    def SQLDisconnect(self, _: str) -> int:
        code = self.on_connection("SQLDisconnect")
        if code == SUCCESS:
            self.handles.gone(STMT)
            self.handles.gone(DESC)
        return code

    def SQLFreeStmt(self, variant: str) -> int:
        option = {"CLOSE": 0, "DROP": 1, "UNBIND": 2, "RESET_PARAMS": 3}[variant]
        code = self.on_statement("SQLFreeStmt", c_ushort(option))
        if code == SUCCESS and variant == "DROP":
            self.handles.gone(STMT)
        return code

    def SQLGetConnectAttr(self, variant: str) -> int:
        attribute = {"ACCESS_MODE": 101, "CURRENT_CATALOG": 109}[variant]
        return self.on_connection("SQLGetConnectAttr", c_int(attribute), create_string_buffer(256), c_int(256), byref(c_int()))

    def SQLSetConnectAttr(self, variant: str) -> int:
        attribute, value, length = {
            "ACCESS_MODE": (101, c_void_p(0), 0), "CURRENT_CATALOG": (109, b"CData", 5), "TRANSLATE_OPTION": (107, c_void_p(0), 0),
            "ODBC_CURSORS": (110, c_void_p(2), 0), "PACKET_SIZE": (112, c_void_p(4096), 0),
        }[variant]  # fmt: skip
        return self.on_connection("SQLSetConnectAttr", c_int(attribute), value, c_int(length))

    def SQLGetFunctions(self, _: str) -> int:
        return self.on_connection("SQLGetFunctions", c_ushort(4), byref(c_ushort()))

    def SQLGetInfo(self, variant: str) -> int:
        id = {"ODBC_VER": 10, "DBMS_NAME": 17}[variant]
        return self.on_connection("SQLGetInfo", c_ushort(id), create_string_buffer(100), c_short(100), None)

    def SQLNativeSql(self, _: str) -> int:
        return self.on_connection("SQLNativeSql", b"SELECT 1", c_int(NTS), create_string_buffer(100), c_int(100), byref(c_int()))

    def SQLCopyDesc(self, variant: str) -> int:
        source = self.handles.descriptor
        if self.table != "statement" and not (source and lives(self.handles, DESC, source)):
            return self.on_descriptor(source, "SQLCopyDesc", source)
        # Another target: unixODBC locks both, and would wait for itself.
        target = self.handles.library.allocate(DESC, self.handles.connection)
        self.handles.made.append((DESC, target))
        self.target = (DESC, target)
        if self.table == "statement":
            source = self.handles.ird if variant == "from IRD" else self.handles.ard
        return self.handles.call("SQLCopyDesc", source, target)

    def SQLGetDescField(self, variant: str) -> int:
        number, id = (1, 1002) if variant == "IRD" else (0, 1001)
        return self.on_descriptor(
            self.descriptor_of(variant), "SQLGetDescField", c_short(number), c_short(id), byref(c_short()), c_int(2), None
        )

    def SQLGetDescRec(self, variant: str) -> int:
        name = create_string_buffer(64)
        rest = [byref(c_short()), byref(c_short()), byref(c_short()), byref(c_ssize_t())] + [byref(c_short()) for _ in range(3)]
        return self.on_descriptor(self.descriptor_of(variant), "SQLGetDescRec", c_short(1), name, c_short(64), *rest)

    def SQLSetDescField(self, variant: str) -> int:
        id = 34 if variant.startswith("IRD") else 1001
        return self.on_descriptor(self.descriptor_of(variant), "SQLSetDescField", c_short(0), c_short(id), c_void_p(0), c_int(0))

    def SQLSetDescRec(self, variant: str) -> int:
        rest = [c_short(4), c_short(0), c_ssize_t(4), c_short(0), c_short(0), None, None, None]
        return self.on_descriptor(self.descriptor_of(variant), "SQLSetDescRec", c_short(1), *rest)

    def SQLCancelHandle(self, _: str) -> int:
        self.target = (STMT, self.handles.statement)
        return self.handles.call("SQLCancelHandle", c_short(STMT), self.handles.statement)

    def SQLBindParameter(self, _: str) -> int:
        self.target = (STMT, self.handles.statement)
        return self.handles.bind(self.handles.length)


def named(*parts: bytes | None) -> list[object]:
    arguments: list[object] = []
    for part in parts:
        arguments += [part, c_short(NTS if part else 0)]
    return arguments


def sql(text: bytes | None) -> list[object]:
    return [text, c_int(NTS)]


NUMBER, LENGTH, POINTER = c_int(), c_ssize_t(), c_void_p()
TEXT = create_string_buffer(256)
TABLE = named(None, None, b"Conferences")

# Arguments after the handle.
STATEMENT_CALLS: dict[str, list[object]] = {
    "SQLBindCol": [c_ushort(1), c_short(4), byref(NUMBER), c_ssize_t(4), byref(LENGTH)],
    "SQLBulkOperations(ADD)": [c_short(4)],
    "SQLBulkOperations(FETCH_BY_BOOKMARK)": [c_short(7)],
    "SQLCancel": [],
    "SQLCloseCursor": [],
    "SQLColAttribute(COUNT)": [c_ushort(1), c_ushort(1001), None, c_short(0), None, byref(LENGTH)],
    "SQLColAttribute(TYPE)": [c_ushort(1), c_ushort(1002), None, c_short(0), None, byref(LENGTH)],
    "SQLColumnPrivileges": [*TABLE, *named(b"%")],
    "SQLColumns": [*TABLE, *named(b"%")],
    "SQLForeignKeys": [*TABLE, *named(None, None, None)],
    "SQLGetTypeInfo": [c_short(4)],
    "SQLPrimaryKeys": TABLE,
    "SQLProcedureColumns": [*named(None, None, b"AddParticipants"), *named(b"%")],
    "SQLProcedures": named(None, None, b"AddParticipants"),
    "SQLSpecialColumns": [c_ushort(1), *TABLE, c_ushort(0), c_ushort(0)],
    "SQLStatistics": [*TABLE, c_ushort(1), c_ushort(0)],
    "SQLTablePrivileges": TABLE,
    "SQLTables": [*TABLE, *named(None)],
    "SQLDescribeCol": [c_ushort(1), TEXT, c_short(256), *[byref(c_short()) for _ in range(2)], byref(c_size_t()), byref(c_short()), byref(c_short())],
    "SQLDescribeParam": [c_ushort(1), byref(c_short()), byref(c_size_t()), byref(c_short()), byref(c_short())],
    "SQLExecDirect": sql(b"DELETE FROM states WHERE a = -1"),
    "SQLExecDirect(without result)": sql(PLAIN["nr"].encode()),
    "SQLExecDirect(no row found)": sql(b"DELETE FROM states WHERE a = -1"),
    "SQLExecDirect(with result)": sql(PLAIN["r"].encode()),
    "SQLExecDirect(with data to come)": sql(QUERY.encode()),
    "SQLExecDirect(faulty)": sql(b"SELECT * FROM Nothing"),
    "SQLExecDirect(null)": sql(None),
    "SQLExecute": [],
    "SQLExecute(with data to come)": [],
    "SQLExtendedFetch": EXTENDED_FETCH,
    "SQLFetch": [],
    "SQLFetchScroll": [c_short(1), c_ssize_t(0)],
    "SQLGetCursorName": [TEXT, c_short(256), byref(c_short())],
    "SQLGetData": [c_ushort(1), c_short(4), byref(NUMBER), c_ssize_t(4), byref(LENGTH)],
    "SQLGetStmtAttr(QUERY_TIMEOUT)": [c_int(0), byref(c_size_t()), c_int(0), None],
    "SQLGetStmtAttr(ROW_NUMBER)": [c_int(14), byref(c_size_t()), c_int(0), None],
    "SQLMoreResults": [],
    "SQLNumParams": [byref(c_short())],
    "SQLNumResultCols": [byref(c_short())],
    "SQLParamData": [byref(POINTER)],
    "SQLPrepare": sql(PLAIN["r"].encode()),
    "SQLPrepare(without result)": sql(PLAIN["nr"].encode()),
    "SQLPrepare(with result)": sql(PLAIN["r"].encode()),
    "SQLPrepare(faulty)": sql(b"SELECT * FROM Nothing"),
    "SQLPrepare(null)": sql(None),
    "SQLPutData": [b"2", c_ssize_t(1)],
    "SQLPutData(null)": [None, c_ssize_t(-1)],
    "SQLPutData(wrong length)": [b"2", c_ssize_t(-7)],
    "SQLRowCount": [byref(LENGTH)],
    "SQLSetCursorName": [b"states", c_short(NTS)],
    "SQLSetPos(POSITION)": [c_size_t(1), c_ushort(0), c_ushort(0)],
    "SQLSetPos(REFRESH)": [c_size_t(1), c_ushort(1), c_ushort(0)],
    "SQLSetStmtAttr(QUERY_TIMEOUT)": [c_int(0), c_void_p(0), c_int(0)],
    "SQLSetStmtAttr(CURSOR_TYPE)": [c_int(6), c_void_p(0), c_int(0)],
}

# Calls of which cursors that only go forward have none.
SCROLLED = {"SQLSetPos", "SQLBulkOperations"}
# Calls before which the statement has a parameter, whose data comes at execution.
DEFER = {"SQLExecDirect(with data to come)", "SQLExecute(with data to come)", "SQLDescribeParam"}
