//! A proxy that speaks HTTPS in front of the server, with a certificate that is thrown away.

use std::{net::SocketAddr, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertifiedKey, PublicKeyData as _};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// A running proxy; stopped when dropped.
#[derive(Debug)]
pub struct TlsProxy {
    _runtime: Runtime,
    port: u16,
    key_hash: String,
}

impl TlsProxy {
    /// Starts a proxy for these hosts, which hands everything to a port of this machine.
    pub fn start(hosts: &[&str], to: u16) -> Self {
        let names = hosts.iter().copied().map(str::to_owned).collect::<Vec<_>>();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key_hash = STANDARD.encode(Sha256::digest(signing_key.subject_public_key_info()));
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a configuration");
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let runtime = Runtime::new().expect("a runtime");
        let listener =
            runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port for the proxy");
        let port = listener.local_addr().expect("the proxy's address").port();
        let upstream = SocketAddr::from(([127, 0, 0, 1], to));
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A connection that breaks is the browser's to open again.
                    let mut client = acceptor.accept(client).await.ok()?;
                    let mut server = TcpStream::connect(upstream).await.ok()?;
                    copy_bidirectional(&mut client, &mut server).await.ok()
                });
            }
        });
        Self { _runtime: runtime, port, key_hash }
    }

    /// Flags with which a browser finds every name below `.test` behind this proxy, and trusts its certificate.
    pub fn browser_flags(&self) -> [String; 2] {
        [
            format!("--host-resolver-rules=MAP *.test 127.0.0.1:{}", self.port),
            format!("--ignore-certificate-errors-spki-list={}", self.key_hash),
        ]
    }
}
