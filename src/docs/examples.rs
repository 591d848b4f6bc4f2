//! Three statements for a table, derived from its filters, its keys and its types.
//!
//! There are more forms than three; a table takes the first ones that the engine plans without a refusal, so that every
//! example on a page has been prepared.

use super::Site;
use std::sync::Arc;

use super::facts;
use super::markdown::code;
use crate::cancel::CancelToken;
use crate::engine::Database;
use crate::model::{ACCOUNT, Column, DataType, FilterOperator, Model, Paging, Parent, Table};
use crate::sql;
use crate::twilio::{Client, ClientConfig, Credentials};

/// Columns that a query of an example shows, at most.
const SHOWN: usize = 5;
/// Names of columns that say much of a row.
const TELLING: [&str; 13] = [
    "FriendlyName",
    "UniqueName",
    "Label",
    "Identity",
    "PhoneNumber",
    "From",
    "To",
    "Status",
    "Category",
    "Type",
    "Duration",
    "Price",
    "DateCreated",
];
/// The time that examples ask for.
const BEGIN: &str = "2024-01-01";
const END: &str = "2024-07-01";

pub(super) struct Example {
    pub caption: String,
    pub sql: String,
}

/// The examples of a table.
///
/// # Panics
/// If there are no three that can be planned: then a form is missing here.
pub(super) fn of(site: &Site, table: &Table) -> Vec<Example> {
    let planner = &site.planner;
    let mut examples: Vec<Example> = Vec::new();
    let mut left = Vec::new();
    for candidates in [selections(table, planner), joins(site, table, planner), summaries(table, planner)] {
        let mut candidates = candidates.into_iter();
        examples.extend(candidates.find(|example| planner.plans(&example.sql)));
        left.extend(candidates);
    }
    for example in left.into_iter().chain(whole(table, planner)) {
        if examples.len() < 3 && examples.iter().all(|e| e.sql != example.sql) && planner.plans(&example.sql)
        {
            examples.push(example);
        }
    }
    assert_eq!(examples.len(), 3, "{}: too few examples can be planned", table.name);
    examples
}

/// Plans statements without sending anything.
pub(super) struct Planner(Database);

impl Planner {
    pub(super) fn new(model: Arc<Model>) -> Self {
        let mut config = ClientConfig::new(
            "AC00000000000000000000000000000001",
            Credentials::AuthToken("x".to_owned().into()),
        );
        // Nothing listens there.
        config.base_url = Some("http://127.0.0.1:1".into());
        Planner(Database::new(model, Client::new(config).expect("a client"), true))
    }

    fn model(&self) -> &Model {
        self.0.model()
    }

    /// Whether the statement can be run as far as it shows before anything is sent.
    fn plans(&self, sql: &str) -> bool {
        let explained = self.0.prepare(&format!("EXPLAIN {sql}"), &CancelToken::default());
        explained.is_ok_and(|mut prepared| prepared.execute(Vec::new(), 0).is_ok())
    }

    /// The column as a statement names it: in quotes where it needs them.
    fn name(&self, table: &Table, column: &Column) -> String {
        let name = &column.name;
        let is_plain = sql::plan(self.0.model(), &format!("SELECT {name} FROM {}", from(table))).is_ok();
        if is_plain { name.clone() } else { format!("\"{name}\"") }
    }
}

/// Statements on the table alone that Twilio selects the rows of.
fn selections(table: &Table, planner: &Planner) -> Vec<Example> {
    let needed = needed(table);
    let mut examples = Vec::new();
    if let Some(range) = range(table) {
        let columns: Vec<&Column> = range.iter().map(|(column, ..)| *column).collect();
        let caption = format!("The rows of half a year, which Twilio selects by {}:", names(&columns));
        let conditions = range.iter().map(|(column, sign, value)| (*column, *sign, format!("'{value}'")));
        examples.push(Example { caption, sql: select(planner, table, &columns, &needed, conditions, "") });
    }
    for column in equal_filters(table) {
        let caption = format!("The rows that Twilio selects by {}:", code(&column.name));
        let condition = [(column, "=", literal(column))];
        examples.push(Example { caption, sql: select(planner, table, &[column], &needed, condition, "") });
    }
    if let Some(fetch) = &table.fetch {
        let account = table.account_column();
        let path: Vec<usize> = table.path_columns(&fetch.path).filter(|&i| Some(i) != account).collect();
        let path: Vec<&Column> = path.into_iter().map(|i| &table.columns[i]).collect();
        let conditions = path.iter().map(|c| (*c, "=", literal(c)));
        let sql = select(planner, table, &path, &[], conditions, "");
        examples.push(Example { caption: "One row, by its key:".into(), sql });
    }
    if table.paging != Some(Paging::One)
        && let Some(date) = dates(table).next()
    {
        let order = format!("\n ORDER BY {} DESC LIMIT 10", date.name);
        let sql = select(planner, table, &[date], &needed, [], &order);
        examples.push(Example { caption: "The newest rows, which are sorted in the driver:".into(), sql });
    }
    examples
}

/// Statements on the table and another that its keys lead to.
fn joins(site: &Site, table: &Table, planner: &Planner) -> Vec<Example> {
    let mut examples = Vec::new();
    // The last one is the nearest.
    for parent in table.parents.iter().rev() {
        let above =
            planner.model().table(Some(&table.schema), &parent.table).expect("a test checks the model");
        examples.extend(below(table, above, parent, "Each row beside the one that it lies below"));
    }
    for column in table.columns.iter().filter(|c| c.name != ACCOUNT && !c.hidden) {
        let Some(reference) = &column.references else { continue };
        if table.parents.iter().any(|parent| column.is_named(&parent.column)) {
            continue;
        }
        let target =
            planner.model().table(Some(&table.schema), &reference.table).expect("a test checks the model");
        if target.name == table.name || !needed(target).is_empty() {
            continue;
        }
        let (_, key) = target.column(&reference.column).expect("a test checks the model");
        examples.push(referring(table, column, target, key));
    }
    let mut children: Vec<&Table> =
        site.tables().filter(|t| t.schema == table.schema && t.name != table.name).collect();
    children.sort_by_key(|t| !site.has_own_page(t));
    for child in children {
        let of_table = |p: &&Parent| {
            let above = planner.model().table(Some(&child.schema), &p.table);
            above.is_some_and(|above| above.name == table.name && above.schema == table.schema)
        };
        if let Some(parent) = child.parents.iter().rev().find(of_table) {
            examples.extend(below(child, table, parent, "What lies below each row"));
        }
    }
    examples
}

/// A join of a table with the one that its keys come from.
fn below(child: &Table, above: &Table, parent: &Parent, caption: &str) -> Option<Example> {
    let (of_above, of_child) = short_names(above, child);
    let (_, own) = child.column(&parent.column)?;
    let mut on = vec![format!("{of_child}.{} = {of_above}.{}", own.name, parent.key)];
    for (theirs, ours) in &parent.with {
        on.push(format!("{of_child}.{ours} = {of_above}.{theirs}"));
    }
    let mut conditions: Vec<String> = needed(above)
        .into_iter()
        .map(|column| format!("{of_above}.{} = {}", column.name, literal(column)))
        .collect();
    for (column, value) in &parent.conditions {
        conditions.push(format!("{of_above}.{column} = '{value}'"));
    }
    if parent.costly {
        let restricted = range(above).into_iter().flatten();
        conditions.extend(
            restricted.map(|(column, sign, value)| format!("{of_above}.{} {sign} '{value}'", column.name)),
        );
    }
    for (column, value) in &parent.except {
        let (_, column) = above.column(column)?;
        let value = if column.data_type == DataType::Text { format!("'{value}'") } else { value.clone() };
        conditions.push(format!("{of_above}.{} <> {value}", column.name));
    }
    let keys: Vec<&Column> = above.column(&parent.key).map(|(_, c)| c).into_iter().collect();
    let mut columns = told(above, &keys, 2, &of_above);
    let of_key = format!("{of_child}.{}", own.name);
    columns.extend(told(child, &[], 4, &of_child).into_iter().filter(|column| *column != of_key).take(3));
    let sql = format!(
        "SELECT {}\n  FROM {} {of_above} JOIN {} {of_child} ON {}{}",
        columns.join(", "),
        from(above),
        from(child),
        on.join(" AND "),
        clause(&conditions)
    );
    Some(Example { caption: format!("{caption}, by a join on the key:"), sql })
}

/// A join with a table that a column refers to.
fn referring(table: &Table, column: &Column, target: &Table, key: &Column) -> Example {
    let (of_target, of_table) = short_names(target, table);
    let mut columns = told(table, &[], 3, &of_table);
    columns.extend(told(target, &[key], 2, &of_target));
    let mut conditions: Vec<String> =
        needed(table).into_iter().map(|c| format!("{of_table}.{} = {}", c.name, literal(c))).collect();
    let range = range(table).into_iter().flatten();
    conditions.extend(range.map(|(c, sign, value)| format!("{of_table}.{} {sign} '{value}'", c.name)));
    let sql = format!(
        "SELECT {}\n  FROM {} {of_table} JOIN {} {of_target} ON {of_target}.{} = {of_table}.{}{}",
        columns.join(", "),
        from(table),
        from(target),
        key.name,
        column.name,
        clause(&conditions)
    );
    let caption = format!("With what {} refers to:", code(&column.name));
    Example { caption, sql }
}

/// Statements that count and add up.
fn summaries(table: &Table, planner: &Planner) -> Vec<Example> {
    if table.paging == Some(Paging::One) {
        return Vec::new();
    }
    let mut conditions: Vec<String> = needed(table)
        .into_iter()
        .map(|column| format!("{} = {}", planner.name(table, column), literal(column)))
        .collect();
    let range = range(table).into_iter().flatten();
    conditions.extend(range.map(|(c, sign, value)| format!("{} {sign} '{value}'", planner.name(table, c))));
    let conditions = clause(&conditions);
    let shown: Vec<&Column> = table.shown().map(|(_, c)| c).filter(|c| !c.from_path && !c.secret).collect();
    let measure = shown.iter().find(|c| c.data_type == DataType::Decimal);
    let measure = measure.or(shown.iter().find(|c| ["Duration", "Count", "Size"].contains(&&*c.name)));
    let sum = measure.map(|c| format!(", SUM({0}) AS Total{0}", c.name)).unwrap_or_default();
    let mut examples = Vec::new();
    let mut kinds: Vec<&Column> =
        shown.iter().copied().filter(|c| !c.values.is_empty() || c.name == "Category").collect();
    kinds.sort_by_key(|c| TELLING.iter().position(|name| c.is_named(name)).unwrap_or(TELLING.len()));
    let kinds = kinds.into_iter();
    for kind in kinds.chain(shown.iter().copied().filter(|c| c.data_type == DataType::Boolean)) {
        let name = planner.name(table, kind);
        let sql = format!(
            "SELECT {name}, COUNT(*) AS Number{sum}\n  FROM {}{conditions}\n GROUP BY {name}",
            from(table)
        );
        examples.push(Example { caption: format!("How many there are of each {}:", code(&kind.name)), sql });
    }
    for date in dates(table) {
        let month = format!("DATE_TRUNC('month', {})", planner.name(table, date));
        let sql = format!(
            "SELECT {month} AS Month, COUNT(*) AS Number{sum}\n  FROM {}{conditions}\n GROUP BY {month}\n ORDER BY 1",
            from(table)
        );
        examples.push(Example { caption: "How many there are of each month:".into(), sql });
    }
    let sql = format!("SELECT COUNT(*) AS Number{sum}\n  FROM {}{conditions}", from(table));
    examples.push(Example { caption: "How many there are:".into(), sql });
    examples
}

/// Statements that any table has.
fn whole(table: &Table, planner: &Planner) -> Vec<Example> {
    let needed = needed(table);
    let conditions: Vec<String> =
        needed.iter().map(|c| format!("{} = {}", planner.name(table, c), literal(c))).collect();
    let conditions = clause(&conditions);
    let one = table.paging == Some(Paging::One);
    let caption = if one { "The row:" } else { "The first rows:" };
    let mut examples = Vec::from([Example {
        caption: caption.into(),
        sql: select(planner, table, &[], &needed, [], if one { "" } else { "\n LIMIT 10" }),
    }]);
    examples.push(Example {
        caption: "All columns:".into(),
        sql: format!("SELECT *\n  FROM {}{conditions}", from(table)),
    });
    let numbers = table.shown().map(|(_, c)| c).filter(|c| !c.secret);
    let mut numbers = numbers.filter(|c| matches!(c.data_type, DataType::Decimal | DataType::Integer));
    if let Some(number) = numbers.next().filter(|_| one) {
        let and = if conditions.is_empty() { "\n WHERE" } else { " AND" };
        let sql =
            format!("SELECT *\n  FROM {}{conditions}{and} {} > 0", from(table), planner.name(table, number));
        examples.push(Example { caption: format!("The row, if {} is positive:", code(&number.name)), sql });
    }
    let texts = table.shown().map(|(_, c)| c).filter(|c| c.data_type == DataType::Text && !c.secret);
    let names: Vec<&Column> = texts.filter(|c| c.references.is_none() && c.sid.is_none()).collect();
    if let Some(name) = names.iter().find(|c| c.name.ends_with("Name")).or(names.first()) {
        let and = if conditions.is_empty() { "\n WHERE" } else { " AND" };
        let sql = format!(
            "SELECT *\n  FROM {}{conditions}{and} {} LIKE '%a%'",
            from(table),
            planner.name(table, name)
        );
        examples.push(Example {
            caption: format!("Rows by a part of {}, which the driver finds:", code(&name.name)),
            sql,
        });
    }
    examples.push(Example {
        caption: "How many there are:".into(),
        sql: format!("SELECT COUNT(*) AS Number\n  FROM {}{conditions}", from(table)),
    });
    examples
}

fn select<'a>(
    planner: &Planner,
    table: &Table,
    first: &[&Column],
    needed: &[&'a Column],
    conditions: impl IntoIterator<Item = (&'a Column, &'a str, String)>,
    end: &str,
) -> String {
    let needed = needed.iter().map(|c| (*c, "=", literal(c)));
    let conditions: Vec<String> = needed
        .chain(conditions)
        .map(|(column, sign, value)| format!("{} {sign} {value}", planner.name(table, column)))
        .collect();
    let columns: Vec<String> =
        chosen(table, first, SHOWN).into_iter().map(|c| planner.name(table, c)).collect();
    format!("SELECT {}\n  FROM {}{}{end}", columns.join(", "), from(table), clause(&conditions))
}

/// WHERE with the conditions; nothing without any.
fn clause(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!("\n WHERE {}", conditions.join(" AND ")) }
}

/// The columns that say most: the key, the given ones, and what is neither an address nor JSON.
fn chosen<'a>(table: &'a Table, first: &[&'a Column], count: usize) -> Vec<&'a Column> {
    let plain = |c: &&Column| {
        c.data_type != DataType::Json
            && !c.secret
            && ![ACCOUNT, "ApiVersion", "Uri", "Url"].contains(&&*c.name)
    };
    let key = table.key.iter().filter_map(|name| table.column(name).map(|(_, c)| c));
    let mut chosen: Vec<&Column> = Vec::new();
    let first = first.iter().copied().filter(|c| !c.hidden);
    let telling = TELLING.iter().filter_map(|name| table.column(name).map(|(_, c)| c)).filter(|c| !c.hidden);
    for column in key.chain(first).chain(telling).chain(table.shown().map(|(_, c)| c).filter(plain)) {
        if chosen.len() < count && !chosen.iter().any(|c| std::ptr::eq(*c, column)) {
            chosen.push(column);
        }
    }
    chosen
}

/// Columns of a table in a join. What both tables may have is left to the first.
fn told(table: &Table, first: &[&Column], count: usize, alias: &str) -> Vec<String> {
    chosen(table, first, count).into_iter().map(|c| format!("{alias}.{}", c.name)).collect()
}

/// Short names for two tables in a join: the initials of their words.
fn short_names(one: &Table, other: &Table) -> (String, String) {
    let letters = |table: &Table| {
        let initials: String = table.name.chars().filter(char::is_ascii_uppercase).collect();
        initials.to_lowercase()
    };
    let (first, second) = (letters(one), letters(other));
    if first == second { (first, format!("{second}2")) } else { (first, second) }
}

fn from(table: &Table) -> String {
    super::markdown::table_name(table)
}

/// The columns that a statement on the table alone has to give, or that it is refused without.
fn needed(table: &Table) -> Vec<&Column> {
    let mut needed = facts::needed(table);
    let costly = table.parents.iter().filter(|parent| parent.costly);
    needed.extend(costly.filter_map(|parent| table.column(&parent.column).map(|(_, c)| c)));
    needed
}

/// A range that Twilio selects by: the conditions at both ends.
fn range(table: &Table) -> Option<Vec<(&Column, &'static str, &'static str)>> {
    let end = |operator: FilterOperator| {
        let filters = table.filters.iter().filter(move |f| f.operator == operator);
        let mut columns = filters.filter_map(|f| table.column(&f.column).map(|(_, c)| c));
        columns.find(|c| is_date(c))
    };
    let (lower, upper) = (end(FilterOperator::Lower), end(FilterOperator::Upper));
    let lower = lower.map(|column| (column, ">=", BEGIN));
    let conditions: Vec<_> = lower.into_iter().chain(upper.map(|column| (column, "<", END))).collect();
    (!conditions.is_empty()).then_some(conditions)
}

fn is_date(column: &Column) -> bool {
    matches!(column.data_type, DataType::Date | DataType::Timestamp)
}

fn dates(table: &Table) -> impl Iterator<Item = &Column> {
    table.shown().map(|(_, c)| c).filter(|c| is_date(c))
}

/// The columns that Twilio filters by, those with known values first.
fn equal_filters(table: &Table) -> Vec<&Column> {
    let filters = table.filters.iter().filter(|f| f.operator == FilterOperator::Equal);
    let mut columns: Vec<&Column> = filters.filter_map(|f| table.column(&f.column).map(|(_, c)| c)).collect();
    columns.sort_by_key(|c| (c.values.is_empty(), c.data_type != DataType::Boolean, c.hidden));
    columns
}

fn names(columns: &[&Column]) -> String {
    let mut names: Vec<String> = columns.iter().map(|c| code(&c.name)).collect();
    names.dedup();
    names.join(" and ")
}

/// A value of the column's type.
fn literal(column: &Column) -> String {
    if let Some(sid) = &column.sid {
        return format!("'{}0123456789abcdef0123456789abcdef'", &sid[..2]);
    }
    if let Some(value) = column.values.first().or(column.paths.keys().next()) {
        return format!("'{value}'");
    }
    match column.data_type {
        DataType::Boolean => "true".into(),
        DataType::Integer | DataType::BigInt | DataType::Double | DataType::Decimal => "1".into(),
        DataType::Date | DataType::Timestamp => format!("'{BEGIN}'"),
        _ if column.name.ends_with("Country") || column.name.ends_with("CountryCode") => "'US'".into(),
        _ if column.name.ends_with("PhoneNumber") || ["To", "From", "Sender"].contains(&&*column.name) => {
            "'+15551234567'".into()
        }
        _ if column.size == Some(34) => "'XX0123456789abcdef0123456789abcdef'".into(),
        _ => "'example'".into(),
    }
}
