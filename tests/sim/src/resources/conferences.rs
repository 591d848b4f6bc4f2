//! `/Conferences.json` and `/Conferences/{Sid}.json`.

use serde::Serialize;

use super::{Context, word};
use crate::dates::{DateFilter, Literal, Upper, rfc2822};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params::{self, Kind};
use crate::world::{Conference, ConferenceStatus, EndReason, World};

const LIST: ListKind =
    ListKind { array: "conferences", sid_prefix: "CF", token_prefix: "CF", ..ListKind::API };

#[derive(Serialize)]
struct View<'a> {
    account_sid: &'a str,
    api_version: &'static str,
    date_created: String,
    date_updated: String,
    friendly_name: Option<&'a str>,
    sid: &'a str,
    region: &'a str,
    status: ConferenceStatus,
    subresource_uris: Subresources,
    uri: String,
    reason_conference_ended: Option<EndReason>,
    call_sid_ending_conference: Option<&'a str>,
}

#[derive(Serialize)]
struct Subresources {
    participants: String,
    recordings: String,
}

pub(crate) fn view<'a>(account: &'a str, conference: &'a Conference) -> impl Serialize + use<'a> {
    let base = format!("/2010-04-01/Accounts/{account}/Conferences/{}", conference.sid);
    View {
        account_sid: account,
        api_version: "2010-04-01",
        date_created: rfc2822(conference.date_created),
        date_updated: rfc2822(conference.date_updated),
        friendly_name: conference.friendly_name.as_deref(),
        sid: &conference.sid,
        region: &conference.region,
        status: conference.status,
        subresource_uris: Subresources {
            participants: format!("{base}/Participants.json"),
            recordings: format!("{base}/Recordings.json"),
        },
        uri: format!("{base}.json"),
        reason_conference_ended: conference.reason,
        call_sid_ending_conference: conference.ender.as_deref(),
    }
}

pub(crate) fn list(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    let name = params::text(query, "FriendlyName").filter(|name| !name.is_empty());
    let status = word(context, "Status", ConferenceStatus::parse)?;
    let created = DateFilter::read(query, "DateCreated", Literal::Date, Upper::Included)?;
    let updated = DateFilter::read(query, "DateUpdated", Literal::Date, Upper::Included)?;
    let accepts = |conference: &&Conference| {
        name.is_none_or(|name| conference.friendly_name.as_deref() == Some(name))
            && status.is_none_or(|status| conference.status == status)
            && created.accepts(Some(conference.date_created))
            && updated.accepts(Some(conference.date_updated))
    };
    let view = |conference| view(context.account, conference);
    let table = &holdings.conferences;
    paging::answer(LIST, context.path, query, table, accepts, |conference| &conference.sid, view)
}

pub(crate) fn fetch(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &view(context.account, find(context, world, sid)?)))
}

/// `Status=completed` ends a conference; `AnnounceUrl` is taken while it is in progress.
///
/// Ending one that has ended before answers 200 and the unchanged row: an update sets an absolute
/// value, and the documents name no error for it.
pub(crate) fn update(context: &Context<'_>, world: &mut World, sid: &str) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    let conference = find(context, world, sid)?;
    params::check(
        form,
        &[("Status", Kind::OneOf(&["completed"])), ("AnnounceMethod", Kind::OneOf(&["GET", "POST"]))],
    )?;
    let announces = params::text(form, "AnnounceUrl").is_some_and(|url| !url.is_empty());
    if announces && conference.status != ConferenceStatus::InProgress {
        return Err(ApiError::invalid("Conference is not in progress"));
    }
    if params::text(form, "Status").is_some() {
        world.end_conference(context.account, sid);
    }
    fetch(context, world, sid)
}

/// The conference, or 404.
pub(crate) fn find<'w>(
    context: &Context<'_>,
    world: &'w World,
    sid: &str,
) -> Result<&'w Conference, ApiError> {
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    holdings.conferences.get(sid).ok_or_else(|| context.not_found())
}
