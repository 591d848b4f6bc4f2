//! What a statement means, ready to be run by the engine.

use std::fmt;
use std::sync::Arc;

use super::key_source::KeySource;
use super::plain::PlainQuery;
use crate::error::{Error, Result, state};
use crate::model::{Column, ColumnType, Operation, Procedure, Table};
use crate::value::Value;

/// A column of a result set, described before a row is fetched.
#[derive(Clone, Debug)]
pub struct ResultColumn {
    /// The label: the alias, the column's name, or the expression's text.
    pub name: String,
    pub column_type: ColumnType,
    /// Whether the statement says what type the column has. If not, as for NULL, `column_type` is a guess.
    pub typed: bool,
    pub nullable: bool,
    /// The table and the position of the column that the values come from unchanged.
    pub base: Option<(Arc<Table>, usize)>,
    /// The number of the marker, from 0, whose value the column is. If nothing else types the marker, the type of
    /// the value that is bound to it becomes the column's.
    pub marker: Option<usize>,
}

impl ResultColumn {
    /// The column of a table as a result column.
    pub fn of_table(table: &Arc<Table>, position: usize) -> Self {
        let column = &table.columns[position];
        ResultColumn {
            name: column.name.clone(),
            column_type: column.column_type(),
            typed: true,
            nullable: table.is_nullable(column),
            base: Some((table.clone(), position)),
            marker: None,
        }
    }
}

/// A parameter marker, described before execution.
#[derive(Clone, Debug)]
pub struct ParameterInfo {
    pub column_type: ColumnType,
    /// Whether the statement says what type the parameter has. If not, `column_type` is a guess and the
    /// application's own type stands.
    pub typed: bool,
    pub nullable: bool,
    /// The procedure's or the table's name for it.
    pub name: Option<String>,
    /// The two letters of the SIDs that it is looked up among.
    pub sid: Option<String>,
}

impl ParameterInfo {
    /// A parameter that nothing is known of.
    pub fn untyped() -> Self {
        let column_type = ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE);
        ParameterInfo { column_type, typed: false, nullable: true, name: None, sid: None }
    }
}

/// A planned statement.
#[derive(Debug)]
pub struct Statement {
    pub plan: Plan,
    /// One entry for each marker, in order.
    pub parameters: Vec<ParameterInfo>,
}

/// The kinds of statements.
#[derive(Debug)]
pub enum Plan {
    Query(QueryPlan),
    Write(WritePlan),
    Call(CallPlan),
    Explain(ExplainPlan),
    Local(LocalPlan),
}

impl Plan {
    /// The query that is run, or that finds the rows that are written.
    pub fn query(&self) -> Option<&QueryPlan> {
        match self {
            Plan::Query(query) => Some(query),
            Plan::Write(WritePlan { rows: GivenRows::Query(query), .. }) => Some(query),
            Plan::Write(_) | Plan::Call(_) => None,
            Plan::Explain(explain) => explain.plan.query(),
            Plan::Local(local) => local.query(),
        }
    }
}

/// A statement on temporary tables. Sends nothing but what a query in it asks for.
#[derive(Debug)]
pub enum LocalPlan {
    Create {
        table: Arc<Table>,
        /// What fills it, column by column.
        rows: Option<QueryPlan>,
        if_not_exists: bool,
    },
    Drop {
        names: Vec<String>,
        if_exists: bool,
    },
    Insert {
        table: Arc<Table>,
        /// Whether the table is made if it does not exist.
        creates: bool,
        /// The positions of the columns, in the order of the values.
        columns: Vec<usize>,
        rows: GivenRows,
    },
    Update {
        table: Arc<Table>,
        /// The positions of the columns that are set, in the order of the values.
        set: Vec<usize>,
        /// Its first column is the row id; the values follow.
        rows: QueryPlan,
    },
    Delete {
        table: Arc<Table>,
        /// Its one column is the row id.
        rows: QueryPlan,
    },
}

impl LocalPlan {
    /// The query that gives the rows.
    pub fn query(&self) -> Option<&QueryPlan> {
        match self {
            LocalPlan::Create { rows, .. } => rows.as_ref(),
            LocalPlan::Insert { rows: GivenRows::Query(query), .. } => Some(query),
            LocalPlan::Update { rows, .. } | LocalPlan::Delete { rows, .. } => Some(rows),
            LocalPlan::Drop { .. } | LocalPlan::Insert { .. } => None,
        }
    }
}

/// The rows of a write, and their values.
#[derive(Debug)]
pub enum GivenRows {
    /// Constants in the representation of what they are for, and markers.
    Values(Vec<Vec<Operand>>),
    Query(QueryPlan),
}

/// The temporary table whose columns are those of a result.
pub fn table_of_results(name: &str, results: &[ResultColumn]) -> Table {
    let columns = results.iter().map(|c| Column::temporary(c.name.clone(), c.column_type, !c.nullable));
    Table::temporary(name.to_owned(), columns.collect(), Vec::new())
}

/// EXPLAIN: what a statement would send.
#[derive(Debug)]
pub struct ExplainPlan {
    pub plan: Box<Plan>,
    pub columns: Vec<ResultColumn>,
}

/// A table of a query.
#[derive(Clone, Debug)]
pub struct TableUse {
    pub table: Arc<Table>,
    /// Whether it is read under several names, or several times under one.
    pub shared: bool,
}

/// A query for SQLite.
#[derive(Clone, Debug)]
pub struct QueryPlan {
    /// SQLite's text. Markers are numbered (`?1`), tables are named as [`module_name`] says.
    pub sql: String,
    /// The tables that the text names.
    pub tables: Vec<TableUse>,
    /// Whether SQLite may run a scan again: for each row of another relation, or for a sub-query.
    pub reruns: bool,
    /// Whether a condition without columns, or LIMIT 0, decides that nothing is read.
    pub is_gated: bool,
    /// Whether it is one SELECT of different tables, so that SQLite reads the table with which its join begins only
    /// once, from beginning to end.
    pub is_one_join: bool,
    /// Where joins and sub-queries get the keys from by which they look tables up.
    pub keys: Arc<[KeySource]>,
    pub columns: Vec<ResultColumn>,
    /// The number of rows that is written at its end.
    pub limit: Option<Limit>,
    /// What it is where it needs no relational engine.
    pub plain: Option<PlainQuery>,
}

/// LIMIT at the end of a query, in numbers; displayed as the text has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub rows: u64,
    pub offset: Option<u64>,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " LIMIT {}", self.rows)?;
        self.offset.map_or(Ok(()), |offset| write!(f, " OFFSET {offset}"))
    }
}

/// The name under which a table is known to SQLite.
pub fn module_name(table: &Table) -> String {
    format!("{}.{}", table.schema, table.name)
}

/// The name of SQLite's row id that no column of a temporary table has.
pub fn row_id_name(table: &Table) -> Option<&'static str> {
    ["rowid", "_rowid_", "oid"].into_iter().find(|name| table.column(name).is_none())
}

/// A value that is known before a row is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Constant(Value),
    /// A marker, counted from 0.
    Parameter(usize),
}

/// INSERT, UPDATE or DELETE: one request for each row.
#[derive(Debug)]
pub struct WritePlan {
    pub table: Arc<Table>,
    pub kind: WriteKind,
    /// Where the values of a row go, in their order.
    pub places: Vec<Place>,
    pub rows: GivenRows,
    /// What RETURNING asks for.
    pub returning: Option<Returning>,
    /// Whether no WHERE says which rows are meant.
    pub is_unfiltered: bool,
}

impl WritePlan {
    /// The operation on each row.
    ///
    /// # Errors
    /// 42000 if the table has no such operation.
    pub fn operation(&self) -> Result<&Operation> {
        let operation = match self.kind {
            WriteKind::Insert => &self.table.create,
            WriteKind::Update => &self.table.update,
            WriteKind::Delete => &self.table.delete,
        };
        operation
            .as_ref()
            .ok_or_else(|| Error::new(state::SYNTAX_ERROR, format!("{} cannot be written.", self.table.name)))
    }
}

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteKind {
    Insert,
    Update,
    Delete,
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path, as the column of that position.
    Path(usize),
    /// Into the body, as the operation's parameter of that position.
    Parameter(usize),
}

/// The columns that RETURNING asks for, by their positions, and what they are called.
#[derive(Debug)]
pub struct Returning {
    pub columns: Vec<usize>,
    pub results: Vec<ResultColumn>,
}

/// A procedure call: one request, one row.
#[derive(Debug)]
pub struct CallPlan {
    pub procedure: Arc<Procedure>,
    /// The position of the input, and its value.
    pub arguments: Vec<(usize, Operand)>,
    /// Further arguments, that are expressions.
    pub calculated: Option<Calculated>,
    /// The table whose row is answered, or one that has the columns of the answer; `None` where nothing is answered.
    pub answer: Option<Arc<Table>>,
    pub columns: Vec<ResultColumn>,
    /// Whether the first marker stands for the return value: `{? = call …}`.
    pub returns_value: bool,
    /// What each marker takes if it is bound as output.
    pub outputs: Vec<Output>,
}

impl CallPlan {
    /// The positions of the inputs that are given.
    pub fn given(&self) -> impl Iterator<Item = usize> {
        let calculated = self.calculated.iter().flat_map(|calculated| &calculated.inputs);
        self.arguments.iter().map(|(position, _)| position).chain(calculated).copied()
    }
}

/// Arguments that are calculated before a procedure is called.
#[derive(Debug)]
pub struct Calculated {
    /// The positions of the inputs, in the order of the query's columns.
    pub inputs: Vec<usize>,
    /// A query of one row, which reads no table.
    pub query: QueryPlan,
    /// How many of the statement's markers the query knows: all up to its last one.
    pub markers: usize,
}

/// What a marker of a call takes if it is bound as output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// 0, which says that the procedure succeeded.
    ReturnValue,
    /// The result column of that position. The marker is no input.
    Column(usize),
    /// The result column of that position, if there is one: that of the input's own name.
    OfInput(Option<usize>),
    /// The result column after that of the positional marker before it that is bound so. Whether it is an input.
    Next { input: bool },
}
