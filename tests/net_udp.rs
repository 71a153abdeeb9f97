//! UDP over real sockets, through the public API, on every kind of reactor.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use net_tools::{Result, abroad, cancelled, is_foreign, let_others_run, run, would_block};
use rustix::net::RecvFlags;
use toque::io::Interest;
use toque::net::UdpSocket;
use toque::{Runtime, spawn};

mod net_tools;

async fn socket() -> Result<UdpSocket> {
    Ok(UdpSocket::bind("127.0.0.1:0").await?)
}

/// Two sockets, each connected to the other.
async fn pair() -> Result<(UdpSocket, UdpSocket)> {
    let (one, two) = (socket().await?, socket().await?);
    one.connect(two.local_addr()?).await?;
    two.connect(one.local_addr()?).await?;
    Ok((one, two))
}

/// Compiles only if the futures can go to another thread, as `Handle::spawn` wants it. Never called.
fn futures_can_be_sent(socket: &UdpSocket) {
    fn check<T: Send>(_: T) {}
    check(UdpSocket::bind("localhost:0"));
    check(socket.connect("localhost:0"));
    check(socket.recv_from(&mut []));
    check(socket.send_to(&[], "localhost:0"));
    check(socket.ready(Interest::READABLE));
    check(socket.async_io(Interest::READABLE, || Ok(())));
}

#[test]
fn a_socket_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<UdpSocket>();
    let _: fn(&UdpSocket) = futures_can_be_sent;
}

#[test]
fn a_datagram_tells_who_has_sent_it_and_the_answer_finds_the_way() {
    run(|| async {
        let (kitchen, guest) = (socket().await?, socket().await?);
        let kitchen_addr = kitchen.local_addr()?;
        let served = spawn(async move {
            let mut buf = [0; 64];
            let (n, guest) = kitchen.recv_from(&mut buf).await.unwrap();
            kitchen.send_to(&buf[..n], guest).await.unwrap();
            guest
        });
        let_others_run().await;
        assert_eq!(guest.send_to(b"soup", kitchen_addr).await?, 4);
        let mut buf = [0; 64];
        let (n, sender) = guest.recv_from(&mut buf).await?;
        assert_eq!((&buf[..n], sender), (&b"soup"[..], kitchen_addr));
        assert_eq!(served.await?, guest.local_addr()?);
        Ok(())
    });
}

#[test]
fn a_connected_socket_hears_its_peer_only() {
    run(|| async {
        let (one, two) = pair().await?;
        assert_eq!(one.peer_addr()?, two.local_addr()?);
        let stranger = socket().await?;
        stranger.send_to(b"stone", one.local_addr()?).await?;
        two.send(b"soup").await?;
        let mut buf = [0; 64];
        assert_eq!(one.recv(&mut buf).await?, 4);
        assert_eq!(&buf[..4], b"soup");
        would_block(one.try_recv(&mut buf));
        Ok(())
    });
}

#[cfg(unix)] // on Windows the first receive is an error
#[test]
fn a_datagram_longer_than_the_buffer_is_cut_and_the_next_one_is_whole() {
    run(|| async {
        let (one, two) = pair().await?;
        one.send(b"a whole dinner").await?;
        one.send(b"soup").await?;
        let mut buf = [0; 7];
        assert_eq!(two.recv(&mut buf).await?, 7);
        assert_eq!(&buf, b"a whole");
        assert_eq!(two.recv(&mut buf).await?, 4);
        assert_eq!(&buf[..4], b"soup");
        Ok(())
    });
}

#[test]
fn an_empty_datagram_arrives() {
    run(|| async {
        let (one, two) = pair().await?;
        one.send(b"").await?;
        one.send(b"soup").await?;
        let mut buf = [0; 8];
        assert_eq!(two.recv(&mut buf).await?, 0);
        assert_eq!(two.recv(&mut buf).await?, 4);
        Ok(())
    });
}

#[test]
fn peeking_leaves_the_datagram_to_the_next_receive() {
    run(|| async {
        let (one, two) = pair().await?;
        let addr = one.local_addr()?;
        let two = Arc::new(two);
        let peeker = spawn({
            let two = two.clone();
            async move { two.peek_sender().await }
        });
        let_others_run().await;
        one.send(b"soup").await?;
        assert_eq!(peeker.await??, addr);

        let mut buf = [0; 8];
        assert_eq!(two.peek(&mut buf).await?, 4);
        assert_eq!(two.peek_from(&mut buf).await?, (4, addr));
        assert_eq!(poll_fn(|cx| two.poll_peek(cx, &mut buf)).await?, 4);
        let from = poll_fn(|cx| two.poll_peek_from(cx, &mut buf)).await?;
        assert_eq!(from, (4, addr));
        assert_eq!(poll_fn(|cx| two.poll_peek_sender(cx)).await?, addr);
        assert_eq!(two.try_peek(&mut buf)?, 4);
        assert_eq!(two.try_peek_from(&mut buf)?, (4, addr));
        assert_eq!(two.try_peek_sender()?, addr);
        assert_eq!(two.recv_from(&mut buf).await?, (4, addr));
        would_block(two.try_peek(&mut buf));
        would_block(two.try_peek_sender());
        Ok(())
    });
}

#[test]
fn a_cancelled_receive_loses_no_datagram() {
    run(|| async {
        let (one, two) = pair().await?;
        let mut buf = [0; 8];
        cancelled(two.recv(&mut buf)).await;
        cancelled(two.recv_from(&mut buf)).await;
        cancelled(two.readable()).await;
        cancelled(two.ready(Interest::READABLE)).await;
        one.send(b"soup").await?;
        assert_eq!(two.recv(&mut buf).await?, 4);
        Ok(())
    });
}

#[test]
fn of_many_receivers_each_gets_one_datagram() {
    run(|| async {
        let (one, two) = pair().await?;
        let two = Arc::new(two);
        let receivers: Vec<_> = (0..20)
            .map(|_| {
                let two = two.clone();
                spawn(async move {
                    let mut buf = [0; 8];
                    let n = two.recv(&mut buf).await.unwrap();
                    assert_eq!(n, 1);
                    buf[0]
                })
            })
            .collect();
        let_others_run().await;
        for number in 0..20 {
            one.send(&[number]).await?;
        }
        let mut got = Vec::new();
        for receiver in receivers {
            got.push(receiver.await?);
        }
        got.sort_unstable();
        assert!(got.into_iter().eq(0..20));
        Ok(())
    });
}

#[test]
fn the_polled_forms_wait_and_are_woken() {
    run(|| async {
        let (one, two) = pair().await?;
        let (one_addr, two_addr) = (one.local_addr()?, two.local_addr()?);
        let receiver = spawn(async move {
            let mut buf = [0; 8];
            let first = poll_fn(|cx| two.poll_recv(cx, &mut buf)).await.unwrap();
            poll_fn(|cx| two.poll_recv_ready(cx)).await.unwrap();
            let second = poll_fn(|cx| two.poll_recv_from(cx, &mut buf)).await;
            (first, second.unwrap())
        });
        let_others_run().await;
        poll_fn(|cx| one.poll_send_ready(cx)).await?;
        poll_fn(|cx| one.poll_send(cx, b"soup")).await?;
        let_others_run().await;
        poll_fn(|cx| one.poll_send_to(cx, b"bread", two_addr)).await?;
        assert_eq!(receiver.await?, (4, (5, one_addr)));
        Ok(())
    });
}

#[test]
fn the_tried_forms_say_would_block_until_something_is_there() {
    run(|| async {
        let (one, two) = pair().await?;
        let mut buf = [0; 8];
        would_block(two.try_recv(&mut buf));
        would_block(two.try_recv_from(&mut buf));
        one.writable().await?;
        assert_eq!(one.try_send(b"soup")?, 4);
        assert_eq!(one.try_send_to(b"bread", two.local_addr()?)?, 5);
        two.readable().await?;
        assert_eq!(two.try_recv(&mut buf)?, 4);
        assert_eq!(two.try_recv_from(&mut buf)?, (5, one.local_addr()?));
        Ok(())
    });
}

#[cfg(unix)] // on Windows it learns of a reset
#[test]
fn a_receiver_learns_that_nobody_was_there_for_its_datagram() {
    run(|| async {
        let (one, two) = pair().await?;
        let receiver = Arc::new(one);
        let waits = spawn({
            let receiver = receiver.clone();
            async move { receiver.recv(&mut [0; 8]).await }
        });
        drop(two);
        let_others_run().await;
        receiver.send(b"soup").await?;
        let error = waits.await?.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        Ok(())
    });
}

/// tokio-rs/tokio#8082: the tried forms said `WouldBlock` for ever, where the awaited ones told.
#[test]
fn the_tried_forms_tell_that_nobody_was_there() {
    run(|| async {
        let (receiver, two) = pair().await?;
        drop(two);
        type Tried = fn(&UdpSocket) -> std::io::Result<usize>;
        let forms: [Tried; 3] = [
            |socket| socket.try_recv(&mut [0; 8]),
            |socket| Ok(socket.try_recv_from(&mut [0; 8])?.0),
            |socket| {
                socket.try_io(Interest::READABLE, || {
                    let (n, _) = rustix::net::recv(socket, &mut [0; 8][..], RecvFlags::empty())?;
                    Ok(n)
                })
            },
        ];
        for tried in forms {
            receiver.send(b"soup").await?;
            receiver.readable().await?;
            let error = tried(&receiver).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        }
        Ok(())
    });
}

#[test]
fn ready_tells_which_direction_it_is() {
    run(|| async {
        let (one, two) = pair().await?;
        let both = Interest::READABLE | Interest::WRITABLE;
        let ready = two.ready(both).await?;
        assert!(ready.is_writable() && !ready.is_readable());
        one.send(b"soup").await?;
        let ready = two.ready(Interest::READABLE).await?;
        assert!(ready.is_readable() && !ready.is_read_closed() && !ready.is_error());
        let ready = two.ready(both).await?;
        assert!(ready.is_writable() && ready.is_readable());
        assert_eq!(two.try_recv(&mut [0; 8])?, 4);
        cancelled(two.ready(Interest::READABLE)).await;
        Ok(())
    });
}

#[test]
fn an_operation_that_the_type_does_not_know_waits_as_its_own_do() {
    run(|| async {
        let (one, two) = pair().await?;
        let two = Arc::new(two);
        let receive = |two: &UdpSocket| {
            let mut buf = [0; 8];
            let (n, _) = rustix::net::recv(two, &mut buf[..], RecvFlags::empty())?;
            Ok(n)
        };
        would_block(two.try_io(Interest::READABLE, || receive(&two)));
        let receiver = spawn({
            let two = two.clone();
            async move { two.async_io(Interest::READABLE, || receive(&two)).await }
        });
        let_others_run().await;
        one.send(b"soup").await?;
        assert_eq!(receiver.await??, 4);
        one.send(b"bread").await?;
        two.readable().await?;
        assert_eq!(two.try_io(Interest::READABLE, || receive(&two))?, 5);
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_a_socket_answers_with_an_error() {
    run(|| async {
        let (one, two) = pair().await?;
        two.send(b"soup").await?;
        let mut buf = [0; 8];
        abroad(|| async {
            is_foreign(one.recv(&mut buf).await);
            is_foreign(one.recv_from(&mut buf).await);
            is_foreign(one.send(b"soup").await);
            is_foreign(
                one.send_to(b"soup", SocketAddr::from(([127, 0, 0, 1], 1)))
                    .await,
            );
            is_foreign(one.try_recv(&mut buf));
            is_foreign(one.readable().await);
            is_foreign(one.ready(Interest::READABLE).await);
            is_foreign(poll_fn(|cx| one.poll_recv(cx, &mut buf)).await);
        });
        assert_eq!(one.recv(&mut buf).await?, 4);
        std::thread::spawn(move || drop(one)).join().unwrap();
        Ok(())
    });
}

#[test]
fn a_socket_goes_to_std_and_back_with_what_has_arrived() {
    run(|| async {
        let (one, two) = pair().await?;
        one.send(b"soup").await?;
        two.readable().await?;
        let two = UdpSocket::from_std(two.into_std()?)?;
        assert_eq!(two.recv(&mut [0; 8]).await?, 4);
        Ok(())
    });
}

#[test]
fn names_are_looked_up_and_no_address_is_invalid() {
    run(|| async {
        let (kitchen, guest) = (socket().await?, socket().await?);
        let port = kitchen.local_addr()?.port();
        // Where the name has an IPv6 address first, this socket can't reach it.
        let _ = guest.send_to(b"soup", ("localhost", port)).await;
        let nowhere: &[SocketAddr] = &[];
        let errors = [
            guest.send_to(b"soup", nowhere).await.unwrap_err(),
            guest.connect(nowhere).await.unwrap_err(),
            UdpSocket::bind(nowhere).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        let taken = UdpSocket::bind(kitchen.local_addr()?).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);
        Ok(())
    });
}

#[test]
fn options_are_what_they_were_set_to() {
    run(|| async {
        let socket = socket().await?;
        socket.set_broadcast(true)?;
        assert!(socket.broadcast()?);
        socket.set_multicast_loop_v4(false)?;
        assert!(!socket.multicast_loop_v4()?);
        socket.set_multicast_ttl_v4(7)?;
        assert_eq!(socket.multicast_ttl_v4()?, 7);
        socket.set_ttl(42)?;
        assert_eq!(socket.ttl()?, 42);
        assert!(socket.take_error()?.is_none());
        Ok(())
    });
}

#[test]
fn options_of_ipv6_are_what_they_were_set_to() {
    run(|| async {
        let Ok(socket) = UdpSocket::bind("[::1]:0").await else {
            return Ok(()); // no IPv6 on this machine
        };
        socket.set_multicast_loop_v6(false)?;
        assert!(!socket.multicast_loop_v6()?);
        Ok(())
    });
}

#[cfg(unix)]
#[test]
fn the_marks_that_routers_see_are_what_they_were_set_to() {
    run(|| async {
        let socket = socket().await?;
        socket.set_tos_v4(0x10)?;
        assert_eq!(socket.tos_v4()?, 0x10);
        let error = socket.set_tos_v4(256).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let Ok(socket) = UdpSocket::bind("[::1]:0").await else {
            return Ok(()); // no IPv6 on this machine
        };
        socket.set_tclass_v6(0x20)?;
        assert_eq!(socket.tclass_v6()?, 0x20);
        Ok(())
    });
}

#[cfg(unix)] // Windows has another error for the second leave
#[test]
fn a_group_is_joined_and_left_once() {
    run(|| async {
        let group = Ipv4Addr::new(239, 7, 7, 7);
        let socket = UdpSocket::bind("0.0.0.0:0").await?;
        socket.join_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
        socket.leave_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
        let again = socket.leave_multicast_v4(group, Ipv4Addr::LOCALHOST);
        assert_eq!(again.unwrap_err().kind(), ErrorKind::AddrNotAvailable);
        let no_group = socket.join_multicast_v4(Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST);
        assert!(no_group.is_err());

        let Ok(socket) = UdpSocket::bind("[::]:0").await else {
            return Ok(()); // no IPv6 on this machine
        };
        let group = std::net::Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 7, 7);
        if socket.join_multicast_v6(&group, 1).is_ok() {
            socket.leave_multicast_v6(&group, 1)?;
            assert!(socket.leave_multicast_v6(&group, 1).is_err());
        }
        Ok(())
    });
}

#[test]
fn what_is_sent_to_a_group_reaches_each_of_its_members() {
    run(|| async {
        let group = Ipv4Addr::new(239, 7, 7, 8);
        let member = UdpSocket::bind("0.0.0.0:0").await?;
        member.join_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
        let sender = socket().await?;
        rustix::net::sockopt::set_ip_multicast_if(&sender, &Ipv4Addr::LOCALHOST)?;
        let port = member.local_addr()?.port();
        sender.send_to(b"soup", (group, port)).await?;
        let mut buf = [0; 8];
        let (n, from) = member.recv_from(&mut buf).await?;
        assert_eq!((n, from), (4, sender.local_addr()?));
        Ok(())
    });
}

#[test]
#[should_panic(expected = "no toque runtime on this thread")]
fn outside_of_a_runtime_a_socket_cannot_be_made() {
    let _ = futures_lite::future::block_on(UdpSocket::bind("127.0.0.1:0"));
}

#[test]
fn dropped_after_its_runtime_a_socket_is_closed() {
    let socket = Runtime::new()
        .unwrap()
        .block_on(async { socket().await.unwrap() });
    let addr = socket.local_addr().unwrap();
    drop(socket);
    std::net::UdpSocket::bind(addr).unwrap();
}
