//! Voice Insights: `/v1/Voice/Summaries`, and below a call its summary, events, metrics and annotation.
//!
//! What a call of the world was is summarised as soon as it has ended; three more calls ended within the last hours
//! of the world's clock, so that the list has rows without a `StartTime`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Context;
use super::insights_conferences as conferences;
use super::insights_filter::{self as filter, moment};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params::{self, Kind};
use crate::world::{Call, CallStatus, World, at, later};

/// What the world knows of Insights.
#[derive(Debug)]
pub(crate) struct Insights {
    /// Whether the account has the Advanced Features, without which there is nothing to read.
    pub(crate) advanced: bool,
    /// By call SID.
    annotations: BTreeMap<String, Map<String, Value>>,
}

impl Default for Insights {
    fn default() -> Self {
        Insights { advanced: true, annotations: BTreeMap::new() }
    }
}

/// A summary is partial until so many minutes after the end.
const PARTIAL: i64 = 30;

/// Calls of the last hours: number of the SID, from, to, start, seconds, state.
const RECENT: [(u32, &str, &str, &str, i64, &str); 3] = [
    (401, "+14155550100", "+14155550401", "2024-07-01T09:15:00Z", 125, "completed"),
    (402, "+14155550402", "+14155550100", "2024-07-01T10:40:00Z", 0, "noanswer"),
    (403, "+14155550100", "client:agent_1", "2024-07-01T11:45:00Z", 600, "completed"),
];

/// A call as Insights sees it.
struct Seen {
    sid: String,
    from: String,
    to: String,
    direction: &'static str,
    state: &'static str,
    created: Timestamp,
    start: Option<Timestamp>,
    end: Timestamp,
    in_conference: bool,
}

impl Seen {
    fn of(call: &Call) -> Option<Seen> {
        let state = match call.status {
            CallStatus::Completed => "completed",
            CallStatus::Busy => "busy",
            CallStatus::Failed => "fail",
            CallStatus::NoAnswer => "noanswer",
            CallStatus::Canceled => "canceled",
            _ => return None,
        };
        Some(Seen {
            sid: call.sid.clone(),
            from: call.from.clone(),
            to: call.to.clone(),
            direction: match call.direction {
                "inbound" => "inbound",
                "outbound-dial" => "outbound_dial",
                _ => "outbound_api",
            },
            state,
            created: call.date_created,
            start: call.start_time,
            end: call.end_time.unwrap_or(call.date_updated),
            in_conference: false,
        })
    }

    fn seconds(&self) -> i64 {
        self.end.duration_since(self.start.unwrap_or(self.created)).as_secs()
    }

    fn is_partial(&self, now: Timestamp) -> bool {
        now.duration_since(self.end) < SignedDuration::from_mins(PARTIAL)
    }

    /// Deterministic figures that differ from call to call.
    fn figure(&self, most: i64) -> i64 {
        self.sid.bytes().map(i64::from).sum::<i64>() % most
    }

    fn edge(&self) -> &'static str {
        let either = |start: &str| self.to.starts_with(start) || self.from.starts_with(start);
        match () {
            () if either("client:") => "sdk_edge",
            () if either("sip:") => "sip_edge",
            () => "carrier_edge",
        }
    }
}

/// The calls that have a summary, youngest first.
fn seen(world: &World, account: &str) -> Vec<Seen> {
    let holdings = world.holdings(account);
    let mut all: Vec<Seen> =
        holdings.into_iter().flat_map(|all| all.calls.newest_first()).filter_map(Seen::of).collect();
    let rooms = holdings.into_iter().flat_map(|all| all.conferences.newest_first());
    let enders: BTreeSet<&str> = rooms.filter_map(|room| room.ender.as_deref()).collect();
    for one in &mut all {
        one.in_conference = enders.contains(one.sid.as_str());
    }
    let is_main = world.accounts.get(account).is_some_and(|one| one.owner == one.sid);
    for (number, from, to, start, seconds, state) in RECENT.iter().filter(|_| is_main) {
        let start = at(start);
        all.push(Seen {
            sid: format!("CA{number:0>32}"),
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            direction: if *to == "+14155550100" { "inbound" } else { "outbound_api" },
            state,
            created: start,
            start: (*seconds > 0).then_some(start),
            end: later(start, *seconds),
            in_conference: false,
        });
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.created));
    all
}

pub(crate) fn list_kind(array: &'static str) -> ListKind {
    ListKind { array, host: Some("insights"), ..ListKind::API }
}

/// Answers what is below `/v1/Voice` and `/v1/Conferences`; `None` for other paths.
pub(crate) fn answer(
    context: &Context<'_>,
    parts: &[&str],
    world: &mut World,
) -> Option<Result<Answer, ApiError>> {
    let method = context.request.method.as_str();
    if let ["v1", "Voice", "Settings"] = parts {
        return (method == "GET" || method == "POST").then(|| settings(context, world));
    }
    let (["v1", "Voice", below @ ..] | ["v1", below @ ..]) = parts else { return None };
    let is_voice = parts.get(1) == Some(&"Voice");
    let known = match (is_voice, below) {
        (true, ["Summaries"] | [_, "Summary" | "Events" | "Metrics" | "Annotation"]) => true,
        (false, ["Conferences", rest @ ..]) => {
            matches!(rest, [] | [_] | [_, "Participants"] | [_, "Participants", _])
        }
        _ => false,
    };
    if !known {
        return None;
    }
    if !world.insights.advanced {
        return Some(Err(ApiError::new(403, 20003, "Voice Insights Advanced Features are not enabled")));
    }
    Some(match (below, method) {
        (["Summaries"], "GET") => summaries(context, world),
        ([sid, "Summary"], "GET") => summary(context, world, sid),
        ([sid, "Events"], "GET") => events(context, world, sid),
        ([sid, "Metrics"], "GET") => metrics(context, world, sid),
        ([sid, "Annotation"], "GET") => annotation(context, world, sid),
        ([sid, "Annotation"], "POST") => annotate(context, world, sid),
        (["Conferences"], "GET") => conferences::list(context, world),
        (["Conferences", sid], "GET") => conferences::fetch(context, world, sid),
        (["Conferences", sid, "Participants"], "GET") => conferences::participants(context, world, sid),
        (["Conferences", sid, "Participants", one], "GET") => {
            conferences::participant(context, world, sid, one)
        }
        _ => Err(ApiError::method_not_allowed()),
    })
}

/// The switch for the Advanced Features.
fn settings(context: &Context<'_>, world: &mut World) -> Result<Answer, ApiError> {
    if context.request.method == "POST"
        && let Some(advanced) = params::boolean(&context.request.form, "AdvancedFeatures")?
    {
        world.insights.advanced = advanced;
    }
    Ok(Answer::json(
        200,
        &json!({
            "account_sid": context.account, "advanced_features": world.insights.advanced, "voice_trace": false,
            "url": "https://insights.twilio.com/v1/Voice/Settings",
        }),
    ))
}

fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// One end of a call; `name` is what it is called there.
fn party(address: &str, name: &str) -> Value {
    let kind = match address.split_once(':') {
        Some((kind, _)) => kind,
        None => "mobile",
    };
    let country = match address.get(..2) {
        Some("+1") => Some("US"),
        Some("+4") if address.starts_with("+44") => Some("GB"),
        _ => None,
    };
    let digits = address.strip_prefix('+');
    json!({
        name: address,
        "carrier": digits.map(|_| "Example Mobile"),
        "connection": kind,
        "number_prefix": digits.and_then(|digits| digits.get(..4)),
        "country_code": country,
        "location": country.map(|_| json!({"lat": 37.78, "lon": -122.42})),
    })
}

fn view(context: &Context<'_>, world: &World, call: &Seen) -> Value {
    let url = format!("https://insights.twilio.com/v1/Voice/{}/Summary", call.sid);
    let loss = call.figure(7);
    let way = |packets: i64| {
        json!({
            "codec_name": "pcmu", "packets_received": packets, "packets_lost": loss,
            "packets_loss_percentage": loss as f64 / packets.max(1) as f64,
            "jitter": {"avg": call.figure(50) as f64 / 100.0, "max": call.figure(90) as f64 / 10.0},
        })
    };
    let metrics = json!({
        "properties": {"media_region": "us1", "signaling_region": "us1", "direction": call.direction},
        "metrics": {"inbound": way(call.seconds() * 50), "outbound": way(call.seconds() * 50)},
    });
    let edge = |name: &str| if call.edge() == name { metrics.clone() } else { Value::Null };
    let tags = if loss > 4 { json!(["high_packet_loss"]) } else { json!([]) };
    json!({
        "account_sid": context.account,
        "call_sid": call.sid,
        "answered_by": (call.state == "completed").then_some("human"),
        "call_type": match call.edge() { "sdk_edge" => "client", "sip_edge" => "sip", _ => "carrier" },
        "call_state": call.state,
        "processing_state": if call.is_partial(world.now()) { "partial" } else { "complete" },
        "created_time": iso(call.created),
        "start_time": call.start.map(iso),
        "end_time": iso(call.end),
        "duration": call.seconds(),
        "connect_duration": call.start.map_or(0, |_| call.seconds()),
        "from": party(&call.from, "caller"),
        "to": party(&call.to, "callee"),
        "carrier_edge": edge("carrier_edge"),
        "client_edge": null,
        "sdk_edge": edge("sdk_edge"),
        "sip_edge": edge("sip_edge"),
        "tags": tags,
        "url": url,
        "attributes": {"conference_participant": call.in_conference},
        "properties": {
            "last_sip_response_num": 200, "pdd_ms": 100 + call.figure(900), "disconnected_by": "callee",
            "direction": call.direction,
        },
        "trust": {},
        "annotation": world.insights.annotations.get(&call.sid),
    })
}

/// `completed`, `partial` or `all`; the rows say `complete`.
fn is_wanted(call: &Seen, world: &World, state: Option<&str>) -> bool {
    match state {
        Some("all") => true,
        Some("partial") => call.is_partial(world.now()),
        Some("started") => false,
        _ => !call.is_partial(world.now()),
    }
}

/// Without `StartTime` only the last four hours.
fn summaries(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let now = world.now();
    let from = moment(query, "StartTime", now)?.unwrap_or_else(|| later(now, -4 * 60 * 60));
    let until = moment(query, "EndTime", now)?.unwrap_or(now);
    params::check(
        query,
        &[
            ("ProcessingState", Kind::OneOf(&["completed", "started", "partial", "all"])),
            ("SortBy", Kind::OneOf(&["start_time", "end_time"])),
        ],
    )?;
    let state = params::text(query, "ProcessingState");
    let account = params::text(query, "Subaccount").filter(|sid| !sid.is_empty()).unwrap_or(context.account);
    let reached =
        world.accounts.get(account).filter(|one| one.sid == context.account || one.owner == context.account);
    reached.ok_or_else(|| context.not_found())?;
    let context = &Context { account, ..*context };
    let mut calls = seen(world, account);
    calls.retain(|call| {
        let start = call.start.unwrap_or(call.created);
        start >= from && start <= until && is_wanted(call, world, state)
    });
    if params::text(query, "SortBy") == Some("end_time") {
        calls.sort_by_key(|call| std::cmp::Reverse(call.end));
    }
    let rows: Vec<(String, Value)> =
        calls.iter().map(|call| (call.sid.clone(), view(context, world, call))).collect();
    let accepts = |row: &&(String, Value)| filter::accepts(&filter::SUMMARIES, query, &row.1);
    paging::answer(
        list_kind("call_summaries"),
        context.path,
        query,
        &rows[..],
        accepts,
        |row| &row.0,
        |row| &row.1,
    )
}

fn find(context: &Context<'_>, world: &World, sid: &str) -> Result<Seen, ApiError> {
    let call = seen(world, context.account).into_iter().find(|call| call.sid == sid);
    call.ok_or_else(|| context.not_found())
}

/// The complete summary, or the partial one where that is asked for or all there is.
fn summary(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    params::check(query, &[("ProcessingState", Kind::OneOf(&["complete", "partial"]))])?;
    let call = find(context, world, sid)?;
    if params::text(query, "ProcessingState") == Some("complete") && call.is_partial(world.now()) {
        return Err(context.not_found());
    }
    Ok(Answer::json(200, &view(context, world, &call)))
}

const EDGES: Kind = Kind::OneOf(&["unknown_edge", "carrier_edge", "sip_edge", "sdk_edge", "client_edge"]);

/// A row of one edge of a call.
fn at_edge(context: &Context<'_>, call: &Seen, time: Timestamp, fields: Value, edge: Value) -> Value {
    let mut row = json!({
        "timestamp": iso(time), "call_sid": call.sid, "account_sid": context.account, "edge": call.edge(),
        "carrier_edge": null, "sip_edge": null, "sdk_edge": null, "client_edge": null,
    });
    if let (Some(row), Value::Object(fields)) = (row.as_object_mut(), fields) {
        row.extend(fields);
        row.insert(call.edge().to_owned(), edge);
    }
    row
}

fn page(
    context: &Context<'_>,
    array: &'static str,
    filters: &[(&str, &str)],
    rows: Vec<Value>,
) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let rows: Vec<(String, Value)> =
        rows.into_iter().enumerate().map(|(i, row)| (i.to_string(), row)).collect();
    let accepts = |row: &&(String, Value)| filter::accepts(filters, query, &row.1);
    paging::answer(list_kind(array), context.path, query, &rows[..], accepts, |row| &row.0, |row| &row.1)
}

/// Made, answered where it was, ended.
fn events(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    params::check(&context.request.query, &[("Edge", EDGES)])?;
    let call = find(context, world, sid)?;
    let event = |time: Timestamp, name: &str, level: &str| {
        let fields = json!({"group": "call", "name": name, "level": level});
        at_edge(context, &call, time, fields, json!({"metadata": {"edge_location": "ashburn"}}))
    };
    let mut rows = vec![event(call.created, "initiated", "INFO")];
    rows.extend(call.start.map(|start| event(start, "answered", "INFO")));
    let level = if call.state == "fail" { "ERROR" } else { "INFO" };
    rows.push(event(call.end, call.state, level));
    page(context, "events", &[("Edge", "/edge")], rows)
}

/// A row for each way and every ten seconds of the first minute.
fn metrics(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    let ways = Kind::OneOf(&["unknown", "inbound", "outbound", "both"]);
    params::check(&context.request.query, &[("Edge", EDGES), ("Direction", ways)])?;
    let call = find(context, world, sid)?;
    let start = call.start.unwrap_or(call.end);
    let count = (call.seconds() / 10).min(6) * i64::from(call.start.is_some());
    let rows = (0..count).flat_map(|i| ["inbound", "outbound"].map(|way| (i, way))).map(|(i, way)| {
        let cumulative = json!({"packets_received": (i + 1) * 500, "packets_lost": call.figure(7) * i});
        let interval = json!({"packets_received": 500, "packets_lost": call.figure(7)});
        let edge = json!({"interval": interval, "cumulative": cumulative});
        at_edge(context, &call, later(start, (i + 1) * 10), json!({"direction": way}), edge)
    });
    page(context, "metrics", &[("Edge", "/edge"), ("Direction", "/direction")], rows.collect())
}

fn annotation(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    let call = find(context, world, sid)?;
    let kept = world.insights.annotations.get(&call.sid);
    let mut view = json!({
        "account_sid": context.account, "call_sid": call.sid, "answered_by": "unknown_answered_by",
        "connectivity_issue": "unknown_connectivity_issue", "quality_issues": [], "spam": null,
        "call_score": null, "comment": null, "incident": null,
        "url": format!("https://insights.twilio.com/v1/Voice/{}/Annotation", call.sid),
    });
    if let (Some(view), Some(kept)) = (view.as_object_mut(), kept) {
        view.extend(kept.clone());
    }
    Ok(Answer::json(200, &view))
}

/// Parameters of an annotation and what they may hold; quality issues are a list with commas.
const ANNOTATIONS: [(&str, Kind); 4] = [
    ("AnsweredBy", Kind::OneOf(&["unknown_answered_by", "human", "machine"])),
    (
        "ConnectivityIssue",
        Kind::OneOf(&[
            "unknown_connectivity_issue",
            "no_connectivity_issue",
            "invalid_number",
            "caller_id",
            "dropped_call",
            "number_reachability",
        ]),
    ),
    ("Spam", Kind::Boolean),
    ("CallScore", Kind::Integer(1, 5)),
];

/// Changes what is given and leaves the rest.
fn annotate(context: &Context<'_>, world: &mut World, sid: &str) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    let call = find(context, world, sid)?;
    params::check(form, &ANNOTATIONS)?;
    let issues = |text: &str| match text {
        "" => json!([]),
        text => json!(text.split(',').map(str::trim).collect::<Vec<_>>()),
    };
    let given = [
        ("AnsweredBy", "answered_by"),
        ("ConnectivityIssue", "connectivity_issue"),
        ("QualityIssues", "quality_issues"),
        ("Spam", "spam"),
        ("CallScore", "call_score"),
        ("Comment", "comment"),
        ("Incident", "incident"),
    ];
    let kept = world.insights.annotations.entry(call.sid).or_default();
    for (name, field) in given {
        let Some(text) = params::text(form, name) else { continue };
        let value = match name {
            "QualityIssues" => issues(text),
            "Spam" => json!(text == "true"),
            "CallScore" => json!(text.parse::<i64>().ok()),
            _ => json!(text),
        };
        kept.insert(field.to_owned(), value);
    }
    annotation(context, world, sid)
}
