//! SQLGetDescField, SQLSetDescField, SQLGetDescRec, SQLSetDescRec, SQLCopyDesc.

use std::sync::Arc;

use super::column_attributes;
use super::connection::ConnectionState;
use super::constants::desc;
use super::descriptor::{Descriptor, Header, Record, Role};
use super::dispatch::DescriptorCall;
use super::output::is_direction;
use super::statement::{State, no_result_set};
use super::width::{Field, Input};
use crate::abi::memory::Address;
use crate::convert::CType;
use crate::engine::ResultColumn;
use crate::error::{Error, Result, state};

/// The verbose type of dates, times and timestamps (SQL_DATETIME).
const DATETIME: i16 = 9;

/// What SQLGetDescRec gives.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedRecord {
    pub name: String,
    pub verbose_type: i16,
    pub sub_type: i16,
    pub length: isize,
    pub precision: i16,
    pub scale: i16,
    pub nullable: i16,
}

/// What SQLSetDescRec is given.
#[derive(Clone, Copy, Debug)]
pub struct RecordSetting {
    pub number: i16,
    pub verbose_type: i16,
    pub sub_type: i16,
    pub length: isize,
    pub precision: i16,
    pub scale: i16,
    pub data: Address,
    pub octet_length: Address,
    pub indicator: Address,
}

impl DescriptorCall<'_> {
    fn descriptor(&self) -> &Descriptor {
        &self.group.descriptors[self.handle]
    }

    /// While a statement waits for parameter data, its descriptors are as they are.
    ///
    /// # Errors
    /// HY010.
    pub fn refuse_in_dialogue(&self) -> Result<()> {
        let statements = self.group.statements.values();
        statements
            .filter(|statement| statement.has_descriptor(self.handle))
            .try_for_each(|statement| statement.refuse_in_dialogue())
    }

    /// An IRD describes nothing while its statement has neither been prepared nor executed.
    fn refuse_unprepared(&self) -> Result<()> {
        if self.descriptor().role != Role::ImplementationRow {
            return Ok(());
        }
        let owner = self.group.statements.values().find(|statement| statement.own.ird == self.handle);
        match owner.map(|statement| &statement.state) {
            Some(State::Allocated) => Err(Error::new(
                state::STATEMENT_NOT_PREPARED,
                "The descriptor's statement has been neither prepared nor executed.",
            )),
            _ => Ok(()),
        }
    }

    /// SQLGetDescField; `None` beyond the last record (SQL_NO_DATA).
    ///
    /// # Errors
    /// 07009, HY007, HY091.
    pub fn field(&self, number: i16, id: i32) -> Result<Option<Field>> {
        let descriptor = self.descriptor();
        if let Some(field) = header_field(descriptor, id) {
            return Ok(Some(field));
        }
        self.refuse_unprepared()?;
        let number = record_number(number)?;
        if number > descriptor.count() {
            return Ok(None);
        }
        let field = match descriptor.role {
            Role::ImplementationRow => column_attributes::attribute(
                &descriptor.columns[number - 1],
                id,
                self.group.connection.version,
                self.group.connection.wchar,
            ),
            role => record_field(&descriptor.records()[number - 1], role, id),
        };
        field.map(Some).ok_or_else(|| unknown_field(id))
    }

    /// SQLGetDescRec; `None` beyond the last record (SQL_NO_DATA).
    ///
    /// # Errors
    /// 07009, HY007.
    pub fn record(&self, number: i16) -> Result<Option<DescribedRecord>> {
        let field_number = |id| {
            self.field(number, id).map(|field| match field {
                Some(Field::Number(number)) => number,
                _ => 0,
            })
        };
        let Some(verbose_type) = self.field(number, desc::TYPE)? else { return Ok(None) };
        let Field::Number(verbose_type) = verbose_type else { return Ok(None) };
        let name = match self.field(number, desc::NAME) {
            Ok(Some(Field::Text(name))) => name,
            _ => String::new(),
        };
        let nullable = self.field(number, desc::NULLABLE).ok().flatten();
        Ok(Some(DescribedRecord {
            name,
            verbose_type: verbose_type as i16,
            sub_type: field_number(desc::DATETIME_INTERVAL_CODE)? as i16,
            length: field_number(desc::OCTET_LENGTH)? as isize,
            precision: field_number(desc::PRECISION)? as i16,
            scale: field_number(desc::SCALE)? as i16,
            nullable: match nullable {
                Some(Field::Number(nullable)) => nullable as i16,
                _ => 0,
            },
        }))
    }

    /// SQLSetDescField.
    ///
    /// # Errors
    /// 07009, HY016, HY021, HY024, HY091, HY105.
    pub fn set_field(&mut self, number: i16, id: i32, value: &Input) -> Result<()> {
        let descriptor = &mut self.group.descriptors[self.handle];
        if descriptor.role == Role::ImplementationRow
            && !matches!(id, desc::ARRAY_STATUS_PTR | desc::ROWS_PROCESSED_PTR)
        {
            return Err(Error::new(
                state::CANNOT_MODIFY_IRD,
                "An implementation row descriptor is written by the driver only.",
            ));
        }
        if set_header_field(descriptor, id, value)? {
            return Ok(());
        }
        let role = descriptor.role;
        let record = descriptor.record_mut(record_number(number)?)?;
        set_record_field(record, role, id, value)
    }

    /// SQLSetDescRec.
    ///
    /// # Errors
    /// 07009, HY016, HY021.
    pub fn set_record(&mut self, setting: &RecordSetting) -> Result<()> {
        let number = |value: i64| Input::Number(value);
        let mut fields = vec![(desc::TYPE, number(setting.verbose_type.into()))];
        if setting.verbose_type == DATETIME {
            fields.push((desc::DATETIME_INTERVAL_CODE, number(setting.sub_type.into())));
        }
        fields.extend([
            (desc::OCTET_LENGTH, number(setting.length as i64)),
            (desc::PRECISION, number(setting.precision.into())),
            (desc::SCALE, number(setting.scale.into())),
        ]);
        if self.descriptor().role == Role::Application {
            fields.extend([
                (desc::OCTET_LENGTH_PTR, Input::Pointer(setting.octet_length)),
                (desc::INDICATOR_PTR, Input::Pointer(setting.indicator)),
                (desc::DATA_PTR, Input::Pointer(setting.data)),
            ]);
        }
        fields.iter().try_for_each(|(id, value)| self.set_field(setting.number, *id, value))
    }

    /// What SQLCopyDesc takes from this descriptor.
    ///
    /// # Errors
    /// 24000 (an IRD without columns), HY007.
    pub fn contents(&self) -> Result<(Header, Vec<Record>)> {
        self.refuse_unprepared()?;
        let descriptor = self.descriptor();
        if descriptor.role == Role::ImplementationRow && descriptor.columns.is_empty() {
            return Err(no_result_set());
        }
        let records = match descriptor.role {
            Role::ImplementationRow => described(&descriptor.columns, &self.group.connection),
            _ => descriptor.records().to_vec(),
        };
        Ok((descriptor.header, records))
    }

    /// SQLCopyDesc, with what [`DescriptorCall::contents`] took from the source.
    ///
    /// # Errors
    /// HY016.
    pub fn copy_from(&mut self, (header, records): (Header, Vec<Record>)) -> Result<()> {
        let descriptor = &mut self.group.descriptors[self.handle];
        if descriptor.role == Role::ImplementationRow {
            return Err(Error::new(
                state::CANNOT_MODIFY_IRD,
                "An implementation row descriptor is written by the driver only.",
            ));
        }
        descriptor.copy_from(header, records);
        Ok(())
    }
}

fn unknown_field(id: i32) -> Error {
    Error::new(state::INVALID_DESCRIPTOR_FIELD, format!("The descriptor has no field {id}."))
}

fn record_number(number: i16) -> Result<usize> {
    usize::try_from(number).ok().filter(|&number| number > 0).ok_or_else(|| {
        Error::new(
            state::INVALID_DESCRIPTOR_INDEX,
            format!("{number} is no record number: they start at 1, and there are no bookmarks."),
        )
    })
}

/// The columns as records, for a descriptor that can be changed.
fn described(columns: &Arc<[ResultColumn]>, connection: &ConnectionState) -> Vec<Record> {
    let (version, wchar) = (connection.version, connection.wchar);
    let number = |column: &ResultColumn, id| match column_attributes::attribute(column, id, version, wchar) {
        Some(Field::Number(number)) => number,
        _ => 0,
    };
    columns
        .iter()
        .map(|column| Record {
            concise_type: number(column, desc::CONCISE_TYPE) as i16,
            length: number(column, desc::LENGTH) as usize,
            octet_length: number(column, desc::OCTET_LENGTH) as isize,
            precision: number(column, desc::PRECISION) as i16,
            scale: number(column, desc::SCALE) as i16,
            nullable: column.nullable.into(),
            name: column.name.clone(),
            described: true,
            ..Record::default()
        })
        .collect()
}

fn header_field(descriptor: &Descriptor, id: i32) -> Option<Field> {
    let header = &descriptor.header;
    Some(match id {
        // SQL_DESC_ALLOC_AUTO, SQL_DESC_ALLOC_USER.
        desc::ALLOC_TYPE => Field::Number(if descriptor.explicit { 2 } else { 1 }),
        desc::ARRAY_SIZE => Field::Number(header.array_size as i64),
        desc::ARRAY_STATUS_PTR => Field::Pointer(header.array_status),
        desc::BIND_OFFSET_PTR => Field::Pointer(header.bind_offset),
        desc::BIND_TYPE => Field::Number(header.bind_type as i64),
        desc::COUNT => Field::Number(descriptor.count() as i64),
        desc::ROWS_PROCESSED_PTR => Field::Pointer(header.rows_processed),
        _ => return None,
    })
}

fn set_header_field(descriptor: &mut Descriptor, id: i32, value: &Input) -> Result<bool> {
    let invalid = || {
        Err(Error::new(
            state::INVALID_ATTRIBUTE_VALUE,
            format!("{} is no value of descriptor field {id}.", value.number()),
        ))
    };
    let header = &mut descriptor.header;
    match id {
        desc::ALLOC_TYPE => {
            return Err(Error::new(state::INVALID_DESCRIPTOR_FIELD, "SQL_DESC_ALLOC_TYPE is read-only."));
        }
        desc::ARRAY_SIZE if value.number() < 1 => return invalid(),
        desc::ARRAY_SIZE => header.array_size = value.size(),
        desc::ARRAY_STATUS_PTR => header.array_status = value.pointer(),
        desc::BIND_OFFSET_PTR => header.bind_offset = value.pointer(),
        desc::BIND_TYPE if value.number() < 0 => return invalid(),
        desc::BIND_TYPE => header.bind_type = value.size(),
        desc::COUNT if value.number() < 0 => return invalid(),
        desc::COUNT => descriptor.set_count(value.size()),
        desc::ROWS_PROCESSED_PTR => header.rows_processed = value.pointer(),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The verbose type and the datetime code of a concise type.
fn verbose(concise: i16) -> (i16, i16) {
    if (91..=93).contains(&concise) { (DATETIME, concise - 90) } else { (concise, 0) }
}

fn record_field(record: &Record, role: Role, id: i32) -> Option<Field> {
    let for_application = role == Role::Application;
    Some(match id {
        desc::CONCISE_TYPE => Field::from(record.concise_type),
        desc::TYPE => Field::from(verbose(record.concise_type).0),
        desc::DATETIME_INTERVAL_CODE => Field::from(verbose(record.concise_type).1),
        desc::DATETIME_INTERVAL_PRECISION => Field::from(record.datetime_interval_precision),
        desc::LENGTH => Field::Number(record.length as i64),
        desc::OCTET_LENGTH => Field::Number(record.octet_length as i64),
        desc::PRECISION => Field::from(record.precision),
        desc::SCALE => Field::from(record.scale),
        desc::NUM_PREC_RADIX => Field::from(record.num_prec_radix),
        desc::DATA_PTR if for_application => Field::Pointer(record.data),
        desc::INDICATOR_PTR if for_application => Field::Pointer(record.indicator_ptr),
        desc::OCTET_LENGTH_PTR if for_application => Field::Pointer(record.octet_length_ptr),
        desc::NAME if !for_application => Field::from(record.name.as_str()),
        desc::UNNAMED if !for_application => Field::Number(record.name.is_empty().into()),
        desc::NULLABLE if !for_application => Field::from(record.nullable),
        desc::PARAMETER_TYPE if !for_application => Field::from(record.parameter_type),
        _ => return None,
    })
}

/// Sets a field of a record. Whatever changes the type of an application's record unbinds it; the three addresses
/// do not.
fn set_record_field(record: &mut Record, role: Role, id: i32, value: &Input) -> Result<()> {
    let number = value.number();
    let for_application = role == Role::Application;
    match id {
        desc::DATA_PTR if for_application => {
            let known =
                CType::from_code(record.concise_type).is_some() || record.concise_type == CType::DEFAULT_CODE;
            if !known && !value.pointer().is_null() {
                return Err(Error::new(
                    state::INCONSISTENT_DESCRIPTOR,
                    format!("The record's type, {}, is no C data type.", record.concise_type),
                ));
            }
            record.data = value.pointer();
            record.described = true;
            return Ok(());
        }
        desc::INDICATOR_PTR if for_application => {
            record.indicator_ptr = value.pointer();
            return Ok(());
        }
        desc::OCTET_LENGTH_PTR if for_application => {
            record.octet_length_ptr = value.pointer();
            return Ok(());
        }
        desc::TYPE | desc::CONCISE_TYPE => set_type(record, id, number as i16, for_application),
        desc::DATETIME_INTERVAL_CODE => {
            if !(1..=3).contains(&number) || verbose(record.concise_type).0 != DATETIME {
                return Err(Error::new(
                    state::INCONSISTENT_DESCRIPTOR,
                    format!("{number} is no datetime code of type {}.", record.concise_type),
                ));
            }
            record.concise_type = 90 + number as i16;
        }
        desc::DATETIME_INTERVAL_PRECISION => record.datetime_interval_precision = number as i32,
        desc::LENGTH => record.length = value.size(),
        desc::OCTET_LENGTH => record.octet_length = number as isize,
        desc::PRECISION => record.precision = number as i16,
        desc::SCALE => record.scale = number as i16,
        desc::NUM_PREC_RADIX => record.num_prec_radix = number as i32,
        desc::NAME if !for_application => {
            if let Input::Text(name) = value {
                record.name.clone_from(name);
            }
        }
        // A name makes a record named; only SQL_UNNAMED can be said of it.
        desc::UNNAMED if !for_application && number == 1 => record.name.clear(),
        desc::PARAMETER_TYPE if !for_application && is_direction(number as i16) => {
            record.parameter_type = number as i16;
        }
        desc::PARAMETER_TYPE if !for_application => {
            let message = "A parameter's type is SQL_PARAM_INPUT, _OUTPUT or _INPUT_OUTPUT.";
            return Err(Error::new(state::INVALID_PARAMETER_TYPE, message));
        }
        _ => return Err(unknown_field(id)),
    }
    record.described = true;
    if for_application {
        record.data = Address::NULL;
    }
    Ok(())
}

/// Sets the type and the defaults that come with it (SQLSetDescField, SQL_DESC_TYPE).
fn set_type(record: &mut Record, id: i32, code: i16, for_application: bool) {
    record.concise_type = match code {
        // SQL_DATETIME waits for its code; the fullest one stands until it comes.
        DATETIME if id == desc::TYPE => 93,
        code => code,
    };
    (record.precision, record.scale) = match record.concise_type {
        2 | 3 => (38, 0),
        92 => (0, 0),
        93 if !for_application => (6, 0),
        _ => (0, 0),
    };
    if for_application && CType::from_code(record.concise_type).is_some_and(CType::is_interval) {
        (record.precision, record.datetime_interval_precision) =
            CType::default_precisions(record.concise_type);
    }
    if matches!(record.concise_type, 1 | 12 | -8 | -9) && !for_application {
        record.length = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_is_bound_as_ado_does_it() {
        let mut record = Record::default();
        let mut set =
            |id, value: Input| set_record_field(&mut record, Role::Application, id, &value).unwrap();
        let mut buffer = [0u8; 19];
        let address = Address::of(&mut buffer[..]);
        set(desc::TYPE, Input::Number(2));
        set(desc::PRECISION, Input::Number(12));
        set(desc::SCALE, Input::Number(4));
        set(desc::DATA_PTR, Input::Pointer(address));
        assert_eq!((record.precision, record.scale, record.data), (12, 4, address));
        set_record_field(&mut record, Role::Application, desc::SCALE, &Input::Number(2)).unwrap();
        assert!(!record.is_bound());
    }

    #[test]
    fn datetime_types_have_two_names() {
        let mut record = Record::default();
        set_record_field(&mut record, Role::Application, desc::TYPE, &Input::Number(9)).unwrap();
        set_record_field(&mut record, Role::Application, desc::DATETIME_INTERVAL_CODE, &Input::Number(1))
            .unwrap();
        assert_eq!(record.concise_type, 91);
        assert_eq!(record_field(&record, Role::Application, desc::TYPE), Some(Field::Number(9)));
    }

    #[test]
    fn an_unknown_type_cannot_be_bound() {
        let mut byte = 0u8;
        let mut record = Record::default();
        set_record_field(&mut record, Role::Application, desc::CONCISE_TYPE, &Input::Number(77)).unwrap();
        let bind = Input::Pointer(Address::of(&mut byte));
        let error = set_record_field(&mut record, Role::Application, desc::DATA_PTR, &bind).unwrap_err();
        assert_eq!(error.state, state::INCONSISTENT_DESCRIPTOR);
    }
}
