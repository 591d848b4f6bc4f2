//! A list between two dates, read in slices side by side.
//!
//! The list is asked for as it is. Once a page shows that it is long, and that it is in the order of its days, it
//! is cut into ranges of days of about as many rows each, and up to `MaxConcurrency` of them are read at once. They are
//! handed on in the order of the list. Each slice asks for its own days, and what its days are is seen in its rows:
//! nothing rests upon the order, nor upon which side of midnight Twilio's bounds are on. The rows that were given before
//! the cut come up again, and are known by their keys.
//!
//! Slices adapt: one that turns out to be long is cut again in the same way, what follows one that is over is cut by how
//! thick its rows lay, and what follows an empty one is asked for as a whole.

mod days;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::scan_request::ScanRequest;
use crate::cancel::{CancelToken, Stop};
use crate::logging::Scope;
use crate::twilio::{Client, Error, Layout, Page, PageStream, Request};
use days::{Cut, Days, Direction, Earlier, Pace, Prospect, Slicing};

/// Pages for each request that may run at once, beyond which no slice is begun that comes after them.
const KEPT: usize = 3;
/// Pages of one slice, which could not be cut, beyond which it waits as well.
const KEPT_OF_ONE: usize = 6;
/// How long a wait takes at the most before it looks whether it has to stop.
const LOOK: Duration = Duration::from_millis(50);

type Answer = Result<Option<Page>, Error>;

/// The pages of a list that may be cut.
#[derive(Debug)]
pub(super) struct SlicedList {
    state: State,
    list: Arc<List>,
}

#[derive(Debug)]
enum State {
    /// Read page by page.
    Whole(PageStream, Box<Prospect>),
    /// Cut, and nobody has asked for the next page.
    Cut(Cut),
    Slices(Slices),
    Stopped(Stop),
}

/// What all slices of a list share.
#[derive(Debug)]
struct List {
    client: Client,
    request: Request,
    layout: Arc<Layout>,
    page_size: u32,
    slicing: Slicing,
}

/// Slices that are being read.
#[derive(Debug)]
struct Slices {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// The threads' token: the statement's belongs to the call that runs.
    stop: CancelToken,
}

#[derive(Debug)]
struct Shared {
    list: Arc<List>,
    direction: Direction,
    /// The pages before a slice with which it waits.
    most: usize,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug)]
struct Queue {
    /// In the order in which their rows are handed on.
    slices: VecDeque<Slice>,
    next: u64,
}

#[derive(Debug)]
struct Slice {
    number: u64,
    days: Days,
    /// How thick the rows are thought to lie.
    pace: Pace,
    given: Vec<Arc<Earlier>>,
    progress: Progress,
    pages: VecDeque<Result<Page, Error>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Waiting,
    Reading,
    Over,
    /// The thread that read it has panicked.
    Lost,
}

impl SlicedList {
    /// The list of the request, if it may be cut. Sends nothing.
    pub fn open(
        client: &Client,
        scan: &ScanRequest,
        request: &Request,
        layout: &Arc<Layout>,
    ) -> Option<SlicedList> {
        if client.max_concurrency() < 2 {
            return None;
        }
        let slicing = Slicing::of(scan)?;
        let list = Arc::new(List {
            client: client.clone(),
            request: request.clone(),
            layout: layout.clone(),
            page_size: scan.page_size,
            slicing,
        });
        let whole = client.list(request.clone(), layout.clone(), Some(scan.page_size)).read_ahead();
        let whole = if scan.may_be_missing() { whole.under_parent() } else { whole };
        Some(SlicedList { state: State::Whole(whole, Box::default()), list })
    }

    /// The next page; `None` after the last one. A page may be empty and yet not be the last one.
    ///
    /// # Errors
    /// Every error of a read.
    pub fn next_page(&mut self, cancel: &CancelToken) -> Answer {
        match std::mem::replace(&mut self.state, State::Stopped(Stop::Cancelled)) {
            State::Whole(mut whole, mut prospect) => {
                let answer = whole.next_page(cancel);
                let cut = match &answer {
                    Ok(Some(page)) if whole.has_more() => self.list.slicing.look(&mut prospect, page),
                    _ => None,
                };
                self.state = cut.map_or_else(|| State::Whole(whole, prospect), State::Cut);
                answer
            }
            State::Cut(cut) => {
                self.state = State::Slices(Slices::begin(&self.list, cut));
                self.next_page(cancel)
            }
            State::Slices(mut slices) => {
                let answer = slices.next_page(cancel);
                match &answer {
                    // Those of the slices that follow are not wanted any more.
                    Err(_) => self.state = State::Stopped(cancel.stop().unwrap_or(Stop::Cancelled)),
                    Ok(_) => self.state = State::Slices(slices),
                }
                answer
            }
            State::Stopped(stop) => {
                self.state = State::Stopped(stop);
                Err(stop.into())
            }
        }
    }

    /// Whether the list was not found, and so has no rows.
    pub fn is_missing(&self) -> bool {
        matches!(&self.state, State::Whole(whole, _) if whole.is_missing())
    }
}

impl List {
    /// The pages of some of its days.
    fn pages(&self, days: Days) -> PageStream {
        let request = self.slicing.bound(&self.request, days).unwrap_or_else(|| self.request.clone());
        self.client.list(request, self.layout.clone(), Some(self.page_size))
    }
}

impl Slices {
    fn begin(list: &Arc<List>, cut: Cut) -> Slices {
        let width = list.client.max_concurrency();
        let slice = Slice {
            number: 0,
            days: cut.days,
            pace: cut.pace,
            given: vec![cut.given],
            progress: Progress::Waiting,
            pages: VecDeque::new(),
        };
        let shared = Arc::new(Shared {
            list: list.clone(),
            direction: cut.direction,
            most: width * KEPT,
            queue: Mutex::new(Queue { slices: VecDeque::from([slice]), next: 1 }),
            changed: Condvar::new(),
        });
        let stop = CancelToken::default();
        let spawn = |_| {
            let (shared, stop, scope) = (shared.clone(), stop.clone(), Scope::current());
            let work = move || {
                let _scope = scope.map(Scope::enter);
                while shared.step(&stop, Reader::Ahead) {}
            };
            // Where no thread is to be had, who wants the rows reads them.
            Builder::new().name("twilio-odbc slices".into()).spawn(work).ok()
        };
        let threads = (0..width).filter_map(spawn).collect();
        Slices { shared, threads, stop }
    }

    fn next_page(&mut self, cancel: &CancelToken) -> Answer {
        loop {
            cancel.check()?;
            let mut queue = self.shared.queue();
            let Some(first) = queue.slices.front_mut() else { return Ok(None) };
            if let Some(page) = first.pages.pop_front() {
                self.shared.changed.notify_all();
                return page.map(Some);
            }
            match first.progress {
                Progress::Over => {
                    queue.slices.pop_front();
                    self.shared.changed.notify_all();
                }
                Progress::Reading => drop(self.shared.wait(queue)),
                Progress::Waiting => {
                    drop(queue);
                    self.shared.step(cancel, Reader::Wanted);
                }
                Progress::Lost => {
                    drop(queue);
                    self.stop.cancel();
                    for thread in self.threads.drain(..) {
                        if let Err(panic) = thread.join() {
                            std::panic::resume_unwind(panic);
                        }
                    }
                    return Err(Stop::Cancelled.into());
                }
            }
        }
    }
}

impl Drop for Slices {
    fn drop(&mut self) {
        self.stop.cancel();
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            self.shared.list.client.keep_until_finished(thread);
        }
    }
}

/// Who reads a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// A thread, which waits where too much is kept.
    Ahead,
    /// Who wants its rows now.
    Wanted,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'q>(&self, queue: MutexGuard<'q, Queue>) -> MutexGuard<'q, Queue> {
        self.changed.wait_timeout(queue, LOOK).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits while a thread's slice is a long one, and too much is kept before it.
    fn wait_for_room<'q>(
        &'q self,
        mut queue: MutexGuard<'q, Queue>,
        number: u64,
        stop: &CancelToken,
    ) -> MutexGuard<'q, Queue> {
        let is_to_wait = |queue: &Queue| {
            queue.place(number).is_some_and(|place| {
                queue.slices[place].pages.len() >= KEPT_OF_ONE && queue.held_before(place) >= self.most
            })
        };
        while stop.stop().is_none() && is_to_wait(&queue) {
            queue = self.wait(queue);
        }
        queue
    }

    /// Reads the next slice that nobody reads; `false` if there will be none, or the reader has to stop.
    fn step(&self, cancel: &CancelToken, reader: Reader) -> bool {
        let mut queue = self.queue();
        let (number, days, given) = loop {
            if cancel.stop().is_some() {
                return false;
            }
            let waiting = queue.slices.iter().position(|slice| slice.progress == Progress::Waiting);
            match waiting {
                Some(0) => break queue.take(0, self.direction),
                // A thread was quicker.
                _ if reader == Reader::Wanted => return false,
                Some(place) if queue.held_before(place) < self.most => {
                    break queue.take(place, self.direction);
                }
                // One that is read may be cut again.
                None if queue.slices.iter().all(|slice| slice.progress == Progress::Over) => return false,
                _ => queue = self.wait(queue),
            }
        };
        drop(queue);
        let lost = Lost { shared: self, number };
        self.read(number, days, &given, cancel, reader);
        std::mem::forget(lost);
        self.changed.notify_all();
        true
    }

    /// Reads a slice to its end, or until a page shows that it has to be cut.
    fn read(&self, number: u64, days: Days, given: &[Arc<Earlier>], cancel: &CancelToken, reader: Reader) {
        let slicing = &self.list.slicing;
        let mut pages = self.list.pages(days);
        let mut prospect = Prospect::of(days, self.direction);
        let mut rows = 0;
        loop {
            let answer = pages.next_page(cancel);
            let cut = match &answer {
                Ok(Some(page)) if pages.has_more() => slicing.look(&mut prospect, page),
                _ => None,
            };
            rows += answer.as_ref().map_or(0, |page| page.as_ref().map_or(0, Page::rows));
            let page = answer.map(|page| page.map(|page| slicing.keep(page, days, given)));
            let mut queue = self.queue();
            match page {
                Ok(Some(page)) => {
                    queue.add(number, Ok(page));
                    self.changed.notify_all();
                    if let Some(cut) = cut {
                        queue.cut_again(number, given, cut);
                        return;
                    }
                    if reader == Reader::Ahead {
                        drop(self.wait_for_room(queue, number, cancel));
                    }
                }
                Ok(None) => {
                    queue.end(number, days.rows_a_day(rows));
                    return;
                }
                Err(error) => {
                    queue.add(number, Err(error));
                    queue.set(number, Progress::Over);
                    return;
                }
            }
        }
    }
}

impl Queue {
    fn place(&self, number: u64) -> Option<usize> {
        self.slices.iter().position(|slice| slice.number == number)
    }

    fn set(&mut self, number: u64, progress: Progress) {
        if let Some(place) = self.place(number) {
            self.slices[place].progress = progress;
        }
    }

    fn add(&mut self, number: u64, page: Result<Page, Error>) {
        if let Some(place) = self.place(number) {
            self.slices[place].pages.push_back(page);
        }
    }

    /// The pages of the slices before that place.
    fn held_before(&self, place: usize) -> usize {
        self.slices.iter().take(place).map(|slice| slice.pages.len()).sum()
    }

    /// Cuts a slice off what waits at that place, to be read.
    fn take(&mut self, place: usize, direction: Direction) -> (u64, Days, Vec<Arc<Earlier>>) {
        let waiting = &mut self.slices[place];
        let (days, rest) = waiting.days.cut(direction, waiting.pace);
        waiting.progress = Progress::Reading;
        waiting.days = days;
        let taken = (waiting.number, days, waiting.given.clone());
        if let Some(days) = rest {
            let (pace, given) = (waiting.pace, waiting.given.clone());
            self.insert(place + 1, days, pace, given);
        }
        taken
    }

    fn insert(&mut self, place: usize, days: Days, pace: Pace, given: Vec<Arc<Earlier>>) {
        let number = self.next;
        self.next += 1;
        let progress = Progress::Waiting;
        self.slices.insert(place, Slice { number, days, pace, given, progress, pages: VecDeque::new() });
    }

    /// The slice is long: its days are cut, beside the pages that it has given.
    fn cut_again(&mut self, number: u64, given: &[Arc<Earlier>], cut: Cut) {
        let Some(place) = self.place(number) else { return };
        self.slices[place].progress = Progress::Over;
        let given = given.iter().cloned().chain([cut.given]).collect();
        self.insert(place + 1, cut.days, cut.pace, given);
    }

    /// The slice is over, after so many rows a day: what follows is cut accordingly.
    fn end(&mut self, number: u64, rows_a_day: f64) {
        let Some(place) = self.place(number) else { return };
        self.slices[place].progress = Progress::Over;
        let mut after = self.slices.iter_mut().skip(place + 1);
        if let Some(next) = after.find(|slice| slice.progress == Progress::Waiting) {
            next.pace.rows_a_day = rows_a_day;
        }
    }
}

/// Tells that a slice is lost, should its reading panic.
struct Lost<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Drop for Lost<'_> {
    fn drop(&mut self) {
        self.shared.queue().set(self.number, Progress::Lost);
        self.shared.changed.notify_all();
    }
}
