//! Conference Insights: `/v1/Conferences` and the participants below them.
//!
//! Conferences are those of the world. Of one that has ended only the participant is known whose end it was.

use serde_json::{Value, json};

use super::Context;
use super::insights::list_kind;
use super::insights_filter::{accepts, moment};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging;
use crate::world::{Conference, ConferenceStatus, EndReason, Holdings, World};

fn iso(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn holdings<'w>(context: &Context<'_>, world: &'w World) -> Result<&'w Holdings, ApiError> {
    world.holdings(context.account).ok_or_else(|| context.not_found())
}

/// Insights spells words with underscores.
fn word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::ViaApi => "conference_ended_via_api",
        EndReason::EnderLeft => "participant_with_end_conference_on_exit_left",
        EndReason::EnderKicked => "participant_with_end_conference_on_exit_kicked",
        EndReason::LastLeft => "last_participant_left",
        EndReason::LastKicked => "last_participant_kicked",
    }
}

fn view(account: &str, conference: &Conference) -> Value {
    let ended = conference.status == ConferenceStatus::Completed;
    let seconds = conference.date_updated.duration_since(conference.date_created).as_secs();
    let url = format!("https://insights.twilio.com/v1/Conferences/{}", conference.sid);
    let region = Some(conference.region.as_str()).filter(|region| *region != "unknown");
    let status = match conference.status {
        ConferenceStatus::Init => "not_started",
        ConferenceStatus::InProgress => "in_progress",
        ConferenceStatus::Completed => "completed",
    };
    json!({
        "conference_sid": conference.sid,
        "account_sid": account,
        "friendly_name": conference.friendly_name,
        "create_time": iso(conference.date_created),
        "start_time": (status != "not_started").then(|| iso(conference.date_created)),
        "end_time": ended.then(|| iso(conference.date_updated)),
        "duration_seconds": ended.then_some(seconds),
        "connect_duration_seconds": ended.then_some((seconds - 5).max(0)),
        "status": status,
        "max_participants": 250,
        "max_concurrent_participants": 2,
        "unique_participants": 2,
        "end_reason": conference.reason.map(word),
        "ended_by": conference.ender,
        "mixer_region": region,
        "mixer_region_requested": null,
        "recording_enabled": false,
        "detected_issues": {"call_quality": seconds % 3, "region_configuration": 0, "participant_behavior": 0},
        "tags": null,
        "tag_info": null,
        "processing_state": if ended { "complete" } else { "in_progress" },
        "url": url,
        "links": {"conference_participants": format!("{url}/Participants")},
    })
}

const FILTERS: [(&str, &str); 5] = [
    ("ConferenceSid", "/conference_sid"),
    ("FriendlyName", "/friendly_name"),
    ("Status", "/status"),
    ("MixerRegion", "/mixer_region"),
    ("EndReason", "/end_reason"),
];

pub(super) fn list(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let after = moment(query, "CreatedAfter", world.now())?;
    let before = moment(query, "CreatedBefore", world.now())?;
    let is_within = |conference: &Conference| {
        after.is_none_or(|after| conference.date_created >= after)
            && before.is_none_or(|before| conference.date_created <= before)
    };
    let wanted = |conference: &&Conference| {
        is_within(conference) && accepts(&FILTERS, query, &view(context.account, conference))
    };
    let kind = list_kind("conferences");
    let table = &holdings(context, world)?.conferences;
    paging::answer(kind, context.path, query, table, wanted, |one| &one.sid, |one| view(context.account, one))
}

fn find<'w>(context: &Context<'_>, world: &'w World, sid: &str) -> Result<&'w Conference, ApiError> {
    holdings(context, world)?.conferences.get(sid).ok_or_else(|| context.not_found())
}

pub(super) fn fetch(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &view(context.account, find(context, world, sid)?)))
}

/// The participants with their SIDs, which are those of their calls with other letters.
fn rows(context: &Context<'_>, world: &World, sid: &str) -> Result<Vec<(String, Value)>, ApiError> {
    let conference = find(context, world, sid)?;
    let holdings = holdings(context, world)?;
    let inside = holdings.participants.get(sid).into_iter().flat_map(|table| table.newest_first());
    let mut calls: Vec<(&str, Option<&str>, bool)> =
        inside.map(|one| (one.call_sid.as_str(), one.label.as_deref(), one.end_conference_on_exit)).collect();
    calls.extend(conference.ender.as_deref().map(|sid| (sid, None, true)));
    let row = |(call_sid, label, ends): (&str, Option<&str>, bool)| {
        let call = holdings.calls.get(call_sid);
        let participant = format!("CP{}", call_sid.trim_start_matches("CA"));
        let leave = call.and_then(|call| call.end_time);
        let join = call.and_then(|call| call.start_time);
        let seconds = leave.zip(join).map(|(leave, join)| leave.duration_since(join).as_secs());
        let row = json!({
            "participant_sid": participant,
            "label": label,
            "conference_sid": sid,
            "call_sid": call_sid,
            "account_sid": context.account,
            "call_direction": "outbound",
            "from": call.map(|call| &call.from),
            "to": call.map(|call| &call.to),
            "call_status": if leave.is_some() { "completed" } else { "answered" },
            "country_code": "US",
            "is_moderator": ends,
            "join_time": join.map(iso),
            "leave_time": leave.map(iso),
            "duration_seconds": seconds,
            "outbound_queue_length": 0,
            "outbound_time_in_queue": 250,
            "jitter_buffer_size": null,
            "is_coach": false,
            "coached_participants": null,
            "participant_region": "us1",
            "conference_region": "us1",
            "call_type": "carrier",
            "processing_state": if leave.is_some() { "complete" } else { "in_progress" },
            "properties": {"start_conference_on_enter": true, "end_conference_on_exit": ends},
            "events": null,
            "metrics": null,
            "url": format!("https://insights.twilio.com/v1/Conferences/{sid}/Participants/{participant}"),
        });
        (participant, row)
    };
    Ok(calls.into_iter().map(row).collect())
}

pub(super) fn participants(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    let rows = rows(context, world, sid)?;
    let query = &context.request.query;
    let filters = [("ParticipantSid", "/participant_sid"), ("Label", "/label")];
    let wanted = |row: &&(String, Value)| accepts(&filters, query, &row.1);
    let kind = list_kind("participants");
    paging::answer(kind, context.path, query, &rows[..], wanted, |row| &row.0, |row| &row.1)
}

pub(super) fn participant(
    context: &Context<'_>,
    world: &World,
    sid: &str,
    participant: &str,
) -> Result<Answer, ApiError> {
    let found = rows(context, world, sid)?.into_iter().find(|(own, _)| own == participant);
    let (_, row) = found.ok_or_else(|| context.not_found())?;
    Ok(Answer::json(200, &row))
}
