//! The pages of a list, the next ones of which are on their way while one is read.
//!
//! The first page is asked for when it is wanted, and the second too: a statement that ends within the first page
//! has cost one request. Who wants the second is likely to want all; from there on a thread of the list's own fetches and
//! decodes up to [`AHEAD`] pages more than were asked for. A list that is no longer read stops its thread, and
//! [`super::leftovers`] waits until the last one is gone.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::client::Client;
use super::decode::Page;
use super::watch::SLICE;
use super::{Error, Pages};
use crate::cancel::{CancelToken, Stop};
use crate::logging::Scope;

/// Pages that are fetched before they are wanted.
const AHEAD: usize = 2;

type Answer = Result<Option<Page>, Error>;

/// The pages of one list.
#[derive(Debug)]
pub struct PageStream {
    state: State,
    client: Client,
    /// Whether the first page was asked for.
    has_begun: bool,
    /// Whether pages are read before they are wanted.
    reads_ahead: bool,
}

#[derive(Debug)]
enum State {
    Own(Box<Pages>),
    Reader(Reader),
    /// The statement was stopped while it waited for the reader.
    Stopped(Stop),
}

/// A thread that fetches pages.
#[derive(Debug)]
struct Reader {
    answers: Receiver<Answer>,
    /// Its requests obey a token of their own: the statement's belongs to the call that runs, and between two
    /// fetches none does.
    stop: CancelToken,
    thread: JoinHandle<Option<Box<Pages>>>,
}

impl PageStream {
    pub(super) fn new(client: Client, pages: Pages) -> Self {
        PageStream { state: State::Own(Box::new(pages)), client, has_begun: false, reads_ahead: false }
    }

    /// Reads pages before they are wanted: for who wants them all.
    pub fn read_ahead(mut self) -> Self {
        self.reads_ahead = true;
        self
    }

    /// Takes a list that is not found for one without rows, as [`Pages::set_under_parent`].
    pub fn under_parent(mut self) -> Self {
        if let State::Own(pages) = &mut self.state {
            pages.set_under_parent();
        }
        self
    }

    /// Whether the list was not found, and so has no rows.
    pub fn is_missing(&self) -> bool {
        matches!(&self.state, State::Own(pages) if pages.is_missing())
    }

    /// Whether there is a page that was not asked for, as far as is known.
    pub fn has_more(&self) -> bool {
        match &self.state {
            State::Own(pages) => pages.has_more(),
            State::Reader(_) => true,
            State::Stopped(_) => false,
        }
    }

    /// The next page; `None` after the last one. A page may be empty and yet not be the last one.
    ///
    /// # Errors
    /// Those of [`Pages::next_page`].
    pub fn next_page(&mut self, cancel: &CancelToken) -> Answer {
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        if has_begun && self.reads_ahead && matches!(self.state, State::Own(_)) && self.has_more() {
            self.change(|state| match state {
                State::Own(pages) => Reader::start(pages).map_or_else(State::Own, State::Reader),
                other => other,
            });
        }
        let reader = match &mut self.state {
            State::Own(pages) => return pages.next_page(cancel),
            State::Reader(reader) => reader,
            State::Stopped(stop) => return Err((*stop).into()),
        };
        let answer = match reader.next(cancel) {
            Ok(answer) => answer,
            Err(stop) => {
                self.leave(stop);
                return Err(stop.into());
            }
        };
        if !matches!(answer, Some(Ok(Some(_)))) {
            // That was its last one. The pages come back, so that one that failed can be asked for again.
            self.change(|state| match state {
                State::Reader(reader) => match reader.thread.join() {
                    Ok(Some(pages)) => State::Own(pages),
                    Ok(None) => State::Stopped(Stop::Cancelled),
                    Err(panic) => std::panic::resume_unwind(panic),
                },
                other => other,
            });
        }
        answer.unwrap_or_else(|| Err(Stop::Cancelled.into()))
    }

    fn change(&mut self, next: impl FnOnce(State) -> State) {
        self.state = next(std::mem::replace(&mut self.state, State::Stopped(Stop::Cancelled)));
    }

    /// Gives a reader up; its thread ends by itself.
    fn leave(&mut self, stop: Stop) {
        if let State::Reader(reader) = std::mem::replace(&mut self.state, State::Stopped(stop)) {
            reader.stop.cancel();
            self.client.keep_until_finished(reader.thread);
        }
    }
}

impl Drop for PageStream {
    fn drop(&mut self) {
        self.leave(Stop::Cancelled);
    }
}

impl Reader {
    /// Starts a thread; gives the pages back where none is to be had.
    fn start(pages: Box<Pages>) -> Result<Reader, Box<Pages>> {
        let (give, take) = sync_channel::<Box<Pages>>(1);
        // The page that is being fetched is one of those ahead.
        let (sender, answers) = sync_channel(AHEAD - 1);
        let stop = CancelToken::default();
        let token = stop.clone();
        let scope = Scope::current();
        let thread = Builder::new().name("twilio-odbc pages".into()).spawn(move || {
            let _scope = scope.map(Scope::enter);
            take.recv().ok().map(|pages| read(pages, &token, &sender))
        });
        let Ok(thread) = thread else { return Err(pages) };
        match give.send(pages) {
            Ok(()) => Ok(Reader { answers, stop, thread }),
            Err(unsent) => Err(unsent.0),
        }
    }

    /// The next answer; `None` if the thread has died.
    ///
    /// # Errors
    /// When the statement has to stop meanwhile.
    fn next(&mut self, cancel: &CancelToken) -> Result<Option<Answer>, Stop> {
        loop {
            match self.answers.recv_timeout(SLICE) {
                Ok(answer) => return Ok(Some(answer)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => cancel.check()?,
            }
        }
    }
}

fn read(mut pages: Box<Pages>, stop: &CancelToken, answers: &SyncSender<Answer>) -> Box<Pages> {
    loop {
        let answer = pages.next_page(stop);
        let is_last = !matches!(answer, Ok(Some(_)));
        if answers.send(answer).is_err() || is_last {
            return pages;
        }
    }
}
