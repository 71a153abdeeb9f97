//! Copies: all of it, flushed, shut down where one side ends, and never to the harm of others.

mod io_tools;
mod tools;

use std::io::{self, ErrorKind};
use std::time::Duration;

use io_tools::{Bytes, Fail, Wait, buffered, cancelled, kind, run, script, taking};
use tools::{let_others_run, watched};
use toque::io::{
    AsyncReadExt, AsyncWriteExt, BufReader, copy, copy_bidirectional,
    copy_bidirectional_with_sizes, copy_buf, duplex, join, repeat, sink,
};
use toque::net::{TcpListener, TcpStream, UnixStream};
use toque::spawn;
use toque::time::timeout;

#[test]
fn a_copy_is_whole_and_flushed() {
    run(async {
        let mut reader = script(&[Bytes(b"bread"), Wait, Bytes(b" and soup")]);
        let mut writer = taking(4);
        assert_eq!(copy(&mut reader, &mut writer).await.unwrap(), 14);
        assert_eq!(writer.taken, b"bread and soup");
        assert_eq!(reader.ends, 1);

        let mut reader = buffered(&[Bytes(b"bread"), Wait, Bytes(b" and soup")]);
        let mut writer = taking(4);
        assert_eq!(copy_buf(&mut reader, &mut writer).await.unwrap(), 14);
        assert_eq!(writer.taken, b"bread and soup");
    });
}

/// Or what a buffered writer holds would wait for a reader that may wait for an answer to it.
#[test]
fn what_was_copied_is_flushed_while_the_reader_has_nothing() {
    run(async {
        let mut writer = taking(4);
        cancelled(copy(&mut script(&[Bytes(b"bread"), Wait]), &mut writer)).await;
        assert_eq!((&writer.taken[..], writer.flushes), (&b"bread"[..], 1));
        let mut writer = taking(8);
        cancelled(copy_buf(
            &mut buffered(&[Bytes(b"bread"), Wait]),
            &mut writer,
        ))
        .await;
        assert_eq!((&writer.taken[..], writer.flushes), (&b"bread"[..], 1));
    });
}

#[test]
fn a_cancelled_copy_buf_leaves_the_rest_in_the_reader() {
    run(async {
        let (mut near, mut far) = duplex(4);
        let mut reader = BufReader::new(&b"bread and soup"[..]);
        cancelled(copy_buf(&mut reader, &mut near)).await;
        assert_eq!(reader.buffer(), b"d and soup");
        far.read_exact(&mut [0; 4]).await.unwrap();
    });
}

#[test]
fn the_first_error_ends_a_copy() {
    run(async {
        let mut reader = script(&[Bytes(b"bread"), Fail(ErrorKind::TimedOut)]);
        assert_eq!(
            kind(copy(&mut reader, &mut sink()).await),
            ErrorKind::TimedOut
        );
        let full = copy(&mut &b"bread"[..], &mut taking(0)).await;
        assert_eq!(kind(full), ErrorKind::WriteZero);
        let full = copy_buf(&mut &b"bread"[..], &mut taking(0)).await;
        assert_eq!(kind(full), ErrorKind::WriteZero);
    });
}

const MOMENT: Duration = Duration::from_millis(5);

#[test]
fn a_copy_that_never_ends_gives_way_to_a_timeout() {
    watched(|| {
        run(async {
            let result = timeout(MOMENT, copy(&mut repeat(1), &mut sink())).await;
            assert!(result.is_err());
            let mut reader = BufReader::new(repeat(1));
            assert!(
                timeout(MOMENT, copy_buf(&mut reader, &mut sink()))
                    .await
                    .is_err()
            );
            let mut endless = join(repeat(1), sink());
            let mut other = join(repeat(2), sink());
            let both = copy_bidirectional(&mut endless, &mut other);
            assert!(timeout(MOMENT, both).await.is_err());
        })
    });
}

#[test]
fn a_direction_that_never_waits_leaves_the_other_its_turn() {
    watched(|| {
        run(async {
            let mut endless = join(repeat(1), taking(4));
            let mut other = join(&b"bread"[..], sink());
            let both = copy_bidirectional(&mut endless, &mut other);
            assert!(timeout(MOMENT, both).await.is_err());
            assert_eq!(endless.writer().taken, b"bread");
            let mut endless = join(repeat(1), taking(4));
            let mut other = join(&b"bread"[..], sink());
            let both = copy_bidirectional(&mut other, &mut endless);
            assert!(timeout(MOMENT, both).await.is_err());
            assert_eq!(endless.writer().taken, b"bread");
        })
    });
}

/// Two connected TCP streams.
async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (client, server)
}

#[test]
fn a_proxy_passes_on_each_end_by_itself() {
    run(async {
        let (mut client, mut near) = connection().await;
        let (mut far, mut server) = connection().await;
        let proxy = spawn(async move { copy_bidirectional(&mut near, &mut far).await });

        client.write_all(b"hungry").await.unwrap();
        client.shutdown().await.unwrap();
        let mut order = String::new();
        server.read_to_string(&mut order).await.unwrap();
        assert_eq!(order, "hungry");

        // The other direction is open still.
        server.write_all(b"a sandwich").await.unwrap();
        let mut lunch = [0; 10];
        client.read_exact(&mut lunch).await.unwrap();
        assert_eq!(&lunch, b"a sandwich");
        assert!(!proxy.is_finished());
        server.shutdown().await.unwrap();
        assert_eq!(client.read(&mut lunch).await.unwrap(), 0);
        assert_eq!(proxy.await.unwrap().unwrap(), (6, 10));
    });
}

#[test]
fn an_error_of_one_stream_ends_both_directions() {
    run(async {
        let (near, _client) = UnixStream::pair().unwrap();
        let (mut near, mut far) = (near, join(script(&[Fail(ErrorKind::TimedOut)]), sink()));
        let result = copy_bidirectional(&mut near, &mut far).await;
        assert_eq!(kind(result), ErrorKind::TimedOut);
    });
}

#[test]
fn a_proxy_with_small_buffers_reads_no_more_than_they_hold() {
    run(async {
        let mut a = join(script(&[Bytes(b"bread and soup")]), taking(9));
        let mut b = join(script(&[Bytes(b"a sandwich")]), taking(9));
        let copied = copy_bidirectional_with_sizes(&mut a, &mut b, 3, 5).await;
        assert_eq!(copied.unwrap(), (14, 10));
        assert_eq!((a.reader().longest, b.reader().longest), (3, 5));
        assert_eq!((a.writer().closes, b.writer().closes), (1, 1));
    });
}

#[test]
#[should_panic(expected = "a buffer of no bytes")]
fn a_proxy_without_a_buffer_is_refused() {
    run(async {
        let mut a = join(&b""[..], sink());
        let mut b = join(&b""[..], sink());
        let _: io::Result<_> = copy_bidirectional_with_sizes(&mut a, &mut b, 8, 0).await;
    });
}

#[test]
fn a_copy_waits_for_a_writer_that_is_full() {
    run(async {
        let (mut near, mut far) = duplex(3);
        let copying = spawn(async move { copy(&mut &b"bread"[..], &mut near).await });
        let_others_run().await;
        assert!(!copying.is_finished());
        let mut all = Vec::new();
        far.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"bread");
        assert_eq!(copying.await.unwrap().unwrap(), 5);
    });
}
