//! Which of SQLite's constraints become a path or query parameters of the API.
//!
//! This runs many times while a statement is prepared, so it is pure and cheap. What it decides travels to the
//! scan as text ([`Access`], in JSON).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::model::{Filter, FilterMatch, FilterOperator, Table};

/// A constraint that SQLite offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Constraint {
    pub operator: Operator,
    /// Whether its right side is known when the table is read.
    pub usable: bool,
    /// Whether it is an IN, whose values can be had all at once.
    pub is_list: bool,
    /// Whether it is a bound that its own value does not fulfil.
    pub is_strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operator {
    Equal(usize),
    Lower(usize),
    Upper(usize),
    Limit,
    Offset,
    Other,
}

/// How a table is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Access {
    /// Whether one row is read by its path, instead of a list.
    pub fetch: bool,
    /// What each argument of the scan is, in order.
    pub arguments: Vec<Role>,
    /// The columns that are used, as SQLite's mask: bit 63 stands for all from there on.
    pub columns: u64,
}

/// What an argument of the scan is for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Role {
    /// The value of a column that is part of the path.
    Path(usize),
    /// Values of such a column, each of which is a scan of its own.
    PathList(usize),
    /// A filter of the table, by its position. Where it is a bound there may be several, the tightest of which counts.
    Filter(usize),
    /// A filter that is a bound, whose value is left out itself.
    FilterBeyond(usize),
    /// Values of such a filter, each of which is a scan of its own.
    FilterList(usize),
    /// The value of a switch, by the position of its column.
    Switch(usize),
    /// Values of such a switch, each of which is a scan of its own.
    SwitchList(usize),
    /// The number of rows that are wanted; a hint for the page size.
    Limit,
    Offset,
}

impl Role {
    /// Whether its argument is all the values of an IN.
    pub fn is_list(self) -> bool {
        matches!(self, Role::PathList(_) | Role::FilterList(_) | Role::SwitchList(_))
    }
}

/// A way to read a table, and what SQLite's planner is told of it.
#[derive(Debug, PartialEq)]
pub(super) struct Choice {
    pub access: Access,
    /// For each argument of the scan, the constraint that gives it.
    pub constraints: Vec<usize>,
    /// Relative cost: a request counts 100.
    pub cost: f64,
    pub rows: i64,
    /// Columns of the path that nothing gives: their parents have to be walked.
    pub walked: Vec<usize>,
    /// Columns whose value the statement asks for, but not where the table is read this way: it must not be read so.
    pub unasked: Vec<usize>,
    /// Switches without which the list cannot be read, and that nothing gives.
    pub missing: Vec<usize>,
}

/// Requests outweigh everything that SQLite does by itself.
const REQUEST: f64 = 100.0;

/// Chooses how to read the table. `columns` is SQLite's mask of used columns; `enabled` is false where nothing is to be
/// pushed but the keys without which a list cannot be read.
pub(super) fn choose(
    table: &Table,
    constraints: &[Constraint],
    columns: u64,
    ordered: bool,
    enabled: bool,
) -> Choice {
    if table.source.is_some() {
        return choose_local(table, constraints, columns);
    }
    let find = |operator: Operator| constraints.iter().position(|c| c.usable && c.operator == operator);
    let equal = |column: usize| find(Operator::Equal(column));
    let account = table.account_column();
    let path_of = |template: &str| -> Vec<usize> {
        let mut seen = HashSet::new();
        table.path_columns(template).filter(|c| Some(*c) != account && seen.insert(*c)).collect()
    };

    let mut roles: Vec<(Role, usize)> = Vec::new();
    let fetch_path = table.fetch.as_ref().map(|f| path_of(&f.path)).unwrap_or_default();
    let fetch = enabled && !fetch_path.is_empty() && fetch_path.iter().all(|c| equal(*c).is_some());
    let path = if fetch { fetch_path } else { path_of(&table.list) };
    let is_asked = |c: &usize| table.columns[*c].is_asked();
    let walked: Vec<usize> = path.iter().copied().filter(|c| equal(*c).is_none() && !is_asked(c)).collect();
    let unasked = table.columns.iter().enumerate().filter(|(i, column)| {
        let is_named = constraints.iter().any(|c| c.operator == Operator::Equal(*i));
        column.is_asked() && is_named && equal(*i).is_none()
    });
    let unasked: Vec<usize> = unasked.map(|(i, _)| i).collect();
    let mut missing: Vec<usize> = Vec::new();
    for &column in path.iter().chain(&account) {
        let Some(i) = equal(column) else { continue };
        // One list is taken whole, so that its scans can run side by side; SQLite goes through any other.
        let is_first_list =
            constraints[i].is_list && !roles.iter().any(|(r, _)| matches!(r, Role::PathList(_)));
        roles.push((if is_first_list { Role::PathList(column) } else { Role::Path(column) }, i));
    }
    for (column, switch) in table.switch_columns() {
        match equal(column) {
            Some(i) if constraints[i].is_list => roles.push((Role::SwitchList(column), i)),
            Some(i) => roles.push((Role::Switch(column), i)),
            None if switch.required && switch.default.is_none() && !fetch => missing.push(column),
            None => {}
        }
    }
    // Where it need not be given, a part of the path leads to a list at the top.
    let path: Vec<usize> = path.into_iter().filter(|c| !is_asked(c)).collect();
    let (mut cost, mut rows) = (REQUEST, 1.0);
    if !fetch {
        // A list below a parent is short; one at the top may be long. An unknown parent multiplies both, beyond
        // what any other order of a join costs: the statement's own scan of the parents may be a smaller one.
        let parents = 1000f64.powi(walked.len() as i32);
        rows = if path.is_empty() { 1000.0 } else { 20.0 } * parents;
        cost = REQUEST * if path.is_empty() { 20.0 } else { 1.0 } * parents;
        for (position, filter) in table.filters.iter().enumerate().filter(|_| enabled) {
            let Some((column, _)) = table.column(&filter.column) else { continue };
            let operator = match filter.operator {
                FilterOperator::Equal => Operator::Equal(column),
                FilterOperator::Lower => Operator::Lower(column),
                FilterOperator::Upper => Operator::Upper(column),
            };
            let is_bound = filter.operator != FilterOperator::Equal;
            if is_bound && is_given_by_equality(table, filter, equal) {
                continue;
            }
            // Whether it is one shows in the values, of which there has to be one each.
            let is_one = |i: Option<usize>| i.is_some_and(|i| !constraints[i].is_list);
            let is_known = |name: &String| is_one(table.column(name).and_then(|(column, _)| equal(column)));
            let is_list = !is_bound && equal(column).is_some_and(|i| constraints[i].is_list);
            if !filter.when.is_empty() && (is_list || !filter.when.keys().all(is_known)) {
                continue;
            }
            let offered = constraints.iter().enumerate().filter(|(_, c)| c.usable && c.operator == operator);
            let offered: Vec<usize> =
                offered.map(|(i, _)| i).take(if is_bound { usize::MAX } else { 1 }).collect();
            for &i in &offered {
                // SQLite gives each value once: it goes to all filters of the comparison.
                let is_same = |role: &Role| matches!(role, Role::Filter(_) | Role::FilterBeyond(_));
                if roles.iter().any(|(role, c)| *c == i && is_same(role)) {
                    continue;
                }
                // SQLite would go through the values one by one, and ask again for those that mean the same to Twilio.
                let role = match constraints[i] {
                    Constraint { is_list: true, .. } => Role::FilterList(position),
                    Constraint { is_strict: true, .. } => Role::FilterBeyond(position),
                    _ => Role::Filter(position),
                };
                roles.push((role, i));
            }
            if !offered.is_empty() && walked.is_empty() {
                // An equality leaves a page or two of a long list, so that two of them, for an OR, cost less than
                // the whole.
                let (of_rows, of_cost) = if is_bound { (4.0, 2.0) } else { (10.0, 10.0) };
                rows = (rows / of_rows).max(1.0);
                cost = (cost / of_cost).max(REQUEST);
            }
        }
        // A small page saves nothing if rows of it may still be dropped or another order is wanted.
        let exact = |i: usize| roles.iter().any(|(role, c)| *c == i && is_exact(table, *role));
        let is_limit = |c: &Constraint| matches!(c.operator, Operator::Limit | Operator::Offset);
        let complete = enabled && constraints.iter().enumerate().all(|(i, c)| is_limit(c) || exact(i));
        if complete
            && !ordered
            && walked.is_empty()
            && !roles.iter().any(|(role, _)| role.is_list())
            && !table.filters.iter().any(|filter| filter.default.len() > 1)
            && !table.columns.iter().any(|column| column.every)
            && let Some(i) = find(Operator::Limit)
        {
            roles.push((Role::Limit, i));
            roles.extend(find(Operator::Offset).map(|i| (Role::Offset, i)));
        }
    }
    // A join that has the account beside the table is to read the account first: without it, the rows would be those of
    // the connection's own.
    let is_of_account =
        |c: &Constraint| account.is_some_and(|account| c.operator == Operator::Equal(account));
    if account.is_some_and(|account| equal(account).is_none()) && constraints.iter().any(is_of_account) {
        cost *= 1000.0;
    }
    Choice {
        access: Access { fetch, arguments: roles.iter().map(|(r, _)| *r).collect(), columns },
        constraints: roles.into_iter().map(|(_, i)| i).collect(),
        cost,
        rows: rows as i64,
        walked,
        unasked,
        missing,
    }
}

/// Whether an equality gives the parameter that a bound would give: Twilio takes one value of it.
fn is_given_by_equality(table: &Table, bound: &Filter, equal: impl Fn(usize) -> Option<usize>) -> bool {
    let equalities = table.filters.iter().filter(|f| f.operator == FilterOperator::Equal);
    let equalities = equalities.filter(|f| f.when.is_empty() || f.when == bound.when);
    let mut same = equalities.filter(|f| f.parameter == bound.parameter);
    same.any(|f| table.column(&f.column).is_some_and(|(column, _)| equal(column).is_some()))
}

/// How many names system tables have rows of, about.
const NAMES: i64 = 400;

/// Chooses how to read a system table: the rows of one name, if its one filter has a value, or all.
fn choose_local(table: &Table, constraints: &[Constraint], columns: u64) -> Choice {
    let named =
        table.filters.first().and_then(|filter| table.column(&filter.column)).and_then(|(column, _)| {
            constraints.iter().position(|c| c.usable && c.operator == Operator::Equal(column))
        });
    // Where more than schema and name tell rows apart, a name has several.
    let of_name = if table.key.len() > 2 { 20 } else { 1 };
    let (arguments, cost, rows) = match named {
        Some(_) => (vec![Role::Filter(0)], 0.1, of_name),
        None if table.filters.is_empty() => (Vec::new(), 1.0, 1000),
        None => (Vec::new(), 1.0, NAMES * of_name),
    };
    let access = Access { fetch: false, arguments, columns };
    let constraints = named.into_iter().collect();
    Choice { access, constraints, cost, rows, walked: Vec::new(), unasked: Vec::new(), missing: Vec::new() }
}

/// Whether the answer holds exactly the rows that the constraint selects.
fn is_exact(table: &Table, role: Role) -> bool {
    match role {
        Role::Path(_) | Role::PathList(_) | Role::Switch(_) | Role::SwitchList(_) => true,
        Role::Filter(i) | Role::FilterList(i) => {
            let filter = &table.filters[i];
            filter.matches == FilterMatch::Exact
                && filter.operator == FilterOperator::Equal
                && filter.when.is_empty()
        }
        Role::FilterBeyond(_) | Role::Limit | Role::Offset => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use std::sync::Arc;

    fn table(name: &str) -> Arc<Table> {
        Model::builtin().table(None, name).unwrap().clone()
    }

    fn column(table: &Table, name: &str) -> usize {
        table.column(name).unwrap().0
    }

    fn usable(operator: Operator) -> Constraint {
        Constraint { operator, usable: true, is_list: false, is_strict: false }
    }

    #[test]
    fn of_a_system_table_a_name_is_taken_and_nothing_else() {
        let t = table("sys_tablecolumns");
        let equal = |name| usable(Operator::Equal(column(&t, name)));
        let chosen = |constraints: &[Constraint], enabled| choose(&t, constraints, u64::MAX, false, enabled);
        let all = chosen(&[equal("ColumnName"), usable(Operator::Limit)], true);
        assert_eq!((all.access.arguments.len(), all.constraints.len()), (0, 0));
        let narrowed = chosen(&[equal("ColumnName"), equal("TableName")], false);
        assert_eq!((narrowed.access.arguments, narrowed.constraints), (vec![Role::Filter(0)], vec![1]));
        assert!(narrowed.cost < all.cost && narrowed.rows < all.rows);
        let unknown = Constraint { usable: false, ..equal("TableName") };
        assert_eq!(chosen(&[unknown], true).constraints.len(), 0);
        let requests = table("sys_requests");
        let number = usable(Operator::Equal(column(&requests, "Number")));
        assert_eq!(choose(&requests, &[number], u64::MAX, false, true).constraints.len(), 0);
    }

    #[test]
    fn the_whole_path_is_a_fetch() {
        let t = table("ConferenceParticipants");
        let both = [
            usable(Operator::Equal(column(&t, "CallSid"))),
            usable(Operator::Equal(column(&t, "ConferenceSid"))),
        ];
        let choice = choose(&t, &both, 1, false, true);
        assert!(choice.access.fetch);
        assert_eq!(choice.constraints, [1, 0], "the path's order");
        assert!(!choose(&t, &both[..1], 1, false, true).access.fetch, "the conference is not known");
    }

    #[test]
    fn a_known_parent_is_cheaper_than_walking_them() {
        let t = table("ConferenceParticipants");
        let known = choose(&t, &[usable(Operator::Equal(column(&t, "ConferenceSid")))], 1, false, true);
        let walked = choose(&t, &[], 1, false, true);
        assert!(known.cost * 10.0 < walked.cost);
        let unusable = Constraint { usable: false, ..usable(Operator::Equal(column(&t, "ConferenceSid"))) };
        assert_eq!(choose(&t, &[unusable], 1, false, true).access, walked.access);
        let conference = column(&t, "ConferenceSid");
        assert_eq!((known.walked, walked.walked), (vec![], vec![conference]));
    }

    #[test]
    fn one_list_of_keys_is_taken_whole() {
        let t = table("ConferenceParticipants");
        let list = |name: &str| Constraint { is_list: true, ..usable(Operator::Equal(column(&t, name))) };
        let choice = choose(&t, &[list("CallSid"), list("ConferenceSid")], 1, false, true);
        assert!(choice.access.fetch);
        let conference = column(&t, "ConferenceSid");
        assert_eq!(choice.access.arguments, [Role::PathList(conference), Role::Path(column(&t, "CallSid"))]);
    }

    #[test]
    fn lists_of_filters_are_taken_whole() {
        let t = table("ConferenceParticipants");
        let list = |name: &str| Constraint { is_list: true, ..usable(Operator::Equal(column(&t, name))) };
        let limit = usable(Operator::Limit);
        let choice = choose(&t, &[list("Muted"), list("Hold"), limit], 1, false, true);
        assert!(matches!(choice.access.arguments[..], [Role::FilterList(_), Role::FilterList(_)]));
    }

    #[test]
    fn an_account_that_no_list_is_below_has_to_be_given() {
        let t = Model::builtin().table(Some("Organizations"), "Accounts").unwrap().clone();
        let organization = usable(Operator::Equal(column(&t, "OrganizationSid")));
        let account = usable(Operator::Equal(column(&t, "AccountSid")));
        assert!(!choose(&t, &[organization], 1, false, true).access.fetch);
        assert!(choose(&t, &[organization, account], 1, false, true).access.fetch);
    }

    #[test]
    fn ranges_and_switches_are_filters() {
        let t = table("Conferences");
        let date = column(&t, "DateCreated");
        let choice =
            choose(&t, &[usable(Operator::Lower(date)), usable(Operator::Upper(date))], 1, false, true);
        let parameter = |role: &Role| match role {
            Role::Filter(i) => t.filters[*i].parameter.as_str(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            choice.access.arguments.iter().map(parameter).collect::<Vec<_>>(),
            ["DateCreated>", "DateCreated<"]
        );
    }

    #[test]
    fn limit_shrinks_the_page_only_if_no_row_can_be_dropped_or_moved() {
        let t = table("Conferences");
        let takes_limit = |constraints: &[Constraint], ordered| {
            choose(&t, constraints, 1, ordered, true).access.arguments.contains(&Role::Limit)
        };
        let limit = usable(Operator::Limit);
        assert!(takes_limit(&[limit], false));
        assert!(takes_limit(&[usable(Operator::Equal(column(&t, "Status"))), limit], false));
        assert!(!takes_limit(&[limit], true), "an order is wanted");
        assert!(!takes_limit(&[usable(Operator::Equal(column(&t, "Region"))), limit], false), "checked here");
        assert!(
            !takes_limit(&[usable(Operator::Lower(column(&t, "DateCreated"))), limit], false),
            "whole days"
        );
        assert!(!takes_limit(&[usable(Operator::Other), limit], false));
    }
}
