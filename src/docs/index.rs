//! The index of the pages, with what holds for all tables and the counts.

use std::collections::BTreeMap;

use super::facts;
use super::markdown::{table as rows, table_name};
use super::{Place, Site};
use crate::error::state;
use crate::model::{DEFAULT_SCHEMA, Table};
use crate::sql;

const INTRODUCTION: &str = "\
# Tables

Every list of Twilio's is a table, and so are settings, statistics and the balance, which have one row. The catalog is `CData`,
the schema `Twilio`; each of Twilio's other products has a schema of its own (`Verify`, `TaskRouter`). SQLTables, SQLColumns,
SQLPrimaryKeys, SQLForeignKeys and the [system tables](../system-tables.md) tell the same as these pages. What is sent for a
statement, EXPLAIN says ([explain.md](../explain.md)).

- **Keys of the path** that a statement does not give are taken from the tables above, to any depth: `Chat.UserChannels` reads the
  services, the users of each and the channels of each user. Where nothing leads to a key, it has to be given (`PhoneNumber` of
  `Lookups.PhoneNumber`). The path's own values are columns, also where Twilio's rows do not hold them.
- **Conditions** that Twilio can filter by are sent; the driver checks every row again. A condition on anything else reads
  the whole list.
- **`AccountSid = …`** reads that account's rows, where the path has an account; without it, those of the connection's account.
- **Costs** are requests: one for each page, and where the driver walks the rows of the table above, at least one for each of those.
  Where there may be very many, the walk is refused unless the connection says `ParentScan=Always` ([dsn.md](../dsn.md)); give the key,
  or join from the table above.
- **Times** are UTC. Columns other than the key's can be NULL. NTEXT holds up to 1,048,576 characters. Twilio may add values to
  those that are known.
- **Hidden columns** can be named in every clause, but `*` and SQLColumns leave them out. Every table has `_raw`
  ([sql.md](../sql.md#names)), which is not counted here.
";

const NO_INSERT: &str = "\
- **INSERT** into tables of Twilio is not there yet: what these pages say of it is what Twilio takes.
";

/// The counts of some tables.
#[derive(Default)]
struct Counts {
    tables: usize,
    columns: usize,
    hidden: usize,
    filters: usize,
    parents: usize,
    writable: usize,
}

impl Counts {
    fn of<'a>(tables: impl IntoIterator<Item = &'a Table>) -> Self {
        let mut counts = Counts::default();
        for table in tables {
            counts.tables += 1;
            counts.columns += table.shown().count();
            counts.hidden += facts::hidden(table).count();
            counts.filters += table.filters.len();
            counts.parents += table.parents.len();
            counts.writable += usize::from(!facts::writes(table).is_empty());
        }
        counts
    }

    fn cells(&self) -> [String; 6] {
        [self.tables, self.columns, self.hidden, self.filters, self.parents, self.writable]
            .map(|n| n.to_string())
    }
}

pub(super) fn page(site: &Site) -> String {
    let mut page = INTRODUCTION.to_owned();
    if !takes_insert(site) {
        page += NO_INSERT;
    }
    page += "\n## How many\n\n";
    let counts = Counts::of(site.tables()).cells();
    let procedures = site.model.procedures().count().to_string();
    let names = ["tables", "columns", "hidden columns", "filters", "parents", "tables that can be written"];
    let mut counted: Vec<[String; 2]> =
        names.into_iter().map(str::to_owned).zip(counts).map(|(n, c)| [n, c]).collect();
    counted.push(["[procedures](procedures.md)".to_owned(), procedures]);
    page += &rows(["what", "how many"], counted);

    page += "## The most used tables\n\n";
    let own = site.tables().filter(|t| site.has_own_page(t));
    page += &rows(
        ["table", "rows", "columns", "written by"],
        own.map(|table| {
            let columns = table.shown().count().to_string();
            [site.link(Place::Top, table), table.remarks.clone(), columns, facts::writes(table).join(", ")]
        }),
    );

    page += "## All others, by schema\n\n";
    let mut schemas: BTreeMap<&str, Vec<&Table>> = BTreeMap::new();
    for table in site.tables().filter(|t| !site.has_own_page(t)) {
        schemas.entry(&table.schema).or_default().push(table);
    }
    let headings = ["schema", "tables", "columns", "hidden columns", "filters", "parents", "written"];
    page += &rows(
        headings,
        schemas.into_iter().map(|(schema, tables)| {
            let [tables, columns, hidden, filters, parents, writable] = Counts::of(tables).cells();
            [format!("[{schema}](schemas/{schema}.md)"), tables, columns, hidden, filters, parents, writable]
        }),
    );
    page.trim_end().to_owned() + "\n"
}

/// Whether INSERT into a table of Twilio's can be planned.
fn takes_insert(site: &Site) -> bool {
    let table = site.tables().find(|t| t.schema != DEFAULT_SCHEMA && t.create.is_some());
    let table = table.expect("a table that Twilio can add rows to");
    let needed = facts::needed(table);
    let parents = table.parents.iter().map(|parent| parent.column.as_str());
    let required = facts::written(table).into_iter().filter_map(|w| w.insert).filter(|p| p.required);
    let mut names: Vec<&str> = needed.iter().map(|c| c.name.as_str()).chain(parents).collect();
    names.extend(required.map(|p| p.name.as_str()));
    let names: Vec<String> = names.into_iter().map(|name| format!("\"{name}\"")).collect();
    let markers = vec!["?"; names.len()].join(", ");
    let insert = format!("INSERT INTO {} ({}) VALUES ({markers})", table_name(table), names.join(", "));
    // Whatever else is wrong with it.
    sql::plan(&site.model, &insert).err().is_none_or(|error| error.state != state::NOT_IMPLEMENTED)
}
