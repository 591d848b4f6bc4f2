//! Binds names, finds types and rewrites the tree to what SQLite reads.
//!
//! The resolver walks a query from FROM outwards: relations first, then the select list, then the clauses that
//! may use the select list's names. [`scope`] holds what a name can mean, [`expr`] walks expressions, [`from`]
//! the FROM clause. Each identifier is left quoted, so that SQLite takes none of them for a keyword.

mod asked;
mod assign;
mod calendar;
mod cast;
mod compare;
mod expr;
mod forms;
mod from;
mod functions;
mod guard;
mod limit;
mod numbers;
mod operands;
mod quantified;
mod scope;
mod sets;
mod sharpen;
mod views;

use std::sync::Arc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, OrderByKind, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, ValueWithSpan, WildcardAdditionalOptions,
};

use super::Names;
use super::branches;
use super::key_source;
use super::lex;
use super::parse::Markers;
use super::plain;
use super::plan::{ParameterInfo, Plan, QueryPlan, ResultColumn, Statement, TableUse};
use super::terms::conjuncts;
use super::typing;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, Table};

pub(super) use from::{idents, object_name};
pub(super) use scope::{Relation, Scope, Typed};

/// Plans a query.
pub(super) fn query(names: Names<'_>, query: Query, markers: &Markers) -> Result<Statement> {
    let mut resolver = Resolver::new(names, markers);
    let plan = resolver.plan(query)?;
    Ok(Statement { plan: Plan::Query(plan), parameters: resolver.parameters })
}

/// Characters of the label that a column without a name gets: as many as SQLGetInfo says that names have.
const MAX_LABEL: usize = 128;

/// The walk over one statement.
pub(super) struct Resolver<'m> {
    names: Names<'m>,
    markers: &'m Markers,
    /// What has been found out about each marker.
    pub parameters: Vec<ParameterInfo>,
    tables: Vec<TableUse>,
    /// Common table expressions that can be seen, the innermost last.
    ctes: Vec<Cte>,
    /// Whether a common table expression is named more than once.
    named_again: bool,
    reruns: bool,
    /// How many SELECTs have been walked, and how many relations stand in their FROM.
    selects: usize,
    relations: usize,
    /// Whether a join reads its right side a second time, for the rows without a match.
    completes_right: bool,
    is_gated: bool,
    /// The views whose queries are being resolved, the innermost last.
    views: Vec<Arc<Table>>,
    /// How many have been.
    views_read: usize,
}

/// A common table expression.
struct Cte {
    name: String,
    columns: Vec<ResultColumn>,
    /// Whether it has been named.
    named: bool,
}

impl<'m> Resolver<'m> {
    pub fn new(names: Names<'m>, markers: &'m Markers) -> Self {
        Resolver {
            names,
            markers,
            parameters: vec![ParameterInfo::untyped(); markers.len()],
            tables: Vec::new(),
            ctes: Vec::new(),
            named_again: false,
            reruns: false,
            selects: 0,
            relations: 0,
            completes_right: false,
            is_gated: false,
            views: Vec::new(),
            views_read: 0,
        }
    }

    /// Resolves a whole query.
    pub fn plan(&mut self, mut query: Query) -> Result<QueryPlan> {
        let columns = self.query(&mut query, &Scope::default())?;
        Ok(self.finish(&query, columns))
    }

    /// The plan of a query that has been resolved.
    fn finish(&mut self, query: &Query, columns: Vec<ResultColumn>) -> QueryPlan {
        let mut tables = std::mem::take(&mut self.tables);
        // A walk reads the parents as well.
        let walked = tables
            .iter()
            .flat_map(|used| &used.table.parents)
            .filter(|p| !p.costly || self.names.walks_costly);
        let parents: Vec<String> = walked.map(|p| p.table.clone()).collect();
        tables
            .iter_mut()
            .for_each(|used| used.shared |= self.named_again || parents.contains(&used.table.name));
        // Of a column of a sub-query it is not seen here whether a table is read by it.
        let is_pushed =
            |name: &str| self.selects > 1 || tables.iter().any(|used| is_read_by(&used.table, name));
        let repeats = branches::may_repeat(query, &is_pushed);
        let reruns = self.reruns || repeats || tables.iter().any(|used| used.shared);
        let keys = if self.reruns { key_source::of(query, &tables) } else { Vec::new() };
        // What SQLite reads of a temporary table is not seen, and it may begin with it.
        let is_one_join = self.selects == 1
            && self.relations == tables.len()
            && !self.completes_right
            && !repeats
            && !tables.iter().any(|used| used.shared || used.table.is_temporary());
        let is_gated = self.is_gated;
        let (sql, limit) = (query.to_string(), limit::written(query));
        let plain = match reruns || is_gated {
            true => None,
            false => plain::of(query, &sql, &columns, &tables, limit),
        };
        let keys = keys.into();
        QueryPlan { sql, tables, reruns, is_gated, is_one_join, keys, columns, limit, plain }
    }

    fn query(&mut self, query: &mut Query, outer: &Scope<'_>) -> Result<Vec<ResultColumn>> {
        let ctes_outside = self.ctes.len();
        if let Some(with) = &mut query.with {
            for cte in &mut with.cte_tables {
                let renamed = |columns: Vec<ResultColumn>| {
                    let names = cte.alias.columns.iter().map(|c| c.name.value.clone()).map(Some);
                    let names = names.chain(std::iter::repeat(None));
                    columns
                        .into_iter()
                        .zip(names)
                        .map(|(c, n)| ResultColumn { name: n.unwrap_or(c.name.clone()), ..c })
                };
                let name = cte.alias.name.value.clone();
                // Transact-SQL has no RECURSIVE.
                let recursive = with.recursive
                    || (matches!(*cte.query.body, SetExpr::SetOperation { .. }) && !self.is_relation(&name));
                let columns = if recursive {
                    self.recursive(&mut cte.query, outer, |columns| Cte {
                        name: name.clone(),
                        columns: renamed(columns).collect(),
                        named: false,
                    })?
                } else {
                    self.query(&mut cte.query, outer)?
                };
                self.ctes.push(Cte { name, columns: renamed(columns).collect(), named: false });
                quote(&mut cte.alias.name);
                cte.alias.columns.iter_mut().for_each(|c| quote(&mut c.name));
            }
        }
        let result = self.body(query, outer);
        sets::unwrap_top(query);
        self.ctes.truncate(ctes_outside);
        result
    }

    /// A query that may name itself. Its recursive part sees the table with the types of the first part; if it makes
    /// them wider (1, then 1.5), with those. Decimals have all digits there, as each round may add some.
    fn recursive(
        &mut self,
        query: &mut Query,
        outer: &Scope<'_>,
        cte: impl Fn(Vec<ResultColumn>) -> Cte,
    ) -> Result<Vec<ResultColumn>> {
        let written = query.clone();
        let tables = self.tables.clone();
        let mut seen = self.first_part(query, outer)?;
        let kinds = |columns: &[ResultColumn]| -> Vec<DataType> {
            columns.iter().map(|c| c.column_type.data_type).collect()
        };
        // Types only get wider, so that there is an end to it.
        loop {
            let before = kinds(&seen);
            seen.iter_mut().for_each(|c| c.column_type = typing::repeated(c.column_type));
            self.ctes.push(cte(seen));
            let columns = self.query(query, outer)?;
            if kinds(&columns) == before {
                return Ok(columns);
            }
            self.ctes.pop();
            query.clone_from(&written);
            self.tables.clone_from(&tables);
            seen = columns;
        }
    }

    /// The columns of the part of a recursive query that does not name itself.
    fn first_part(&mut self, query: &Query, outer: &Scope<'_>) -> Result<Vec<ResultColumn>> {
        let mut body = query.body.clone();
        while let SetExpr::SetOperation { left, .. } = *body {
            body = left;
        }
        let tables = self.tables.clone();
        let columns = self.set_expr(&mut body, outer).map(|(columns, _)| columns);
        self.tables = tables;
        // What comes later may be NULL, and comes from elsewhere.
        let later = |c| ResultColumn { nullable: true, base: None, ..c };
        Ok(columns?.into_iter().map(later).collect())
    }

    fn body(&mut self, query: &mut Query, outer: &Scope<'_>) -> Result<Vec<ResultColumn>> {
        refuse(!query.locks.is_empty() || query.for_clause.is_some(), "FOR UPDATE and the like")?;
        let (columns, scope) = self.set_expr(&mut query.body, outer)?;
        if let Some(order_by) = &mut query.order_by {
            let OrderByKind::Expressions(terms) = &mut order_by.kind else {
                return Err(unsupported("ORDER BY ALL"));
            };
            for term in terms {
                self.order_term(&mut term.expr, scope.as_ref(), &columns)?;
            }
        }
        self.limit(query, &scope.unwrap_or_default())?;
        Ok(columns)
    }

    pub(super) fn select<'o>(
        &mut self,
        select: &mut Select,
        outer: &'o Scope<'o>,
    ) -> Result<(Vec<ResultColumn>, Scope<'o>)> {
        self.selects += 1;
        refuse(select.into.is_some(), "SELECT INTO")?;
        if select.qualify.is_some() {
            return Err(instead("QUALIFY", "filter the window function's column in an outer SELECT … WHERE"));
        }
        if let Some(Distinct::On(_)) = select.distinct {
            let what = "number the rows with ROW_NUMBER() OVER (PARTITION BY …) in a derived table and keep those with 1";
            return Err(instead("DISTINCT ON", what));
        }
        self.drop_dual(&mut select.from);
        let mut scope = Scope { parent: Some(outer), ..Scope::default() };
        self.from(&mut select.from, &mut scope)?;
        let columns = self.projection(&mut select.projection, &scope)?;
        scope.outputs = columns
            .iter()
            .map(|c| scope::OutputName {
                name: c.name.clone(),
                typed: Typed { base: c.base.clone(), ..Typed::of(Some(c.column_type), c.nullable) },
            })
            .collect();
        if let Some(condition) = &mut select.selection {
            self.condition(condition, &scope)?;
            let all = if scope.is_completed { 0..0 } else { 0..scope.relations.len() };
            asked::check(condition, &scope, &all)?;
        }
        if let Some(condition) = &mut select.having {
            self.condition(condition, &scope)?;
            asked::check(condition, &scope, &(0..0))?;
        }
        let mut terms = Vec::new();
        select.selection.iter().for_each(|condition| conjuncts(condition, &mut terms));
        self.is_gated |= terms.into_iter().any(sharpen::is_constant);
        match &mut select.group_by {
            GroupByExpr::Expressions(terms, modifiers) => {
                let is_set = |e: &Expr| match e {
                    Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) => true,
                    Expr::Tuple(items) => items.is_empty(),
                    _ => false,
                };
                if !modifiers.is_empty() || terms.iter().any(is_set) {
                    let what =
                        "group by each set of columns in a SELECT of its own and join them by UNION ALL";
                    return Err(instead("GROUP BY with ROLLUP, CUBE or GROUPING SETS", what));
                }
                for term in terms {
                    if !is_position(term, &columns)? {
                        self.collated(term, &scope)?;
                    }
                }
            }
            GroupByExpr::All(_) => return Err(unsupported("GROUP BY ALL")),
        }
        for window in &mut select.named_window {
            quote(&mut window.0);
            if let sqlparser::ast::NamedWindowExpr::WindowSpec(spec) = &mut window.1 {
                self.window(spec, &scope)?;
            }
        }
        Ok((columns, scope))
    }

    /// Gives the columns, in the order in which SQLite gives them. It reads `*` itself, unless a join was exchanged.
    fn projection(&mut self, items: &mut Vec<SelectItem>, scope: &Scope<'_>) -> Result<Vec<ResultColumn>> {
        if scope.is_exchanged {
            *items = std::mem::take(items).into_iter().flat_map(|item| written_out(item, scope)).collect();
        }
        let mut columns = Vec::new();
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let label = expr.to_string().chars().take(MAX_LABEL).collect();
                    let written = match &*expr {
                        Expr::Identifier(name) => Some(name.value.clone()),
                        Expr::CompoundIdentifier(path) => path.last().map(|name| name.value.clone()),
                        _ => None,
                    };
                    let typed = self.value(expr, scope)?;
                    numbers::collate(expr, &typed);
                    let name = match (written, &*expr) {
                        (Some(written), Expr::CompoundIdentifier(path)) => match path.last() {
                            Some(own) if own.value.eq_ignore_ascii_case(&written) => own.value.clone(),
                            _ => written,
                        },
                        (Some(written), _) => written,
                        (None, _) => label,
                    };
                    // An outer query sees the column by its label, whatever SQLite would have called it.
                    let alias = Ident::with_quote('"', name.clone());
                    let inner = std::mem::replace(expr, Expr::value(sqlparser::ast::Value::Null));
                    *item = SelectItem::ExprWithAlias { expr: inner, alias };
                    columns.push(result_column(name, typed));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let typed = self.value(expr, scope)?;
                    numbers::collate(expr, &typed);
                    quote(alias);
                    columns.push(result_column(alias.value.clone(), typed));
                }
                SelectItem::Wildcard(options) => {
                    refuse_options(options)?;
                    if scope.relations.is_empty() {
                        return Err(Error::new(
                            state::SYNTAX_ERROR,
                            "Syntax error: '*' needs a FROM clause.",
                        ));
                    }
                    for relation in &scope.relations {
                        columns.extend(all_columns(relation, false));
                    }
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    refuse_options(options)?;
                    let path = from::idents(name)?;
                    let relation =
                        scope.relations.iter().find(|r| r.is_qualified_by(&path)).ok_or_else(|| {
                            let message = format!("{name}.*: FROM has no table of that name.");
                            Error::new(state::TABLE_NOT_FOUND, message)
                        })?;
                    columns.extend(all_columns(relation, true));
                    *name = from::object_name(&relation.name);
                }
                other => return Err(unsupported(&other.to_string())),
            }
        }
        Ok(columns)
    }

    /// WHERE, HAVING or ON.
    fn condition(&mut self, expr: &mut Expr, scope: &Scope<'_>) -> Result<()> {
        self.expr(expr, scope)?;
        sharpen::sharpen(expr, scope);
        Ok(())
    }

    /// An expression that is no row.
    fn value(&mut self, expr: &mut Expr, scope: &Scope<'_>) -> Result<Typed> {
        let typed = self.expr(expr, scope)?;
        if typed.items.is_empty() { Ok(typed) } else { Err(operands::width(typed.items.len(), 1)) }
    }

    /// ORDER BY: a position, a name of the select list, or an expression.
    fn order_term(
        &mut self,
        term: &mut Expr,
        scope: Option<&Scope<'_>>,
        columns: &[ResultColumn],
    ) -> Result<()> {
        if is_position(term, columns)? {
            return Ok(());
        }
        if let (Some(scope), Expr::Identifier(ident)) = (scope, &*term)
            && let Some(scope::Bound::Bare { name, .. }) = scope.bind_output(ident)
        {
            *term = Expr::Identifier(Ident::with_quote('"', name));
            return Ok(());
        }
        match (scope, &mut *term) {
            (Some(scope), _) => self.collated(term, scope),
            // After UNION only the names of the result can be used.
            (None, Expr::Identifier(name)) => {
                let own =
                    columns.iter().find(|c| c.name.eq_ignore_ascii_case(&name.value)).ok_or_else(|| {
                        let candidates = columns.iter().map(|c| c.name.as_str());
                        super::names::unknown_column(&name.value, &lex::at(name.span.start), candidates)
                    })?;
                name.value.clone_from(&own.name);
                quote(name);
                Ok(())
            }
            (None, _) => {
                let what = "name the expression in the first SELECT, or sort in an outer SELECT";
                Err(instead("ORDER BY an expression after UNION, INTERSECT or EXCEPT", what))
            }
        }
    }
}

/// Whether a term of ORDER BY or GROUP BY is the position of a column.
///
/// # Errors
/// 42000 for a position that no column has.
fn is_position(term: &Expr, columns: &[ResultColumn]) -> Result<bool> {
    let Expr::Value(ValueWithSpan { value: sqlparser::ast::Value::Number(text, _), span }) = term else {
        return Ok(false);
    };
    let position = text.parse::<usize>().unwrap_or(0);
    if !(1..=columns.len()).contains(&position) {
        let message = format!("There is no column {text} in the select list{}.", lex::at(span.start));
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    Ok(true)
}

/// The items that `*` stands for, if the item is one.
fn written_out(item: SelectItem, scope: &Scope<'_>) -> Vec<SelectItem> {
    if !matches!(&item, SelectItem::Wildcard(options) if refuse_options(options).is_ok()) {
        return vec![item];
    }
    let columns =
        || scope.relations.iter().flat_map(|r| r.columns.iter().filter(|c| !c.hidden).map(move |c| (r, c)));
    if columns().all(|(_, column)| column.merging == scope::Merging::Apart) {
        let all = |r: &Relation| {
            let name = SelectItemQualifiedWildcardKind::ObjectName(object_name(&r.name));
            SelectItem::QualifiedWildcard(name, WildcardAdditionalOptions::default())
        };
        return scope.relations.iter().map(all).collect();
    }
    let item = |(relation, column): (&Relation, &scope::RelationColumn)| {
        let name = Ident::with_quote('"', column.name.clone());
        let expr = match column.merging {
            scope::Merging::Away => return None,
            scope::Merging::Into => Expr::Identifier(name),
            scope::Merging::Apart => {
                Expr::CompoundIdentifier(vec![Ident::with_quote('"', relation.name.clone()), name])
            }
        };
        Some(SelectItem::UnnamedExpr(expr))
    };
    columns().filter_map(item).collect()
}

fn all_columns(relation: &Relation, qualified: bool) -> impl Iterator<Item = ResultColumn> + '_ {
    let shown = relation.columns.iter().filter(|c| !c.hidden);
    let shown = shown.filter(move |c| qualified || c.merging != scope::Merging::Away);
    shown.map(|c| result_column(c.name.clone(), c.typed.clone()))
}

fn result_column(name: String, typed: Typed) -> ResultColumn {
    ResultColumn {
        name,
        typed: typed.column_type.is_some(),
        column_type: typed.column_type.unwrap_or(ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE)),
        nullable: typed.nullable,
        base: typed.base,
        marker: typed.marker,
    }
}

/// Whether Twilio can be asked for rows by the column of that name.
fn is_read_by(table: &Table, name: &str) -> bool {
    table.column(name).is_some_and(|(position, column)| {
        table.is_in_path(position)
            || column.is_asked()
            || table.filters.iter().any(|filter| filter.column == column.name)
    })
}

/// Has the identifier written in double quotes, which SQLite never takes for a keyword.
pub(super) fn quote(ident: &mut Ident) {
    ident.quote_style = Some('"');
}

/// HYC00 for SQL that SQLite or the driver does not have.
pub(super) fn unsupported(what: &str) -> Error {
    Error::new(state::NOT_IMPLEMENTED, format!("{what} is not supported."))
}

/// HYC00 with another way to write it.
pub(super) fn instead(what: &str, other: &str) -> Error {
    Error::new(state::NOT_IMPLEMENTED, format!("{what} is not supported: {other}."))
}

/// Refuses `* EXCEPT (…)` and its like.
fn refuse_options(options: &WildcardAdditionalOptions) -> Result<()> {
    let has_some = options.opt_exclude.is_some()
        || options.opt_except.is_some()
        || options.opt_replace.is_some()
        || options.opt_rename.is_some()
        || options.opt_ilike.is_some();
    if has_some {
        Err(instead("'*' without some of the columns", "name those that you want"))
    } else {
        Ok(())
    }
}

fn refuse(found: bool, what: &str) -> Result<()> {
    if found { Err(unsupported(what)) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod expression_tests;

#[cfg(test)]
mod number_tests;
