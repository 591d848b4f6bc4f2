//! The last requests of a connection: what was sent, and what came back.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::model::Method;

/// Entries that are kept; older ones are forgotten.
pub const CAPACITY: usize = 1000;
/// The longest URL and the longest error that are kept, in characters.
const TEXT_CHARS: usize = 4000;

/// One attempt to send a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts the attempts of the connection from 1; it goes on where entries were forgotten.
    pub number: u64,
    pub started: Timestamp,
    pub method: Method,
    /// Path and query as they were sent. A body is never kept.
    pub url: String,
    /// The HTTP status; `None` until it came.
    pub status: Option<u16>,
    /// Twilio's id of the request (`RQ…`).
    pub request_id: Option<String>,
    /// From the first step of connecting to the last byte of the answer; `None` while it is on the way.
    pub duration: Option<Duration>,
    /// Rows that were read from the answer.
    pub rows: Option<usize>,
    /// 0 for the first attempt at a request, 1 for its first repeat …
    pub retry: u32,
    /// Why the attempt was no success.
    pub error: Option<String>,
}

/// The attempts of a connection, the oldest first.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// How many have been begun.
    count: u64,
    kept: VecDeque<Entry>,
}

impl Entries {
    fn find(&mut self, number: u64) -> Option<&mut Entry> {
        let first = self.kept.front()?.number;
        self.kept.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }
}

impl Journal {
    /// A copy of the entries that are kept.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries_mut().kept.iter().cloned().collect()
    }

    /// Forgets all entries. Their numbers are not given again.
    pub fn clear(&self) {
        self.entries_mut().kept.clear();
    }

    fn entries_mut(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an attempt begins.
    pub(super) fn begin(&self, method: Method, url: &str, retry: u32) -> Recording<'_> {
        let mut entries = self.entries_mut();
        entries.count += 1;
        let number = entries.count;
        if entries.kept.len() == CAPACITY {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Entry {
            number,
            started: Timestamp::now(),
            method,
            url: cut(path_and_query(url)),
            status: None,
            request_id: None,
            duration: None,
            rows: None,
            retry,
            error: None,
        });
        Recording { journal: self, number, started: Instant::now() }
    }

    /// Notes how many rows were read from an answer.
    pub(super) fn read(&self, number: u64, rows: usize) {
        if let Some(entry) = self.entries_mut().find(number) {
            entry.rows = Some(rows);
        }
    }
}

/// An attempt that is on the way.
#[derive(Debug)]
pub(super) struct Recording<'j> {
    journal: &'j Journal,
    number: u64,
    started: Instant,
}

impl Recording<'_> {
    /// The number of the attempt.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Since the attempt began.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Notes that the head of the answer came.
    pub(super) fn answered(&self, status: u16, request_id: Option<&str>) {
        if let Some(entry) = self.journal.entries_mut().find(self.number) {
            entry.status = Some(status);
            entry.request_id = request_id.map(str::to_owned);
        }
    }

    /// Notes that the attempt is over, and the number under which it can be found again.
    pub(super) fn end(self, error: Option<&super::Error>) -> u64 {
        if let Some(entry) = self.journal.entries_mut().find(self.number) {
            entry.duration = Some(self.started.elapsed());
            entry.error = error.map(|e| cut(&e.to_string()));
        }
        self.number
    }
}

/// What follows the host: base URLs hold no credentials, and yet nobody needs to see them here.
fn path_and_query(url: &str) -> &str {
    url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|i| &rest[i..])).unwrap_or("/")
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_told_from_its_beginning_to_its_rows() {
        let journal = Journal::default();
        let recording = journal.begin(Method::Get, "https://api.twilio.com/2010/X.json?PageSize=1", 2);
        let entry = &journal.entries()[0];
        assert_eq!((entry.number, entry.url.as_str(), entry.retry), (1, "/2010/X.json?PageSize=1", 2));
        assert_eq!((entry.status, entry.duration), (None, None), "it is on the way");
        recording.answered(200, Some("RQ1"));
        let number = recording.end(None);
        journal.read(number, 7);
        let entry = &journal.entries()[0];
        assert_eq!(
            (entry.status, entry.rows, entry.request_id.as_deref()),
            (Some(200), Some(7), Some("RQ1"))
        );
        assert!(entry.duration.is_some() && entry.error.is_none());
    }

    #[test]
    fn the_oldest_are_forgotten_and_numbers_go_on() {
        let journal = Journal::default();
        let first = journal.begin(Method::Get, "https://h/first", 0);
        for _ in 0..CAPACITY {
            journal.begin(Method::Post, "https://h/x", 0).end(None);
        }
        let entries = journal.entries();
        assert_eq!((entries.len(), entries[0].number), (CAPACITY, 2));
        // It ends after it was forgotten.
        let number = first.end(None);
        journal.read(number, 1);
        assert_eq!(journal.entries(), entries);
        journal.clear();
        assert!(journal.entries().is_empty());
        journal.begin(Method::Get, "https://h", 0).end(None);
        assert_eq!((journal.entries()[0].number, &*journal.entries()[0].url), (CAPACITY as u64 + 2, "/"));
    }
}
