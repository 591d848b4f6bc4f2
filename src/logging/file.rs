//! A log file that several connections and processes write to at once, and that is replaced when it is full.
//!
//! A line is appended by one write. Before each line the file at the path is compared with the one that is open: another
//! process may have moved it. When a line would make it too large, `FILE` becomes `FILE.1`, `FILE.1` becomes `FILE.2`, and
//! so on; who does that holds the lock of `FILE.lock`. A line that is written meanwhile goes to the file under its new
//! name, so that none is lost but with the oldest file.

use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest that a file gets, in bytes; 0 for no limit.
    pub size: u64,
    /// How many files there are at the most, the one that is written to included.
    pub files: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { size: 100 << 20, files: 10 }
    }
}

/// A log file. A process has one for each path.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    /// `None` after a failure; the next line tries again.
    file: Option<File>,
    /// Whether the last line was written in part only.
    is_torn: bool,
}

impl LogFile {
    /// Opens the file, and makes it where there is none.
    pub fn open(path: &Path) -> io::Result<Arc<LogFile>> {
        static FILES: Mutex<Option<HashMap<PathBuf, Weak<LogFile>>>> = Mutex::new(None);
        let file = open(path)?;
        // The application may go to another folder.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        let files = files.get_or_insert_default();
        files.retain(|_, file| file.strong_count() > 0);
        if let Some(known) = files.get(&path).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let open = Mutex::new(Open { file: Some(file), is_torn: false });
        let file = Arc::new(LogFile { path: path.clone(), open });
        files.insert(path, Arc::downgrade(&file));
        Ok(file)
    }

    /// Appends a line, which ends with its line break.
    pub fn write(&self, line: &str, limits: Limits) -> io::Result<()> {
        let mut state = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let there = fs::metadata(&self.path);
        let is_current = |file: &File| there.as_ref().is_ok_and(|there| is_same(file, there));
        let mut file = match state.file.take().filter(is_current) {
            Some(file) => file,
            None => open(&self.path)?,
        };
        let is_full = |there: io::Result<Metadata>| {
            let size = there.as_ref().map_or(0, Metadata::len);
            let is_over = limits.size > 0 && size > 0 && size + line.len() as u64 > limits.size;
            is_over && there.is_ok_and(|there| there.is_file())
        };
        if is_full(there) && self.make_room(limits.files, is_full).is_ok_and(|is_done| is_done) {
            file = open(&self.path)?;
        }
        let rest_of_line = if state.is_torn { "\n" } else { "" };
        let bytes = [rest_of_line, line].concat();
        let written = write_once(&mut file, bytes.as_bytes());
        state.file = Some(file);
        state.is_torn = written? < bytes.len();
        Ok(())
    }

    /// Moves the files on by one. `false` where another process is at it: there is room soon, and until then the line may
    /// go where the file is. Waiting would make statements depend on what that process does.
    fn make_room(&self, files: u32, is_full: impl Fn(io::Result<Metadata>) -> bool) -> io::Result<bool> {
        let lock = open(&self.numbered("lock"))?;
        if lock.try_lock().is_err() {
            return Ok(false);
        }
        if !is_full(fs::metadata(&self.path)) {
            // It was done between the look at the size and the lock.
            return Ok(true);
        }
        for number in (1..files.saturating_sub(1)).rev() {
            let next = self.numbered(&(number + 1).to_string());
            match fs::rename(self.numbered(&number.to_string()), next) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        match files {
            0 | 1 => fs::remove_file(&self.path)?,
            _ => fs::rename(&self.path, self.numbered("1"))?,
        }
        Ok(true)
    }

    fn numbered(&self, end: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(end);
        name.into()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // Statements and phone numbers are nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether it is the file that is at the path now.
#[cfg(unix)]
fn is_same(file: &File, there: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|open| (open.dev(), open.ino()) == (there.dev(), there.ino()))
}

/// Where that cannot be told, the file is opened for each line.
#[cfg(not(unix))]
fn is_same(_: &File, _: &Metadata) -> bool {
    false
}

/// One write, so that lines of several processes do not mix. How much of it there was room for.
fn write_once(file: &mut File, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            written => return written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("twilio-odbc-log-{name}-{}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Folder(path)
        }

        /// The files that hold lines, the oldest first.
        fn files(&self) -> Vec<String> {
            let number = |path: &Path| path.extension()?.to_str()?.parse::<u32>().ok();
            let paths = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
            let mut paths: Vec<_> =
                paths.filter(|path| path.extension().is_none_or(|e| e != "lock")).collect();
            paths.sort_by_key(|path| std::cmp::Reverse(number(path).unwrap_or_default()));
            paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
        }

        /// The file as a process of its own would have it.
        fn log(&self) -> LogFile {
            LogFile { path: self.0.join("log"), open: Mutex::new(Open { file: None, is_torn: false }) }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn numbers(log: &LogFile, numbers: std::ops::Range<u32>, limits: Limits) {
        numbers.for_each(|number| log.write(&format!("{number}\n"), limits).unwrap());
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let folder = Folder::new("oldest");
        numbers(&folder.log(), 10..20, Limits { size: 8, files: 3 });
        assert_eq!(folder.files(), ["14\n15\n", "16\n17\n", "18\n19\n"]);
    }

    #[test]
    fn one_file_begins_anew() {
        let folder = Folder::new("anew");
        numbers(&folder.log(), 10..15, Limits { size: 8, files: 1 });
        assert_eq!(folder.files(), ["14\n"]);
    }

    #[test]
    fn a_file_without_limit_grows_and_a_long_line_stays_whole() {
        let folder = Folder::new("grows");
        let log = folder.log();
        numbers(&log, 10..20, Limits { size: 0, files: 3 });
        assert_eq!(folder.files().len(), 1);
        log.write(&format!("{}\n", "x".repeat(100)), Limits { size: 8, files: 3 }).unwrap();
        assert_eq!(folder.files().iter().map(String::len).collect::<Vec<_>>(), [30, 101]);
    }

    #[test]
    fn a_file_that_another_moved_is_left() {
        let folder = Folder::new("moved");
        let (one, other) = (folder.log(), folder.log());
        let limits = Limits { size: 8, files: 9 };
        for number in 10..20 {
            let log = if number % 2 == 0 { &one } else { &other };
            numbers(log, number..number + 1, limits);
        }
        assert_eq!(folder.files(), ["10\n11\n", "12\n13\n", "14\n15\n", "16\n17\n", "18\n19\n"]);
    }

    #[test]
    fn nobody_waits_for_who_makes_room() {
        let folder = Folder::new("room");
        let log = folder.log();
        let limits = Limits { size: 8, files: 9 };
        numbers(&log, 10..12, limits);
        let lock = open(&log.numbered("lock")).unwrap();
        lock.lock().unwrap();
        numbers(&log, 12..14, limits);
        assert_eq!(folder.files(), ["10\n11\n12\n13\n"]);
        lock.unlock().unwrap();
        numbers(&log, 14..15, limits);
        assert_eq!(folder.files(), ["10\n11\n12\n13\n", "14\n"]);
    }

    #[test]
    fn a_folder_that_is_gone_may_come_back() {
        let folder = Folder::new("gone");
        let log = folder.log();
        let limits = Limits::default();
        numbers(&log, 10..11, limits);
        fs::remove_dir_all(&folder.0).unwrap();
        assert!(log.write("11\n", limits).is_err());
        fs::create_dir(&folder.0).unwrap();
        numbers(&log, 12..13, limits);
        assert_eq!(folder.files(), ["12\n"]);
    }

    #[test]
    fn a_process_has_one_for_each_path() {
        let folder = Folder::new("one");
        let log = |name: &str| LogFile::open(&folder.0.join(name)).unwrap();
        let first = log("log");
        assert!(Arc::ptr_eq(&first, &log("./log")));
        assert!(!Arc::ptr_eq(&first, &log("other")));
    }
}
