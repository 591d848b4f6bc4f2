//! Rust with the crate odbc-api: `cargo run -p odbc-api-example -- 'DSN=Twilio'`. Links libodbc (Debian: unixodbc-dev).

use std::error::Error;

use odbc_api::buffers::{BufferDesc, ColumnarDynBuffer, TextRowSet};
use odbc_api::parameter::WithDataType;
use odbc_api::sys::Timestamp;
use odbc_api::{BindParamDesc, Connection, ConnectionOptions, Cursor, DataType, IntoParameter, environment};

fn main() -> Result<(), Box<dyn Error>> {
    let string = std::env::args().nth(1).unwrap_or_else(|| "DSN=Twilio".into());
    let connection = environment()?.connect_with_connection_string(&string, ConnectionOptions::default())?;
    println!("connected to {}", connection.database_management_system_name()?);
    list_tables(&connection)?;
    read_columns(&connection)?;
    read_texts(&connection)?;
    write_arrays(&connection)?;
    tell_errors(&connection)?;
    Ok(())
}

fn list_tables(connection: &Connection<'_>) -> Result<(), Box<dyn Error>> {
    for table in connection.tables("", "Twilio", "Mess%", "TABLE")? {
        let table = table?;
        println!("table: {:?} {:?}", table.schema.as_str()?, table.table.as_str()?);
    }
    for column in connection.columns("", "Twilio", "Media", "%")? {
        let column = column?;
        println!("column: {:?} {:?}", column.column_name.as_str()?, column.type_name.as_str()?);
    }
    Ok(())
}

/// A buffer for each column, of the type that the program wants, with so many rows at a time.
fn read_columns(connection: &Connection<'_>) -> Result<(), Box<dyn Error>> {
    let sql = "SELECT Body, Price, DateSent, ErrorCode FROM Messages
                WHERE DateCreated >= ? AND DateCreated < ? ORDER BY DateCreated";
    let since = WithDataType {
        value: Timestamp { year: 2023, month: 11, day: 7, hour: 0, minute: 0, second: 0, fraction: 0 },
        data_type: DataType::Timestamp { precision: 0 },
    };
    let parameters = (&since, &"2024-01-01".into_parameter());
    let cursor = connection.execute(sql, parameters, None)?.expect("a SELECT has rows");
    let buffer = ColumnarDynBuffer::from_descs(
        2,
        [
            BufferDesc::Text { max_str_len: 6400 },
            BufferDesc::Text { max_str_len: 40 },
            BufferDesc::Timestamp { nullable: true },
            BufferDesc::I32 { nullable: true },
        ],
    );
    let mut blocks = cursor.bind_buffer(buffer)?;
    while let Some(block) = blocks.fetch()? {
        let bodies = block.column(0).as_text().expect("text");
        let prices = block.column(1).as_text().expect("text");
        let sent = block.column(2).as_nullable_slice::<Timestamp>().expect("timestamps");
        let errors = block.column(3).as_nullable_slice::<i32>().expect("integers");
        println!("{} rows", block.num_rows());
        for (((body, price), sent), error) in bodies.iter().zip(prices.iter()).zip(sent).zip(errors) {
            let year = sent.map(|moment| moment.year);
            println!("{:?} {:?} {year:?} {error:?}", body.map(str::from_utf8), price.map(str::from_utf8));
        }
    }
    Ok(())
}

/// Everything as text, in buffers of the size that the driver tells.
fn read_texts(connection: &Connection<'_>) -> Result<(), Box<dyn Error>> {
    let mut cursor = connection
        .execute("SELECT Sid, Price, DateSent, NumSegments FROM Messages", (), None)?
        .expect("a SELECT has rows");
    let buffer = TextRowSet::for_cursor(1000, &mut cursor, None)?;
    let mut blocks = cursor.bind_buffer(buffer)?;
    let mut sizes = Vec::new();
    while let Some(block) = blocks.fetch()? {
        sizes.push(block.num_rows());
    }
    println!("blocks: {sizes:?}");
    Ok(())
}

/// One statement for all rows: an array of each parameter.
fn write_arrays(connection: &Connection<'_>) -> Result<(), Box<dyn Error>> {
    let rows = [("+14155550123", "Grüße 🎉"), ("+14155550124", "Hello")];
    let mut prepared =
        connection.prepare("INSERT INTO Messages ([To], Sender, Body) VALUES (?, '+14155550100', ?)")?;
    println!(
        "parameters: {}, the second is {:?}",
        prepared.num_params()?,
        prepared.describe_param(2)?.data_type
    );
    let buffers = [BindParamDesc::text(20), BindParamDesc::wide_text(1600)];
    let mut inserter = prepared.into_column_inserter(rows.len(), buffers)?;
    inserter.set_num_rows(rows.len());
    let mut to = inserter.column_mut(0).as_text().expect("text");
    for (index, (number, _)) in rows.iter().enumerate() {
        to.set_cell(index, Some(number.as_bytes()));
    }
    let mut bodies = inserter.column_mut(1).as_wide_text().expect("wide text");
    for (index, (_, body)) in rows.iter().enumerate() {
        let units: Vec<u16> = body.encode_utf16().collect();
        bodies.set_cell(index, Some(&units));
    }
    inserter.execute()?;

    let mut cursor = connection
        .execute("SELECT Body FROM Messages ORDER BY DateCreated DESC LIMIT 2", (), None)?
        .expect("rows");
    let mut body = Vec::new();
    while let Some(mut row) = cursor.next_row()? {
        body.clear();
        row.get_text(1, &mut body)?;
        println!("sent: {}", str::from_utf8(&body)?);
    }
    Ok(())
}

/// The first diagnostic record: SQLSTATE, Twilio's error code (0 where the driver refuses), text.
fn tell_errors(connection: &Connection<'_>) -> Result<(), Box<dyn Error>> {
    let sql = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, '+14155550100', 'Hello')";
    for to in ["+15005550004", "+1"] {
        match connection.execute(sql, &to.into_parameter(), None) {
            Err(odbc_api::Error::Diagnostics { record, .. }) => {
                println!("refused: {} {}", record.state.as_str(), record.native_error);
            }
            other => println!("not refused: {}", other.is_ok()),
        }
    }
    Ok(())
}
