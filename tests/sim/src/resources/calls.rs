//! `/Calls.json` and `/Calls/{Sid}.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Context, word};
use crate::dates::{DateFilter, Literal, Upper, rfc2822};
use crate::errors::ApiError;
use crate::http::{Answer, Pairs};
use crate::paging::{self, ListKind};
use crate::params;
use crate::world::{Call, CallStatus, World};

const LIST: ListKind = ListKind { array: "calls", sid_prefix: "CA", token_prefix: "CA", ..ListKind::API };

const SUBRESOURCES: [(&str, &str); 9] = [
    ("notifications", "Notifications"),
    ("recordings", "Recordings"),
    ("payments", "Payments"),
    ("events", "Events"),
    ("siprec", "Siprec"),
    ("streams", "Streams"),
    ("transcriptions", "Transcriptions"),
    ("user_defined_message_subscriptions", "UserDefinedMessageSubscriptions"),
    ("user_defined_messages", "UserDefinedMessages"),
];

#[derive(Serialize)]
struct View<'a> {
    account_sid: &'a str,
    answered_by: Option<&'a str>,
    api_version: &'static str,
    caller_name: Option<&'a str>,
    date_created: String,
    date_updated: String,
    direction: &'a str,
    duration: Option<String>,
    end_time: Option<String>,
    forwarded_from: Option<&'a str>,
    from: &'a str,
    from_formatted: String,
    group_sid: Option<&'a str>,
    parent_call_sid: Option<&'a str>,
    phone_number_sid: Option<&'a str>,
    price: Option<&'a str>,
    price_unit: &'static str,
    sid: &'a str,
    start_time: Option<String>,
    status: CallStatus,
    subresource_uris: BTreeMap<&'static str, String>,
    to: &'a str,
    to_formatted: String,
    trunk_sid: Option<&'a str>,
    uri: String,
    queue_time: &'static str,
}

fn view<'a>(account: &'a str, call: &'a Call) -> View<'a> {
    let base = format!("/2010-04-01/Accounts/{account}/Calls/{}", call.sid);
    View {
        account_sid: account,
        answered_by: None,
        api_version: "2010-04-01",
        caller_name: call.caller_name.as_deref(),
        date_created: rfc2822(call.date_created),
        date_updated: rfc2822(call.date_updated),
        direction: call.direction,
        duration: call.duration().map(|seconds| seconds.to_string()),
        end_time: call.end_time.map(rfc2822),
        forwarded_from: None,
        from: &call.from,
        from_formatted: formatted(&call.from),
        group_sid: None,
        parent_call_sid: call.parent_call_sid.as_deref(),
        phone_number_sid: call.phone_number_sid.as_deref(),
        price: call.price.as_deref(),
        price_unit: "USD",
        sid: &call.sid,
        start_time: call.start_time.map(rfc2822),
        status: call.status,
        subresource_uris: SUBRESOURCES.map(|(name, part)| (name, format!("{base}/{part}.json"))).into(),
        to: &call.to,
        to_formatted: formatted(&call.to),
        trunk_sid: None,
        uri: format!("{base}.json"),
        queue_time: "0",
    }
}

/// North American numbers as `(415) 555-0100`, everything else as it is.
fn formatted(endpoint: &str) -> String {
    match endpoint.strip_prefix("+1") {
        Some(digits) if digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
        }
        _ => endpoint.to_string(),
    }
}

pub(crate) fn list(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    let given = |name| params::text(query, name).filter(|value| !value.is_empty());
    let (to, from, parent) = (given("To"), given("From"), given("ParentCallSid"));
    let status = word(context, "Status", CallStatus::parse)?;
    let start = DateFilter::read(query, "StartTime", Literal::DateTime, Upper::Excluded)?;
    let end = DateFilter::read(query, "EndTime", Literal::DateTime, Upper::Excluded)?;
    let accepts = |call: &&Call| {
        to.is_none_or(|to| call.to == to)
            && from.is_none_or(|from| call.from == from)
            && parent.is_none_or(|parent| call.parent_call_sid.as_deref() == Some(parent))
            && status.is_none_or(|status| call.status == status)
            && start.accepts(call.start_time)
            && end.accepts(call.end_time)
    };
    let view = |call| view(context.account, call);
    paging::answer(LIST, context.path, query, &holdings.calls, accepts, |call| &call.sid, view)
}

pub(crate) fn fetch(context: &Context<'_>, world: &World, sid: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &view(context.account, find(context, world, sid)?)))
}

/// Dials. The call stays `queued`: nobody runs its TwiML here.
pub(crate) fn create(context: &Context<'_>, world: &mut World) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    let (from, to) = endpoints(form)?;
    if !["Url", "Twiml", "ApplicationSid"].iter().any(|name| params::text(form, name).is_some()) {
        return Err(ApiError::new(400, 21205, "Url parameter is required"));
    }
    let call = world.dial(context.account, from, to).ok_or_else(|| context.not_found())?;
    Ok(Answer::json(201, &view(context.account, &call)))
}

/// `Status=completed` ends a live call, `Status=canceled` only one that was not answered yet.
/// Redirects and the other parameters are accepted and leave no trace.
pub(crate) fn update(context: &Context<'_>, world: &mut World, sid: &str) -> Result<Answer, ApiError> {
    let call = find(context, world, sid)?;
    if !call.status.is_live() {
        return Err(ApiError::new(400, 21220, "Invalid call state"));
    }
    let answered = call.status == CallStatus::InProgress;
    match params::text(&context.request.form, "Status") {
        Some("completed") => world.end_call(context.account, sid, CallStatus::Completed),
        Some("canceled") if !answered => world.end_call(context.account, sid, CallStatus::Canceled),
        None | Some("canceled") => {}
        Some(other) => return Err(ApiError::invalid(format!("Invalid value for Status: '{other}'"))),
    }
    fetch(context, world, sid)
}

pub(crate) fn delete(context: &Context<'_>, world: &mut World, sid: &str) -> Result<Answer, ApiError> {
    if find(context, world, sid)?.status.is_live() {
        return Err(ApiError::new(400, 20009, "Call cannot be deleted before it is complete"));
    }
    world.forget_call(context.account, sid);
    Ok(Answer::no_content())
}

fn find<'w>(context: &Context<'_>, world: &'w World, sid: &str) -> Result<&'w Call, ApiError> {
    let holdings = world.holdings(context.account).ok_or_else(|| context.not_found())?;
    holdings.calls.get(sid).ok_or_else(|| context.not_found())
}

/// `From` and `To` of a request that dials, refused as Twilio refuses them.
///
/// `+15005550001`, `…0003` and `…0004` are Twilio's magic numbers: invalid, not allowed, blocked.
pub(crate) fn endpoints(form: &Pairs) -> Result<(&str, &str), ApiError> {
    let given = |name| params::text(form, name).filter(|value| !value.trim().is_empty());
    let to = given("To").ok_or_else(|| ApiError::new(400, 21201, "No 'To' number is specified"))?;
    let from = given("From").ok_or_else(|| ApiError::new(400, 21213, "No 'From' number is specified"))?;
    match to {
        "+15005550003" => {
            return Err(ApiError::new(400, 21215, format!("Account not allowed to call {to}")));
        }
        "+15005550004" => {
            return Err(ApiError::new(400, 21216, format!("Call to {to} is blocked")));
        }
        _ if to == "+15005550001" || !(is_number(to) || is_address(to)) => {
            return Err(ApiError::new(
                400,
                21211,
                format!("The 'To' number {to} is not a valid phone number."),
            ));
        }
        _ => {}
    }
    let is_name = from.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if from == "+15005550001" || !(is_number(from) || is_address(from) || is_name) {
        return Err(ApiError::new(
            400,
            21212,
            format!("The 'From' number {from} is not a valid phone number."),
        ));
    }
    Ok((from, to))
}

/// Digits, with a plus and the usual separators allowed: Twilio takes more than E.164.
fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=15).contains(&digits)
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+ -().".contains(&byte))
        && !text[1..].contains('+')
}

fn is_address(text: &str) -> bool {
    ["client:", "sip:", "sips:", "app:"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(from: &str, to: &str) -> Pairs {
        vec![("From".to_string(), from.to_string()), ("To".to_string(), to.to_string())]
    }

    #[test]
    fn numbers_clients_and_sip_addresses_can_be_dialled() {
        for to in ["+14155550100", "(415) 555-0100", "client:joey", "sip:joey@example.com", "app:AP1?x=1"] {
            assert!(endpoints(&form("+14155550100", to)).is_ok(), "{to}");
        }
    }

    #[test]
    fn bad_endpoints_have_their_own_codes() {
        let code = |from, to| endpoints(&form(from, to)).unwrap_err().code;
        assert_eq!(code("+14155550100", ""), 21201);
        assert_eq!(code("", "+14155550100"), 21213);
        assert_eq!(code("+14155550100", "nobody"), 21211);
        assert_eq!(code("not a number", "+14155550100"), 21212);
        assert_eq!(code("+14155550100", "+15005550003"), 21215);
        assert_eq!(code("+14155550100", "+15005550004"), 21216);
    }

    #[test]
    fn only_north_american_numbers_are_formatted() {
        assert_eq!(formatted("+13051416799"), "(305) 141-6799");
        assert_eq!(formatted("+442071838750"), "+442071838750");
        assert_eq!(formatted("client:joey"), "client:joey");
    }
}
