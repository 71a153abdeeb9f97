//! rustls: a server and a client over toque's `TcpStream`, which needs nothing for it. futures-rustls takes the stream as it is,
//! and tokio-rustls does with toque's feature `tokio-io`.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use ecosystem::run::{Result, on_each_reactor};
use ecosystem::tls::{Identity, server_name};
use futures_rustls::client::TlsStream;
use futures_rustls::rustls::{AlertDescription, CertificateError, ClientConfig, Error};
use futures_rustls::{TlsAcceptor, TlsConnector};
use toque::io::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::sync::mpsc;

const MEGABYTE: usize = 1 << 20;

/// An echo server, and what its connections have ended with so far.
struct Server {
    addr: SocketAddr,
    ends: mpsc::UnboundedReceiver<io::Result<u64>>,
}

impl Server {
    /// Each connection is a task of its own, the handshake too: a client that fails, or is slow, keeps nobody waiting.
    async fn start(acceptor: TlsAcceptor) -> io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (tell, ends) = mpsc::unbounded_channel();
        toque::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, tell) = (acceptor.clone(), tell.clone());
                toque::spawn(async move { tell.send(echo(acceptor, stream).await) });
            }
        });
        Ok(Server { addr, ends })
    }

    async fn end_of_one(&mut self) -> io::Result<u64> {
        self.ends.recv().await.expect("the server goes on")
    }

    /// Whether a whole exchange works.
    async fn serves(&mut self, config: Arc<ClientConfig>) -> Result {
        let mut stream = connect(self.addr, config).await?;
        exchange(&mut stream, b"soup").await?;
        assert_eq!(self.end_of_one().await?, 4);
        Ok(())
    }
}

/// Reads until the client says that it has written all, then gives everything back.
async fn echo(acceptor: TlsAcceptor, stream: TcpStream) -> io::Result<u64> {
    let mut stream = acceptor.accept(stream).await?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await?;
    stream.write_all(&all).await?;
    stream.shutdown().await?;
    Ok(all.len() as u64)
}

async fn connect(addr: SocketAddr, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(addr).await?;
    TlsConnector::from(config)
        .connect(server_name(), stream)
        .await
}

/// Writes all and closes this half, `close_notify` first; then reads what comes back by the other half.
async fn exchange(stream: &mut TlsStream<TcpStream>, bytes: &[u8]) -> Result {
    stream.write_all(bytes).await?;
    stream.shutdown().await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    assert!(answer == bytes, "{} bytes came back", answer.len());
    Ok(())
}

/// What rustls said, out of the I/O error it came in.
fn reason(error: &io::Error) -> &Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    inner.unwrap_or_else(|| panic!("not from rustls: {error}"))
}

#[test]
fn a_megabyte_goes_there_and_back_through_a_half_closed_stream() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let mut server = Server::start(identity.server(&[]).into()).await?;
        let mut stream = connect(server.addr, identity.client(&[])).await?;
        let bytes: Vec<u8> = (0..MEGABYTE).map(|n| (n * 7) as u8).collect();
        exchange(&mut stream, &bytes).await?;
        assert_eq!(server.end_of_one().await?, MEGABYTE as u64);
        Ok(())
    });
}

#[test]
fn both_directions_flow_at_once() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let acceptor = TlsAcceptor::from(identity.server(&[]));
        let client = toque::spawn(connect(listener.local_addr()?, identity.client(&[])));
        let server = acceptor.accept(listener.accept().await?.0).await?;
        // More than the sockets hold, both ways: were one direction to wait for the other, both would wait for ever.
        let theirs = toque::spawn(pour(server, 4 * MEGABYTE));
        assert_eq!(pour(client.await??, 4 * MEGABYTE).await?, 4 * MEGABYTE);
        assert_eq!(theirs.await??, 4 * MEGABYTE);
        Ok(())
    });
}

/// Writes so many bytes, and counts those that come meanwhile.
async fn pour<S>(stream: S, bytes: usize) -> io::Result<usize>
where
    S: toque::io::AsyncRead + toque::io::AsyncWrite + Unpin,
{
    let (mut read, mut write) = toque::io::split(stream);
    let write_all = async {
        write.write_all(&vec![b'x'; bytes]).await?;
        write.shutdown().await
    };
    let mut all = Vec::new();
    let (written, read) = toque::join!(write_all, read.read_to_end(&mut all));
    written.and(read)
}

#[test]
fn an_end_without_close_notify_is_told_from_a_proper_one() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let mut server = Server::start(identity.server(&[]).into()).await?;
        let mut stream = connect(server.addr, identity.client(&[])).await?;
        stream.write_all(b"half an ord").await?;
        stream.flush().await?;
        let (mut tcp, _) = stream.into_inner();
        tcp.shutdown().await?; // an end of TCP's alone: somebody in between may have made it
        let error = server.end_of_one().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        server.serves(identity.client(&[])).await
    });
}

#[test]
fn a_client_that_trusts_another_gets_a_clear_error_and_the_server_goes_on() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let stranger = Identity::new("a stranger");
        let mut server = Server::start(identity.server(&[]).into()).await?;

        let error = connect(server.addr, stranger.client(&[]))
            .await
            .unwrap_err();
        let expected = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(reason(&error), &expected);
        let error = server.end_of_one().await.unwrap_err();
        let expected = Error::AlertReceived(AlertDescription::UnknownCA);
        assert_eq!(reason(&error), &expected);

        server.serves(identity.client(&[])).await
    });
}

#[test]
fn a_client_that_does_not_speak_tls_is_an_error_and_the_server_goes_on() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let mut server = Server::start(identity.server(&[]).into()).await?;
        let mut client = TcpStream::connect(server.addr).await?;
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
        let error = server.end_of_one().await.unwrap_err();
        assert!(
            matches!(reason(&error), Error::InvalidMessage(_)),
            "{error}"
        );
        server.serves(identity.client(&[])).await
    });
}

#[test]
fn a_client_that_says_nothing_keeps_nobody_waiting() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let mut server = Server::start(identity.server(&[]).into()).await?;
        let _silent = TcpStream::connect(server.addr).await?;
        server.serves(identity.client(&[])).await
    });
}

#[test]
fn alpn_settles_on_what_the_server_likes_best() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let server = Server::start(identity.server(&["h2", "http/1.1"]).into()).await?;
        for (offered, settled) in [(&["http/1.1", "h2"][..], "h2"), (&["http/1.1"], "http/1.1")] {
            let stream = connect(server.addr, identity.client(offered)).await?;
            let protocol = stream.get_ref().1.alpn_protocol();
            assert_eq!(protocol, Some(settled.as_bytes()), "offered: {offered:?}");
        }
        let error = connect(server.addr, identity.client(&["gopher"]))
            .await
            .unwrap_err();
        let expected = Error::AlertReceived(AlertDescription::NoApplicationProtocol);
        assert_eq!(reason(&error), &expected);
        Ok(())
    });
}

#[test]
fn tokio_rustls_takes_the_same_streams() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let mut server = Server::start(identity.server(&[]).into()).await?;
        let stream = TcpStream::connect(server.addr).await?;
        let connector = tokio_rustls::TlsConnector::from(identity.client(&[]));
        let stream = connector.connect(server_name(), stream).await?;
        // It has tokio's traits only; `Io` gives it those of toque's methods.
        let mut stream = toque::compat::tokio_io::Io::new(stream);
        stream.write_all(b"soup").await?;
        stream.shutdown().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        assert_eq!(answer, "soup");
        assert_eq!(server.end_of_one().await?, 4);
        Ok(())
    });
}
