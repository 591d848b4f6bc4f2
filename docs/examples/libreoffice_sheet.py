#!/usr/bin/env python3
"""Fills a LibreOffice Calc sheet with the result of a query, through a data source of ODBC.

    ./libreoffice_sheet.py Twilio 'SELECT Sid, Price FROM Messages' messages.ods [messages.pdf]

Writes the sheet, a picture of it if a second file is named, and lists the data source's tables on its output. LibreOffice runs
without a window, with a profile of its own, and ends with the script. Needs the packages libreoffice-calc,
libreoffice-base-drivers and python3-uno; python3 has to be the one that python3-uno belongs to.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.sdbc import DataType

NUMBERS = {
    DataType.TINYINT, DataType.SMALLINT, DataType.INTEGER, DataType.BIGINT, DataType.REAL, DataType.FLOAT, DataType.DOUBLE,
    DataType.DECIMAL, DataType.NUMERIC,
}  # fmt: skip
# The moments, and how their cells show them.
FORMATS = {DataType.DATE: "YYYY-MM-DD", DataType.TIME: "HH:MM:SS", DataType.TIMESTAMP: "YYYY-MM-DD HH:MM:SS"}


class Office:
    """A LibreOffice without windows; entering gives its component context."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="libreoffice-")
        pipe = f"twilio-{os.getpid()}"
        self.process = subprocess.Popen(
            ["soffice", "--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;",
             f"-env:UserInstallation={Path(self.folder.name, 'profile').as_uri()}"],
            stdout=sys.stderr,
        )  # fmt: skip
        self.context = None
        try:
            self.context = bridge(self.process, f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        finally:
            if self.context is None:
                self.end()
        return self.context

    def __exit__(self, *_):
        try:
            service(self.context, "frame.Desktop").terminate()
            self.process.wait(30)
        except (DisposedException, subprocess.TimeoutExpired):
            pass
        self.end()

    def end(self):
        if self.process.poll() is None:
            # The launcher hands the signal on.
            self.process.terminate()
            self.process.wait(30)
        self.folder.cleanup()


def bridge(process, address):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("LibreOffice ended by itself")
        try:
            return resolver.resolve(address)
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


def service(context, name):
    return context.ServiceManager.createInstanceWithContext(f"com.sun.star.{name}", context)


def option(name, value):
    return PropertyValue(Name=name, Value=value)


def connect_to(context, source):
    # Statements go out in this encoding: in the system's own, which may have neither umlauts nor emoji, otherwise.
    settings = (option("CharSet", "utf-8"),)
    return service(context, "sdbc.DriverManager").getConnectionWithInfo(f"sdbc:odbc:{source}", settings)


def rows_of(result):
    while result.next():
        yield result


def fill(document, result):
    """Writes a result into the first sheet, its columns' names into the first row."""
    sheet = document.Sheets.getByIndex(0)
    described = result.MetaData
    types = [described.getColumnType(column) for column in range(1, described.ColumnCount + 1)]
    for number in range(len(types)):
        heading = sheet.getCellByPosition(number, 0)
        heading.String = described.getColumnLabel(number + 1)
        heading.CharWeight = 150
    height = 1
    for row in rows_of(result):
        for number, kind in enumerate(types):
            write(document, sheet.getCellByPosition(number, height), row, number + 1, kind)
        height += 1
    for number, kind in enumerate(types):
        if kind in FORMATS and height > 1:
            body = sheet.getCellRangeByPosition(number, 1, number, height - 1)
            body.NumberFormat = number_format(document, FORMATS[kind])
    cells = sheet.getCellRangeByPosition(0, 0, len(types) - 1, height - 1)
    cells.Columns.OptimalWidth = True
    return cells


def write(document, cell, row, column, kind):
    if kind in FORMATS:
        moment = moment_of(row, column, kind)
        if not row.wasNull():
            cell.Value = since(document.NullDate, moment)
    elif kind in NUMBERS:
        value = row.getDouble(column)
        if not row.wasNull():
            cell.Value = value
    elif kind in (DataType.BIT, DataType.BOOLEAN):
        value = row.getBoolean(column)
        if not row.wasNull():
            cell.Value = int(value)
    else:
        # String, not Formula: a text that begins with = stays one.
        cell.String = row.getString(column)


def moment_of(row, column, kind):
    if kind == DataType.DATE:
        return row.getDate(column)
    return row.getTime(column) if kind == DataType.TIME else row.getTimestamp(column)


def since(start, moment):
    """A moment as a cell holds it: in days since the document's first one."""
    days = 0
    if hasattr(moment, "Year"):
        days = (date(moment.Year, moment.Month, moment.Day) - date(start.Year, start.Month, start.Day)).days
    if hasattr(moment, "Hours"):
        seconds = moment.Hours * 3600 + moment.Minutes * 60 + moment.Seconds + moment.NanoSeconds / 1e9
        days += seconds / 86400
    return days


def number_format(document, code):
    locale = uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
    formats = document.NumberFormats
    found = formats.queryKey(code, locale, False)
    return found if found >= 0 else formats.addNew(code, locale)


def fit_page(document, cells):
    """Makes the page as large as the cells, with the letters and numbers of columns and rows."""
    style = document.StyleFamilies.getByName("PageStyles").getByName(cells.Spreadsheet.PageStyle)
    style.HeaderIsOn = style.FooterIsOn = False
    style.PrintHeaders = style.PrintGrid = True
    for side in ("Left", "Right", "Top", "Bottom"):
        style.setPropertyValue(f"{side}Margin", 200)
    # The headers of rows and columns take less than these hundredths of a millimetre.
    style.IsLandscape = cells.Size.Width > cells.Size.Height
    style.Width, style.Height = cells.Size.Width + 1600, cells.Size.Height + 1000


def main(source, sql, path, picture=None):
    with Office() as context:
        connection = connect_to(context, source)
        for row in rows_of(connection.MetaData.getTables(None, "%", "%", ("TABLE",))):
            print(f"{row.getString(2)}.{row.getString(3)}")
        document = service(context, "frame.Desktop").loadComponentFromURL(
            "private:factory/scalc", "_blank", 0, (option("Hidden", True),)
        )
        cells = fill(document, connection.createStatement().executeQuery(sql))
        fit_page(document, cells)
        document.storeToURL(Path(path).absolute().as_uri(), ())
        if picture:
            document.storeToURL(Path(picture).absolute().as_uri(), (option("FilterName", "calc_pdf_Export"),))
        document.close(True)
        connection.close()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
