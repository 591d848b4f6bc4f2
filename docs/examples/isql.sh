#!/bin/sh
# unixODBC's isql reads statements from standard input, one a line (Debian: unixodbc):  sh isql.sh 'DSN=Twilio'
# -b keeps it from prompting, -d gives what stands between columns, -c heads them, -3 asks for ODBC 3's SQLSTATEs.
# -k takes a connection string; the name of a data source stands alone: isql -v Twilio
isql -3 -v -b -c '-d|' -k "${1:-DSN=Twilio}" <<'SQL'
SELECT Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated BETWEEN '2023-11-07' AND '2024-01-01' ORDER BY DateCreated
SELECT Body FROM Messages WHERE Body LIKE '%year 🎉%'
INSERT INTO Messages ([To], Sender, Body) VALUES ('+14155550123', '+14155550100', 'Grüße 🎉')
SELECT Body FROM Messages WHERE Sid = SCOPE_IDENTITY()
INSERT INTO Messages ([To], Sender, Body) VALUES ('+15005550004', '+14155550100', 'Hello')
SELECT count(*) AS rows, sum(Price) AS paid FROM Messages
SELECT SchemaName, TableName FROM sys_tables WHERE SchemaName = 'Twilio' AND TableName LIKE 'Mess%'
help Media
SQL
