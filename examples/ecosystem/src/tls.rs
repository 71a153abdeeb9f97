//! A certificate that exists for one test, and the two configurations of rustls that go with it.

use std::sync::Arc;

use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use futures_rustls::rustls::crypto::{CryptoProvider, ring};
use futures_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use rcgen::{CertificateParams, DnType, KeyPair};

/// The name that every certificate is for.
pub const HOST: &str = "localhost";

/// A key, and its certificate signed by itself: who trusts it, trusts nobody else.
#[derive(Debug)]
pub struct Identity {
    /// What the server shows, and the client trusts.
    certificate: CertificateDer<'static>,
    /// What the server alone has.
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// A new one for [`HOST`], issued by `name`.
    ///
    /// # Panics
    /// If the certificate can't be made.
    pub fn new(name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        Identity {
            certificate: certificate.der().clone(),
            key: key.into(),
        }
    }

    /// A server that shows this certificate, and speaks these protocols (ALPN), the best first.
    ///
    /// # Panics
    /// If rustls does not like the certificate.
    pub fn server(&self, protocols: &[&str]) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .unwrap();
        config.alpn_protocols = names(protocols);
        Arc::new(config)
    }

    /// A client that trusts this certificate alone, and speaks these protocols.
    ///
    /// # Panics
    /// If rustls does not like the certificate.
    pub fn client(&self, protocols: &[&str]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = names(protocols);
        Arc::new(config)
    }
}

/// [`HOST`], as rustls wants it.
///
/// # Panics
/// Never: it is a name.
pub fn server_name() -> ServerName<'static> {
    ServerName::try_from(HOST).unwrap()
}

/// ring, named here: rustls takes a provider by itself only if the program is built with one alone.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn names(protocols: &[&str]) -> Vec<Vec<u8>> {
    protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect()
}
