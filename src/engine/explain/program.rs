//! What SQLite's program says of the tables that it reads: which access was chosen, and where the values that it
//! is given come from.
//!
//! `EXPLAIN` gives the program that would be run, so what is read here cannot differ from what is done. The
//! meaning of the instructions is that of the SQLite that is built in. Where a register may hold the value of more
//! than one instruction, its origin is [`Origin::Computed`]: a guess would be worse than none.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::value::{Value, ValueRef};

/// One instruction.
#[derive(Debug)]
pub(in crate::engine) struct Instruction {
    opcode: String,
    p: [i64; 3],
    p4: Value,
}

impl Instruction {
    /// The columns of EXPLAIN: address, name, three operands, and one of any type.
    pub fn read<'v>(column: impl Fn(usize) -> ValueRef<'v>) -> Self {
        let operand = |i| match column(i) {
            ValueRef::Integer(n) => n,
            _ => 0,
        };
        let opcode = match column(1) {
            ValueRef::Text(name) => name.to_owned(),
            _ => String::new(),
        };
        Instruction { opcode, p: [operand(2), operand(3), operand(4)], p4: column(5).to_owned() }
    }

    fn is(&self, opcode: &str) -> bool {
        self.opcode == opcode
    }

    /// The cursor whose rows the instruction begins to go through.
    fn loops_over(&self) -> Option<i64> {
        const BEGINNINGS: [&str; 11] = [
            "Rewind",
            "Count",
            "Last",
            "SeekRowid",
            "NotExists",
            "SeekGE",
            "SeekGT",
            "SeekLE",
            "SeekLT",
            "Found",
            "NotFound",
        ];
        BEGINNINGS.contains(&self.opcode.as_str()).then_some(self.p[0])
    }

    /// The registers that the instruction writes.
    fn writes(&self) -> Range<i64> {
        let [p1, p2, p3] = self.p;
        match self.opcode.as_str() {
            "Integer" | "Int64" | "Real" | "String8" | "String" | "Blob" | "Variable" | "SCopy"
            | "IntCopy" | "VInitIn" | "Rowid" | "IdxRowid" | "Count" | "Sequence" | "NewRowid" | "Not"
            | "BitNot" | "IsTrue" | "ZeroOrNull" => p2..p2 + 1,
            "Null" => p2..p3.max(p2) + 1,
            "Copy" => p2..p2 + p3 + 1,
            "Move" => p2..p2 + p3.max(1),
            "Column" | "VColumn" | "Function" | "PureFunc" | "Add" | "Subtract" | "Multiply" | "Divide"
            | "Remainder" | "Concat" | "BitAnd" | "BitOr" | "ShiftLeft" | "ShiftRight" | "And" | "Or"
            | "MakeRecord" | "AggValue" => p3..p3 + 1,
            "Cast" | "AddImm" | "AggFinal" | "SoftNull" => p1..p1 + 1,
            _ => 0..0,
        }
    }

    /// Where the instruction may go on.
    fn target(&self) -> Option<usize> {
        const JUMPS: [&str; 24] = [
            "Goto",
            "If",
            "IfNot",
            "IsNull",
            "NotNull",
            "Eq",
            "Ne",
            "Lt",
            "Le",
            "Gt",
            "Ge",
            "Once",
            "IfPos",
            "IfNotZero",
            "DecrJumpZero",
            "Found",
            "NotFound",
            "IfNullRow",
            "IsType",
            "ElseEq",
            "Rewind",
            "VFilter",
            "MustBeInt",
            "NoConflict",
        ];
        JUMPS.contains(&self.opcode.as_str()).then(|| usize::try_from(self.p[1]).ok()).flatten()
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    Literal(Value),
    /// A marker, counted from 0.
    Marker(usize),
    /// A column of the table of that number. `joined` says that the table is being read at the time, and not before.
    Column {
        table: usize,
        column: usize,
        joined: bool,
    },
    /// The values of an IN.
    List(Vec<Origin>),
    /// Something that only the run knows.
    Computed,
}

/// A table as the program reads it.
#[derive(Debug)]
pub(super) struct Read {
    /// The number of the table.
    pub table: usize,
    /// What best_index chose, as it wrote it.
    pub access: String,
    /// One for each argument of the access.
    pub arguments: Vec<Origin>,
}

/// A program.
#[derive(Debug)]
pub(in crate::engine) struct Program {
    pub instructions: Vec<Instruction>,
    /// Where temporary tables and their indexes begin, and the numbers of these tables.
    pub roots: HashMap<i64, usize>,
}

impl Program {
    /// The reads of virtual tables, in the order in which they are nested.
    pub(super) fn reads(&self) -> Vec<Read> {
        let mut read = HashSet::new();
        let mut read_once = |at: usize| {
            let cursor = self.instructions[at].loops_over()?;
            let table = self.temporary(cursor).filter(|_| read.insert(cursor))?;
            Some(Read { table, access: String::new(), arguments: Vec::new() })
        };
        (0..self.instructions.len()).filter_map(|at| self.read(at).or_else(|| read_once(at))).collect()
    }

    /// The number of the temporary table that a cursor reads, itself or by an index.
    fn temporary(&self, cursor: i64) -> Option<usize> {
        let opened = self.instructions.iter().find(|i| i.is("OpenRead") && i.p[0] == cursor)?;
        self.roots.get(&opened.p[1]).copied()
    }

    fn read(&self, at: usize) -> Option<Read> {
        let filter = self.instructions.get(at).filter(|i| i.is("VFilter"))?;
        let first = filter.p[2];
        let count = match self.origin(first + 1, at, 0) {
            Origin::Literal(Value::Integer(n)) => n,
            _ => 0,
        };
        let access = match &filter.p4 {
            Value::Text(access) => access.clone(),
            _ => String::new(),
        };
        let arguments = (0..count).map(|i| self.origin(first + 2 + i, at, 0)).collect();
        Some(Read { table: self.number(at)?, access, arguments })
    }

    /// The number of the table that the VFilter at an address reads.
    fn number(&self, at: usize) -> Option<usize> {
        match self.origin(self.instructions[at].p[2], at, 0) {
            Origin::Literal(Value::Integer(n)) => usize::try_from(n).ok(),
            _ => None,
        }
    }

    /// Where the value that a register holds at an address comes from.
    fn origin(&self, register: i64, at: usize, depth: usize) -> Origin {
        if depth > 20 {
            return Origin::Computed;
        }
        let writes = |i: &Instruction| i.writes().contains(&register);
        let Some(from) = self.instructions[..at].iter().rposition(writes) else {
            // Constants are set at the end of the program, which runs first.
            let mut later = (at..self.instructions.len()).filter(|&i| writes(&self.instructions[i]));
            return match (later.next(), later.next()) {
                (Some(from), None) => self.written(register, from, at, depth),
                _ => Origin::Computed,
            };
        };
        // A way around the instruction means that another one may have written the register.
        let is_avoidable =
            self.instructions[..from].iter().any(|i| i.target().is_some_and(|t| t > from && t <= at));
        // A coroutine hands out its rows one by one, as a table does.
        let is_coroutine = |(i, start): (usize, &Instruction)| {
            start.is("InitCoroutine") && i < from && (from..=at).any(|end| start.p[1] == end as i64)
        };
        match self.written(register, from, at, depth) {
            Origin::Column { table, column, joined: false }
                if self.instructions.iter().enumerate().any(is_coroutine) =>
            {
                Origin::Column { table, column, joined: true }
            }
            // The loop around a sub-query ends behind it: that is no other value, but the last one.
            column @ Origin::Column { joined: false, .. } => column,
            _ if is_avoidable => Origin::Computed,
            origin => origin,
        }
    }

    /// What the instruction at `from` wrote into a register that is read at `at`.
    fn written(&self, register: i64, from: usize, at: usize, depth: usize) -> Origin {
        let Instruction { opcode, p: [p1, p2, _], p4 } = &self.instructions[from];
        match opcode.as_str() {
            "Integer" => Origin::Literal(Value::Integer(*p1)),
            "Int64" => match p4 {
                Value::Text(digits) => {
                    digits.parse().map_or(Origin::Computed, |n| Origin::Literal(Value::Integer(n)))
                }
                value => Origin::Literal(value.clone()),
            },
            "Real" => match p4 {
                Value::Text(digits) => {
                    digits.parse().map_or(Origin::Computed, |r| Origin::Literal(Value::Real(r)))
                }
                value => Origin::Literal(value.clone()),
            },
            "String8" | "String" => Origin::Literal(p4.clone()),
            "Null" => Origin::Literal(Value::Null),
            "Variable" => usize::try_from(p1 - 1).map_or(Origin::Computed, Origin::Marker),
            "Copy" | "SCopy" | "IntCopy" | "Move" => self.origin(p1 + register - p2, from, depth + 1),
            "VColumn" => self.column(*p1, *p2, at),
            "Column" if self.temporary(*p1).is_some() => self.temporary_column(*p1, *p2, at),
            "VInitIn" => self.stored(*p1, 0, depth),
            "Column" => self.stored(*p1, *p2, depth),
            _ => Origin::Computed,
        }
    }

    /// A column of a virtual table's cursor, read at an address.
    fn column(&self, cursor: i64, column: i64, at: usize) -> Origin {
        let of_cursor = |opcode: &'static str| {
            move |i: &&usize| self.instructions[**i].is(opcode) && self.instructions[**i].p[0] == cursor
        };
        let addresses: Vec<usize> = (0..self.instructions.len()).collect();
        let filter = addresses.iter().find(of_cursor("VFilter"));
        let joined = addresses.iter().rfind(of_cursor("VNext")).is_some_and(|&next| next > at);
        match (filter.and_then(|&at| self.number(at)), usize::try_from(column)) {
            (Some(table), Ok(column)) => Origin::Column { table, column, joined },
            _ => Origin::Computed,
        }
    }

    /// A column of a temporary table's cursor, read at an address.
    fn temporary_column(&self, cursor: i64, column: i64, at: usize) -> Origin {
        let is_next = |i: &Instruction| (i.is("Next") || i.is("Prev")) && i.p[0] == cursor;
        let joined = self.instructions.iter().rposition(is_next).is_some_and(|next| next > at);
        match (self.temporary(cursor), usize::try_from(column)) {
            // The columns of an index are in another order.
            _ if self.is_index(cursor) => Origin::Computed,
            (Some(table), Ok(column)) => Origin::Column { table, column, joined },
            _ => Origin::Computed,
        }
    }

    fn is_index(&self, cursor: i64) -> bool {
        let opened = self.instructions.iter().find(|i| i.is("OpenRead") && i.p[0] == cursor);
        opened.is_some_and(|i| matches!(&i.p4, Value::Text(key) if key.starts_with("k(")))
    }

    /// What was stored in a column of a table that the program keeps for itself: the values of an IN, or the rows
    /// of a derived table.
    fn stored(&self, cursor: i64, column: i64, depth: usize) -> Origin {
        let opened = self.instructions.iter().filter(|i| i.is("OpenEphemeral") && i.p[0] == cursor).count();
        if opened != 1 {
            return match self.instructions.iter().find(|i| i.is("OpenDup") && i.p[0] == cursor) {
                Some(dup) if depth < 20 => self.stored(dup.p[1], column, depth + 1),
                _ => Origin::Computed,
            };
        }
        let values = |opcode: &str| -> Vec<Origin> {
            let inserts = (0..self.instructions.len())
                .filter(|&i| self.instructions[i].is(opcode) && self.instructions[i].p[0] == cursor);
            inserts.map(|at| self.field(self.instructions[at].p[1], column, at, depth)).collect()
        };
        let (set, mut rows) = (values("IdxInsert"), values("Insert"));
        match (set.is_empty(), rows.len()) {
            (false, 0) => Origin::List(set),
            // The rows are gone through one by one, as those of the table that they come from would be.
            (true, 1) => match rows.remove(0) {
                Origin::Column { table, column, .. } => Origin::Column { table, column, joined: true },
                _ => Origin::Computed,
            },
            _ => Origin::Computed,
        }
    }

    /// A field of the record that a register holds at an address.
    fn field(&self, record: i64, field: i64, at: usize, depth: usize) -> Origin {
        let made = |i: &Instruction| i.is("MakeRecord") && i.p[2] == record;
        match self.instructions[..at].iter().rposition(made) {
            Some(made) => match self.origin(self.instructions[made].p[0] + field, made, depth + 1) {
                // The sub-query has ended when its values are used.
                Origin::Column { table, column, .. } => Origin::Column { table, column, joined: false },
                origin => origin,
            },
            None => Origin::Computed,
        }
    }
}
