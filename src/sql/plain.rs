//! Queries that need no relational engine: plain columns of one table, of which conditions compare some with values.
//!
//! What is recognised is the text that SQLite would be given, so that nothing in it is overlooked, and its meaning is
//! SQLite's: only comparisons of texts with texts, byte by byte, and of integers with integers are taken. Everything
//! else is left to SQLite.

use std::cmp::Ordering;
use std::fmt::Write;
use std::sync::Arc;

use sqlparser::ast::{
    BinaryOperator, Expr, Query, SelectItem, SetExpr, TableFactor, TableWithJoins, Value as SqlValue,
    ValueWithSpan,
};

use super::plan::{Limit, Operand, ResultColumn, TableUse, module_name};
use super::resolve::object_name;
use super::terms::conjuncts;
use crate::model::{DataType, Table};
use crate::value::{Value, ValueRef};

/// The most columns and conditions. SQLite refuses much longer queries, and is to say so itself.
const MAX_COLUMNS: usize = 1000;
const MAX_CONDITIONS: usize = 100;

/// A query of plain columns of one table. Its LIMIT is that of the plan.
#[derive(Clone, Debug)]
pub struct PlainQuery {
    pub table: Arc<Table>,
    /// The positions of the result's columns in the table.
    pub columns: Vec<usize>,
    /// What has to be true of a row, all of it.
    pub conditions: Vec<Condition>,
}

/// A column compared with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The position of the column in the table.
    pub column: usize,
    pub comparison: Comparison,
    pub value: Operand,
    pub kind: Kind,
}

/// The operator of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How the values of a condition are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
}

impl Kind {
    /// How SQLite compares the column with values of its own representation; `None` where that is neither.
    fn of(table: &Table, column: usize) -> Option<Kind> {
        let column = &table.columns[column];
        match column.data_type {
            DataType::Text | DataType::Date | DataType::Time | DataType::Timestamp => Some(Kind::Text),
            // What stands in a path is text.
            DataType::Boolean | DataType::Integer | DataType::BigInt if !column.from_path => {
                Some(Kind::Integer)
            }
            _ => None,
        }
    }

    /// Whether the value is one of these, or NULL, which nothing equals.
    pub fn takes(self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Text(_) => self == Kind::Text,
            Value::Integer(_) => self == Kind::Integer,
            Value::Real(_) | Value::Binary(_) => false,
        }
    }
}

impl Comparison {
    fn of(operator: &BinaryOperator) -> Option<Self> {
        Some(match operator {
            BinaryOperator::Eq => Comparison::Equal,
            BinaryOperator::Lt => Comparison::Less,
            BinaryOperator::LtEq => Comparison::LessOrEqual,
            BinaryOperator::Gt => Comparison::Greater,
            BinaryOperator::GtEq => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The same with its sides exchanged.
    fn turned(self) -> Self {
        match self {
            Comparison::Equal => self,
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }

    /// Whether it is true of two values of one [`Kind`].
    pub fn holds(self, left: ValueRef<'_>, right: ValueRef<'_>) -> bool {
        let ordering = match (left, right) {
            (ValueRef::Text(left), ValueRef::Text(right)) => left.cmp(right),
            (ValueRef::Integer(left), ValueRef::Integer(right)) => left.cmp(&right),
            // NULL equals nothing.
            _ => return false,
        };
        match self {
            Comparison::Equal => ordering == Ordering::Equal,
            Comparison::Less => ordering == Ordering::Less,
            Comparison::LessOrEqual => ordering != Ordering::Greater,
            Comparison::Greater => ordering == Ordering::Greater,
            Comparison::GreaterOrEqual => ordering != Ordering::Less,
        }
    }
}

/// What the resolved query is, if it is plain. `sql` is its text.
pub(super) fn of(
    query: &Query,
    sql: &str,
    columns: &[ResultColumn],
    tables: &[TableUse],
    limit: Option<Limit>,
) -> Option<PlainQuery> {
    let [TableUse { table, shared: false }] = tables else { return None };
    let is_asked_for = !table.is_temporary() && table.source.is_none();
    if !is_asked_for || columns.len() > MAX_COLUMNS || sql.contains('\0') {
        return None;
    }
    let SetExpr::Select(select) = &*query.body else { return None };
    let [TableWithJoins { relation, joins }] = &select.from[..] else { return None };
    let TableFactor::Table { name, alias: Some(alias), .. } = relation else { return None };
    if !joins.is_empty() || *name != object_name(&module_name(table)) {
        return None;
    }
    let reader = Reader { table, relation: &alias.name.value };
    let is_plain = |item: &SelectItem| match item {
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => true,
        SelectItem::ExprWithAlias { expr, .. } => reader.column(expr).is_some(),
        _ => false,
    };
    if !select.projection.iter().all(is_plain) {
        return None;
    }
    let position = |column: &ResultColumn| match &column.base {
        Some((base, position)) if Arc::ptr_eq(base, table) => Some(*position),
        _ => None,
    };
    let positions = columns.iter().map(position).collect::<Option<Vec<usize>>>()?;
    let mut terms = Vec::new();
    select.selection.iter().for_each(|condition| conjuncts(condition, &mut terms));
    let mut conditions = Vec::new();
    for term in terms {
        reader.condition(term, &mut conditions)?;
    }
    if conditions.len() > MAX_CONDITIONS || !are_apart(&conditions) {
        return None;
    }
    let is_all = written(relation, &select.projection, select.selection.as_ref(), limit) == sql;
    is_all.then(|| PlainQuery { table: table.clone(), columns: positions, conditions })
}

/// The text of a query that has nothing but these clauses.
fn written(
    relation: &TableFactor,
    items: &[SelectItem],
    condition: Option<&Expr>,
    limit: Option<Limit>,
) -> String {
    let items = items.iter().map(SelectItem::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!("SELECT {items} FROM {relation}");
    if let Some(condition) = condition {
        let _ = write!(text, " WHERE {condition}");
    }
    if let Some(limit) = limit {
        let _ = write!(text, "{limit}");
    }
    text
}

/// Whether no column that equals something is compared again: SQLite would put its value into the other comparison,
/// which then is none of the column any more.
fn are_apart(conditions: &[Condition]) -> bool {
    let equalities = conditions.iter().filter(|c| c.comparison == Comparison::Equal);
    equalities.clone().all(|one| conditions.iter().filter(|other| other.column == one.column).count() == 1)
}

struct Reader<'q> {
    table: &'q Table,
    /// The name of the table in the query.
    relation: &'q str,
}

impl Reader<'_> {
    /// The position of the column that the expression is.
    fn column(&self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Nested(inner) => self.column(inner),
            Expr::CompoundIdentifier(path) => match &path[..] {
                [relation, column] if relation.value == self.relation => {
                    self.table.columns.iter().position(|c| c.name == column.value)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Adds what a term of WHERE says; `None` if it is no such comparison.
    fn condition(&self, term: &Expr, conditions: &mut Vec<Condition>) -> Option<()> {
        match term {
            Expr::BinaryOp { left, op, right } => {
                let comparison = Comparison::of(op)?;
                conditions.push(match self.column(left) {
                    Some(column) => self.compared(column, comparison, right)?,
                    None => self.compared(self.column(right)?, comparison.turned(), left)?,
                });
            }
            Expr::Between { expr, negated: false, low, high } => {
                let column = self.column(expr)?;
                conditions.push(self.compared(column, Comparison::GreaterOrEqual, low)?);
                conditions.push(self.compared(column, Comparison::LessOrEqual, high)?);
            }
            _ => return None,
        }
        Some(())
    }

    fn compared(&self, column: usize, comparison: Comparison, value: &Expr) -> Option<Condition> {
        let kind = Kind::of(self.table, column)?;
        let value = match value {
            Expr::Nested(inner) => return self.compared(column, comparison, inner),
            Expr::Value(ValueWithSpan { value, .. }) => match value {
                SqlValue::Placeholder(marker) => {
                    Operand::Parameter(marker.strip_prefix('?')?.parse::<usize>().ok()?.checked_sub(1)?)
                }
                SqlValue::SingleQuotedString(text) => Operand::Constant(Value::Text(text.clone())),
                SqlValue::Number(digits, false) => Operand::Constant(Value::Integer(digits.parse().ok()?)),
                SqlValue::Boolean(truth) => Operand::Constant(Value::Integer((*truth).into())),
                _ => return None,
            },
            _ => return None,
        };
        let fits = match &value {
            Operand::Constant(constant) => kind.takes(constant),
            Operand::Parameter(_) => true,
        };
        fits.then_some(Condition { column, comparison, value, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::sql::plan;
    use crate::sql::plan::Plan;

    fn plain(sql: &str) -> Option<PlainQuery> {
        let model = Model::builtin();
        let Plan::Query(query) = plan(&model, sql).unwrap().plan else { panic!("no query: {sql}") };
        query.plain
    }

    /// The columns and conditions in short; "SQLite" where it is not plain.
    fn told(sql: &str) -> String {
        let Some(query) = plain(sql) else { return "SQLite".into() };
        let name = |column: usize| query.table.columns[column].name.as_str();
        let columns: Vec<&str> = query.columns.iter().map(|&column| name(column)).collect();
        let mut told = columns.join(",");
        for Condition { column, comparison, value, kind } in &query.conditions {
            let value = match value {
                Operand::Constant(Value::Text(text)) => format!("'{text}'"),
                Operand::Constant(Value::Integer(number)) => number.to_string(),
                Operand::Parameter(marker) => format!("?{marker} {kind:?}"),
                other => panic!("{other:?}"),
            };
            let _ = write!(told, "; {} {comparison:?} {value}", name(*column));
        }
        told
    }

    #[test]
    fn columns_under_any_names() {
        for (sql, expected) in [
            ("SELECT Sid, Body FROM Messages", "Sid,Body"),
            ("SELECT m.Body AS Sid, Sid Body, (Body) FROM Messages m", "Body,Sid,Body"),
            ("SELECT TOP 5 [Sid] FROM Twilio.Messages WITH (NOLOCK)", "Sid"),
            ("SELECT Sid FROM Messages LIMIT 5 OFFSET 2", "Sid"),
            ("SELECT Price, _raw FROM Messages", "Price,_raw"),
        ] {
            assert_eq!(told(sql), expected, "{sql}");
        }
        let model = Model::builtin();
        let messages = model.table(None, "Messages").unwrap();
        let shown: Vec<usize> = messages.shown().map(|(i, _)| i).collect();
        assert_eq!(plain("SELECT * FROM Messages").unwrap().columns, shown);
        let twice = plain("SELECT m.*, Sid FROM Messages AS m").unwrap().columns;
        assert_eq!(twice, [&shown[..], &[messages.column("Sid").unwrap().0]].concat());
    }

    #[test]
    fn conditions_are_what_sqlite_would_compare() {
        for (condition, expected) in [
            ("Status = 'sent'", "Status Equal 'sent'"),
            ("(('sent' = (Status)))", "Status Equal 'sent'"),
            ("Body > N'a' AND (Body <= 'b')", "Body Greater 'a'; Body LessOrEqual 'b'"),
            ("NumSegments >= 2", "NumSegments GreaterOrEqual 2"),
            ("-3 < NumSegments", "NumSegments Greater -3"),
            ("NumSegments = '2'", "NumSegments Equal 2"),
            ("Sender = ? AND NumSegments < ?", "Sender Equal ?0 Text; NumSegments Less ?1 Integer"),
            ("DateSent < {d '2024-06-03'}", "DateSent Less '2024-06-03 00:00:00'"),
            (
                "DateSent BETWEEN '2024-06-03' AND ?",
                "DateSent GreaterOrEqual '2024-06-03 00:00:00'; DateSent LessOrEqual ?0 Text",
            ),
            (
                "CAST(DateSent AS DATE) = '2024-06-03'",
                "DateSent GreaterOrEqual '2024-06-03 00:00:00'; DateSent LessOrEqual '2024-06-03 23:59:59.999999999'",
            ),
        ] {
            let sql = format!("SELECT Sid FROM Messages WHERE {condition}");
            assert_eq!(told(&sql), format!("Sid; {expected}"));
        }
        assert_eq!(told("SELECT Sid FROM IncomingPhoneNumbers WHERE Beta"), "Sid; Beta Equal 1");
    }

    #[test]
    fn the_rest_is_sqlites() {
        for sql in [
            "SELECT 1",
            "SELECT DISTINCT Status FROM Messages",
            "SELECT COUNT(*) FROM Messages",
            "SELECT Sid || '' FROM Messages",
            "SELECT Sid, ? FROM Messages",
            "SELECT Status FROM Messages GROUP BY Status",
            "SELECT Sid FROM Messages ORDER BY Sid",
            "SELECT Sid FROM Messages LIMIT ?",
            "SELECT Sid FROM Messages LIMIT 0",
            "SELECT Sid FROM Messages LIMIT -1",
            "SELECT Sid FROM Messages OFFSET 1",
            "SELECT Sid FROM Messages UNION ALL SELECT Sid FROM Messages",
            "SELECT Sid FROM (SELECT Sid FROM Messages) AS m",
            "WITH m AS (SELECT Sid FROM Messages) SELECT Sid FROM m",
            "WITH Other AS (SELECT 1) SELECT Sid FROM Messages",
            "SELECT c.i FROM Conferences AS c (i, a, d, u, v, n, r, s, x, y, z, e)",
            "SELECT m.Sid FROM Messages m, Calls c",
            "SELECT m.Sid FROM Messages m JOIN Calls c ON c.Sid = m.Sid",
            "SELECT TableName FROM sys_tables",
            "SELECT RANK() OVER (ORDER BY Sid) FROM Messages",
        ] {
            assert_eq!(told(sql), "SQLite", "{sql}");
        }
        for condition in [
            "Status = 'sent' OR Status = 'failed'",
            "Status <> 'sent'",
            "Status IN ('sent', 'failed')",
            "Status LIKE 's%'",
            "Status IS NULL",
            "NOT Status = 'sent'",
            "Status = Sender",
            "UPPER(Status) = 'SENT'",
            "Status = 'SENT' COLLATE NOCASE",
            "Status = UPPER(?)",
            "Status = NULL",
            "Price > 1",
            "Price = ?",
            "NumSegments > 1.5",
            "NumSegments = 92233720368547758070",
            "NumSegments = 1e0",
            "Body = 1",
            "1 = 1",
            "EXISTS (SELECT 1 FROM Calls)",
            "Sid = (SELECT MAX(Sid) FROM Calls)",
            "Body = 'a\0b'",
            // SQLite makes 'a' > 'b' of these, which is no condition on the column any more.
            "Body = 'a' AND Body > 'b'",
            "Body = ? AND Body BETWEEN 'a' AND 'b'",
        ] {
            let sql = format!("SELECT Sid FROM Messages WHERE {condition}").replace("\\0", "\0");
            assert_eq!(told(&sql), "SQLite", "{condition}");
        }
        let many = |count: usize| {
            format!("SELECT Sid FROM Messages WHERE {}", vec!["Body > ''"; count].join(" AND "))
        };
        assert!(plain(&many(MAX_CONDITIONS)).is_some() && plain(&many(MAX_CONDITIONS + 1)).is_none());
    }

    #[test]
    fn nothing_is_true_of_null() {
        use Comparison::*;
        let (null, text) = (ValueRef::Null, ValueRef::Text);
        for comparison in [Equal, Less, LessOrEqual, Greater, GreaterOrEqual] {
            assert!(!comparison.holds(null, null) && !comparison.holds(null, text("a")));
            assert!(!comparison.holds(text("a"), null));
        }
        assert!(Less.holds(text("Z"), text("a")) && Greater.holds(text("é"), text("z")), "by their bytes");
        assert!(Less.holds(text("a"), text("a\0")) && LessOrEqual.holds(text("10"), text("9")));
        assert!(Less.holds(ValueRef::Integer(-1), ValueRef::Integer(i64::MAX)));
        assert!(!Equal.holds(ValueRef::Integer(1), text("1")));
    }
}
