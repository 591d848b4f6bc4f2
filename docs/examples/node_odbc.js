// Node.js with the package odbc (npm install odbc):  node node_odbc.js 'DSN=Twilio'
const odbc = require('odbc');

async function main() {
  const connection = await odbc.connect(process.argv[2] ?? 'DSN=Twilio');

  for (const table of await connection.tables(null, 'Twilio', 'Mess%', 'TABLE')) {
    console.log('table:', table.TABLE_SCHEM, table.TABLE_NAME);
  }
  for (const column of await connection.columns(null, 'Twilio', 'Media', null)) {
    console.log('column:', column.COLUMN_NAME, column.TYPE_NAME);
  }

  // A parameter is a text, a number, a boolean, null or a Buffer. A decimal comes as a number, a bigint as a BigInt.
  const messages = await connection.query(
    'SELECT Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated >= ? AND DateCreated < ? ORDER BY DateCreated',
    ['2023-11-07', '2024-01-01'],
  );
  for (const row of messages) console.log(row);
  const found = await connection.query('SELECT Body FROM Messages WHERE Body LIKE ? AND NumSegments < ?', ['%year 🎉%', 10]);
  console.log('found:', found[0].Body);
  console.log('nothing:', (await connection.query('SELECT ? AS v', [null]))[0].v);

  // One statement, sent once for each row.
  const send = await connection.createStatement();
  await send.prepare('INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)');
  for (const body of ['Grüße 🎉', 'long '.repeat(200)]) {
    await send.bind(['+14155550123', '+14155550100', body]);
    const { count } = await send.execute();
    const [sent] = await connection.query('SELECT Body FROM Messages WHERE Sid = SCOPE_IDENTITY()');
    console.log('sent', count, sent.Body.slice(0, 10), sent.Body.length);
  }
  // Before the connection: a statement that outlives it may crash Node at its end.
  await send.close();

  // A file of Twilio's is an ArrayBuffer.
  const [file] = await connection.query("{call DownloadRecording('RE00000000000000000000000000000001')}");
  console.log(file.ContentType, Buffer.from(file.Content).toString());

  // state is the SQLSTATE, code is Twilio's error code.
  for (const sql of [
    "INSERT INTO Messages ([To], Sender, Body) VALUES ('+15005550004', '+14155550100', 'Hello')",
    'SELECT * FROM Message',
  ]) {
    await connection.query(sql).catch(({ odbcErrors: [{ state, code }] }) => console.log('refused:', state, code));
  }

  // A long result comes in parts.
  const cursor = await connection.query('SELECT Sid, Price, DateSent FROM Messages', { cursor: true, fetchSize: 500 });
  let rows = 0;
  while (!cursor.noData) rows += (await cursor.fetch()).length;
  await cursor.close();
  console.log('rows:', rows);
  await connection.close();
}

main();
