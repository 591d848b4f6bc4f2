//! `/Accounts.json` and `/Accounts/{Sid}.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Context, word};
use crate::dates::rfc2822;
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params::{self, Kind};
use crate::world::{Account, AccountStatus, World};

const LIST: ListKind = ListKind { array: "accounts", sid_prefix: "AC", token_prefix: "AC", ..ListKind::API };

const SUBRESOURCES: [(&str, &str); 16] = [
    ("available_phone_numbers", "AvailablePhoneNumbers"),
    ("calls", "Calls"),
    ("conferences", "Conferences"),
    ("incoming_phone_numbers", "IncomingPhoneNumbers"),
    ("notifications", "Notifications"),
    ("outgoing_caller_ids", "OutgoingCallerIds"),
    ("recordings", "Recordings"),
    ("transcriptions", "Transcriptions"),
    ("addresses", "Addresses"),
    ("signing_keys", "SigningKeys"),
    ("connect_apps", "ConnectApps"),
    ("usage", "Usage"),
    ("keys", "Keys"),
    ("applications", "Applications"),
    ("queues", "Queues"),
    ("messages", "Messages"),
];

#[derive(Serialize)]
struct View<'a> {
    auth_token: &'a str,
    date_created: String,
    date_updated: String,
    friendly_name: &'a str,
    owner_account_sid: &'a str,
    sid: &'a str,
    status: AccountStatus,
    subresource_uris: BTreeMap<&'static str, String>,
    r#type: &'static str,
    uri: String,
}

fn view(account: &Account) -> View<'_> {
    let base = format!("/2010-04-01/Accounts/{}", account.sid);
    View {
        auth_token: &account.auth_token,
        date_created: rfc2822(account.date_created),
        date_updated: rfc2822(account.date_updated),
        friendly_name: &account.friendly_name,
        owner_account_sid: &account.owner,
        sid: &account.sid,
        status: account.status,
        subresource_uris: SUBRESOURCES.map(|(name, part)| (name, format!("{base}/{part}.json"))).into(),
        r#type: "Full",
        uri: format!("{base}.json"),
    }
}

/// The account of the credentials and, for the main account, its subaccounts.
pub(crate) fn list(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let name = params::text(&context.request.query, "FriendlyName").filter(|name| !name.is_empty());
    let status = word(context, "Status", AccountStatus::parse)?;
    let accepts = |account: &&Account| {
        (account.sid == context.account || account.owner == context.account)
            && name.is_none_or(|name| account.friendly_name == name)
            && status.is_none_or(|status| account.status == status)
    };
    let query = &context.request.query;
    paging::answer(LIST, context.path, query, &world.accounts, accepts, |account| &account.sid, view)
}

/// Makes a subaccount.
pub(crate) fn create(context: &Context<'_>, world: &mut World) -> Result<Answer, ApiError> {
    let name = params::text(&context.request.form, "FriendlyName").filter(|name| !name.is_empty());
    let account = world.open_account(context.account, name);
    Ok(Answer::json(201, &view(account)))
}

/// Renames an account, or suspends, closes or reopens it. A closed one stays closed, and nobody closes the main account.
pub(crate) fn update(context: &Context<'_>, world: &mut World) -> Result<Answer, ApiError> {
    let form = &context.request.form;
    params::check(form, &[("Status", Kind::OneOf(&["active", "suspended", "closed"]))])?;
    let now = world.tick();
    let account = world.accounts.get_mut(context.account).ok_or_else(|| context.not_found())?;
    if let Some(status) = params::text(form, "Status").and_then(AccountStatus::parse) {
        if account.owner == account.sid || account.status == AccountStatus::Closed {
            return Err(ApiError::invalid("Invalid value for Status"));
        }
        account.status = status;
    }
    if let Some(name) = params::text(form, "FriendlyName") {
        account.friendly_name = name.to_string();
    }
    account.date_updated = now;
    fetch(context, world)
}

pub(crate) fn fetch(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let account = world.accounts.get(context.account).ok_or_else(|| context.not_found())?;
    Ok(Answer::json(200, &view(account)))
}
