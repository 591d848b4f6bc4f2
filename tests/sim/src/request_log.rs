//! What clients asked, for tests to look at. Passwords are never kept.

use serde::Serialize;

use crate::credentials;
use crate::faults::Kind;
use crate::http::{Pairs, Request};

/// Older requests are forgotten beyond this, so that a long run stays small.
const LIMIT: usize = 100_000;

const HEADERS: [&str; 8] = [
    "user-agent",
    "accept",
    "accept-encoding",
    "accept-charset",
    "content-type",
    "connection",
    "x-twilio-webhook-enabled",
    "if-match",
];

#[derive(Debug, Clone, Serialize)]
struct Query {
    raw: String,
    pairs: Pairs,
}

/// One API request, with its outcome once there is one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    id: u64,
    method: String,
    /// As sent: still percent-encoded.
    path: String,
    query: Query,
    body: Query,
    /// The status that was sent; null while the request runs and where no answer was sent.
    status: Option<u16>,
    authorization_user: Option<String>,
    headers: std::collections::BTreeMap<&'static str, String>,
    request_id: String,
    /// Milliseconds since 1970 UTC.
    started_ms: i64,
    duration_ms: Option<u64>,
    /// How many API requests were in flight when this one came, itself included.
    concurrent: usize,
    /// The kind of fault that hit it.
    fault: Option<Kind>,
}

/// What came of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) duration_ms: u64,
    pub(crate) fault: Option<Kind>,
}

/// The requests since the start, or since the last clearing.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: std::collections::VecDeque<Entry>,
    last_id: u64,
}

impl RequestLog {
    /// Notes a request that has just come; the number is for `finish`.
    pub(crate) fn start(
        &mut self,
        request: &Request,
        request_id: &str,
        started_ms: i64,
        concurrent: usize,
    ) -> u64 {
        if self.entries.len() == LIMIT {
            self.entries.pop_front();
        }
        self.last_id += 1;
        let headers = HEADERS.iter().filter_map(|name| Some((*name, request.header(name)?.to_string())));
        self.entries.push_back(Entry {
            id: self.last_id,
            method: request.method.clone(),
            path: request.path.clone(),
            query: Query { raw: request.raw_query.clone(), pairs: request.query.clone() },
            body: Query {
                raw: String::from_utf8_lossy(&request.body).into_owned(),
                pairs: request.form.clone(),
            },
            status: None,
            authorization_user: credentials::basic(request.header("authorization")).map(|(user, _)| user),
            headers: headers.collect(),
            request_id: request_id.to_string(),
            started_ms,
            duration_ms: None,
            concurrent,
            fault: None,
        });
        self.last_id
    }

    /// Adds the outcome; nothing happens if the log was cleared meanwhile.
    pub(crate) fn finish(&mut self, id: u64, outcome: Outcome) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.id == id) {
            entry.status = outcome.status;
            entry.duration_ms = Some(outcome.duration_ms);
            entry.fault = outcome.fault;
        }
    }

    pub(crate) fn entries(&self) -> &std::collections::VecDeque<Entry> {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
