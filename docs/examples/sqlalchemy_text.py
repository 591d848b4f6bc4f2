"""SQLAlchemy over pyodbc (pip install sqlalchemy pyodbc):  python sqlalchemy_text.py 'DSN=Twilio'

SQLAlchemy has no dialect for Twilio, and those of databases ask for a database's own tables and functions when they connect.
A dialect of its own needs no more than what follows: statements in text() with named parameters, results and the pool are
SQLAlchemy's own; so are select() and insert() of tables that the program describes.
"""

import sys
from datetime import datetime

from sqlalchemy import URL, Column, DateTime, MetaData, Numeric, String, Table, create_engine, insert, select, text
from sqlalchemy.connectors.pyodbc import PyODBCConnector
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError


class Twilio(PyODBCConnector, DefaultDialect):
    """SQL as the standard has it, and nothing asked on connecting."""

    name = "twilio"
    supports_statement_cache = True
    supports_native_decimal = True
    supports_sane_multi_rowcount = False
    default_schema_name = "Twilio"

    def initialize(self, connection) -> None:
        pass

    def get_isolation_level_values(self, connection) -> list[str]:
        return ["AUTOCOMMIT"]


registry.register("twilio.pyodbc", __name__, "Twilio")
url = URL.create("twilio+pyodbc", query={"odbc_connect": (sys.argv[1:] or ["DSN=Twilio"])[0]})
engine = create_engine(url, isolation_level="AUTOCOMMIT")

with engine.connect() as connection:
    print(connection.execute(text("SELECT SchemaName, TableName FROM sys_tables WHERE SchemaName = 'Twilio' AND TableName LIKE 'Mess%'")).all())
    sql = text("SELECT Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated >= :since AND DateCreated < :until ORDER BY DateCreated")
    for row in connection.execute(sql, {"since": datetime(2023, 11, 7), "until": datetime(2024, 1, 1)}):
        print(row.Body, row.Price, row.DateSent, row.ErrorCode, sep=" | ")

    send = text("INSERT INTO Messages ([To], Sender, Body) VALUES (:to, :sender, :body) RETURNING Status, Body")
    print(connection.execute(send, {"to": "+14155550123", "sender": "+14155550100", "body": "Grüße 🎉"}).one())

    # Tables that the program describes.
    messages = Table("Messages", MetaData(schema="Twilio"), Column("To", String), Column("Sender", String), Column("Body", String),
                     Column("Price", Numeric), Column("DateSent", DateTime), Column("Status", String))  # fmt: skip
    found = select(messages.c.Body, messages.c.Price).where(messages.c.Body.like("%🎉%"), messages.c.Status == "delivered")
    print(connection.execute(found).all())
    one = insert(messages).values(To="+14155550123", Sender="+14155550100", Body="Hello")
    print("sent:", connection.execute(one, execution_options={"preserve_rowcount": True}).rowcount)

    rows = connection.execute(text("SELECT Sid, Price FROM Messages"), execution_options={"stream_results": True})
    print("parts:", [len(part) for part in rows.partitions(1000)])

    # orig is pyodbc's error: SQLSTATE, and a text with Twilio's error code.
    for number in ["+15005550004", "+1"]:
        try:
            connection.execute(send, {"to": number, "sender": "+14155550100", "body": "Hello"})
        except DBAPIError as error:
            print("refused:", type(error).__name__, error.orig.args[0], "Twilio error 21610" in error.orig.args[1])
