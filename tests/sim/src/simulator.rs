//! The simulator as a whole: its state behind locks, and the way of one request through it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::control;
use crate::credentials::{self, Credential};
use crate::faults::{Faults, Hit, Kind};
use crate::generic::Generic;
use crate::http::{Answer, Request};
use crate::request_log::{Outcome, RequestLog};
use crate::router;
use crate::tokens::Tokens;
use crate::world::{Extra, World, scatter};

/// What the command line fixes for the whole run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) account_sid: String,
    pub(crate) auth_token: String,
    pub(crate) latency: Duration,
    /// The most rows of a page, whatever is asked for.
    pub(crate) page_limit: Option<usize>,
    pub(crate) extra: Extra,
}

/// What goes back to the client.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// The head, half of the body, and the connection is closed.
    Cut(Answer),
    /// The connection is closed.
    Nothing,
}

/// State shared by all connections. No two of its locks are ever held together.
#[derive(Debug)]
pub(crate) struct Simulator {
    settings: Settings,
    /// Answers what the world does not know.
    generic: Option<Generic>,
    pub(crate) credentials: Vec<Credential>,
    tokens: Mutex<Tokens>,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    log: Mutex<RequestLog>,
    in_flight: AtomicUsize,
    requests: AtomicU64,
    /// How often the world was seeded anew.
    resets: AtomicU64,
    /// Makes request ids differ between runs.
    run: u64,
}

impl Simulator {
    pub(crate) fn new(settings: Settings, generic: Option<Generic>) -> Self {
        Simulator {
            credentials: credentials::table(&settings.account_sid, &settings.auth_token),
            tokens: Mutex::default(),
            world: Mutex::new(seeded(&settings)),
            faults: Mutex::default(),
            log: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            requests: AtomicU64::new(0),
            resets: AtomicU64::new(0),
            run: scatter(Timestamp::now().as_microsecond().unsigned_abs()),
            settings,
            generic,
        }
    }

    pub(crate) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.tokens)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.log)
    }

    /// Back to the seeded world, without faults and with an empty log. What is delayed still is not done in it.
    pub(crate) fn reset(&self) {
        self.resets.fetch_add(1, Ordering::SeqCst);
        *self.tokens() = Tokens::default();
        *self.world() = seeded(&self.settings);
        self.faults().clear();
        self.log().clear();
    }

    /// Takes one request all the way.
    pub(crate) fn reply(&self, request: &Request) -> Reply {
        if request.path.starts_with(control::PREFIX) {
            return Reply::Answer(control::answer(self, request));
        }
        let concurrent = InFlight::enter(&self.in_flight);
        let started = Instant::now();
        let request_id = self.request_id();
        let now = Timestamp::now().as_millisecond();
        let number = self.log().start(request, &request_id, now, concurrent.count);
        let hit = self.faults().take(request);

        let mut reply = self.process(request, &hit);
        let status = match &mut reply {
            Reply::Answer(answer) | Reply::Cut(answer) => {
                answer.headers.extend([
                    ("Twilio-Concurrent-Requests", concurrent.count.to_string()),
                    ("Twilio-Request-Id", request_id),
                    ("Twilio-Request-Duration", format!("{:.3}", started.elapsed().as_secs_f64())),
                    ("X-Home-Region", "us1".to_string()),
                    ("X-Api-Domain", "api.twilio.com".to_string()),
                ]);
                Some(answer.status)
            }
            Reply::Nothing => None,
        };
        let duration_ms = started.elapsed().as_millis() as u64;
        let fault = hit.fault.map(|fault| fault.kind);
        self.log().finish(number, Outcome { status, duration_ms, fault });
        reply
    }

    /// The answer with the delays and the fault that hit this request.
    fn process(&self, request: &Request, hit: &Hit) -> Reply {
        let resets = self.resets.load(Ordering::SeqCst);
        std::thread::sleep(self.settings.latency + Duration::from_millis(hit.delay_ms));
        if self.resets.load(Ordering::SeqCst) != resets {
            return Reply::Nothing;
        }
        let Some(fault) = &hit.fault else { return Reply::Answer(self.answer(request)) };
        match fault.kind {
            Kind::Status => {
                if fault.processed {
                    self.answer(request);
                }
                Reply::Answer(fault.status_answer())
            }
            Kind::DropBefore => Reply::Nothing,
            Kind::DropAfter => {
                self.answer(request);
                Reply::Nothing
            }
            Kind::Cut => Reply::Cut(self.answer(request)),
            _ => {
                let mut answer = self.answer(request);
                fault.spoil(&mut answer);
                Reply::Answer(answer)
            }
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let short = self.settings.page_limit.and_then(|limit| shortened(request, limit));
        let request = short.as_ref().unwrap_or(request);
        let (known, generic) = (&self.credentials, self.generic.as_ref());
        if Tokens::is_asked(request) {
            return self.tokens().give(request, known).unwrap_or_else(|error| error.answer());
        }
        let bearer = self.tokens().authenticate(known, request.header("authorization"));
        let sign_in =
            |header: Option<&str>| bearer.unwrap_or_else(|| credentials::authenticate(known, header));
        router::answer(request, sign_in, generic, &mut self.world()).unwrap_or_else(|error| error.answer())
    }

    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("RQ{:016x}{:016x}", self.run, scatter(number))
    }
}

fn seeded(settings: &Settings) -> World {
    World::seeded(&settings.account_sid, &settings.auth_token, settings.extra)
}

/// The request with a smaller page, where it asks for a larger one.
fn shortened(request: &Request, limit: usize) -> Option<Request> {
    let size = request.query.iter().position(|(name, size)| {
        name == "PageSize" && size.parse::<usize>().is_ok_and(|size| size > limit)
    })?;
    let mut short = request.clone();
    short.query[size].1 = limit.to_string();
    Some(short)
}

/// A panic in one connection must not take the others with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a request as in flight as long as it lives.
struct InFlight<'a> {
    counter: &'a AtomicUsize,
    count: usize,
}

impl<'a> InFlight<'a> {
    fn enter(counter: &'a AtomicUsize) -> Self {
        InFlight { counter, count: counter.fetch_add(1, Ordering::SeqCst) + 1 }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::SeqCst);
    }
}
