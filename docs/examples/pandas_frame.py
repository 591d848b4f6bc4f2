"""pandas over pyodbc (pip install pandas pyodbc):  python pandas_frame.py 'DSN=Twilio'"""

import sys
import warnings
from datetime import datetime

import pandas
import pyodbc

# pandas knows SQLAlchemy's connections and takes others with a warning.
warnings.filterwarnings("ignore", message="pandas only supports SQLAlchemy")

connection = pyodbc.connect(*(sys.argv[1:] or ["DSN=Twilio"]), autocommit=True)

print(pandas.read_sql("SELECT SchemaName, TableName FROM sys_tables WHERE SchemaName = 'Twilio' AND TableName LIKE 'Mess%'", connection).to_csv(index=False), end="")

sql = "SELECT Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated >= ? AND DateCreated < ? ORDER BY DateCreated"
# Decimals stay exact as objects; coerce_float makes numbers of them.
messages = pandas.read_sql(sql, connection, params=[datetime(2023, 11, 7), datetime(2024, 1, 1)], coerce_float=False)
print(messages.to_csv(index=False), end="")
print(messages.dtypes.to_string())

# A long result in parts: only one of them is in memory.
parts = pandas.read_sql("SELECT Sid, Price, DateSent FROM Messages", connection, chunksize=1000)
print("parts:", [len(part) for part in parts])

by_month = pandas.read_sql(
    "SELECT strftime('%Y-%m', DateSent) AS Month, count(*) AS Messages, sum(Price) AS Price FROM Messages "
    "WHERE DateSent >= '2023-12-01' GROUP BY 1 ORDER BY 1",
    connection,
    index_col="Month",
)
print(by_month.to_string())

# The rows of a frame as one array. Either way each is sent once.
new = pandas.DataFrame({"To": ["+14155550123", "+14155550124"], "Sender": "+14155550100", "Body": ["Grüße 🎉", "Hello"]})
cursor = connection.cursor()
cursor.fast_executemany = True
cursor.executemany("INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)", new.values.tolist())
print(pandas.read_sql("SELECT [To], Body FROM Messages ORDER BY DateCreated DESC LIMIT 2", connection).to_csv(index=False), end="")

# Errors are pyodbc's: the SQLSTATE, and a text with Twilio's error code where Twilio refused.
try:
    pandas.read_sql("SELECT * FROM Message", connection)
except pyodbc.Error as error:
    print("refused:", error.args[0])
try:
    cursor.execute("INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)", "+15005550004", "+14155550100", "Hello")
except pyodbc.Error as error:
    print("refused:", error.args[0], "Twilio error 21610" in error.args[1])
