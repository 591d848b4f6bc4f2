//! Tables of resources that Twilio has removed: older queries name them, and are told what to name instead.

use serde::Deserialize;

use super::{DEFAULT_SCHEMA, Model};

/// A table that is no more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    schema: String,
    name: String,
    /// The day on which Twilio removed the resource.
    removed: String,
    /// The tables that have what it had, the best first.
    instead: Vec<String>,
}

fn all() -> Vec<Removed> {
    serde_json::from_str(include_str!("data/removed.json")).expect("a test reads the file")
}

impl Removed {
    fn is_named(&self, schema: Option<&str>, name: &str) -> bool {
        self.schema.eq_ignore_ascii_case(schema.unwrap_or(DEFAULT_SCHEMA))
            && self.name.eq_ignore_ascii_case(name)
    }
}

/// Whether Twilio has removed what the table of that name showed; without `schema` the default one is meant.
pub(super) fn is_removed(schema: Option<&str>, name: &str) -> bool {
    all().iter().any(|removed| removed.is_named(schema, name))
}

/// Why there is no table of that name any more, and what to use instead, in sentences; `None` where there never was one.
pub(super) fn reason(model: &Model, schema: Option<&str>, name: &str) -> Option<String> {
    let removed = all().into_iter().find(|removed| removed.is_named(schema, name))?;
    let instead = removed.instead.iter().filter(|name| model.table(None, name).is_some());
    let instead: Vec<&str> = instead.map(String::as_str).collect();
    Some(format!("Twilio removed it on {}. Use {} instead.", removed.removed, instead.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_is_no_table_and_something_stands_in_for_it() {
        let model = Model::builtin();
        for removed in all() {
            assert!(model.table(Some(&removed.schema), &removed.name).is_none(), "{}", removed.name);
            assert!(removed.instead.iter().any(|name| model.table(None, name).is_some()), "{}", removed.name);
        }
    }
}
