//! `/Messages.json` and `/Messages/{Sid}.json`.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::Context;
use crate::dates::{DateFilter, Literal, Upper, rfc2822};
use crate::errors::ApiError;
use crate::http::{Answer, JSON, Pairs};
use crate::paging::{self, ListKind};
use crate::params::{self, Kind};
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
            messaging_service_sid: message.service.as_deref(),
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
    let messages = &holdings.messages;
    let asked = format!("{}?{}", context.path, context.request.raw_query);
    if let Some(body) = messages.pages.get(&asked) {
        return Ok(Answer { body, ..Answer::new(200, JSON, "") });
    }
    let given = |name| params::text(query, name).filter(|value| !value.is_empty());
    let (to, from) = (given("To"), given("From"));
    let sent = DateFilter::read(query, "DateSent", Literal::DateTime, Upper::Included)?;
    let accepts = |message: &Cow<'_, Message>| {
        to.is_none_or(|to| message.to == to)
            && from.is_none_or(|from| message.from == from)
            && sent.accepts(message.date_sent)
    };
    let view = |message| Shown(context.account, message);
    let rows = messages.sent_within(sent.span());
    let answer = paging::answer(LIST, context.path, query, rows, accepts, |message| &message.sid, view)?;
    messages.pages.keep(asked, &answer.body);
    Ok(answer)
}

pub(crate) fn fetch(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &Shown(context.account, find(context, world, sid)?)))
}

/// The most characters of a text, and the most files.
const LONGEST: usize = 1600;
const MOST_MEDIA: usize = 10;

/// Takes a message to be sent, or refuses it as Twilio does.
pub(crate) fn create(context: &Context<'_>, world: &mut World) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    let draft = draft(form, world.now())?;
    let message = world.send_message(context.account, draft).ok_or_else(|| context.not_found())?;
    Ok(Answer::json(201, &Shown(context.account, Cow::Owned(message))))
}

fn draft(form: &Pairs, now: Timestamp) -> Result<Message, ApiError> {
    let given = |name| params::text(form, name).filter(|value| !value.trim().is_empty());
    params::check(
        form,
        &[
            ("ScheduleType", Kind::OneOf(&["fixed"])),
            ("ShortenUrls", Kind::Boolean),
            ("SmartEncoded", Kind::Boolean),
            ("SendAsMms", Kind::Boolean),
            ("ValidityPeriod", Kind::Integer(1, 36_000)),
        ],
    )?;
    let to = given("To").ok_or_else(|| ApiError::new(400, 21604, "A 'To' phone number is required."))?;
    let (from, service) = (given("From"), given("MessagingServiceSid"));
    if from.is_none() && service.is_none() {
        return Err(ApiError::new(400, 21603, "A 'From' phone number is required."));
    }
    let media = form.iter().filter(|(name, value)| name == "MediaUrl" && !value.is_empty()).count();
    let body = given("Body");
    if body.is_none() && media == 0 && given("ContentSid").is_none() {
        return Err(ApiError::new(400, 21602, "Message body is required."));
    }
    let body = body.unwrap_or_default();
    let length = body.chars().count();
    if length > LONGEST {
        let message = format!("The concatenated message body exceeds the {LONGEST} character limit.");
        return Err(ApiError::new(400, 21617, message));
    }
    if media > MOST_MEDIA {
        return Err(ApiError::new(400, 21623, format!("Number of media files exceeds {MOST_MEDIA}.")));
    }
    // Twilio's magic numbers: invalid, not reachable, not permitted, opted out, no mobile.
    match to {
        "+15005550002" => Err(ApiError::new(400, 21612, "The message cannot be routed to this 'To' number.")),
        "+15005550003" => Err(ApiError::new(400, 21408, "Permission to send to this region is not enabled.")),
        "+15005550004" => Err(ApiError::new(400, 21610, "Attempt to send to unsubscribed recipient.")),
        "+15005550009" => Err(ApiError::new(400, 21614, "The 'To' number is not a valid mobile number.")),
        _ if to == "+15005550001" || !is_recipient(to) => {
            Err(ApiError::new(400, 21211, format!("Invalid 'To' Phone Number: {to}")))
        }
        _ => Ok(()),
    }?;
    if from == Some("+15005550001") {
        return Err(ApiError::new(400, 21212, "Invalid 'From' Phone Number: +15005550001"));
    }
    let scheduled = match given("SendAt") {
        Some(_) if service.is_none() || given("ScheduleType").is_none() => {
            return Err(ApiError::new(400, 35_111, "SendAt needs MessagingServiceSid and ScheduleType."));
        }
        Some(time) => {
            time.parse::<Timestamp>().map_err(|_| ApiError::invalid("Invalid value for SendAt"))?;
            true
        }
        None => false,
    };
    let segments = if from.is_some() { (length as u32).div_ceil(160).max(1) } else { 0 };
    Ok(Message {
        sid: String::new(),
        from: from.unwrap_or_default().to_string(),
        to: to.to_string(),
        body: body.to_string(),
        direction: "outbound-api",
        status: match (scheduled, from) {
            (true, _) => MessageStatus::Scheduled,
            (false, Some(_)) => MessageStatus::Queued,
            (false, None) => MessageStatus::Accepted,
        },
        segments,
        media,
        price: None,
        price_unit: Some("USD"),
        error: None,
        service: service.map(str::to_string),
        date_created: now,
        date_sent: None,
        date_updated: now,
    })
}

/// A phone number in E.164 form, or a channel and an address.
fn is_recipient(text: &str) -> bool {
    let number = text.rsplit(':').next().unwrap_or(text);
    let digits = number.strip_prefix('+').unwrap_or(number);
    (text.contains(':') && !number.is_empty())
        || ((3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Redacts a message that has come to its end, or takes back one that is scheduled.
pub(crate) fn update(context: &Context<'_>, world: &mut World, sid: &str) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    params::check(form, &[("Status", Kind::OneOf(&["canceled"]))])?;
    let status = find(context, world, sid)?.status;
    match (params::text(form, "Body"), params::text(form, "Status")) {
        (Some(""), None) if status.is_final() => world.redact_message(context.account, sid),
        (Some(""), None) => {
            return Err(ApiError::new(400, 20009, "Message cannot be redacted before it is complete"));
        }
        (None, Some(_)) if status == MessageStatus::Scheduled => world.cancel_message(context.account, sid),
        (None, Some(_)) => {
            return Err(ApiError::new(400, 30409, "Message cannot be canceled: it is not scheduled"));
        }
        _ => return Err(ApiError::invalid("Invalid parameter(s)")),
    }
    fetch(context, world, sid)
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
