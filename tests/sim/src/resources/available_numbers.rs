//! `/AvailablePhoneNumbers.json`, its countries, and the numbers of each type that can be bought there.
//!
//! Numbers are made up: 60 of each type in each country, without those that somebody owns.

use serde_json::{Map, Value, json};

use super::Context;
use crate::errors::ApiError;
use crate::http::{Answer, Pairs};
use crate::params;
use crate::store::friendly;
use crate::world::World;

/// How many numbers an answer has where `PageSize` does not say it.
const ROWS: usize = 30;
const MOST: usize = 1000;
const POOL: usize = 60;

/// Types by their place in paths, and by their name in `subresource_uris`.
const TYPES: [(&str, &str); 7] = [
    ("Local", "local"),
    ("TollFree", "toll_free"),
    ("Mobile", "mobile"),
    ("National", "national"),
    ("Voip", "voip"),
    ("SharedCost", "shared_cost"),
    ("MachineToMachine", "machine_to_machine"),
];

struct Country {
    code: &'static str,
    name: &'static str,
    beta: bool,
    /// Types that the country has, each with what its numbers begin with.
    types: &'static [(&'static str, &'static str)],
}

const COUNTRIES: [Country; 6] = [
    Country {
        code: "US",
        name: "United States",
        beta: false,
        types: &[("Local", ""), ("TollFree", "+1800555")],
    },
    Country { code: "CA", name: "Canada", beta: false, types: &[("Local", ""), ("TollFree", "+1888555")] },
    Country {
        code: "GB",
        name: "United Kingdom",
        beta: false,
        types: &[
            ("Local", "+44207946"),
            ("Mobile", "+447700900"),
            ("National", "+44306999"),
            ("TollFree", "+44808157"),
        ],
    },
    Country {
        code: "FR",
        name: "France",
        beta: false,
        types: &[
            ("Local", "+3319900"),
            ("Mobile", "+3363998"),
            ("National", "+3392600"),
            ("Voip", "+3393600"),
        ],
    },
    Country {
        code: "BE",
        name: "Belgium",
        beta: false,
        types: &[("Local", "+322555"), ("SharedCost", "+3278055"), ("TollFree", "+3280055")],
    },
    Country {
        code: "SE",
        name: "Sweden",
        beta: true,
        types: &[("Mobile", "+4670174"), ("MachineToMachine", "+46719000")],
    },
];

/// Area code, region, city, postal code, rate centre, LATA, latitude, longitude.
type Area = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const US_AREAS: [Area; 3] = [
    ("415", "CA", "San Francisco", "94100", "SNFC CNTRL", "722", "37.780000", "-122.420000"),
    ("212", "NY", "New York", "10001", "NWYRCYZN01", "132", "40.710000", "-74.000000"),
    ("808", "HI", "Hilo", "96700", "HILO", "834", "19.720000", "-155.090000"),
];
const CA_AREAS: [Area; 1] = [("416", "ON", "Toronto", "M5H", "TORONTO", "888", "43.650000", "-79.380000")];

fn country<'c>(context: &Context<'_>, code: &str) -> Result<&'c Country, ApiError> {
    COUNTRIES.iter().find(|country| country.code == code).ok_or_else(|| context.not_found())
}

fn base(context: &Context<'_>) -> String {
    format!("/2010-04-01/Accounts/{}/AvailablePhoneNumbers", context.account)
}

fn country_view(context: &Context<'_>, country: &Country) -> Value {
    let base = format!("{}/{}", base(context), country.code);
    let uris = TYPES.iter().filter(|(name, _)| country.types.iter().any(|(has, _)| has == name));
    let uris: Map<String, Value> =
        uris.map(|(name, key)| ((*key).to_owned(), json!(format!("{base}/{name}.json")))).collect();
    json!({
        "country_code": country.code, "country": country.name, "uri": format!("{base}.json"),
        "beta": country.beta, "subresource_uris": uris,
    })
}

/// All countries on one page: the answer has no paging.
pub(crate) fn countries(context: &Context<'_>) -> Result<Answer, ApiError> {
    let countries: Vec<Value> = COUNTRIES.iter().map(|country| country_view(context, country)).collect();
    Ok(Answer::json(200, &json!({"countries": countries, "uri": format!("{}.json", base(context))})))
}

pub(crate) fn fetch_country(context: &Context<'_>, code: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &country_view(context, country(context, code)?)))
}

/// The numbers of a type; a country without it answers 404.
pub(crate) fn list(context: &Context<'_>, world: &World, code: &str, kind: &str) -> Result<Answer, ApiError> {
    let country = country(context, code)?;
    let (kind, start) =
        country.types.iter().find(|(has, _)| *has == kind).ok_or_else(|| context.not_found())?;
    let query = &context.request.query;
    let size = match params::text(query, "PageSize").filter(|text| !text.is_empty()) {
        None => ROWS,
        Some(text) => match text.parse() {
            Ok(size) if (1..=MOST).contains(&size) => size,
            _ => return Err(ApiError::new(400, 20007, format!("Page size must be 1 to {MOST}"))),
        },
    };
    let wanted = Wanted::read(query)?;
    let numbers = (0..POOL).map(|i| number(country, kind, start, i));
    let free =
        numbers.filter(|row| !world.store.owns_number(row["phone_number"].as_str().unwrap_or_default()));
    let rows: Vec<Value> = free.filter(|row| wanted.accepts(row)).take(size).collect();
    let uri = format!("{}/{code}/{kind}.json", base(context));
    Ok(Answer::json(200, &json!({"available_phone_numbers": rows, "uri": uri})))
}

fn number(country: &Country, kind: &str, start: &str, i: usize) -> Value {
    let areas: &[Area] = match country.code {
        "US" => &US_AREAS,
        "CA" => &CA_AREAS,
        _ => &[],
    };
    let area = areas.get(i % areas.len().max(1)).filter(|_| kind == "Local");
    let number = match area {
        Some((code, ..)) => format!("+1{code}555{:04}", 100 + i / areas.len()),
        None => format!("{start}{:04}", 100 + i),
    };
    let is_phone = kind != "MachineToMachine";
    let is_mms = matches!(country.code, "US" | "CA") && kind == "Local";
    let is_sms = matches!(kind, "Local" | "Mobile" | "MachineToMachine" | "TollFree") && i % 5 != 4;
    let requirement = match (country.code, kind) {
        ("US" | "CA", _) => "none",
        ("GB", "Mobile") => "any",
        (_, "Local") => "local",
        (_, "National") => "foreign",
        _ => "none",
    };
    let [region, locality, postal_code, rate_center, lata, latitude, longitude] = match area {
        Some((_, region, city, postal, center, lata, latitude, longitude)) => {
            [*region, *city, *postal, *center, *lata, *latitude, *longitude].map(|text| json!(text))
        }
        None => [const { Value::Null }; 7],
    };
    json!({
        "friendly_name": friendly(&number), "phone_number": number, "lata": lata, "locality": locality,
        "rate_center": rate_center, "latitude": latitude, "longitude": longitude, "region": region,
        "postal_code": postal_code, "iso_country": country.code, "address_requirements": requirement,
        "beta": country.beta && i % 2 == 1,
        "capabilities": {"voice": is_phone, "SMS": is_sms, "MMS": is_mms && is_sms},
    })
}

/// What the query asks for. Nearness is not looked at.
struct Wanted<'q> {
    area: Option<&'q str>,
    pattern: Option<Vec<char>>,
    /// Fields of the row and what they must be.
    fields: Vec<(&'static str, &'q str)>,
    capabilities: Vec<(&'static str, bool)>,
    /// Address requirements that are unwanted.
    excluded: Vec<&'static str>,
    beta: bool,
}

impl<'q> Wanted<'q> {
    fn read(query: &'q Pairs) -> Result<Self, ApiError> {
        let text = |name| params::text(query, name).filter(|text| !text.is_empty());
        let area = text("AreaCode");
        if let Some(area) = area.filter(|area| area.parse::<u32>().is_err()) {
            return Err(ApiError::invalid(format!("Invalid value for AreaCode: '{area}'")));
        }
        let mut capabilities = Vec::new();
        for (name, key) in [("VoiceEnabled", "voice"), ("SmsEnabled", "SMS"), ("MmsEnabled", "MMS")] {
            capabilities.extend(params::boolean(query, name)?.map(|wanted| (key, wanted)));
        }
        params::boolean(query, "FaxEnabled")?;
        let mut excluded = Vec::new();
        for (name, requirements) in [
            ("ExcludeAllAddressRequired", &["any", "local", "foreign"][..]),
            ("ExcludeLocalAddressRequired", &["local"]),
            ("ExcludeForeignAddressRequired", &["foreign"]),
        ] {
            if params::boolean(query, name)? == Some(true) {
                excluded.extend(requirements);
            }
        }
        let fields = [
            ("InPostalCode", "postal_code"),
            ("InRegion", "region"),
            ("InRateCenter", "rate_center"),
            ("InLata", "lata"),
            ("InLocality", "locality"),
        ];
        Ok(Wanted {
            area,
            pattern: text("Contains").map(|text| text.chars().map(digit).collect()),
            fields: fields.into_iter().filter_map(|(name, field)| Some((field, text(name)?))).collect(),
            capabilities,
            excluded,
            beta: params::boolean(query, "Beta")?.unwrap_or(true),
        })
    }

    fn accepts(&self, row: &Value) -> bool {
        let number = row["phone_number"].as_str().unwrap_or_default();
        let digits: Vec<char> = number.chars().collect();
        self.area.is_none_or(|area| number.strip_prefix("+1").is_none_or(|rest| rest.starts_with(area)))
            && self.pattern.as_ref().is_none_or(|pattern| {
                let fits = |part: &[char]| part.iter().zip(pattern).all(|(d, p)| *p == '*' || d == p);
                digits.windows(pattern.len()).any(fits)
            })
            && self.fields.iter().all(|(field, wanted)| row[field] == *wanted)
            && self.capabilities.iter().all(|(key, wanted)| row["capabilities"][key] == *wanted)
            && !self.excluded.iter().any(|requirement| row["address_requirements"] == *requirement)
            && (self.beta || row["beta"] == false)
    }
}

/// The digit that a letter is on; other characters stay.
fn digit(letter: char) -> char {
    match letter.to_ascii_uppercase() {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        'W'..='Z' => '9',
        other => other,
    }
}
