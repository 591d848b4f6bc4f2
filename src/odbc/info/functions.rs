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
        function(String, "CONCAT", 0x0001),
        function(String, "LTRIM", 0x0008),
        function(String, "LENGTH", 0x0010),
        function(String, "LCASE", 0x0040),
        function(String, "REPLACE", 0x0100),
        function(String, "RTRIM", 0x0400),
        function(String, "SUBSTRING", 0x0800),
        function(String, "UCASE", 0x1000),
        function(Numeric, "ABS", 0x0000_0001),
        function(Numeric, "CEILING", 0x0000_0020),
        function(Numeric, "EXP", 0x0000_0100),
        function(Numeric, "FLOOR", 0x0000_0200),
        function(Numeric, "LOG", 0x0000_0400),
        function(Numeric, "MOD", 0x0000_0800),
        function(Numeric, "SIGN", 0x0000_1000),
        function(Numeric, "SQRT", 0x0000_4000),
        function(Numeric, "PI", 0x0001_0000),
        function(Numeric, "POWER", 0x0010_0000),
        function(Numeric, "ROUND", 0x0040_0000),
        function(System, "IFNULL", 0x0004),
        function(TimeDate, "NOW", 0x0000_0001),
        function(TimeDate, "CURDATE", 0x0000_0002),
        function(TimeDate, "DAYOFMONTH", 0x0000_0004),
        function(TimeDate, "MONTH", 0x0000_0020),
        function(TimeDate, "YEAR", 0x0000_0100),
        function(TimeDate, "CURTIME", 0x0000_0200),
        function(TimeDate, "HOUR", 0x0000_0400),
        function(TimeDate, "MINUTE", 0x0000_0800),
        function(TimeDate, "SECOND", 0x0000_1000),
        function(TimeDate, "CURRENT_DATE", 0x0002_0000),
        function(TimeDate, "CURRENT_TIME", 0x0004_0000),
        function(TimeDate, "CURRENT_TIMESTAMP", 0x0008_0000),
    ]
};

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
        assert_eq!(mask(FunctionFamily::String), 0x1D59);
        assert_eq!(mask(FunctionFamily::Numeric), 0x0051_5F21);
        assert_eq!(mask(FunctionFamily::System), 0x4);
        assert_eq!(mask(FunctionFamily::TimeDate), 0x000E_1F27);
    }

    #[test]
    fn the_engine_runs_every_function() {
        use crate::cancel::CancelToken;
        use crate::engine::{Database, Outcome};
        use crate::model::Model;
        use crate::twilio::{Client, ClientConfig, Credentials, Secret};

        let credentials = Credentials::AuthToken(Secret::from("0".repeat(32)));
        let client = Client::new(ClientConfig::new(format!("AC{}", "0".repeat(32)), credentials)).unwrap();
        let database = Database::new(Model::builtin(), client, true);
        for function in SCALAR_FUNCTIONS {
            let arguments = match function.name {
                "PI" | "NOW" | "CURDATE" | "CURTIME" | "CURRENT_DATE" | "CURRENT_TIME"
                | "CURRENT_TIMESTAMP" => "",
                "CONCAT" | "IFNULL" => "'a', 'b'",
                "REPLACE" => "'a', 'a', 'b'",
                "SUBSTRING" => "'abc', 2, 1",
                "MOD" | "POWER" | "ROUND" => "4, 2",
                _ if function.family == FunctionFamily::TimeDate => "{ts '2020-01-02 03:04:05'}",
                _ if function.family == FunctionFamily::Numeric => "4",
                _ => "'a'",
            };
            let sql = format!("SELECT {{fn {}({arguments})}}", function.name);
            let mut prepared = database.prepare(&sql, &CancelToken::default()).unwrap();
            let Ok(Outcome::Rows(mut rows)) = prepared.execute(Vec::new(), 0) else { panic!("{sql}") };
            assert!(rows.advance().unwrap(), "{sql}");
            assert_ne!(rows.value(0), crate::value::ValueRef::Null, "{sql}");
        }
    }
}
