//! Secrets that come through standard input, because arguments show in process lists.

use std::io::{self, BufRead, IsTerminal};

use crate::failure::Failure;

/// The first line of standard input, without its end.
pub(crate) fn read(what: &str) -> Result<String, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        eprintln!("{what} (shown as you type):");
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::new(format!("cannot read {what} from standard input: {error}")))?;
    let secret = line.trim_end_matches(['\n', '\r']);
    if secret.is_empty() {
        return Err(Failure::new(format!("no {what} on standard input")));
    }
    Ok(secret.to_owned())
}
