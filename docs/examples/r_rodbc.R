# R with RODBC (Debian: r-cran-rodbc):  Rscript r_rodbc.R 'DSN=Twilio'
library(RODBC)

string <- c(commandArgs(trailingOnly = TRUE), "DSN=Twilio")[1]
# rows_at_time = 1 is for drivers without block fetches: this one has them.
db <- odbcDriverConnect(string, DBMSencoding = "UTF-8", rows_at_time = 100)

tables <- sqlTables(db, schema = "Twilio", tableName = "Mess%")
print(tables[c("TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE")])
print(sqlColumns(db, "Media", schema = "Twilio")[c("COLUMN_NAME", "TYPE_NAME")])
print(sqlPrimaryKeys(db, "Messages", schema = "Twilio")$COLUMN_NAME)

# RODBC has no parameters: values are part of the text, and a quote in one is doubled.
quoted <- function(text) paste0("'", gsub("'", "''", text), "'")
messages <- sqlQuery(db, paste("SELECT Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated >=", quoted("2023-11-07"),
    "AND DateCreated <", quoted("2024-01-01"), "ORDER BY DateCreated"), as.is = c(TRUE, FALSE, FALSE, FALSE),
    stringsAsFactors = FALSE)
str(messages)

# A whole table, the first rows of it, and then the rest.
first <- sqlFetch(db, "Twilio.Messages", max = 1000)
more <- sqlFetchMore(db, max = 5000)
cat("rows:", nrow(first), "+", nrow(more), "\n")

text <- "Grüße 🎉"
invisible(sqlQuery(db, paste0("INSERT INTO Messages ([To], Sender, Body) VALUES ('+14155550123', '+14155550100', ", quoted(text), ")")))
sent <- sqlQuery(db, "SELECT Body FROM Messages WHERE Sid = SCOPE_IDENTITY()", stringsAsFactors = FALSE)
cat("sent:", sent$Body, "\n")

# Errors are text: SQLSTATE, Twilio's error code, and what happened. With errors = FALSE the result is -1 instead.
refused <- sqlQuery(db, "INSERT INTO Messages ([To], Sender, Body) VALUES ('+15005550004', '+14155550100', 'Hello')")
cat("refused:", substr(refused[1], 1, 11), "\n")
odbcClose(db)
