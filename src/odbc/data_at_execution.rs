//! Data at execution: the dialogue of SQLParamData and SQLPutData.
//!
//! An execution that finds a parameter whose length is SQL_DATA_AT_EXEC answers SQL_NEED_DATA. SQLParamData then asks
//! for one parameter after the other, SQLPutData takes their data in parts, and the SQLParamData that finds nothing
//! left runs the statement.

use std::collections::VecDeque;

use super::constants::indicator;
use super::dispatch::{Completion, StatementCall};
use super::execute::Running;
use super::parameters::{ParameterSet, Slot, Target, name_parameter, read_bytes};
use super::statement::{Plan, State};
use crate::abi::memory::Address;
use crate::convert::CType;
use crate::error::{Error, Result, state};

/// What is known while the application sends data.
pub struct Dialogue {
    pub plan: Plan,
    pub is_prepared: bool,
    sets: Vec<ParameterSet>,
    /// Set and parameter (from 0) that have not been asked for.
    pending: VecDeque<(usize, usize)>,
    current: Option<Current>,
}

/// The parameter that was asked for.
struct Current {
    set: usize,
    index: usize,
    target: Target,
    sent: Sent,
}

/// What SQLPutData has given so far.
enum Sent {
    Nothing,
    Null,
    Bytes(Vec<u8>),
}

impl Current {
    /// Takes a part.
    ///
    /// # Errors
    /// HY009, HY019, HY020, HY090.
    fn put(&mut self, data: Address, length: isize) -> Result<()> {
        let source = &self.target.source;
        match (&mut self.sent, length) {
            (Sent::Null, _) | (Sent::Bytes(_), indicator::NULL_DATA) => {
                return Err(Error::new(
                    state::CONCATENATE_NULL,
                    "NULL and other data cannot be parts of one value.",
                ));
            }
            (Sent::Nothing, indicator::NULL_DATA) => self.sent = Sent::Null,
            (Sent::Nothing, length) => self.sent = Sent::Bytes(read_bytes(data, Some(length), source)?),
            (Sent::Bytes(_), _) if !matches!(source.c_type, CType::Char | CType::WChar | CType::Binary) => {
                return Err(Error::new(
                    state::NON_CHARACTER_DATA_IN_PARTS,
                    "Only character and binary data can be sent in parts.",
                ));
            }
            (Sent::Bytes(bytes), length) => bytes.extend(read_bytes(data, Some(length), source)?),
        }
        Ok(())
    }
}

/// The set and the position of a parameter that is still to come.
pub type Pending = (usize, usize);

/// The parameters whose data comes by SQLPutData, in order.
pub fn deferred(sets: &[ParameterSet]) -> VecDeque<Pending> {
    let mut pending = VecDeque::new();
    for (set, parameters) in sets.iter().enumerate() {
        if let ParameterSet::Ready(slots) = parameters {
            let deferred = slots.iter().enumerate().filter(|(_, slot)| matches!(slot, Slot::Deferred(_)));
            pending.extend(deferred.map(|(index, _)| (set, index)));
        }
    }
    pending
}

impl Dialogue {
    /// A dialogue about the parameters that [`deferred`] has found.
    pub fn new(
        plan: Plan,
        is_prepared: bool,
        sets: Vec<ParameterSet>,
        pending: VecDeque<Pending>,
    ) -> Dialogue {
        Dialogue { plan, is_prepared, sets, pending, current: None }
    }

    /// Ends the current parameter and asks for the next; `None` when all have been sent.
    ///
    /// # Errors
    /// HY010 when nothing was sent for the current one.
    fn advance(&mut self) -> Result<Option<Address>> {
        if let Some(current) = &self.current {
            let bytes = match &current.sent {
                Sent::Nothing => {
                    return Err(Error::new(
                        state::FUNCTION_SEQUENCE,
                        "SQLPutData has sent nothing for the parameter.",
                    ));
                }
                Sent::Null => None,
                Sent::Bytes(bytes) => Some(bytes.as_slice()),
            };
            let converted = current.target.convert(bytes);
            if let ParameterSet::Ready(slots) = &mut self.sets[current.set] {
                match converted {
                    Ok(value) => slots[current.index] = Slot::Ready(value),
                    Err(error) => {
                        let marker = &self.plan.prepared.parameters()[current.index];
                        let error = name_parameter(error, current.index + 1, marker);
                        self.sets[current.set] = ParameterSet::Failed(error, current.index + 1);
                    }
                }
            }
            self.current = None;
        }
        while let Some((set, index)) = self.pending.pop_front() {
            // A set that has failed needs no more data.
            if let ParameterSet::Ready(slots) = &self.sets[set]
                && let Slot::Deferred(deferred) = &slots[index]
            {
                let value = deferred.value;
                self.current = Some(Current { set, index, target: deferred.target, sent: Sent::Nothing });
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

impl StatementCall<'_> {
    fn dialogue(&mut self) -> Result<&mut Dialogue> {
        match &mut self.statement.state {
            State::NeedData(dialogue) => Ok(dialogue),
            _ => {
                Err(Error::new(state::FUNCTION_SEQUENCE, "The statement is not waiting for parameter data."))
            }
        }
    }

    /// SQLParamData. With SQL_NEED_DATA comes the bound address of the parameter that is asked for.
    ///
    /// # Errors
    /// HY010, and those of the execution.
    pub fn parameter_data(&mut self) -> Result<(Completion, Option<Address>)> {
        if let Some(value) = self.dialogue()?.advance()? {
            return Ok((Completion::NeedData, Some(value)));
        }
        let State::NeedData(dialogue) = std::mem::take(&mut self.statement.state) else {
            unreachable!("the dialogue was found above")
        };
        let Dialogue { plan, is_prepared, sets, .. } = *dialogue;
        let running = Running::start(&self.statement.activity, self.statement.attributes.query_timeout);
        Ok((self.run(plan, is_prepared, sets, running)?, None))
    }

    /// SQLPutData. Data that cannot be taken ends the dialogue, as appendix B has it.
    ///
    /// # Errors
    /// HY009, HY010, HY019, HY020, HY090.
    pub fn put_data(&mut self, data: Address, length: isize) -> Result<Completion> {
        let current = self.dialogue()?.current.as_mut().ok_or_else(|| {
            Error::new(state::FUNCTION_SEQUENCE, "SQLParamData has not asked for a parameter yet.")
        })?;
        if let Err(error) = current.put(data, length) {
            self.statement.end_dialogue();
            self.describe_result();
            return Err(error);
        }
        Ok(Completion::Success)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::CTarget;
    use crate::model::ColumnType;

    fn current(c_type: CType) -> Current {
        let text = ColumnType::text(10);
        let target = Target { source: CTarget::new(c_type), bound: text, wanted: text, is_guid: false };
        Current { set: 0, index: 0, target, sent: Sent::Nothing }
    }

    #[test]
    fn text_comes_in_parts() {
        let mut current = current(CType::Char);
        let mut text = *b"abc\0";
        current.put(Address::of(&mut text[..]), 2).unwrap();
        current.put(Address::of(&mut text[..]), 0).unwrap();
        current.put(Address::of(&mut text[..]), indicator::NTS).unwrap();
        assert!(matches!(current.sent, Sent::Bytes(bytes) if bytes == b"ababc"));
    }

    #[test]
    fn null_stands_alone() {
        let mut current = current(CType::Char);
        current.put(Address::NULL, indicator::NULL_DATA).unwrap();
        let mut text = *b"a";
        let error = current.put(Address::of(&mut text[..]), 1).unwrap_err();
        assert_eq!(error.state, state::CONCATENATE_NULL);
    }

    #[test]
    fn numbers_come_whole() {
        let mut current = current(CType::SLong);
        let mut number = 1i32;
        current.put(Address::of(&mut number), 4).unwrap();
        let error = current.put(Address::of(&mut number), 4).unwrap_err();
        assert_eq!(error.state, state::NON_CHARACTER_DATA_IN_PARTS);
    }
}
