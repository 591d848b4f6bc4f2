//! The driver's log files (Logfile, Verbosity, MaxLogFileSize, MaxLogFileCount).
//!
//! | Verbosity | what is written |
//! |---|---|
//! | 0 | nothing |
//! | 1 | errors |
//! | 2 | statements as well |
//! | 3 | requests as well |
//! | 4 | every ODBC call as well |
//! | 5 | what requests and answers hold as well |
//!
//! Layers log through the `log` crate and need not know whose work they do: a thread has a [`Scope`], and its records go
//! to that connection's file, marked with the connection's number and the statement's. Records of a thread without one
//! (calls on an environment) go to every file that is open. Only the driver's own records are written: a library below
//! could log what must stay secret.

mod file;
mod scope;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use log::{Level, LevelFilter, Metadata, Record};

pub use self::file::Limits;
use self::file::LogFile;
pub use self::scope::{Scope, begin_statement, use_log};
use crate::error::{Error, Result, state};

/// The prefix of the targets of the driver's own records.
const OWN_TARGET: &str = env!("CARGO_CRATE_NAME");
/// The target of what requests and answers hold, which is written from Verbosity 5.
pub const BODIES: &str = concat!(env!("CARGO_CRATE_NAME"), "::bodies");

/// Where and what a connection logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    pub file: Option<PathBuf>,
    /// 0 to 5.
    pub verbosity: u8,
    pub limits: Limits,
    /// Whether texts of messages and the like are shown in bodies.
    pub bodies: bool,
}

/// The log of a connection. The file is closed when nothing uses it any more.
#[derive(Debug)]
pub struct Log {
    file: Arc<LogFile>,
    verbosity: u8,
    limits: Limits,
    /// Counts the connections of the process that have a log.
    connection: u32,
    /// Statements that were begun.
    statements: AtomicU32,
}

/// The logs of open connections, with their verbosities.
static OPEN: Mutex<Vec<(u8, Weak<Log>)>> = Mutex::new(Vec::new());

/// Opens the log of a connection; `None` where it has none.
///
/// # Errors
/// HY000 when the file cannot be opened.
pub fn open(settings: &LogSettings) -> Result<Option<Arc<Log>>> {
    static INSTALLED: Once = Once::new();
    static CONNECTIONS: AtomicU32 = AtomicU32::new(1);
    let Some(path) = settings.file.as_ref().filter(|_| settings.verbosity > 0) else { return Ok(None) };
    // Where the process has a logger of this library's already, that one stays.
    INSTALLED.call_once(|| drop(log::set_logger(&Logger)));
    let file = LogFile::open(path).map_err(|error| {
        let message = format!("The log file {} cannot be opened: {error}.", path.display());
        Error::new(state::GENERAL_ERROR, message)
    })?;
    let log = Arc::new(Log {
        file,
        verbosity: settings.verbosity,
        limits: settings.limits,
        connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed),
        statements: AtomicU32::new(0),
    });
    let mut logs = open_logs();
    logs.push((settings.verbosity, Arc::downgrade(&log)));
    log::set_max_level(highest(&mut logs));
    Ok(Some(log))
}

fn open_logs() -> MutexGuard<'static, Vec<(u8, Weak<Log>)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The highest level that an open log takes. It forgets those that are closed.
fn highest(logs: &mut Vec<(u8, Weak<Log>)>) -> LevelFilter {
    logs.retain(|(_, log)| log.strong_count() > 0);
    logs.iter().map(|(verbosity, _)| level(*verbosity)).max().unwrap_or(LevelFilter::Off)
}

/// The levels that a verbosity writes. Warnings count as errors.
fn level(verbosity: u8) -> LevelFilter {
    match verbosity {
        0 => LevelFilter::Off,
        1 => LevelFilter::Warn,
        2 => LevelFilter::Info,
        3 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    }
}

impl Log {
    fn admits(&self, record: &Metadata<'_>) -> bool {
        record.level() <= level(self.verbosity) && (record.target() != BODIES || self.verbosity >= 5)
    }

    fn next_statement(&self) -> u32 {
        self.statements.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn write(&self, line: &str) {
        // Neither a full disk nor a folder that is gone may make a statement fail.
        let _ = self.file.write(line, self.limits);
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        log::set_max_level(highest(&mut open_logs()));
    }
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_own(metadata.target())
            && metadata.level() <= log::max_level()
            && scope::with(|scope| match scope {
                Some(scope) => scope.log.as_ref().is_some_and(|log| log.admits(metadata)),
                None => true,
            })
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let write = |log: &Log, who: &str| log.write(&line(record.level(), who, &record.args().to_string()));
        let process = std::process::id();
        match Scope::current() {
            Some(Scope { log: Some(log), statement: 0 }) => {
                write(&log, &format!("{process} c{}", log.connection));
            }
            Some(Scope { log: Some(log), statement }) => {
                write(&log, &format!("{process} c{} s{statement}", log.connection));
            }
            Some(Scope { log: None, .. }) => {}
            None => {
                // None of them may be dropped under the lock, which that takes as well.
                let mut logs: Vec<Arc<Log>> =
                    open_logs().iter().filter_map(|(_, log)| log.upgrade()).collect();
                logs.retain(|log| log.admits(record.metadata()));
                logs.sort_by_key(|log| Arc::as_ptr(&log.file));
                logs.dedup_by_key(|log| Arc::as_ptr(&log.file));
                logs.iter().for_each(|log| write(log, &process.to_string()));
            }
        }
    }

    fn flush(&self) {}
}

fn is_own(target: &str) -> bool {
    target.strip_prefix(OWN_TARGET).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// One line, whatever line breaks the message holds.
fn line(level: Level, who: &str, message: &str) -> String {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let message = message.replace('\r', "\\r").replace('\n', "\\n");
    format!("{now} {level:<5} [{who}] {message}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line() {
        let text = line(Level::Info, "7 c1", "select 1\nfrom x");
        assert!(text.ends_with("Z INFO  [7 c1] select 1\\nfrom x\n"), "{text}");
        assert_eq!(text.matches('\n').count(), 1);
    }

    #[test]
    fn only_own_records_are_written() {
        assert!(is_own("twilioodbc::odbc::dispatch"));
        assert!(is_own(BODIES));
        assert!(!is_own("ureq::unversioned"));
        assert!(!is_own("twilioodbcx"));
    }

    #[test]
    fn bodies_are_written_from_5() {
        let folder = std::env::temp_dir().join(format!("twilio-odbc-admits-{}", std::process::id()));
        let log = |verbosity| Log {
            file: LogFile::open(&folder).unwrap(),
            verbosity,
            limits: Limits::default(),
            connection: 1,
            statements: AtomicU32::new(0),
        };
        let record = |target| Metadata::builder().level(Level::Trace).target(target).build();
        for (verbosity, calls, bodies) in [(3, false, false), (4, true, false), (5, true, true)] {
            let log = log(verbosity);
            assert_eq!(log.admits(&record("twilioodbc::odbc")), calls, "{verbosity}");
            assert_eq!(log.admits(&record(BODIES)), bodies, "{verbosity}");
        }
        std::fs::remove_file(folder).unwrap();
    }
}
