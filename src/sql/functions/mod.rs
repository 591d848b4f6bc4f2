//! The functions that statements may use: names, numbers of arguments, and the types that go in and come out.
//!
//! [`table`] lists them all, those that SQLite has and those that the engine adds. The resolver looks every
//! name up here, so that an unknown function or a wrong number of arguments is an error that says what there is;
//! the engine takes the numbers of arguments of its own functions from here. [`parts`] has the parts of a date.

pub(crate) mod parts;
mod table;

use sqlparser::ast::BinaryOperator;

use crate::model::{ColumnType, DataType};
use crate::sql::typing;

pub(crate) use table::FUNCTIONS;

/// A function by one of its names.
#[derive(Debug)]
pub(crate) struct Function {
    /// In lower case; statements write it in any.
    pub name: &'static str,
    /// The name by which SQLite knows what runs.
    pub runs: &'static str,
    pub min: usize,
    /// `usize::MAX` for any number.
    pub max: usize,
    /// What the arguments are; the last one stands for all that follow.
    pub arguments: &'static [Argument],
    pub result: Returns,
    pub null: Null,
    pub kind: Kind,
}

/// What an argument is, which types a marker and brings a literal into form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    Any,
    Text,
    Integer,
    Number,
    /// A date, a time or a timestamp.
    Time,
    /// Of one type with the other arguments of this kind.
    Alike,
    /// A part of a date: a bare word or a string, never a column.
    Part,
}

/// The type of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    Of(DataType),
    /// A time or a timestamp, with the digits of the argument; of text 6.
    Read(DataType),
    /// Text as long as the first argument.
    TextOfFirst,
    First,
    /// The one type of all arguments that are [`Argument::Alike`].
    Alike,
    /// BIGINT for integers, the same decimal for a decimal, DOUBLE otherwise.
    Widened,
    /// As `Widened`, with the scale that the second argument says if it is written out; 0 if there is none.
    Rounded,
    /// A whole decimal for a decimal, DOUBLE otherwise.
    Whole,
    /// The type of `a % b`.
    Remainder,
    /// The type of the sum of many values.
    Sum,
    /// The type of their mean.
    Mean,
    /// The type of the first argument that is [`Argument::Time`], moved by a number of parts; a date becomes a timestamp
    /// if the part is of a time.
    Moment,
    /// As `Moment`, cut to the beginning of the part.
    Beginning,
    /// None of its own.
    Unknown,
}

/// When the result can be NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Null {
    Never,
    /// If an argument is.
    Strict,
    /// If all arguments are.
    All,
    /// Even if no argument is.
    Possible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SQLite's own.
    Native,
    /// One that the engine registers.
    Own,
    /// Folds rows into one; SQLite's own.
    Aggregate,
    /// Needs OVER; SQLite's own.
    Window,
    /// Rewritten by the resolver into something else.
    Rewritten,
}

/// What the arguments of a call say before a row is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    /// The part of a date.
    pub part: Option<parts::Part>,
    /// The second argument, if it is an integer.
    pub places: Option<i64>,
}

/// The function of that name, in lower case, for that number of arguments. `min` and `max` of one argument are
/// aggregates, of several they are not.
pub(crate) fn find(name: &str, arguments: usize) -> Option<&'static Function> {
    let fits = |f: &&Function| (f.min..=f.max).contains(&arguments);
    let named = || FUNCTIONS.iter().filter(|f| f.name == name);
    named().find(fits).or_else(|| named().next())
}

impl Function {
    /// What the argument at that position is.
    pub fn argument(&self, position: usize) -> Argument {
        let last = self.arguments.last().copied().unwrap_or(Argument::Any);
        self.arguments.get(position).copied().unwrap_or(last)
    }

    /// `2 arguments`, `1 to 3 arguments`.
    pub fn arity(&self) -> String {
        match (self.min, self.max) {
            (0, 0) => "no argument".into(),
            (1, 1) => "1 argument".into(),
            (min, max) if min == max => format!("{min} arguments"),
            (min, usize::MAX) => format!("at least {min} argument{}", if min == 1 { "" } else { "s" }),
            (min, max) => format!("{min} to {max} arguments"),
        }
    }

    /// The type that all arguments which are alike have together.
    pub fn common(&self, types: &[Option<ColumnType>]) -> Option<ColumnType> {
        let alike = types.iter().enumerate().filter(|(i, _)| self.argument(*i) == Argument::Alike);
        alike.fold(None, |a, (_, b)| typing::union(a, *b))
    }

    /// The result's type, from the arguments' types and what they say literally.
    pub fn result(&self, types: &[Option<ColumnType>], said: Said) -> Option<ColumnType> {
        use DataType::*;
        let first = types.first().copied().flatten();
        match self.result {
            Returns::Of(data_type) => Some(ColumnType::of(data_type)),
            Returns::Read(data_type) => {
                let is_moment = |t: &ColumnType| matches!(t.data_type, Date | Time | Timestamp);
                let digits = first.filter(is_moment).map_or(typing::DEFAULT_FRACTION, |t| t.scale);
                Some(ColumnType::with_fraction(data_type, digits))
            }
            Returns::TextOfFirst => {
                Some(ColumnType::text(first.map_or(ColumnType::UNKNOWN_TEXT_SIZE, typing::display_size)))
            }
            Returns::First => first,
            Returns::Alike => self.common(types),
            Returns::Widened => Some(typing::widened(first)),
            Returns::Rounded => {
                let places = if types.len() == 1 { Some(0) } else { said.places };
                Some(typing::rounded(first, places))
            }
            Returns::Whole => Some(match first {
                Some(t) if t.data_type == Decimal => typing::rounded(first, Some(0)),
                _ => ColumnType::of(Double),
            }),
            Returns::Remainder => {
                typing::binary(&BinaryOperator::Modulo, first, types.get(1).copied().flatten())
            }
            Returns::Sum => Some(typing::sum(first)),
            Returns::Mean => Some(typing::mean(first)),
            Returns::Moment | Returns::Beginning => {
                let position = (0..types.len()).find(|i| self.argument(*i) == Argument::Time);
                let argument = position.and_then(|i| types[i]);
                let is_of_time = said.part.is_some_and(parts::Part::is_of_time);
                let digits = said.part.map_or(0, parts::Part::digits);
                let own = argument.map_or(0, |t| t.scale);
                let scale = if self.result == Returns::Moment { own.max(digits) } else { own.min(digits) };
                Some(match argument.map(|t| t.data_type) {
                    Some(Date) if !is_of_time => ColumnType::of(Date),
                    Some(Time) => ColumnType::with_fraction(Time, scale),
                    _ => ColumnType::with_fraction(Timestamp, scale),
                })
            }
            Returns::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_lower_case_and_overload_by_number_only() {
        for (i, f) in FUNCTIONS.iter().enumerate() {
            assert_eq!(f.name, f.name.to_ascii_lowercase());
            assert!(f.min <= f.max, "{}", f.name);
            for other in FUNCTIONS[..i].iter().filter(|o| o.name == f.name) {
                assert!(other.max < f.min || f.max < other.min, "{} is there twice", f.name);
            }
        }
    }

    #[test]
    fn numbers_of_arguments_read_well() {
        assert_eq!(find("left", 2).unwrap().arity(), "2 arguments");
        assert_eq!(find("pi", 0).unwrap().arity(), "no argument");
        assert_eq!(find("coalesce", 2).unwrap().arity(), "at least 2 arguments");
        assert_eq!(find("round", 2).unwrap().arity(), "1 to 2 arguments");
        assert_eq!(find("max", 1).unwrap().kind, Kind::Aggregate);
        assert_eq!(find("max", 3).unwrap().kind, Kind::Native);
        assert!(find("nonsense", 1).is_none());
    }
}
