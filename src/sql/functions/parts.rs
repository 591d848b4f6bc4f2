//! The parts of a date, as EXTRACT, DATEPART, DATEADD and their like name them.

/// A part of a date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Year,
    Quarter,
    Month,
    /// ISO 8601: begins on Monday; the first one of a year holds its first Thursday.
    Week,
    Day,
    DayOfYear,
    /// 1 is Sunday.
    Weekday,
    /// 0 is Sunday, as EXTRACT(DOW …) has it.
    Dow,
    /// 1 is Monday.
    IsoDow,
    IsoYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    /// Seconds since 1970.
    Epoch,
}

/// Every name of every part; the first one of each is what messages and SQLite see.
const NAMES: &[(&str, Part)] = {
    use Part::*;
    &[
        ("year", Year),
        ("years", Year),
        ("yyyy", Year),
        ("yy", Year),
        ("quarter", Quarter),
        ("quarters", Quarter),
        ("qq", Quarter),
        ("q", Quarter),
        ("month", Month),
        ("months", Month),
        ("mm", Month),
        ("m", Month),
        ("week", Week),
        ("weeks", Week),
        ("wk", Week),
        ("ww", Week),
        ("isoweek", Week),
        ("iso_week", Week),
        ("isowk", Week),
        ("isoww", Week),
        ("day", Day),
        ("days", Day),
        ("dayofmonth", Day),
        ("dd", Day),
        ("d", Day),
        ("dayofyear", DayOfYear),
        ("doy", DayOfYear),
        ("dy", DayOfYear),
        ("y", DayOfYear),
        ("weekday", Weekday),
        ("dayofweek", Weekday),
        ("dw", Weekday),
        ("dow", Dow),
        ("isodow", IsoDow),
        ("isoyear", IsoYear),
        ("hour", Hour),
        ("hours", Hour),
        ("hh", Hour),
        ("minute", Minute),
        ("minutes", Minute),
        ("mi", Minute),
        ("n", Minute),
        ("second", Second),
        ("seconds", Second),
        ("ss", Second),
        ("s", Second),
        ("millisecond", Millisecond),
        ("milliseconds", Millisecond),
        ("ms", Millisecond),
        ("microsecond", Microsecond),
        ("microseconds", Microsecond),
        ("mcs", Microsecond),
        ("nanosecond", Nanosecond),
        ("nanoseconds", Nanosecond),
        ("ns", Nanosecond),
        // SQL_TSI_FRAC_SECOND counts billionths.
        ("frac_second", Nanosecond),
        ("epoch", Epoch),
    ]
};

impl Part {
    /// The part of that name, in any case, with or without `SQL_TSI_` before it.
    pub fn of(name: &str) -> Option<Part> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("sql_tsi_").unwrap_or(&name);
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, part)| *part)
    }

    /// The name that SQLite sees.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }

    /// Whether it is a part of a time of day.
    pub fn is_of_time(self) -> bool {
        use Part::*;
        matches!(self, Hour | Minute | Second | Millisecond | Microsecond | Nanosecond)
    }

    /// Digits after the point of a second that the part counts.
    pub fn digits(self) -> u8 {
        match self {
            Part::Millisecond => 3,
            Part::Microsecond => 6,
            Part::Nanosecond => 9,
            _ => 0,
        }
    }

    /// Whether it can be added, subtracted and truncated to: a length of time, not a number in a calendar.
    pub fn is_length(self) -> bool {
        use Part::*;
        !matches!(self, Dow | IsoDow | IsoYear | Epoch)
    }

    /// The parts for an error message.
    pub const KNOWN: &'static str = "year, quarter, month, week, day, dayofyear, weekday, hour, minute, second, \
        millisecond, microsecond or nanosecond";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_many_names() {
        for (name, part) in [
            ("YY", Some(Part::Year)),
            ("SQL_TSI_FRAC_SECOND", Some(Part::Nanosecond)),
            ("sql_tsi_day", Some(Part::Day)),
            ("wk", Some(Part::Week)),
            ("fortnight", None),
        ] {
            assert_eq!(Part::of(name), part, "{name}");
        }
        for (_, part) in NAMES {
            assert_eq!(Part::of(part.name()), Some(*part));
        }
    }
}
