//! `/Conferences/{ConferenceSid}/Participants.json` and `…/Participants/{CallSid or label}.json`.

use serde::Serialize;

use super::{Context, calls, conferences};
use crate::dates::rfc2822;
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params::{self, Kind};
use crate::world::{ConferenceStatus, Participant, ParticipantStatus, World};

/// Tokens of this list name rows by `CP`, though participants show no such SID.
const LIST: ListKind =
    ListKind { array: "participants", sid_prefix: "CA", token_prefix: "CP", ..ListKind::API };

const METHOD: Kind = Kind::OneOf(&["GET", "POST"]);
const ANY: i64 = i64::MAX;

/// What the create parameters may hold. Those not listed take any text; all are accepted.
const CREATE: [(&str, Kind); 25] = [
    ("StatusCallbackMethod", METHOD),
    ("Timeout", Kind::Integer(5, 600)),
    ("Record", Kind::Boolean),
    ("Muted", Kind::Boolean),
    ("Beep", Kind::OneOf(&["true", "false", "onEnter", "onExit"])),
    ("StartConferenceOnEnter", Kind::Boolean),
    ("EndConferenceOnExit", Kind::Boolean),
    ("WaitMethod", METHOD),
    ("EarlyMedia", Kind::Boolean),
    ("MaxParticipants", Kind::Integer(2, 250)),
    ("ConferenceRecord", Kind::OneOf(&["true", "false", "record-from-start", "do-not-record"])),
    ("ConferenceTrim", Kind::OneOf(&["trim-silence", "do-not-trim"])),
    ("ConferenceStatusCallbackMethod", METHOD),
    ("RecordingChannels", Kind::OneOf(&["mono", "dual"])),
    ("RecordingStatusCallbackMethod", METHOD),
    ("ConferenceRecordingStatusCallbackMethod", METHOD),
    ("Coaching", Kind::Boolean),
    ("JitterBufferSize", Kind::OneOf(&["off", "small", "medium", "large"])),
    ("RecordingTrack", Kind::OneOf(&["inbound", "outbound", "both"])),
    ("TimeLimit", Kind::Integer(1, ANY)),
    ("MachineDetection", Kind::OneOf(&["Enable", "DetectMessageEnd"])),
    ("MachineDetectionTimeout", Kind::Integer(1, ANY)),
    ("MachineDetectionSilenceTimeout", Kind::Integer(1, ANY)),
    ("AmdStatusCallbackMethod", METHOD),
    ("Trim", Kind::OneOf(&["trim-silence", "do-not-trim"])),
];

const UPDATE: [(&str, Kind); 8] = [
    ("Muted", Kind::Boolean),
    ("Hold", Kind::Boolean),
    ("HoldMethod", METHOD),
    ("AnnounceMethod", METHOD),
    ("WaitMethod", METHOD),
    ("BeepOnExit", Kind::Boolean),
    ("EndConferenceOnExit", Kind::Boolean),
    ("Coaching", Kind::Boolean),
];

#[derive(Serialize)]
struct View<'a> {
    account_sid: &'a str,
    call_sid: &'a str,
    label: Option<&'a str>,
    conference_sid: &'a str,
    date_created: String,
    date_updated: String,
    end_conference_on_exit: bool,
    muted: bool,
    hold: bool,
    status: ParticipantStatus,
    start_conference_on_enter: bool,
    coaching: bool,
    call_sid_to_coach: Option<&'a str>,
    queue_time: Option<&'a str>,
    uri: String,
}

pub(crate) fn view<'a>(account: &'a str, one: &'a Participant) -> impl Serialize + use<'a> {
    View {
        account_sid: account,
        call_sid: &one.call_sid,
        label: one.label.as_deref(),
        conference_sid: &one.conference_sid,
        date_created: rfc2822(one.date_created),
        date_updated: rfc2822(one.date_updated),
        end_conference_on_exit: one.end_conference_on_exit,
        muted: one.muted,
        hold: one.hold,
        status: one.status,
        start_conference_on_enter: one.start_conference_on_enter,
        coaching: one.coaching,
        call_sid_to_coach: one.call_sid_to_coach.as_deref(),
        queue_time: one.queue_time.as_deref(),
        uri: format!(
            "/2010-04-01/Accounts/{account}/Conferences/{}/Participants/{}.json",
            one.conference_sid, one.call_sid
        ),
    }
}

/// Live participants only: a completed conference has none, which is an empty list.
pub(crate) fn list(context: &Context<'_>, world: &World, conference: &str) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    let table = holdings.participants.get(conference).ok_or_else(|| context.not_found())?;
    let muted = params::boolean(query, "Muted")?;
    let hold = params::boolean(query, "Hold")?;
    let coaching = params::boolean(query, "Coaching")?;
    let accepts = |one: &&Participant| {
        muted.is_none_or(|muted| one.muted == muted)
            && hold.is_none_or(|hold| one.hold == hold)
            && coaching.is_none_or(|coaching| one.coaching == coaching)
    };
    let view = |one| view(context.account, one);
    paging::answer(LIST, context.path, query, table, accepts, |one| &one.call_sid, view)
}

pub(crate) fn fetch(
    context: &Context<'_>,
    world: &World,
    conference: &str,
    call_or_label: &str,
) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &view(context.account, find(context, world, conference, call_or_label)?)))
}

/// Dials somebody in. The conference in the path is a SID, or the name of a room.
pub(crate) fn create(context: &Context<'_>, world: &mut World, room: &str) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    let by_sid = is_sid(room, "CF");
    if by_sid && conferences::find(context, world, room)?.status == ConferenceStatus::Completed {
        return Err(ApiError::invalid("Conference has already ended"));
    }
    let (from, to) = calls::endpoints(form)?;
    params::check(form, &CREATE)?;
    let coach = params::text(form, "CallSidToCoach").filter(|sid| !sid.is_empty());
    let coaching = params::boolean(form, "Coaching")?.unwrap_or(coach.is_some());
    let flag = |name, default| params::boolean(form, name).map(|given| given.unwrap_or(default));
    let mut participant = Participant {
        call_sid: String::new(),
        conference_sid: String::new(),
        label: params::text(form, "Label").filter(|label| !label.is_empty()).map(str::to_string),
        call_sid_to_coach: coach.map(str::to_string),
        coaching,
        end_conference_on_exit: flag("EndConferenceOnExit", false)?,
        muted: flag("Muted", false)?,
        hold: false,
        start_conference_on_enter: flag("StartConferenceOnEnter", true)?,
        status: ParticipantStatus::Queued,
        queue_time: None,
        date_created: Default::default(),
        date_updated: Default::default(),
    };
    if !by_sid && room.chars().count() > 128 {
        return Err(ApiError::invalid("FriendlyName must have at most 128 characters"));
    }
    let open = world.open_room(context.account, room);
    let known = if by_sid { Some(room) } else { open.as_deref() };
    check_coaching(context, world, known, coaching, coach)?;

    participant.conference_sid = match known {
        Some(sid) => sid.to_string(),
        None => {
            let region = params::text(form, "Region").unwrap_or("us1");
            world.make_room(context.account, room, region).ok_or_else(|| context.not_found())?
        }
    };
    let created = world.join(context.account, from, to, participant).ok_or_else(|| context.not_found())?;
    Ok(Answer::json(201, &view(context.account, &created)))
}

/// Sets what is given and leaves the rest. Announcements and hold music leave no trace.
pub(crate) fn update(
    context: &Context<'_>,
    world: &mut World,
    conference: &str,
    call_or_label: &str,
) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    let current = find(context, world, conference, call_or_label)?;
    let call = current.call_sid.clone();
    params::check(form, &UPDATE)?;
    let coach = params::text(form, "CallSidToCoach").filter(|sid| !sid.is_empty());
    let coached = coach.or(current.call_sid_to_coach.as_deref()).map(str::to_string);
    let coaching = params::boolean(form, "Coaching")?.unwrap_or(current.coaching || coach.is_some());
    check_coaching(context, world, Some(conference), coaching, coached.as_deref())?;
    let muted = params::boolean(form, "Muted")?;
    let hold = params::boolean(form, "Hold")?;
    let ends = params::boolean(form, "EndConferenceOnExit")?;

    let changed = world.modify(context.account, conference, &call, |one| {
        one.muted = muted.unwrap_or(one.muted);
        one.hold = hold.unwrap_or(one.hold);
        one.end_conference_on_exit = ends.unwrap_or(one.end_conference_on_exit);
        one.coaching = coaching;
        one.call_sid_to_coach = coached.filter(|_| coaching);
    });
    let changed = changed.ok_or_else(|| context.not_found())?;
    Ok(Answer::json(200, &view(context.account, &changed)))
}

pub(crate) fn delete(
    context: &Context<'_>,
    world: &mut World,
    conference: &str,
    call_or_label: &str,
) -> Result<Answer, ApiError> {
    let call = find(context, world, conference, call_or_label)?.call_sid.clone();
    world.kick(context.account, conference, &call);
    Ok(Answer::no_content())
}

fn find<'w>(
    context: &Context<'_>,
    world: &'w World,
    conference: &str,
    call_or_label: &str,
) -> Result<&'w Participant, ApiError> {
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    holdings.participant(conference, call_or_label).ok_or_else(|| context.not_found())
}

/// Who coaches must name a call of the same conference.
fn check_coaching(
    context: &Context<'_>,
    world: &World,
    conference: Option<&str>,
    coaching: bool,
    coached: Option<&str>,
) -> Result<(), ApiError> {
    match coached {
        None if coaching => Err(ApiError::invalid("CallSidToCoach is required if Coaching is true")),
        Some(call) if coaching => {
            let found = conference.is_some_and(|sid| find(context, world, sid, call).is_ok());
            if found { Ok(()) } else { Err(ApiError::invalid("CallSidToCoach is not in this conference")) }
        }
        _ => Ok(()),
    }
}

/// Two letters and 32 hexadecimal digits.
fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
