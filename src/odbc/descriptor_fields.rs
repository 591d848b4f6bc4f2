//! SQLGetDescField, SQLSetDescField, SQLGetDescRec, SQLSetDescRec, SQLCopyDesc.

use super::constants::{bookmarks, desc};
use super::descriptor::{Contents, Descriptor, Record, Role};
use super::descriptor_table::{self, Access, Facts};
use super::dispatch::DescriptorCall;
use super::statement::{State, Statement, no_result_set};
use super::width::{Field, Input};
use super::{bookmark, column_attributes};
use crate::abi::memory::Address;
use crate::error::{Error, Result, state};

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

    /// The statement that a descriptor came with.
    fn owner(&self) -> Option<&Statement> {
        self.group.statements.values().find(|statement| statement.own.all().contains(&self.handle))
    }

    /// SQL_ATTR_USE_BOOKMARKS of the statement that the descriptor came with.
    fn use_bookmarks(&self) -> usize {
        self.owner().map_or(bookmarks::OFF, |statement| statement.attributes.use_bookmarks)
    }

    /// The record that a number means. 0 is the bookmark's, of an application descriptor even before bookmarks are on.
    ///
    /// # Errors
    /// 07009.
    fn record_number(&self, number: i16) -> Result<usize> {
        let none = |why: &str| {
            let message = format!("{number} is no record number: {why}.");
            Err(Error::new(state::INVALID_DESCRIPTOR_INDEX, message))
        };
        match (usize::try_from(number), self.descriptor().role) {
            (Err(_), _) => none("they are not negative"),
            (Ok(number @ 1..), _) => Ok(number),
            (_, Role::ImplementationRow) if self.use_bookmarks() == bookmarks::OFF => Err(bookmark::off()),
            (_, Role::ImplementationParameter) => none("parameters start at 1"),
            (_, Role::Application) if self.owner().is_some_and(|owner| owner.own.apd == self.handle) => {
                none("parameters start at 1")
            }
            _ => Ok(0),
        }
    }

    /// A field of an IRD's record, `None` for one that it lacks; `None` beyond the last record.
    fn column_field(&self, number: usize, id: i32) -> Option<Option<Field>> {
        let columns = &self.descriptor().columns;
        let (version, wchar) = (self.group.connection.version, self.group.connection.wchar);
        match number.checked_sub(1) {
            None if columns.is_empty() => None,
            None => Some(column_attributes::bookmark_attribute(self.use_bookmarks(), id, version, wchar)),
            Some(index) => {
                columns.get(index).map(|column| column_attributes::attribute(column, id, version, wchar))
            }
        }
    }

    /// An IRD's record for a descriptor that can be changed.
    fn described(&self, number: usize) -> Record {
        let field = |id| self.column_field(number, id).flatten();
        let numeric = |id| match field(id) {
            Some(Field::Number(number)) => number,
            _ => 0,
        };
        Record {
            length: numeric(desc::LENGTH) as usize,
            octet_length: numeric(desc::OCTET_LENGTH) as isize,
            precision: numeric(desc::PRECISION) as i16,
            scale: numeric(desc::SCALE) as i16,
            nullable: numeric(desc::NULLABLE) as i16,
            num_prec_radix: numeric(desc::NUM_PREC_RADIX) as i32,
            name: match field(desc::NAME) {
                Some(Field::Text(name)) => name,
                _ => String::new(),
            },
            described: true,
            ..Record::of_type(numeric(desc::CONCISE_TYPE) as i16)
        }
    }

    /// An IRD describes nothing while its statement has neither been prepared nor executed.
    fn refuse_unprepared(&self) -> Result<()> {
        if self.descriptor().role != Role::ImplementationRow {
            return Ok(());
        }
        match self.owner().map(|statement| &statement.state) {
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
    /// 07009, HY007, HY010, HY091.
    pub fn field(&self, number: i16, id: i32) -> Result<Option<Field>> {
        self.refuse_in_dialogue()?;
        let facts = known(id)?;
        let descriptor = self.descriptor();
        let role = descriptor.role;
        if matches!(facts.access(role), Access::Unused | Access::Check) {
            return Err(unused(facts, role));
        }
        self.refuse_unprepared()?;
        if facts.in_header {
            return Ok(Some(header_field(descriptor, id)));
        }
        let number = self.record_number(number)?;
        let found = match role {
            Role::ImplementationRow => self.column_field(number, id),
            _ => descriptor.record(number).map(|record| record.field(id)),
        };
        let Some(field) = found else { return Ok(None) };
        field.map(Some).ok_or_else(|| unused(facts, role))
    }

    /// SQLGetDescRec; `None` beyond the last record (SQL_NO_DATA). What the kind of descriptor lacks is empty.
    ///
    /// # Errors
    /// 07009, HY007, HY010.
    pub fn record(&self, number: i16) -> Result<Option<DescribedRecord>> {
        let optional = |id| match self.field(number, id) {
            Err(error) if error.state == state::INVALID_DESCRIPTOR_FIELD => Ok(None),
            field => field,
        };
        let numeric = |id| -> Result<i64> {
            Ok(match optional(id)? {
                Some(Field::Number(number)) => number,
                _ => 0,
            })
        };
        if self.field(number, desc::TYPE)?.is_none() {
            return Ok(None);
        }
        let name = match optional(desc::NAME)? {
            Some(Field::Text(name)) => name,
            _ => String::new(),
        };
        Ok(Some(DescribedRecord {
            name,
            verbose_type: numeric(desc::TYPE)? as i16,
            sub_type: numeric(desc::DATETIME_INTERVAL_CODE)? as i16,
            length: numeric(desc::OCTET_LENGTH)? as isize,
            precision: numeric(desc::PRECISION)? as i16,
            scale: numeric(desc::SCALE)? as i16,
            nullable: numeric(desc::NULLABLE)? as i16,
        }))
    }

    /// SQLSetDescField.
    ///
    /// # Errors
    /// 07009, 22001, HY010, HY016, HY021, HY024, HY091, HY105.
    pub fn set_field(&mut self, number: i16, id: i32, value: &Input) -> Result<()> {
        self.refuse_in_dialogue()?;
        let facts = known(id)?;
        let role = self.descriptor().role;
        match (facts.access(role), role) {
            (Access::Write | Access::Check, _) => {}
            (_, Role::ImplementationRow) => return Err(written_by_the_driver()),
            (Access::Read, _) => {
                let message = format!("Descriptor field {id} is read-only.");
                return Err(Error::new(state::INVALID_DESCRIPTOR_FIELD, message));
            }
            (Access::Unused, _) => return Err(unused(facts, role)),
        }
        if facts.in_header {
            return set_header_field(&mut self.group.descriptors[self.handle], id, value);
        }
        let number = self.record_number(number)?;
        let descriptor = &mut self.group.descriptors[self.handle];
        let mut record = descriptor.record(number).cloned().unwrap_or_default();
        record.set(role, id, value)?;
        *descriptor.record_mut(number) = record;
        if id == desc::DATA_PTR && value.pointer().is_null() && role == Role::Application {
            descriptor.shrink();
        }
        Ok(())
    }

    /// SQLSetDescRec. A call that fails changes nothing.
    ///
    /// # Errors
    /// 07009, HY010, HY016, HY021.
    pub fn set_record(&mut self, setting: &RecordSetting) -> Result<()> {
        self.refuse_in_dialogue()?;
        let role = self.descriptor().role;
        if role == Role::ImplementationRow {
            return Err(written_by_the_driver());
        }
        let number = self.record_number(setting.number)?;
        let descriptor = &mut self.group.descriptors[self.handle];
        let mut record = descriptor.record(number).cloned().unwrap_or_default();
        let mut set = |id, value: Input| record.set(role, id, &value);
        set(desc::TYPE, Input::Number(setting.verbose_type.into()))?;
        // Of a type without codes the argument says nothing.
        if matches!(setting.verbose_type, 9 | 10) {
            set(desc::DATETIME_INTERVAL_CODE, Input::Number(setting.sub_type.into()))?;
        }
        set(desc::OCTET_LENGTH, Input::Number(setting.length as i64))?;
        set(desc::PRECISION, Input::Number(setting.precision.into()))?;
        set(desc::SCALE, Input::Number(setting.scale.into()))?;
        if role == Role::Application {
            set(desc::OCTET_LENGTH_PTR, Input::Pointer(setting.octet_length))?;
            set(desc::INDICATOR_PTR, Input::Pointer(setting.indicator))?;
            set(desc::DATA_PTR, Input::Pointer(setting.data))?;
        } else {
            record.check(role)?;
        }
        *descriptor.record_mut(number) = record;
        if role == Role::Application && setting.data.is_null() {
            descriptor.shrink();
        }
        Ok(())
    }

    /// What SQLCopyDesc takes from this descriptor.
    ///
    /// # Errors
    /// 24000 (an IRD without columns), HY007, HY010.
    pub fn contents(&self) -> Result<Contents> {
        self.refuse_in_dialogue()?;
        self.refuse_unprepared()?;
        let descriptor = self.descriptor();
        if descriptor.role == Role::ImplementationRow && descriptor.columns.is_empty() {
            return Err(no_result_set());
        }
        let header = descriptor.header;
        Ok(match descriptor.role {
            Role::ImplementationRow => Contents {
                header,
                bookmark: match self.use_bookmarks() {
                    bookmarks::OFF => Record::default(),
                    _ => self.described(0),
                },
                records: (1..=descriptor.count()).map(|number| self.described(number)).collect(),
            },
            _ => Contents {
                header,
                bookmark: descriptor.bookmark.clone(),
                records: descriptor.records().to_vec(),
            },
        })
    }

    /// SQLCopyDesc, with what [`DescriptorCall::contents`] took from the source. All fields are copied, those too that
    /// the target does not show. A call that fails changes nothing.
    ///
    /// # Errors
    /// HY010, HY016, HY021 (a bound record that cannot be bound in the target).
    pub fn copy_from(&mut self, contents: Contents) -> Result<()> {
        self.refuse_in_dialogue()?;
        let descriptor = &mut self.group.descriptors[self.handle];
        if descriptor.role == Role::ImplementationRow {
            return Err(written_by_the_driver());
        }
        for record in contents.records.iter().filter(|record| !record.data.is_null()) {
            record.check(descriptor.role)?;
        }
        descriptor.take(contents);
        Ok(())
    }
}

fn known(id: i32) -> Result<&'static Facts> {
    descriptor_table::field(id).ok_or_else(|| {
        Error::new(state::INVALID_DESCRIPTOR_FIELD, format!("There is no descriptor field {id}."))
    })
}

fn unused(facts: &Facts, role: Role) -> Error {
    let kind = match role {
        Role::Application => "An application descriptor",
        Role::ImplementationRow => "An implementation row descriptor",
        Role::ImplementationParameter => "An implementation parameter descriptor",
    };
    Error::new(state::INVALID_DESCRIPTOR_FIELD, format!("{kind} has no field {}.", facts.id))
}

fn written_by_the_driver() -> Error {
    Error::new(state::CANNOT_MODIFY_IRD, "An implementation row descriptor is written by the driver only.")
}

fn header_field(descriptor: &Descriptor, id: i32) -> Field {
    let header = &descriptor.header;
    match id {
        desc::ARRAY_SIZE => Field::Number(header.array_size as i64),
        desc::ARRAY_STATUS_PTR => Field::Pointer(header.array_status),
        desc::BIND_OFFSET_PTR => Field::Pointer(header.bind_offset),
        desc::BIND_TYPE => Field::Number(header.bind_type as i64),
        desc::COUNT => Field::Number(descriptor.count() as i64),
        desc::ROWS_PROCESSED_PTR => Field::Pointer(header.rows_processed),
        // SQL_DESC_ALLOC_TYPE: SQL_DESC_ALLOC_AUTO, SQL_DESC_ALLOC_USER.
        _ => Field::Number(if descriptor.explicit { 2 } else { 1 }),
    }
}

fn set_header_field(descriptor: &mut Descriptor, id: i32, value: &Input) -> Result<()> {
    let invalid = match id {
        desc::ARRAY_SIZE if value.size() == 0 => Some(state::INVALID_ATTRIBUTE_VALUE),
        desc::BIND_TYPE if value.number() < 0 => Some(state::INVALID_ATTRIBUTE_VALUE),
        desc::COUNT if value.number() < 0 => Some(state::INVALID_DESCRIPTOR_INDEX),
        _ => None,
    };
    if let Some(invalid) = invalid {
        let message = format!("{} is no value of descriptor field {id}.", value.number());
        return Err(Error::new(invalid, message));
    }
    let header = &mut descriptor.header;
    match id {
        desc::ARRAY_SIZE => header.array_size = value.size(),
        desc::ARRAY_STATUS_PTR => header.array_status = value.pointer(),
        desc::BIND_OFFSET_PTR => header.bind_offset = value.pointer(),
        desc::BIND_TYPE => header.bind_type = value.size(),
        desc::COUNT => descriptor.set_count(value.size()),
        _ => header.rows_processed = value.pointer(),
    }
    Ok(())
}
