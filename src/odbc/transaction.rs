//! SQLEndTran, without transactions.
//!
//! Every write stands as soon as it is made. A commit has nothing to do; a rollback that would have to undo a write
//! says so in a warning. Connection pools roll back whenever a connection is returned: where nothing was written, that
//! succeeds in silence.

use super::connection::ConnectionState;
use crate::error::{Error, Result, state};

/// How a transaction is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndTransaction {
    Commit,
    Rollback,
}

impl EndTransaction {
    /// The operation of that number (SQL_COMMIT, SQL_ROLLBACK).
    ///
    /// # Errors
    /// HY012.
    pub fn from_code(code: i16) -> Result<EndTransaction> {
        match code {
            0 => Ok(EndTransaction::Commit),
            1 => Ok(EndTransaction::Rollback),
            _ => Err(Error::new(
                state::INVALID_TRANSACTION_OPERATION,
                format!("{code} is neither SQL_COMMIT nor SQL_ROLLBACK."),
            )),
        }
    }

    /// Ends the transaction of a connection; the warning that a rollback owes.
    pub fn apply(self, connection: &mut ConnectionState) -> Option<Error> {
        let writes = connection.session().map_or(0, |session| session.database.take_writes());
        (self == EndTransaction::Rollback && writes > 0).then(|| {
            let rows =
                if writes == 1 { "1 row that was".to_owned() } else { format!("{writes} rows that were") };
            Error::new(
                state::GENERAL_WARNING,
                format!(
                    "Twilio has no transactions: {rows} written since the last commit or rollback stand."
                ),
            )
        })
    }
}
