"""LibreOffice without a window: a Calc sheet filled through SDBC, and a row set as forms of Base have it.

Both scripts are in `docs/examples/`, to be copied. They run in the Python that LibreOffice's bridge belongs to.
"""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support import CONFERENCES, ROOT

EXAMPLES = ROOT / "docs" / "examples"
NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}

# Emoji, line ends, exact decimals, moments, NULL beside empty text.
MESSAGES = 'SELECT "To", Body, Price, DateSent, NumMedia, ErrorMessage FROM Messages'


def run(script: str, *arguments: object) -> str:
    command = ["/usr/bin/python3", EXAMPLES / script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout


def named(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{NAMES[prefix]}}}{local}"


def text_of(cell: ElementTree.Element) -> str:
    lines = []
    for paragraph in cell.findall("text:p", NAMES):
        parts = [paragraph.text or ""]
        for part in paragraph:
            signs = {named("text:s"): " " * int(part.get(named("text:c"), "1")), named("text:tab"): "\t"}
            parts += [signs.get(part.tag, part.text or ""), part.tail or ""]
        lines.append("".join(parts))
    return "\n".join(lines)


def value_of(cell: ElementTree.Element) -> object:
    kind = cell.get(named("office:value-type"))
    if kind == "float":
        return float(cell.get(named("office:value")))
    if kind == "date":
        return datetime.fromisoformat(cell.get(named("office:date-value")))
    return text_of(cell) or None


def cells_of(path: Path) -> list[list[object]]:
    """The cells of a file's first sheet; an empty one is None."""
    with zipfile.ZipFile(path) as file:
        sheet = next(ElementTree.fromstring(file.read("content.xml")).iter(named("table:table")))
    rows = []
    for row in sheet.iter(named("table:table-row")):
        cells = []
        for cell in row.findall("table:table-cell", NAMES):
            cells += [value_of(cell)] * int(cell.get(named("table:number-columns-repeated"), "1"))
        rows += [cells] * int(row.get(named("table:number-rows-repeated"), "1"))
    return rows


@pytest.fixture
def sheet(tmp_path):
    def sheet(sql: str, source: str = "Twilio") -> list[list[object]]:
        path = tmp_path / "result.ods"
        run("libreoffice_sheet.py", source, sql, path)
        return cells_of(path)

    return sheet


def test_a_sheet_holds_what_the_query_gave(sheet, cursor):
    heading, *rows = sheet(MESSAGES)
    assert heading == ["To", "Body", "Price", "DateSent", "NumMedia", "ErrorMessage"]
    expected = cursor.execute(MESSAGES).fetchall()
    assert len(rows) == len(expected) > 20
    for found, (to, body, price, sent, media, error) in zip(rows, expected, strict=True):
        # A sheet has no empty text beside an empty cell, its numbers are doubles, and its files have no tabs.
        body = body.replace("\t", "") or None
        assert found == [to, body, None if price is None else float(price), sent, media, error]
    bodies = [row[1] for row in rows]
    assert "Merry Christmas 🎄🎁" in bodies and any("\n" in body for body in bodies if body)


def test_every_type_gets_into_a_cell(sheet):
    values = {
        "narrow": ("'=1+1'", "=1+1"),
        "boolean": ("CAST(1 AS BIT)", 1.0),
        "integer": ("CAST(-7 AS INTEGER)", -7.0),
        "big": ("CAST(9007199254740991 AS BIGINT)", 9007199254740991.0),
        "double": ("CAST(0.25 AS DOUBLE)", 0.25),
        "decimal": ("CAST(-1234.5678 AS DECIMAL(12,4))", -1234.5678),
        "day": ("{d '2024-02-29'}", datetime(2024, 2, 29)),
        "moment": ("{ts '2024-02-29 23:59:59'}", datetime(2024, 2, 29, 23, 59, 59)),
        "nothing": ("CAST(NULL AS DECIMAL(5,2))", None),
        "last": ("'☕🎉'", "☕🎉"),
    }
    select = ", ".join(f'{sql} AS "{name}"' for name, (sql, _) in values.items())
    assert sheet(f"SELECT {select}") == [list(values), [value for _, value in values.values()]]


def test_the_tables_are_listed(tmp_path, cursor):
    listed = run("libreoffice_sheet.py", "Twilio", "SELECT Sid FROM Conferences", tmp_path / "result.ods").split()
    assert listed == [f"{row.table_schem}.{row.table_name}" for row in cursor.tables(tableType="TABLE")]


def test_a_failed_query_is_told_and_nothing_stays_behind(tmp_path):
    command = ["/usr/bin/python3", EXAMPLES / "libreoffice_sheet.py", "Twilio", "SELECT Nothing FROM Conferences", tmp_path / "x.ods"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode != 0
    assert "[Twilio][ODBC] The column Nothing at line 1, column 8 does not exist." in done.stderr
    assert list(tmp_path.iterdir()) == []
    # The profile's folder is an argument of each process of LibreOffice's.
    assert [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path) in text_at(path)] == []


def text_at(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_a_row_set_scrolls(cursor):
    sql = "SELECT Sid, Name, DateCreated FROM Conferences"
    keys = [row.Sid for row in cursor.execute(sql)]
    saw = json.loads(run("libreoffice_rowset.py", "Twilio", sql))
    assert saw["columns"] == ["Sid", "Name", "DateCreated"]
    assert saw["forward"] == keys and saw["count"] == len(keys) == CONFERENCES
    assert saw["backward"] == keys[::-1]
    assert saw["first"] == [keys[0], 1]
    assert saw["last"] == [keys[-1], len(keys)]
    assert saw["third"] == [keys[2], 3]
    assert saw["two after"] == keys[4]
    assert saw["the marked one"] == keys[2]
    assert saw["one behind the mark"] == keys[3]
    assert saw["beyond the end"] is False
