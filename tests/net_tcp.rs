//! TCP over real sockets, through the public API.

mod tools;

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_lite::future::{try_zip, zip};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::task::yield_now;
use toque::{Runtime, spawn};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a test's future on each kind of reactor. One that hangs fails instead.
fn run<F: Future<Output = Result>>(test: impl Fn() -> F) {
    let limit = Duration::from_secs(120); // a sanitizer on a busy machine is slow
    tools::on_every_reactor(|runtime| {
        let result = runtime.block_on(async { toque::time::timeout(limit, test()).await });
        result.expect("the test hangs").unwrap();
    });
}

/// Two ends of one connection.
async fn pair() -> Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = TcpStream::connect(listener.local_addr()?).await?;
    let (server, peer) = listener.accept().await?;
    assert_eq!(peer, client.local_addr()?);
    Ok((client, server))
}

/// The same, with std's blocking stream at the far end.
async fn pair_with_std() -> Result<(TcpStream, std::net::TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let far = std::net::TcpStream::connect(listener.local_addr()?)?;
    let (near, _) = listener.accept().await?;
    Ok((near, far))
}

/// An address where nobody listens, or did a moment ago.
fn closed_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Lets every other task run until it waits.
async fn let_others_run() {
    for _ in 0..8 {
        yield_now().await;
    }
}

/// Bytes that tell where they are from, so that a lost or doubled one shows.
fn pattern(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// Compiles only if the futures can go to another thread, as `Handle::spawn` wants it. Never called.
fn futures_can_be_sent(listener: &TcpListener, stream: &TcpStream) {
    fn check<T: Send>(_: T) {}
    check(TcpListener::bind("localhost:0"));
    check(TcpStream::connect("localhost:0"));
    check(listener.accept());
    check(stream.readable());
    check(stream.peek(&mut []));
}

fn serve_echo(listener: TcpListener) {
    spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            spawn(async move { futures_lite::io::copy(&stream, &stream).await });
        }
    });
}

#[test]
fn handles_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<TcpListener>();
    check::<TcpStream>();
    check::<toque::net::OwnedReadHalf>();
    check::<toque::net::OwnedWriteHalf>();
    check::<toque::net::ReadHalf<'_>>();
    check::<toque::net::WriteHalf<'_>>();
    let _: fn(&TcpListener, &TcpStream) = futures_can_be_sent;
}

#[cfg(unix)]
#[test]
fn any_descriptor_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<toque::io::Async<std::os::unix::net::UnixStream>>();
}

#[test]
fn an_echo_of_many_sizes_comes_back_whole() {
    run(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        serve_echo(listener);
        for size in [0, 1, 2, 4095, 4096, 4097, 8192, 65_536, 65_537, 1 << 20] {
            let stream = TcpStream::connect(addr).await?;
            let sent = pattern(size, 7);
            let mut received = Vec::new();
            let (mut reader, mut writer) = (&stream, &stream);
            let write = async {
                writer.write_all(&sent).await?;
                writer.close().await
            };
            try_zip(write, reader.read_to_end(&mut received)).await?;
            assert!(received == sent, "{size} bytes");
        }
        Ok(())
    });
}

#[test]
fn fifty_clients_are_served_at_once() {
    run(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        serve_echo(listener);
        let clients: Vec<_> = (0..50u8)
            .map(|number| {
                spawn(async move {
                    let mut stream = TcpStream::connect(addr).await.unwrap();
                    for round in 0..20 {
                        let message = [number, round, number, round];
                        stream.write_all(&message).await.unwrap();
                        let mut answer = [0; 4];
                        stream.read_exact(&mut answer).await.unwrap();
                        assert_eq!(answer, message);
                    }
                })
            })
            .collect();
        for client in clients {
            client.await?;
        }
        Ok(())
    });
}

/// Puts the data and the end of the stream into one segment.
fn send_with_fin(far: &mut std::net::TcpStream, data: &[u8]) -> Result {
    hold_back(far)?;
    far.write_all(data)?;
    far.shutdown(Shutdown::Write)?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn hold_back(far: &std::net::TcpStream) -> Result {
    Ok(rustix::net::sockopt::set_tcp_cork(far, true)?)
}

#[cfg(not(target_os = "linux"))]
fn hold_back(_: &std::net::TcpStream) -> Result {
    Ok(())
}

#[test]
fn data_and_end_in_one_segment_are_both_seen_by_a_reader_that_comes_later() {
    run(|| async {
        let (mut near, mut far) = pair_with_std().await?;
        send_with_fin(&mut far, b"soup")?;
        let mut buf = [0; 64];
        assert_eq!(near.read(&mut buf).await?, 4); // short: taken for drained
        assert_eq!(near.read(&mut buf).await?, 0);
        assert_eq!(near.read(&mut buf).await?, 0);
        Ok(())
    });
}

#[test]
fn data_and_end_in_one_segment_are_both_seen_by_a_reader_that_waits() {
    run(|| async {
        let (mut near, mut far) = pair_with_std().await?;
        let reader = spawn(async move {
            let mut buf = [0; 64];
            let first = near.read(&mut buf).await.unwrap();
            (first, near.read(&mut buf).await.unwrap())
        });
        let_others_run().await;
        send_with_fin(&mut far, b"soup")?;
        assert_eq!(reader.await?, (4, 0));
        Ok(())
    });
}

#[test]
fn the_end_after_a_short_read_is_seen() {
    run(|| async {
        let (mut near, mut far) = pair_with_std().await?;
        far.write_all(b"soup")?;
        let mut buf = [0; 64];
        assert_eq!(near.read(&mut buf).await?, 4);
        let reader = spawn(async move { near.read(&mut [0; 64]).await });
        let_others_run().await;
        far.shutdown(Shutdown::Write)?;
        assert_eq!(reader.await??, 0);
        Ok(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn data_behind_an_urgent_byte_is_not_forgotten() {
    run(|| async {
        // A read stops before the urgent byte, so it is short although more is there.
        let (mut near, mut far) = pair_with_std().await?;
        far.write_all(b"abc")?;
        rustix::net::send(&far, b"!", rustix::net::SendFlags::OOB)?;
        far.write_all(b"def")?;
        let mut all = Vec::new();
        let mut buf = [0; 64];
        while all.len() < 6 {
            let n = near.read(&mut buf).await?;
            assert_ne!(n, 0);
            all.extend_from_slice(&buf[..n]);
        }
        assert_eq!(all, b"abcdef");
        Ok(())
    });
}

#[test]
fn after_half_a_close_the_answer_still_comes() {
    run(|| async {
        let (mut client, mut server) = pair().await?;
        let served = spawn(async move {
            let mut order = String::new();
            server.read_to_string(&mut order).await.unwrap();
            server.write_all(order.to_uppercase().as_bytes()).await
        });
        client.write_all(b"soup").await?;
        client.close().await?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await?;
        assert_eq!(answer, "SOUP");
        served.await??;
        Ok(())
    });
}

#[test]
fn connecting_to_a_closed_port_is_refused() {
    run(|| async {
        let error = TcpStream::connect(closed_address()?).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        Ok(())
    });
}

#[test]
fn connecting_to_no_address_is_invalid() {
    run(|| async {
        let nowhere: &[SocketAddr] = &[];
        let error = TcpStream::connect(nowhere).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = TcpListener::bind(nowhere).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        Ok(())
    });
}

#[test]
fn every_address_is_tried_until_one_answers() {
    run(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addrs = [closed_address()?, listener.local_addr()?];
        let client = TcpStream::connect(&addrs[..]).await?;
        assert_eq!(client.peer_addr()?, addrs[1]);
        Ok(())
    });
}

#[test]
fn a_name_is_looked_up() {
    run(|| async {
        // Listens on IPv4 only: where the name has an IPv6 address as well, that one refuses.
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        TcpStream::connect(format!("localhost:{port}")).await?;
        TcpStream::connect(("localhost", port)).await?;
        Ok(())
    });
}

#[test]
fn an_address_in_use_is_reported() {
    run(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let error = TcpListener::bind(listener.local_addr()?).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        Ok(())
    });
}

#[test]
fn peeking_leaves_the_bytes_to_the_reader() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        let near = Arc::new(near);
        let peeker = spawn({
            let near = near.clone();
            async move {
                let mut buf = [0; 64];
                let n = near.peek(&mut buf).await.unwrap();
                buf[..n].to_vec()
            }
        });
        let_others_run().await;
        far.write_all(b"soup")?;
        assert_eq!(peeker.await?, b"soup");
        let mut buf = [0; 64];
        let n = poll_fn(|cx| near.poll_peek(cx, &mut buf)).await?;
        assert_eq!(&buf[..n], b"soup");
        let n = (&*near).read(&mut buf).await?;
        assert_eq!(&buf[..n], b"soup");
        Ok(())
    });
}

#[test]
fn more_slices_than_one_call_takes_arrive_in_order() {
    run(|| async {
        let (client, server) = pair().await?;
        let sent = pattern(5000, 1);
        let mut received = vec![0; 5000];
        let write = async {
            let mut done = 0;
            while done < sent.len() {
                let slices: Vec<_> = sent[done..].chunks(1).map(IoSlice::new).collect();
                done += (&client).write_vectored(&slices).await?;
            }
            std::io::Result::Ok(())
        };
        let read = async {
            let mut done = 0;
            while done < received.len() {
                let mut slices: Vec<_> = received[done..]
                    .chunks_mut(1)
                    .map(IoSliceMut::new)
                    .collect();
                done += (&server).read_vectored(&mut slices).await?;
            }
            std::io::Result::Ok(())
        };
        try_zip(write, read).await?;
        assert_eq!(received, sent);
        Ok(())
    });
}

#[test]
fn trying_says_would_block_when_there_is_nothing_and_readable_when_there_is() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        let near = Arc::new(near);
        let error = near.try_read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        let reader = spawn({
            let near = near.clone();
            async move {
                loop {
                    near.readable().await.unwrap();
                    let mut buf = [0; 8];
                    match near.try_read(&mut buf) {
                        Ok(n) => return buf[..n].to_vec(),
                        Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
                    }
                }
            }
        });
        let_others_run().await;
        far.write_all(b"soup")?;
        assert_eq!(reader.await?, b"soup");

        near.writable().await?;
        assert_eq!(near.try_write(b"bread")?, 5);
        let salad = [IoSlice::new(b"sal"), IoSlice::new(b"ad")];
        assert_eq!(near.try_write_vectored(&salad)?, 5);
        let mut got = [0; 10];
        far.read_exact(&mut got)?;
        assert_eq!(&got, b"breadsalad");
        Ok(())
    });
}

#[test]
fn a_full_socket_says_would_block_and_becomes_writable_when_the_peer_reads() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        let chunk = [7; 64 * 1024];
        let mut sent = 0;
        near.writable().await?;
        loop {
            match near.try_write(&chunk) {
                Ok(n) => sent += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        let near = Arc::new(near);
        let writable = spawn({
            let near = near.clone();
            async move { near.writable().await }
        });
        let_others_run().await;
        assert!(!writable.is_finished());
        far.read_exact(&mut vec![0; sent])?;
        writable.await??;
        Ok(())
    });
}

#[test]
fn borrowed_halves_read_and_write_at_once() {
    run(|| async {
        let (mut client, server) = pair().await?;
        spawn(async move { futures_lite::io::copy(&server, &server).await });
        let sent = pattern(1 << 20, 3);
        let mut received = vec![0; sent.len()];
        let (mut reader, mut writer) = client.split();
        try_zip(writer.write_all(&sent), reader.read_exact(&mut received)).await?;
        assert!(received == sent);
        Ok(())
    });
}

#[test]
fn dropping_the_owned_write_half_shuts_down_writing() {
    run(|| async {
        let (client, mut server) = pair().await?;
        let (mut reader, mut writer) = client.into_split();
        spawn(async move { writer.write_all(b"soup").await });
        let mut order = String::new();
        server.read_to_string(&mut order).await?;
        assert_eq!(order, "soup");
        server.write_all(b"bread").await?;
        drop(server);
        let mut answer = String::new();
        reader.read_to_string(&mut answer).await?;
        assert_eq!(answer, "bread");
        Ok(())
    });
}

#[test]
fn a_forgotten_write_half_leaves_the_connection_open() {
    run(|| async {
        let (client, server) = pair().await?;
        let (reader, writer) = client.into_split();
        writer.forget();
        let_others_run().await;
        let error = server.try_read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        drop(reader);
        assert_eq!((&server).read(&mut [0; 8]).await?, 0);
        Ok(())
    });
}

#[test]
fn halves_of_one_stream_reunite_and_of_two_do_not() {
    run(|| async {
        let (one, mut peer) = pair().await?;
        let (two, _peer) = pair().await?;
        let addr = one.local_addr()?;
        let (one_reader, one_writer) = one.into_split();
        let (two_reader, two_writer) = two.into_split();

        let error = one_reader.reunite(two_writer).unwrap_err();
        assert!(!error.to_string().is_empty());
        let mut one = error.0.reunite(one_writer)?;
        assert_eq!(one.local_addr()?, addr);
        one.write_all(b"soup").await?; // the write half was not shut down
        peer.read_exact(&mut [0; 4]).await?;
        error.1.reunite(two_reader)?;
        Ok(())
    });
}

#[test]
fn two_tasks_that_read_one_stream_are_both_woken() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        let near = Arc::new(near);
        let reader = || {
            let near = near.clone();
            spawn(async move {
                let mut byte = [0];
                (&*near).read_exact(&mut byte).await.unwrap();
                byte[0]
            })
        };
        let (one, two) = (reader(), reader());
        let_others_run().await;
        far.write_all(b"ab")?;
        let (one, two) = zip(one, two).await;
        let mut got = [one?, two?];
        got.sort_unstable();
        assert_eq!(&got, b"ab");
        Ok(())
    });
}

#[test]
fn two_tasks_that_accept_from_one_listener_are_both_woken() {
    run(|| async {
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await?);
        let acceptor = || {
            let listener = listener.clone();
            spawn(async move { listener.accept().await.unwrap().1 })
        };
        let (one, two) = (acceptor(), acceptor());
        let_others_run().await;
        let first = std::net::TcpStream::connect(listener.local_addr()?)?;
        let second = std::net::TcpStream::connect(listener.local_addr()?)?;
        let (one, two) = zip(one, two).await;
        let mut got = [one?, two?];
        let mut expected = [first.local_addr()?, second.local_addr()?];
        got.sort_unstable();
        expected.sort_unstable();
        assert_eq!(got, expected);
        Ok(())
    });
}

#[test]
fn a_cancelled_accept_loses_no_connection() {
    run(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        {
            let mut accept = pin!(listener.accept());
            let pending = poll_fn(|cx| Poll::Ready(accept.as_mut().poll(cx).is_pending())).await;
            assert!(pending);
        }
        let client = std::net::TcpStream::connect(listener.local_addr()?)?;
        let (_, peer) = poll_fn(|cx| listener.poll_accept(cx)).await?;
        assert_eq!(peer, client.local_addr()?);
        Ok(())
    });
}

/// tokio-rs/axum#3560: a listener that systemd had made, and that blocks, blocked the whole runtime.
#[test]
fn a_blocking_listener_from_elsewhere_is_made_non_blocking() {
    run(|| async {
        let blocking = std::net::TcpListener::bind("127.0.0.1:0")?;
        let addr = blocking.local_addr()?;
        let listener = TcpListener::from_std(blocking)?;
        {
            let mut accept = pin!(listener.accept());
            assert!(tools::poll_once(&mut accept, std::task::Waker::noop()).is_pending());
        }
        let _far = std::net::TcpStream::connect(addr)?;
        let (near, _) = listener.accept().await?;
        let error = near.try_read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_a_stream_answers_with_an_error() {
    run(|| async {
        let (mut stream, _peer) = pair().await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let answers = move || {
            let mut kinds = Vec::new();
            let mut note = |error: std::io::Error| {
                assert!(error.to_string().contains("thread"), "{error}");
                kinds.push(error.kind());
            };
            futures_lite::future::block_on(async {
                note(stream.read(&mut [0; 8]).await.unwrap_err());
                note(stream.write(b"soup").await.unwrap_err());
                note(stream.readable().await.unwrap_err());
                note(stream.peek(&mut [0; 8]).await.unwrap_err());
                note(stream.try_read(&mut [0; 8]).unwrap_err());
                note(listener.accept().await.unwrap_err());
                let accepted = poll_fn(|cx| listener.poll_accept(cx)).await;
                note(accepted.unwrap_err());
            });
            // Another runtime is foreign, too.
            Runtime::new().unwrap().block_on(async {
                note(stream.read(&mut [0; 8]).await.unwrap_err());
            });
            kinds
        };
        let kinds = std::thread::spawn(answers).join().unwrap();
        assert_eq!(kinds.len(), 8);
        assert!(kinds.iter().all(|kind| *kind != ErrorKind::WouldBlock));
        Ok(())
    });
}

#[test]
fn dropped_on_a_foreign_thread_a_stream_is_closed() {
    run(|| async {
        let (stream, mut peer) = pair().await?;
        std::thread::spawn(move || drop(stream)).join().unwrap();
        assert_eq!(peer.read(&mut [0; 8]).await?, 0);
        Ok(())
    });
}

#[test]
fn dropped_after_its_runtime_a_stream_is_closed() {
    let mut far = None;
    let near = Runtime::new().unwrap().block_on(async {
        let (near, std) = pair_with_std().await.unwrap();
        far = Some(std);
        near
    });
    drop(near);
    assert_eq!(far.unwrap().read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_stream_goes_to_std_and_back_with_what_has_arrived() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        far.write_all(b"soup")?;
        near.readable().await?;
        let std = near.into_std()?;
        let mut near = TcpStream::from_std(std)?;
        let mut got = [0; 4];
        near.read_exact(&mut got).await?;
        assert_eq!(&got, b"soup");

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let listener = TcpListener::from_std(listener.into_std()?)?;
        let _client = std::net::TcpStream::connect(addr)?;
        listener.accept().await?;
        Ok(())
    });
}

#[test]
fn ten_mebibytes_each_way_at_once_lose_no_byte() {
    run(|| async {
        const LEN: usize = 10 << 20;
        let (client, server) = pair().await?;
        let one_side = |stream: TcpStream, mine: u32, theirs: u32| async move {
            let sent = pattern(LEN, mine);
            let mut received = vec![0; LEN];
            let (mut reader, mut writer) = (&stream, &stream);
            let write = writer.write_all(&sent);
            try_zip(write, reader.read_exact(&mut received))
                .await
                .unwrap();
            assert!(received == pattern(LEN, theirs));
        };
        let one = spawn(one_side(client, 1, 2));
        let two = spawn(one_side(server, 2, 1));
        one.await?;
        two.await?;
        Ok(())
    });
}

/// Counts how often a future is polled.
async fn counting<F: Future>(polls: Rc<Cell<u32>>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        polls.set(polls.get() + 1);
        future.as_mut().poll(cx)
    })
    .await
}

#[test]
fn a_peer_that_half_closes_while_our_send_buffer_is_full_makes_no_writer_spin() {
    run(|| async {
        const LEN: usize = 2 << 20; // more than both buffers hold
        let (near, mut far) = pair().await?;
        rustix::net::sockopt::set_socket_send_buffer_size(&near, 64 << 10)?;
        rustix::net::sockopt::set_socket_recv_buffer_size(&far, 64 << 10)?;
        let near = Arc::new(near);
        let polls = Rc::new(Cell::new(0));
        let writer = spawn(counting(polls.clone(), {
            let near = near.clone();
            async move {
                (&*near).write_all(&pattern(LEN, 5)).await?;
                (&*near).close().await
            }
        }));
        let_others_run().await;
        far.close().await?;
        assert_eq!((&*near).read(&mut [0; 8]).await?, 0); // so the event has come
        let before = polls.get();
        for _ in 0..10_000 {
            yield_now().await;
        }
        assert!(polls.get() - before <= 2, "polled {} times", polls.get());
        assert!(!writer.is_finished());

        let mut received = Vec::new();
        far.read_to_end(&mut received).await?;
        assert!(received == pattern(LEN, 5));
        writer.await??;
        Ok(())
    });
}

#[cfg(unix)] // elsewhere the errors are others
#[test]
fn writing_to_a_reset_connection_is_an_error_and_no_signal() {
    run(|| async {
        let (mut near, far) = pair().await?;
        far.set_linger(Some(Duration::ZERO))?;
        drop(far); // resets
        let error = near.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let error = near.write(b"soup").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        let soup = [IoSlice::new(b"soup")];
        let error = near.write_vectored(&soup).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        near.close().await?; // nobody is left to tell
        Ok(())
    });
}

#[test]
fn a_reset_wakes_a_writer_that_waits() {
    run(|| async {
        let (mut near, far) = pair().await?;
        let writer = spawn(async move { near.write_all(&vec![0; 16 << 20]).await });
        let_others_run().await;
        assert!(!writer.is_finished());
        far.set_linger(Some(Duration::ZERO))?;
        drop(far);
        assert!(writer.await?.is_err());
        Ok(())
    });
}

#[test]
fn options_are_what_they_were_set_to() {
    run(|| async {
        let (stream, _peer) = pair().await?;
        stream.set_nodelay(true)?;
        assert!(stream.nodelay()?);
        stream.set_ttl(42)?;
        assert_eq!(stream.ttl()?, 42);
        stream.set_linger(Some(Duration::from_secs(3)))?;
        assert_eq!(stream.linger()?, Some(Duration::from_secs(3)));
        stream.set_linger(None)?;
        assert_eq!(stream.linger()?, None);
        assert!(stream.take_error()?.is_none());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        listener.set_ttl(42)?;
        assert_eq!(listener.ttl()?, 42);
        Ok(())
    });
}

#[test]
#[should_panic(expected = "no toque runtime on this thread")]
fn outside_of_a_runtime_a_stream_cannot_be_made() {
    let _ = futures_lite::future::block_on(TcpListener::bind("127.0.0.1:0"));
}

/// Set in the process that this test starts of itself, with few descriptors.
#[cfg(unix)]
const FEW: &str = "TOQUE_TEST_FEW_DESCRIPTORS";

#[cfg(unix)] // by `ulimit`
#[test]
fn without_descriptors_accept_reports_it_and_waits_before_the_next_try() {
    if std::env::var_os(FEW).is_some() {
        return with_few_descriptors();
    }
    let name = "without_descriptors_accept_reports_it_and_waits_before_the_next_try";
    let status = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(FEW, "1")
        .status()
        .unwrap();
    assert!(status.success());
}

#[cfg(unix)]
fn with_few_descriptors() {
    run(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = std::net::TcpStream::connect(listener.local_addr()?)?;
        let mut hoard = Vec::new();
        while let Ok(file) = std::fs::File::open("/dev/null") {
            hoard.push(file);
        }
        let start = std::time::Instant::now();
        for _ in 0..3 {
            assert!(listener.accept().await.is_err());
        }
        // The second try has waited 10 ms, the third 20.
        assert!(start.elapsed() >= Duration::from_millis(30));
        assert!(poll_fn(|cx| listener.poll_accept(cx)).await.is_err());
        assert!(start.elapsed() >= Duration::from_millis(70));

        drop(hoard);
        let (_, peer) = poll_fn(|cx| listener.poll_accept(cx)).await?;
        assert_eq!(peer, client.local_addr()?);
        // Relieved: the next one does not wait.
        let _client = std::net::TcpStream::connect(listener.local_addr()?)?;
        let mut accept = pin!(listener.accept());
        let at_once = poll_fn(|cx| Poll::Ready(accept.as_mut().poll(cx).is_ready())).await;
        assert!(at_once);
        Ok(())
    });
}
