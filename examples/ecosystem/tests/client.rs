//! An HTTP client of hyper's connections: one for each host, kept for the next request; plain or over TLS, where the two sides
//! settle whether it is HTTP/1.1 or HTTP/2.
//!
//! Such a client is a page of code, and `connect` is the part of it that knows the runtime. hyper-util's `legacy` client would bring
//! tokio's streams along, as reqwest does.

use std::cell::Cell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use bytes::Bytes;
use ecosystem::run::{Result, on_each_reactor};
use ecosystem::tls::{Identity, server_name};
use futures_rustls::pki_types::ServerName;
use futures_rustls::{TlsAcceptor, TlsConnector};
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::{CONNECTION, HOST, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, Uri, Version};
use hyper_util::server::conn::auto;
use toque::compat::hyper::{Executor, Io, Timer};
use toque::io::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};

/// A client. Answers of one HTTP/1.1 connection are read one after the other, so it takes `&mut self`.
struct Client {
    tls: TlsConnector,
    /// The connections, by scheme, host and port.
    kept: HashMap<String, Sender>,
}

/// The end of a connection that takes requests.
enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    fn new(tls: impl Into<TlsConnector>) -> Client {
        Client {
            tls: tls.into(),
            kept: HashMap::new(),
        }
    }

    async fn get(&mut self, uri: &str) -> Result<Response<Incoming>> {
        self.send(Request::get(uri).body(Full::default())?).await
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>> {
        self.sender(request.uri()).await?.send(request).await
    }

    /// The connection to the host of `uri`: the one that is kept if it takes one more request, or else a new one.
    async fn sender(&mut self, uri: &Uri) -> Result<&mut Sender> {
        let host = format!("{:?}://{:?}", uri.scheme(), uri.authority());
        let mut kept = self.kept.remove(&host);
        let ready = match &mut kept {
            Some(sender) => sender.ready().await,
            None => false,
        };
        let sender = match kept {
            Some(sender) if ready => sender,
            _ => connect(&self.tls, uri).await?,
        };
        Ok(self.kept.entry(host).insert_entry(sender).into_mut())
    }
}

/// Connects to the host of `uri`. A name is looked up on the blocking pool, and each of its addresses is tried.
async fn connect(tls: &TlsConnector, uri: &Uri) -> Result<Sender> {
    let host = uri.host().ok_or("no host")?;
    let secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    if !secure {
        return Sender::http1(stream).await;
    }
    let name = ServerName::try_from(host.to_owned())?;
    let stream = tls.connect(name, stream).await?;
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => Sender::http2(Io::new(stream)).await,
        _ => Sender::http1(Io::new(stream)).await,
    }
}

impl Sender {
    /// The connection itself is a task, which ends with the sender.
    async fn http1<S>(stream: S) -> Result<Sender>
    where
        S: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
    {
        let (sender, connection) = http1::handshake(stream).await?;
        toque::spawn(connection);
        Ok(Sender::Http1(sender))
    }

    async fn http2<S>(stream: S) -> Result<Sender>
    where
        S: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
    {
        let mut client = http2::Builder::new(Executor);
        let (sender, connection) = client.timer(Timer).handshake(stream).await?;
        toque::spawn(connection);
        Ok(Sender::Http2(sender))
    }

    /// Waits until the answer before has been read to its end. `false`: the connection has ended.
    async fn ready(&mut self) -> bool {
        match self {
            Sender::Http1(sender) => sender.ready().await.is_ok(),
            Sender::Http2(sender) => sender.ready().await.is_ok(),
        }
    }

    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Result<Response<Incoming>> {
        match self {
            Sender::Http1(sender) => {
                // HTTP/1.1 wants the path alone in the first line, and the host in a header.
                let uri = std::mem::take(request.uri_mut());
                let host = uri.authority().ok_or("no host")?.as_str().parse()?;
                request.headers_mut().insert(HOST, host);
                *request.uri_mut() = uri.path_and_query().ok_or("no path")?.as_str().parse()?;
                Ok(sender.send_request(request).await?)
            }
            Sender::Http2(sender) => Ok(sender.send_request(request).await?),
        }
    }
}

/// A server that answers with the number of the connection, from 1; a body it gives back. `/last` ends the connection.
async fn serve(tls: Option<TlsAcceptor>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let addr = listener.local_addr()?;
    let connections = Rc::new(Cell::new(0));
    toque::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.set(connections.get() + 1);
            let number = connections.get();
            match tls.clone() {
                None => drop(toque::spawn(serve_one(stream, number))),
                Some(tls) => drop(toque::spawn(async move {
                    let stream = tls.accept(stream).await?;
                    serve_one(Io::new(stream), number).await
                })),
            }
        }
    });
    Ok(addr)
}

async fn serve_one<S>(stream: S, number: u32) -> Result
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
{
    let service = service_fn(move |request| async move { answer(request, number) });
    let mut server = auto::Builder::new(Executor);
    server.http1().timer(Timer);
    server.http2().timer(Timer);
    server
        .serve_connection(stream, service)
        .await
        .map_err(|error| error as Box<dyn std::error::Error>)
}

fn answer(
    request: Request<Incoming>,
    number: u32,
) -> std::result::Result<Response<Either<Full<Bytes>, Incoming>>, Infallible> {
    let last = request.uri().path() == "/last";
    let mut response = Response::new(match *request.method() {
        Method::POST => Either::Right(request.into_body()),
        _ => Either::Left(Full::from(number.to_string())),
    });
    if last {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    Ok(response)
}

/// Which connection has answered.
async fn number(response: Response<Incoming>) -> Result<u32> {
    let body = response.into_body().collect().await?.to_bytes();
    Ok(std::str::from_utf8(&body)?.parse()?)
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    on_each_reactor(async || {
        let mut client = Client::new(Identity::new("nobody").client(&[]));
        let addr = serve(None).await?;
        for _ in 0..10 {
            let answer = client.get(&format!("http://{addr}/")).await?;
            assert_eq!(answer.version(), Version::HTTP_11);
            assert_eq!(number(answer).await?, 1);
        }
        Ok(())
    });
}

#[test]
fn each_host_has_a_connection_of_its_own() {
    on_each_reactor(async || {
        let mut client = Client::new(Identity::new("nobody").client(&[]));
        let addr = serve(None).await?;
        let by_name = format!("http://localhost:{}/", addr.port());
        let by_number = format!("http://{addr}/");
        for (uri, expected) in [
            (&by_name, 1),
            (&by_number, 2),
            (&by_name, 1),
            (&by_number, 2),
        ] {
            assert_eq!(number(client.get(uri).await?).await?, expected, "{uri}");
        }
        Ok(())
    });
}

#[test]
fn a_connection_that_the_server_has_ended_is_replaced() {
    on_each_reactor(async || {
        let mut client = Client::new(Identity::new("nobody").client(&[]));
        let addr = serve(None).await?;
        for (path, expected) in [("", 1), ("last", 1), ("", 2), ("last", 2), ("", 3)] {
            let answer = client.get(&format!("http://{addr}/{path}")).await?;
            assert_eq!(number(answer).await?, expected);
        }
        Ok(())
    });
}

#[test]
fn over_tls_the_two_sides_settle_on_http_2_and_share_one_connection() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let addr = serve(Some(identity.server(&["h2", "http/1.1"]).into())).await?;
        let mut client = Client::new(identity.client(&["h2", "http/1.1"]));
        let uri = format!("https://localhost:{}/", addr.port());
        let answer = client.get(&uri).await?;
        assert_eq!(answer.version(), Version::HTTP_2);
        assert_eq!(number(answer).await?, 1);

        let Sender::Http2(sender) = client.sender(&uri.parse()?).await? else {
            panic!("it is HTTP/2");
        };
        let answers = (0..20).map(|_| {
            let mut sender = sender.clone();
            let request = Request::get(&uri).body(Full::default());
            async move { number(sender.send_request(request?).await?).await }
        });
        assert_eq!(try_join_all(answers).await?, [1; 20]);
        Ok(())
    });
}

#[test]
fn over_tls_a_server_without_http_2_is_spoken_to_in_http_1() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let addr = serve(Some(identity.server(&["http/1.1"]).into())).await?;
        let mut client = Client::new(identity.client(&["h2", "http/1.1"]));
        for _ in 0..3 {
            let answer = client
                .get(&format!("https://localhost:{}/", addr.port()))
                .await?;
            assert_eq!(answer.version(), Version::HTTP_11);
            assert_eq!(number(answer).await?, 1);
        }
        Ok(())
    });
}

#[test]
fn over_tls_a_large_body_goes_there_and_back() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let addr = serve(Some(identity.server(&["h2", "http/1.1"]).into())).await?;
        let sent: Bytes = (0..4 << 20).map(|n: u32| (n >> 8) as u8).collect();
        for protocol in ["h2", "http/1.1"] {
            let mut client = Client::new(identity.client(&[protocol]));
            let request = Request::post(format!("https://localhost:{}/", addr.port()));
            let answer = client.send(request.body(sent.clone().into())?).await?;
            assert!(
                answer.into_body().collect().await?.to_bytes() == sent,
                "{protocol}"
            );
        }
        Ok(())
    });
}

#[test]
fn over_tls_the_end_of_a_connection_is_told() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let addr = serve(Some(identity.server(&[]).into())).await?;
        let stream = TcpStream::connect(addr).await?;
        let tls = TlsConnector::from(identity.client(&[]));
        let mut stream = tls.connect(server_name(), stream).await?;
        stream
            .write_all(b"GET /last HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?; // an error, were there no `close_notify`
        assert!(answer.ends_with("\r\n\r\n1"), "{answer}");
        Ok(())
    });
}

#[test]
fn a_host_that_nobody_serves_or_trusts_is_an_error() {
    on_each_reactor(async || {
        let identity = Identity::new("the cook");
        let addr = serve(Some(identity.server(&[]).into())).await?;
        let mut client = Client::new(Identity::new("a stranger").client(&[]));
        let error = client
            .get(&format!("https://localhost:{}/", addr.port()))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");

        let addr = TcpListener::bind("127.0.0.1:0").await?.local_addr()?; // closed by now
        let error = client.get(&format!("http://{addr}/")).await.unwrap_err();
        let error: &io::Error = error.downcast_ref().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        Ok(())
    });
}
