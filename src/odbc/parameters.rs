//! Parameters: SQLBindParameter, SQLDescribeParam, and the reading of bound buffers when a statement is executed.

use super::constants::{indicator, param};
use super::descriptor::{Addresses, Descriptor, Record};
use super::dispatch::{Completion, StatementCall};
use super::{output, types};
use crate::abi::memory::Address;
use crate::convert::{self, CInput, CTarget, CType, Wchar, is_supported_for_guid, is_supported_from_c};
use crate::engine::ParameterInfo;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::value::Value;

/// The arguments of SQLBindParameter.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub number: u16,
    pub direction: i16,
    pub c_type: i16,
    pub sql_type: i16,
    pub column_size: usize,
    pub decimal_digits: i16,
    pub value: Address,
    pub buffer_length: isize,
    pub length_or_indicator: Address,
}

/// SQL_SETPARAM_VALUE_MAX: the BufferLength of SQLSetParam, which knows no size.
const SETPARAM_VALUE_MAX: isize = -1;

impl Binding {
    /// Whether this is SQLSetParam of ODBC 1, as a driver manager hands it on: input, whatever the direction says.
    fn is_set_param(&self) -> bool {
        self.buffer_length == SETPARAM_VALUE_MAX && self.direction == param::INPUT_OUTPUT
    }
}

/// What SQLDescribeParam and SQLDescribeCol tell of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterDescription {
    pub sql_type: i16,
    pub size: usize,
    pub decimal_digits: i16,
    pub nullable: i16,
}

/// A parameter of one set, as it was found in application memory.
#[derive(Clone, Debug)]
pub enum Slot {
    Ready(Value),
    /// Its data comes by SQLPutData.
    Deferred(Deferred),
}

/// A parameter whose data is still to come.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// What SQLParamData gives to the application to tell the parameter by: its bound address.
    pub value: Address,
    pub target: Target,
}

/// What a parameter's bytes are, and what they have to become.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub source: CTarget,
    /// The type that the application bound it with.
    pub bound: ColumnType,
    /// The type that the statement needs.
    pub wanted: ColumnType,
    /// Whether it was bound as SQL_GUID, which is text to the statement.
    pub is_guid: bool,
}

/// A set of parameters.
pub enum ParameterSet {
    /// SQL_PARAM_IGNORE stands in the operation array.
    Ignored,
    /// Its parameter of that number cannot be read.
    Failed(Error, usize),
    Ready(Vec<Slot>),
}

impl StatementCall<'_> {
    /// SQLNumParams.
    ///
    /// # Errors
    /// HY010.
    pub fn parameter_count(&self) -> Result<usize> {
        self.statement.refuse_in_dialogue()?;
        self.statement
            .plan()
            .map(|plan| plan.prepared.parameters().len())
            .ok_or_else(|| Error::new(state::FUNCTION_SEQUENCE, "The statement has not been prepared."))
    }

    /// SQLDescribeParam.
    ///
    /// # Errors
    /// 07009, HY010.
    pub fn describe_parameter(&self, number: u16) -> Result<ParameterDescription> {
        let count = self.parameter_count()?;
        let info = usize::from(number)
            .checked_sub(1)
            .and_then(|index| self.statement.plan()?.prepared.parameters().get(index))
            .ok_or_else(|| {
                Error::new(
                    state::INVALID_DESCRIPTOR_INDEX,
                    format!("The statement has {count} parameters; there is no number {number}."),
                )
            })?;
        let facts = types::describe(&info.column_type).for_version(self.connection.version);
        Ok(ParameterDescription {
            sql_type: facts.concise_type,
            size: facts.column_size as usize,
            decimal_digits: facts.decimal_digits.unwrap_or(0),
            nullable: info.nullable.into(),
        })
    }

    /// SQLBindParameter. Bindings outlive SQLPrepare.
    ///
    /// # Errors
    /// 07006, 07009, HY003, HY004, HY009, HY010, HY090, HY104, HY105, HYC00.
    pub fn bind_parameter(&mut self, binding: &Binding) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        let bound = check(binding)?;
        let c_type = types::c_type_of(binding.c_type, binding.sql_type, &bound)?;
        let is_supported = if types::is_guid(binding.sql_type) {
            is_supported_for_guid(c_type)
        } else {
            is_supported_from_c(bound.data_type, c_type)
        };
        if binding.direction == param::INPUT && !is_supported {
            return Err(Error::new(
                state::RESTRICTED_DATA_TYPE,
                format!(
                    "Parameter {}: C type {} is not converted to SQL type {}.",
                    binding.number, binding.c_type, binding.sql_type
                ),
            ));
        }
        let number = usize::from(binding.number);
        *self.descriptors[self.statement.apd].record_mut(number) = Record {
            octet_length: binding.buffer_length.max(0),
            data: binding.value,
            octet_length_ptr: binding.length_or_indicator,
            indicator_ptr: binding.length_or_indicator,
            described: true,
            ..Record::of_type(binding.c_type)
        };
        if c_type == CType::Numeric {
            let record = self.descriptors[self.statement.apd].record_mut(number);
            record.precision = binding.column_size.min(38) as i16;
            record.scale = binding.decimal_digits;
        }
        let mut described = Record {
            parameter_type: if binding.is_set_param() { param::INPUT } else { binding.direction },
            described: true,
            ..Record::of_type(binding.sql_type)
        };
        described.set_size_and_digits(binding.column_size, binding.decimal_digits);
        *self.descriptors[self.statement.own.ipd].record_mut(number) = described;
        Ok(Completion::Success)
    }
}

/// Checks the arguments; the SQL type that they name.
fn check(binding: &Binding) -> Result<ColumnType> {
    if binding.number == 0 {
        return Err(Error::new(state::INVALID_DESCRIPTOR_INDEX, "Parameter numbers start at 1."));
    }
    if !output::is_direction(binding.direction) {
        return Err(Error::new(
            state::INVALID_PARAMETER_TYPE,
            format!("{} is no direction: SQL_PARAM_INPUT, _OUTPUT or _INPUT_OUTPUT.", binding.direction),
        ));
    }
    if binding.buffer_length < 0 && !binding.is_set_param() {
        return Err(Error::new(
            state::INVALID_STRING_OR_BUFFER_LENGTH,
            format!("BufferLength is {}; it must not be negative.", binding.buffer_length),
        ));
    }
    if binding.value.is_null() && binding.length_or_indicator.is_null() {
        return Err(Error::new(
            state::INVALID_NULL_POINTER,
            "Both the value and its length are null pointers.",
        ));
    }
    let is_decimal = matches!(binding.sql_type, 2 | 3);
    if is_decimal && !(0..=38).contains(&binding.decimal_digits) {
        return Err(Error::new(
            state::INVALID_PRECISION_OR_SCALE,
            format!("{} decimal digits are out of range; a decimal has 0 to 38.", binding.decimal_digits),
        ));
    }
    sql_type(binding.sql_type, binding.column_size, binding.decimal_digits)
}

/// The type that an SQL type code stands for.
pub fn sql_type(code: i16, size: usize, scale: i16) -> Result<ColumnType> {
    types::from_sql_type(code, size, scale).ok_or_else(|| {
        if types::is_odbc_type(code) {
            Error::new(
                state::NOT_IMPLEMENTED,
                format!(
                    "SQL type {code} is an interval, which no column has; bind SQL_VARCHAR, or SQL_DECIMAL for one field."
                ),
            )
        } else {
            Error::new(state::INVALID_SQL_DATA_TYPE, format!("{code} is not an SQL type."))
        }
    })
}

/// Reads the first `sets` of the parameter sets that the application has bound. What is bound as output alone is left out: it is NULL in
/// each set.
///
/// # Errors
/// 07002 when a marker has no binding, HY001 for more sets than memory has room for. What concerns one set is in that set.
pub fn gather(
    apd: &Descriptor,
    ipd: &Descriptor,
    markers: &[ParameterInfo],
    sets: usize,
    wchar: Wchar,
    is_read: impl Fn(usize) -> bool,
) -> Result<Vec<ParameterSet>> {
    let bound = |index: usize| apd.records().get(index).is_some_and(Record::is_bound);
    if let Some(index) = (0..markers.len()).find(|&index| !bound(index)) {
        return Err(Error::new(
            state::WRONG_PARAMETER_COUNT,
            format!("The statement has {} parameters; number {} is not bound.", markers.len(), index + 1),
        ));
    }
    if markers.is_empty() {
        return Ok(vec![ParameterSet::Ready(Vec::new())]);
    }
    let offset = apd.header.offset();
    let set = |row: usize| {
        let operation = apd.header.array_status.offset((row * size_of::<u16>()) as isize).read::<u16>();
        if operation == Some(param::IGNORE) {
            return ParameterSet::Ignored;
        }
        let mut slots = Vec::with_capacity(markers.len());
        for (index, marker) in markers.iter().enumerate() {
            if !is_read(index) {
                slots.push(Slot::Ready(Value::Null));
                continue;
            }
            let read = || {
                let record = &apd.records()[index];
                let target = target(record, ipd.records().get(index), marker, wchar)?;
                let element = target
                    .source
                    .c_type
                    .fixed_size()
                    .unwrap_or(usize::try_from(record.octet_length).unwrap_or(0));
                slot(record.addresses(&apd.header, offset, row, element), target)
            };
            match read() {
                Ok(slot) => slots.push(slot),
                Err(error) => {
                    return ParameterSet::Failed(name_parameter(error, index + 1, marker), index + 1);
                }
            }
        }
        ParameterSet::Ready(slots)
    };
    let mut read = Vec::new();
    read.try_reserve_exact(sets).map_err(|_| {
        let message = format!("There is no memory for {sets} sets of parameters (SQL_ATTR_PARAMSET_SIZE).");
        Error::new(state::MEMORY_ALLOCATION, message)
    })?;
    read.extend((0..sets).map(set));
    Ok(read)
}

/// Says in the message which parameter is meant.
pub fn name_parameter(mut error: Error, number: usize, marker: &ParameterInfo) -> Error {
    let name = marker.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    error.message = format!("Parameter {number}{name}: {}", error.message);
    error
}

fn target(
    record: &Record,
    described: Option<&Record>,
    marker: &ParameterInfo,
    wchar: Wchar,
) -> Result<Target> {
    let bound = match described {
        Some(d) if d.described => d.sql_type()?,
        _ => marker.column_type,
    };
    let c_type = match described {
        Some(d) if d.described => types::c_type_of(record.concise_type, d.concise_type, &bound)?,
        _ => CType::resolve(record.concise_type, &bound)?,
    };
    let source = record.target(c_type, wchar);
    // The statement's type stands where text has to take a column's form. Beside a number, and where the statement
    // says nothing, the application's own type stands: SQLite compares numbers of different types, and a cut to the
    // column's type would change what is asked.
    let is_number = |t: ColumnType| {
        use DataType::{BigInt, Decimal, Double, Integer};
        matches!(t.data_type, Integer | BigInt | Double | Decimal)
    };
    let own = !marker.typed || (is_number(marker.column_type) && is_number(bound));
    let is_guid = described.is_some_and(|d| d.described && types::is_guid(d.concise_type));
    Ok(Target { source, bound, wanted: if own { bound } else { marker.column_type }, is_guid })
}

fn slot(at: Addresses, target: Target) -> Result<Slot> {
    let is_null = at.indicator.read::<isize>() == Some(indicator::NULL_DATA);
    let length = at.octet_length.read::<isize>();
    if is_null || length == Some(indicator::NULL_DATA) {
        return Ok(Slot::Ready(Value::Null));
    }
    match length {
        Some(indicator::DATA_AT_EXEC) | Some(..=indicator::LEN_DATA_AT_EXEC_OFFSET) => {
            return Ok(Slot::Deferred(Deferred { value: at.data, target }));
        }
        Some(indicator::DEFAULT_PARAM) => {
            return Err(Error::new(
                state::NOT_IMPLEMENTED,
                "SQL_DEFAULT_PARAM is not supported; leave the parameter out of the call.",
            ));
        }
        _ => {}
    }
    let bytes = read_bytes(at.data, length, &target.source)?;
    target.convert(Some(&bytes)).map(Slot::Ready)
}

/// The bytes of a value in application memory. `length` is in bytes; `None` and SQL_NTS stand for terminated text.
///
/// # Errors
/// HY009, HY090.
pub fn read_bytes(data: Address, length: Option<isize>, source: &CTarget) -> Result<Vec<u8>> {
    let size = match (source.c_type.fixed_size(), length) {
        (Some(size), _) => size,
        (None, Some(length @ 0..)) => length as usize,
        (None, None | Some(indicator::NTS)) => match (source.c_type, source.wchar) {
            (CType::WChar, Wchar::Utf16) => data.length_to_zero::<u16>() * 2,
            (CType::WChar, Wchar::Utf32) => data.length_to_zero::<u32>() * 4,
            _ => data.length_to_zero::<u8>(),
        },
        (None, Some(length)) => {
            return Err(Error::new(
                state::INVALID_STRING_OR_BUFFER_LENGTH,
                format!("{length} is no length of a parameter."),
            ));
        }
    };
    if data.is_null() && (size > 0 || length.is_none()) {
        return Err(Error::new(state::INVALID_NULL_POINTER, "The parameter's value is a null pointer."));
    }
    Ok(data.read_all(size))
}

/// The bytes as units of `N` bytes.
fn whole<const N: usize>(bytes: &[u8]) -> Result<&[[u8; N]]> {
    match bytes.as_chunks() {
        (units, []) => Ok(units),
        _ => Err(Error::new(
            state::INVALID_STRING_OR_BUFFER_LENGTH,
            format!(
                "The length of a wide parameter is {}; it is counted in bytes, and a character has {N}.",
                bytes.len()
            ),
        )),
    }
}

impl Target {
    /// Converts what the application gave; `None` is NULL.
    ///
    /// # Errors
    /// Those of [`convert::from_c`].
    pub fn convert(&self, bytes: Option<&[u8]>) -> Result<Value> {
        let Some(bytes) = bytes else { return Ok(Value::Null) };
        let (units, characters): (Vec<u16>, Vec<u32>);
        let input = match self.source.c_type {
            CType::Char => CInput::Narrow(bytes),
            CType::Binary => CInput::Binary(bytes),
            CType::WChar => match self.source.wchar {
                Wchar::Utf16 => {
                    units = whole(bytes)?.iter().map(|unit| u16::from_ne_bytes(*unit)).collect();
                    CInput::Wide(&units)
                }
                Wchar::Utf32 => {
                    characters = whole(bytes)?.iter().map(|unit| u32::from_ne_bytes(*unit)).collect();
                    CInput::Wide32(&characters)
                }
            },
            _ => CInput::Fixed(bytes),
        };
        if self.is_guid && matches!(self.wanted.data_type, DataType::Text | DataType::Json) {
            return convert::guid_from_c(input, &self.source);
        }
        if is_supported_from_c(self.wanted.data_type, self.source.c_type) {
            return convert::from_c(input, &self.source, &self.wanted);
        }
        // What was bound as one SQL type and is needed as another goes by way of its text.
        match convert::from_c(input, &self.source, &self.bound)? {
            Value::Integer(number) => convert::canonical(&number.to_string(), &self.wanted),
            Value::Real(number) => convert::canonical(&number.to_string(), &self.wanted),
            Value::Text(text) => convert::canonical(&text, &self.wanted),
            other => Ok(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::descriptor::{Contents, Role};
    use super::*;

    fn marker(data_type: DataType) -> ParameterInfo {
        ParameterInfo {
            column_type: ColumnType::of(data_type),
            typed: true,
            nullable: true,
            name: None,
            sid: None,
        }
    }

    fn bound(records: Vec<Record>) -> Descriptor {
        let mut apd = Descriptor::new(Role::Application, false);
        let (header, bookmark) = (apd.header, Record::default());
        apd.take(Contents { header, bookmark, records });
        apd
    }

    #[test]
    fn arrays_are_read_by_stride() {
        let mut numbers = [1i32, 2, 3];
        let mut lengths = [4isize, indicator::NULL_DATA, 4];
        let record = Record {
            concise_type: CType::SLong.code(),
            data: Address::of(&mut numbers[..]),
            octet_length_ptr: Address::of(&mut lengths[..]),
            indicator_ptr: Address::of(&mut lengths[..]),
            described: true,
            ..Record::default()
        };
        let mut apd = bound(vec![record]);
        let mut operations = [0u16, 0, param::IGNORE];
        apd.header.array_status = Address::of(&mut operations[..]);
        let ipd = Descriptor::new(Role::ImplementationParameter, false);
        let sets = gather(&apd, &ipd, &[marker(DataType::Integer)], 3, Wchar::Utf16, |_| true).unwrap();
        let value = |set: &ParameterSet| match set {
            ParameterSet::Ready(slots) => match &slots[0] {
                Slot::Ready(value) => Some(value.clone()),
                Slot::Deferred(_) => None,
            },
            _ => None,
        };
        assert_eq!(value(&sets[0]), Some(Value::Integer(1)));
        assert_eq!(value(&sets[1]), Some(Value::Null));
        assert!(matches!(sets[2], ParameterSet::Ignored));
    }

    #[test]
    fn a_marker_without_binding_is_an_error() {
        let (apd, ipd) = (bound(vec![]), Descriptor::new(Role::ImplementationParameter, false));
        let error = gather(&apd, &ipd, &[marker(DataType::Text)], 1, Wchar::Utf16, |_| true).err().unwrap();
        assert_eq!(error.state, state::WRONG_PARAMETER_COUNT);
    }

    #[test]
    fn text_without_length_is_terminated() {
        let mut text = *b"abc\0def";
        let at = Address::of(&mut text[..]);
        let (narrow, binary) = (CTarget::new(CType::Char), CTarget::new(CType::Binary));
        assert_eq!(read_bytes(at, None, &narrow).unwrap(), b"abc");
        assert_eq!(read_bytes(at, Some(indicator::NTS), &narrow).unwrap(), b"abc");
        assert_eq!(read_bytes(at, Some(2), &binary).unwrap(), b"ab");
        assert!(read_bytes(at, Some(-9), &narrow).is_err());
        assert!(read_bytes(Address::NULL, Some(3), &narrow).is_err());
        assert_eq!(read_bytes(Address::NULL, Some(0), &narrow).unwrap(), b"");
        let wide = CTarget { wchar: Wchar::Utf32, ..CTarget::new(CType::WChar) };
        let mut text = [0x61u32, 0x1F600, 0, 0x62];
        let read = read_bytes(Address::of(&mut text[..]), Some(indicator::NTS), &wide).unwrap();
        assert_eq!(read.len(), 8);
        let target =
            Target { source: wide, bound: ColumnType::text(9), wanted: ColumnType::text(9), is_guid: false };
        assert_eq!(target.convert(Some(&read)).unwrap(), Value::from("a😀"));
        let error = target.convert(Some(&read[..6])).unwrap_err();
        assert_eq!(error.state, state::INVALID_STRING_OR_BUFFER_LENGTH);
    }
}
