//! Whom a connection trusts, and TLS on top of it.
//!
//! Certificates are checked by the platform's verifier. A file of further authorities, or the fingerprint of the one
//! certificate that is accepted, can be given. Clients that trust what the platform does share their sessions, so that the
//! next handshake is a short one; others have theirs for themselves.

use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
};
use rustls_platform_verifier::Verifier;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::Error;

/// What stands before a fingerprint.
const PIN: &str = "sha256:";

/// Which certificates are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerCertificate {
    /// Those that the platform trusts.
    #[default]
    Platform,
    /// Those, and those of the authorities in a PEM file.
    Authorities(PathBuf),
    /// Only the one whose DER encoding has this SHA-256, whoever issued it and whatever its name.
    Pinned([u8; 32]),
}

impl ServerCertificate {
    /// Reads `sha256:` and 64 hexadecimal digits (colons between them may stand), or the path of a file; `None` for a
    /// fingerprint that is none.
    pub fn parse(text: &str) -> Option<ServerCertificate> {
        let Some(pin) =
            text.get(..PIN.len()).filter(|p| p.eq_ignore_ascii_case(PIN)).map(|p| &text[p.len()..])
        else {
            return Some(ServerCertificate::Authorities(PathBuf::from(text)));
        };
        let digits: Vec<u8> = pin
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).map(|d| d as u8))
            .collect::<Option<_>>()?;
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        if !digits.len().is_multiple_of(2) {
            return None;
        }
        Some(ServerCertificate::Pinned(bytes.try_into().ok()?))
    }

    /// As [`ServerCertificate::parse`] reads it; `None` for the platform's.
    pub fn shown(&self) -> Option<String> {
        match self {
            ServerCertificate::Platform => None,
            ServerCertificate::Authorities(path) => Some(path.display().to_string()),
            ServerCertificate::Pinned(pin) => {
                let hex = pin.iter().map(|byte| format!("{byte:02x}"));
                Some(PIN.to_owned() + &hex.collect::<String>())
            }
        }
    }
}

/// A [`ServerCertificate`] that has been read. What it takes to check certificates is made when the first connection needs it.
#[derive(Clone)]
pub(super) struct Trust(Arc<Inner>);

struct Inner {
    authorities: Vec<CertificateDer<'static>>,
    pin: Option<[u8; 32]>,
    config: OnceLock<Arc<ClientConfig>>,
}

/// The platform's trust, while a client has it.
static PLATFORM: Mutex<Weak<Inner>> = Mutex::new(Weak::new());

impl Trust {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`].
    pub fn new(certificate: &ServerCertificate) -> Result<Trust, Error> {
        let inner = |authorities, pin| Arc::new(Inner { authorities, pin, config: OnceLock::new() });
        Ok(Trust(match certificate {
            ServerCertificate::Platform => {
                let mut shared = PLATFORM.lock().unwrap_or_else(PoisonError::into_inner);
                shared.upgrade().unwrap_or_else(|| {
                    let new = inner(Vec::new(), None);
                    *shared = Arc::downgrade(&new);
                    new
                })
            }
            ServerCertificate::Authorities(path) => inner(read(path)?, None),
            ServerCertificate::Pinned(pin) => inner(Vec::new(), Some(*pin)),
        }))
    }

    fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(config) = self.0.config.get() {
            return Ok(config.clone());
        }
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self.0.pin {
            Some(pin) => Arc::new(Pinned { pin, algorithms: provider.signature_verification_algorithms }),
            None => platform(&self.0.authorities, provider.clone())?,
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(self.0.config.get_or_init(|| Arc::new(config)).clone())
    }
}

/// Whether both accept the same certificates.
impl PartialEq for Trust {
    fn eq(&self, other: &Trust) -> bool {
        self.0.authorities == other.0.authorities && self.0.pin == other.0.pin
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("authorities", &self.0.authorities.len())
            .field("is_pinned", &self.0.pin.is_some())
            .finish()
    }
}

fn platform(
    authorities: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    Ok(match authorities {
        [] => Arc::new(Verifier::new(provider)?),
        more => Arc::new(Verifier::new_with_extra_roots(more.iter().cloned(), provider)?),
    })
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unusable = |reason: String| {
        Error::InvalidConfig(format!("The certificates of SslServerCert ({}) {reason}.", path.display()))
    };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(format!("cannot be read: {error}")))?;
    if certificates.is_empty() {
        return Err(unusable("are none: a PEM file is expected".into()));
    }
    Ok(certificates)
}

/// Accepts one certificate.
#[derive(Debug)]
struct Pinned {
    pin: [u8; 32],
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, certificate);
        match digest.as_ref() == self.pin {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Puts TLS on connections to `https`.
#[derive(Debug)]
pub(super) struct TlsLink(pub Trust);

impl<In: Transport> Connector<In> for TlsLink {
    type Out = Either<In, Tls>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(below) = chained else { return Ok(None) };
        // Through a proxy the tunnel may be TLS by itself: what goes through it is not.
        if !details.needs_tls() || below.is_tls() {
            return Ok(Some(Either::A(below)));
        }
        let config = self.0.config().map_err(other)?;
        let host = details.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let name = ServerName::try_from(host).map_err(other)?.to_owned();
        let mut connection = ClientConnection::new(config, name).map_err(other)?;
        let mut socket = TransportAdapter::new(below.boxed(), details.current_time.clone());
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Tls { stream: StreamOwned::new(connection, socket), buffers })))
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}

/// A connection with TLS.
pub(super) struct Tls {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: LazyBuffers,
}

impl Transport for Tls {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        Ok(self.stream.write_all(&self.buffers.output()[..amount])?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("below", self.stream.sock.get_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_or_a_file() {
        let digits = "0123456789abcdef".repeat(4);
        let Some(ServerCertificate::Pinned(pin)) = ServerCertificate::parse(&format!("SHA256:{digits}"))
        else {
            panic!("no pin");
        };
        assert_eq!(pin[..2], [0x01, 0x23]);
        let colons: Vec<&str> = (0..32).map(|i| &digits[2 * i..2 * i + 2]).collect();
        assert_eq!(
            ServerCertificate::parse(&format!("sha256:{}", colons.join(":"))),
            Some(ServerCertificate::Pinned(pin))
        );
        for wrong in ["sha256:", "sha256:12", "sha256:xyz"] {
            assert_eq!(ServerCertificate::parse(wrong), None, "{wrong}");
        }
        assert_eq!(
            ServerCertificate::parse("/etc/ca.pem"),
            Some(ServerCertificate::Authorities("/etc/ca.pem".into()))
        );
    }

    #[test]
    fn a_file_has_to_hold_certificates() {
        for path in ["/nonexistent/ca.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let trust = Trust::new(&ServerCertificate::Authorities(path.into()));
            assert!(matches!(trust, Err(Error::InvalidConfig(text)) if text.contains("SslServerCert")));
        }
    }

    #[test]
    fn clients_share_what_the_platform_trusts() {
        let one = Trust::new(&ServerCertificate::Platform).unwrap();
        let other = Trust::new(&ServerCertificate::Platform).unwrap();
        assert!(Arc::ptr_eq(&one.0, &other.0));
    }
}
