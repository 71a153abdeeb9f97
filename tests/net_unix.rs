//! Unix sockets, streams and datagrams, through the public API, on every kind of reactor.

use std::future::{Future, poll_fn};
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::{try_zip, zip};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use net_tools::{
    Count, Result, TempPath, abroad, cancelled, counting, is_foreign, let_others_run, run,
    would_block,
};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use toque::io::Interest;
use toque::net::unix::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, SocketAddr, WriteHalf};
use toque::net::{UnixDatagram, UnixListener, UnixSocket, UnixStream};
use toque::time::sleep;
use toque::{Runtime, spawn};

mod net_tools;

/// A stream, with std's blocking one at the far end.
fn pair_with_std() -> Result<(UnixStream, net::UnixStream)> {
    let (near, far) = net::UnixStream::pair()?;
    Ok((UnixStream::from_std(near)?, far))
}

/// Compiles only if the futures can go to another thread, as `Handle::spawn` wants it. Never called.
fn futures_can_be_sent(listener: &UnixListener, stream: &UnixStream, datagram: &UnixDatagram) {
    fn check<T: Send>(_: T) {}
    check(UnixStream::connect("path"));
    check(listener.accept());
    check(stream.readable());
    check(stream.ready(Interest::READABLE));
    check(datagram.recv_from(&mut []));
    check(datagram.send_to(&[], "path"));
}

#[test]
fn handles_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<UnixListener>();
    check::<UnixStream>();
    check::<UnixDatagram>();
    check::<UnixSocket>();
    check::<OwnedReadHalf>();
    check::<OwnedWriteHalf>();
    check::<ReadHalf<'_>>();
    check::<WriteHalf<'_>>();
    check::<SocketAddr>();
    let _: fn(&UnixListener, &UnixStream, &UnixDatagram) = futures_can_be_sent;
}

#[test]
fn a_client_finds_the_listener_at_its_path() {
    run(|| async {
        let path = TempPath::new();
        let listener = UnixListener::bind(&path)?;
        assert_eq!(listener.local_addr()?.as_pathname(), Some(path.as_ref()));
        let served = spawn(async move {
            let (mut stream, peer) = listener.accept().await.unwrap();
            assert!(peer.is_unnamed());
            let mut order = String::new();
            stream.read_to_string(&mut order).await.unwrap();
            stream.write_all(order.to_uppercase().as_bytes()).await
        });
        let_others_run().await;
        let mut client = UnixStream::connect(&path).await?;
        assert_eq!(client.peer_addr()?.as_pathname(), Some(path.as_ref()));
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
fn connecting_where_nobody_listens_is_refused_or_finds_nothing() {
    run(|| async {
        let path = TempPath::new();
        let error = UnixStream::connect(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        drop(UnixListener::bind(&path)?);
        let error = UnixStream::connect(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = UnixListener::bind(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let (one, _two) = UnixStream::pair()?;
        let nameless = UnixStream::connect_addr(&one.local_addr()?).await;
        assert_eq!(nameless.unwrap_err().kind(), ErrorKind::InvalidInput);
        Ok(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn an_abstract_name_is_no_file_and_is_gone_with_its_socket() {
    run(|| async {
        let path = TempPath::new();
        let name = format!("\0{}", path.as_ref().display());
        let listener = UnixListener::bind(&name)?;
        let addr = listener.local_addr()?;
        assert_eq!(addr.as_abstract_name(), Some(&name.as_bytes()[1..]));
        assert!(addr.as_pathname().is_none() && !addr.is_unnamed());
        assert!(!path.as_ref().exists());
        let _by_name = UnixStream::connect(&name).await?;
        let _by_addr = UnixStream::connect_addr(&addr).await?;
        listener.accept().await?;
        listener.accept().await?;
        drop(listener);
        let error = UnixStream::connect(&name).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let datagram = UnixDatagram::bind(&name)?;
        UnixDatagram::unbound()?.send_to(b"soup", &name).await?;
        assert_eq!(datagram.recv(&mut [0; 8]).await?, 4);
        Ok(())
    });
}

#[test]
fn more_clients_than_the_queue_holds_wait_their_turn() {
    run(|| async {
        let path = Arc::new(TempPath::new());
        let socket = UnixSocket::new_stream()?;
        socket.bind(&*path)?;
        let listener = socket.listen(1)?;
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                spawn(async move { UnixStream::connect(&*path).await.map(drop) })
            })
            .collect();
        let_others_run().await;
        for _ in 0..8 {
            listener.accept().await?;
        }
        for client in clients {
            client.await??;
        }
        Ok(())
    });
}

#[test]
fn a_cancelled_accept_loses_no_connection() {
    run(|| async {
        let path = TempPath::new();
        let listener = UnixListener::bind(&path)?;
        cancelled(listener.accept()).await;
        let _client = net::UnixStream::connect(&path)?;
        poll_fn(|cx| listener.poll_accept(cx)).await?;
        assert!(listener.take_error()?.is_none());
        Ok(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn the_peer_of_a_pair_is_this_process() {
    run(|| async {
        let me = std::fs::metadata("/proc/self")?;
        let (one, two) = UnixStream::pair()?;
        for end in [one, two] {
            let cred = end.peer_cred()?;
            assert_eq!(cred.pid(), Some(std::process::id() as i32));
            assert_eq!((cred.uid(), cred.gid()), (me.uid(), me.gid()));
        }
        Ok(())
    });
}

#[test]
fn a_mebibyte_each_way_at_once_loses_no_byte() {
    run(|| async {
        const LEN: usize = 1 << 20;
        let (one, two) = UnixStream::pair()?;
        let one_side = |stream: UnixStream, byte: u8| async move {
            let mut received = vec![0; LEN];
            let (mut reader, mut writer) = (&stream, &stream);
            let sent = vec![byte; LEN];
            let write = writer.write_all(&sent);
            try_zip(write, reader.read_exact(&mut received))
                .await
                .unwrap();
            received
        };
        let (one, two) = zip(spawn(one_side(one, 1)), spawn(one_side(two, 2))).await;
        assert!(one?.iter().all(|byte| *byte == 2));
        assert!(two?.iter().all(|byte| *byte == 1));
        Ok(())
    });
}

#[test]
fn a_reader_that_waits_sees_the_end_and_the_writer_goes_on() {
    run(|| async {
        let (near, mut far) = pair_with_std()?;
        let near = Arc::new(near);
        let reader = spawn({
            let near = near.clone();
            async move { (&*near).read(&mut [0; 8]).await }
        });
        let_others_run().await;
        far.shutdown(Shutdown::Write)?;
        assert_eq!(reader.await??, 0);
        assert!(near.ready(Interest::READABLE).await?.is_read_closed());
        (&*near).write_all(b"soup").await?;
        let mut got = [0; 4];
        far.read_exact(&mut got)?;
        assert_eq!(&got, b"soup");
        Ok(())
    });
}

#[test]
fn a_write_to_nobody_is_an_error_and_no_signal() {
    run(|| async {
        let (mut near, far) = pair_with_std()?;
        drop(far);
        assert!(near.ready(Interest::WRITABLE).await?.is_write_closed());
        let error = near.write(b"soup").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        let soup = [IoSlice::new(b"soup")];
        let error = near.write_vectored(&soup).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        Ok(())
    });
}

/// Sends bytes and a descriptor with them.
fn send_with_descriptor(far: &net::UnixStream, bytes: &[u8]) -> Result {
    let fds = [far.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
    let bytes = [IoSlice::new(bytes)];
    rustix::net::sendmsg(far, &bytes, &mut control, SendFlags::empty())?;
    Ok(())
}

#[test]
fn a_short_read_behind_which_a_descriptor_was_passed_is_not_the_last() {
    run(|| async {
        let (mut near, mut far) = pair_with_std()?;
        send_with_descriptor(&far, b"soup")?;
        far.write_all(b"bread")?;
        near.readable().await?; // so that the event is behind us
        let_others_run().await;
        let mut all = Vec::new();
        let mut buf = [0; 64];
        while all.len() < 9 {
            let n = near.read(&mut buf).await?;
            all.extend_from_slice(&buf[..n]);
        }
        assert_eq!(all, b"soupbread");
        Ok(())
    });
}

#[test]
fn a_full_socket_says_would_block_and_becomes_writable_when_the_peer_reads() {
    run(|| async {
        let (near, mut far) = pair_with_std()?;
        let chunk = [7; 64 * 1024];
        let mut sent = 0;
        while let Ok(n) = near.try_write(&chunk) {
            sent += n;
        }
        would_block(near.try_write(&chunk));
        cancelled(near.ready(Interest::WRITABLE)).await;
        let near = Arc::new(near);
        let writer = spawn({
            let near = near.clone();
            async move { (&*near).write_all(b"soup").await }
        });
        let_others_run().await;
        assert!(!writer.is_finished());
        far.read_exact(&mut vec![0; sent])?;
        writer.await??;
        let mut got = [0; 4];
        far.read_exact(&mut got)?;
        assert_eq!(&got, b"soup");
        Ok(())
    });
}

#[test]
fn a_wait_for_both_directions_takes_no_wake_from_who_waits_for_one() {
    run(|| async {
        let (near, mut far) = pair_with_std()?;
        let near = Arc::new(near);
        let reader = spawn({
            let near = near.clone();
            async move {
                let mut buf = [0; 8];
                let n = (&*near).read(&mut buf).await.unwrap();
                buf[..n].to_vec()
            }
        });
        let readable = spawn({
            let near = near.clone();
            async move { near.ready(Interest::READABLE).await }
        });
        let_others_run().await;
        let both = Interest::READABLE | Interest::WRITABLE;
        let ready = near.ready(both).await?;
        assert!(ready.is_writable() && !ready.is_readable());
        far.write_all(b"soup")?;
        assert_eq!(reader.await?, b"soup");
        far.write_all(b"bread")?;
        assert!(readable.await??.is_readable());
        assert_eq!(near.try_read(&mut [0; 8])?, 5);
        Ok(())
    });
}

#[test]
fn trying_says_would_block_when_there_is_nothing_and_reads_what_there_is() {
    run(|| async {
        let (near, mut far) = pair_with_std()?;
        would_block(near.try_read(&mut [0; 8]));
        cancelled(near.readable()).await;
        far.write_all(b"soup")?;
        near.readable().await?;
        let mut buf = [0; 8];
        assert_eq!(near.try_read(&mut buf)?, 4);
        let salad = [IoSlice::new(b"sal"), IoSlice::new(b"ad")];
        assert_eq!(near.try_write_vectored(&salad)?, 5);
        let mut got = [0; 5];
        far.read_exact(&mut got)?;
        assert_eq!(&got, b"salad");
        Ok(())
    });
}

#[test]
fn a_new_pair_may_be_written_and_has_nothing_to_read() {
    run(|| async {
        let (one, two) = UnixStream::pair()?;
        one.writable().await?;
        cancelled(two.readable()).await;
        one.try_write(b"soup")?;
        two.readable().await?;
        assert_eq!(two.try_read(&mut [0; 8])?, 4);
        let (one, two) = UnixDatagram::pair()?;
        one.writable().await?;
        cancelled(two.readable()).await;
        Ok(())
    });
}

#[test]
fn two_tasks_that_read_one_stream_are_both_woken() {
    run(|| async {
        let (near, mut far) = pair_with_std()?;
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
fn borrowed_halves_read_and_write_at_once() {
    run(|| async {
        let (mut ours, theirs) = UnixStream::pair()?;
        spawn(async move { futures_lite::io::copy(&theirs, &theirs).await });
        let (mut reader, mut writer) = ours.split();
        let mut answer = [0; 4];
        try_zip(writer.write_all(b"soup"), reader.read_exact(&mut answer)).await?;
        assert_eq!(&answer, b"soup");
        writer.writable().await?;
        assert_eq!(writer.try_write(b"more")?, 4);
        reader.readable().await?;
        assert!(reader.ready(Interest::READABLE).await?.is_readable());
        assert_eq!(reader.try_read(&mut answer)?, 4);
        assert!(reader.local_addr()?.is_unnamed() && writer.peer_addr()?.is_unnamed());
        Ok(())
    });
}

#[test]
fn dropping_the_owned_write_half_shuts_down_writing_and_forgetting_it_does_not() {
    run(|| async {
        let (ours, mut theirs) = UnixStream::pair()?;
        let (_reader, writer) = ours.into_split();
        drop(writer);
        assert_eq!(theirs.read(&mut [0; 8]).await?, 0);

        let (ours, mut theirs) = UnixStream::pair()?;
        let (reader, writer) = ours.into_split();
        writer.forget();
        would_block(theirs.try_read(&mut [0; 8]));
        drop(reader);
        assert_eq!(theirs.read(&mut [0; 8]).await?, 0);
        Ok(())
    });
}

#[test]
fn halves_of_one_stream_reunite_and_of_two_do_not() {
    run(|| async {
        let (one, two) = UnixStream::pair()?;
        let (one_reader, one_writer) = one.into_split();
        let (two_reader, two_writer) = two.into_split();
        let error = one_reader.reunite(two_writer).unwrap_err();
        let mut one = error.0.reunite(one_writer)?;
        let mut two = error.1.reunite(two_reader)?;
        one.write_all(b"soup").await?; // the write half was not shut down
        two.read_exact(&mut [0; 4]).await?;
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_a_stream_answers_with_an_error() {
    run(|| async {
        let path = TempPath::new();
        let listener = UnixListener::bind(&path)?;
        let (ours, theirs) = UnixStream::pair()?;
        (&theirs).write_all(b"soup").await?;
        abroad(|| async {
            is_foreign((&ours).read(&mut [0; 8]).await);
            is_foreign((&ours).write(b"soup").await);
            is_foreign(ours.readable().await);
            is_foreign(ours.try_read(&mut [0; 8]));
            is_foreign(ours.ready(Interest::READABLE).await);
            is_foreign(listener.accept().await.map(drop));
        });
        assert_eq!((&ours).read(&mut [0; 8]).await?, 4);
        std::thread::spawn(move || drop(ours)).join().unwrap();
        assert_eq!((&theirs).read(&mut [0; 8]).await?, 0);
        Ok(())
    });
}

#[test]
fn dropped_after_its_runtime_a_stream_is_closed() {
    let (near, mut far) = Runtime::new()
        .unwrap()
        .block_on(async { pair_with_std().unwrap() });
    drop(near);
    assert_eq!(far.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_stream_goes_to_std_and_back_with_what_has_arrived() {
    run(|| async {
        let (near, mut far) = pair_with_std()?;
        far.write_all(b"soup")?;
        near.readable().await?;
        let mut near = UnixStream::from_std(near.into_std()?)?;
        near.read_exact(&mut [0; 4]).await?;
        let path = TempPath::new();
        let listener = UnixListener::bind(&path)?;
        let listener = UnixListener::from_std(listener.into_std()?)?;
        let _client = net::UnixStream::connect(&path)?;
        listener.accept().await?;
        Ok(())
    });
}

#[test]
#[should_panic(expected = "no toque runtime on this thread")]
fn outside_of_a_runtime_a_stream_cannot_be_made() {
    let _ = UnixStream::pair();
}

#[test]
fn a_bound_client_is_known_by_its_path() {
    run(|| async {
        let (path, own) = (TempPath::new(), TempPath::new());
        let listener = UnixListener::bind(&path)?;
        let socket = UnixSocket::new_stream()?;
        socket.bind(&own)?;
        let _client = socket.connect(&path).await?;
        let (_, peer) = listener.accept().await?;
        assert_eq!(peer.as_pathname(), Some(own.as_ref()));
        Ok(())
    });
}

#[test]
fn a_socket_becomes_only_what_it_was_made_for() {
    run(|| async {
        let error = UnixSocket::new_stream()?.datagram().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = UnixSocket::new_datagram()?.listen(1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = UnixSocket::new_datagram()?.connect("x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let path = TempPath::new();
        let socket = UnixSocket::new_datagram()?;
        socket.bind(&path)?;
        let datagram = socket.datagram()?;
        UnixDatagram::unbound()?.send_to(b"soup", &path).await?;
        assert_eq!(datagram.recv(&mut [0; 8]).await?, 4);
        Ok(())
    });
}

#[test]
fn a_datagram_tells_who_has_sent_it_and_the_answer_finds_the_way() {
    run(|| async {
        let (path, own) = (TempPath::new(), TempPath::new());
        let kitchen = UnixDatagram::bind(&path)?;
        let served = spawn(async move {
            let mut buf = [0; 8];
            let (n, guest) = kitchen.recv_from(&mut buf).await.unwrap();
            let guest = guest.as_pathname().unwrap();
            kitchen.send_to(&buf[..n], guest).await
        });
        let_others_run().await;
        let guest = UnixDatagram::bind(&own)?;
        guest.connect(&path)?;
        assert_eq!(guest.peer_addr()?.as_pathname(), Some(path.as_ref()));
        guest.send(b"soup").await?;
        let mut buf = [0; 8];
        assert_eq!(guest.recv(&mut buf).await?, 4);
        assert_eq!(&buf[..4], b"soup");
        served.await??;
        let error = guest.send(b"soup").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        Ok(())
    });
}

#[test]
fn a_datagram_longer_than_the_buffer_is_cut_and_the_next_one_is_whole() {
    run(|| async {
        let (one, two) = UnixDatagram::pair()?;
        one.send(b"a whole dinner").await?;
        one.send(b"soup").await?;
        let mut buf = [0; 7];
        assert_eq!(two.recv(&mut buf).await?, 7);
        assert_eq!(&buf, b"a whole");
        assert_eq!(two.recv(&mut buf).await?, 4);
        Ok(())
    });
}

#[test]
fn the_polled_and_tried_forms_of_a_datagram_do_as_the_awaited_ones() {
    run(|| async {
        let path = TempPath::new();
        let kitchen = UnixDatagram::bind(&path)?;
        let guest = UnixDatagram::unbound()?;
        guest.connect(&path)?;
        let mut buf = [0; 8];
        would_block(kitchen.try_recv(&mut buf));
        would_block(kitchen.try_recv_from(&mut buf));
        let kitchen = Arc::new(kitchen);
        let receiver = spawn({
            let kitchen = kitchen.clone();
            async move {
                poll_fn(|cx| kitchen.poll_recv_ready(cx)).await.unwrap();
                let mut buf = [0; 8];
                let first = poll_fn(|cx| kitchen.poll_recv(cx, &mut buf)).await.unwrap();
                let second = poll_fn(|cx| kitchen.poll_recv_from(cx, &mut buf)).await;
                (first, second.unwrap().0)
            }
        });
        let_others_run().await;
        poll_fn(|cx| guest.poll_send_ready(cx)).await?;
        poll_fn(|cx| guest.poll_send(cx, b"soup")).await?;
        poll_fn(|cx| guest.poll_send_to(cx, b"bread", &path)).await?;
        assert_eq!(receiver.await?, (4, 5));
        assert_eq!(guest.try_send(b"soup")?, 4);
        assert_eq!(guest.try_send_to(b"bread", &path)?, 5);
        kitchen.readable().await?;
        assert_eq!(kitchen.try_recv(&mut buf)?, 4);
        assert_eq!(kitchen.try_recv_from(&mut buf)?.0, 5);
        Ok(())
    });
}

/// Receives 100 datagrams of one byte, numbered.
async fn receive_a_hundred(kitchen: &UnixDatagram) -> Result {
    let mut buf = [0; 8];
    for number in 0..100 {
        assert_eq!(kitchen.recv(&mut buf).await?, 1);
        assert_eq!(buf[0], number);
    }
    Ok(())
}

#[test]
fn a_connected_sender_waits_while_the_queue_of_its_receiver_is_full() {
    run(|| async {
        let path = TempPath::new();
        let kitchen = UnixDatagram::bind(&path)?;
        let guest = UnixDatagram::unbound()?;
        guest.connect(&path)?;
        let sender = spawn(async move {
            for number in 0..100 {
                guest.send(&[number]).await.unwrap();
            }
        });
        let_others_run().await;
        assert!(!sender.is_finished());
        receive_a_hundred(&kitchen).await?;
        sender.await?;
        Ok(())
    });
}

/// Sends a word by `send` while the queue is full of another's datagrams. Of room the system tells that one; this one it
/// wakes after each try, in vain.
async fn sends_once_there_is_room<F>(send: impl FnOnce(UnixDatagram, Arc<TempPath>) -> F) -> Result
where
    F: Future<Output = std::io::Result<usize>> + 'static,
{
    let path = Arc::new(TempPath::new());
    let kitchen = UnixDatagram::bind(&*path)?;
    let other = UnixDatagram::unbound()?;
    while other.try_send_to(b"x", &*path).is_ok() {}
    let polls = Count::default();
    let sender = spawn(counting(
        polls.clone(),
        send(UnixDatagram::unbound()?, path),
    ));
    sleep(Duration::from_millis(100)).await;
    assert!(!sender.is_finished());
    assert!(polls.get() < 20, "it spins: {} polls", polls.get());
    let mut buf = [0; 8];
    while kitchen.recv(&mut buf).await? == 1 {}
    assert_eq!(sender.await??, 4);
    Ok(())
}

#[test]
fn an_unconnected_sender_waits_for_room_and_does_not_spin() {
    run(|| {
        sends_once_there_is_room(|guest, path| async move { guest.send_to(b"soup", &*path).await })
    });
}

#[test]
fn a_polled_sender_does_likewise() {
    run(|| {
        sends_once_there_is_room(|guest, path| async move {
            poll_fn(|cx| guest.poll_send_to(cx, b"soup", &*path)).await
        })
    });
}

#[test]
fn a_cancelled_receive_loses_no_datagram() {
    run(|| async {
        let (one, two) = UnixDatagram::pair()?;
        cancelled(two.recv(&mut [0; 8])).await;
        cancelled(two.recv_from(&mut [0; 8])).await;
        one.send(b"soup").await?;
        assert_eq!(two.recv(&mut [0; 8]).await?, 4);
        Ok(())
    });
}

#[test]
fn of_many_receivers_each_gets_one_datagram() {
    run(|| async {
        let (one, two) = UnixDatagram::pair()?;
        let two = Arc::new(two);
        let receivers: Vec<_> = (0..20)
            .map(|_| {
                let two = two.clone();
                spawn(async move { two.recv(&mut [0; 8]).await })
            })
            .collect();
        let_others_run().await;
        for _ in 0..20 {
            one.send(b"x").await?;
        }
        for receiver in receivers {
            assert_eq!(receiver.await??, 1);
        }
        Ok(())
    });
}

#[test]
fn a_datagram_socket_that_was_shut_down_sends_no_more() {
    run(|| async {
        let (one, two) = UnixDatagram::pair()?;
        one.shutdown(Shutdown::Write)?;
        let error = one.send(b"soup").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        two.send(b"soup").await?;
        assert_eq!(one.recv(&mut [0; 8]).await?, 4);
        assert!(one.take_error()?.is_none());
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_a_datagram_socket_answers_with_an_error() {
    run(|| async {
        let path = TempPath::new();
        let bound = UnixDatagram::bind(&path)?;
        bound.send_to(b"soup", &path).await?;
        abroad(|| async {
            is_foreign(bound.recv(&mut [0; 8]).await);
            is_foreign(bound.send_to(b"soup", &path).await);
            is_foreign(bound.try_recv(&mut [0; 8]));
            is_foreign(bound.readable().await);
        });
        assert_eq!(bound.recv(&mut [0; 8]).await?, 4);
        let bound = UnixDatagram::from_std(bound.into_std()?)?;
        bound.send_to(b"bread", &path).await?;
        assert_eq!(bound.recv(&mut [0; 8]).await?, 5);
        Ok(())
    });
}
