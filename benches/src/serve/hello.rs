//! The HTTP servers: hyper's HTTP/1 with its own settings answers every request with "hello"; a task for each connection.

use std::convert::Infallible;
use std::net;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};

use crate::runtimes;

async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(b"hello"))))
}

pub(super) fn toque(listener: net::TcpListener) {
    runtimes::toque(async move {
        let listener = toque::net::TcpListener::from_std(listener).expect("it listens");
        loop {
            let (stream, _) = listener.accept().await.expect("it accepts");
            stream.set_nodelay(true).ok(); // it may be closed already
            toque::spawn(http1::Builder::new().serve_connection(stream, service_fn(hello)));
        }
    })
}

/// Takes the next connection of tokio's, and makes the future that serves it.
macro_rules! next_connection {
    ($listener:ident) => {{
        let (stream, _) = $listener.accept().await.expect("it accepts");
        stream.set_nodelay(true).ok(); // it may be closed already
        let stream = hyper_util::rt::TokioIo::new(stream);
        http1::Builder::new().serve_connection(stream, service_fn(hello))
    }};
}

pub(super) fn tokio(listener: net::TcpListener) {
    runtimes::tokio(async move {
        let listener = super::echo::tokio_listener(listener);
        loop {
            tokio::spawn(next_connection!(listener));
        }
    })
}

pub(super) fn tokio_local(listener: net::TcpListener) {
    runtimes::tokio_local(async move {
        let listener = super::echo::tokio_listener(listener);
        loop {
            tokio::task::spawn_local(next_connection!(listener));
        }
    })
}
