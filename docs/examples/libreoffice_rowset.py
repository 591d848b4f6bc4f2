#!/usr/bin/env python3
"""Walks through a query's rows as a form of LibreOffice Base does, and prints what it saw as JSON.

    ./libreoffice_rowset.py Twilio 'SELECT Sid, Status FROM Conferences'

A row set scrolls in both directions and comes back to bookmarks.
"""

import json
import sys

from libreoffice_sheet import Office, option, service

from com.sun.star.sdb.CommandType import COMMAND


def main(source, sql):
    with Office() as context:
        database = service(context, "sdb.DatabaseContext").createInstance()
        database.URL = f"sdbc:odbc:{source}"
        database.Info = (option("CharSet", "utf-8"),)
        connection = database.getConnection("", "")
        rows = service(context, "sdb.RowSet")
        rows.ActiveConnection = connection
        rows.CommandType = COMMAND
        rows.Command = sql
        rows.FetchSize = 4
        rows.execute()

        def key():
            return rows.getString(1)

        saw = {"columns": list(rows.Columns.ElementNames)}
        forward = []
        while rows.next():
            forward.append(key())
        saw["forward"] = forward
        saw["count"] = rows.RowCount
        backward = []
        while rows.previous():
            backward.append(key())
        saw["backward"] = backward
        saw["first"] = (rows.first(), key(), rows.Row)[1:]
        saw["last"] = (rows.last(), key(), rows.Row)[1:]
        saw["third"] = (rows.absolute(3), key(), rows.Row)[1:]
        mark = rows.getBookmark()
        saw["two after"] = (rows.relative(2), key())[1]
        saw["the marked one"] = (rows.moveToBookmark(mark), key())[1]
        saw["one behind the mark"] = (rows.moveRelativeToBookmark(mark, 1), key())[1]
        saw["beyond the end"] = rows.absolute(len(forward) + 1)
        saw["may be written"] = rows.Privileges & ~1 != 0
        rows.dispose()
        connection.close()
        print(json.dumps(saw))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
