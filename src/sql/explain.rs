//! EXPLAIN: the statement behind the word, the columns of the answer, and what the text says of each table that a
//! query reads.
//!
//! The engine explains what SQLite's planner decided; what a person wrote is known here. To bring both together,
//! every table of FROM is given a number and is named by it ([`Explained::sql`]), so that each access in SQLite's
//! program can be led back to its place in the text and to the predicates that stand there.

use std::ops::ControlFlow;
use std::sync::Arc;

use sqlparser::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, Select, SelectItem, SetExpr, TableFactor,
    TableWithJoins, VisitMut, VisitorMut, visit_expressions,
};
use sqlparser::parser::Parser;

use super::dialect::TwilioDialect;
use super::parse::MAX_NESTING;
use super::plan::{ExplainPlan, Plan, QueryPlan, ResultColumn, Statement, module_name};
use super::resolve::idents;
use super::terms::conjuncts;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, Table};

/// The columns of the answer; the engine gives their values in this order.
const COLUMNS: [(&str, ColumnType, bool); 12] = [
    ("Step", ColumnType::of(DataType::Integer), false),
    ("TableName", ColumnType::text(128), false),
    ("Alias", ColumnType::text(128), true),
    ("Scan", ColumnType::text(8), false),
    ("Method", ColumnType::text(6), true),
    ("Endpoint", ColumnType::text(2000), true),
    ("Keys", ColumnType::text(4000), true),
    ("Pushed", ColumnType::text(4000), true),
    ("LocalPredicates", ColumnType::text(4000), true),
    ("PageSize", ColumnType::of(DataType::Integer), true),
    ("ExpectedRequests", ColumnType::text(1000), false),
    ("ReadAhead", ColumnType::of(DataType::Integer), false),
];

/// The statement behind EXPLAIN or EXPLAIN QUERY PLAN, whose places are those of the whole text; `None` for any
/// other statement.
pub(super) fn explained(sql: &str) -> Option<String> {
    let mut rest = after_word(sql, "explain")?;
    if let Some(plan) = after_word(rest, "query").and_then(|rest| after_word(rest, "plan")) {
        rest = plan;
    }
    let before = &sql[..sql.len() - rest.len()];
    let blank = before.chars().map(|c| if c == '\n' { '\n' } else { ' ' });
    Some(blank.chain(rest.chars()).collect())
}

/// What follows the word, if the text begins with it after white space and comments.
fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n')?.1.trim_start()
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")?.1.trim_start()
        } else {
            break;
        };
    }
    let (found, rest) = (rest.get(..word.len())?, &rest[word.len()..]);
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | '@' | '$' | '.'));
    (found.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

/// Plans the explanation of a statement. Its markers are described as in the statement itself.
pub(super) fn plan(statement: Statement) -> Statement {
    let columns = COLUMNS.iter().map(|(name, column_type, nullable)| ResultColumn {
        name: (*name).to_owned(),
        column_type: *column_type,
        typed: true,
        nullable: *nullable,
        base: None,
        marker: None,
    });
    let columns = columns.collect();
    let Statement { plan, parameters } = statement;
    Statement { plan: Plan::Explain(ExplainPlan { plan: Box::new(plan), columns }), parameters }
}

/// A query with its tables numbered.
#[derive(Debug)]
pub struct Explained {
    /// SQLite's text; the table of number n is named [`numbered_name`].
    pub sql: String,
    pub tables: Vec<NamedTable>,
    /// The expressions of the outermost select list.
    pub items: Vec<String>,
}

/// A table at one place in FROM.
#[derive(Debug)]
pub struct NamedTable {
    pub table: Arc<Table>,
    /// The name that qualifies its columns.
    pub alias: String,
    /// The terms of WHERE, ON and USING that name it.
    pub predicates: Vec<Predicate>,
}

/// A term that every row has to fulfil.
#[derive(Debug)]
pub struct Predicate {
    pub text: String,
    /// What it compares a column of the table with.
    pub comparisons: Vec<(usize, Comparison, String)>,
    /// The numbers of the other tables that it names.
    pub others: Vec<usize>,
    /// Whether it names no table of its FROM, so that nothing is read where it does not hold.
    pub constant: bool,
}

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Lower,
    Upper,
}

/// The name under which SQLite is to know the table at that place.
pub fn numbered_name(table: &Table, number: usize) -> String {
    format!("{}#{number}", module_name(table))
}

/// Numbers the tables of a query and collects what the text says of them.
///
/// # Errors
/// HYC00 for a query whose rewritten text cannot be read again.
pub fn read(query: &QueryPlan) -> Result<Explained> {
    super::with_deep_stack(|| read_here(query))
}

fn read_here(query: &QueryPlan) -> Result<Explained> {
    let mut tree = Parser::new(&TwilioDialect)
        .with_recursion_limit(MAX_NESTING)
        .try_with_sql(&query.sql)
        .and_then(|mut parser| parser.parse_query())
        .map_err(|e| Error::new(state::NOT_IMPLEMENTED, format!("The query cannot be explained: {e}.")))?;
    let mut items = Vec::new();
    if let SetExpr::Select(select) = &*tree.body {
        items = select.projection.iter().map(item_text).collect();
    }
    let mut reader = Reader { query, tables: Vec::new() };
    let _ = tree.visit(&mut reader);
    Ok(Explained { sql: tree.to_string(), tables: reader.tables, items })
}

fn item_text(item: &SelectItem) -> String {
    match item {
        SelectItem::UnnamedExpr(e) | SelectItem::ExprWithAlias { expr: e, .. } => plain(&e.to_string()),
        other => other.to_string(),
    }
}

struct Reader<'q> {
    query: &'q QueryPlan,
    tables: Vec<NamedTable>,
}

impl VisitorMut for Reader<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let first = self.tables.len();
        let mut terms = Vec::new();
        for item in &mut select.from {
            self.joined(item, &mut terms);
        }
        if let Some(selection) = &select.selection {
            add(selection, &mut terms);
        }
        for term in &terms {
            let tables = &self.tables[first..];
            let named: Vec<usize> =
                (first..).zip(tables).filter(|(_, t)| term.names(t)).map(|(i, _)| i).collect();
            let constant = named.is_empty();
            let concerned = if constant { (first..self.tables.len()).collect() } else { named };
            for &number in &concerned {
                let others =
                    concerned.iter().copied().filter(|&other| other != number && !constant).collect();
                let predicate = term.predicate(&self.tables[number], others, constant);
                self.tables[number].predicates.push(predicate);
            }
        }
        ControlFlow::Continue(())
    }
}

impl Reader<'_> {
    fn joined(&mut self, item: &mut TableWithJoins, terms: &mut Vec<Term>) {
        self.factor(&mut item.relation, terms);
        for join in &mut item.joins {
            self.factor(&mut join.relation, terms);
            match &join.join_operator {
                JoinOperator::Join(c)
                | JoinOperator::Inner(c)
                | JoinOperator::CrossJoin(c)
                | JoinOperator::Left(c)
                | JoinOperator::LeftOuter(c)
                | JoinOperator::Right(c)
                | JoinOperator::RightOuter(c)
                | JoinOperator::FullOuter(c) => match c {
                    JoinConstraint::On(condition) => add(condition, terms),
                    JoinConstraint::Using(columns) => {
                        terms.extend(
                            columns.iter().filter_map(|c| Some(Term::Using(idents(c).ok()?.pop()?.value))),
                        );
                    }
                    JoinConstraint::Natural | JoinConstraint::None => {}
                },
                _ => {}
            }
        }
    }

    fn factor(&mut self, factor: &mut TableFactor, terms: &mut Vec<Term>) {
        match factor {
            TableFactor::Table { name, alias, .. } => {
                let Ok(path) = idents(name) else { return };
                let [ident] = &path[..] else { return };
                let mut used = self.query.tables.iter();
                let Some(used) = used.find(|t| module_name(&t.table) == ident.value) else { return };
                let alias = alias.as_ref().map_or(used.table.name.clone(), |a| a.name.value.clone());
                *name = super::resolve::object_name(&numbered_name(&used.table, self.tables.len()));
                self.tables.push(NamedTable { table: used.table.clone(), alias, predicates: Vec::new() });
            }
            TableFactor::NestedJoin { table_with_joins, .. } => self.joined(table_with_joins, terms),
            _ => {}
        }
    }
}

/// A term before it is known which tables it concerns.
enum Term {
    Condition(Box<Expr>),
    Using(String),
}

fn add(condition: &Expr, terms: &mut Vec<Term>) {
    let mut found = Vec::new();
    conjuncts(condition, &mut found);
    terms.extend(found.into_iter().map(|e| Term::Condition(Box::new(e.clone()))));
}

impl Term {
    /// Whether the term is about a column of the table.
    fn names(&self, named: &NamedTable) -> bool {
        let expr = match self {
            Term::Condition(expr) => expr,
            Term::Using(name) => return named.table.column(name).is_some(),
        };
        let found = visit_expressions(expr, |e| match e {
            Expr::CompoundIdentifier(path) if path.first().is_some_and(|i| i.value == named.alias) => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        });
        found.is_break()
    }

    fn predicate(&self, named: &NamedTable, others: Vec<usize>, constant: bool) -> Predicate {
        let (text, comparisons) = match self {
            Term::Condition(expr) => (plain(&expr.to_string()), comparisons(expr, named)),
            Term::Using(name) => (format!("USING ({name})"), Vec::new()),
        };
        Predicate { text, comparisons, others, constant }
    }
}

fn comparisons(expr: &Expr, named: &NamedTable) -> Vec<(usize, Comparison, String)> {
    let column = |e: &Expr| match e {
        Expr::CompoundIdentifier(path) => match &path[..] {
            [alias, column] if alias.value == named.alias => {
                named.table.column(&column.value).map(|(i, _)| i)
            }
            _ => None,
        },
        _ => None,
    };
    let text = |e: &dyn std::fmt::Display| plain(&e.to_string());
    use Comparison::*;
    match expr {
        Expr::BinaryOp { left, op, right } => {
            let (own, turned) = match op {
                BinaryOperator::Eq => (Equal, Equal),
                BinaryOperator::Gt | BinaryOperator::GtEq => (Lower, Upper),
                BinaryOperator::Lt | BinaryOperator::LtEq => (Upper, Lower),
                _ => return Vec::new(),
            };
            let left_is = column(left).map(|c| (c, own, text(right)));
            left_is.into_iter().chain(column(right).map(|c| (c, turned, text(left)))).collect()
        }
        Expr::Between { expr, negated: false, low, high } => {
            column(expr).map_or(Vec::new(), |c| vec![(c, Lower, text(low)), (c, Upper, text(high))])
        }
        Expr::InList { expr, list, negated: false } => {
            let list: Vec<String> = list.iter().map(|e| text(e)).collect();
            column(expr).map_or(Vec::new(), |c| vec![(c, Equal, list.join(", "))])
        }
        Expr::InSubquery { expr, subquery, negated: false } => {
            column(expr).map_or(Vec::new(), |c| vec![(c, Equal, text(subquery))])
        }
        _ => Vec::new(),
    }
}

/// The text without what the resolver adds: the collation of decimals, and the quotes around every name, where none
/// are needed.
fn plain(text: &str) -> String {
    let text = &text.replace(" COLLATE DECIMAL", "");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let Some(length) = rest[start + 1..].find(quote) else { break };
        let inner = &rest[start + 1..start + 1 + length];
        plain.push_str(&rest[..start]);
        let is_word = inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
            && inner.starts_with(|c: char| c.is_alphabetic());
        match quote == "\"" && is_word {
            true => plain.push_str(inner),
            false => plain.push_str(&rest[start..start + length + 2]),
        }
        rest = &rest[start + length + 2..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    fn query(sql: &str) -> Explained {
        match crate::sql::plan(&Model::builtin(), sql).unwrap().plan {
            Plan::Query(query) => read(&query).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_statement_behind_the_word_keeps_its_places() {
        assert_eq!(explained("EXPLAIN SELECT 1").as_deref(), Some("        SELECT 1"));
        let text = "/* a */ explain -- b\n query\tPLAN SELECT 1";
        let found = explained(text).unwrap();
        assert_eq!(found.find("SELECT"), text.find("SELECT"));
        assert_eq!(found.trim(), "SELECT 1");
        assert_eq!(explained("EXPLAIN query SELECT").unwrap().trim(), "query SELECT");
        for other in ["SELECT 1", "EXPLAINED", "-- EXPLAIN", "", "EXPL", "explaîn x"] {
            assert_eq!(explained(other), None, "{other}");
        }
    }

    #[test]
    fn tables_have_numbers_and_predicates_of_their_own() {
        let found = query(
            "SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid \
             WHERE c.Status = 'in-progress' AND (p.Muted = true OR p.Hold = true) AND c.DateCreated BETWEEN \
             '2024-01-01' AND '2024-02-01' AND c.Sid IN (SELECT Sid FROM Conferences c WHERE Region = 'jp1')",
        );
        let aliases: Vec<_> = found.tables.iter().map(|t| t.alias.as_str()).collect();
        assert_eq!(aliases, ["c", "p", "c"]);
        assert!(found.sql.contains("\"Twilio.ConferenceParticipants#1\""), "{}", found.sql);
        let texts = |i: usize| found.tables[i].predicates.iter().map(|p| p.text.as_str()).collect::<Vec<_>>();
        assert_eq!(texts(1), ["p.ConferenceSid = c.Sid", "p.Muted = true OR p.Hold = true"]);
        assert_eq!(texts(2), ["c.Region = 'jp1'"]);
        assert_eq!(texts(0).len(), 4, "{:?}", texts(0));
        assert_eq!(found.tables[0].predicates[2].comparisons.len(), 2, "a range has two ends");
    }

    #[test]
    fn names_lose_their_quotes_and_strings_do_not() {
        assert_eq!(plain(r#""a"."b c" = 'it''s "x"'"#), r#"a."b c" = 'it''s "x"'"#);
    }
}
