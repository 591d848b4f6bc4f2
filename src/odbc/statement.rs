//! Statements: what they own in each of their states, and which function is allowed when.
//!
//! The rules are those of the ODBC reference's appendix B, "Statement Transitions": S1 is [`State::Allocated`], S2
//! and S3 are [`State::Prepared`], S4 is [`State::Executed`], S5 to S7 are [`State::Open`], S8 to S10 are
//! [`State::NeedData`].

use std::sync::Arc;

use super::cursor::OpenCursor;
use super::data_at_execution::Dialogue;
use super::diagnostics::Diagnostics;
use super::registry::{Activity, Token};
use super::statement_attributes::StatementAttributes;
use crate::engine::{Prepared, ResultColumn};
use crate::error::{Error, Result, state};

/// A statement that the engine has compiled.
pub struct Plan {
    pub prepared: Prepared,
    /// The result's columns; none for a statement that returns no rows.
    pub columns: Arc<[ResultColumn]>,
    /// SQL_DIAG_DYNAMIC_FUNCTION and its code.
    pub dynamic_function: (&'static str, i32),
}

impl Plan {
    /// Keeps what the engine says of the columns beside the plan.
    pub fn new(prepared: Prepared, text: &str) -> Self {
        let columns = Arc::from(prepared.columns());
        Plan { prepared, columns, dynamic_function: dynamic_function(text) }
    }
}

/// What a plan goes back to when its execution is over.
pub struct Execution {
    /// `None` for a catalogue function.
    pub plan: Option<Plan>,
    /// Whether the application prepared it: closing then leads back to [`State::Prepared`].
    pub is_prepared: bool,
}

impl Execution {
    fn close(self) -> State {
        match self.plan {
            Some(plan) if self.is_prepared => State::Prepared(Box::new(plan)),
            _ => State::Allocated,
        }
    }
}

/// The state of a statement, with all that it owns.
#[derive(Default)]
pub enum State {
    /// Nothing is prepared or open.
    #[default]
    Allocated,
    Prepared(Box<Plan>),
    /// Executed without a result set; rows that were written.
    Executed(Box<Execution>, isize),
    /// A result set is open.
    Open(Box<Execution>, Box<OpenCursor>),
    /// The application is sending parameters (SQLParamData, SQLPutData).
    NeedData(Box<Dialogue>),
}

/// A statement.
pub struct Statement {
    pub diagnostics: Diagnostics,
    pub state: State,
    pub activity: Activity,
    pub attributes: StatementAttributes,
    pub cursor_name: String,
    /// Its number in the log: that of the last text or catalogue function; 0 before, and where nothing is logged.
    pub number: u32,
    /// The descriptors in use.
    pub ard: Token,
    pub apd: Token,
    /// The statement's own descriptors.
    pub own: OwnDescriptors,
}

/// The four descriptors that come and go with a statement.
#[derive(Clone, Copy, Debug)]
pub struct OwnDescriptors {
    pub ard: Token,
    pub apd: Token,
    pub ird: Token,
    pub ipd: Token,
}

impl OwnDescriptors {
    /// All four.
    pub fn all(self) -> [Token; 4] {
        [self.ard, self.apd, self.ird, self.ipd]
    }
}

impl Statement {
    /// Whether the application is sending parameters, so that hardly anything else is allowed.
    ///
    /// # Errors
    /// HY010.
    pub fn refuse_in_dialogue(&self) -> Result<()> {
        match self.state {
            State::NeedData(_) => Err(in_dialogue()),
            _ => Ok(()),
        }
    }

    /// Whether a descriptor is one of the statement's: its own, or one that it uses in place of its own.
    pub fn has_descriptor(&self, handle: Token) -> bool {
        [self.ard, self.apd].contains(&handle) || self.own.all().contains(&handle)
    }

    /// What must hold before a statement is prepared or executed, or a catalogue function is called.
    ///
    /// # Errors
    /// HY010, 24000 (a cursor is open).
    pub fn refuse_open_cursor(&self) -> Result<()> {
        self.refuse_in_dialogue()?;
        match self.state {
            State::Open(..) => Err(Error::new(
                state::INVALID_CURSOR_STATE,
                "A cursor is open on the statement; close it first.",
            )),
            _ => Ok(()),
        }
    }

    /// What must hold before a statement is executed that was prepared earlier. A dialogue is another matter.
    ///
    /// # Errors
    /// HY010 when none was.
    pub fn refuse_unprepared(&self) -> Result<()> {
        let is_prepared = match &self.state {
            State::Allocated => false,
            State::Prepared(_) | State::NeedData(_) => true,
            State::Executed(execution, _) | State::Open(execution, _) => execution.is_prepared,
        };
        match is_prepared {
            true => Ok(()),
            false => Err(Error::new(state::FUNCTION_SEQUENCE, "No statement has been prepared.")),
        }
    }

    /// The open cursor.
    ///
    /// # Errors
    /// 24000 after an execution without a result set, HY010 before any.
    pub fn cursor(&mut self) -> Result<&mut OpenCursor> {
        match &mut self.state {
            State::Open(_, cursor) => Ok(cursor),
            State::Executed(..) => Err(no_result_set()),
            _ => Err(Error::new(state::FUNCTION_SEQUENCE, "The statement has not been executed.")),
        }
    }

    /// The plan, prepared or executed.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.state {
            State::Prepared(plan) => Some(plan),
            State::Executed(execution, _) | State::Open(execution, _) => execution.plan.as_ref(),
            State::NeedData(dialogue) => Some(&dialogue.plan),
            State::Allocated => None,
        }
    }

    /// The columns of the result, before or after execution.
    ///
    /// # Errors
    /// HY010 when nothing is prepared or executed.
    pub fn columns(&self) -> Result<Arc<[ResultColumn]>> {
        self.refuse_in_dialogue()?;
        match &self.state {
            State::Prepared(plan) => Ok(plan.columns.clone()),
            State::Executed(..) => Ok(Arc::new([])),
            State::Open(_, cursor) => Ok(cursor.columns.clone()),
            _ => Err(Error::new(
                state::FUNCTION_SEQUENCE,
                "The statement has been neither prepared nor executed.",
            )),
        }
    }

    /// Closes the cursor or forgets the last execution. A prepared plan stays.
    pub fn close(&mut self) {
        self.state = match std::mem::take(&mut self.state) {
            State::Executed(execution, _) | State::Open(execution, _) => execution.close(),
            other => other,
        };
    }

    /// Ends the parameter dialogue, if there is one. Any other state stays as it is.
    pub fn end_dialogue(&mut self) {
        self.state = match std::mem::take(&mut self.state) {
            State::NeedData(dialogue) if dialogue.is_prepared => State::Prepared(Box::new(dialogue.plan)),
            State::NeedData(_) => State::Allocated,
            other => other,
        };
    }
}

/// The HY010 of a call that has to wait until a statement has its parameter data.
pub fn in_dialogue() -> Error {
    Error::new(
        state::FUNCTION_SEQUENCE,
        "The statement is waiting for parameter data (SQLParamData, SQLPutData).",
    )
}

/// The 24000 of a statement that was executed and has no result set.
pub fn no_result_set() -> Error {
    Error::new(state::INVALID_CURSOR_STATE, "The statement returned no result set.")
}

/// The text and code of SQL_DIAG_DYNAMIC_FUNCTION that a statement's first word stands for.
fn dynamic_function(text: &str) -> (&'static str, i32) {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '?' | '=' | '('));
    let word: String =
        text.chars().take_while(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect();
    match word.as_str() {
        "SELECT" | "WITH" | "VALUES" => ("SELECT CURSOR", 85),
        "INSERT" => ("INSERT", 50),
        "UPDATE" => ("UPDATE WHERE", 82),
        "DELETE" => ("DELETE WHERE", 19),
        "CALL" | "EXEC" | "EXECUTE" => ("CALL", 7),
        "CREATE" => ("CREATE TABLE", 77),
        "DROP" => ("DROP TABLE", 32),
        _ => ("", 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_names_the_function() {
        assert_eq!(dynamic_function("  select 1"), ("SELECT CURSOR", 85));
        assert_eq!(dynamic_function("{ ? = call p(?)}"), ("CALL", 7));
        assert_eq!(dynamic_function("EXPLAIN x"), ("", 0));
    }
}
