"""What ODBC's appendix D says of each conversion, written from its tables with Python's own numbers and dates.

`to_c` and `from_c` are the oracle of test_conversions.py. They know nothing of the driver but what docs/conversions.md
says that it adds or decides; each such place has a comment.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from decimal import Context, Decimal, InvalidOperation, ROUND_DOWN
from typing import Any

# Enough for every value here, and rounds nothing.
EXACT = Context(prec=900, Emax=100_000, Emin=-100_000)

INTEGERS = {
    "STINYINT": (-26, "b"), "UTINYINT": (-28, "B"), "SSHORT": (-15, "h"), "USHORT": (-17, "H"), "SLONG": (-16, "i"),
    "ULONG": (-18, "I"), "SBIGINT": (-25, "q"), "UBIGINT": (-27, "Q"),
}  # fmt: skip
FIELDS = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]
INTERVALS = {
    "INTERVAL_YEAR": 101, "INTERVAL_MONTH": 102, "INTERVAL_DAY": 103, "INTERVAL_HOUR": 104, "INTERVAL_MINUTE": 105,
    "INTERVAL_SECOND": 106, "INTERVAL_YEAR_TO_MONTH": 107, "INTERVAL_DAY_TO_HOUR": 108, "INTERVAL_DAY_TO_MINUTE": 109,
    "INTERVAL_DAY_TO_SECOND": 110, "INTERVAL_HOUR_TO_MINUTE": 111, "INTERVAL_HOUR_TO_SECOND": 112,
    "INTERVAL_MINUTE_TO_SECOND": 113,
}  # fmt: skip
C_TYPES = {
    "CHAR": 1, "WCHAR": -8, "BIT": -7, **{name: code for name, (code, _) in INTEGERS.items()}, "FLOAT": 7, "DOUBLE": 8,
    "NUMERIC": 2, "TYPE_DATE": 91, "TYPE_TIME": 92, "TYPE_TIMESTAMP": 93, "BINARY": -2, "GUID": -11, **INTERVALS,
}  # fmt: skip
# The codes of ODBC 1 and 2, and what each is now.
OLD_CODES = {4: "SLONG", 5: "SSHORT", -6: "STINYINT", 9: "TYPE_DATE", 10: "TYPE_TIME", 11: "TYPE_TIMESTAMP"}
NUMBERS = ["BIT", *INTEGERS, "FLOAT", "DOUBLE", "NUMERIC"]
CHARACTERS = ["CHAR", "WCHAR"]

# Family, and the C type of SQL_C_DEFAULT, of every SQL type that a parameter can have.
SQL_TYPES = {
    "CHAR": (1, "text", "CHAR"), "VARCHAR": (12, "text", "CHAR"), "LONGVARCHAR": (-1, "text", "CHAR"),
    "WCHAR": (-8, "text", "WCHAR"), "WVARCHAR": (-9, "text", "WCHAR"), "WLONGVARCHAR": (-10, "text", "WCHAR"),
    "BIT": (-7, "bit", "BIT"), "TINYINT": (-6, "integer", "STINYINT"), "SMALLINT": (5, "integer", "SSHORT"),
    "INTEGER": (4, "integer", "SLONG"), "BIGINT": (-5, "integer", "SBIGINT"), "NUMERIC": (2, "decimal", "CHAR"),
    "DECIMAL": (3, "decimal", "CHAR"), "REAL": (7, "double", "FLOAT"), "FLOAT": (6, "double", "DOUBLE"),
    "DOUBLE": (8, "double", "DOUBLE"), "TYPE_DATE": (91, "date", "TYPE_DATE"), "TYPE_TIME": (92, "time", "TYPE_TIME"),
    "TYPE_TIMESTAMP": (93, "timestamp", "TYPE_TIMESTAMP"), "BINARY": (-2, "binary", "BINARY"),
    "VARBINARY": (-3, "binary", "BINARY"), "LONGVARBINARY": (-4, "binary", "BINARY"), "GUID": (-11, "guid", "GUID"),
}  # fmt: skip

TRUNCATED, FRACTION_CUT, FRACTION_REFUSED, OUT_OF_RANGE = "01004", "01S07", "22001", "22003"
INVALID_DATETIME, TIME_LOST, INTERVAL_OVERFLOW, NOT_OF_THE_TYPE, RESTRICTED = "22007", "22008", "22015", "22018", "07006"


@dataclass(frozen=True)
class Outcome:
    """SQLSTATE, or none for SQL_SUCCESS; and the data, unless that is undefined. A function checks the data."""

    state: str = ""
    data: Any = None

    def agrees(self, state: str, data: bytes | None) -> bool:
        if state != self.state:
            return False
        if self.state and not self.state.startswith("01"):
            return True
        return self.data(data) if callable(self.data) else self.data == data


class Refused(Exception):
    """No conversion: the SQLSTATE."""


def is_supported(family: str, c_type: str) -> bool:
    """The charts of appendix D, for both directions."""
    if family == "guid":
        return c_type in (*CHARACTERS, "BINARY", "GUID")
    if c_type in (*CHARACTERS, "BINARY"):
        return True
    if family == "text":
        return True
    if family in ("integer", "decimal"):
        return c_type in NUMBERS or (c_type in INTERVALS and "_TO_" not in c_type)
    return c_type in {
        "bit": NUMBERS, "double": NUMBERS, "date": ["TYPE_DATE", "TYPE_TIMESTAMP"], "time": ["TYPE_TIME", "TYPE_TIMESTAMP"],
        "timestamp": ["TYPE_DATE", "TYPE_TIME", "TYPE_TIMESTAMP"], "binary": [],
    }[family]  # fmt: skip


# Numbers


def literal(text: str) -> Decimal:
    """A numeric literal with blanks around it."""
    if not re.fullmatch(r" *[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)? *", text):
        raise Refused(NOT_OF_THE_TYPE)
    try:
        return EXACT.create_decimal(text.strip())
    except InvalidOperation:
        raise Refused(OUT_OF_RANGE) from None


def whole(number: Decimal) -> tuple[int, bool]:
    """The whole part, and whether that is less than all."""
    if number.adjusted() > 400:
        return 10**400, False
    cut = number.to_integral_value(ROUND_DOWN, EXACT)
    return int(cut), cut != number


def single(number: Decimal) -> float:
    """The nearest float, ties to even; infinite beyond the largest."""
    def near(bits: int) -> float:
        return struct.unpack("<f", struct.pack("<I", bits))[0]

    if number.is_zero():
        return -0.0 if number.is_signed() else 0.0
    magnitude = number.copy_abs()
    low, high = 0, 0x7F800000
    while high - low > 1:
        middle = (low + high) // 2
        if Decimal(near(middle)) <= magnitude:
            low = middle
        else:
            high = middle
    upper = Decimal(2) ** 128 if high == 0x7F800000 else Decimal(near(high))
    down, up = EXACT.subtract(magnitude, Decimal(near(low))), EXACT.subtract(upper, magnitude)
    chosen = near(low if down < up or (down == up and low % 2 == 0) else high)
    return -chosen if number.is_signed() else chosen


def number_to_c(number: Decimal, c_type: str) -> Outcome:
    if c_type in INTEGERS:
        value, cut = whole(number)
        try:
            data = struct.pack("=" + INTEGERS[c_type][1], value)
        except struct.error:
            raise Refused(OUT_OF_RANGE) from None
        return Outcome(FRACTION_CUT if cut else "", data)
    if c_type == "BIT":
        if number < 0 or number >= 2:
            raise Refused(OUT_OF_RANGE)
        value, cut = whole(number)
        return Outcome(FRACTION_CUT if cut else "", bytes([value]))
    if c_type == "NUMERIC":
        value, cut = whole(number)
        if abs(value) >= 10**38:
            raise Refused(OUT_OF_RANGE)
        return Outcome(FRACTION_CUT if cut else "", numeric(value, 38, 0))
    if c_type == "FLOAT":
        value = single(number)
        if abs(value) == float("inf"):
            raise Refused(OUT_OF_RANGE)
        return Outcome("", lambda data: struct.unpack("=f", data)[0] == value)
    value = float(number)
    if abs(value) == float("inf"):
        raise Refused(OUT_OF_RANGE)
    return Outcome("", lambda data: struct.unpack("=d", data)[0] == value)


def numeric(mantissa: int, precision: int, scale: int) -> bytes:
    return struct.pack("=BbB", precision, scale, mantissa >= 0) + abs(mantissa).to_bytes(16, "little")


# Dates


def now_date() -> date:
    return datetime.now(timezone.utc).date()


def moment(text: str) -> tuple[date | None, time | None, int, bool]:
    """Date, time, nanoseconds, and whether there were more digits than nine."""
    # The driver also takes a time without its seconds.
    found = re.fullmatch(
        r" *(?:([0-9]{4})-([0-9]{2})-([0-9]{2}))?( (?=[0-9]))?(?:([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)? *", text
    )
    if not found or (found[1] is None and found[5] is None) or bool(found[4]) != (found[1] is not None and found[5] is not None):
        raise Refused(NOT_OF_THE_TYPE)
    try:
        day = date(*map(int, found.group(1, 2, 3))) if found[1] else None
        clock = time(int(found[5]), int(found[6]), int(found[7] or 0)) if found[5] else None
    except ValueError:
        raise Refused(NOT_OF_THE_TYPE) from None
    digits = found[8] or ""
    return day, clock, int(digits[:9].ljust(9, "0")), bool(digits[9:].strip("0"))


def moment_to_c(day: date | None, clock: time | None, fraction: int, beyond: bool, c_type: str) -> Outcome:
    if c_type == "TYPE_DATE":
        if day is None:
            raise Refused(NOT_OF_THE_TYPE)
        cut = bool(clock and clock != time(0)) or fraction > 0 or beyond
        return Outcome(FRACTION_CUT if cut else "", struct.pack("=hHH", day.year, day.month, day.day))
    if c_type == "TYPE_TIME":
        if clock is None:
            raise Refused(NOT_OF_THE_TYPE)
        cut = fraction > 0 or beyond
        return Outcome(FRACTION_CUT if cut else "", struct.pack("=HHH", clock.hour, clock.minute, clock.second))
    days = [day] if day else [now_date()]
    clock = clock or time(0)

    def check(data: bytes) -> bool:
        # The day may have changed since.
        return data in [
            struct.pack("=hHHHHHI", d.year, d.month, d.day, clock.hour, clock.minute, clock.second, fraction)
            for d in {*days, *([] if day else [now_date()])}
        ]

    return Outcome(FRACTION_CUT if beyond else "", check)


# Intervals


def fields_of(c_type: str) -> list[str]:
    names = c_type.removeprefix("INTERVAL_").split("_TO_")
    return FIELDS[FIELDS.index(names[0]) : FIELDS.index(names[-1]) + 1]


UNIT = {"YEAR": 12, "MONTH": 1, "DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}
LARGEST = {"MONTH": 11, "HOUR": 23, "MINUTE": 59, "SECOND": 59}


def fields_in(text: str, first: str) -> tuple[int, Decimal, list[str]]:
    """Sign, total in months or seconds, and the fields that the text has."""
    names = FIELDS[FIELDS.index(first) : 2 if first in FIELDS[:2] else 6]
    before = {"MONTH": "-", "HOUR": " ", "MINUTE": ":", "SECOND": ":"}
    pattern = "[+-]?([0-9]+)" if first != "SECOND" else r"[+-]?([0-9]+(?:\.[0-9]*)?)"
    for name in names[1:]:
        digits = r"[0-9]{1,2}(?:\.[0-9]*)?" if name == "SECOND" else "[0-9]{1,2}"
        pattern += f"(?:{re.escape(before[name])}({digits})"
    pattern += ")?" * (len(names) - 1)
    found = re.fullmatch(pattern, text)
    if not found:
        raise Refused(NOT_OF_THE_TYPE)
    values = [Decimal(v) for v in found.groups() if v is not None]
    for name, value in zip(names[1:], values[1:]):
        if value >= LARGEST[name] + 1:
            raise Refused(NOT_OF_THE_TYPE)
    total = Decimal(0)
    for name, value in zip(names, values):
        total = EXACT.add(total, EXACT.multiply(value, Decimal(UNIT[name])))
    return (-1 if text.startswith("-") else 1), total, names[: len(values)]


def interval_to_c(sign: int, total: Decimal, c_type: str) -> Outcome:
    names = fields_of(c_type)
    values, rest = {}, total
    for name in names:
        if name == "SECOND":
            micro = int(EXACT.multiply(rest, Decimal(10**6)).to_integral_value(ROUND_DOWN, EXACT))
            values["SECOND"], values["FRACTION"] = divmod(micro, 10**6)
            rest = EXACT.subtract(EXACT.multiply(rest, Decimal(10**6)), Decimal(micro))
        else:
            values[name] = int(EXACT.divide_int(rest, Decimal(UNIT[name])))
            rest = EXACT.subtract(rest, Decimal(values[name] * UNIT[name]))
    # The leading precision is 2 where no descriptor says otherwise.
    if values[names[0]] > 99:
        raise Refused(INTERVAL_OVERFLOW)
    places = ["YEAR", "MONTH"] if names[0] in FIELDS[:2] else ["DAY", "HOUR", "MINUTE", "SECOND", "FRACTION"]
    numbers = [values.get(name, 0) for name in places]
    negative = sign < 0 and any(numbers)
    data = struct.pack("=ihxx5I", INTERVALS[c_type] - 100, negative, *(numbers + [0] * 5)[:5])
    return Outcome(FRACTION_CUT if rest else "", data)


def text_interval_to_c(text: str, c_type: str) -> Outcome:
    text, names = text.strip(" "), fields_of(c_type)
    found = re.fullmatch(r"\{? *INTERVAL +([+-]?)'([^']+)' *([A-Z]+)(?: TO ([A-Z]+))? *\}?", text, re.IGNORECASE)
    if not found:
        sign, total, given = fields_in(text, names[0])
        if len(given) < len(names):
            raise Refused(NOT_OF_THE_TYPE)
    else:
        first, last = found[3].upper(), (found[4] or found[3]).upper()
        if not {first, last} <= set(FIELDS):
            raise Refused(NOT_OF_THE_TYPE)
        sign, total, given = fields_in(found[2], first)
        sign = -sign if found[1] == "-" else sign
        if given[-1] != last or (first in FIELDS[:2]) != (names[0] in FIELDS[:2]):
            raise Refused(NOT_OF_THE_TYPE)
    return interval_to_c(sign, total, c_type)


GUID_TEXT = re.compile(r" *(\{)?([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?(1)\}) *")


def guid_of(text: str) -> bytes:
    found = GUID_TEXT.fullmatch(text)
    if not found:
        raise Refused(NOT_OF_THE_TYPE)
    raw = bytes.fromhex(found[2].replace("-", ""))
    return struct.pack("=IHH", *struct.unpack(">IHH", raw[:8])) + raw[8:]


def guid_text(raw: bytes) -> str:
    digits = (struct.pack(">IHH", *struct.unpack("=IHH", raw[:8])) + raw[8:]).hex()
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


# From SQL to C


def encoded(text: str, c_type: str) -> bytes:
    return text.encode() if c_type == "CHAR" else text.encode("utf-16-le")


def decoded(data: bytes, c_type: str) -> str:
    return data.decode() if c_type == "CHAR" else data.decode("utf-16-le")


@dataclass(frozen=True)
class Column:
    """A column of a table: its declaration, family, and what its binary form is, if that is not the value's bytes."""

    declared: str
    family: str
    image: str = ""
    scale: int = 0


def text_of(column: Column, value: Any) -> str:
    """A value as characters: digits, ISO 8601, hexadecimal."""
    match column.family:
        case "text":
            return value
        case "binary":
            return value.hex().upper()
        case "decimal":
            return f"{value:.{column.scale}f}"
        case "time":
            return value
        case "timestamp":
            return value
        case "bit" | "integer":
            return str(int(value))
        case _:
            return str(value)


def whole_part(column: Column, text: str) -> int:
    """Characters that a buffer must hold; all that follow may be cut."""
    match column.family:
        case "text" | "binary":
            return 0
        case "time" | "timestamp" | "date":
            return len(text.split(".")[0])
        case "decimal" | "integer" | "bit":
            return len(text.split(".")[0])
        case _:
            return len(text) if "E" in text else len(text.split(".")[0])


def to_c(column: Column, value: Any, c_type: str) -> Outcome:
    """What a buffer of sufficient size has to receive of a value that is not NULL."""
    if not is_supported(column.family, c_type):
        return Outcome(RESTRICTED)
    try:
        return _to_c(column, value, c_type)
    except Refused as refused:
        return Outcome(str(refused))


def _to_c(column: Column, value: Any, c_type: str) -> Outcome:
    family = column.family
    if c_type in CHARACTERS:
        if family == "double":
            # The shortest digits, as docs/conversions.md says: they read back, and fit the display size.
            return Outcome("", lambda data: float(decoded(data, c_type)) == value and len(decoded(data, c_type)) <= 24)
        return Outcome("", encoded(text_of(column, value), c_type))
    if c_type == "BINARY":
        if family == "text":
            return Outcome("", value.encode())
        if family == "binary":
            return Outcome("", value)
        # The binary form of all else is the structure of the type's default C type; of a decimal SQL_NUMERIC_STRUCT.
        if family == "decimal":
            return Outcome("", numeric(int(EXACT.scaleb(value, Decimal(column.scale))), 38, column.scale))
        return _to_c(column, value, column.image)
    if family in ("date", "time", "timestamp"):
        return moment_to_c(*moment(value), c_type)
    if family == "text":
        if c_type in NUMBERS:
            return number_to_c(literal(value), c_type)
        if c_type in INTERVALS:
            return text_interval_to_c(value, c_type)
        if c_type == "GUID":
            return Outcome("", guid_of(value))
        return moment_to_c(*moment(value), c_type)
    if family == "double" and c_type == "NUMERIC":
        # The decimal that the double is written as.
        number = Decimal(repr(value))
    else:
        number = Decimal(value)
    if c_type in INTERVALS:
        sign = -1 if number < 0 else 1
        if fields_of(c_type) == ["SECOND"]:
            return interval_to_c(sign, number.copy_abs(), c_type)
        count, cut = whole(number.copy_abs())
        outcome = interval_to_c(sign, Decimal(count * UNIT[fields_of(c_type)[0]]), c_type)
        return Outcome(FRACTION_CUT if cut else outcome.state, outcome.data)
    return number_to_c(number, c_type)


# From C to SQL

# The value of an interval with a field that is out of range.
INVALID = "invalid"


@dataclass(frozen=True)
class Given:
    """A parameter: what it is, and its bytes in the C type."""

    c_type: str
    value: Any
    data: bytes


LIMITS = {
    # The driver's TINYINT holds those of both signs.
    "TINYINT": (-128, 255), "SMALLINT": (-(2**15), 2**15 - 1), "INTEGER": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
}  # fmt: skip
SIZES = {
    "BIT": 1, "STINYINT": 1, "SSHORT": 2, "SLONG": 4, "SBIGINT": 8, "FLOAT": 4, "DOUBLE": 8, "NUMERIC": 19, "TYPE_DATE": 6, "TYPE_TIME": 6,
    "TYPE_TIMESTAMP": 16,
}  # fmt: skip


def from_c(sql_type: str, given: Given) -> Outcome:
    """State, and the text of what the parameter has to be (of binary the hexadecimal digits)."""
    family = SQL_TYPES[sql_type][1]
    if not is_supported(family, given.c_type):
        return Outcome(RESTRICTED)
    try:
        return _from_c(sql_type, family, given)
    except Refused as refused:
        return Outcome(str(refused))


def _from_c(sql_type: str, family: str, given: Given) -> Outcome:
    c_type, value = given.c_type, given.value
    if value == INVALID:
        raise Refused(INTERVAL_OVERFLOW)
    is_text = c_type in CHARACTERS
    if family == "guid":
        if c_type == "BINARY" and len(value) != 16:
            raise Refused(OUT_OF_RANGE)
        return Outcome("", guid_text(guid_of(value) if is_text else value))
    if family == "text":
        return text_from_c(given)
    if family == "binary":
        if not is_text:
            return Outcome("", value.hex().upper())
        pairs = value[: len(value) // 2 * 2]
        if not re.fullmatch("[0-9a-fA-F]*", pairs):
            raise Refused(NOT_OF_THE_TYPE)
        return Outcome("", pairs.upper())
    if c_type == "BINARY":
        return image_from_c(sql_type, family, value)
    if family in ("date", "time", "timestamp"):
        return moment_from_c(family, given)
    if c_type in INTERVALS:
        number = value
    elif is_text:
        number = literal(value) if family != "bit" else literal({"true": "1", "false": "0"}.get(value, value))
    else:
        number = value if isinstance(value, Decimal) else Decimal(value)
    if family == "bit":
        if number < 0 or number >= 2:
            raise Refused(OUT_OF_RANGE)
        if number not in (0, 1):
            raise Refused(FRACTION_REFUSED)
        return Outcome("", str(int(number)))
    if family == "integer":
        count, cut = whole(number)
        low, high = LIMITS[sql_type]
        if is_text and cut and -(10**38) < count < 10**38:
            raise Refused(FRACTION_REFUSED)
        # Of text the appendix says 22001; SQLExecute's own list, and the driver, say 22003.
        if not low <= count <= high:
            raise Refused(OUT_OF_RANGE)
        return Outcome("", str(count))
    if family == "decimal":
        if c_type in ("FLOAT", "DOUBLE"):
            number = shortest(value, c_type)
        if abs(whole(number)[0]) >= 10**38:
            raise Refused(OUT_OF_RANGE)
        if is_text and len(number.normalize(EXACT).as_tuple().digits) > 38:
            raise Refused(FRACTION_REFUSED)
        return Outcome("", lambda text: Decimal(text) == number)
    return double_from_c(sql_type, number)


def shortest(value: float, c_type: str) -> Decimal:
    """The decimal with the fewest digits that reads back as the number."""
    if c_type == "DOUBLE":
        return Decimal(repr(value))
    for digits in range(1, 10):
        text = f"{value:.{digits - 1}e}"
        if single(Decimal(text)) == value:
            return Decimal(text)
    raise AssertionError(value)


def double_from_c(sql_type: str, number: Decimal) -> Outcome:
    double = float(number)
    if abs(double) == float("inf") or (sql_type == "REAL" and abs(single(Decimal(double))) == float("inf")):
        raise Refused(OUT_OF_RANGE)
    return Outcome("", lambda text: float(text) == double)


def text_from_c(given: Given) -> Outcome:
    c_type, value = given.c_type, given.value
    if c_type in CHARACTERS:
        return Outcome("", value)
    if c_type == "BINARY":
        try:
            return Outcome("", value.decode())
        except UnicodeDecodeError:
            raise Refused(NOT_OF_THE_TYPE) from None
    if c_type in ("FLOAT", "DOUBLE"):
        return Outcome("", lambda text: (single(Decimal(text)) if c_type == "FLOAT" else float(text)) == value)
    if c_type == "NUMERIC":
        return Outcome("", f"{value:f}")
    if c_type == "GUID":
        return Outcome("", guid_text(value))
    if c_type in INTERVALS and value is not None:
        return Outcome("", lambda text: Decimal(text) == value)
    if c_type in INTERVALS:
        return Outcome("", lambda text: text_interval_to_c(text, c_type).data == given.data)
    if c_type.startswith("TYPE_"):
        if value is None:
            raise Refused(TIME_LOST)
        return Outcome("", value)
    return Outcome("", str(int(value)))


def moment_from_c(family: str, given: Given) -> Outcome:
    is_text = given.c_type in CHARACTERS
    if given.value is None:
        raise Refused(INVALID_DATETIME)
    day, clock, fraction, beyond = moment(given.value)
    if beyond:
        raise Refused(TIME_LOST)
    digits = f".{fraction:09}".rstrip("0").rstrip(".")
    match family:
        case "date":
            if day is None:
                raise Refused(NOT_OF_THE_TYPE)
            if (clock and clock != time(0)) or fraction:
                raise Refused(TIME_LOST)
            return Outcome("", day.isoformat())
        case "time":
            # The driver's TIME keeps the fraction; where ODBC's has none it would be 22008.
            if clock is None:
                raise Refused(NOT_OF_THE_TYPE)
            return Outcome("", clock.isoformat() + digits)
    assert is_text or day or clock
    text = f"{(clock or time(0)).isoformat()}{digits}"
    if day:
        return Outcome("", f"{day.isoformat()} {text}")
    return Outcome("", lambda found: found.endswith(" " + text) and abs((date.fromisoformat(found[:10]) - now_date()).days) <= 1)


def image_from_c(sql_type: str, family: str, data: bytes) -> Outcome:
    """Binary data for all other types is the structure of the default C type, to the byte; of a decimal SQL_NUMERIC_STRUCT."""
    c_type = "NUMERIC" if family == "decimal" else SQL_TYPES[sql_type][2]
    if len(data) != SIZES[c_type]:
        raise Refused(OUT_OF_RANGE)
    return _from_c(sql_type, family, Given(c_type, value_in(c_type, data), data))


def value_in(c_type: str, data: bytes) -> Any:
    """What a structure holds; nothing if it is no date or time."""
    if c_type in INTEGERS:
        return struct.unpack("=" + INTEGERS[c_type][1], data)[0]
    match c_type:
        case "BIT":
            return int(data != b"\0")
        case "FLOAT" | "DOUBLE":
            value = struct.unpack("=f" if c_type == "FLOAT" else "=d", data)[0]
            # What is no number has no place in a number's type.
            if value - value != 0:
                raise Refused(OUT_OF_RANGE)
            return value
        case "NUMERIC":
            mantissa = Decimal(int.from_bytes(data[3:], "little") * (1 if data[2] else -1))
            return EXACT.scaleb(mantissa, -struct.unpack("=b", data[1:2])[0])
        case "TYPE_DATE":
            return checked("%04d-%02d-%02d", struct.unpack("=hHH", data))
        case "TYPE_TIME":
            return checked("%02d:%02d:%02d", struct.unpack("=HHH", data))
    return checked("%04d-%02d-%02d %02d:%02d:%02d.%09d", struct.unpack("=hHHHHHI", data))


def checked(form: str, fields: tuple[int, ...]) -> str | None:
    try:
        moment(form % fields)
    except Refused:
        return None
    return form % fields
