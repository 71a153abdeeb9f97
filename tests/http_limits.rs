//! What `http::serve` does at its limits and off the beaten track: too many connections, requests or headers, pipelining,
//! old clients, upgrades, panics.

mod http_tools;

use std::cell::Cell;
use std::io::{Read, Write};
use std::rc::Rc;

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use http_body_util::Full;
use http_tools::*;
use hyper::{Response, StatusCode};
use toque::compat::hyper::Io;
use toque::http::{ConnectInfo, ServerConfig, serve, service_fn, with_handshake};
use toque::net::{TcpListener, TcpStream, UnixListener, UnixStream};

fn config() -> ServerConfig {
    ServerConfig::new()
}

#[test]
fn connections_beyond_the_limit_wait_until_one_has_ended() {
    paused(async {
        let server = start_echo(config().max_connections(2)).await;
        let one = server.connect().await;
        let mut two = server.connect().await;
        let mut three = server.connect().await;
        two.send(GET).await;
        two.answer().await;
        three.send(GET).await;
        toque::time::sleep(secs(5)).await;
        assert_eq!(server.handle.stats().open, 2);
        assert_eq!(server.handle.stats().requests, 1);
        drop(one);
        assert!(three.head().await.starts_with("HTTP/1.1 200 "));
        assert_eq!(three.elapsed(), secs(5));
        assert_eq!(server.handle.stats().accepted, 3);
    });
}

#[test]
fn the_last_request_a_connection_may_bring_says_close() {
    paused(async {
        let server = start_echo(config().max_requests_per_connection(3)).await;
        let mut client = server.connect().await;
        for _ in 0..2 {
            client.send(GET).await;
            assert!(!client.head().await.contains("connection: close"));
        }
        client.send(GET).await;
        assert!(client.head().await.contains("connection: close\r\n"));
        assert_eq!(client.rest().await, "");
    });
}

#[test]
fn a_thousand_pipelined_requests_are_answered_in_order() {
    paused(async {
        let count = Cell::new(0);
        let server = start(config(), move |_| {
            count.set(count.get() + 1);
            let body = format!("{:04}", count.get());
            async move { ok(body) }
        })
        .await;
        let mut client = server.connect().await;
        client.send(GET.repeat(1000)).await;
        for n in 1..=1000 {
            assert_eq!(client.answer().await.1, format!("{n:04}"));
        }
        assert_eq!(client.elapsed(), secs(0));
        assert_eq!(server.handle.stats().requests, 1000);
    });
}

#[test]
fn the_deadline_of_a_request_begins_with_it_and_not_with_one_before() {
    paused(async {
        let server = start_echo(config().request(secs(10)).body_idle(None)).await;
        let mut client = server.connect().await;
        let post = "POST / HTTP/1.1\r\nhost: toque\r\ncontent-length: 4\r\n\r\n";
        for _ in 0..3 {
            client.send(post).await;
            toque::time::sleep(secs(9)).await;
            client.send("soup").await;
            assert_eq!(client.answer().await.1, "soup");
        }
        client.send(post).await;
        assert!(client.rest().await.starts_with("HTTP/1.1 408 "));
        assert_eq!(client.elapsed(), secs(3 * 9 + 10));
    });
}

#[test]
fn too_many_headers_and_too_long_ones_are_answered_with_431() {
    paused(async {
        let server = start_echo(config()).await;
        let many = format!(
            "GET / HTTP/1.1\r\nhost: toque\r\n{}\r\n",
            "a: b\r\n".repeat(101)
        );
        let long = format!(
            "GET / HTTP/1.1\r\nhost: toque\r\na: {}\r\n\r\n",
            "b".repeat(70 << 10)
        );
        for head in [many, long] {
            let mut client = server.connect().await;
            client.send(head).await;
            let answer = client.rest().await;
            assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        }
    });
}

#[test]
fn a_client_in_the_midst_of_its_body_still_gets_the_answer_that_refuses_it() {
    toque::Runtime::new().unwrap().block_on(async {
        let server = start(config(), |_| async {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            Ok(response)
        })
        .await;
        let addr = server.addr;
        let answer = toque::spawn_blocking(move || {
            let mut client = std::net::TcpStream::connect(addr).unwrap();
            let head = "POST / HTTP/1.1\r\nhost: toque\r\ncontent-length: 100000000\r\n\r\n";
            client.write_all(head.as_bytes()).unwrap();
            for _ in 0..100 {
                client.write_all(&[b'a'; 10_000]).unwrap();
            }
            client.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).map(|_| answer)
        });
        let answer = answer.await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    });
}

#[test]
fn who_is_refused_and_goes_on_sending_is_left_after_a_second() {
    paused(async {
        let server = start(config(), |_| async { ok("") }).await;
        let mut client = server.connect().await;
        client
            .send("POST / HTTP/1.1\r\nhost: toque\r\ncontent-length: 1000\r\n\r\n")
            .await;
        assert!(client.head().await.starts_with("HTTP/1.1 200 "));
        toque::time::sleep(millis(999)).await;
        assert_eq!(server.handle.stats().open, 1);
        toque::time::sleep(millis(2)).await;
        assert_eq!(server.handle.stats().open, 0);
    });
}

#[test]
fn a_client_is_told_to_go_on_with_its_body() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client
            .send("POST / HTTP/1.1\r\nhost: toque\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
            .await;
        assert!(client.head().await.starts_with("HTTP/1.1 100 "));
        client.send("soup").await;
        assert_eq!(client.answer().await.1, "soup");
    });
}

#[test]
fn clients_of_http_1_0_are_answered_and_closed_unless_they_ask() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client
            .send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            .await;
        assert!(client.head().await.starts_with("HTTP/1.0 200 "));
        client.send("GET / HTTP/1.0\r\n\r\n").await;
        assert!(client.rest().await.starts_with("HTTP/1.0 200 "));
        assert_eq!(client.elapsed(), secs(0));
    });
}

#[test]
fn a_client_that_shuts_down_its_half_is_answered() {
    paused(async {
        let server = start(config(), |_| async {
            toque::time::sleep(secs(3)).await;
            ok("soup")
        })
        .await;
        let mut client = server.connect().await;
        client.send(GET).await;
        client.stream.close().await.unwrap();
        assert!(client.rest().await.ends_with("soup"));
        assert_eq!(client.elapsed(), secs(3));
    });
}

#[test]
fn an_upgraded_connection_is_the_handlers_and_has_no_deadline_to_read() {
    paused(async {
        let server = start(config(), |mut request| async move {
            toque::spawn(async move {
                let upgraded = hyper::upgrade::on(&mut request).await.unwrap();
                let mut stream = Io::new(upgraded);
                let mut order = [0; 4];
                stream.read_exact(&mut order).await.unwrap();
                stream.write_all(&order).await.unwrap();
            });
            let response = Response::builder().status(101).header("upgrade", "soup");
            Ok(response
                .header("connection", "upgrade")
                .body(Full::default())
                .unwrap())
        })
        .await;
        let mut client = server.connect().await;
        client
            .send("GET / HTTP/1.1\r\nhost: toque\r\nconnection: upgrade\r\nupgrade: soup\r\n\r\n")
            .await;
        assert!(client.head().await.starts_with("HTTP/1.1 101 "));
        toque::time::sleep(secs(1000)).await;
        client.send("\n\n\n\n").await; // no head, so nothing is refused in it
        assert_eq!(client.rest().await, "\n\n\n\n");
    });
}

/// A GET that asks for another protocol.
const WISH: &str = "GET / HTTP/1.1\r\nhost: toque\r\nconnection: upgrade\r\nupgrade: soup\r\n\r\n";
/// A POST of which two readers may disagree where it ends.
const SMUGGLER: &str = "POST / HTTP/1.1\r\nhost: toque\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nG";

#[test]
fn a_wish_for_another_protocol_lets_no_spoiled_head_through() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.send(WISH).await;
        assert!(client.head().await.starts_with("HTTP/1.1 200 "));
        client.send(GET).await; // it was not granted, so the connection is as any other
        assert!(client.head().await.starts_with("HTTP/1.1 200 "));
        client.send(WISH).await;
        client.head().await;
        client.send(SMUGGLER).await;
        assert!(client.rest().await.starts_with("HTTP/1.1 400 "));
    });
}

#[test]
fn what_comes_before_a_wish_for_another_protocol_is_refused_is_not_served() {
    paused(async {
        let server = start_echo(config()).await;
        for early in [SMUGGLER, GET] {
            let mut client = server.connect().await;
            client.send([WISH, early].concat()).await;
            let answers = client.rest().await;
            assert!(answers.contains("connection: close\r\n"));
            assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");

            let mut client = server.connect().await;
            client.send([GET, GET, WISH, early].concat()).await;
            let answers = client.rest().await;
            assert_eq!(answers.matches("HTTP/1.1 ").count(), 3, "{answers}");

            let mut client = server.connect().await;
            let body = "connection: upgrade\r\ncontent-length: 4";
            client
                .send([GET, &WISH.replace("connection: upgrade", body)].concat())
                .await;
            toque::time::sleep(secs(1)).await; // it waits for its body
            client.send(["soup", early].concat()).await;
            let answers = client.rest().await;
            assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2, "{answers}");
            assert!(answers.ends_with("soup"), "{answers}");
        }
    });
}

#[test]
fn a_chunks_size_that_is_far_too_long_breaks_the_body_and_no_request_is_served_behind_it() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        let size = format!("{}4", "0".repeat(20_000));
        let post = "POST / HTTP/1.1\r\nhost: toque\r\ntransfer-encoding: chunked\r\n\r\n";
        client
            .send(format!("{post}{size}\r\nsoup\r\n0\r\n\r\n{GET}"))
            .await;
        let answers = client.rest().await;
        assert!(answers.starts_with("HTTP/1.1 408 "), "{answers}"); // as the echo has it
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    });
}

#[test]
fn a_panic_of_the_service_ends_its_connection_and_no_other() {
    paused(async {
        let server = start(config(), |request| async move {
            assert_eq!(request.uri().path(), "/", "the kitchen burns");
            ok("soup")
        })
        .await;
        let mut one = server.connect().await;
        let mut two = server.connect().await;
        one.send("GET /fire HTTP/1.1\r\nhost: toque\r\n\r\n").await;
        assert_eq!(one.rest().await, "");
        two.send(GET).await;
        assert_eq!(two.answer().await.1, "soup");
        let stats = server.handle.stats();
        assert_eq!((stats.panics, stats.open), (1, 1));
    });
}

#[test]
fn a_request_knows_who_has_sent_it() {
    paused(async {
        let server = start(config(), |request| async move {
            let ConnectInfo(addr) = request.extensions().get().unwrap();
            let addr: &std::net::SocketAddr = addr;
            ok(addr.to_string())
        })
        .await;
        let mut client = server.connect().await;
        client.send(GET).await;
        let ours = client.stream.local_addr().unwrap();
        assert_eq!(client.answer().await.1, ours.to_string());
    });
}

#[test]
fn a_unix_listener_is_served_too() {
    paused(async {
        let name = format!("toque-http-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let listener = UnixListener::bind(&path).unwrap();
        let _server = toque::spawn(serve(listener, service_fn(echo)).into_future());
        let mut client = UnixStream::connect(&path).await.unwrap();
        let _ = std::fs::remove_file(&path);
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: toque\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    });
}

#[test]
fn a_handshake_that_is_stuck_is_in_nobodys_way_and_has_the_first_deadline() {
    paused(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        // A password in place of TLS.
        let listener = with_handshake(listener, |mut stream: TcpStream| async move {
            let mut password = [0; 6];
            stream.read_exact(&mut password).await?;
            Ok(stream)
        });
        let server = serve(listener, service_fn(echo));
        let handle = server.handle();
        let end = toque::spawn(server.into_future());
        let server = Server { addr, handle, end };

        let mut stuck = server.connect().await;
        stuck.send("ses").await;
        let mut client = server.connect().await;
        client.send("sesame").await;
        client.send(GET).await;
        client.answer().await;
        assert_eq!(client.elapsed(), secs(0));
        assert_eq!(stuck.rest().await, "");
        assert_eq!(stuck.elapsed(), secs(10));
        assert_eq!(server.handle.stats().timeouts.first_byte, 1);
    });
}

#[test]
fn clients_of_every_kind_leave_no_task_behind() {
    paused(async {
        let dropped = Rc::new(());
        let held = dropped.clone();
        let server = start(config(), move |request| {
            let held = held.clone();
            async move {
                let answer = echo(request).await;
                drop(held);
                answer
            }
        })
        .await;
        let before = Rc::strong_count(&dropped);
        for bytes in [
            "",
            "G",
            GET,
            "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nsoup",
            "\0\r\n\r\n",
        ] {
            let mut client = server.connect().await;
            client.send(bytes).await;
            client.rest().await;
        }
        toque::time::sleep(secs(1)).await; // those that were refused are lingered for
        assert_eq!(server.handle.stats().open, 0);
        assert_eq!(Rc::strong_count(&dropped), before);
    });
}

#[test]
fn in_real_time_small_deadlines_hold_too() {
    toque::Runtime::new().unwrap().block_on(async {
        let limits = config()
            .first_byte(millis(30))
            .headers(millis(30))
            .keep_alive(millis(30))
            .body_idle(millis(30));
        let server = start_echo(limits).await;
        let mut clients = Vec::new();
        for bytes in [
            "",
            "GET /",
            GET,
            "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nsoup",
        ] {
            let mut client = server.connect().await;
            let _ = client.stream.write_all(bytes.as_bytes()).await; // a slow machine may be too late already
            clients.push(client);
        }
        for client in &mut clients {
            client.rest().await; // it ends
            assert!(client.elapsed() >= millis(30));
        }
        // Which of them each ran into is the paused clock's to say: here it is the machine's.
        let timeouts = server.handle.stats().timeouts;
        let counts = [
            timeouts.first_byte,
            timeouts.headers,
            timeouts.keep_alive,
            timeouts.body_idle,
        ];
        assert_eq!(counts.iter().sum::<u64>(), 4, "{counts:?}");
    });
}
