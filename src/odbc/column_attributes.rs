//! SQLNumResultCols, SQLDescribeCol, SQLColAttribute: what the columns of a result are like, before and after execution.

use super::bookmark;
use super::constants::{bookmarks, column, desc};
use super::dispatch::StatementCall;
use super::parameters::ParameterDescription;
use super::statement::{State, no_result_set};
use super::types::{self, OdbcVersion};
use super::width::Field;
use crate::convert::Wchar;
use crate::engine::ResultColumn;
use crate::error::{Error, Result, state};
use crate::model::CATALOG;

/// SQL_ATTR_READONLY and SQL_ATTR_WRITE, the values of SQL_DESC_UPDATABLE.
const READ_ONLY: i64 = 0;
const WRITABLE: i64 = 1;

impl StatementCall<'_> {
    /// SQLNumResultCols.
    ///
    /// # Errors
    /// HY010.
    pub fn column_count(&self) -> Result<usize> {
        self.statement.columns().map(|columns| columns.len())
    }

    /// After an execution without a result set there is nothing to describe, not even a number of columns.
    fn refuse_without_result(&self) -> Result<()> {
        match self.statement.state {
            State::Executed(..) => Err(no_result_set()),
            _ => Ok(()),
        }
    }

    fn column(&self, number: u16) -> Result<ResultColumn> {
        let columns = self.statement.columns()?;
        self.refuse_without_result()?;
        if columns.is_empty() {
            return Err(Error::new(
                state::NOT_A_CURSOR_SPECIFICATION,
                "The statement returns no result set, so that it has no columns.",
            ));
        }
        let use_bookmarks = self.statement.attributes.use_bookmarks;
        if number == 0 && use_bookmarks != bookmarks::OFF {
            return Ok(bookmark::described(use_bookmarks).clone());
        }
        usize::from(number).checked_sub(1).and_then(|index| columns.get(index)).cloned().ok_or_else(|| {
            Error::new(
                state::INVALID_DESCRIPTOR_INDEX,
                format!("The result has {} columns; there is no number {number}.", columns.len()),
            )
        })
    }

    /// SQLDescribeCol. Column 0 is the bookmark, where bookmarks are on.
    ///
    /// # Errors
    /// 07005 (prepared), 07009, 24000 (executed without a result set), HY010.
    pub fn describe_column(&self, number: u16) -> Result<(String, ParameterDescription)> {
        let column = self.column(number)?;
        let facts = types::describe(&column.column_type).for_version(self.connection.version);
        let bookmark = match number {
            0 => bookmark::attribute(self.statement.attributes.use_bookmarks, desc::CONCISE_TYPE),
            _ => None,
        };
        let description = ParameterDescription {
            sql_type: match bookmark {
                Some(Field::Number(sql_type)) => sql_type as i16,
                _ => facts.concise_type,
            },
            size: facts.column_size as usize,
            decimal_digits: facts.decimal_digits.unwrap_or(0),
            nullable: column.nullable.into(),
        };
        Ok((column.name, description))
    }

    /// SQLColAttribute. Numbers are SQLLEN, whatever the width of the descriptor field.
    ///
    /// # Errors
    /// 07005 (prepared), 07009, 24000 (executed without a result set), HY010, HY091.
    pub fn column_attribute(&self, number: u16, id: u16) -> Result<Field> {
        let id = i32::from(id);
        if matches!(id, column::COUNT | desc::COUNT) {
            self.refuse_without_result()?;
            return Ok(Field::Number(self.column_count()? as i64));
        }
        let column = self.column(number)?;
        let (version, wchar) = (self.connection.version, self.connection.wchar);
        let field = match number {
            0 => bookmark_attribute(self.statement.attributes.use_bookmarks, id, version, wchar),
            _ => attribute(&column, id, version, wchar),
        };
        field.ok_or_else(|| {
            Error::new(state::INVALID_DESCRIPTOR_FIELD, format!("Columns have no attribute {id}."))
        })
    }
}

/// A field of column 0, the bookmark.
pub fn bookmark_attribute(
    use_bookmarks: usize,
    id: i32,
    version: OdbcVersion,
    wchar: Wchar,
) -> Option<Field> {
    let column = bookmark::described(use_bookmarks);
    bookmark::attribute(use_bookmarks, id).or_else(|| attribute(column, id, version, wchar))
}

/// A field of a column, by the id of a descriptor field or of an ODBC 2 column attribute; `None` for an unknown one.
pub fn attribute(column: &ResultColumn, id: i32, version: OdbcVersion, wchar: Wchar) -> Option<Field> {
    let facts = types::describe(&column.column_type).for_version(version).for_wchar(wchar);
    let base = column.base.as_ref().map(|(table, index)| (table, &table.columns[*index]));
    let base_text = |text: &str| Field::from(if base.is_some() { text } else { "" });
    let table_name = base.map_or("", |(table, _)| table.name.as_str());
    Some(match id {
        column::NAME | desc::NAME | desc::LABEL => Field::from(column.name.as_str()),
        desc::BASE_COLUMN_NAME => Field::from(base.map_or("", |(_, column)| column.name.as_str())),
        desc::BASE_TABLE_NAME | desc::TABLE_NAME => Field::from(table_name),
        desc::SCHEMA_NAME => Field::from(base.map_or("", |(table, _)| table.schema.as_str())),
        desc::CATALOG_NAME => base_text(CATALOG),
        desc::TYPE_NAME | desc::LOCAL_TYPE_NAME => Field::from(facts.type_name),
        desc::LITERAL_PREFIX => Field::from(facts.literal_prefix.unwrap_or("")),
        desc::LITERAL_SUFFIX => Field::from(facts.literal_suffix.unwrap_or("")),
        desc::CONCISE_TYPE => Field::from(facts.concise_type),
        desc::TYPE => Field::from(facts.verbose_type),
        desc::DATETIME_INTERVAL_CODE => Field::from(facts.datetime_code.unwrap_or(0)),
        desc::LENGTH | column::PRECISION => Field::from(facts.column_size),
        desc::PRECISION => Field::from(facts.precision),
        column::SCALE | desc::SCALE => Field::from(facts.decimal_digits.unwrap_or(0)),
        column::LENGTH | desc::OCTET_LENGTH => Field::from(facts.octet_length),
        desc::DISPLAY_SIZE => Field::from(facts.display_size),
        column::NULLABLE | desc::NULLABLE => Field::Number(column.nullable.into()),
        desc::NUM_PREC_RADIX => Field::from(facts.num_prec_radix.unwrap_or(0)),
        desc::UNSIGNED => Field::Number(facts.unsigned.unwrap_or(true).into()),
        desc::FIXED_PREC_SCALE => Field::Number(facts.fixed_prec_scale.into()),
        desc::AUTO_UNIQUE_VALUE => Field::Number(facts.auto_unique.into()),
        desc::CASE_SENSITIVE => Field::Number(facts.case_sensitive.into()),
        desc::SEARCHABLE => Field::from(facts.searchable),
        desc::UPDATABLE => Field::Number(match base {
            Some((table, column)) if table.is_updatable(column) => WRITABLE,
            _ => READ_ONLY,
        }),
        // SQL_NAMED: an expression has its text as a name.
        desc::UNNAMED => Field::Number(i64::from(column.name.is_empty())),
        desc::ROWVER | desc::DATETIME_INTERVAL_PRECISION => Field::Number(0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::descriptor::Role;
    use super::super::descriptor_table::{Access, FIELDS, Facts};
    use super::super::width::Width;
    use super::*;
    use crate::model::Model;

    fn column_of(table: &str, name: &str) -> ResultColumn {
        let model = Model::builtin();
        let table = model.table(None, table).unwrap();
        let (index, column) = table.column(name).unwrap();
        ResultColumn {
            name: "alias".to_owned(),
            column_type: column.column_type(),
            typed: true,
            nullable: true,
            base: Some((table.clone(), index)),
            marker: None,
        }
    }

    #[test]
    fn a_column_knows_where_it_comes_from() {
        let column = column_of("Conferences", "Status");
        let text = |id| match attribute(&column, id, OdbcVersion::Odbc3, Wchar::Utf16) {
            Some(Field::Text(text)) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(desc::LABEL), "alias");
        assert_eq!(text(desc::BASE_COLUMN_NAME), "Status");
        assert_eq!(text(desc::BASE_TABLE_NAME), "Conferences");
        assert_eq!(text(desc::CATALOG_NAME), CATALOG);
    }

    #[test]
    fn every_record_field_is_answered_in_its_width() {
        let column = column_of("Conferences", "Sid");
        let readable = FIELDS.iter().filter(|field| field.access(Role::ImplementationRow) == Access::Read);
        for &Facts { id, width, .. } in readable.filter(|field| !field.in_header) {
            let field = attribute(&column, id, OdbcVersion::Odbc3, Wchar::Utf16);
            assert_eq!(matches!(field, Some(Field::Text(_))), width == Width::Text, "{id}");
            assert!(field.is_some(), "{id}");
        }
    }
}
