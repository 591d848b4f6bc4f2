<?php
// PHP with PDO_ODBC (Debian: php-cli, php-odbc):  php php_pdo.php 'DSN=Twilio'
$db = new PDO('odbc:' . ($argv[1] ?? 'DSN=Twilio'), null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);

$tables = $db->query("SELECT SchemaName, TableName FROM sys_tables WHERE SchemaName = 'Twilio' AND TableName LIKE 'Mess%'");
foreach ($tables->fetchAll(PDO::FETCH_NUM) as $table) {
    echo "table: $table[0].$table[1]\n";
}

// PDO gives every value as text, NULL apart. A text parameter may have any length.
$messages = $db->prepare('SELECT Body, Price, DateSent, ErrorCode FROM Messages
                           WHERE DateCreated >= ? AND DateCreated < ? ORDER BY DateCreated');
$messages->execute(['2023-11-07', '2024-01-01 00:00:00']);
foreach ($messages->fetchAll(PDO::FETCH_ASSOC) as $row) {
    var_export($row);
    echo "\n";
}

$found = $db->prepare('SELECT Body FROM Messages WHERE Body LIKE :words AND NumSegments < :segments');
$found->bindValue('words', '%year 🎉%');
$found->bindValue('segments', 10, PDO::PARAM_INT);
$found->execute();
$found->bindColumn('Body', $body);
while ($found->fetch(PDO::FETCH_BOUND)) {
    echo "found: $body\n";
}

// A cursor that scrolls: the rows that were read are kept, and come again in any order.
$scroll = $db->prepare("SELECT Sid, Body FROM Messages WHERE DateCreated < '2024-01-01' ORDER BY DateCreated",
                       [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
$scroll->execute();
foreach (['LAST' => 0, 'PRIOR' => 0, 'FIRST' => 0, 'ABS' => 2, 'REL' => -1] as $step => $offset) {
    $row = $scroll->fetch(PDO::FETCH_ASSOC, constant("PDO::FETCH_ORI_$step"), $offset);
    echo "$step $offset: $row[Body]\n";
}

// One statement, sent once for each row.
$send = $db->prepare('INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)');
foreach (['Grüße 🎉', str_repeat('long ', 200)] as $body) {
    $send->execute(['+14155550123', '+14155550100', $body]);
    $sent = $db->query('SELECT Body FROM Messages WHERE Sid = SCOPE_IDENTITY()')->fetchColumn();
    echo 'sent ', $send->rowCount(), ': ', substr($sent, 0, 12), ' (', strlen($sent), " bytes)\n";
}

// errorInfo: the SQLSTATE, Twilio's error code (0 where it is the driver that refuses), the text.
foreach (['+15005550004', '+1'] as $to) {
    try {
        $send->execute([$to, '+14155550100', 'Hello']);
    } catch (PDOException $error) {
        echo "refused: {$error->errorInfo[0]} {$error->errorInfo[1]}\n";
    }
}
try {
    $db->query('SELECT * FROM Message');
} catch (PDOException $error) {
    echo "refused: {$error->getCode()}", str_contains($error->getMessage(), 'did you mean Messages') ? ", with a hint\n" : "\n";
}

// Rows come as they are fetched, page by page.
$rows = 0;
foreach ($db->query("SELECT Sid, Body FROM Messages WHERE Status = 'delivered' AND Direction = 'outbound-api'") as $row) {
    $rows++;
}
echo "rows: $rows\n";
