//! What of the model is listed: the settings BrowsableSchemas, Tables, Views and PseudoColumns.
//!
//! They shorten what an application is shown. Whatever is left out can be queried all the same.

use std::fmt;

use crate::model::{Column, Model, Table, TableKind};

/// What is listed. The default lists everything but pseudo columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    pub schemas: Names,
    pub tables: Names,
    pub views: Names,
    pub pseudo_columns: PseudoColumns,
}

impl Listing {
    /// Whether tables and procedures of the schema are listed.
    pub fn shows_schema(&self, schema: &str) -> bool {
        self.schemas.is_empty() || self.schemas.0.iter().any(|name| name.eq_ignore_ascii_case(schema))
    }

    /// Whether a table is listed. System tables are neither tables nor views here, and a temporary table is always
    /// listed: the application made it.
    pub fn shows(&self, schema: &str, table: &str, kind: TableKind) -> bool {
        let names = match kind {
            TableKind::Table => &self.tables,
            TableKind::View => &self.views,
            TableKind::System => return self.shows_schema(schema),
            TableKind::Temporary => return true,
        };
        self.shows_schema(schema) && (names.is_empty() || names.have(schema, table))
    }
}

impl Listing {
    /// What the lists name and the model does not have, as sentences.
    pub fn unknown(&self, model: &Model) -> Vec<String> {
        let schemas = self.schemas.iter().filter(|name| !model.has_schema(name));
        let schemas =
            schemas.map(|name| format!("BrowsableSchemas names {name}, but there is no such schema."));
        let of_kind = |names: &Names, keyword: &str, what: &str, kind: TableKind| -> Vec<String> {
            let is_there =
                |name: &str| model.tables().any(|t| t.kind == kind && is_table(name, &t.schema, &t.name));
            let unknown = names.iter().filter(|name| !is_there(name));
            unknown.map(|name| format!("{keyword} names {name}, but there is no such {what}.")).collect()
        };
        let tables = of_kind(&self.tables, "Tables", "table", TableKind::Table);
        let views = of_kind(&self.views, "Views", "view", TableKind::View);
        schemas.chain(tables).chain(views).collect()
    }
}

/// A comma list of names, in any letter case, which may be in quotes or brackets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names(Vec<String>);

impl Names {
    /// Takes a list apart.
    pub fn parse(text: &str) -> Self {
        Names(text.split(',').map(unquoted).filter(|name| !name.is_empty()).collect())
    }

    /// Whether the list names nothing, so that it restricts nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn have(&self, schema: &str, table: &str) -> bool {
        self.iter().any(|name| is_table(name, schema, table))
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// Which pseudo columns are listed: pairs of a table and a column, `*` standing for all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PseudoColumns(Vec<(String, String)>);

impl PseudoColumns {
    /// Takes `Table=Column,Column;Table=Column` apart; a comma and a semicolon mean the same. `None` for a column that
    /// follows no table.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
            let (table, column) = match part.split_once('=') {
                Some((table, column)) => (unquoted(table), column),
                None => (pairs.last()?.0.clone(), part),
            };
            pairs.push((table, unquoted(column)));
        }
        Some(PseudoColumns(pairs))
    }

    /// The pseudo columns of a table that are listed, by their names: hidden columns, those that can only be written, and
    /// the further names of all.
    pub fn of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (&'a str, &'a Column)> {
        let (columns, write_only) = match self.0.is_empty() {
            true => (&[][..], &[][..]),
            false => (&table.columns[..], &table.write_only[..]),
        };
        columns
            .iter()
            .chain(write_only)
            .flat_map(|column| {
                let hidden = column.hidden.then_some(&column.name);
                hidden.into_iter().chain(&column.aliases).map(move |name| (name.as_str(), column))
            })
            .filter(|(name, _)| self.have(table, name))
    }

    fn have(&self, table: &Table, column: &str) -> bool {
        self.0.iter().any(|(of, name)| {
            (of == "*" || is_table(of, &table.schema, &table.name))
                && (name == "*" || name.eq_ignore_ascii_case(column))
        })
    }
}

impl fmt::Display for PseudoColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|(table, column)| format!("{table}={column}")).collect();
        f.write_str(&pairs.join(","))
    }
}

/// Whether a name of a list, alone or with its schema, is the table's.
fn is_table(name: &str, schema: &str, table: &str) -> bool {
    match name.split_once('.') {
        Some((of, name)) => of.eq_ignore_ascii_case(schema) && name.eq_ignore_ascii_case(table),
        None => name.eq_ignore_ascii_case(table),
    }
}

fn unquoted(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '[' | ']' | '"' | '`')).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_listing_lists_everything_but_pseudo_columns() {
        let listing = Listing::default();
        for table in Model::builtin().tables() {
            assert!(listing.shows(&table.schema, &table.name, table.kind));
            assert_eq!(listing.pseudo_columns.of(table).count(), 0);
        }
    }

    #[test]
    fn names_are_found_in_any_case_quoted_or_with_their_schema() {
        let tables = Names::parse(" [Calls],\"Twilio\".\"Media\" , queues,, Verify.Services");
        let listing = Listing { tables, ..Listing::default() };
        let shows = |schema, name| listing.shows(schema, name, TableKind::Table);
        assert!(shows("Twilio", "Calls") && shows("Other", "Calls") && shows("Twilio", "Queues"));
        assert!(shows("Twilio", "Media") && !shows("Other", "Media"));
        assert!(shows("verify", "services") && !shows("Twilio", "Services") && !shows("Twilio", "Keys"));
        assert!(listing.shows("Twilio", "Balance", TableKind::View));
        assert!(listing.shows("Twilio", "sys_tables", TableKind::System));
        assert_eq!(listing.tables.to_string(), "Calls,Twilio.Media,queues,Verify.Services");
    }

    #[test]
    fn a_schema_that_is_not_listed_takes_all_its_tables_along() {
        let listing = Listing { schemas: Names::parse("Verify"), ..Listing::default() };
        assert!(listing.shows("verify", "Services", TableKind::Table));
        for kind in [TableKind::Table, TableKind::View, TableKind::System] {
            assert!(!listing.shows("Twilio", "Calls", kind));
        }
        assert!(listing.shows("Twilio", "#Calls", TableKind::Temporary));
    }

    #[test]
    fn names_that_the_model_does_not_have_are_told() {
        let listing = Listing {
            schemas: Names::parse("Twilio,Chess"),
            tables: Names::parse("Conferences,sys_tables"),
            views: Names::parse("Conferences"),
            ..Listing::default()
        };
        let expected = [
            "BrowsableSchemas names Chess, but there is no such schema.",
            "Tables names sys_tables, but there is no such table.",
            "Views names Conferences, but there is no such view.",
        ];
        assert_eq!(listing.unknown(&Model::builtin()), expected);
    }

    #[test]
    fn pseudo_columns_are_listed_by_table_and_column() {
        let model = Model::builtin();
        let listed = |text| {
            let pseudo = PseudoColumns::parse(text).unwrap();
            let mut all: Vec<String> = model
                .tables()
                .flat_map(|t| pseudo.of(t).map(|(name, _)| format!("{}.{name}", t.name)).collect::<Vec<_>>())
                .collect();
            all.sort();
            all
        };
        let (one, other) = ("Conferences.FriendlyName", "ConferenceParticipants.ConferenceSidSid");
        assert_eq!(listed("Conferences=FriendlyName"), [one]);
        assert_eq!(listed("conferences=Sid, friendlyname"), [one]);
        let written = ["Conferences.AnnounceMethod", "Conferences.AnnounceUrl"];
        let all = [other, written[0], written[1], one, "Conferences._raw"];
        assert_eq!(listed("Twilio.Conferences=*;[ConferenceParticipants]=[ConferenceSidSid]"), all);
        assert!(listed("*=FriendlyName,ConferenceParticipants=FriendlyName").contains(&one.into()));
        let all = listed("*=*");
        assert!(all.contains(&one.into()) && all.contains(&other.into()));
        assert!(listed("").is_empty() && listed("Conferences=Sid").is_empty());
        assert_eq!(PseudoColumns::parse("FriendlyName"), None);
    }
}
