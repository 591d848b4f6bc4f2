"""Awkward values for test_conversions.py: those that columns hold, and those that parameters are given."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from decimal import Decimal

from conversions import C_TYPES, INTEGERS, INTERVALS, INVALID, Column, Given, fields_of, numeric

GUID = "00112233-4455-6677-8899-aabbccddeeff"
EMOJI = "a😀é€𐍈"

NUMERIC_TEXTS = [
    "0", "1", "-1", "2", "1.5", "0.5", "-0.5", "-0", "-0.0", "1.999", "2.0", "127", "128", "127.9", "-128", "-128.9", "-129",
    "255", "255.5", "256", "32767", "32768", "65535", "65536", "2147483647", "2147483648", "-2147483648", "4294967295",
    "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "9" * 38, "1" + "0" * 38, "12." + "0" * 40 + "1", "0." + "3" * 38, "1e3", "1E+2", "15e-1", "1e-500",
    "1e38", "1e308", "1e309", "-1e400", "3.4028235e38", "3.4028236e38", "1e39", "1.401298464324817e-45", "5e-324",
    # Lies between two floats, so close to the middle that a double is the middle.
    "1.000000059604644775390625000000000000001", "16777217", "9007199254740993", "0.1", ".5", "5.", "+7", " 12 ", "  -3.25  ",
]  # fmt: skip
OTHER_TEXTS = [
    "", " ", ".", "-", "e5", "1e", "1e+", "1,5", "0x10", "inf", "NaN", "1 2", "--1", "１", "true", "x", "a\0b", "\0", EMOJI, "zwölf",
    GUID, GUID.upper(), "{" + GUID + "}", "{" + GUID, GUID[:-1], GUID.replace("-", ""), "0123456789abcdef",
]  # fmt: skip
MOMENT_TEXTS = [
    "2020-02-29", "2021-02-29", "2020-13-01", "0000-00-00", "0000-12-31", "0001-01-01", "9999-12-31", " 2020-01-31 ", "2020-1-31", "31/01/2020",
    "2020-01-31 00:00:00", "2020-01-31 00:00:00.000000001", "2020-01-31 10:20:30", "2020-01-31 10:20:30.5",
    "2020-01-31 10:20:30.123456789", "2020-01-31 10:20:30.1234567891", "2020-01-31 10:20:30.1234567890",
    "9999-12-31 23:59:59.999999999", "2020-01-31 24:00:00", "2020-01-31 10:61:00", "00:00:00", "10:20:30", "10:20:30.25",
    "25:00:00", "10:20:30.1234567891", "23:59:60", "2016-12-31 23:59:60",
]  # fmt: skip
INTERVAL_TEXTS = [
    "5", "99", "100", "-100", "1-6", "-1-6", "1-12", "1-0", "5 10", "5 10:20", "5 10:20:30", "-5 10:20:30.123456", "5 10:20:30.1234567",
    "5 24:00", "10:20", "99:59:59", "100:00:00", "59.5", "59.0000001", "60", "10:60", "INTERVAL '1-6' YEAR TO MONTH", "INTERVAL '18' MONTH",
    "interval -'3' day", "{INTERVAL '-2 12:30' DAY TO MINUTE}", "INTERVAL '90' MINUTE", "INTERVAL '1' MONTHS",
    "INTERVAL '1.5' SECOND", "INTERVAL '5 10' DAY",
]  # fmt: skip
TEXTS = [*NUMERIC_TEXTS, *OTHER_TEXTS, *MOMENT_TEXTS, *INTERVAL_TEXTS]
INTEGER_VALUES = [
    0, 1, -1, 2, 99, 100, -100, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, 65535, 65536, 16777217, 2**31 - 1, -(2**31),
]  # fmt: skip
BIG_VALUES = [*INTEGER_VALUES, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, -(2**63), 1152921573326323713]
DOUBLE_VALUES = [
    0.0, -0.0, 1.0, 0.5, -0.5, 1.999, 2.0, 127.9, 128.0, -128.9, -129.0, 255.5, 1e-5, 1.2345e-7, 123456789.125, 1e15, 1e16,
    3.4028234663852886e38, 3.4028235677973366e38, 1e39, 1.7976931348623157e308, -2.2250738585072014e-308, 5e-324, 0.1 + 0.2,
    9223372036854774784.0, 9223372036854775808.0, 18446744073709551616.0, 1e22, 1e38,
]  # fmt: skip
DECIMAL_VALUES = [
    "0", "1", "-1", "0.5", "-0.5", "1.9999999999", "2", "0.0000000001", "127.9", "128", "-129", "99.9999999999", "100",
    "12345678901234567.1234567891", "9223372036854775807.9999999999", "18446744073709551615.5", "9999999999999999999999999999.9999999999",
    "-9999999999999999999999999999.9999999999", "59.123456", "59.1234567", "16777217", "1.0000000596",
]  # fmt: skip
WHOLE_DECIMALS = ["0", "9" * 38, "-" + "9" * 38, "12", "340282356779733661637539395458142568447", "-340282356779733642748073463979561713664"]
BYTES = [b"", b"\0", b"\x01\xff\x2a", bytes(range(256)), "é€".encode()]

COLUMNS = {
    "NVARCHAR": (Column("NVARCHAR(4000)", "text"), TEXTS),
    "NTEXT": (Column("NTEXT", "text"), TEXTS),
    "BIT": (Column("BIT", "bit", "BIT"), [0, 1]),
    "INTEGER": (Column("INTEGER", "integer", "SLONG"), INTEGER_VALUES),
    "BIGINT": (Column("BIGINT", "integer", "SBIGINT"), BIG_VALUES),
    "DOUBLE": (Column("DOUBLE", "double", "DOUBLE"), DOUBLE_VALUES),
    "DECIMAL": (Column("DECIMAL(38,10)", "decimal", scale=10), [Decimal(v) for v in DECIMAL_VALUES]),
    "whole DECIMAL": (Column("DECIMAL(38,0)", "decimal"), [Decimal(v) for v in WHOLE_DECIMALS if len(v.strip("-")) <= 38]),
    "DATE": (Column("DATE", "date", "TYPE_DATE"), ["0001-01-01", "2020-02-29", "9999-12-31"]),
    "TIME": (Column("TIME(9)", "time", "TYPE_TIME"), ["00:00:00", "10:20:30", "23:59:59.999999999", "10:20:30.5"]),
    "TIMESTAMP": (
        Column("TIMESTAMP(9)", "timestamp", "TYPE_TIMESTAMP"),
        ["0001-01-01 00:00:00", "2020-01-31 10:20:30", "2020-01-31 00:00:00.000000001", "9999-12-31 23:59:59.999999999",
         "2020-01-31 10:20:30.12"],
    ),
    "VARBINARY": (Column("VARBINARY(8000)", "binary"), BYTES),
    "LONGVARBINARY": (Column("LONGVARBINARY", "binary"), BYTES),
}  # fmt: skip


def _numbers() -> Iterator[Given]:
    for name, (_, code) in INTEGERS.items():
        bits = struct.calcsize(code) * 8
        for value in {0, 1, 2, 100, *([-1, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1] if code.islower() else [2**bits - 1])}:
            yield Given(name, value, struct.pack("=" + code, value))
    yield from (Given("BIT", value, bytes([value])) for value in (0, 1))
    for value in (0.0, -0.0, 1.0, 0.5, -0.5, 1.5, 2.0, 300.75, -40000.5, 3e9, 1e19, 1e37, 3.4028234663852886e38, 0.10000000149011612):
        yield Given("FLOAT", struct.unpack("=f", struct.pack("=f", value))[0], struct.pack("=f", value))
    for value in (0.0, -0.0, 1.0, 0.5, -0.5, 1.5, 2.0, 300.75, 1e10, 9.3e18, 1e38, 1e39, 1.7976931348623157e308, 0.1, 0.1 + 0.2):
        yield Given("DOUBLE", value, struct.pack("=d", value))
    for text in ("0", "1", "-1", "1.50", "0.5", "-0.001", "300", "99999999999.99", "9" * 38, "-" + "9" * 28 + "." + "9" * 10):
        value = Decimal(text)
        scale = -value.as_tuple().exponent
        mantissa = int("".join(map(str, value.as_tuple().digits))) * (-1 if value < 0 else 1)
        yield Given("NUMERIC", value, numeric(mantissa, 38, scale))


def _moments() -> Iterator[Given]:
    for fields in ((2020, 2, 29), (1, 1, 1), (9999, 12, 31), (2021, 2, 29), (2020, 0, 1), (0, 12, 31), (-1, 1, 1), (10000, 1, 1)):
        is_date = 1 <= fields[0] <= 9999 and fields not in ((2021, 2, 29), (2020, 0, 1))
        yield Given("TYPE_DATE", "%04d-%02d-%02d" % fields if is_date else None, struct.pack("=hHH", *fields))
    for fields in ((0, 0, 0), (23, 59, 59), (24, 0, 0), (10, 60, 0)):
        value = "%02d:%02d:%02d" % fields if fields[0] < 24 and fields[1] < 60 else None
        yield Given("TYPE_TIME", value, struct.pack("=HHH", *fields))
    for fields in (
        (2020, 1, 31, 0, 0, 0, 0), (2020, 1, 31, 10, 20, 30, 0), (2020, 1, 31, 10, 20, 30, 120_000_000), (9999, 12, 31, 23, 59, 59, 999_999_999),
    ):  # fmt: skip
        value = ("%04d-%02d-%02d %02d:%02d:%02d.%09d" % fields).rstrip("0").rstrip(".") if fields[6] else "%04d-%02d-%02d %02d:%02d:%02d" % fields[:6]
        yield Given("TYPE_TIMESTAMP", value, struct.pack("=hHHHHHI", *fields))
    # A timestamp that is none, and not even its time is one, since a TIME ignores the date.
    for fields in ((2020, 2, 30, 25, 0, 0, 0), (2020, 1, 31, 10, 20, 30, 1_000_000_000)):
        yield Given("TYPE_TIMESTAMP", None, struct.pack("=hHHHHHI", *fields))


def _intervals() -> Iterator[Given]:
    for name, code in INTERVALS.items():
        fields = fields_of(name)
        for negative in (0, 1):
            at = 0 if fields[0] in ("YEAR", "MONTH") else 2
            places = ["YEAR", "MONTH"] if at == 0 else ["DAY", "HOUR", "MINUTE", "SECOND"]
            numbers = [11 if place in fields else 0 for place in places] + [0] * 5
            value = Decimal(11)
            if "SECOND" in fields:
                numbers[4] = 500_000
                value = Decimal("11.5")
            data = struct.pack("=ihxx5I", code - 100, negative, *numbers[:5])
            yield Given(name, (-value if negative else value) if len(fields) == 1 else None, data)


def _interval(code: int, *numbers: int) -> bytes:
    return struct.pack("=ihxx5I", code, 0, *numbers)


def _intervals_at_the_edge() -> Iterator[Given]:
    yield Given("INTERVAL_DAY", Decimal(2**32 - 1), _interval(3, 2**32 - 1, 0, 0, 0, 0))
    yield Given("INTERVAL_SECOND", Decimal("0.999999"), _interval(6, 0, 0, 0, 0, 999_999))
    yield Given("INTERVAL_SECOND", INVALID, _interval(6, 0, 0, 0, 0, 1_000_000))
    yield Given("INTERVAL_YEAR_TO_MONTH", INVALID, _interval(7, 1, 12, 0, 0, 0))
    yield Given("INTERVAL_DAY_TO_HOUR", INVALID, _interval(8, 1, 24, 0, 0, 0))
    yield Given("INTERVAL_MINUTE_TO_SECOND", INVALID, _interval(13, 0, 0, 1, 60, 0))


def given() -> list[Given]:
    """Parameters of every C type."""
    texts = ["", "0", "1", "2", "-1", "0.5", "1.5", " 12 ", "300", "40000", "2147483648", "9223372036854775808", "1e3", "1e39", "1e50", "1e309",
             "0." + "3" * 60, "9" * 38, "9" * 39, "-0", "x", "true", "false", "0a1B", "0a1", "0g", "2020-02-29", "2021-02-29",
             "2020-01-31 00:00:00", "2020-01-31 10:20:30.5", "2020-01-31 10:20:30.1234567891", "10:20:30", "10:20:30.25", "25:00:00", GUID,
             "{" + GUID.upper() + "}", "a\0b", EMOJI, "4" * 20000]  # fmt: skip
    made = [Given("CHAR", text, text.encode()) for text in texts]
    made += [Given("WCHAR", text, text.encode("utf-16-le")) for text in texts]
    images = [b"\0", b"\1", b"\xff", struct.pack("=h", 300), struct.pack("=i", -7), struct.pack("=d", 1.5), struct.pack("=f", 0.1),
              struct.pack("=hHH", 2020, 2, 29), struct.pack("=HHH", 10, 20, 30), struct.pack("=hHHHHHI", 2020, 1, 31, 10, 20, 30, 5_000_000),
              numeric(-12345, 10, 2)]  # fmt: skip
    made += [Given("BINARY", data, data) for data in (b"", b"ab\0c", "é😀".encode(), b"\xff\xfe", b"12345678901234567890123", *images)]
    made += [*_numbers(), *_moments(), *_intervals(), *_intervals_at_the_edge()]
    guid = struct.pack("=IHH", 0x00112233, 0x4455, 0x6677) + bytes.fromhex("8899aabbccddeeff")
    made.append(Given("GUID", guid, guid))
    assert {one.c_type for one in made} == set(C_TYPES)
    return made
