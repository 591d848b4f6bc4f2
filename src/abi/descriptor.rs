//! Marshalling of the descriptor functions.

use odbc_sys::SqlReturn;

use super::field::{self, write_length};
use super::memory::Address;
use super::text::{self, Encoding};
use crate::error::{Error, Result, state};
use crate::odbc::descriptor_fields::RecordSetting;
use crate::odbc::descriptor_table;
use crate::odbc::dispatch::{Completion, Function, on_descriptor};
use crate::odbc::registry::Token;
use crate::odbc::statement::in_dialogue;
use crate::odbc::width::Width;

fn width_of(id: i16) -> Result<Width> {
    descriptor_table::field(id.into()).map(|field| field.width).ok_or_else(|| {
        Error::new(state::INVALID_DESCRIPTOR_FIELD, format!("There is no descriptor field {id}."))
    })
}

pub(super) fn get_field<E: Encoding>(
    function: Function,
    descriptor: Token,
    number: i16,
    id: i16,
    value: Address,
    capacity: i32,
    length: Address,
) -> i16 {
    on_descriptor(function, descriptor, |call| {
        let width = width_of(id)?;
        let Some(field) = call.field(number, id.into())? else { return Ok(Completion::NoData) };
        if field::write::<E, i32>(call.wchar(), &field, width, value, capacity as isize, length, "the field")?
        {
            call.warn(text::truncated("The field"));
        }
        Ok(Completion::Success)
    })
}

pub(super) fn set_field<E: Encoding>(
    function: Function,
    descriptor: Token,
    number: i16,
    id: i16,
    value: Address,
    length: i32,
) -> i16 {
    on_descriptor(function, descriptor, |call| {
        let value = field::read::<E>(call.wchar(), width_of(id)?, value, length, "the field")?;
        call.set_field(number, id.into(), &value)?;
        Ok(Completion::Success)
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn get_record<E: Encoding>(
    function: Function,
    descriptor: Token,
    number: i16,
    name: Address,
    capacity: i16,
    name_length: Address,
    verbose_type: Address,
    sub_type: Address,
    length: Address,
    precision: Address,
    scale: Address,
    nullable: Address,
) -> i16 {
    on_descriptor(function, descriptor, |call| {
        let capacity = if name.is_null() { 0 } else { text::capacity(capacity.into(), "Name")? };
        let Some(record) = call.record(number)? else { return Ok(Completion::NoData) };
        let (units, cut) = text::write::<E>(call.wchar(), &record.name, name, capacity);
        write_length::<i16>(name_length, units);
        verbose_type.write(record.verbose_type);
        sub_type.write(record.sub_type);
        length.write(record.length);
        precision.write(record.precision);
        scale.write(record.scale);
        nullable.write(record.nullable);
        if cut {
            call.warn(text::truncated("The name"));
        }
        Ok(Completion::Success)
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn set_record(
    function: Function,
    descriptor: Token,
    number: i16,
    verbose_type: i16,
    sub_type: i16,
    length: isize,
    precision: i16,
    scale: i16,
    data: Address,
    octet_length: Address,
    indicator: Address,
) -> i16 {
    on_descriptor(function, descriptor, |call| {
        call.set_record(&RecordSetting {
            number,
            verbose_type,
            sub_type,
            length,
            precision,
            scale,
            data,
            octet_length,
            indicator,
        })?;
        Ok(Completion::Success)
    })
}

pub(super) fn copy(function: Function, source: Token, target: Token) -> i16 {
    // The two may belong to different connections: one lock at a time.
    let mut contents = None;
    let code = on_descriptor(function, source, |call| {
        contents = Some(call.contents());
        Ok(Completion::Success)
    });
    match contents {
        // SQLCopyDesc's diagnostics are read from the target.
        Some(contents) => on_descriptor(function, target, |call| {
            call.copy_from(contents?)?;
            Ok(Completion::Success)
        }),
        None if code == SqlReturn::INVALID_HANDLE.0 => code,
        None => on_descriptor(function, target, |_| Err(in_dialogue())),
    }
}
