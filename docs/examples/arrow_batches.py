"""Record batches of Apache Arrow with arrow-odbc (pip install arrow-odbc):  python arrow_batches.py 'DSN=Twilio'"""

import sys

import pyarrow
from arrow_odbc import Error, connect

connection = connect(*(sys.argv[1:] or ["DSN=Twilio"]))

for batch in connection.read_arrow_batches("SELECT SchemaName, TableName FROM sys_tables WHERE SchemaName = 'Twilio' AND TableName LIKE 'Mess%'", batch_size=100):
    print(batch.to_pydict())

# Parameters are texts. Decimals, moments and NULL have Arrow's own types.
reader = connection.read_arrow_batches(
    "SELECT Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated >= ? AND DateCreated < ? ORDER BY DateCreated",
    batch_size=1000,
    parameters=["2023-11-07", "2024-01-01"],
)
print(reader.schema)
for batch in reader:
    for row in batch.to_pylist():
        print(row)

# A long result: batches of so many rows, each column one buffer.
reader = connection.read_arrow_batches("SELECT Sid, Price, DateSent, NumSegments FROM Messages", batch_size=1000)
print("batches:", [batch.num_rows for batch in reader])

# The rows of a table as arrays of parameters.
new = pyarrow.table({"To": ["+14155550123", "+14155550124"], "Sender": ["+14155550100"] * 2, "Body": ["Grüße 🎉", "Hello"]})
connection.from_table_to_db(source=new, target="Messages", chunk_size=100)
for batch in connection.read_arrow_batches("SELECT Body FROM Messages ORDER BY DateCreated DESC LIMIT 2", batch_size=2):
    print("sent:", batch.to_pylist())

# The text of an error has the SQLSTATE and Twilio's error code.
try:
    connection.from_table_to_db(source=new.set_column(0, "To", [["+14155550123", "+15005550004"]]), target="Messages", chunk_size=100)
except Error as error:
    print("refused:", "State: 42000" in str(error), "Native error: 21610" in str(error))
