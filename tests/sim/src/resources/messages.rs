//! `/Messages.json` and `/Messages/{Sid}.json`.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::Context;
use crate::dates::{DateFilter, Literal, Upper, rfc2822};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params;
use crate::world::{Message, MessageStatus, World};

/// Tokens hold the whole SID, whose first letters differ.
const LIST: ListKind = ListKind { array: "messages", sid_prefix: "", token_prefix: "", ..ListKind::API };

#[derive(Serialize)]
struct View<'a> {
    body: &'a str,
    num_segments: String,
    direction: &'a str,
    from: &'a str,
    to: &'a str,
    date_updated: String,
    price: Option<&'a str>,
    error_message: Option<&'a str>,
    uri: String,
    account_sid: &'a str,
    num_media: String,
    status: MessageStatus,
    messaging_service_sid: Option<&'a str>,
    sid: &'a str,
    date_sent: Option<String>,
    date_created: String,
    error_code: Option<u32>,
    price_unit: Option<&'a str>,
    api_version: &'static str,
    subresource_uris: Subresources,
}

#[derive(Serialize)]
struct Subresources {
    media: String,
    feedback: String,
}

/// A message as the API shows it to the account.
struct Shown<'a>(&'a str, Cow<'a, Message>);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shown(account, message) = self;
        let base = format!("/2010-04-01/Accounts/{account}/Messages/{}", message.sid);
        let view = View {
            body: &message.body,
            num_segments: message.segments.to_string(),
            direction: message.direction,
            from: &message.from,
            to: &message.to,
            date_updated: rfc2822(message.date_updated),
            price: message.price,
            error_message: message.error.map(|(_, text)| text),
            uri: format!("{base}.json"),
            account_sid: account,
            num_media: message.media.to_string(),
            status: message.status,
            messaging_service_sid: message.service,
            sid: &message.sid,
            date_sent: message.date_sent.map(rfc2822),
            date_created: rfc2822(message.date_created),
            error_code: message.error.map(|(code, _)| code),
            price_unit: message.price_unit,
            api_version: "2010-04-01",
            subresource_uris: Subresources {
                media: format!("{base}/Media.json"),
                feedback: format!("{base}/Feedback.json"),
            },
        };
        view.serialize(serializer)
    }
}

pub(crate) fn list(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    let given = |name| params::text(query, name).filter(|value| !value.is_empty());
    let (to, from) = (given("To"), given("From"));
    let sent = DateFilter::read(query, "DateSent", Literal::DateTime, Upper::Included)?;
    let accepts = |message: &Cow<'_, Message>| {
        to.is_none_or(|to| message.to == to)
            && from.is_none_or(|from| message.from == from)
            && sent.accepts(message.date_sent)
    };
    let view = |message| Shown(context.account, message);
    paging::answer(LIST, context.path, query, &holdings.messages, accepts, |message| &message.sid, view)
}

pub(crate) fn fetch(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &Shown(context.account, find(context, world, sid)?)))
}

/// Only a message that has come to its end can be deleted. Its media go with it.
pub(crate) fn delete(context: &Context<'_>, world: &mut World, sid: &str) -> Result<Answer, ApiError> {
    if !find(context, world, sid)?.status.is_final() {
        return Err(ApiError::new(400, 20009, "Message cannot be deleted before it is complete"));
    }
    world.forget_message(context.account, sid);
    Ok(Answer::no_content())
}

/// The message, or 404.
pub(crate) fn find<'w>(
    context: &Context<'_>,
    world: &'w World,
    sid: &str,
) -> Result<Cow<'w, Message>, ApiError> {
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    holdings.messages.get(sid).ok_or_else(|| context.not_found())
}
