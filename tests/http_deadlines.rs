//! Deadlines of `http::serve`, each on a clock that stands still: clients that are silent, slow, idle, or do not read.

mod http_tools;

use http_tools::*;
use toque::http::ServerConfig;

fn config() -> ServerConfig {
    ServerConfig::new()
}

#[test]
fn a_client_that_sends_nothing_is_left_after_the_first_byte_deadline() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        assert_eq!(client.rest().await, "");
        assert_eq!(client.elapsed(), secs(10));
        assert_eq!(server.handle.stats().timeouts.first_byte, 1);
    });
}

#[test]
fn half_a_head_and_silence_is_answered_with_408() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.send("GET / HTTP/1.1\r\nhost: to").await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        assert_eq!(client.elapsed(), secs(30));
        assert_eq!(server.handle.stats().timeouts.headers, 1);
    });
}

#[test]
fn a_byte_a_second_in_the_request_line_is_answered_with_408() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.drip(&[b'G'; 40]).await;
        assert!(client.rest().await.starts_with("HTTP/1.1 408 "));
        assert_eq!(server.handle.stats().timeouts.headers, 1);
    });
}

#[test]
fn a_byte_a_second_in_a_header_is_answered_with_408() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.send("GET / HTTP/1.1\r\nhost: ").await;
        client.drip(&[b'a'; 29]).await;
        assert!(client.rest().await.starts_with("HTTP/1.1 408 "));
        assert_eq!(
            client.elapsed(),
            secs(30),
            "from the first byte, not from the last"
        );
    });
}

#[test]
fn an_idle_connection_is_kept_for_the_next_request_and_no_longer() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        client.answer().await;
        toque::time::sleep(secs(64)).await;
        client.send(GET).await;
        client.answer().await;
        assert_eq!(client.rest().await, "");
        assert_eq!(client.elapsed(), secs(64 + 65));
        assert_eq!(server.handle.stats().timeouts.keep_alive, 1);
        assert_eq!(server.handle.stats().requests, 2);
    });
}

#[test]
fn the_head_of_a_later_request_has_the_deadline_of_the_first() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        client.answer().await;
        toque::time::sleep(secs(20)).await; // the timer is set to the end of keep-alive by now
        client.send("GET / HT").await;
        assert!(client.rest().await.starts_with("HTTP/1.1 408 "));
        assert_eq!(client.elapsed(), secs(20 + 30));
    });
}

#[test]
fn a_body_that_stops_is_an_error_for_the_handler_which_may_answer() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client
            .send("POST / HTTP/1.1\r\nhost: toque\r\ncontent-length: 9\r\n\r\nsoup")
            .await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        assert_eq!(client.elapsed(), secs(30));
        assert_eq!(server.handle.stats().timeouts.body_idle, 1);
    });
}

#[test]
fn a_body_that_moves_has_until_the_deadline_of_the_whole_request() {
    paused(async {
        let server = start_echo(config()).await;
        let mut client = server.connect().await;
        client
            .send("POST / HTTP/1.1\r\nhost: toque\r\ncontent-length: 1000\r\n\r\n")
            .await;
        client.drip(&[b'a'; 299]).await;
        assert!(client.rest().await.starts_with("HTTP/1.1 408 "));
        assert_eq!(client.elapsed(), secs(300));
        assert_eq!(server.handle.stats().timeouts.request, 1);
        assert_eq!(server.handle.stats().timeouts.body_idle, 0);
    });
}

#[test]
fn a_handler_at_work_has_no_deadline() {
    paused(async {
        let server = start(config(), |_| async {
            toque::time::sleep(secs(3600)).await;
            ok("soup")
        })
        .await;
        let mut client = server.connect().await;
        client.send(GET).await;
        assert_eq!(client.answer().await.1, "soup");
        assert_eq!(client.elapsed(), secs(3600));
    });
}

#[test]
fn a_client_that_never_reads_a_large_answer_is_left() {
    paused(async {
        let server = start(config(), |_| async { ok(vec![b'a'; 64 << 20]) }).await;
        let mut client = server.connect().await;
        client.send(GET).await;
        toque::time::sleep(secs(29)).await;
        assert_eq!(server.handle.stats().open, 1);
        toque::time::sleep(secs(2)).await;
        assert_eq!(server.handle.stats().open, 0);
        assert_eq!(server.handle.stats().timeouts.write_idle, 1);
        assert!(client.rest().await.len() < 64 << 20);
    });
}

#[test]
fn without_limits_a_client_may_take_for_ever() {
    paused(async {
        let config = config().first_byte(None).headers(None).request(None);
        let server = start_echo(config).await;
        let mut client = server.connect().await;
        toque::time::sleep(secs(100_000)).await;
        client.send("GET / HTTP/1.1\r\n").await;
        toque::time::sleep(secs(100_000)).await;
        client.send("host: toque\r\n\r\n").await;
        assert!(client.head().await.starts_with("HTTP/1.1 200 "));
    });
}
