//! TLS: rustls around a connection, by a certificate and a key from files.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;

use futures_rustls::TlsAcceptor;
use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::{ServerConfig, crypto::ring};
use toque::compat::hyper::Io;
use toque::http::{Listener, with_handshake};
use toque::net::{TcpListener, TcpStream};

/// Reads the certificate chain and its key, both PEM.
///
/// # Errors
/// A file that cannot be read, or two that do not fit together, by name.
pub fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(|error| at(chain, error))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| at(key, error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(certificates, secret)
        .map_err(|error| at(chain, error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn at(file: &Path, error: impl Display) -> String {
    format!("{}: {error}", file.display())
}

/// A listener whose connections shake hands first: each in its own task, within the deadline for the first byte.
pub fn listener(tcp: TcpListener, tls: TlsAcceptor) -> impl Listener + 'static {
    with_handshake(tcp, move |stream: TcpStream| {
        let shaken = tls.accept(stream);
        async move { io::Result::Ok(Io::new(shaken.await?)) }
    })
}
