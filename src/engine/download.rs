//! Procedures that bring a file: as a value, or into a file of this machine.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::Database;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::twilio::{Page, Request};
use crate::value::Value;

/// Reads the file that the request is for, and answers its content type, its size, and its bytes or the path that they
/// were written to.
///
/// # Errors
/// HY000 for a path that exists or cannot be written, before anything is sent; and every error of a read.
pub(super) fn execute(
    database: &Database,
    request: &Request,
    file: Option<&str>,
    cancel: &CancelToken,
) -> Result<Page> {
    // Made first: what cannot be written need not be read.
    let target = file
        .map(|name| OpenOptions::new().write(true).create_new(true).open(name).map_err(|e| fault(name, &e)));
    let target = target.transpose()?;
    let downloaded = database.client.download(request, cancel);
    let written = downloaded.map_err(Error::from).and_then(|found| {
        if let (Some(mut target), Some(name)) = (target, file) {
            target.write_all(&found.bytes).and_then(|()| target.sync_all()).map_err(|e| fault(name, &e))?;
        }
        Ok(found)
    });
    if written.is_err()
        && let Some(name) = file
    {
        let _ = fs::remove_file(Path::new(name));
    }
    let found = written?;
    let size = Value::Integer(i64::try_from(found.bytes.len()).unwrap_or(i64::MAX));
    let content = if file.is_some() { Value::Null } else { Value::Binary(found.bytes) };
    let file = file.map_or(Value::Null, Value::from);
    Ok(Page::of_values(vec![content, found.content_type.as_str().into(), size, file]))
}

fn fault(name: &str, error: &std::io::Error) -> Error {
    let message = format!("{name} cannot be written: {error}. An existing file is not overwritten.");
    Error::new(state::GENERAL_ERROR, message)
}
