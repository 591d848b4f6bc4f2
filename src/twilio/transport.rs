//! The connections: sockets whose every wait can be cancelled.
//!
//! The chain is ureq's, with links of our own: HTTP proxy's tunnel, [`Dialer`], TLS, [`Sender`]. The dialer makes a
//! non-blocking socket, and waits for it in slices between which [`watch`] is asked whether to go on; it lies
//! below TLS, so a handshake obeys as well. The sender lies above TLS and notes when the first byte of a request
//! is handed down, which is what tells a request that may have been processed from one that cannot have been.
//!
//! A wait that is given up drops its connection with it. Only the look-up of a name takes a thread ([`super::lookup`]).

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    Transport, TransportAdapter,
};

use super::lookup::{Lookups, NoAddress};
use super::proxy;
use super::tls::{TlsLink, Trust};
use super::watch::{self, Halt, Stage};

/// The longest that one address of several may keep a connection waiting.
const ADDRESS_PATIENCE: Duration = Duration::from_secs(10);

/// An agent whose waits obey [`watch`].
pub(super) fn agent(config: Config, trust: Trust) -> ureq::Agent {
    let connector =
        ().chain(ConnectProxyConnector::default())
            .chain(Dialer::default())
            .chain(TlsLink(trust))
            .chain(SenderLink);
    ureq::Agent::with_parts(config, connector, LateResolver)
}

/// Whether a connection that failed so fails again the next time: by its certificate, or by the kind of its proxy.
pub(super) fn is_final(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    error.kind() == ErrorKind::Unsupported || matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}

fn halted(halt: Halt) -> ureq::Error {
    let kind = match halt {
        Halt::Stopped(_) => ErrorKind::Other,
        Halt::TimedOut => ErrorKind::TimedOut,
    };
    ureq::Error::Other(Box::new(io::Error::new(kind, "the request was given up")))
}

/// Looks nothing up: ureq asks for addresses before every request, also when it has a connection. The dialer asks
/// the system when it needs them.
#[derive(Debug)]
struct LateResolver;

impl Resolver for LateResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// Makes TCP connections.
#[derive(Debug, Default)]
struct Dialer(Lookups);

impl<In: Transport> Connector<In> for Dialer {
    type Out = Either<In, Link>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let proxy = details.config.proxy().filter(|proxy| !proxy.is_no_proxy(details.uri));
        let socks = proxy.filter(|proxy| proxy::is_socks(proxy));
        // An HTTP proxy's tunnel would have been made by now. The environment may name another kind.
        if let Some(proxy) = proxy.filter(|_| socks.is_none()) {
            let text = format!("{:?} is no kind of proxy that the driver knows", proxy.protocol());
            return Err(io::Error::new(ErrorKind::Unsupported, text).into());
        }
        let name = match socks {
            Some(proxy) => format!("{}:{}", proxy.host(), proxy.port()),
            None => host_and_port(details.uri)?,
        };
        watch::slice().map_err(halted)?;
        let addresses = self.0.addresses(&name).map_err(|error| match error {
            NoAddress::Halted(halt) => halted(halt),
            NoAddress::Failed(error) => error.into(),
        })?;
        let mut addresses = addresses.into_iter().peekable();
        watch::reached(Stage::Connecting);
        let mut failure = ureq::Error::HostNotFound;
        while let Some(address) = addresses.next() {
            // An address that swallows packets must leave time for the next one.
            let patience = addresses.peek().map(|_| ADDRESS_PATIENCE.min(watch::left() / 2));
            match dial(address, patience) {
                Ok((stream, poll)) => {
                    let config = details.config;
                    let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
                    let link = Link { stream, poll, buffers };
                    let link = match socks {
                        Some(proxy) => through(proxy, link, details)?,
                        None => link,
                    };
                    return Ok(Some(Either::B(link)));
                }
                Err(ureq::Error::Io(e)) => failure = ureq::Error::Io(e),
                Err(halt) => return Err(halt),
            }
        }
        Err(failure)
    }
}

fn host_and_port(uri: &Uri) -> Result<String, ureq::Error> {
    let name = uri.scheme().zip(uri.authority());
    let name = name.and_then(|(scheme, authority)| DefaultResolver::host_and_port(scheme, authority));
    name.ok_or(ureq::Error::HostNotFound)
}

/// Has a SOCKS proxy connect to the host of the request.
fn through(proxy: &ureq::Proxy, link: Link, details: &ConnectionDetails) -> Result<Link, ureq::Error> {
    let name = host_and_port(details.uri)?;
    let (host, port) = name.rsplit_once(':').ok_or(ureq::Error::HostNotFound)?;
    let port = port.parse().map_err(|_| ureq::Error::HostNotFound)?;
    let mut stream = TransportAdapter::new(link, details.current_time.clone());
    stream.set_timeout(details.timeout);
    proxy::socks5(&mut stream, proxy, host.trim_matches(['[', ']']), port)?;
    Ok(stream.into_inner())
}

/// Connects to one address, for no longer than `patience`.
fn dial(address: SocketAddr, patience: Option<Duration>) -> Result<(TcpStream, Poll), ureq::Error> {
    let start = Instant::now();
    let mut poll = Poll::new()?;
    let mut stream = TcpStream::connect(address)?;
    poll.registry().register(&mut stream, Token(0), Interest::READABLE | Interest::WRITABLE)?;
    loop {
        wait(&mut poll)?;
        if let Some(error) = stream.take_error()? {
            return Err(error.into());
        }
        match stream.peer_addr() {
            Ok(_) => break,
            Err(e) if e.kind() == ErrorKind::NotConnected => {}
            Err(e) => return Err(e.into()),
        }
        if patience.is_some_and(|patience| start.elapsed() >= patience) {
            return Err(io::Error::new(ErrorKind::TimedOut, format!("{address} does not answer")).into());
        }
    }
    stream.set_nodelay(true)?;
    Ok((stream, poll))
}

/// Waits until the socket may be ready, or a slice has passed.
fn wait(poll: &mut Poll) -> Result<(), ureq::Error> {
    let slice = watch::slice().map_err(halted)?;
    match poll.poll(&mut Events::with_capacity(2), Some(slice)) {
        Err(e) if e.kind() != ErrorKind::Interrupted => Err(e.into()),
        _ => Ok(()),
    }
}

/// A TCP connection. Events are edge-triggered: the socket is tried first, and waited for when it would block.
struct Link {
    stream: TcpStream,
    poll: Poll,
    buffers: LazyBuffers,
}

impl Transport for Link {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        watch::slice().map_err(halted)?;
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
                Ok(written) => rest = &rest[written..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => wait(&mut self.poll)?,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        watch::slice().map_err(halted)?;
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match self.stream.read(input) {
                Ok(amount) => break amount,
                Err(e) if e.kind() == ErrorKind::WouldBlock => wait(&mut self.poll)?,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e.into()),
            }
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// Whether the connection is idle: one that has ended, or that has bytes nobody asked for, is not used again.
    fn is_open(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Err(e) if e.kind() == ErrorKind::WouldBlock)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.stream.peer_addr().ok()).finish()
    }
}

/// Puts a [`Sender`] on top of every connection to the host of the request.
#[derive(Debug)]
struct SenderLink;

impl<In: Transport> Connector<In> for SenderLink {
    type Out = Either<In, Sender<In>>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        // ureq runs the chain for the proxy as well, whose CONNECT is not the request.
        let is_target = details.uri.authority().is_none_or(|a| watch::is_target(a.as_str()));
        Ok(chained.map(|below| if is_target { Either::B(Sender(below)) } else { Either::A(below) }))
    }
}

/// Notes that a request begins to leave.
#[derive(Debug)]
struct Sender<T>(T);

impl<T: Transport> Transport for Sender<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        // A request that is stopped here is one that certainly was not sent.
        watch::slice().map_err(halted)?;
        watch::reached(Stage::Sending);
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}
