"""Results of procedures in parameters that are bound as output."""

from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_ushort, create_string_buffer, sizeof

import pytest

import odbc

INPUT, INPUT_OUTPUT, OUTPUT = 1, 2, 4
SQL_VARCHAR, SQL_INTEGER, C_LONG, NULL, NTS = 12, 4, -16, -1, -3


class Bound:
    """A text parameter. The statement holds it, because the driver writes to it."""

    def __init__(self, statement, number, direction, text="", size=80, sql_type=SQL_VARCHAR):
        self.buffer = create_string_buffer(text.encode(), size)
        self.length = c_ssize_t(NTS)
        vars(statement).setdefault("bound", []).append(self)
        statement.call(
            "SQLBindParameter", c_ushort(number), c_short(direction), c_short(odbc.CHAR), c_short(sql_type),
            c_size_t(size), c_short(0), self.buffer, c_ssize_t(size), byref(self.length),
        )  # fmt: skip

    @property
    def value(self):
        return None if self.length.value == NULL else self.buffer.value.decode()


@pytest.fixture
def statement(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        sim.clear()
        yield statement


def test_markers_after_the_inputs_take_the_columns_in_order(statement, sim):
    Bound(statement, 1, INPUT, "Reports")
    sid, name = Bound(statement, 2, OUTPUT), Bound(statement, 3, OUTPUT)
    statement.execute("{call CreateKey(?, ?, ?)}")
    assert sid.value.startswith("SK") and name.value == "Reports"
    assert [request.body for request in sim.requests()] == [{"FriendlyName": "Reports"}]
    (row,) = statement.rows()
    assert row[:2] == [sid.value, name.value]


def test_the_return_value_and_results_come_together(statement):
    code = c_int(7)
    length = c_ssize_t()
    statement.call(
        "SQLBindParameter", c_ushort(1), c_short(OUTPUT), c_short(C_LONG), c_short(SQL_INTEGER), c_size_t(10),
        c_short(0), byref(code), c_ssize_t(sizeof(code)), byref(length),
    )  # fmt: skip
    Bound(statement, 2, INPUT, "Reports")
    sid = Bound(statement, 3, OUTPUT)
    statement.execute("{? = call CreateKey(?, ?)}")
    assert code.value == 0 and sid.value.startswith("SK")


@pytest.mark.parametrize("form", ["Secret = ?, Sid = ?", "@Secret = ? OUTPUT, @Sid = ? out"])
def test_markers_by_name_take_the_column_of_that_name(statement, form):
    Bound(statement, 1, INPUT, "Reports")
    secret, sid = Bound(statement, 2, OUTPUT), Bound(statement, 3, OUTPUT)
    statement.execute(f"EXEC CreateKey Name = ?, {form}")
    (row,) = statement.rows()
    assert (row[0], row[4]) == (sid.value, secret.value)


def test_an_input_can_come_back_as_the_column_of_its_name(statement, sim):
    number = Bound(statement, 1, INPUT_OUTPUT, "+14155550177")
    name = Bound(statement, 2, OUTPUT, "unread")
    statement.execute("EXEC AddOutgoingCallerIds PhoneNumber = ?, Name = ?")
    assert [request.body for request in sim.requests()] == [{"PhoneNumber": "+14155550177"}], "an output is not sent"
    assert number.value == "+14155550177"
    (row,) = statement.rows()
    assert name.value == row[2]


def test_an_optional_input_in_order_can_be_an_output(statement, sim):
    Bound(statement, 1, INPUT, "+14155550177")
    account = Bound(statement, 2, OUTPUT)
    statement.execute("{call AddOutgoingCallerIds(?, ?)}")
    assert account.value.startswith("AC")
    assert [request.body for request in sim.requests()] == [{"PhoneNumber": "+14155550177"}]


def test_a_value_that_is_null_or_too_long_is_told(statement):
    Bound(statement, 1, INPUT, "+14155550123")
    Bound(statement, 2, INPUT, "+14155550100")
    Bound(statement, 3, INPUT, "x")
    sid = Bound(statement, 4, OUTPUT, size=11)
    price = Bound(statement, 5, OUTPUT)
    code = statement.execute("EXEC SendMessage [To] = ?, Sender = ?, Body = ?, Sid = ?, Price = ?")
    assert code == 1
    assert [record.state for record in statement.diagnostics()] == ["01004"]
    assert (len(sid.value), sid.length.value, price.value) == (10, 34, None)


def test_numbers_and_moments_are_converted(statement):
    Bound(statement, 1, INPUT, "+14155550123")
    Bound(statement, 2, INPUT, "+14155550100")
    Bound(statement, 3, INPUT, "x")
    segments = Bound(statement, 4, OUTPUT, sql_type=SQL_INTEGER)
    created = Bound(statement, 5, OUTPUT)
    statement.execute("EXEC SendMessage [To] = ?, Sender = ?, Body = ?, NumSegments = ?, DateCreated = ?")
    assert segments.value == "1" and created.value.startswith("2024-07-01 12:")


@pytest.mark.parametrize(
    ("sql", "directions"),
    [
        ("SELECT ?", [OUTPUT]),
        ("{call CreateKey(?, ?)}", [INPUT, INPUT]),
        ("EXEC CreateKey Name = ?, Secret = ?", [INPUT, INPUT]),
        ("{call AddParticipants(?, '1', '2')}", [OUTPUT]),
        ("EXEC EndConference ConferenceSid = ?", [INPUT_OUTPUT]),
        ("EXEC DeleteMessage MessageSid = ?", [INPUT_OUTPUT]),
        ("INSERT INTO Messages ([To], Sender, Body) VALUES (?, '1', 'x')", [INPUT_OUTPUT]),
    ],
)
def test_a_direction_that_makes_no_sense_is_refused_before_anything_is_sent(statement, sim, sql, directions):
    for number, direction in enumerate(directions, 1):
        Bound(statement, number, direction, "x")
    with pytest.raises(odbc.Failed) as error:
        statement.execute(sql)
    assert error.value.state == "HY105"
    assert sim.requests() == []


def test_output_markers_are_described(statement):
    statement.prepare("{call CreateKey(?, ?, ?, ?)}")
    count = c_short()
    statement.call("SQLNumParams", byref(count))
    assert count.value == 4
    described = []
    for number in range(1, 5):
        sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short()
        statement.call("SQLDescribeParam", c_ushort(number), byref(sql_type), byref(size), byref(digits), byref(nullable))
        described.append((sql_type.value, size.value))
    assert described == [(-9, 64), (-9, 34), (-9, 64), (93, 19)]


def test_each_set_of_an_array_has_its_results(statement, sim):
    names = create_string_buffer(b"A".ljust(8, b"\0") + b"B".ljust(8, b"\0"), 16)
    sids = create_string_buffer(80)
    name_lengths, sid_lengths = (c_ssize_t * 2)(1, 1), (c_ssize_t * 2)()
    statement.call("SQLSetStmtAttr", c_int(22), c_size_t(2), c_int(0))
    statement.call(
        "SQLBindParameter", c_ushort(1), c_short(INPUT), c_short(odbc.CHAR), c_short(SQL_VARCHAR), c_size_t(8), c_short(0),
        names, c_ssize_t(8), name_lengths,
    )  # fmt: skip
    statement.call(
        "SQLBindParameter", c_ushort(2), c_short(OUTPUT), c_short(odbc.CHAR), c_short(SQL_VARCHAR), c_size_t(40),
        c_short(0), sids, c_ssize_t(40), sid_lengths,
    )  # fmt: skip
    statement.execute("{call CreateKey(?, ?)}")
    found = [sids.raw[start : start + 34].decode() for start in (0, 40)]
    assert list(sid_lengths) == [34, 34]
    assert sorted(found) == sorted(key["sid"] for key in sim.listed("Keys.json", "keys") if key["friendly_name"] in "AB")
    assert found[0] != found[1]
