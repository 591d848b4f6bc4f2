//! SQLGetTypeInfo.

use super::Context;
use super::result::{Heading, ResultSet, integer, name, number, optional, text};
use crate::error::{Error, Result, state};
use crate::odbc::types::{self, TypeInfo};
use crate::value::Value;

const SQL_ALL_TYPES: i16 = 0;
const SQL_NULLABLE: i16 = 1;

/// ODBC 2 calls COLUMN_SIZE PRECISION, FIXED_PREC_SCALE MONEY and AUTO_UNIQUE_VALUE AUTO_INCREMENT.
const HEADINGS: [Heading; 19] = [
    name("TYPE_NAME").not_null(),
    number("DATA_TYPE").not_null(),
    number("COLUMN_SIZE"),
    text("LITERAL_PREFIX", 8),
    text("LITERAL_SUFFIX", 8),
    text("CREATE_PARAMS", 32),
    number("NULLABLE").not_null(),
    number("CASE_SENSITIVE").not_null(),
    number("SEARCHABLE").not_null(),
    number("UNSIGNED_ATTRIBUTE"),
    number("FIXED_PREC_SCALE").not_null(),
    number("AUTO_UNIQUE_VALUE"),
    name("LOCAL_TYPE_NAME"),
    number("MINIMUM_SCALE"),
    number("MAXIMUM_SCALE"),
    number("SQL_DATA_TYPE").not_null(),
    number("SQL_DATETIME_SUB"),
    number("NUM_PREC_RADIX"),
    number("INTERVAL_PRECISION"),
];

/// SQLGetTypeInfo: all types for `data_type` 0 (SQL_ALL_TYPES), else the one with that code of either version. A
/// type of ODBC that the driver does not have gives no row.
///
/// # Errors
/// HY004 for a number that is no SQL type.
pub fn type_info(context: &Context<'_>, data_type: i16) -> Result<ResultSet> {
    if data_type != SQL_ALL_TYPES && !types::is_odbc_type(data_type) {
        let message = format!("{data_type} is no SQL data type of ODBC.");
        return Err(Error::new(state::INVALID_SQL_DATA_TYPE, message));
    }
    let is_wanted =
        |row: &TypeInfo| data_type == SQL_ALL_TYPES || types::is_same_type(row.facts.concise_type, data_type);
    let rows =
        types::type_info(context.version).into_iter().filter(is_wanted).map(|row| cells(&row)).collect();
    Ok(ResultSet::new(&HEADINGS, rows))
}

fn cells(row: &TypeInfo) -> Vec<Value> {
    let facts = &row.facts;
    let is_number = facts.num_prec_radix.is_some();
    vec![
        facts.type_name.into(),
        integer(facts.concise_type),
        integer(facts.column_size),
        facts.literal_prefix.into(),
        facts.literal_suffix.into(),
        row.create_params.into(),
        integer(SQL_NULLABLE),
        integer(facts.case_sensitive),
        integer(facts.searchable),
        optional(facts.unsigned),
        integer(facts.fixed_prec_scale),
        optional(is_number.then_some(facts.auto_unique)),
        facts.type_name.into(),
        optional(row.minimum_scale),
        optional(row.maximum_scale),
        integer(facts.verbose_type),
        optional(facts.datetime_code),
        optional(facts.num_prec_radix),
        Value::Null,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cells, context, context_for};
    use super::*;
    use crate::odbc::types::OdbcVersion;

    fn number_of(cell: &Value) -> i64 {
        match cell {
            Value::Integer(number) => *number,
            other => panic!("{other:?} is no number"),
        }
    }

    #[test]
    fn all_types_are_ordered_by_code() {
        let set = type_info(&context(), 0).unwrap();
        let codes: Vec<i64> = set.rows.iter().map(|row| number_of(&row[1])).collect();
        assert_eq!(set.columns.len(), 19);
        assert!(codes.is_sorted() && codes.contains(&-9) && codes.contains(&12) && codes.contains(&93));
    }

    #[test]
    fn one_type_has_one_row() {
        let row = type_info(&context(), -9).unwrap().rows.remove(0);
        assert_eq!(row[..3], ["NVARCHAR".into(), (-9).into(), 4000.into()]);
        assert_eq!(row[3..6], ["'".into(), "'".into(), "length".into()]);
        assert_eq!(row[6..10], [1.into(), 1.into(), 3.into(), Value::Null]);
        assert_eq!(row[15..], [(-9).into(), Value::Null, Value::Null, Value::Null]);
    }

    #[test]
    fn a_number_says_that_it_is_signed() {
        let row = type_info(&context(), 4).unwrap().rows.remove(0);
        assert_eq!(row[9..12], [0.into(), 0.into(), 0.into()]);
        assert_eq!(row[17], 10.into());
    }

    #[test]
    fn dates_are_found_by_either_code_and_answered_in_the_applications_version() {
        for (version, code) in [(OdbcVersion::Odbc2, 11), (OdbcVersion::Odbc3, 93)] {
            for asked in [11, 93] {
                let rows = type_info(&context_for(version), asked).unwrap().rows;
                assert_eq!(cells(&rows, 0), ["TIMESTAMP"]);
                assert_eq!(rows[0][1], code.into());
            }
        }
    }

    #[test]
    fn a_type_that_the_driver_lacks_gives_no_row_and_a_wrong_number_an_error() {
        assert!(type_info(&context(), -11).unwrap().rows.is_empty());
        assert!(type_info(&context(), 101).unwrap().rows.is_empty());
        assert_eq!(type_info(&context(), 1234).unwrap_err().state, state::INVALID_SQL_DATA_TYPE);
    }
}
