"""SQLGetInfo: every type in its width, and every answer true: what is claimed is done, what is not claimed fails."""

from __future__ import annotations

import re
from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_uint, c_ushort, create_string_buffer
from pathlib import Path

import pyodbc
import pytest

import odbc
from odbc import ERROR, SUCCESS, SUCCESS_WITH_INFO
from support import CUSTOMER, LIBRARY, SUPPORT, SUPPORT_CALLS, account

# The widths of the reference. Whatever else is a number has four bytes.
TWO_BYTES = {
    0, 1, 9, 12, 15, 22, 23, 24, 28, 30, 31, 32, 33, 34, 35, 46, 74, 75, 84, 85, 88, 93, 97, 98, 99, 100, 101, 106, 107, 114, 116,
    10005,
}  # fmt: skip
TEXTS = {
    2, 6, 7, 10, 11, 13, 14, 16, 17, 18, 19, 20, 21, 25, 27, 29, 36, 37, 38, 39, 40, 41, 42, 45, 47, 73, 77, 87, 89, 90, 94, 103,
    111, 113, 171, 10000, 10002, 10003, 10004,
}  # fmt: skip
# Handles, which only a driver manager has.
MANAGERS = {3, 4, 5, 76, 135}
KINDS = [*sorted({*range(182)} - MANAGERS), *range(10000, 10006), *range(10021, 10026)]
# What unixODBC answers by itself.
ANSWERED_BY_THE_MANAGER = {10, 171, 10000}
# What differs because one connection names a data source.
OF_THE_SOURCE = {2}


@pytest.fixture(scope="module")
def managed():
    with odbc.connected() as connection:
        yield connection


@pytest.fixture(scope="module")
def direct():
    import conftest

    with odbc.connected(account(conftest.simulator.url).replace("Driver=Twilio;", ""), LIBRARY) as connection:
        yield connection


@pytest.fixture(scope="module", params=["managed", "direct"])
def link(request):
    return request.getfixturevalue(request.param)


def ask(link, kind: int, room: int, wide: bool = False) -> tuple[int, bytes, int]:
    buffer, length = create_string_buffer(b"#" * (room + 16), room + 16), c_short(-77)
    code = link.call("SQLGetInfoW" if wide else "SQLGetInfo", c_ushort(kind), buffer, c_short(room), byref(length), check=False)
    return code, buffer.raw, length.value


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TEXTS])
@pytest.mark.parametrize("wide", [False, True])
def test_a_number_is_written_in_its_width(link, kind, wide):
    width = 2 if kind in TWO_BYTES else 4
    # The capacity counts for nothing where the answer is a number.
    for room in (4, 0, 300):
        code, raw, length = ask(link, kind, room, wide)
        assert (code, length) == (SUCCESS, width)
        assert raw[width:] == b"#" * (len(raw) - width) and raw[:width] != b"#" * width
    length = c_short(-77)
    assert link.call("SQLGetInfo", c_ushort(kind), None, c_short(0), byref(length), check=False) == SUCCESS
    assert length.value == width
    assert link.call("SQLGetInfo", c_ushort(kind), create_string_buffer(4), c_short(4), None) == SUCCESS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in TEXTS and kind not in ANSWERED_BY_THE_MANAGER])
def test_a_text_is_cut_where_the_buffer_ends(direct, managed, kind):
    # unixODBC itself ends the process where some texts have no room: the cut ones are asked of the driver.
    link, whole = direct, {}
    for wide, unit in ((False, 1), (True, 2)):
        code, raw, length = ask(link, kind, 2000, wide)
        whole[wide] = raw[:length]
        assert code == SUCCESS and raw[length : length + unit] == b"\0" * unit and raw[length + unit :] == b"#" * (2016 - length - unit)
        sizes = {0, unit, 2 * unit, length - unit, length, length + unit - 1, length + unit, length + 2 * unit}
        for room in sorted(size for size in sizes if size >= 0):
            code, raw, told = ask(link, kind, room, wide)
            if wide and room % 2:
                # An odd number of bytes is refused, or has no room for the last unit.
                assert code in (ERROR, SUCCESS_WITH_INFO)
                continue
            fits = room >= length + unit
            assert (code, told) == (SUCCESS if fits else SUCCESS_WITH_INFO, length), room
            kept = length if fits else max(room - unit, 0)
            assert raw[:kept] == whole[wide][:kept]
            assert raw[kept : kept + unit] == b"\0" * unit or room < unit
            assert raw[max(room, 0) :].startswith(b"#" * 16)
            if not fits:
                assert link.diagnostics()[0].state == "01004"
        length = c_short(-77)
        function = "SQLGetInfoW" if wide else "SQLGetInfo"
        link.call(function, c_ushort(kind), None, c_short(0), byref(length), check=False)
        assert length.value == len(whole[wide])
    assert whole[False].decode() == whole[True].decode("utf-16-le")
    if kind not in OF_THE_SOURCE:
        for wide in (False, True):
            code, raw, length = ask(managed, kind, 2000, wide)
            assert (code, raw[:length]) == (SUCCESS, whole[wide])


@pytest.mark.parametrize("kind", [182, 200, 999, 1749, 9999, 10006, 10020, 10026, 20000, 65535])
def test_what_is_no_type_is_hy096(link, kind):
    code, raw, _ = ask(link, kind, 16)
    assert code == ERROR and raw == b"#" * 32
    assert link.diagnostics()[0].state == "HY096"


def test_a_negative_length_is_hy090(link):
    assert link.call("SQLGetInfo", c_ushort(17), create_string_buffer(8), c_short(-1), None, check=False) == ERROR
    assert link.diagnostics()[0].state == "HY090"


# From here on: whether the answers are true.

A = "(SELECT 1 AS n, 'x' AS t UNION ALL SELECT 2, 'y')"
B = "(SELECT 1 AS n, 'x' AS t UNION ALL SELECT 3, 'z')"
TS = "{ts '2024-02-29 10:11:12'}"

MASKS: dict[tuple[int, str], dict[int, str]] = {
    (160, "SQL92_PREDICATES"): {
        0x1: f"SELECT 1 WHERE EXISTS (SELECT 1 FROM {A} a)",
        0x2: "SELECT 1 WHERE 1 IS NOT NULL",
        0x4: "SELECT 1 WHERE NULL IS NULL",
        0x8: "SELECT 1 WHERE (1, 2) MATCH FULL (SELECT 1, 2)",
        0x10: "SELECT 1 WHERE 1 MATCH (SELECT 1)",
        0x20: "SELECT 1 WHERE 1 MATCH UNIQUE FULL (SELECT 1)",
        0x40: "SELECT 1 WHERE 1 MATCH UNIQUE (SELECT 1)",
        0x80: f"SELECT 1 WHERE ({{d '2024-01-01'}}, {{d '2024-02-01'}}) OVERLAPS ({{d '2024-01-15'}}, {{d '2024-03-01'}})",
        0x100: f"SELECT 1 WHERE UNIQUE (SELECT n FROM {A} a)",
        0x200: "SELECT 1 WHERE 'abc' LIKE 'a%'",
        0x400: "SELECT 1 WHERE 1 IN (1, 2)",
        0x800: "SELECT 1 WHERE 1 BETWEEN 0 AND 2",
        0x1000: "SELECT 1 WHERE 1 < 2",
        0x2000: f"SELECT 1 WHERE 2 >= ALL (SELECT n FROM {A} a)",
    },
    (161, "SQL92_RELATIONAL_JOIN_OPERATORS"): {
        0x1: f"SELECT * FROM {A} a JOIN {B} b CORRESPONDING BY (n)",
        0x2: f"SELECT * FROM {A} a CROSS JOIN {B} b",
        0x4: f"SELECT * FROM {A} a EXCEPT JOIN {B} b ON a.n = b.n",
        0x8: f"SELECT * FROM {A} a FULL OUTER JOIN {B} b ON a.n = b.n",
        0x10: f"SELECT * FROM {A} a INNER JOIN {B} b ON a.n = b.n",
        0x20: f"SELECT * FROM {A} a INTERSECT JOIN {B} b",
        0x40: f"SELECT * FROM {A} a LEFT OUTER JOIN {B} b ON a.n = b.n",
        0x80: f"SELECT * FROM {A} a NATURAL JOIN {B} b",
        0x100: f"SELECT * FROM {A} a RIGHT OUTER JOIN {B} b ON a.n = b.n",
        0x200: f"SELECT * FROM {A} a UNION JOIN {B} b",
    },
    (165, "SQL92_VALUE_EXPRESSIONS"): {
        0x1: "SELECT CASE WHEN 1 = 1 THEN 2 END",
        0x2: "SELECT CAST('1' AS INTEGER)",
        0x4: "SELECT COALESCE(NULL, 1)",
        0x8: "SELECT NULLIF(1, 2)",
    },
    (163, "SQL92_ROW_VALUE_CONSTRUCTOR"): {
        0x1: "SELECT 1 WHERE (1 + 1, 2) = (2, 2)",
        0x2: "SELECT 1 WHERE (1, NULL) = (1, 2)",
        0x4: "SELECT 1 WHERE (1, DEFAULT) = (1, 2)",
        0x8: f"SELECT 1 WHERE (1, 'x') = (SELECT n, t FROM {A} a WHERE n = 1)",
    },
    (159, "SQL92_NUMERIC_VALUE_FUNCTIONS"): {
        0x1: "SELECT BIT_LENGTH('a')",
        0x2: "SELECT CHAR_LENGTH('a')",
        0x4: "SELECT CHARACTER_LENGTH('a')",
        0x8: f"SELECT EXTRACT(YEAR FROM {TS})",
        0x10: "SELECT OCTET_LENGTH('a')",
        0x20: "SELECT POSITION('a' IN 'ba')",
    },
    (164, "SQL92_STRING_FUNCTIONS"): {
        0x1: "SELECT CONVERT('a' USING utf8)",
        0x2: "SELECT LOWER('A')",
        0x4: "SELECT UPPER('a')",
        0x8: "SELECT SUBSTRING('abc' FROM 2 FOR 1)",
        0x10: "SELECT TRANSLATE('a' USING utf8)",
        0x20: "SELECT TRIM(BOTH ' ' FROM ' a ')",
        0x40: "SELECT TRIM(LEADING ' ' FROM ' a ')",
        0x80: "SELECT TRIM(TRAILING ' ' FROM ' a ')",
    },
    (155, "SQL92_DATETIME_FUNCTIONS"): {
        0x1: "SELECT CURRENT_DATE",
        0x2: "SELECT CURRENT_TIME",
        0x4: "SELECT CURRENT_TIMESTAMP",
    },
    (169, "AGGREGATE_FUNCTIONS"): {
        0x1: f"SELECT AVG(n) FROM {A} a",
        0x2: f"SELECT COUNT(n) FROM {A} a",
        0x4: f"SELECT MAX(n) FROM {A} a",
        0x8: f"SELECT MIN(n) FROM {A} a",
        0x10: f"SELECT SUM(n) FROM {A} a",
        0x20: f"SELECT SUM(DISTINCT n), COUNT(DISTINCT t), AVG(DISTINCT n) FROM {A} a",
        0x40: f"SELECT SUM(ALL n), COUNT(ALL t) FROM {A} a",
    },
    (95, "SUBQUERIES"): {
        0x1: f"SELECT 1 WHERE 2 = (SELECT MAX(n) FROM {A} a)",
        0x2: f"SELECT 1 WHERE EXISTS (SELECT 1 FROM {A} a)",
        0x4: f"SELECT 1 WHERE 2 IN (SELECT n FROM {A} a)",
        0x8: f"SELECT 1 WHERE 3 > ANY (SELECT n FROM {A} a)",
        0x10: f"SELECT a.n FROM {A} a WHERE EXISTS (SELECT 1 FROM {B} b WHERE b.n = a.n)",
    },
    (96, "UNION"): {0x1: "SELECT 1 UNION SELECT 1", 0x2: "SELECT 1 UNION ALL SELECT 1"},
    (115, "OJ_CAPABILITIES"): {
        0x1: f"SELECT * FROM {{oj {A} a LEFT OUTER JOIN {B} b ON a.n = b.n}}",
        0x2: f"SELECT * FROM {{oj {A} a RIGHT OUTER JOIN {B} b ON a.n = b.n}}",
        0x4: f"SELECT * FROM {{oj {A} a FULL OUTER JOIN {B} b ON a.n = b.n}}",
        0x8: f"SELECT * FROM {{oj {A} a LEFT OUTER JOIN ({B} b LEFT OUTER JOIN {A} c ON b.n = c.n) ON a.n = b.n}}",
        0x10: f"SELECT * FROM {{oj {A} a LEFT OUTER JOIN {B} b ON b.n = a.n}}",
        0x20: f"SELECT * FROM {{oj {A} a LEFT OUTER JOIN ({B} b INNER JOIN {A} c ON b.n = c.n) ON a.n = b.n}}",
        0x40: f"SELECT * FROM {{oj {A} a LEFT OUTER JOIN {B} b ON a.n >= b.n}}",
    },
    (119, "DATETIME_LITERALS"): {
        0x1: "SELECT DATE '2024-02-29'",
        0x2: "SELECT TIME '10:11:12'",
        0x4: "SELECT TIMESTAMP '2024-02-29 10:11:12'",
        # Intervals are no values; they are added to one.
        0x8: "SELECT INTERVAL '1' YEAR",
        0x10: "SELECT INTERVAL '1' MONTH",
        0x20: "SELECT INTERVAL '1' DAY",
        0x40: "SELECT INTERVAL '1' HOUR",
        0x80: "SELECT INTERVAL '1' MINUTE",
        0x100: "SELECT INTERVAL '1' SECOND",
        0x200: "SELECT INTERVAL '1-1' YEAR TO MONTH",
        0x400: "SELECT INTERVAL '1 1' DAY TO HOUR",
        0x800: "SELECT INTERVAL '1 1:1' DAY TO MINUTE",
        0x1000: "SELECT INTERVAL '1 1:1:1' DAY TO SECOND",
        0x2000: "SELECT INTERVAL '1:1' HOUR TO MINUTE",
        0x4000: "SELECT INTERVAL '1:1:1' HOUR TO SECOND",
        0x8000: "SELECT INTERVAL '1:1' MINUTE TO SECOND",
    },
    (172, "INSERT_STATEMENT"): {
        0x1: "INSERT INTO kept VALUES (1, 'a')",
        0x2: f"INSERT INTO kept SELECT n, t FROM {A} a",
        0x4: "SELECT n INTO made#TEMP FROM kept",
    },
    (132, "CREATE_TABLE"): {
        0x1: "CREATE TABLE made (n INTEGER)",
        0x2: "CREATE TEMP TABLE made (n INTEGER) ON COMMIT PRESERVE ROWS",
        0x4: "CREATE TEMP TABLE made (n INTEGER) ON COMMIT DELETE ROWS",
        0x8: "CREATE GLOBAL TEMPORARY TABLE made (n INTEGER)",
        0x10: "CREATE LOCAL TEMPORARY TABLE made (n INTEGER)",
        0x200: "CREATE TEMP TABLE made (n INTEGER NOT NULL)",
        0x400: "CREATE TEMP TABLE made (n INTEGER DEFAULT 1)",
        0x800: "CREATE TEMP TABLE made (t VARCHAR(3) COLLATE NOCASE)",
        0x1000: "CREATE TEMP TABLE made (n INTEGER, PRIMARY KEY (n))",
        0x2000: "CREATE TEMP TABLE made (n INTEGER CONSTRAINT named NOT NULL)",
    },
    (141, "DROP_TABLE"): {
        0x1: "DROP TABLE kept",
        0x2: "DROP TABLE kept RESTRICT",
        0x4: "DROP TABLE kept CASCADE",
    },
    (91, "SCHEMA_USAGE"): {
        0x1: "SELECT Sid FROM Twilio.Conferences",
        0x2: f"EXEC Twilio.AddParticipants @ConferenceSid='{SUPPORT}', @From='+14155550100', @To='+14155550101'",
        0x4: "CREATE TEMP TABLE Twilio.made (n INTEGER)",
        0x8: "CREATE INDEX i ON Twilio.Conferences (Sid)",
        0x10: "GRANT SELECT ON Twilio.Conferences TO somebody",
    },
    (92, "CATALOG_USAGE"): {
        0x1: "SELECT Sid FROM CData.Twilio.Conferences",
        0x2: f"EXEC CData.Twilio.AddParticipants @ConferenceSid='{SUPPORT}', @From='+14155550100', @To='+14155550101'",
        0x4: "CREATE TEMP TABLE CData.Twilio.made (n INTEGER)",
        0x8: "CREATE INDEX i ON CData.Twilio.Conferences (Sid)",
        0x10: "GRANT SELECT ON CData.Twilio.Conferences TO somebody",
    },
}  # fmt: skip

# Masks of which nothing is done, each with what would have to work.
NOTHING = {
    (86, "ALTER_TABLE"): ["ALTER TABLE kept ADD COLUMN m INTEGER", "ALTER TABLE kept DROP COLUMN n"],
    (127, "CREATE_ASSERTION"): ["CREATE ASSERTION a CHECK (1 = 1)"],
    (128, "CREATE_CHARACTER_SET"): ["CREATE CHARACTER SET a GET utf8"],
    (129, "CREATE_COLLATION"): ["CREATE COLLATION a FOR utf8 FROM b"],
    (130, "CREATE_DOMAIN"): ["CREATE DOMAIN a AS INTEGER"],
    (131, "CREATE_SCHEMA"): ["CREATE SCHEMA a"],
    (133, "CREATE_TRANSLATION"): ["CREATE TRANSLATION a FOR b TO c FROM d"],
    (134, "CREATE_VIEW"): ["CREATE VIEW a AS SELECT 1"],
    (140, "DROP_SCHEMA"): ["DROP SCHEMA Twilio"],
    (143, "DROP_VIEW"): ["DROP VIEW Conferences"],
    (158, "SQL92_GRANT"): ["GRANT SELECT ON Conferences TO somebody"],
    (162, "SQL92_REVOKE"): ["REVOKE SELECT ON Conferences FROM somebody"],
    (170, "DDL_INDEX"): ["CREATE INDEX i ON kept (n)", "DROP INDEX i"],
    (149, "INFO_SCHEMA_VIEWS"): ["SELECT * FROM INFORMATION_SCHEMA.TABLES", "SELECT * FROM INFORMATION_SCHEMA.COLUMNS"],
    (121, "BATCH_SUPPORT"): ["SELECT 1; SELECT 2", "DELETE FROM kept; DELETE FROM kept"],
}


@pytest.fixture
def runs(connect):
    def runs(sql: str) -> bool:
        cursor = connect().cursor()
        cursor.execute("CREATE TEMP TABLE kept (n INTEGER, t NVARCHAR(10))")
        try:
            cursor.execute(sql)
            if cursor.description:
                cursor.fetchall()
            return not cursor.nextset()
        except pyodbc.Error as error:
            # Refused, not broken.
            assert error.args[0] in ("42000", "HYC00", "42S02", "42S22", "37000"), (sql, error)
            return False

    return runs


def claims(kind: int) -> int:
    with odbc.connected() as link:
        code, raw, length = ask(link, kind, 4)
        assert code == SUCCESS
        return int.from_bytes(raw[:length], "little")


@pytest.mark.parametrize(("kind", "bits"), [pytest.param(kind, bits, id=name) for (kind, name), bits in MASKS.items()])
def test_what_a_mask_claims_is_done_and_nothing_else_is(runs, kind, bits):
    mask = claims(kind)
    assert mask & ~sum(bits) == 0, "a bit that this test does not know"
    assert {hex(bit): runs(sql) for bit, sql in bits.items()} == {hex(bit): bool(mask & bit) for bit in bits}


@pytest.mark.parametrize(("kind", "statements"), [pytest.param(kind, given, id=name) for (kind, name), given in NOTHING.items()])
def test_what_is_not_claimed_is_refused(runs, kind, statements):
    assert claims(kind) == 0
    assert [runs(sql) for sql in statements] == [False] * len(statements)


# The types of SQL_CONVERT_…: the info type, the bit as a target, CONVERT's name, and a value that every conversion can read.
TYPES = {
    "CHAR": (56, 0x1, "CAST('1' AS CHAR(20))"), "NUMERIC": (63, 0x2, "CAST(1 AS NUMERIC(5,1))"),
    "DECIMAL": (58, 0x4, "CAST(1 AS DECIMAL(5,1))"), "INTEGER": (61, 0x8, "CAST(1 AS INTEGER)"),
    "SMALLINT": (65, 0x10, "CAST(1 AS SMALLINT)"), "FLOAT": (60, 0x20, "CAST(1 AS FLOAT)"), "REAL": (64, 0x40, "CAST(1 AS REAL)"),
    "DOUBLE": (59, 0x80, "CAST(1 AS DOUBLE)"), "VARCHAR": (70, 0x100, "CAST('1' AS VARCHAR(20))"),
    "LONGVARCHAR": (62, 0x200, "{fn CONVERT('1', SQL_LONGVARCHAR)}"), "BINARY": (54, 0x400, "CAST(X'31' AS BINARY(1))"),
    "VARBINARY": (69, 0x800, "X'31'"), "BIT": (55, 0x1000, "CAST(1 AS BIT)"), "TINYINT": (68, 0x2000, "CAST(1 AS TINYINT)"),
    "BIGINT": (53, 0x4000, "CAST(1 AS BIGINT)"), "DATE": (57, 0x8000, "{d '2024-02-29'}"), "TIME": (66, 0x10000, "{t '10:11:12'}"),
    "TIMESTAMP": (67, 0x20000, TS), "LONGVARBINARY": (71, 0x40000, "{fn CONVERT(X'31', SQL_LONGVARBINARY)}"),
    "WCHAR": (122, 0x200000, "CAST('1' AS NCHAR(20))"), "WLONGVARCHAR": (125, 0x400000, "{fn CONVERT('1', SQL_WLONGVARCHAR)}"),
    "WVARCHAR": (126, 0x800000, "CAST('1' AS NVARCHAR(20))"),
}  # fmt: skip
# CAST gives the bytes of a text and the text of bytes, and a time the day of today: no conversions of ODBC's.
BINARIES = {"BINARY", "VARBINARY", "LONGVARBINARY"}
AS_TEXT = {"DATE": "'2024-02-29'", "TIME": "'10:11:12'", "TIMESTAMP": "'2024-02-29 10:11:12'"}


@pytest.mark.parametrize("source", TYPES)
def test_what_convert_claims_is_done_and_nothing_else_is(cursor, source):
    kind, _, value = TYPES[source]
    mask = claims(kind)
    assert mask & ~sum(bit for _, bit, _ in TYPES.values()) == 0
    done = {}
    for target in TYPES:
        given = value
        if "CHAR" in source and target in AS_TEXT:
            given = value.replace("'1'", AS_TEXT[target])
        try:
            done[target] = cursor.execute(f"SELECT {{fn CONVERT({given}, SQL_{target})}}").fetchval() is not None
        except pyodbc.Error as error:
            assert error.args[0] in ("42000", "HYC00", "22018", "22007"), (source, target, error)
            done[target] = False
    claimed = {target: bool(mask & bit) for target, (_, bit, _) in TYPES.items()}
    for target in TYPES:
        if (source in BINARIES) != (target in BINARIES) or (source, target) == ("TIME", "DATE"):
            assert not claimed.pop(target)
            done.pop(target)
    assert done == claimed


def test_intervals_and_guids_are_no_types(cursor):
    assert [claims(kind) for kind in (123, 124, 173)] == [0, 0, 0]
    for target in ("SQL_GUID", "SQL_INTERVAL_DAY"):
        with pytest.raises(pyodbc.Error):
            cursor.execute(f"SELECT {{fn CONVERT('1', {target})}}").fetchval()


@pytest.fixture
def info(connection):
    def info(kind: int) -> object:
        # pyodbc makes truth values of Y and N.
        found = connection.getinfo(kind)
        return {True: "Y", False: "N"}[found] if isinstance(found, bool) else found

    return info


def test_names_are_quoted_and_compared_as_said(cursor, info):
    quote = info(pyodbc.SQL_IDENTIFIER_QUOTE_CHAR)
    assert quote == '"'
    assert info(pyodbc.SQL_IDENTIFIER_CASE) == info(pyodbc.SQL_QUOTED_IDENTIFIER_CASE) == 4
    for name in ("Conferences", "CONFERENCES", '"conferences"', '"CONFERENCES"'):
        cursor.execute(f"SELECT sID FROM {name} LIMIT 1")
        # Found in any case, told in its own.
        assert cursor.description[0][0] in ("Sid", "sID")
    assert [row.table_name for row in cursor.tables(table="CONFERENCES")] == ["Conferences"]
    # A quote in a name is doubled; a space and an emoji stand in one.
    for name in ('a"b', "a b", "☕🎉", "select"):
        cursor.execute(f"SELECT 1 AS {quote}{name.replace(quote, quote * 2)}{quote}")
        assert cursor.description[0][0] == name
    usable = []
    for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~":
        try:
            if cursor.execute(f"SELECT a{sign}b FROM (SELECT 7 AS a{sign}b) AS t").fetchval() == 7:
                usable.append(sign)
        except pyodbc.Error:
            pass
    assert "".join(usable) == info(pyodbc.SQL_SPECIAL_CHARACTERS)


# What SQLite and dialects of SQL give a meaning to.
WORDS = """ABORT ACTION AFTER ALWAYS ANALYZE ANTI ARRAY ASOF ATTACH AUTOINCREMENT BEFORE CLUSTER COLUMNS CONFLICT CONTAINS DATABASE
DETACH DISTRIBUTE DIV DO EACH EXCLUDE EXCLUSIVE EXPLAIN FAIL FILTER FOLLOWING FORMAT GENERATED GLOB GROUPS IF IGNORE ILIKE INDEXED
INSTEAD ISNULL LATERAL LIMIT LOCALTIME LOCALTIMESTAMP MATCH_CONDITION MATCH_RECOGNIZE MATERIALIZED MEMBER MINUS NOTHING NOTNULL
NULLS OFFSET OPERATOR OTHERS OVER PARTITION PIVOT PLAN PRAGMA PRECEDING PREWHERE QUALIFY QUERY RAISE RANGE RECURSIVE REGEXP REINDEX
RELEASE RENAME REPLACE RETURNING RLIKE ROW SAMPLE SAVEPOINT SEMI SETTINGS SIMILAR SORT START TABLESAMPLE TIES TOP TRIGGER UNBOUNDED
UNPIVOT VACUUM VIRTUAL WINDOW WITHOUT XOR NAME STATUS BODY SID LABEL PRICE DURATION""".split()


def is_name(cursor, word: str) -> bool:
    """Whether a word is one without quotes wherever a statement can have a name."""
    statements = [
        (f"SELECT x.{word} FROM (SELECT 7 AS {word}) AS x WHERE {word} = 7 ORDER BY {word}", word),
        (f"SELECT 7 {word}", word),
        (f"SELECT y FROM (SELECT 7 AS y) {word}", "y"),
    ]
    try:
        return all((cursor.execute(sql).fetchval(), cursor.description[0][0]) == (7, name) for sql, name in statements)
    except pyodbc.Error:
        return False


def test_keywords_are_no_names_and_all_else_is(cursor, info):
    listed = set(info(pyodbc.SQL_KEYWORDS).split(","))
    header = Path("/usr/include/sqlext.h").read_text()
    header = header[header.index("define SQL_ODBC_KEYWORDS") :]
    of_odbc = {word for line in re.findall(r'"([A-Z_,-]+)"', header) for word in line.split(",")}
    assert listed <= set(WORDS) and not listed & of_odbc
    assert {word for word in WORDS if word not in of_odbc and not is_name(cursor, word)} == listed
    for word in listed:
        assert cursor.execute(f'SELECT "{word}" FROM (SELECT 1 AS "{word}") AS t').fetchval() == 1


def test_the_longest_name_is_as_long_as_said(cursor, info):
    longest = info(pyodbc.SQL_MAX_IDENTIFIER_LEN)
    assert info(pyodbc.SQL_MAX_COLUMN_NAME_LEN) == info(pyodbc.SQL_MAX_TABLE_NAME_LEN) == longest
    name = "n" * longest
    cursor.execute(f"CREATE TEMP TABLE {name} ({name} INTEGER)")
    assert [row.table_name for row in cursor.tables(table=name)] == [name] or cursor.execute(f"SELECT {name} FROM {name}").fetchall() == []
    for row in cursor.columns():
        assert max(len(row.table_schem), len(row.table_name), len(row.column_name)) <= longest


def test_as_many_columns_and_tables_as_said(cursor, info):
    columns, tables = info(pyodbc.SQL_MAX_COLUMNS_IN_SELECT), info(pyodbc.SQL_MAX_TABLES_IN_SELECT)
    cursor.execute("SELECT " + ", ".join(f"{i} AS c{i}" for i in range(columns)))
    assert len(cursor.fetchone()) == columns
    names = ", ".join(f"c{i}" for i in range(info(pyodbc.SQL_MAX_COLUMNS_IN_ORDER_BY)))
    values = ", ".join(f"{i} AS c{i}" for i in range(columns))
    assert cursor.execute(f"SELECT COUNT(*) FROM (SELECT {values}) AS t GROUP BY {names} ORDER BY {names}").fetchval() == 1
    with pytest.raises(pyodbc.Error):
        cursor.execute("SELECT " + ", ".join(["1"] * (columns + 1))).fetchall()
    cursor.execute("CREATE TEMP TABLE one (n INTEGER)")
    cursor.execute("INSERT INTO one VALUES (1)")
    joined = ", ".join(f"one AS t{i}" for i in range(tables))
    assert cursor.execute(f"SELECT t0.n FROM {joined}").fetchval() == 1
    with pytest.raises(pyodbc.Error):
        cursor.execute(f"SELECT t0.n FROM {joined}, one AS more").fetchval()
    # No limit: statements and literals.
    assert (info(pyodbc.SQL_MAX_STATEMENT_LEN), info(pyodbc.SQL_MAX_CHAR_LITERAL_LEN), info(pyodbc.SQL_MAX_BINARY_LITERAL_LEN)) == (0, 0, 0)
    assert cursor.execute("SELECT LENGTH('" + "x" * 1_000_000 + "')").fetchval() == 1_000_000
    assert len(cursor.execute("SELECT X'" + "00" * 500_000 + "'").fetchval()) == 500_000


def test_order_and_grouping_are_as_said(cursor, info):
    rows = "(SELECT 1 AS n, 'b' AS t UNION ALL SELECT NULL, 'a' UNION ALL SELECT 2, 'c')"

    def texts(sql: str) -> str:
        return "".join(row[0] for row in cursor.execute(sql))

    assert info(pyodbc.SQL_EXPRESSIONS_IN_ORDERBY) == "Y" and texts(f"SELECT t FROM {rows} r ORDER BY -n") == "acb"
    assert info(pyodbc.SQL_ORDER_BY_COLUMNS_IN_SELECT) == "N" and texts(f"SELECT t FROM {rows} r ORDER BY n DESC") == "cba"
    # SQL_NC_LOW: NULL is lower than any value.
    assert info(pyodbc.SQL_NULL_COLLATION) == 1 and texts(f"SELECT t FROM {rows} r ORDER BY n") == "abc"
    # SQL_GB_NO_RELATION: what is selected need not be grouped.
    assert info(pyodbc.SQL_GROUP_BY) == 3
    assert cursor.execute(f"SELECT t FROM {rows} r GROUP BY n ORDER BY n").fetchall()
    assert info(pyodbc.SQL_COLUMN_ALIAS) == "Y" and info(pyodbc.SQL_CORRELATION_NAME) == 2
    cursor.execute("SELECT Anything.Sid AS Something FROM Conferences AS Anything LIMIT 1")
    assert cursor.description[0][0] == "Something"
    assert info(pyodbc.SQL_CONCAT_NULL_BEHAVIOR) == 0 and cursor.execute("SELECT 'a' || NULL").fetchval() is None
    assert info(pyodbc.SQL_LIKE_ESCAPE_CLAUSE) == "Y"
    assert cursor.execute("SELECT 1 WHERE 'a_b' LIKE 'a!_b' ESCAPE '!' AND NOT 'axb' LIKE 'a!_b' ESCAPE '!'").fetchval() == 1


def test_the_place_of_a_catalog_is_as_said(cursor, info):
    assert info(pyodbc.SQL_CATALOG_LOCATION) == 1
    catalog, separator = info(pyodbc.SQL_DATABASE_NAME), info(pyodbc.SQL_CATALOG_NAME_SEPARATOR)
    assert cursor.execute(f'SELECT Sid FROM "{catalog}"{separator}"Twilio"."Conferences"').fetchall()
    assert info(pyodbc.SQL_CATALOG_NAME) == "Y"
    assert {row.table_cat for row in cursor.tables()} == {catalog}
    escape = info(pyodbc.SQL_SEARCH_PATTERN_ESCAPE)
    assert [row.table_name for row in cursor.tables(table=f"sys{escape}_tables")] == ["sys_tables"]


def test_what_is_said_of_the_connection(connect, connection, info, sim):
    assert info(pyodbc.SQL_DRIVER_NAME) == LIBRARY.name
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4}.*", info(pyodbc.SQL_DRIVER_VER)) and info(pyodbc.SQL_DRIVER_ODBC_VER) == "03.80"
    assert info(pyodbc.SQL_DATA_SOURCE_NAME) == "Twilio" and info(pyodbc.SQL_SERVER_NAME) in sim.url
    assert info(pyodbc.SQL_DATA_SOURCE_READ_ONLY) == "N"
    read_only = connect("DSN=TwilioReadOnly")
    assert read_only.getinfo(pyodbc.SQL_DATA_SOURCE_READ_ONLY) is True
    with pytest.raises(pyodbc.Error, match="25006"):
        read_only.execute(f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
    assert (info(pyodbc.SQL_PROCEDURES), info(pyodbc.SQL_ACCESSIBLE_PROCEDURES), info(pyodbc.SQL_ACCESSIBLE_TABLES)) == ("Y", "Y", "Y")
    assert connection.cursor().procedures().fetchall()
    # No limit to statements.
    cursors = [connection.cursor() for _ in range(50)]
    for cursor in cursors:
        cursor.execute(f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
        assert cursor.fetchone()[0] == SUPPORT_CALLS[0]
    assert info(pyodbc.SQL_MAX_CONCURRENT_ACTIVITIES) == 0
    # SQL_CB_PRESERVE: a commit and a rollback leave the cursors where they are.
    assert info(pyodbc.SQL_CURSOR_COMMIT_BEHAVIOR) == info(pyodbc.SQL_CURSOR_ROLLBACK_BEHAVIOR) == 2
    connection.commit()
    assert [cursor.fetchone()[0] for cursor in cursors] == [SUPPORT_CALLS[1]] * 50
    connection.rollback()
    assert [cursor.fetchone()[0] for cursor in cursors] == [SUPPORT_CALLS[2]] * 50
    assert (info(pyodbc.SQL_MULT_RESULT_SETS), info(pyodbc.SQL_MULTIPLE_ACTIVE_TXN), info(pyodbc.SQL_INTEGRITY)) == ("N", "N", "N")
    assert info(pyodbc.SQL_TXN_CAPABLE) == info(pyodbc.SQL_TXN_ISOLATION_OPTION) == info(pyodbc.SQL_DEFAULT_TXN_ISOLATION) == 0


def test_non_nullable_columns(cursor, info):
    assert info(pyodbc.SQL_NON_NULLABLE_COLUMNS) == 1
    cursor.execute("CREATE TEMP TABLE strict (n INTEGER NOT NULL)")
    with pytest.raises(pyodbc.IntegrityError):
        cursor.execute("INSERT INTO strict VALUES (NULL)")


def test_columns_are_read_as_getdata_extensions_say(info):
    extensions = claims(81)
    assert extensions & 0xB == 0xB
    with odbc.connected() as link, link.statement() as statement:
        bound, length = create_string_buffer(64), c_ssize_t()
        statement.call("SQLBindCol", c_ushort(1), c_short(1), bound, c_ssize_t(64), byref(length))
        statement.execute(f"SELECT CallSid, Label, Muted FROM ConferenceParticipants WHERE CallSid = '{CUSTOMER}' AND ConferenceSid = '{SUPPORT}'")
        assert statement.fetch()
        # Behind and before the last bound column, in any order, and the bound one.
        assert [statement.text(column) for column in (3, 1, 2)] == ["0", CUSTOMER, "customer"]
        assert bound.value.decode() == CUSTOMER


def test_parameters_are_described_and_arrays_are_one_count(info):
    assert info(pyodbc.SQL_DESCRIBE_PARAMETER) == "Y" and info(pyodbc.SQL_NEED_LONG_DATA_LEN) == "N"
    # SQL_PARC_NO_BATCH, SQL_PAS_NO_SELECT.
    assert (info(pyodbc.SQL_PARAM_ARRAY_ROW_COUNTS), info(pyodbc.SQL_PARAM_ARRAY_SELECTS)) == (2, 3)
    with odbc.connected() as link, link.statement() as statement:
        statement.prepare("SELECT Sid FROM Conferences WHERE DateCreated > ?")
        sql_type, size = c_short(), c_size_t()
        statement.call("SQLDescribeParam", c_ushort(1), byref(sql_type), byref(size), None, None)
        assert (sql_type.value, size.value) == (93, 19)
        values, status = (c_int * 2)(1, 2), c_uint()
        statement.close()
        statement.call("SQLSetStmtAttr", c_int(22), c_size_t(2), c_int(0))
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(1), c_short(4), c_short(4), c_size_t(10), c_short(0), values, c_ssize_t(4), None
        )
        assert statement.execute("SELECT ?", check=False) == ERROR
        assert statement.diagnostics()[0].state == "HYC00" and status.value == 0


def test_the_schema_is_called_what_it_is(info):
    assert (info(pyodbc.SQL_SCHEMA_TERM), info(pyodbc.SQL_CATALOG_TERM), info(pyodbc.SQL_TABLE_TERM)) == ("schema", "catalog", "table")
    assert info(pyodbc.SQL_PROCEDURE_TERM) == "procedure"
