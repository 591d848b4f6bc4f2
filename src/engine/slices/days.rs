//! Parts of a list by days: where to cut, and which rows belong where.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, Unit};

use super::super::row_key::RowKey;
use super::super::scan_request::ScanRequest;
use super::super::send::{self, Pushed};
use crate::model::{DataType, Filter, FilterOperator, Table};
use crate::twilio::{Page, Request};
use crate::value::{Value, ValueRef};

/// Pages that have to follow, beside as many as were read, or it is not worth a cut: after it, those come up again.
const WORTH_CUTTING: f64 = 4.0;
/// Pages after which a list is no longer thought of as one to be cut: the keys of their rows have to be kept.
const MOST_PAGES: usize = 8;
/// Pages of a slice. A bit less than a whole number, so that few slices have a last page with a few rows.
const PAGES: f64 = 2.85;

/// The order in which a list has its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    NewestFirst,
    OldestFirst,
}

/// A range of days, from the first one on and up to the last, which is not in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Days {
    from: Date,
    until: Date,
    /// Whether the statement's own bound, or none, is the lower one; `from` is then about where rows begin.
    begins: bool,
    /// Whether the statement's own bound, or none, is the upper one.
    ends: bool,
}

/// The list cut into slices: how it is asked for, and which of its rows are where.
#[derive(Debug)]
pub(super) struct Slicing {
    table: Arc<Table>,
    /// The column of the table whose days divide the list, and its place in the pages.
    column: usize,
    place: usize,
    key: RowKey,
    /// The filters for both bounds.
    lower: usize,
    upper: usize,
    /// The days of the statement's own bounds.
    from: Option<Date>,
    until: Option<Date>,
}

/// How a list is to be cut.
#[derive(Debug)]
pub(super) struct Cut {
    pub direction: Direction,
    pub days: Days,
    pub pace: Pace,
    /// The rows that were given before.
    pub given: Arc<Earlier>,
}

/// What is known of a list, or of a part of it, from the pages that were read.
#[derive(Debug, Default)]
pub(super) struct Prospect {
    /// The part; the whole list without it.
    part: Option<(Days, Direction)>,
    pages: usize,
    given: Earlier,
}

/// How thick the rows lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pace {
    pub rows_a_day: f64,
    pub rows_a_page: f64,
}

/// Rows that were given: the hashes of their keys, and the moments between which they lie.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    between: Option<(String, String)>,
    keys: HashSet<i64>,
}

impl Slicing {
    /// How the list of the request may be cut: only where its bounds leave out rows without a date.
    pub fn of(request: &ScanRequest) -> Option<Slicing> {
        let table = &request.table;
        let (column, _) = table.column(table.slices.as_ref()?)?;
        let name = &table.columns[column].name;
        let bound = |operator: FilterOperator| {
            let is_it = |f: &Filter| f.column == *name && f.operator == operator && request.applies(f);
            table.filters.iter().position(is_it)
        };
        let (lower, upper) = (bound(FilterOperator::Lower)?, bound(FilterOperator::Upper)?);
        let given = |filter: usize| {
            let parameter = &table.filters[filter].parameter;
            request.filters.iter().find(|(position, _)| table.filters[**position].parameter == *parameter)
        };
        // What an equality asks for is one day.
        let is_equality = |filter: usize| {
            given(filter)
                .is_some_and(|(position, _)| table.filters[*position].operator == FilterOperator::Equal)
        };
        if is_equality(lower) || is_equality(upper) {
            return None;
        }
        let day = |filter: usize| given(filter).map(|(_, value)| day(value));
        let from = day(lower).map_or(Some(None), |day| day.map(Some))?;
        let until = day(upper).map_or(Some(None), |day| day.map(Some))?;
        if from.is_none() && until.is_none() {
            return None;
        }
        let slots = request.slots();
        // Rows without a key could not be known again.
        (!table.key.is_empty()).then_some(Slicing {
            table: table.clone(),
            column,
            place: slots[column]?,
            key: RowKey::new(table, &slots),
            lower,
            upper,
            from,
            // The bound is a day later than the statement's, or that day itself; what is beyond is checked again.
            until: until.and_then(|day| day.tomorrow().ok()),
        })
    }

    /// Takes a page into account that another one follows. Tells how the list is to be cut, if it is: not where it is
    /// short, not in the order of its days, or its end is not known.
    pub fn look(&self, prospect: &mut Prospect, page: &Page) -> Option<Cut> {
        if prospect.pages >= MOST_PAGES || !prospect.given.add(self, page) {
            prospect.pages = MOST_PAGES;
            return None;
        }
        prospect.pages += 1;
        let (direction, days, pace) = self.outlook(page, prospect)?;
        Some(Cut { direction, days, pace, given: Arc::new(std::mem::take(&mut prospect.given)) })
    }

    fn outlook(&self, page: &Page, prospect: &Prospect) -> Option<(Direction, Days, Pace)> {
        let rows = page.rows();
        let moment = |row: usize| match page.value(row, self.place) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        };
        let moments = (0..rows).map(moment).collect::<Option<Vec<&str>>>()?;
        let (first, last) = (*moments.first()?, *moments.last()?);
        let direction = match first.cmp(last) {
            std::cmp::Ordering::Greater if moments.is_sorted_by(|a, b| a >= b) => Direction::NewestFirst,
            std::cmp::Ordering::Less if moments.is_sorted() => Direction::OldestFirst,
            _ => return None,
        };
        let (near, far) = (day(first)?, day(last)?);
        let days = match prospect.part {
            Some((days, of_all)) if of_all == direction => days,
            Some(_) => return None,
            None => match direction {
                Direction::NewestFirst => {
                    Days { from: self.from?, until: near.tomorrow().ok()?, begins: true, ends: true }
                }
                // Rows of the time to come are rare, and in the last slice.
                Direction::OldestFirst => Days {
                    from: near,
                    until: self.until.or_else(|| today().tomorrow().ok())?,
                    begins: true,
                    ends: true,
                },
            },
        };
        // Where the list has rows of other days, its bounds are not heeded, and every slice would be all of it.
        let (oldest, newest) = (near.min(far), near.max(far));
        let (from, until) = match prospect.part {
            Some((days, _)) => days.asked(),
            None => (self.from, self.until),
        };
        if from.is_some_and(|from| oldest < from) || until.is_some_and(|until| newest > until) {
            return None;
        }
        let passed = match self.table.columns[self.column].data_type {
            DataType::Date => f64::from(count(oldest, newest)) + 1.0,
            _ => (moment_of(first)? - moment_of(last)?).total((Unit::Day, moment_of(first)?)).ok()?.abs(),
        };
        let left = match direction {
            Direction::NewestFirst => count(days.from, far),
            Direction::OldestFirst => count(far, days.until),
        };
        let pace = Pace { rows_a_day: rows as f64 / passed.max(f64::EPSILON), rows_a_page: rows as f64 };
        let pages = f64::from(left) * pace.rows_a_day / pace.rows_a_page;
        let is_worth_it = pages >= WORTH_CUTTING + (prospect.pages - 1) as f64;
        // What is cut gets shorter, so that there is an end to it.
        let is_cut = days.cut(direction, pace).1.is_some();
        (is_worth_it && is_cut).then_some((direction, days, pace))
    }

    /// Bounds the request by the days.
    pub fn bound(&self, request: &Request, days: Days) -> Option<Request> {
        let mut request = request.clone();
        let last = days.until.yesterday().ok()?;
        let bounds = [(!days.begins, self.lower, days.from), (!days.ends, self.upper, last)];
        for (_, filter, day) in bounds.into_iter().filter(|(is_cut, ..)| *is_cut) {
            let filter = &self.table.filters[filter];
            let column = &self.table.columns[self.column];
            // As if the statement had compared with that day.
            let Pushed::Value(value) =
                send::filter_value(column, filter, &Value::Text(day.to_string()), false)
            else {
                return None;
            };
            request.query.retain(|(name, _)| *name != filter.parameter);
            request.query.push((filter.parameter.clone(), value));
        }
        Some(request)
    }

    /// Leaves the page the rows of these days that were not given. Neighbours overlap where Twilio's bounds do.
    pub fn keep(&self, page: Page, days: Days, given: &[Arc<Earlier>]) -> Page {
        let (from, until) = (days.from.to_string(), days.until.to_string());
        let is_wanted = |row: &usize| {
            let ValueRef::Text(moment) = page.value(*row, self.place) else { return false };
            let day = moment.get(..10).unwrap_or(moment);
            (days.begins || day >= &*from)
                && (days.ends || day < &*until)
                && !given.iter().any(|given| given.holds(self, &page, *row, moment))
        };
        let wanted: Vec<usize> = (0..page.rows()).filter(is_wanted).collect();
        if wanted.len() == page.rows() { page } else { page.select(&wanted) }
    }
}

impl Prospect {
    /// Of a part of a list.
    pub fn of(days: Days, direction: Direction) -> Self {
        Prospect { part: Some((days, direction)), ..Prospect::default() }
    }
}

impl Earlier {
    /// Adds the rows of a page; `false` if one of them has no date or no key, by which it would be known.
    fn add(&mut self, slicing: &Slicing, page: &Page) -> bool {
        for row in 0..page.rows() {
            let (ValueRef::Text(moment), Some(key)) =
                (page.value(row, slicing.place), slicing.key.hash(page, row))
            else {
                return false;
            };
            self.keys.insert(key);
            match &mut self.between {
                None => self.between = Some((moment.to_owned(), moment.to_owned())),
                Some((first, _)) if moment < &**first => *first = moment.to_owned(),
                Some((_, last)) if moment > &**last => *last = moment.to_owned(),
                Some(_) => {}
            }
        }
        true
    }

    fn holds(&self, slicing: &Slicing, page: &Page, row: usize, moment: &str) -> bool {
        self.between.as_ref().is_some_and(|(first, last)| (&**first..=&**last).contains(&moment))
            && slicing.key.hash(page, row).is_some_and(|key| self.keys.contains(&key))
    }
}

impl Days {
    fn length(self) -> i32 {
        count(self.from, self.until)
    }

    /// The bounds that are asked for beside the statement's own. Either side of the last midnight may be meant.
    fn asked(self) -> (Option<Date>, Option<Date>) {
        ((!self.begins).then_some(self.from), (!self.ends).then_some(self.until))
    }

    /// The next slice of these days, and what is left.
    pub fn cut(self, direction: Direction, pace: Pace) -> (Days, Option<Days>) {
        // Where there were no rows, all days at once.
        let length = (PAGES * pace.rows_a_page / pace.rows_a_day).clamp(1.0, 1e6) as i32;
        // What is left is to be a slice too.
        if self.length() < length + (length + 1) / 2 {
            return (self, None);
        }
        match direction {
            Direction::NewestFirst => {
                let Ok(at) = self.until.checked_sub(days(length)) else { return (self, None) };
                (Days { from: at, begins: false, ..self }, Some(Days { until: at, ends: false, ..self }))
            }
            Direction::OldestFirst => {
                let Ok(at) = self.from.checked_add(days(length)) else { return (self, None) };
                (Days { until: at, ends: false, ..self }, Some(Days { from: at, begins: false, ..self }))
            }
        }
    }

    /// How many rows a day there were, where the days gave so many.
    pub fn rows_a_day(self, rows: usize) -> f64 {
        rows as f64 / f64::from(self.length().max(1))
    }
}

fn today() -> Date {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn days(count: i32) -> Span {
    count.days()
}

/// Days from the one to the other.
fn count(from: Date, until: Date) -> i32 {
    (until - from).get_days()
}

fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn moment_of(text: &str) -> Option<DateTime> {
    text.replacen(' ', "T", 1).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn range(from: &str, until: &str) -> Days {
        Days { from: date(from), until: date(until), begins: true, ends: true }
    }

    fn pace(rows_a_day: f64) -> Pace {
        Pace { rows_a_day, rows_a_page: 1000.0 }
    }

    /// The slices of a range, one after the other.
    fn all(mut days: Days, direction: Direction, pace: Pace) -> Vec<Days> {
        let mut slices = Vec::new();
        loop {
            let (slice, rest) = days.cut(direction, pace);
            slices.push(slice);
            let Some(rest) = rest else { return slices };
            days = rest;
        }
    }

    #[test]
    fn slices_follow_each_other_without_a_gap() {
        let year = range("2023-01-01", "2024-01-01");
        let newest_first = all(year, Direction::NewestFirst, pace(100.0));
        assert_eq!(newest_first.iter().map(|slice| slice.length()).sum::<i32>(), 365);
        assert!(newest_first.windows(2).all(|pair| pair[0].from == pair[1].until));
        assert!(newest_first.iter().all(|slice| (15..45).contains(&slice.length())), "{newest_first:?}");
        let ends = |slice: &Days| (slice.begins, slice.ends);
        assert_eq!(
            (ends(&newest_first[0]), ends(newest_first.last().unwrap())),
            ((false, true), (true, false))
        );
        let oldest_first = all(year, Direction::OldestFirst, pace(100.0));
        assert!(oldest_first.windows(2).all(|pair| pair[0].until == pair[1].from));
        assert_eq!(
            (ends(&oldest_first[0]), ends(oldest_first.last().unwrap())),
            ((true, false), (false, true))
        );
    }

    #[test]
    fn a_day_is_never_cut_and_what_has_no_rows_neither() {
        let week = range("2023-01-01", "2023-01-08");
        assert_eq!(all(week, Direction::NewestFirst, pace(1e9)).len(), 7);
        assert_eq!(all(week, Direction::OldestFirst, pace(0.0)), [week]);
        let day = range("2023-01-01", "2023-01-02");
        assert_eq!(all(day, Direction::NewestFirst, pace(1e9)), [day]);
    }

    fn slicing(from: Option<&str>, until: Option<&str>) -> Slicing {
        let table = Model::builtin().table(None, "Messages").unwrap().clone();
        let bound = |operator| {
            table.filters.iter().position(|f| f.column == "DateSent" && f.operator == operator).unwrap()
        };
        let mut slots = vec![None; table.columns.len()];
        let column = table.column("DateSent").unwrap().0;
        (slots[table.column("Sid").unwrap().0], slots[column]) = (Some(0), Some(1));
        Slicing {
            column,
            lower: bound(FilterOperator::Lower),
            upper: bound(FilterOperator::Upper),
            key: RowKey::new(&table, &slots),
            table,
            place: 1,
            from: from.map(date),
            until: until.map(date),
        }
    }

    fn page(rows: &[(&str, Option<&str>)]) -> Page {
        let rows: Vec<Vec<Value>> = rows
            .iter()
            .map(|(key, moment)| vec![(*key).into(), moment.map_or(Value::Null, Value::from)])
            .collect();
        Page::of_rows([DataType::Text, DataType::Timestamp], &rows)
    }

    const NEWEST: [(&str, Option<&str>); 3] = [
        ("a", Some("2023-06-03 12:00:00")),
        ("b", Some("2023-06-02 12:00:00")),
        ("c", Some("2023-06-01 12:00:00")),
    ];

    #[test]
    fn a_long_list_is_cut_by_how_thick_its_first_rows_lie() {
        let slicing = slicing(Some("2023-01-01"), None);
        let cut = slicing.look(&mut Prospect::default(), &page(&NEWEST)).unwrap();
        assert_eq!(cut.direction, Direction::NewestFirst);
        assert_eq!(cut.days, range("2023-01-01", "2023-06-04"));
        assert_eq!((cut.pace.rows_a_day, cut.pace.rows_a_page), (1.5, 3.0));
        assert_eq!(cut.given.keys.len(), 3);
    }

    #[test]
    fn a_list_is_read_as_it_is_if_little_is_left_or_its_order_is_another() {
        let look = |from: Option<&str>, until: Option<&str>, rows: &[(&str, Option<&str>)]| {
            slicing(from, until).look(&mut Prospect::default(), &page(rows)).map(|cut| cut.direction)
        };
        let mut rows = NEWEST;
        assert_eq!(look(Some("2023-05-25"), None, &rows), None, "about three more pages");
        assert_eq!(look(None, Some("2023-07-01"), &rows), None, "its end is not known");
        rows.swap(0, 1);
        assert_eq!(look(Some("2023-01-01"), None, &rows), None, "in no order");
        rows.sort_by_key(|row| row.1);
        assert_eq!(look(Some("2023-01-01"), Some("2023-12-01"), &rows), Some(Direction::OldestFirst));
        rows[1].1 = None;
        assert_eq!(look(Some("2023-01-01"), None, &rows), None, "a row without a date");
        assert_eq!(look(Some("2023-01-01"), None, &[]), None, "no rows");
    }

    #[test]
    fn a_list_that_turns_out_long_is_cut_later_and_many_pages_are_not_kept() {
        let slicing = slicing(Some("2022-01-01"), None);
        let sparse = [("x", Some("2023-12-01 00:00:00")), ("y", Some("2022-06-01 00:00:00"))];
        let mut prospect = Prospect::default();
        assert!(slicing.look(&mut prospect, &page(&sparse)).is_none());
        let thick = [("z", Some("2022-05-30 00:00:00")), ("w", Some("2022-05-29 00:00:00"))];
        let cut = slicing.look(&mut prospect, &page(&thick)).unwrap();
        assert_eq!(cut.given.keys.len(), 4);
        let mut prospect = Prospect::default();
        for _ in 0..MOST_PAGES {
            assert!(slicing.look(&mut prospect, &page(&sparse)).is_none());
        }
        assert!(slicing.look(&mut prospect, &page(&thick)).is_none());
    }

    #[test]
    fn what_heeds_no_bounds_is_not_cut_and_cutting_ends() {
        let look = |slicing: &Slicing, part: Option<Days>| {
            let mut prospect = match part {
                Some(days) => Prospect::of(days, Direction::NewestFirst),
                None => Prospect::default(),
            };
            slicing.look(&mut prospect, &page(&NEWEST)).is_some()
        };
        assert!(!look(&slicing(Some("2023-06-02"), None), None));
        assert!(!look(&slicing(Some("2023-01-01"), Some("2023-05-02")), None));
        let slicing = slicing(Some("2023-01-01"), None);
        let within = |from, until| Some(Days { begins: false, ends: false, ..range(from, until) });
        assert!(look(&slicing, within("2023-01-01", "2023-06-03")));
        assert!(!look(&slicing, within("2023-01-01", "2023-06-02")));
        assert!(!look(&slicing, within("2023-06-02", "2023-07-01")));
        assert!(!look(&slicing, within("2023-05-31", "2023-06-03")), "there is nothing to cut off");
    }

    #[test]
    fn a_slice_has_the_rows_of_its_days_that_were_not_given() {
        let slicing = slicing(Some("2023-01-01"), None);
        let given = slicing.look(&mut Prospect::default(), &page(&NEWEST)).unwrap().given;
        let rows = [
            ("d", Some("2023-06-04 00:00:00")),
            ("a", Some("2023-06-03 12:00:00")),
            ("e", Some("2023-06-03 12:00:00")),
            ("f", Some("2023-06-02 00:00:00")),
            ("g", Some("2023-06-01 23:59:59")),
            ("h", None),
        ];
        let keys = |days: Days| {
            let kept = slicing.keep(page(&rows), days, std::slice::from_ref(&given));
            (0..kept.rows()).map(|row| format!("{:?}", kept.value(row, 0))).collect::<Vec<_>>()
        };
        let shown = |names: &[&str]| names.iter().map(|name| format!("Text({name:?})")).collect::<Vec<_>>();
        let days = Days { begins: false, ends: false, ..range("2023-06-02", "2023-06-04") };
        assert_eq!(keys(days), shown(&["e", "f"]));
        assert_eq!(keys(Days { ends: true, ..days }), shown(&["d", "e", "f"]));
        assert_eq!(keys(Days { begins: true, ..days }), shown(&["e", "f", "g"]));
    }
}
