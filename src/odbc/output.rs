//! What comes back through parameters of a procedure call: its return value (`{? = call name(…)}`) and its results.
//!
//! Twilio's operations return nothing beside the row that the call answers. An application that asks for a return
//! value gets 0, which everywhere says that the procedure succeeded; one that failed has an error instead. The columns
//! of the row are there as a result set, and in the parameters that are bound as output as well.

use super::constants::param;
use super::delivery::{truncated, write_null, write_part};
use super::descriptor::{Descriptor, Record};
use super::parameters::name_parameter;
use super::types;
use crate::convert::{self, CData, CTarget, CType, Rest, Wchar, is_supported_to_c};
use crate::engine::{Cursor, Output, OutputMarker, Prepared};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::value::ValueRef;

const RETURN_TYPE: ColumnType = ColumnType::of(DataType::Integer);

/// Whether SQLBindParameter knows the direction. Which marker may have which is known when the statement is executed.
pub fn is_direction(direction: i16) -> bool {
    matches!(direction, param::INPUT | param::OUTPUT | param::INPUT_OUTPUT)
}

/// The markers that are bound as output, and what each takes. Checked before anything is sent.
///
/// # Errors
/// HY105 for an output parameter that has no result, and for a result that is bound as input; 07006 for a buffer that does
/// not take the result's type.
pub fn outputs(apd: &Descriptor, ipd: &Descriptor, prepared: &Prepared) -> Result<Vec<OutputMarker>> {
    let markers = prepared.parameters();
    let direction = |index: usize| ipd.records().get(index).map_or(param::INPUT, |r| r.parameter_type);
    let is_output = |index: usize| direction(index) != param::INPUT;
    for (index, marker) in markers.iter().enumerate() {
        let name = marker.name.as_deref().unwrap_or_default();
        let is_result =
            matches!(prepared.output(index), Some(Output::Column(_) | Output::Next { input: false }));
        let is_input =
            matches!(prepared.output(index), Some(Output::OfInput(_) | Output::Next { input: true }));
        if is_input && direction(index) == param::OUTPUT && !marker.nullable {
            let message =
                format!("Parameter {} ({name}) is bound as output, but has to be given.", index + 1);
            return Err(Error::new(state::INVALID_PARAMETER_TYPE, message));
        }
        if is_result && !is_output(index) {
            let message =
                format!("Parameter {} ({name}) is a result and no input; bind it as output.", index + 1);
            return Err(Error::new(state::INVALID_PARAMETER_TYPE, message));
        }
    }
    let outputs = prepared.outputs(is_output)?;
    for output in &outputs {
        let column_type = column_type(prepared, *output);
        let (Some(record), Some(described)) =
            (apd.records().get(output.marker), ipd.records().get(output.marker))
        else {
            continue;
        };
        if !is_supported_to_c(column_type.data_type, c_type(record, described)?) {
            let message = format!(
                "Parameter {}: what comes back is of type {:?}, which the buffer's C type cannot hold.",
                output.marker + 1,
                column_type.data_type
            );
            return Err(Error::new(state::RESTRICTED_DATA_TYPE, message));
        }
    }
    Ok(outputs)
}

/// Whether a marker's value is read: that of a return value never is, nor that of any other that is bound as output alone.
pub fn is_read(ipd: &Descriptor, prepared: &Prepared, marker: usize) -> bool {
    let direction = ipd.records().get(marker).map_or(param::INPUT, |record| record.parameter_type);
    direction != param::OUTPUT
        && matches!(prepared.output(marker), None | Some(Output::OfInput(_) | Output::Next { input: true }))
}

/// Writes what a call that succeeded gave. `row` counts parameter sets from 0. What a parameter cannot take is told for it
/// alone: the call has been made.
pub fn put(
    apd: &Descriptor,
    ipd: &Descriptor,
    row: usize,
    outputs: &[OutputMarker],
    prepared: &Prepared,
    answer: Option<&Cursor>,
    wchar: Wchar,
) -> Vec<Error> {
    let mut problems = Vec::new();
    for output in outputs {
        let (Some(record), Some(described)) =
            (apd.records().get(output.marker), ipd.records().get(output.marker))
        else {
            continue;
        };
        let value = match output.column {
            None => ValueRef::Integer(0),
            Some(column) => answer.map_or(ValueRef::Null, |answer| answer.first(column)),
        };
        let put = put_one(
            apd,
            target(record, described, wchar),
            record,
            row,
            value,
            column_type(prepared, *output),
        );
        if let Some(error) = put.unwrap_or_else(Some) {
            problems.push(name_parameter(error, output.marker + 1, &prepared.parameters()[output.marker]));
        }
    }
    problems
}

fn put_one(
    apd: &Descriptor,
    target: Result<CTarget>,
    record: &Record,
    row: usize,
    value: ValueRef<'_>,
    column_type: ColumnType,
) -> Result<Option<Error>> {
    let target = target?;
    let capacity = usize::try_from(record.octet_length).unwrap_or(0);
    let element = target.c_type.fixed_size().unwrap_or(capacity);
    let at = record.addresses(&apd.header, apd.header.offset(), row, element);
    let converted = convert::to_c(value, &column_type, &target)?;
    if converted.data == CData::Null {
        write_null(at)?;
        return Ok(None);
    }
    let part = convert::take(&converted, 0, capacity, Rest::IsLost)?;
    write_part(&part, at);
    Ok(part.truncated.then(truncated).or(converted.warning))
}

fn column_type(prepared: &Prepared, output: OutputMarker) -> ColumnType {
    output.column.map_or(RETURN_TYPE, |column| prepared.results()[column].column_type)
}

fn c_type(record: &Record, described: &Record) -> Result<CType> {
    let bound = described.sql_type()?;
    types::c_type_of(record.concise_type, described.concise_type, &bound)
}

fn target(record: &Record, described: &Record, wchar: Wchar) -> Result<CTarget> {
    Ok(record.target(c_type(record, described)?, wchar))
}
