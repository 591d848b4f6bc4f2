//! The scalar functions that `{fn …}` accepts: a contract with the SQL layer, which implements every name here.

/// The info type whose bitmask a function belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionFamily {
    /// SQL_STRING_FUNCTIONS.
    String,
    /// SQL_NUMERIC_FUNCTIONS.
    Numeric,
    /// SQL_SYSTEM_FUNCTIONS.
    System,
    /// SQL_TIMEDATE_FUNCTIONS.
    TimeDate,
}

/// A scalar function of ODBC appendix E.
#[derive(Clone, Copy, Debug)]
pub struct ScalarFunction {
    /// The name in upper case; applications write it in any.
    pub name: &'static str,
    pub family: FunctionFamily,
    /// The bit in the family's mask.
    pub bit: u32,
}

const fn function(family: FunctionFamily, name: &'static str, bit: u32) -> ScalarFunction {
    ScalarFunction { name, family, bit }
}

/// Every function that is claimed, and no other.
///
/// CONCAT of NULL is NULL (SQL_CONCAT_NULL_BEHAVIOR), LOG is the natural logarithm, and times are in UTC.
pub const SCALAR_FUNCTIONS: &[ScalarFunction] = {
    use FunctionFamily::{Numeric, String, System, TimeDate};
    &[
        function(String, "CONCAT", 0x0000_0001),
        function(String, "INSERT", 0x0000_0002),
        function(String, "LEFT", 0x0000_0004),
        function(String, "LTRIM", 0x0000_0008),
        function(String, "LENGTH", 0x0000_0010),
        function(String, "LOCATE", 0x0000_0020),
        function(String, "LCASE", 0x0000_0040),
        function(String, "REPEAT", 0x0000_0080),
        function(String, "REPLACE", 0x0000_0100),
        function(String, "RIGHT", 0x0000_0200),
        function(String, "RTRIM", 0x0000_0400),
        function(String, "SUBSTRING", 0x0000_0800),
        function(String, "UCASE", 0x0000_1000),
        function(String, "ASCII", 0x0000_2000),
        function(String, "CHAR", 0x0000_4000),
        function(String, "DIFFERENCE", 0x0000_8000),
        // LOCATE with two arguments.
        function(String, "LOCATE_2", 0x0001_0000),
        function(String, "SOUNDEX", 0x0002_0000),
        function(String, "SPACE", 0x0004_0000),
        function(String, "BIT_LENGTH", 0x0008_0000),
        function(String, "CHAR_LENGTH", 0x0010_0000),
        function(String, "CHARACTER_LENGTH", 0x0020_0000),
        function(String, "OCTET_LENGTH", 0x0040_0000),
        function(String, "POSITION", 0x0080_0000),
        function(Numeric, "ABS", 0x0000_0001),
        function(Numeric, "ACOS", 0x0000_0002),
        function(Numeric, "ASIN", 0x0000_0004),
        function(Numeric, "ATAN", 0x0000_0008),
        function(Numeric, "ATAN2", 0x0000_0010),
        function(Numeric, "CEILING", 0x0000_0020),
        function(Numeric, "COS", 0x0000_0040),
        function(Numeric, "COT", 0x0000_0080),
        function(Numeric, "EXP", 0x0000_0100),
        function(Numeric, "FLOOR", 0x0000_0200),
        function(Numeric, "LOG", 0x0000_0400),
        function(Numeric, "MOD", 0x0000_0800),
        function(Numeric, "SIGN", 0x0000_1000),
        function(Numeric, "SIN", 0x0000_2000),
        function(Numeric, "SQRT", 0x0000_4000),
        function(Numeric, "TAN", 0x0000_8000),
        function(Numeric, "PI", 0x0001_0000),
        function(Numeric, "RAND", 0x0002_0000),
        function(Numeric, "DEGREES", 0x0004_0000),
        function(Numeric, "LOG10", 0x0008_0000),
        function(Numeric, "POWER", 0x0010_0000),
        function(Numeric, "RADIANS", 0x0020_0000),
        function(Numeric, "ROUND", 0x0040_0000),
        function(Numeric, "TRUNCATE", 0x0080_0000),
        function(System, "DATABASE", 0x0002),
        function(System, "IFNULL", 0x0004),
        function(TimeDate, "NOW", 0x0000_0001),
        function(TimeDate, "CURDATE", 0x0000_0002),
        function(TimeDate, "DAYOFMONTH", 0x0000_0004),
        function(TimeDate, "DAYOFWEEK", 0x0000_0008),
        function(TimeDate, "DAYOFYEAR", 0x0000_0010),
        function(TimeDate, "MONTH", 0x0000_0020),
        function(TimeDate, "QUARTER", 0x0000_0040),
        function(TimeDate, "WEEK", 0x0000_0080),
        function(TimeDate, "YEAR", 0x0000_0100),
        function(TimeDate, "CURTIME", 0x0000_0200),
        function(TimeDate, "HOUR", 0x0000_0400),
        function(TimeDate, "MINUTE", 0x0000_0800),
        function(TimeDate, "SECOND", 0x0000_1000),
        function(TimeDate, "TIMESTAMPADD", 0x0000_2000),
        function(TimeDate, "TIMESTAMPDIFF", 0x0000_4000),
        function(TimeDate, "DAYNAME", 0x0000_8000),
        function(TimeDate, "MONTHNAME", 0x0001_0000),
        function(TimeDate, "CURRENT_DATE", 0x0002_0000),
        function(TimeDate, "CURRENT_TIME", 0x0004_0000),
        function(TimeDate, "CURRENT_TIMESTAMP", 0x0008_0000),
        function(TimeDate, "EXTRACT", 0x0010_0000),
    ]
};

/// An interval of TIMESTAMPADD and TIMESTAMPDIFF.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    /// Read by the test that runs every interval.
    #[cfg_attr(not(test), allow(dead_code))]
    pub name: &'static str,
    /// The bit in SQL_TIMEDATE_ADD_INTERVALS and SQL_TIMEDATE_DIFF_INTERVALS.
    pub bit: u32,
}

/// Every interval there is, which the engine adds and counts alike.
pub const INTERVALS: &[Interval] = &[
    Interval { name: "SQL_TSI_FRAC_SECOND", bit: 0x0001 },
    Interval { name: "SQL_TSI_SECOND", bit: 0x0002 },
    Interval { name: "SQL_TSI_MINUTE", bit: 0x0004 },
    Interval { name: "SQL_TSI_HOUR", bit: 0x0008 },
    Interval { name: "SQL_TSI_DAY", bit: 0x0010 },
    Interval { name: "SQL_TSI_WEEK", bit: 0x0020 },
    Interval { name: "SQL_TSI_MONTH", bit: 0x0040 },
    Interval { name: "SQL_TSI_QUARTER", bit: 0x0080 },
    Interval { name: "SQL_TSI_YEAR", bit: 0x0100 },
];

/// The bitmask of the intervals.
pub(super) const fn intervals() -> u32 {
    let mut mask = 0;
    let mut i = 0;
    while i < INTERVALS.len() {
        mask |= INTERVALS[i].bit;
        i += 1;
    }
    mask
}

/// The bitmask of a family.
pub(super) const fn mask(family: FunctionFamily) -> u32 {
    let mut mask = 0;
    let mut i = 0;
    while i < SCALAR_FUNCTIONS.len() {
        if SCALAR_FUNCTIONS[i].family as u8 == family as u8 {
            mask |= SCALAR_FUNCTIONS[i].bit;
        }
        i += 1;
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use crate::engine::{Database, Outcome};
    use crate::model::{DataType, Model};
    use crate::odbc::info::conversions::{SOURCES, TARGETS};
    use crate::twilio::{Client, ClientConfig, Credentials, Secret};

    #[test]
    fn every_name_has_one_bit_of_its_own() {
        for (i, function) in SCALAR_FUNCTIONS.iter().enumerate() {
            assert_eq!(function.bit.count_ones(), 1, "{}", function.name);
            for other in &SCALAR_FUNCTIONS[..i] {
                assert_ne!(function.name, other.name);
                assert!(function.family != other.family || function.bit != other.bit, "{}", function.name);
            }
        }
    }

    #[test]
    fn the_masks_are_the_sums_of_their_bits() {
        assert_eq!(mask(FunctionFamily::String), 0x00FF_FFFF);
        assert_eq!(mask(FunctionFamily::Numeric), 0x00FF_FFFF);
        assert_eq!(mask(FunctionFamily::System), 0x6);
        assert_eq!(mask(FunctionFamily::TimeDate), 0x001F_FFFF);
        assert_eq!(intervals(), 0x1FF);
    }

    /// The value of the query's one row, and the type of its column.
    fn run(sql: &str) -> (crate::value::Value, DataType) {
        let credentials = Credentials::AuthToken(Secret::from("0".repeat(32)));
        let client = Client::new(ClientConfig::new(format!("AC{}", "0".repeat(32)), credentials)).unwrap();
        let database = Database::new(Model::builtin(), client, true);
        let mut prepared =
            database.prepare(sql, &CancelToken::default()).unwrap_or_else(|e| panic!("{sql}: {e}"));
        let data_type = prepared.columns()[0].column_type.data_type;
        let Ok(Outcome::Rows(mut rows)) = prepared.execute(Vec::new(), 0) else { panic!("{sql}") };
        assert!(rows.advance().unwrap_or_else(|e| panic!("{sql}: {e}")), "{sql}");
        (rows.value(0).to_owned(), data_type)
    }

    #[test]
    fn the_engine_runs_every_function() {
        for function in SCALAR_FUNCTIONS {
            let name = function.name.trim_end_matches("_2");
            let call = match function.name {
                "PI" | "NOW" | "CURDATE" | "CURTIME" | "CURRENT_DATE" | "CURRENT_TIME"
                | "CURRENT_TIMESTAMP" | "DATABASE" | "RAND" => format!("{name}()"),
                "CONCAT" | "IFNULL" | "DIFFERENCE" | "LOCATE_2" => format!("{name}('a', 'b')"),
                "LOCATE" => "LOCATE('a', 'banana', 3)".into(),
                "INSERT" => "INSERT('abc', 2, 1, 'x')".into(),
                "LEFT" | "RIGHT" | "REPEAT" => format!("{name}('abc', 2)"),
                "REPLACE" => "REPLACE('a', 'a', 'b')".into(),
                "SUBSTRING" => "SUBSTRING('abc', 2, 1)".into(),
                "POSITION" => "POSITION('b' IN 'abc')".into(),
                "CHAR" | "SPACE" => format!("{name}(65)"),
                "ATAN2" | "MOD" | "POWER" | "ROUND" | "TRUNCATE" => format!("{name}(4, 2)"),
                "ACOS" | "ASIN" => format!("{name}(0.5)"),
                "EXTRACT" => "EXTRACT(YEAR FROM {ts '2020-01-02 03:04:05'})".into(),
                "TIMESTAMPADD" => "TIMESTAMPADD(SQL_TSI_DAY, 3, {ts '2020-01-02 03:04:05'})".into(),
                "TIMESTAMPDIFF" => "TIMESTAMPDIFF(SQL_TSI_DAY, {d '2020-01-02'}, {d '2020-01-05'})".into(),
                _ if function.family == FunctionFamily::TimeDate => {
                    format!("{name}({{ts '2020-01-02 03:04:05'}})")
                }
                _ if function.family == FunctionFamily::Numeric => format!("{name}(4)"),
                _ => format!("{name}('a')"),
            };
            let sql = format!("SELECT {{fn {call}}}");
            assert_ne!(run(&sql).0, crate::value::Value::Null, "{sql}");
        }
    }

    #[test]
    fn the_engine_adds_and_counts_every_interval() {
        for Interval { name, .. } in INTERVALS {
            let start = "{ts '2024-01-31 10:00:00'}";
            let added = format!("{{fn TIMESTAMPADD({name}, 5, {start})}}");
            let (_, data_type) = run(&format!("SELECT {added}"));
            assert_eq!(data_type, DataType::Timestamp, "{name}");
            let start = "{ts '2024-01-01 10:00:00'}";
            let added = format!("{{fn TIMESTAMPADD({name}, 5, {start})}}");
            let (difference, _) = run(&format!("SELECT {{fn TIMESTAMPDIFF({name}, {start}, {added})}}"));
            assert_eq!(difference, crate::value::Value::Integer(5), "{name}");
        }
    }

    #[test]
    fn the_engine_runs_every_conversion() {
        for &(source, types) in SOURCES {
            for &(bit, name) in TARGETS {
                if types & bit == 0 {
                    continue;
                }
                // Text is converted if it reads as the type.
                let value = match (source, name) {
                    ("text", "SQL_DATE" | "SQL_TIMESTAMP") => "'2020-01-02'",
                    ("text", "SQL_TIME") => "'03:04:05'",
                    ("text", _) => "'1'",
                    ("number", _) => "1",
                    ("date", _) => "{d '2020-01-02'}",
                    ("time", _) => "{t '03:04:05'}",
                    ("timestamp", _) => "{ts '2020-01-02 03:04:05'}",
                    _ => "X'01'",
                };
                let sql = format!("SELECT {{fn CONVERT({value}, {name})}}");
                assert_ne!(run(&sql).0, crate::value::Value::Null, "{sql}");
            }
        }
    }
}
