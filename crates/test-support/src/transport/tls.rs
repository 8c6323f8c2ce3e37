//! TLS, with certificates that were made for tests and for nothing else.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// For a console to trust, as PEM: `SSL_CERT_FILE` names a file with it.
pub const PORTAL_CERTIFICATE: &str = include_str!("../../certificates/portal.pem");

/// Whose certificate is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The one that consoles in tests are told to trust.
    Portal,
    /// Nobody trusts it.
    Stranger,
}

impl Identity {
    fn certificate_and_key(self) -> (&'static str, &'static str) {
        match self {
            Identity::Portal => (PORTAL_CERTIFICATE, include_str!("../../certificates/portal.key")),
            Identity::Stranger => (
                include_str!("../../certificates/stranger.pem"),
                include_str!("../../certificates/stranger.key"),
            ),
        }
    }
}

pub(super) async fn accept(client: TcpStream, identity: Identity) -> io::Result<TlsStream<TcpStream>> {
    let (certificate, key) = identity.certificate_and_key();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(io::Error::other)?;
    TlsAcceptor::from(Arc::new(config)).accept(client).await
}
