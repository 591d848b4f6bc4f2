//! How the catalogue functions match names: pattern values, ordinary arguments and identifiers.
//!
//! Names match in any letter case, because SQL_IDENTIFIER_CASE is SQL_IC_MIXED. An empty catalog, schema or pattern
//! restricts nothing: by the reference it would ask for objects without a catalog (schema, name), of which there
//! are none, and Excel and Power BI send empty strings where they mean "any".

use std::borrow::Cow;

use super::{Context, ObjectName};
use crate::error::{Error, Result, state};
use crate::model::{CATALOG, DEFAULT_SCHEMA, TableEntry};

/// What SQL_SEARCH_PATTERN_ESCAPE answers.
const ESCAPE: char = '\\';

/// One argument, ready to be matched against names.
#[derive(Debug)]
pub(super) enum Matcher<'a> {
    Any,
    Name(Cow<'a, str>),
    Pattern(Vec<Symbol>),
}

/// A symbol of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// `%`: any characters, or none.
    Any,
    /// `_`: one character.
    One,
    This(char),
}

impl<'a> Matcher<'a> {
    /// A pattern value argument; under SQL_ATTR_METADATA_ID an identifier.
    ///
    /// # Errors
    /// HY009 for a null pointer under SQL_ATTR_METADATA_ID; `argument` names it in the message.
    pub(super) fn pattern(context: &Context<'_>, argument: &str, value: Option<&'a str>) -> Result<Self> {
        if context.metadata_id {
            return Self::identifier(argument, value);
        }
        Ok(match value {
            None | Some("" | "%") => Matcher::Any,
            Some(pattern) => Matcher::Pattern(symbols(pattern)),
        })
    }

    /// An ordinary argument; under SQL_ATTR_METADATA_ID an identifier.
    ///
    /// # Errors
    /// As for [`Matcher::pattern`].
    pub(super) fn literal(context: &Context<'_>, argument: &str, value: Option<&'a str>) -> Result<Self> {
        if context.metadata_id {
            return Self::identifier(argument, value);
        }
        Ok(match value {
            None | Some("") => Matcher::Any,
            Some(name) => Matcher::Name(name.into()),
        })
    }

    /// A table name that must be given.
    ///
    /// # Errors
    /// HY009 for a null pointer.
    pub(super) fn table(context: &Context<'_>, value: Option<&'a str>) -> Result<Self> {
        let name = value.ok_or_else(|| null_pointer("TableName"))?;
        Ok(Matcher::Name(if context.metadata_id { unquoted(name) } else { name.into() }))
    }

    fn identifier(argument: &str, value: Option<&'a str>) -> Result<Self> {
        let name = unquoted(value.ok_or_else(|| null_pointer(argument))?);
        Ok(if name.is_empty() { Matcher::Any } else { Matcher::Name(name) })
    }

    /// The schema of one table. Where none is given and the default one has such a table, it is that, as in a statement:
    /// the columns of several tables would pass for those of one key.
    ///
    /// # Errors
    /// As for [`Matcher::pattern`].
    pub(super) fn schema(context: &Context<'_>, argument: &str, object: ObjectName<'a>) -> Result<Self> {
        let given = Self::literal(context, argument, object.schema)?;
        let Some(name) = object.name.filter(|_| matches!(given, Matcher::Any)) else { return Ok(given) };
        let name = if context.metadata_id { unquoted(name) } else { name.into() };
        let is_it = |t: &TableEntry| t.schema == DEFAULT_SCHEMA && t.name.eq_ignore_ascii_case(&name);
        Ok(if context.tables().any(is_it) { Matcher::Name(DEFAULT_SCHEMA.into()) } else { given })
    }

    /// Whether the argument admits this name.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Matcher::Any => true,
            Matcher::Name(wanted) => wanted.eq_ignore_ascii_case(name),
            Matcher::Pattern(symbols) => matches(symbols, name),
        }
    }
}

/// The three parts of a table's or procedure's name.
#[derive(Debug)]
pub(super) struct ObjectMatcher<'a> {
    catalog: Matcher<'a>,
    schema: Matcher<'a>,
    name: Matcher<'a>,
}

impl<'a> ObjectMatcher<'a> {
    /// Schema and name are patterns, and so is the catalog: SQLTables.
    pub(super) fn patterns(context: &Context<'_>, object: ObjectName<'a>) -> Result<Self> {
        let catalog = Matcher::pattern(context, "CatalogName", object.catalog)?;
        Ok(ObjectMatcher { catalog, ..Self::patterns_in_catalog(context, object)? })
    }

    /// Schema and name are patterns in a catalog that is none: SQLColumns and others.
    pub(super) fn patterns_in_catalog(context: &Context<'_>, object: ObjectName<'a>) -> Result<Self> {
        Ok(ObjectMatcher {
            catalog: Matcher::literal(context, "CatalogName", object.catalog)?,
            schema: Matcher::pattern(context, "SchemaName", object.schema)?,
            name: Matcher::pattern(context, "TableName", object.name)?,
        })
    }

    /// Nothing is a pattern, and the table's name must be given: SQLPrimaryKeys and others.
    pub(super) fn literals(context: &Context<'_>, object: ObjectName<'a>) -> Result<Self> {
        Ok(ObjectMatcher {
            catalog: Matcher::literal(context, "CatalogName", object.catalog)?,
            schema: Matcher::schema(context, "SchemaName", object)?,
            name: Matcher::table(context, object.name)?,
        })
    }

    /// Whether the object of that schema and name is asked for.
    pub(super) fn matches(&self, schema: &str, name: &str) -> bool {
        self.catalog.matches(CATALOG) && self.schema.matches(schema) && self.name.matches(name)
    }
}

fn null_pointer(argument: &str) -> Error {
    let message =
        format!("{argument} is a null pointer: give a name (under SQL_ATTR_METADATA_ID, every name).");
    Error::new(state::INVALID_NULL_POINTER, message)
}

/// An identifier argument without its quotes, or without its trailing blanks.
fn unquoted(identifier: &str) -> Cow<'_, str> {
    let inner = identifier.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if inner.contains("\"\"") => inner.replace("\"\"", "\"").into(),
        Some(inner) => inner.into(),
        None => identifier.trim_end().into(),
    }
}

/// An escape character before anything but a wildcard or itself stands for itself.
fn symbols(pattern: &str) -> Vec<Symbol> {
    let mut characters = pattern.chars().peekable();
    let mut symbols = Vec::new();
    while let Some(c) = characters.next() {
        symbols.push(match c {
            '%' => Symbol::Any,
            '_' => Symbol::One,
            ESCAPE => Symbol::This(characters.next_if(|&c| matches!(c, '%' | '_' | ESCAPE)).unwrap_or(c)),
            _ => Symbol::This(c),
        });
    }
    symbols
}

/// Matches without recursion: on a mismatch, the last `%` takes one character more.
fn matches(pattern: &[Symbol], name: &str) -> bool {
    let mut rest = name.chars();
    let mut position = 0;
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        if pattern.get(position) == Some(&Symbol::Any) {
            position += 1;
            retry = Some((position, rest.clone()));
            continue;
        }
        let matched = match (rest.next(), pattern.get(position)) {
            (None, None) => return true,
            // Nothing is left for the rest of the pattern: giving `%` more cannot help.
            (None, Some(_)) => return false,
            (Some(_), Some(Symbol::One)) => true,
            (Some(c), Some(Symbol::This(wanted))) => c.eq_ignore_ascii_case(wanted),
            (Some(_), _) => false,
        };
        if matched {
            position += 1;
        } else {
            let Some((after, mut from)) = retry.take() else { return false };
            from.next();
            (position, rest) = (after, from.clone());
            retry = Some((after, from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, identifiers};
    use super::*;

    fn pattern(pattern: &str, name: &str) -> bool {
        Matcher::pattern(&context(), "", Some(pattern)).unwrap().matches(name)
    }

    #[test]
    fn wildcards_match() {
        for yes in ["Conferences", "%", "Conf%", "%ences", "C%f%s", "_onferences", "%_", "%%", "", "C%", "%s"]
        {
            assert!(pattern(yes, "Conferences"), "{yes}");
        }
        for no in ["Conference", "Conferences_", "_", "%x%", "onferences", "C_", "%Conferencess"] {
            assert!(!pattern(no, "Conferences"), "{no}");
        }
        assert!(pattern("%ab", "aab") && pattern("a%b%c", "axbxbc") && !pattern("a%b%c", "axbxb"));
        assert!(pattern("%a_b%", "aaaab") && pattern("_", "é"));
    }

    #[test]
    fn letter_case_does_not_matter() {
        assert!(pattern("conFERENCES", "Conferences") && pattern("CONF%", "Conferences"));
    }

    #[test]
    fn an_escaped_wildcard_is_a_character() {
        assert!(pattern(r"a\_b", "a_b") && !pattern(r"a\_b", "axb"));
        assert!(pattern(r"100\%", "100%") && !pattern(r"100\%", "1000"));
        assert!(pattern(r"a\\b", r"a\b") && pattern(r"a\b", r"a\b") && pattern(r"a\", r"a\"));
    }

    #[test]
    fn an_ordinary_argument_has_no_wildcards() {
        let literal = |value, name| Matcher::literal(&context(), "", value).unwrap().matches(name);
        assert!(literal(Some("a_b"), "A_B") && !literal(Some("a_b"), "axb") && !literal(Some("%"), "a"));
        assert!(literal(None, "a") && literal(Some(""), "a"));
    }

    #[test]
    fn an_identifier_is_quoted_or_loses_its_trailing_blanks() {
        let identifier =
            |value, name| Matcher::pattern(&identifiers(), "", Some(value)).unwrap().matches(name);
        assert!(identifier("calls  ", "Calls") && identifier(" \"Calls\" ", "Calls"));
        assert!(!identifier("  Calls", "Calls") && !identifier("\"Calls \"", "Calls"));
        assert!(identifier("\"a\"\"b\"", "a\"b") && !identifier("C%", "Calls") && identifier("a_b", "a_b"));
    }

    #[test]
    fn a_null_identifier_is_refused() {
        let error = Matcher::pattern(&identifiers(), "SchemaName", None).unwrap_err();
        assert_eq!(error.state, state::INVALID_NULL_POINTER);
        assert!(error.message.starts_with("SchemaName"));
        assert!(Matcher::pattern(&context(), "SchemaName", None).is_ok());
    }

    #[test]
    fn a_table_name_must_be_given_and_is_no_wildcard_when_empty() {
        assert_eq!(Matcher::table(&context(), None).unwrap_err().state, state::INVALID_NULL_POINTER);
        assert!(!Matcher::table(&context(), Some("")).unwrap().matches("Calls"));
    }

    #[test]
    fn an_object_matches_in_all_three_parts() {
        let matches = |catalog, schema, name| {
            let object = ObjectName { catalog, schema, name };
            ObjectMatcher::patterns(&context(), object).unwrap().matches("Twilio", "Calls")
        };
        assert!(matches(None, None, None) && matches(Some(""), Some(""), Some("")));
        assert!(matches(Some("cdata"), Some("TWILIO"), Some("Call_")) && matches(Some("C%"), None, None));
        assert!(!matches(Some("other"), None, None) && !matches(None, Some("other"), None));
        let in_catalog = |catalog| {
            let object = ObjectName { catalog, ..ObjectName::default() };
            ObjectMatcher::patterns_in_catalog(&context(), object).unwrap().matches("Twilio", "Calls")
        };
        assert!(in_catalog(Some("CData")) && !in_catalog(Some("C%")));
    }
}
