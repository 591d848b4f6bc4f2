//! Where the keys come from by which a join looks a table up.
//!
//! SQLite runs a join row by row: it asks for the rows of one key, then for those of the next one. Each is a request,
//! so the engine wants to know the keys that come next, to ask for several side by side. A [`KeySource`] is the query
//! that gives them: the part of the statement that stands around the table, without the table itself.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use sqlparser::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, Query, Select, TableFactor, TableWithJoins, Visit,
    Visitor, visit_expressions,
};

use super::plan::{TableUse, module_name};
use super::resolve::idents;
use super::terms::conjuncts;
use crate::model::Table;

/// The query that gives the keys of a table, as far as it can be known before SQLite has chosen the order of the join.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// The table that is looked up.
    pub table: Arc<Table>,
    /// Its path columns that get their values from other tables.
    pub columns: Vec<usize>,
    /// For each of them, the expression that gives the value.
    keys: Vec<String>,
    /// The common table expressions around it: `WITH …`, or nothing.
    with: String,
    relations: Vec<Relation>,
    terms: Vec<Term>,
    /// The relations without which the keys are not known.
    needed: BTreeSet<usize>,
}

/// A relation beside or around the table.
#[derive(Clone, Debug)]
struct Relation {
    alias: String,
    /// The relation as it stands in FROM, with its alias.
    text: String,
    table: Option<Arc<Table>>,
    /// Whether a row without a match stays, so that the relation drops none.
    optional: bool,
}

/// A condition that every row has to fulfil.
#[derive(Clone, Debug)]
struct Term {
    text: String,
    /// The relations that it names.
    names: BTreeSet<usize>,
}

impl KeySource {
    /// The query for the keys, in the order in which a join that has read the `reached` tables will ask for them.
    pub fn sql(&self, reached: &[Arc<Table>]) -> String {
        let is_reached = |table: &Arc<Table>, r: &Relation| {
            r.table.as_ref().is_some_and(|t| Arc::ptr_eq(t, table)) && !r.optional && self.is_single(table)
        };
        // What SQLite reads before the table drops rows, and with them keys.
        let place = |i: &usize| {
            let relation = &self.relations[*i];
            reached.iter().position(|table| is_reached(table, relation))
        };
        let mut order: Vec<usize> =
            (0..self.relations.len()).filter(|i| self.needed.contains(i) || place(i).is_some()).collect();
        order.sort_by_key(|i| place(i).map_or(0, |at| at + 1));
        let from: Vec<&str> = order.iter().map(|&i| self.relations[i].text.as_str()).collect();
        let there: BTreeSet<usize> = order.iter().copied().collect();
        let terms = self.terms.iter().filter(|t| t.names.is_subset(&there)).map(|t| format!("({})", t.text));
        let terms: Vec<String> = terms.collect();
        let filter = if terms.is_empty() { String::new() } else { format!(" WHERE {}", terms.join(" AND ")) };
        // CROSS JOIN keeps SQLite from choosing another order.
        format!("{}SELECT {} FROM {}{filter}", self.with, self.keys.join(", "), from.join(" CROSS JOIN "))
    }

    /// Whether only one relation, and not the table that is looked up, is of that table.
    fn is_single(&self, table: &Arc<Table>) -> bool {
        let same = |t: &Arc<Table>| Arc::ptr_eq(t, table);
        !same(&self.table)
            && self.relations.iter().filter_map(|r| r.table.as_ref()).filter(|t| same(t)).count() == 1
    }
}

/// The sources of all tables that a resolved query looks up by keys of other tables.
pub(super) fn of(query: &Query, tables: &[TableUse]) -> Vec<KeySource> {
    let mut finder = Finder { tables, with: Vec::new(), levels: Vec::new(), found: Vec::new() };
    let _ = query.visit(&mut finder);
    finder.found
}

struct Finder<'t> {
    tables: &'t [TableUse],
    /// The WITH clauses around the place, the outermost first: whether they may recurse, and their tables.
    with: Vec<Option<(bool, String)>>,
    /// The SELECTs around the place, the outermost first.
    levels: Vec<Level>,
    found: Vec<KeySource>,
}

/// One SELECT.
#[derive(Default)]
struct Level {
    relations: Vec<Relation>,
    /// The conditions of WHERE, ON and USING.
    terms: Vec<Expr>,
}

impl Visitor for Finder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let with = query.with.as_ref().map(|with| {
            let tables: Vec<String> = with.cte_tables.iter().map(ToString::to_string).collect();
            (with.recursive, tables.join(", "))
        });
        self.with.push(with);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.with.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut level = Level::default();
        for item in &select.from {
            self.joined(item, &mut level);
        }
        if let Some(selection) = &select.selection {
            level.add(selection);
        }
        self.levels.push(level);
        for i in 0..self.levels.last().map_or(0, |level| level.relations.len()) {
            let source = self.source(i);
            self.found.extend(source);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.levels.pop();
        ControlFlow::Continue(())
    }
}

impl Level {
    fn add(&mut self, condition: &Expr) {
        let mut terms = Vec::new();
        conjuncts(condition, &mut terms);
        self.terms.extend(terms.into_iter().cloned());
    }

    fn position(&self, alias: &str) -> Option<usize> {
        self.relations.iter().position(|r| r.alias == alias)
    }

    /// The column of a relation, if the expression is nothing else.
    fn column<'e>(&self, expr: &'e Expr) -> Option<(usize, &'e str)> {
        match expr {
            Expr::CompoundIdentifier(path) => match &path[..] {
                [alias, column] => Some((self.position(&alias.value)?, &column.value)),
                _ => None,
            },
            Expr::Nested(inner) => self.column(inner),
            _ => None,
        }
    }

    /// The relations that the expression names; `None` if it names those of another SELECT.
    fn names(&self, expr: &Expr) -> Option<BTreeSet<usize>> {
        let mut names = BTreeSet::new();
        let found = visit_expressions(expr, |e| {
            match e {
                Expr::CompoundIdentifier(path) => match path.first().and_then(|a| self.position(&a.value)) {
                    Some(position) => drop(names.insert(position)),
                    None => return ControlFlow::Break(()),
                },
                Expr::Identifier(_) | Expr::Exists { .. } | Expr::Subquery(_) => {
                    return ControlFlow::Break(());
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        found.is_continue().then_some(names)
    }

    /// The relations that the term names, where it can be asked again without looking anything up for it. What an IN
    /// selects from is a scan of its own, which the statement reads once.
    fn term(&self, term: &Expr) -> Option<Term> {
        let names = match term {
            Expr::InSubquery { expr, .. } => self.names(expr)?,
            _ => self.names(term)?,
        };
        Some(Term { text: term.to_string(), names })
    }
}

impl Finder<'_> {
    fn joined(&self, item: &TableWithJoins, level: &mut Level) {
        self.factor(&item.relation, false, level);
        for join in &item.joins {
            let right = level.relations.len();
            let (optional, constraint) = match &join.join_operator {
                JoinOperator::Join(c) | JoinOperator::Inner(c) | JoinOperator::CrossJoin(c) => (false, c),
                JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => (true, c),
                JoinOperator::Right(c) | JoinOperator::RightOuter(c) | JoinOperator::FullOuter(c) => {
                    level.relations.iter_mut().for_each(|r| r.optional = true);
                    (true, c)
                }
                _ => continue,
            };
            self.factor(&join.relation, optional, level);
            match constraint {
                JoinConstraint::On(condition) => level.add(condition),
                JoinConstraint::Using(columns) => {
                    for column in columns.iter().filter_map(|c| idents(c).ok()?.pop()) {
                        let pair = level.pair(right, &column.value);
                        level.terms.extend(pair);
                    }
                }
                JoinConstraint::Natural | JoinConstraint::None => {}
            }
        }
    }

    fn factor(&self, factor: &TableFactor, optional: bool, level: &mut Level) {
        let (alias, table) = match factor {
            TableFactor::Table { name, alias, .. } => {
                let written = idents(name).ok().and_then(|mut path| path.pop());
                let Some(written) = written else { return };
                let used = self.tables.iter().find(|t| module_name(&t.table) == written.value);
                let alias = alias.as_ref().map_or(written.value, |a| a.name.value.clone());
                (alias, used.map(|t| t.table.clone()))
            }
            TableFactor::Derived { alias: Some(alias), .. } => (alias.name.value.clone(), None),
            TableFactor::NestedJoin { table_with_joins, .. } => return self.joined(table_with_joins, level),
            _ => return,
        };
        level.relations.push(Relation { alias, text: factor.to_string(), table, optional });
    }

    /// The source of the keys of a relation of the innermost SELECT, if it is looked up by those of others.
    fn source(&self, own: usize) -> Option<KeySource> {
        let level = self.levels.last()?;
        let table = level.relations[own].table.clone().filter(|t| t.source.is_none() && !t.is_temporary())?;
        let alias = &level.relations[own].alias;
        let is_path = |column: usize| table.is_in_path(column) || Some(column) == table.account_column();
        // From the same SELECT, or from one around it of which this is a sub-query.
        let mut around = None;
        let (mut columns, mut keys) = (Vec::new(), Vec::new());
        for term in &level.terms {
            let Some((column, other)) = equality(level, own, term) else {
                if varies(level, own, alias, term) {
                    return None;
                }
                continue;
            };
            let Some((column, _)) = table.column(column) else { continue };
            let giver =
                self.levels.iter().rposition(|l| l.names(other).is_some_and(|names| !names.is_empty()));
            let Some(giver) = giver else { continue };
            if table.columns[column].switch.is_some() {
                // As below: requests differ in more than the key.
                return None;
            }
            if !is_path(column) || columns.contains(&column) {
                continue;
            }
            if *around.get_or_insert(giver) != giver {
                return None;
            }
            columns.push(column);
            keys.push(other);
        }
        let outer = &self.levels[around?];
        let is_inner = around? + 1 == self.levels.len();
        let mut needed = BTreeSet::new();
        keys.iter().filter_map(|key| outer.names(key)).for_each(|mut names| needed.append(&mut names));
        if is_inner && needed.contains(&own) {
            return None;
        }
        outer.complete(&mut needed, is_inner.then_some(own));
        let mut relations = outer.relations.clone();
        if is_inner {
            // Never part of the query for its own keys.
            relations[own].optional = true;
        }
        let terms = outer.terms.iter().filter_map(|term| outer.term(term)).collect();
        let keys = keys.iter().map(ToString::to_string).collect();
        Some(KeySource { table, columns, keys, with: self.with_text(), relations, terms, needed })
    }

    /// The WITH clauses that can be seen, as one.
    fn with_text(&self) -> String {
        let clauses: Vec<&(bool, String)> = self.with.iter().flatten().collect();
        if clauses.is_empty() {
            return String::new();
        }
        let recursive = if clauses.iter().any(|(recursive, _)| *recursive) { "RECURSIVE " } else { "" };
        let tables: Vec<&str> = clauses.iter().map(|(_, tables)| tables.as_str()).collect();
        format!("WITH {recursive}{} ", tables.join(", "))
    }
}

impl Level {
    /// `left.column = right.column` for a column of USING.
    fn pair(&self, right: usize, column: &str) -> Option<Expr> {
        let has = |r: &&Relation| r.table.as_ref().is_some_and(|t| t.column(column).is_some());
        let left = self.relations[..right].iter().find(has)?;
        let right = self.relations[right..].iter().find(has)?;
        let name = |r: &Relation| {
            let part = |text: &str| sqlparser::ast::Ident::with_quote('"', text);
            Box::new(Expr::CompoundIdentifier(vec![part(&r.alias), part(column)]))
        };
        Some(Expr::BinaryOp { left: name(left), op: BinaryOperator::Eq, right: name(right) })
    }

    /// Adds the relations that the needed ones get their own keys from.
    fn complete(&self, needed: &mut BTreeSet<usize>, without: Option<usize>) {
        let mut open: Vec<usize> = needed.iter().copied().collect();
        while let Some(relation) = open.pop() {
            let Some(table) = &self.relations[relation].table else { continue };
            let needs_key = table.path_columns(&table.list).any(|c| Some(c) != table.account_column());
            if !needs_key {
                continue;
            }
            for term in &self.terms {
                let Some((column, other)) = equality(self, relation, term) else { continue };
                if !table.column(column).is_some_and(|(c, _)| table.is_in_path(c)) {
                    continue;
                }
                for name in self.names(other).unwrap_or_default() {
                    if Some(name) != without && needed.insert(name) {
                        open.push(name);
                    }
                }
            }
        }
    }
}

/// The column and the other side of a term that compares a column of the relation with something of others.
fn equality<'e>(level: &Level, own: usize, term: &'e Expr) -> Option<(&'e str, &'e Expr)> {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = term else { return None };
    let side = |column: &'e Expr, other: &'e Expr| {
        let (relation, column) = level.column(column)?;
        let others = level.names(other);
        (relation == own && !others.is_some_and(|names| names.contains(&own))).then_some((column, other))
    };
    side(left, right).or_else(|| side(right, left))
}

/// Whether a term that can be pushed compares a column of the relation with a value that is another one for each row
/// beside it. Then the requests of two keys differ in more than the key, and none can be foreseen.
fn varies(level: &Level, own: usize, alias: &str, term: &Expr) -> bool {
    let is_own = |e: &Expr| level.column(e).is_some_and(|(relation, _)| relation == own);
    let names_others = |e: &Expr| {
        visit_expressions(e, |e| match e {
            Expr::CompoundIdentifier(path) if path.first().is_some_and(|a| a.value != alias) => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        })
        .is_break()
    };
    match term {
        Expr::BinaryOp { left, op, right } => {
            use BinaryOperator::*;
            // SQLite may read the table for each branch.
            if matches!(op, And | Or) {
                return varies(level, own, alias, left) || varies(level, own, alias, right);
            }
            matches!(op, Eq | Lt | LtEq | Gt | GtEq)
                && ((is_own(left) && names_others(right)) || (is_own(right) && names_others(left)))
        }
        Expr::Nested(inner) => varies(level, own, alias, inner),
        Expr::Between { expr, low, high, .. } => is_own(expr) && (names_others(low) || names_others(high)),
        Expr::InList { expr, list, .. } => is_own(expr) && list.iter().any(names_others),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::sql::Plan;

    /// The queries for the keys in a statement that has reached those tables.
    fn queries(sql: &str, reached: &[&str]) -> Vec<String> {
        let model = Model::builtin();
        let reached: Vec<_> = reached.iter().map(|name| model.table(None, name).unwrap().clone()).collect();
        let Plan::Query(query) = crate::sql::plan(&model, sql).unwrap().plan else { panic!("no query") };
        let of_child = query.keys.iter().filter(|source| source.table.name == "ConferenceParticipants");
        of_child.map(|source| source.sql(&reached).replace('"', "")).collect()
    }

    #[test]
    fn the_rest_of_a_join_gives_the_keys() {
        let found = queries(
            "SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid \
             WHERE c.Region = 'us1' AND p.Muted = true",
            &["Conferences"],
        );
        assert_eq!(found, ["SELECT c.Sid FROM Twilio.Conferences c WHERE (c.Region = 'us1')"]);
    }

    #[test]
    fn what_is_read_before_restricts_them() {
        let sql = "SELECT * FROM Conferences c JOIN sys_requests r ON r.Url = c.Name \
                   JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid";
        let found = queries(sql, &["Conferences", "sys_requests"]);
        assert!(found[0].contains("CROSS JOIN Twilio.sys_requests r"), "{found:?}");
        let found = queries(sql, &["Conferences"]);
        assert_eq!(found, ["SELECT c.Sid FROM Twilio.Conferences c"]);
    }

    #[test]
    fn sub_queries_get_theirs_from_around_them() {
        for sql in [
            "SELECT c.Sid, (SELECT COUNT(*) FROM ConferenceParticipants p WHERE p.ConferenceSid = c.Sid) \
             FROM Conferences c WHERE c.Status = 'init'",
            "SELECT 1 FROM Conferences c WHERE c.Status = 'init' AND NOT EXISTS \
             (SELECT 1 FROM ConferenceParticipants p WHERE p.ConferenceSid = c.Sid AND p.Hold)",
        ] {
            let expected = "SELECT c.Sid FROM Twilio.Conferences c WHERE (c.Status = 'init')";
            assert_eq!(queries(sql, &["Conferences"]), [expected], "{sql}");
        }
    }

    #[test]
    fn derived_tables_and_common_ones_come_along() {
        let found = queries(
            "WITH few AS (SELECT Sid FROM Conferences LIMIT 3) SELECT * FROM few f \
             JOIN ConferenceParticipants p ON p.ConferenceSid = f.Sid",
            &["Conferences"],
        );
        assert!(found[0].starts_with("WITH few AS (SELECT"), "{found:?}");
        assert!(found[0].ends_with("SELECT f.Sid FROM few f"), "{found:?}");
        let found = queries(
            "SELECT * FROM (SELECT Sid FROM Conferences LIMIT 3) f \
             JOIN ConferenceParticipants p ON p.ConferenceSid = f.Sid \
             JOIN ConferenceParticipants q ON q.ConferenceSid = p.ConferenceSid AND q.CallSid = p.CallSidToCoach",
            &["Conferences"],
        );
        assert_eq!(found.len(), 2);
        assert!(found[1].contains("SELECT p.ConferenceSid, +p.CallSidToCoach FROM (SELECT"), "{}", found[1]);
    }

    #[test]
    fn requests_that_differ_in_more_than_the_key_are_not_foreseen() {
        let sql = "SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid \
                   AND p.DateCreated >= DATEADD(day, 1, c.DateCreated)";
        assert_eq!(queries(sql, &["Conferences"]), [""; 0]);
        assert_eq!(queries("SELECT * FROM ConferenceParticipants WHERE Muted = true", &[]), [""; 0]);
    }
}
