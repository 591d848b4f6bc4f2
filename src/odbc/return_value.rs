//! The return value of a procedure call: `{? = call name(…)}`.
//!
//! Twilio's operations return nothing beside the row that the call answers. An application that asks for a return
//! value gets 0, which everywhere says that the procedure succeeded; one that failed has an error instead.

use super::constants::param;
use super::descriptor::{Descriptor, Record};
use super::fetch::write_part;
use crate::convert::{self, CTarget, CType, Rest, is_supported_to_c};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::value::ValueRef;

const RETURN_TYPE: ColumnType = ColumnType::of(DataType::Integer);

/// Whether SQLBindParameter knows the direction. Which marker may have which is known when the statement is executed.
pub fn is_direction(direction: i16) -> bool {
    matches!(direction, param::INPUT | param::OUTPUT | param::INPUT_OUTPUT)
}

/// Refuses parameters that are bound as output and are none, before anything is sent.
///
/// # Errors
/// HY105 for an output parameter that is no return value; 07006 for a buffer that takes no number.
pub fn check(apd: &Descriptor, ipd: &Descriptor, markers: usize, returns_value: bool) -> Result<()> {
    let outputs = ipd.records().iter().take(markers).enumerate();
    for (index, _) in outputs.filter(|(_, record)| record.parameter_type != param::INPUT) {
        if index > 0 || !returns_value {
            let message = format!(
                "Parameter {} is bound as output. Results of procedures come as a result set; bind it as input.",
                index + 1
            );
            return Err(Error::new(state::INVALID_PARAMETER_TYPE, message));
        }
        let target = target(&apd.records()[index])?;
        if !is_supported_to_c(RETURN_TYPE.data_type, target.c_type) {
            let message = "Parameter 1: a return value is an INTEGER, which the buffer's C type cannot hold.";
            return Err(Error::new(state::RESTRICTED_DATA_TYPE, message));
        }
    }
    Ok(())
}

/// Writes the return value of a call that succeeded, if a buffer is bound for it. `row` counts parameter sets from 0.
///
/// # Errors
/// 22003 for a buffer that is too short.
pub fn put(apd: &Descriptor, ipd: &Descriptor, row: usize) -> Result<()> {
    let (Some(record), Some(described)) = (apd.records().first(), ipd.records().first()) else {
        return Ok(());
    };
    if described.parameter_type == param::INPUT {
        return Ok(());
    }
    let target = target(record)?;
    let capacity = usize::try_from(record.octet_length).unwrap_or(0);
    let element = target.c_type.fixed_size().unwrap_or(capacity);
    let converted = convert::to_c(ValueRef::Integer(0), &RETURN_TYPE, &target)?;
    let part = convert::take(&converted, 0, capacity, Rest::IsLost)?;
    write_part(&part, record.addresses(&apd.header, apd.header.offset(), row, element));
    Ok(())
}

fn target(record: &Record) -> Result<CTarget> {
    Ok(CTarget {
        c_type: CType::resolve(record.concise_type, &RETURN_TYPE)?,
        precision: u8::try_from(record.precision).unwrap_or(0),
        scale: i8::try_from(record.scale).unwrap_or(0),
    })
}
