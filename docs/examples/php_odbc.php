<?php
// PHP's odbc_* functions (Debian: php-cli, php-odbc):  php php_odbc.php 'DSN=Twilio'
$db = odbc_connect($argv[1] ?? 'DSN=Twilio', '', '') ?: exit(odbc_errormsg() . "\n");

$tables = odbc_tables($db, null, 'Twilio', 'Mess%', 'TABLE');
while ($table = odbc_fetch_array($tables)) {
    echo "table: {$table['TABLE_SCHEM']}.{$table['TABLE_NAME']}\n";
}
$columns = odbc_columns($db, null, 'Twilio', 'Media', '%');
while ($column = odbc_fetch_object($columns)) {
    echo "column: $column->COLUMN_NAME $column->TYPE_NAME\n";
}

// Texts of more than odbc_longreadlen bytes are cut: give the most that a cell may have.
$messages = odbc_prepare($db, 'SELECT Body, Price, DateSent, ErrorCode FROM Messages
                                WHERE DateCreated >= ? AND DateCreated < ? AND Body <> ? ORDER BY DateCreated');
odbc_longreadlen($messages, 10_000_000);
odbc_execute($messages, ['2023-11-07', '2024-01-01', 'nothing 🎉']);
while ($row = odbc_fetch_array($messages)) {
    var_export($row);
    echo "\n";
}

$send = odbc_prepare($db, 'INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)');
odbc_execute($send, ['+14155550123', '+14155550100', 'Grüße 🎉']);
$sent = odbc_exec($db, 'SELECT Body FROM Messages WHERE Sid = SCOPE_IDENTITY()');
echo 'sent ', odbc_num_rows($send), ': ', odbc_fetch_array($sent)['Body'], "\n";

// Where something fails the function warns and returns false. odbc_error is the SQLSTATE, with ODBC 2's names: 37000 is 42000.
if (!@odbc_execute($send, ['+15005550004', '+14155550100', 'Hello'])) {
    echo 'refused: ', odbc_error($db), str_contains(odbc_errormsg($db), 'Twilio error 21610') ? ", Twilio's 21610\n" : "\n";
}

$all = odbc_exec($db, 'SELECT Sid, DateSent FROM Messages');
for ($rows = 0; odbc_fetch_row($all); $rows++);
echo "rows: $rows\n";
