//! Answers that go wrong on request: what a fault is, which request it hits, what it does to the answer.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::errors::ApiError;
use crate::http::{Answer, HTML, JSON, Request};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An error status instead of the answer.
    Status,
    /// The connection is closed before the request is processed.
    DropBefore,
    /// The request is processed, then the connection is closed without an answer.
    DropAfter,
    /// The body stops in the middle, and the connection is closed.
    Cut,
    /// The answer comes late. Adds up with any other fault.
    DelayMs,
    /// The body is no JSON.
    MalformedJson,
    /// `next_page_uri` is the page's own address.
    RepeatNext,
    /// `next_page_uri` points to another host.
    ForeignNext,
    /// An empty page that has a next one, before the page asked for.
    EmptyPage,
    /// A field of the first row, or of every row, has another JSON type.
    WrongType,
    /// Something else stands where the array of the rows should be: nothing at all where it is null.
    WrongItems,
}

/// The body of a status fault.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BodyKind {
    #[default]
    Json,
    Html,
    Empty,
}

/// Which requests a fault hits; what is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Match {
    pub(crate) method: Option<String>,
    pub(crate) path_contains: Option<String>,
    pub(crate) query_contains: Option<String>,
}

/// One fault, as `POST /_sim/faults` takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// How many matching requests it hits; 0 for all.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// How many matching requests pass before.
    #[serde(default)]
    pub(crate) skip: u32,
    /// Which part of the matching requests it hits, 0 to 1; the others neither count nor are passed over.
    #[serde(default = "all")]
    pub(crate) share: f64,
    /// Decides which ones.
    #[serde(default)]
    pub(crate) seed: u64,
    #[serde(default, rename = "match")]
    pub(crate) matching: Match,
    /// Of a status fault: the HTTP status.
    #[serde(default = "server_error")]
    pub(crate) status: u16,
    /// Of a status fault: Twilio's code and message, where the usual ones will not do.
    #[serde(default)]
    pub(crate) code: Option<u32>,
    #[serde(default)]
    pub(crate) message: Option<String>,
    /// Of a status fault: the `Retry-After` header, a number of seconds or an HTTP date.
    #[serde(default)]
    pub(crate) retry_after: Option<Value>,
    #[serde(default)]
    pub(crate) body: BodyKind,
    /// Of a status fault: whether the request takes effect all the same.
    #[serde(default)]
    pub(crate) processed: bool,
    #[serde(default)]
    pub(crate) delay_ms: u64,
    /// Of a wrong type: the field, and what it holds instead; of wrong items what stands in their place.
    #[serde(default = "date_created")]
    pub(crate) field: String,
    #[serde(default = "a_number")]
    pub(crate) value: Value,
    /// Of a wrong type: whether all rows of the page have it.
    #[serde(default)]
    pub(crate) every_row: bool,
}

fn once() -> u32 {
    1
}

fn all() -> f64 {
    1.0
}

fn server_error() -> u16 {
    500
}

fn date_created() -> String {
    "date_created".to_string()
}

fn a_number() -> Value {
    json!(12345)
}

/// The list that a request to the control API carries.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) faults: Vec<Fault>,
}

impl Fault {
    /// Refuses values that no HTTP answer can carry.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !(200..=599).contains(&self.status) || self.status == 204 {
            return Err(format!("status {} is not between 200 and 599, or is 204", self.status));
        }
        if !(0.0..=1.0).contains(&self.share) {
            return Err(format!("share {} is not between 0 and 1", self.share));
        }
        match &self.retry_after {
            None | Some(Value::Number(_)) => Ok(()),
            Some(Value::String(text)) if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => Ok(()),
            Some(_) => Err("retry_after is neither a number nor plain text".to_string()),
        }
    }

    fn hits(&self, request: &Request) -> bool {
        let matching = &self.matching;
        matching.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && matching.path_contains.as_ref().is_none_or(|text| request.path.contains(text))
            && matching.query_contains.as_ref().is_none_or(|text| request.raw_query.contains(text))
    }

    /// Draws whether it hits the request that came as the `occurrence`th of its kind. Requests of several threads come in
    /// any order, and so each is drawn for by what it asks.
    fn is_drawn(&self, request: &Request, occurrence: u32) -> bool {
        let mut hasher = DefaultHasher::new();
        (self.seed, &request.method, &request.path, &request.raw_query, &request.body, occurrence)
            .hash(&mut hasher);
        (hasher.finish() as f64) < self.share * u64::MAX as f64
    }

    /// The answer of a status fault.
    pub(crate) fn status_answer(&self) -> Answer {
        let usual = ApiError::for_status(self.status);
        let code = self.code.unwrap_or(usual.code);
        let error = ApiError::new(self.status, code, self.message.clone().unwrap_or(usual.message));
        let mut answer = match self.body {
            BodyKind::Json => error.answer(),
            BodyKind::Html => {
                let text = format!("<html><body><h1>{} {}</h1></body></html>", self.status, error.message);
                Answer::new(self.status, HTML, text)
            }
            BodyKind::Empty => Answer::new(self.status, JSON, ""),
        };
        match &self.retry_after {
            Some(Value::String(text)) => answer.headers.push(("Retry-After", text.clone())),
            Some(other) => answer.headers.push(("Retry-After", other.to_string())),
            None => {}
        }
        answer
    }

    /// Spoils a finished answer, for the kinds that do.
    pub(crate) fn spoil(&self, answer: &mut Answer) {
        match self.kind {
            Kind::MalformedJson => {
                let body = Arc::make_mut(&mut answer.body);
                body.pop();
                body.push(b',');
            }
            Kind::RepeatNext | Kind::ForeignNext | Kind::EmptyPage | Kind::WrongType | Kind::WrongItems => {
                let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
                self.spoil_json(&mut body);
                answer.body = Arc::new(body.to_string().into_bytes());
            }
            _ => {}
        }
    }

    fn spoil_json(&self, body: &mut Value) {
        let Some(fields) = body.as_object_mut() else { return };
        // The 2010 API has its links beside the rows, the others in `meta`.
        let mut links = if fields.get("meta").is_some_and(Value::is_object) {
            let Some(meta) = fields.get_mut("meta").and_then(Value::as_object_mut) else { return };
            Links::of(meta, "next_page_url", "url")
        } else {
            Links::of(fields, "next_page_uri", "uri")
        };
        match self.kind {
            Kind::RepeatNext => links.set(|links| links.own.clone()),
            Kind::ForeignNext => links.set(|links| {
                let link = links.next.as_str().or(links.own.as_str()).unwrap_or("/");
                let path =
                    link.strip_prefix("https://").and_then(|rest| rest.find('/').map(|at| &rest[at..]));
                json!(format!("https://evil.example{}", path.unwrap_or(link)))
            }),
            Kind::EmptyPage if links.is_page() => {
                // A parameter nobody knows makes the address another one for the same page.
                links.set(|links| json!(format!("{}&Again=1", links.own.as_str().unwrap_or("/"))));
                fields.values_mut().filter_map(Value::as_array_mut).for_each(Vec::clear);
            }
            Kind::WrongType => {
                let spoiled = if self.every_row { usize::MAX } else { 1 };
                let spoil = |row: &mut Map<String, Value>| {
                    row.insert(self.field.clone(), self.value.clone());
                };
                match fields.values_mut().find_map(Value::as_array_mut) {
                    Some(rows) => {
                        rows.iter_mut().take(spoiled).filter_map(Value::as_object_mut).for_each(spoil)
                    }
                    None => spoil(fields),
                }
            }
            Kind::WrongItems => {
                let items = fields.iter().find(|(_, value)| value.is_array()).map(|(name, _)| name.clone());
                if let Some(items) = items {
                    fields.remove(&items);
                    if !self.value.is_null() {
                        fields.insert(items, self.value.clone());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The links of a page.
struct Links<'a> {
    holder: &'a mut Map<String, Value>,
    name: &'static str,
    next: Value,
    own: Value,
}

impl<'a> Links<'a> {
    fn of(holder: &'a mut Map<String, Value>, name: &'static str, own: &'static str) -> Self {
        let link = |name| holder.get(name).cloned().unwrap_or(Value::Null);
        let (next, own) = (link(name), link(own));
        Links { holder, name, next, own }
    }

    fn is_page(&self) -> bool {
        self.holder.contains_key(self.name)
    }

    /// Puts another link to the next page, if this is a page.
    fn set(&mut self, link: impl Fn(&Self) -> Value) {
        if self.is_page() {
            let link = link(self);
            self.holder.insert(self.name.to_owned(), link);
        }
    }
}

/// The faults that wait for their requests.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    /// How often each request came, by its hash, while a fault waited that hits a share.
    drawn_for: HashMap<u64, u32>,
}

/// What hits one request.
#[derive(Debug, Default)]
pub(crate) struct Hit {
    pub(crate) delay_ms: u64,
    pub(crate) fault: Option<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, faults: Vec<Fault>) {
        self.waiting.extend(faults);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.drawn_for.clear();
    }

    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.waiting
    }

    /// Takes what hits this request: all matching delays, and the first other matching fault.
    pub(crate) fn take(&mut self, request: &Request) -> Hit {
        let mut hit = Hit::default();
        let occurrence = self.occurrence(request);
        for fault in &mut self.waiting {
            let is_delay = fault.kind == Kind::DelayMs;
            if (!is_delay && hit.fault.is_some())
                || !fault.hits(request)
                || !fault.is_drawn(request, occurrence)
            {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            hit.delay_ms += fault.delay_ms;
            if !is_delay {
                hit.fault = Some(fault.clone());
            }
            if fault.times == 1 {
                // Marks it spent; 0 means without end and must stay apart.
                fault.times = u32::MAX;
            } else if fault.times > 1 {
                fault.times -= 1;
            }
        }
        self.waiting.retain(|fault| fault.times != u32::MAX);
        hit
    }

    /// How many such requests came before, as far as that is drawn by.
    fn occurrence(&mut self, request: &Request) -> u32 {
        if self.waiting.iter().all(|fault| fault.share >= 1.0) {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        (&request.method, &request.path, &request.raw_query, &request.body).hash(&mut hasher);
        let count = self.drawn_for.entry(hasher.finish()).or_default();
        *count += 1;
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(order: Value) -> Faults {
        let order: Order = serde_json::from_value(order).unwrap();
        Faults { waiting: order.faults, ..Faults::default() }
    }

    fn get(path: &str) -> Request {
        Request { method: "GET".to_string(), path: path.to_string(), ..Request::default() }
    }

    #[test]
    fn a_fault_hits_so_many_matching_requests_and_is_spent() {
        let mut faults = faults(json!({"faults": [
            {"kind": "status", "status": 429, "times": 2, "match": {"path_contains": "Calls"}},
        ]}));
        assert!(faults.take(&get("/Conferences.json")).fault.is_none());
        assert!(faults.take(&get("/Calls.json")).fault.is_some());
        assert!(faults.take(&get("/Calls.json")).fault.is_some());
        assert!(faults.take(&get("/Calls.json")).fault.is_none());
        assert!(faults.waiting().is_empty());
    }

    #[test]
    fn a_fault_can_wait_and_can_stay() {
        let mut faults = faults(json!({"faults": [{"kind": "cut", "times": 0, "skip": 1}]}));
        assert!(faults.take(&get("/")).fault.is_none());
        for _ in 0..5 {
            assert!(faults.take(&get("/")).fault.is_some());
        }
    }

    #[test]
    fn delays_add_up_with_another_fault() {
        let mut faults = faults(json!({"faults": [
            {"kind": "delay_ms", "delay_ms": 5}, {"kind": "delay_ms", "delay_ms": 7}, {"kind": "cut"},
        ]}));
        let hit = faults.take(&get("/"));
        assert_eq!((hit.delay_ms, hit.fault.unwrap().kind), (12, Kind::Cut));
    }

    #[test]
    fn a_share_is_drawn_by_seed_and_request_in_whatever_order_they_come() {
        let drawn = |seed: u64, order: &mut dyn Iterator<Item = usize>| {
            let mut faults =
                faults(json!({"faults": [{"kind": "cut", "times": 0, "share": 0.2, "seed": seed}]}));
            let hits = order.filter(|n| faults.take(&get(&format!("/{n}"))).fault.is_some());
            hits.collect::<std::collections::BTreeSet<_>>()
        };
        let hits = drawn(1, &mut (0..1000));
        assert!((150..250).contains(&hits.len()), "{}", hits.len());
        assert_eq!(drawn(1, &mut (0..1000).rev()), hits);
        assert_ne!(drawn(2, &mut (0..1000)), hits);
        let mut again = faults(json!({"faults": [{"kind": "cut", "times": 0, "share": 0.2, "seed": 1}]}));
        let often = (0..1000).filter(|_| again.take(&get("/")).fault.is_some()).count();
        assert!((150..250).contains(&often), "a repeat is drawn for anew: {often}");
        assert!(faults(json!({"faults": [{"kind": "cut", "share": 1.5}]})).waiting[0].check().is_err());
    }

    #[test]
    fn a_misspelt_fault_is_refused() {
        for order in [json!({"kind": "explode"}), json!({"kind": "cut", "tmies": 2}), json!({"status": 500})]
        {
            assert!(serde_json::from_value::<Fault>(order).is_err());
        }
    }

    #[test]
    fn spoiled_pages_keep_the_rest() {
        let page = json!({"rows": [{"a": "x"}], "uri": "/p?Page=0", "next_page_uri": null, "page": 0});
        let spoiled = |order: Value| -> Value {
            let fault: Fault = serde_json::from_value(order).unwrap();
            let mut answer = Answer::json(200, &page);
            fault.spoil(&mut answer);
            serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
        };
        assert_eq!(spoiled(json!({"kind": "repeat_next"}))["next_page_uri"], "/p?Page=0");
        assert_eq!(
            spoiled(json!({"kind": "foreign_next"}))["next_page_uri"],
            "https://evil.example/p?Page=0"
        );
        assert_eq!(spoiled(json!({"kind": "wrong_type", "field": "a"}))["rows"][0]["a"], 12345);
        assert_eq!(spoiled(json!({"kind": "wrong_items", "value": null})).get("rows"), None);
        assert_eq!(spoiled(json!({"kind": "wrong_items", "value": {}}))["rows"], json!({}));
        let own = "https://x.twilio.com/v1/p?Page=0";
        let meta = json!({"meta": {"url": own, "next_page_url": null}, "rows": [1]});
        let spoiled_meta = |kind: &str| -> Value {
            let fault: Fault = serde_json::from_value(json!({"kind": kind})).unwrap();
            let mut answer = Answer::json(200, &meta);
            fault.spoil(&mut answer);
            serde_json::from_slice(&answer.body).unwrap()
        };
        assert_eq!(spoiled_meta("repeat_next")["meta"]["next_page_url"], own);
        assert_eq!(spoiled_meta("foreign_next")["meta"]["next_page_url"], "https://evil.example/v1/p?Page=0");
        assert_eq!(spoiled_meta("empty_page")["rows"], json!([]));
        let empty = spoiled(json!({"kind": "empty_page"}));
        assert_eq!((&empty["rows"], &empty["next_page_uri"]), (&json!([]), &json!("/p?Page=0&Again=1")));
        assert_eq!(spoiled(json!({"kind": "malformed_json"})), Value::Null);
    }
}
