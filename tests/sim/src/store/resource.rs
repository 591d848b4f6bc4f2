//! What a resource is: the shape of the files in `data`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::template::Template;

/// One resource that behaves like records, as Twilio's documents describe it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    /// What others call it in `of` and `parents`.
    pub(crate) name: String,
    pub(crate) product: String,
    pub(crate) list: Template,
    /// Empty where no row can be reached.
    pub(crate) instance: Template,
    /// The array of the list's answer; empty where the API has no list.
    #[serde(default)]
    pub(crate) items: String,
    #[serde(default = "thousand")]
    pub(crate) page_size: usize,
    /// What its SIDs begin with.
    pub(crate) sid: String,
    /// Every field and what it is until something else is said. `@` begins what the row says: see `row`.
    pub(crate) row: Map<String, Value>,
    /// Fields that only the answer to the creating request has.
    #[serde(default)]
    pub(crate) once: Map<String, Value>,
    #[serde(default)]
    pub(crate) filters: BTreeMap<String, Filter>,
    /// What a list is filtered by where the query does not say it.
    #[serde(default)]
    pub(crate) filter_defaults: BTreeMap<String, String>,
    /// What parameters may hold; those that are not here are texts.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, Kind>,
    /// The parameters that a POST to the list takes, `*` behind those it needs; none: there is no such POST.
    pub(crate) create: Option<Vec<String>>,
    /// The same for a POST to a row.
    pub(crate) update: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) delete: bool,
    /// Sets of parameters of which a creating request needs one.
    #[serde(default)]
    pub(crate) one_of: Vec<Vec<String>>,
    /// Twilio's code for a parameter that is missing or wrong.
    #[serde(default = "invalid")]
    pub(crate) bad_parameter: u32,
    /// Fields that no two rows may share.
    #[serde(default)]
    pub(crate) unique: Vec<String>,
    /// A field by which a row is reached as well as by its SID.
    pub(crate) also: Option<String>,
    /// The resources that the names in the path belong to; `call` and `conference` are the world's.
    #[serde(default)]
    pub(crate) parents: BTreeMap<String, String>,
    /// The resource whose rows these are, where this is another way to them.
    pub(crate) of: Option<String>,
    /// What the rows seen this way have in common; rows made this way get it.
    #[serde(default, rename = "where")]
    pub(crate) only: Map<String, Value>,
    /// What no row seen this way has.
    #[serde(default)]
    pub(crate) without: Map<String, Value>,
    #[serde(default)]
    pub(crate) order: Order,
    /// What `create`, `update` and `delete` are counted as.
    #[serde(default)]
    pub(crate) effects: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) seed: Vec<Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    #[default]
    Newest,
    Oldest,
}

/// How a query parameter chooses rows, and by which field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Filter {
    pub(crate) field: String,
    pub(crate) matching: Matching,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Matching {
    Exact,
    /// A part of the text; `*` is any character.
    Pattern,
    Flag,
    /// One of these words.
    Word(Vec<String>),
    /// `Name`, `Name<`, `Name>` with days only.
    Days,
    /// The same with days or times.
    Times,
    /// On or after.
    From,
    /// On or before.
    Until,
    Before,
    /// At most so many minutes ago, by itself so many; only where the other parameter is not given.
    Minutes(i64, String),
    /// Rows whose field has this text are in only where the parameter is true; else this is its value.
    Includes(String, bool),
}

impl TryFrom<String> for Filter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let [kind, field, rest @ ..] = &words[..] else { return Err(format!("no filter: {text}")) };
        let matching = match (*kind, rest) {
            ("exact", []) => Matching::Exact,
            ("pattern", []) => Matching::Pattern,
            ("flag", []) => Matching::Flag,
            ("word", words @ [_, ..]) => Matching::Word(words.iter().map(ToString::to_string).collect()),
            ("days", []) => Matching::Days,
            ("times", []) => Matching::Times,
            ("from", []) => Matching::From,
            ("until", []) => Matching::Until,
            ("before", []) => Matching::Before,
            ("minutes", [usual, other]) => {
                Matching::Minutes(usual.parse().map_err(|e| format!("{usual}: {e}"))?, other.to_string())
            }
            ("includes", [value, default]) => Matching::Includes(value.to_string(), *default == "true"),
            _ => return Err(format!("no filter: {text}")),
        };
        Ok(Filter { field: field.to_string(), matching })
    }
}

/// What a parameter may hold. Where a field is named it goes there, else to the one of its own name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Kind {
    /// With the most characters it may have.
    Text(usize),
    Boolean,
    Integer(i64, i64),
    /// An absolute address, or nothing.
    Url,
    /// ISO 8601.
    Time,
    /// A text that is JSON.
    Json,
    Sid(String),
    Words(Vec<String>),
    /// May be repeated; the field has all of them.
    Many(Option<String>),
    /// An ISO 8601 duration; the field has the moment at its end.
    After(String),
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let number = |text: &str| text.parse::<i64>().map_err(|e| format!("{text}: {e}"));
        Ok(match words[..] {
            ["text", most] => Kind::Text(number(most)?.unsigned_abs() as usize),
            ["boolean"] => Kind::Boolean,
            ["integer"] => Kind::Integer(0, i64::from(i32::MAX)),
            ["integer", low, high] => Kind::Integer(number(low)?, number(high)?),
            ["url"] => Kind::Url,
            ["time"] => Kind::Time,
            ["json"] => Kind::Json,
            ["sid", prefix] => Kind::Sid(prefix.to_owned()),
            ["words", ref words @ ..] => Kind::Words(words.iter().map(ToString::to_string).collect()),
            ["many"] => Kind::Many(None),
            ["many", field] => Kind::Many(Some(field.to_owned())),
            ["after", field] => Kind::After(field.to_owned()),
            _ => return Err(format!("no kind of parameter: {text}")),
        })
    }
}

fn thousand() -> usize {
    1000
}

fn invalid() -> u32 {
    20001
}
