//! `/Usage/Records.json` with its intervals, and `/Balance.json`.
//!
//! Figures are made up by day, category and account, so that every sum can be checked: that of the days is that of
//! the month, that of the accounts is what `IncludeSubaccounts` shows.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::Context;
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params;
use crate::world::World;

const LIST: ListKind = ListKind { array: "usage_records", ..ListKind::API };

/// Nothing was used before.
const FIRST: Date = date(2023, 7, 1);

/// Lists by their last segment, with their names in `subresource_uris`.
const INTERVALS: [(&str, &str); 8] = [
    ("AllTime", "all_time"),
    ("Daily", "daily"),
    ("LastMonth", "last_month"),
    ("Monthly", "monthly"),
    ("ThisMonth", "this_month"),
    ("Today", "today"),
    ("Yearly", "yearly"),
    ("Yesterday", "yesterday"),
];

/// What is used of one category.
struct Category {
    name: &'static str,
    description: &'static str,
    count_unit: &'static str,
    usage_unit: &'static str,
    /// The other categories that it is the sum of; empty: it has figures of its own.
    parts: &'static [&'static str],
    /// Price of one, in hundred thousandths.
    price: i64,
    /// Units of usage for each one counted.
    usage: i64,
}

const fn own(
    name: &'static str,
    description: &'static str,
    units: [&'static str; 2],
    price: i64,
    usage: i64,
) -> Category {
    Category { name, description, count_unit: units[0], usage_unit: units[1], parts: &[], price, usage }
}

const fn sum(
    name: &'static str,
    description: &'static str,
    units: [&'static str; 2],
    parts: &'static [&'static str],
) -> Category {
    Category { name, description, count_unit: units[0], usage_unit: units[1], parts, price: 0, usage: 1 }
}

const CALLS: [&str; 2] = ["calls", "minutes"];
const MESSAGES: [&str; 2] = ["messages", "messages"];

const CATEGORIES: [Category; 10] = [
    sum("calls", "Voice minutes", CALLS, &["calls-inbound", "calls-outbound"]),
    own("calls-inbound", "Inbound voice minutes", CALLS, 850, 3),
    own("calls-outbound", "Outbound voice minutes", CALLS, 1300, 2),
    sum("sms", "Text messages", MESSAGES, &["sms-inbound", "sms-outbound"]),
    own("sms-inbound", "Inbound text messages", MESSAGES, 750, 1),
    own("sms-outbound", "Outbound text messages", MESSAGES, 790, 1),
    own("mms", "Picture messages", MESSAGES, 2000, 1),
    own("phonenumbers", "Phone numbers", ["numbers", "numbers"], 3833, 1),
    own("recordings", "Recordings", ["recordings", "minutes"], 250, 4),
    sum(
        "totalprice",
        "Total price",
        ["", "usd"],
        &[
            "calls-inbound",
            "calls-outbound",
            "sms-inbound",
            "sms-outbound",
            "mms",
            "phonenumbers",
            "recordings",
        ],
    ),
];

/// Count, usage and price in hundred thousandths.
type Figures = (i64, i64, i64);

fn add(one: Figures, other: Figures) -> Figures {
    (one.0 + other.0, one.1 + other.1, one.2 + other.2)
}

/// What an account used of a category on a day.
fn on(account: &str, category: &Category, day: Date) -> Figures {
    if !category.parts.is_empty() {
        let parts = CATEGORIES.iter().filter(|other| category.parts.contains(&other.name));
        return parts.map(|part| on(account, part, day)).fold((0, 0, 0), add);
    }
    let who = account.bytes().next_back().map_or(0, |last| i64::from(last % 10));
    let what = category.name.len() as i64;
    let count = (i64::from(day.day_of_year()) * 7 + what * 5 + who * 3) % 11 + who;
    (count, count * category.usage, count * category.price)
}

pub(crate) fn list(context: &Context<'_>, world: &World, interval: &str) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let today = world.now().to_zoned(TimeZone::UTC).date();
    let day = |name| match params::text(query, name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => parse(text, today)
            .map(Some)
            .ok_or_else(|| ApiError::invalid(format!("Invalid date value: {text}"))),
    };
    let (from, until) = (day("StartDate")?, day("EndDate")?);
    let month = today.first_of_month();
    let before = month.saturating_sub(1.day());
    let fixed = |start: Date, end: Date| vec![(start, end)];
    let all = (from.unwrap_or(FIRST), until.unwrap_or(today));
    let periods = match interval {
        "" => fixed(all.0, all.1),
        "AllTime" => fixed(FIRST, today),
        "Today" => fixed(today, today),
        "Yesterday" => fixed(today.saturating_sub(1.day()), today.saturating_sub(1.day())),
        "ThisMonth" => fixed(month, today),
        "LastMonth" => fixed(before.first_of_month(), before),
        "Daily" => periods(all, |day| day),
        "Monthly" => periods(all, Date::last_of_month),
        "Yearly" => periods(all, Date::last_of_year),
        _ => return Err(context.not_found()),
    };
    let with_subaccounts = params::boolean(query, "IncludeSubaccounts")?.unwrap_or(true);
    let accounts: Vec<&str> = world
        .accounts
        .newest_first()
        .filter(|one| one.sid == context.account || (with_subaccounts && one.owner == context.account))
        .map(|one| one.sid.as_str())
        .collect();
    let category = params::text(query, "Category").filter(|text| !text.is_empty());
    let wanted = |one: &&Category| category.is_none_or(|name| one.name == name);
    let mut rows = Vec::new();
    for (start, end) in periods {
        for category in CATEGORIES.iter().filter(wanted) {
            let figures = days(start, end)
                .flat_map(|day| accounts.iter().map(move |account| on(account, category, day)))
                .fold((0, 0, 0), add);
            rows.push((
                format!("{start}-{}", category.name),
                view(context, world, category, (start, end), figures),
            ));
        }
    }
    paging::answer(LIST, context.path, query, &rows[..], |_| true, |row| &row.0, |row| &row.1)
}

/// The days on which something was used.
fn days(start: Date, end: Date) -> impl Iterator<Item = Date> {
    start.max(FIRST).series(1.day()).take_while(move |day| *day <= end)
}

/// The periods from the first day to the last, newest first; the outer ones are cut off there.
fn periods((start, end): (Date, Date), last_day: impl Fn(Date) -> Date) -> Vec<(Date, Date)> {
    let mut periods = Vec::new();
    let mut day = start.max(FIRST);
    while day <= end {
        let last = last_day(day).min(end);
        periods.push((day, last));
        day = last.saturating_add(1.day());
    }
    periods.reverse();
    periods
}

/// `YYYY-MM-DD`, or days from today: `-30days`.
fn parse(text: &str, today: Date) -> Option<Date> {
    match text.strip_suffix("days") {
        Some(days) => today.checked_add(days.parse::<i64>().ok()?.days()).ok(),
        None => (text.len() == 10).then(|| text.parse().ok())?,
    }
}

fn view(
    context: &Context<'_>,
    world: &World,
    category: &Category,
    (start, end): (Date, Date),
    (count, usage, price): Figures,
) -> Value {
    let base = format!("/2010-04-01/Accounts/{}/Usage/Records", context.account);
    let name = category.name;
    let uris: Map<String, Value> = INTERVALS
        .iter()
        .map(|(path, key)| ((*key).to_owned(), json!(format!("{base}/{path}.json?Category={name}"))))
        .collect();
    let is_price = name == "totalprice";
    let money = money(price);
    json!({
        "account_sid": context.account,
        "api_version": "2010-04-01",
        "as_of": world.now().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        "category": name,
        "count": if is_price { String::new() } else { count.to_string() },
        "count_unit": category.count_unit,
        "description": category.description,
        "end_date": end.to_string(),
        "price": money,
        "price_unit": "usd",
        "start_date": start.to_string(),
        "subresource_uris": uris,
        "uri": format!("{base}.json?Category={name}&StartDate={start}&EndDate={end}"),
        "usage": if is_price { money } else { usage.to_string() },
        "usage_unit": category.usage_unit,
    })
}

/// Hundred thousandths as a decimal, without zeros at its end.
fn money(price: i64) -> String {
    let text = format!("{}.{:05}", price / 100_000, price % 100_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Subaccounts have no balance of their own.
pub(crate) fn balance(context: &Context<'_>, world: &World) -> Result<Answer, ApiError> {
    let account = world.accounts.get(context.account).filter(|account| account.owner == account.sid);
    account.ok_or_else(|| context.not_found())?;
    Ok(Answer::json(200, &json!({"account_sid": context.account, "balance": "87.6543", "currency": "USD"})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_no_zeros_at_its_end() {
        for (price, text) in [(0, "0"), (850, "0.0085"), (100_000, "1"), (1_234_560, "12.3456")] {
            assert_eq!(money(price), text);
        }
    }

    #[test]
    fn periods_cover_every_day_once() {
        let all = (date(2024, 1, 15), date(2024, 3, 2));
        let months = periods(all, Date::last_of_month);
        assert_eq!(months[2], (date(2024, 1, 15), date(2024, 1, 31)));
        assert_eq!(months[0], (date(2024, 3, 1), date(2024, 3, 2)));
        let days: usize = months.iter().map(|(start, end)| days(*start, *end).count()).sum();
        assert_eq!(days, periods(all, |day| day).len());
    }
}
