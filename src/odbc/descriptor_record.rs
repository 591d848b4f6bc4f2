//! The fields of a record of an ARD, an APD or an IPD: their defaults by type, how they hang together, and the check
//! that binding makes (SQLSetDescField, SQLSetDescRec "Consistency Checks").

use super::constants::desc;
use super::descriptor::{Record, Role};
use super::output::is_direction;
use super::types;
use super::width::{Field, Input};
use crate::abi::memory::Address;
use crate::convert::CType;
use crate::error::{Error, Result, state};
use crate::model::ColumnType;

/// Verbose types: a code says which concise type they stand for.
const DATETIME: i16 = 9;
const INTERVAL: i16 = 10;

const NUMERIC: i16 = 2;
const DECIMAL: i16 = 3;
const TIME: i16 = 92;
const TIMESTAMP: i16 = 93;
/// The first concise datetime type and the first interval type, each less one.
const DATETIMES: i16 = 90;
const INTERVALS: i16 = 100;

const MAX_DIGITS: i16 = 38;
const MAX_FRACTION_DIGITS: i16 = 9;
/// The longest name (SQL_MAX_IDENTIFIER_LEN), in characters.
const MAX_NAME: usize = 128;

/// Intervals with seconds: DAY TO SECOND, HOUR TO SECOND, MINUTE TO SECOND, SECOND.
fn has_seconds(concise: i16) -> bool {
    matches!(concise, TIME | TIMESTAMP | 106 | 110 | 112 | 113)
}

/// The verbose type of a concise one, and its datetime or interval code.
pub fn verbose(concise: i16) -> (i16, i16) {
    match types::current_code(concise) {
        datetime @ 91..=93 => (DATETIME, datetime - DATETIMES),
        interval @ 101..=113 => (INTERVAL, interval - INTERVALS),
        other => (other, 0),
    }
}

impl Record {
    /// A record of a concise type, with the defaults that come with it (SQLSetDescField, SQL_DESC_TYPE).
    pub fn of_type(concise: i16) -> Record {
        let mut record = Record::default();
        record.set_concise(concise);
        record
    }

    fn set_concise(&mut self, concise: i16) {
        self.concise_type = concise;
        self.awaits_code = false;
        let current = types::current_code(concise);
        (self.precision, self.scale) = match current {
            NUMERIC | DECIMAL => (MAX_DIGITS, 0),
            // SQL_FLOAT, SQL_DOUBLE, SQL_REAL.
            6 | 8 => (15, 0),
            7 => (7, 0),
            TIMESTAMP => (6, 0),
            seconds if seconds > INTERVALS && has_seconds(seconds) => (6, 0),
            _ => (0, 0),
        };
        self.datetime_interval_precision = if matches!(current, 101..=113) { 2 } else { 0 };
        if matches!(current, 1 | 12 | -8 | -9) {
            self.length = 1;
        }
        // Numbers, bound as SQL or as C types; the digits that say how exact they are are decimal ones.
        let is_number = matches!(current, 2..=8 | -5 | -6 | -18..=-15 | -28..=-25);
        self.num_prec_radix = if is_number { 10 } else { 0 };
    }

    /// Sets SQL_DESC_TYPE: a verbose type waits for its code.
    fn set_verbose(&mut self, code: i16) {
        self.set_concise(code);
        self.awaits_code = matches!(code, DATETIME | INTERVAL);
    }

    /// The SQL type of an IPD's record, as SQLBindParameter's ParameterType, ColumnSize and DecimalDigits say it.
    ///
    /// # Errors
    /// HY004, HYC00.
    pub fn sql_type(&self) -> Result<ColumnType> {
        let (size, digits) = self.size_and_digits();
        super::parameters::sql_type(self.concise_type, size, digits)
    }

    /// ColumnSize and DecimalDigits: which fields they are depends on the type.
    fn size_and_digits(&self) -> (usize, i16) {
        match types::current_code(self.concise_type) {
            NUMERIC | DECIMAL => (usize::try_from(self.precision).unwrap_or(0), self.scale),
            6..=8 => (usize::try_from(self.precision).unwrap_or(0), 0),
            concise if has_seconds(concise) => (self.length, self.precision),
            _ => (self.length, 0),
        }
    }

    /// The opposite: takes ColumnSize and DecimalDigits of SQLBindParameter.
    pub fn set_size_and_digits(&mut self, size: usize, digits: i16) {
        match types::current_code(self.concise_type) {
            NUMERIC | DECIMAL => {
                (self.precision, self.scale) = (i16::try_from(size).unwrap_or(i16::MAX), digits);
            }
            6..=8 => self.precision = i16::try_from(size).unwrap_or(i16::MAX),
            concise if has_seconds(concise) => (self.length, self.precision) = (size, digits),
            _ => self.length = size,
        }
    }

    /// A field that the role of the descriptor has; `None` for one that no record has.
    pub fn field(&self, id: i32) -> Option<Field> {
        let (verbose_type, code) =
            if self.awaits_code { (self.concise_type, 0) } else { verbose(self.concise_type) };
        Some(match id {
            desc::CONCISE_TYPE if self.awaits_code => Field::from(self.concise_type),
            desc::CONCISE_TYPE => Field::from(types::current_code(self.concise_type)),
            desc::TYPE => Field::from(verbose_type),
            desc::DATETIME_INTERVAL_CODE => Field::from(code),
            desc::DATETIME_INTERVAL_PRECISION => Field::from(self.datetime_interval_precision),
            desc::LENGTH => Field::Number(self.length as i64),
            desc::OCTET_LENGTH => Field::Number(self.octet_length as i64),
            desc::PRECISION => Field::from(self.precision),
            desc::SCALE => Field::from(self.scale),
            desc::NUM_PREC_RADIX => Field::from(self.num_prec_radix),
            desc::DATA_PTR => Field::Pointer(self.data),
            desc::INDICATOR_PTR => Field::Pointer(self.indicator_ptr),
            desc::OCTET_LENGTH_PTR => Field::Pointer(self.octet_length_ptr),
            desc::NAME => Field::from(self.name.as_str()),
            desc::UNNAMED => Field::Number(self.name.is_empty().into()),
            desc::NULLABLE => Field::from(self.nullable),
            desc::PARAMETER_TYPE => Field::from(self.parameter_type),
            _ => return self.fact_of_type(id),
        })
    }

    /// What an IPD says of a parameter's type beside what the application has set.
    fn fact_of_type(&self, id: i32) -> Option<Field> {
        let (size, digits) = self.size_and_digits();
        let facts = types::describe_code(self.concise_type, size, digits);
        Some(match id {
            desc::TYPE_NAME | desc::LOCAL_TYPE_NAME => Field::from(facts.map_or("", |facts| facts.type_name)),
            desc::CASE_SENSITIVE => Field::Number(facts.is_some_and(|facts| facts.case_sensitive).into()),
            desc::UNSIGNED => Field::Number(facts.and_then(|facts| facts.unsigned).unwrap_or(true).into()),
            desc::FIXED_PREC_SCALE | desc::ROWVER => Field::Number(0),
            _ => return None,
        })
    }

    /// Sets a field that the role of the descriptor lets an application set. Whatever changes what an application's
    /// record is unbinds it; the three addresses do not.
    ///
    /// # Errors
    /// 22001, HY021, HY091, HY105.
    pub fn set(&mut self, role: Role, id: i32, value: &Input) -> Result<()> {
        let number = value.number();
        match id {
            desc::DATA_PTR => {
                if !value.pointer().is_null() {
                    self.check(role)?;
                }
                if role == Role::Application {
                    self.data = value.pointer();
                }
                return Ok(());
            }
            desc::INDICATOR_PTR => {
                self.indicator_ptr = value.pointer();
                return Ok(());
            }
            desc::OCTET_LENGTH_PTR => {
                self.octet_length_ptr = value.pointer();
                return Ok(());
            }
            desc::TYPE | desc::CONCISE_TYPE => {
                if id == desc::TYPE {
                    self.set_verbose(number as i16);
                } else {
                    self.set_concise(number as i16);
                }
                self.described = true;
            }
            desc::DATETIME_INTERVAL_CODE => self.set_code(number)?,
            desc::DATETIME_INTERVAL_PRECISION => self.datetime_interval_precision = number as i32,
            desc::LENGTH => self.length = value.size(),
            desc::OCTET_LENGTH => self.octet_length = number as isize,
            desc::PRECISION => self.precision = number as i16,
            desc::SCALE => self.scale = number as i16,
            desc::NUM_PREC_RADIX => self.num_prec_radix = number as i32,
            desc::NAME => self.set_name(value)?,
            // A name makes a record named; only SQL_UNNAMED can be said of it.
            desc::UNNAMED if number == 1 => self.name.clear(),
            desc::UNNAMED => {
                let message = "SQL_DESC_UNNAMED takes SQL_UNNAMED only; a name makes a parameter named.";
                return Err(Error::new(state::INVALID_DESCRIPTOR_FIELD, message));
            }
            desc::PARAMETER_TYPE if is_direction(number as i16) => self.parameter_type = number as i16,
            desc::PARAMETER_TYPE => {
                let message = "A parameter's type is SQL_PARAM_INPUT, _OUTPUT or _INPUT_OUTPUT.";
                return Err(Error::new(state::INVALID_PARAMETER_TYPE, message));
            }
            _ => {
                let message = format!("Field {id} of a record cannot be set.");
                return Err(Error::new(state::INVALID_DESCRIPTOR_FIELD, message));
            }
        }
        if role == Role::Application {
            self.data = Address::NULL;
        }
        Ok(())
    }

    fn set_code(&mut self, code: i64) -> Result<()> {
        let verbose_type = if self.awaits_code { self.concise_type } else { verbose(self.concise_type).0 };
        match (verbose_type, code) {
            (DATETIME, 1..=3) => self.set_concise(DATETIMES + code as i16),
            (INTERVAL, 1..=13) => self.set_concise(INTERVALS + code as i16),
            (DATETIME | INTERVAL, _) | (_, 1..) | (_, ..0) => {
                let message = format!("{code} is no datetime or interval code of type {verbose_type}.");
                return Err(Error::new(state::INCONSISTENT_DESCRIPTOR, message));
            }
            (_, 0) => {}
        }
        Ok(())
    }

    fn set_name(&mut self, value: &Input) -> Result<()> {
        let Input::Text(name) = value else { return Ok(()) };
        if name.chars().count() > MAX_NAME {
            let message = format!("A parameter's name has up to {MAX_NAME} characters.");
            return Err(Error::new(state::STRING_RIGHT_TRUNCATION, message));
        }
        self.name.clone_from(name);
        Ok(())
    }

    /// The consistency check.
    ///
    /// # Errors
    /// HY021.
    pub fn check(&self, role: Role) -> Result<()> {
        let inconsistent = |message: String| Err(Error::new(state::INCONSISTENT_DESCRIPTOR, message));
        let code = self.concise_type;
        if self.awaits_code {
            return inconsistent(format!(
                "Type {code} needs SQL_DESC_DATETIME_INTERVAL_CODE to say which one it is."
            ));
        }
        let current = types::current_code(code);
        let is_known = match role {
            Role::Application => {
                code == CType::DEFAULT_CODE
                    || CType::from_code(code).is_some()
                    || matches!(current, 101..=113)
            }
            _ => types::is_odbc_type(code),
        };
        if !is_known {
            let kind = if role == Role::Application { "a C data type" } else { "an SQL data type" };
            return inconsistent(format!("The record's type, {code}, is not {kind}."));
        }
        if matches!(current, NUMERIC | DECIMAL)
            && !((1..=MAX_DIGITS).contains(&self.precision)
                && (-MAX_DIGITS..=MAX_DIGITS).contains(&self.scale))
        {
            return inconsistent(format!(
                "A number of {} digits, {} of them behind the point, is out of range.",
                self.precision, self.scale
            ));
        }
        if has_seconds(current) && !(0..=MAX_FRACTION_DIGITS).contains(&self.precision) {
            return inconsistent(format!("A second's fraction has 0 to 9 digits, not {}.", self.precision));
        }
        if matches!(current, 101..=113) && !(0..=9).contains(&self.datetime_interval_precision) {
            return inconsistent(format!(
                "An interval's first field has up to 9 digits, not {}.",
                self.datetime_interval_precision
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_fields(role: Role, fields: &[(i32, i64)]) -> Record {
        let mut record = Record::default();
        for (id, value) in fields {
            record.set(role, *id, &Input::Number(*value)).unwrap();
        }
        record
    }

    #[test]
    fn a_numeric_is_bound_as_ado_does_it() {
        let fields = [(desc::TYPE, 2), (desc::PRECISION, 12), (desc::SCALE, 4)];
        let mut record = of_fields(Role::Application, &fields);
        let mut buffer = [0u8; 19];
        let address = Address::of(&mut buffer[..]);
        record.set(Role::Application, desc::DATA_PTR, &Input::Pointer(address)).unwrap();
        assert_eq!((record.precision, record.scale, record.data), (12, 4, address));
        record.set(Role::Application, desc::SCALE, &Input::Number(2)).unwrap();
        assert!(!record.is_bound());
    }

    #[test]
    fn every_type_has_two_names() {
        for (concise, verbose_type, code) in
            [(91, 9, 1), (92, 9, 2), (93, 9, 3), (101, 10, 1), (113, 10, 13), (12, 12, 0), (-9, -9, 0)]
        {
            let by_concise = of_fields(Role::Application, &[(desc::CONCISE_TYPE, concise)]);
            let fields = [(desc::TYPE, verbose_type), (desc::DATETIME_INTERVAL_CODE, code)];
            let by_verbose = of_fields(Role::Application, &fields);
            for id in [desc::CONCISE_TYPE, desc::TYPE, desc::DATETIME_INTERVAL_CODE, desc::PRECISION] {
                assert_eq!(by_concise.field(id), by_verbose.field(id), "{concise} {id}");
            }
            assert_eq!(by_verbose.field(desc::CONCISE_TYPE), Some(Field::Number(concise)));
        }
    }

    #[test]
    fn a_type_brings_its_defaults() {
        let defaults = |concise| {
            let record = Record::of_type(concise);
            (record.length, record.precision, record.scale, record.datetime_interval_precision)
        };
        assert_eq!(defaults(1), (1, 0, 0, 0));
        assert_eq!(defaults(12), (1, 0, 0, 0));
        assert_eq!(defaults(2), (0, 38, 0, 0));
        assert_eq!(defaults(91), (0, 0, 0, 0));
        assert_eq!(defaults(92), (0, 0, 0, 0));
        assert_eq!(defaults(93), (0, 6, 0, 0));
        assert_eq!(defaults(101), (0, 0, 0, 2));
        assert_eq!(defaults(110), (0, 6, 0, 2));
        assert_eq!(defaults(8), (0, 15, 0, 0));
    }

    #[test]
    fn what_contradicts_itself_cannot_be_bound() {
        let mut byte = 0u8;
        let bind = Input::Pointer(Address::of(&mut byte));
        for (role, fields) in [
            (Role::Application, &[(desc::CONCISE_TYPE, 77)][..]),
            (Role::Application, &[(desc::TYPE, 9)]),
            (Role::Application, &[(desc::TYPE, 2), (desc::PRECISION, 99)]),
            (Role::Application, &[(desc::CONCISE_TYPE, 93), (desc::PRECISION, 10)]),
            (Role::Application, &[(desc::CONCISE_TYPE, 101), (desc::DATETIME_INTERVAL_PRECISION, 10)]),
            // A C type is no SQL type.
            (Role::ImplementationParameter, &[(desc::CONCISE_TYPE, -16)]),
            (Role::ImplementationParameter, &[(desc::TYPE, 3), (desc::PRECISION, 0)]),
        ] {
            let mut record = of_fields(role, fields);
            let error = record.set(role, desc::DATA_PTR, &bind).unwrap_err();
            assert_eq!(error.state, state::INCONSISTENT_DESCRIPTOR, "{fields:?}");
            record.set(role, desc::DATA_PTR, &Input::Pointer(Address::NULL)).unwrap();
        }
    }

    #[test]
    fn sizes_stand_in_the_fields_that_the_type_has_for_them() {
        let mut decimal = Record::of_type(3);
        decimal.set_size_and_digits(12, 4);
        assert_eq!((decimal.length, decimal.precision, decimal.scale), (0, 12, 4));
        let mut timestamp = Record::of_type(93);
        timestamp.set_size_and_digits(23, 3);
        assert_eq!((timestamp.length, timestamp.precision, timestamp.scale), (23, 3, 0));
        let mut text = Record::of_type(12);
        text.set_size_and_digits(40, 7);
        assert_eq!((text.length, text.precision, text.scale), (40, 0, 0));
        for (record, size, scale) in [(decimal, 12, 4), (timestamp, 23, 3), (text, 40, 0)] {
            let taken = record.sql_type().unwrap();
            assert_eq!((taken.size, taken.scale), (size, scale));
        }
    }

    #[test]
    fn a_name_makes_a_parameter_named() {
        let mut record = Record::default();
        let role = Role::ImplementationParameter;
        assert_eq!(record.field(desc::UNNAMED), Some(Field::Number(1)));
        record.set(role, desc::NAME, &Input::Text("To".into())).unwrap();
        assert_eq!(record.field(desc::UNNAMED), Some(Field::Number(0)));
        assert!(record.set(role, desc::UNNAMED, &Input::Number(0)).is_err());
        record.set(role, desc::UNNAMED, &Input::Number(1)).unwrap();
        assert_eq!(record.field(desc::NAME), Some(Field::from("")));
        let long = Input::Text("n".repeat(129));
        assert_eq!(record.set(role, desc::NAME, &long).unwrap_err().state, state::STRING_RIGHT_TRUNCATION);
    }
}
