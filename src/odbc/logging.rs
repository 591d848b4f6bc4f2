//! The driver's log file (Logfile, Verbosity).
//!
//! | Verbosity | what is written |
//! |---|---|
//! | 0 | nothing |
//! | 1 | errors |
//! | 2 | statements as well |
//! | 3 | requests as well |
//! | 4, 5 | every ODBC call as well |
//!
//! Lines carry the time in UTC and the process; each is appended by one write, so that processes can share a file.
//! Only the driver's own records are written: a library below could log what must stay secret.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Once, PoisonError, RwLock};

use log::{Level, LevelFilter, Metadata, Record};

use crate::error::{Error, Result, state};

/// The prefix of the targets of the driver's own records.
const OWN_TARGET: &str = env!("CARGO_CRATE_NAME");

struct Sink {
    file: File,
    /// The verbosities of the connections that write to the file; the highest counts.
    users: Vec<u8>,
}

static SINKS: RwLock<Option<HashMap<PathBuf, Sink>>> = RwLock::new(None);

/// Keeps a log file open for a connection.
#[derive(Debug)]
pub struct LogGuard {
    path: PathBuf,
    verbosity: u8,
}

/// Opens a log file for a connection.
///
/// # Errors
/// HY000 when the file cannot be opened.
pub fn open(path: &Path, verbosity: u8) -> Result<LogGuard> {
    static INSTALLED: Once = Once::new();
    // Where the process has a logger of this library's already, that one stays.
    INSTALLED.call_once(|| drop(log::set_logger(&FileLogger)));
    let mut sinks = SINKS.write().unwrap_or_else(PoisonError::into_inner);
    let sinks = sinks.get_or_insert_default();
    if !sinks.contains_key(path) {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        // Statements and phone numbers are nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            Error::new(
                state::GENERAL_ERROR,
                format!("The log file {} cannot be opened: {error}.", path.display()),
            )
        })?;
        sinks.insert(path.to_owned(), Sink { file, users: Vec::new() });
    }
    if let Some(sink) = sinks.get_mut(path) {
        sink.users.push(verbosity);
    }
    log::set_max_level(highest(sinks));
    Ok(LogGuard { path: path.to_owned(), verbosity })
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let mut sinks = SINKS.write().unwrap_or_else(PoisonError::into_inner);
        let Some(sinks) = sinks.as_mut() else { return };
        if let Some(sink) = sinks.get_mut(&self.path) {
            if let Some(user) = sink.users.iter().position(|&v| v == self.verbosity) {
                sink.users.swap_remove(user);
            }
            if sink.users.is_empty() {
                sinks.remove(&self.path);
            }
        }
        log::set_max_level(highest(sinks));
    }
}

fn highest(sinks: &HashMap<PathBuf, Sink>) -> LevelFilter {
    sinks.values().flat_map(|sink| &sink.users).map(|&v| admitted(v)).max().unwrap_or(LevelFilter::Off)
}

/// The levels that a verbosity writes. Warnings count as errors.
fn admitted(verbosity: u8) -> LevelFilter {
    match verbosity {
        0 => LevelFilter::Off,
        1 => LevelFilter::Warn,
        2 => LevelFilter::Info,
        3 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    }
}

struct FileLogger;

impl log::Log for FileLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_own(metadata.target()) && metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = line(record.level(), std::process::id(), &record.args().to_string());
        let sinks = SINKS.read().unwrap_or_else(PoisonError::into_inner);
        for sink in sinks.iter().flat_map(HashMap::values) {
            if sink.users.iter().any(|&verbosity| record.level() <= admitted(verbosity)) {
                // A full disk must not make a statement fail.
                let _ = (&sink.file).write_all(line.as_bytes());
            }
        }
    }

    fn flush(&self) {}
}

fn is_own(target: &str) -> bool {
    target.strip_prefix(OWN_TARGET).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// One line, whatever line breaks the message holds.
fn line(level: Level, process: u32, message: &str) -> String {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let message = message.replace('\r', "\\r").replace('\n', "\\n");
    format!("{now} {level:<5} [{process}] {message}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line() {
        let text = line(Level::Info, 7, "select 1\nfrom x");
        assert!(text.ends_with("Z INFO  [7] select 1\\nfrom x\n"), "{text}");
        assert_eq!(text.matches('\n').count(), 1);
    }

    #[test]
    fn only_own_records_are_written() {
        assert!(is_own("twilioodbc::odbc::dispatch"));
        assert!(!is_own("ureq::unversioned"));
        assert!(!is_own("twilioodbcx"));
    }
}
