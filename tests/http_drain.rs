//! The end of `http::serve`: what is on its way is answered, what is idle is closed, what is stuck is cut off, and the report is
//! right.

mod http_tools;

use std::cell::Cell;
use std::io::{Read, Write};
use std::rc::Rc;

use http_tools::*;
use toque::http::ServerConfig;
use toque::net::TcpStream;
use toque::time::Instant;

fn config() -> ServerConfig {
    ServerConfig::new()
}

#[test]
fn a_request_in_flight_is_answered_and_its_connection_closed() {
    paused(async {
        let server = start(config(), |_| async {
            toque::time::sleep(secs(5)).await;
            ok("soup")
        })
        .await;
        let mut client = server.connect().await;
        client.send(GET).await;
        toque::time::sleep(secs(1)).await;
        let end = toque::spawn(server.stop());
        let (head, body) = client.answer().await;
        assert!(head.contains("connection: close\r\n"), "{head}");
        assert_eq!(body, "soup");
        assert_eq!(client.rest().await, "");
        let report = end.await.unwrap();
        assert_eq!((report.drained, report.aborted.len()), (1, 0));
        assert_eq!(client.elapsed(), secs(5));
    });
}

#[test]
fn an_idle_connection_answers_one_more_within_the_grace_and_says_close() {
    // nodejs/node#60617
    paused(async {
        let server = start_echo(config()).await;
        let mut idle = server.connect().await;
        idle.send(GET).await;
        idle.answer().await;
        let end = toque::spawn(server.stop());
        toque::time::sleep(millis(499)).await; // the network is slow: the request is on its way
        idle.send(GET).await;
        let (head, _) = idle.answer().await;
        assert!(head.contains("connection: close\r\n"), "{head}");
        assert_eq!(idle.rest().await, "");
        assert_eq!(end.await.unwrap().stats.requests, 2);
    });
}

#[test]
fn idle_connections_are_closed_when_the_grace_is_over() {
    paused(async {
        let server = start_echo(config()).await;
        let mut idle = server.connect().await;
        idle.send(GET).await;
        idle.answer().await;
        let mut silent = server.connect().await;
        let stop = Instant::now();
        let report = server.stop().await;
        assert_eq!(stop.elapsed(), millis(500));
        assert_eq!((report.drained, report.aborted.len()), (2, 0));
        assert_eq!(idle.rest().await + &silent.rest().await, "");
    });
}

#[test]
fn who_is_stuck_is_cut_off_and_named() {
    paused(async {
        let server = start(config(), |_| std::future::pending()).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        let named = client.stream.local_addr().unwrap().to_string();
        toque::time::sleep(secs(1)).await;
        let report = server.stop().await;
        assert_eq!(client.elapsed(), secs(11));
        assert_eq!(report.aborted, std::slice::from_ref(&named));
        let text = format!("1 connections, 1 requests; 0 drained, 1 aborted ({named})");
        assert_eq!(report.to_string(), text);
        assert_eq!(client.rest().await, "");
    });
}

#[test]
fn half_a_head_does_not_outlast_the_drain() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.send("GET / HT").await;
        toque::time::sleep(secs(1)).await;
        let report = server.stop().await;
        assert_eq!(client.elapsed(), secs(11));
        assert_eq!(report.aborted.len(), 1);
    });
}

#[test]
fn an_abort_in_the_midst_of_a_drain_ends_it_at_once() {
    paused(async {
        let server = start(config(), |_| std::future::pending()).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        toque::time::sleep(secs(1)).await;
        server.handle.shutdown();
        toque::time::sleep(secs(2)).await;
        server.handle.abort();
        let report = server.end.await.unwrap();
        assert_eq!(client.elapsed(), secs(3));
        assert_eq!(report.aborted.len(), 1);
    });
}

#[test]
fn signals_of_the_caller_stop_and_abort_too() {
    paused(async {
        let listener = toque::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let service = toque::http::service_fn(|_| std::future::pending::<Answer>());
        let server = toque::http::serve(listener, service)
            .with_graceful_shutdown(toque::time::sleep(secs(2)))
            .with_abort(toque::time::sleep(secs(3)));
        let start = Instant::now();
        let end = toque::spawn(server.into_future());
        let mut client = TcpStream::connect(addr).await.unwrap();
        futures_lite::AsyncWriteExt::write_all(&mut client, GET.as_bytes())
            .await
            .unwrap();
        assert_eq!(end.await.unwrap().aborted.len(), 1);
        assert_eq!(start.elapsed(), secs(3));
    });
}

#[test]
fn who_had_connected_before_the_stop_is_served() {
    paused(async {
        let server = start_echo(config()).await;
        let mut clients = Vec::new();
        for _ in 0..300 {
            // By std: the server has had no turn to accept them.
            let client = std::net::TcpStream::connect(server.addr).unwrap();
            (&client).write_all(GET.as_bytes()).unwrap();
            clients.push(client);
        }
        let addr = server.addr;
        let report = server.stop().await;
        assert_eq!((report.stats.accepted, report.stats.requests), (300, 300));
        assert_eq!((report.drained, report.aborted.len()), (300, 0));
        for mut client in clients {
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
        assert!(std::net::TcpStream::connect(addr).is_err(), "it is closed");
    });
}

#[test]
fn a_server_that_is_dropped_cuts_everything_off() {
    paused(async {
        let dropped = Rc::new(Cell::new(false));
        let server = start(config(), {
            let dropped = dropped.clone();
            move |_| {
                let guard = Guard(dropped.clone());
                async move {
                    std::future::pending::<()>().await;
                    drop(guard);
                    ok("")
                }
            }
        })
        .await;
        let mut client = server.connect().await;
        client.send(GET).await;
        toque::time::sleep(secs(1)).await;
        assert!(!dropped.get());
        server.end.abort();
        assert_eq!(client.rest().await, "");
        assert!(
            dropped.get(),
            "the request's task does not outlive its server"
        );
        assert_eq!(server.handle.stats().open, 0);
    });
}

struct Guard(Rc<Cell<bool>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// A client on a thread of its own: requests on connections that are kept alive, until the server closes. How many were answered,
/// and how many were sent and not answered.
fn customer(addr: std::net::SocketAddr) -> (u64, u64) {
    let (mut answered, mut lost) = (0, 0);
    'connections: while let Ok(mut stream) = std::net::TcpStream::connect(addr) {
        loop {
            if stream.write_all(GET.as_bytes()).is_err() {
                lost += 1;
                return (answered, lost);
            }
            let Some(head) = answer_of(&mut stream) else {
                lost += 1;
                return (answered, lost);
            };
            answered += 1;
            if head.contains("connection: close") {
                continue 'connections;
            }
        }
    }
    (answered, lost)
}

/// The head of an answer without a body.
fn answer_of(stream: &mut std::net::TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut part = [0; 1024];
        match stream.read(&mut part) {
            Ok(n) if n > 0 => head.extend_from_slice(&part[..n]),
            _ => return None,
        }
    }
    String::from_utf8(head).ok()
}

#[test]
fn a_drain_under_load_loses_no_accepted_request() {
    let runtime = toque::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = start(config(), |_| async {
            toque::time::sleep(millis(1)).await;
            ok("")
        })
        .await;
        let addr = server.addr;
        let customers: Vec<_> = (0..8)
            .map(|_| toque::spawn_blocking(move || customer(addr)))
            .collect();
        while server.handle.stats().requests < 200 {
            toque::time::sleep(millis(1)).await;
        }
        let report = server.stop().await;
        let (mut answered, mut lost) = (0, 0);
        for customer in customers {
            let (a, l) = customer.await.unwrap();
            answered += a;
            lost += l;
        }
        assert_eq!(answered, report.stats.requests);
        // A connection may have been made in the moment between the last look at the listener's queue and its end; it is reset,
        // and was never accepted.
        assert!(lost <= 8, "{lost} lost");
        assert_eq!(report.aborted, [""; 0]);
    });
}
