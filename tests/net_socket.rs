//! TCP sockets before they are connected, their options, and what streams offer beside reading and writing; name look-up.

use std::io::{ErrorKind, Read, Write};
use std::net::{self, SocketAddr};
use std::os::fd::{FromRawFd, IntoRawFd};
use std::sync::Arc;
use std::time::Duration;

use futures_lite::AsyncReadExt;
use net_tools::{Result, cancelled, is_foreign, let_others_run, run, would_block};
use rustix::net::{AddressFamily, RecvFlags, SocketType};
use toque::io::{Interest, Ready};
use toque::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use toque::spawn;

mod net_tools;

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// A stream, with std's blocking one at the far end.
async fn pair_with_std() -> Result<(TcpStream, net::TcpStream)> {
    let listener = TcpListener::bind(SocketAddr::from(ANY_PORT)).await?;
    let far = net::TcpStream::connect(listener.local_addr()?)?;
    Ok((listener.accept().await?.0, far))
}

/// Compiles only if the futures can go to another thread, as `Handle::spawn` wants it. Never called.
fn futures_can_be_sent(socket: TcpSocket, stream: &TcpStream) {
    fn check<T: Send>(_: T) {}
    check(socket.connect(ANY_PORT.into()));
    check(stream.ready(Interest::READABLE));
    check(stream.async_io(Interest::READABLE, || Ok(())));
    check(lookup_host("localhost:0"));
}

#[test]
fn a_socket_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<TcpSocket>();
    let _: fn(TcpSocket, &TcpStream) = futures_can_be_sent;
}

#[test]
fn a_bound_socket_connects_from_its_own_port() {
    run(|| async {
        let listener = TcpListener::bind(SocketAddr::from(ANY_PORT)).await?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(ANY_PORT.into())?;
        let own = socket.local_addr()?;
        assert_ne!(own.port(), 0);
        let stream = socket.connect(listener.local_addr()?).await?;
        assert_eq!(stream.local_addr()?, own);
        assert_eq!(listener.accept().await?.1, own);
        Ok(())
    });
}

#[test]
fn a_socket_listens() {
    run(|| async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(ANY_PORT.into())?;
        let listener = socket.listen(16)?;
        let _client = net::TcpStream::connect(listener.local_addr()?)?;
        listener.accept().await?;
        Ok(())
    });
}

#[test]
fn a_socket_for_ipv6_connects_there() {
    run(|| async {
        let socket = TcpSocket::new_v6()?;
        if socket.bind("[::1]:0".parse()?).is_err() {
            return Ok(()); // no IPv6 on this machine
        }
        socket.set_tclass_v6(0x20)?;
        assert_eq!(socket.tclass_v6()?, 0x20);
        let listener = socket.listen(16)?;
        TcpSocket::new_v6()?.connect(listener.local_addr()?).await?;
        listener.accept().await?;
        Ok(())
    });
}

#[test]
fn two_listeners_share_a_port_if_both_say_so() {
    run(|| async {
        let listen = |port: u16, share: bool| {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseport(share)?;
            socket.bind(([127, 0, 0, 1], port).into())?;
            socket.listen(16)
        };
        let one = listen(0, true)?;
        let port = one.local_addr()?.port();
        let _two = listen(port, true)?;
        let error = listen(port, false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        Ok(())
    });
}

#[test]
fn connecting_to_a_closed_port_is_refused() {
    run(|| async {
        let closed = net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let error = TcpSocket::new_v4()?.connect(closed).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        Ok(())
    });
}

#[test]
fn options_are_what_they_were_set_to() {
    run(|| async {
        let socket = TcpSocket::new_v4()?;
        socket.set_keepalive(true)?;
        assert!(socket.keepalive()?);
        socket.set_reuseaddr(true)?;
        assert!(socket.reuseaddr()?);
        socket.set_reuseport(true)?;
        assert!(socket.reuseport()?);
        socket.set_nodelay(true)?;
        assert!(socket.nodelay()?);
        socket.set_linger(Some(Duration::from_secs(3)))?;
        assert_eq!(socket.linger()?, Some(Duration::from_secs(3)));
        socket.set_zero_linger()?;
        assert_eq!(socket.linger()?, Some(Duration::ZERO));
        socket.set_linger(None)?;
        assert_eq!(socket.linger()?, None);
        socket.set_tos_v4(0x10)?;
        assert_eq!(socket.tos_v4()?, 0x10);
        assert!(socket.take_error()?.is_none());
        Ok(())
    });
}

#[test]
fn buffer_sizes_are_at_least_what_they_were_set_to() {
    run(|| async {
        let socket = TcpSocket::new_v4()?;
        socket.set_send_buffer_size(32 * 1024)?;
        assert!(socket.send_buffer_size()? >= 32 * 1024);
        socket.set_recv_buffer_size(32 * 1024)?;
        assert!(socket.recv_buffer_size()? >= 32 * 1024);
        Ok(())
    });
}

#[test]
fn options_set_before_hold_for_the_stream() {
    run(|| async {
        let listener = TcpListener::bind(SocketAddr::from(ANY_PORT)).await?;
        let socket = TcpSocket::new_v4()?;
        socket.set_nodelay(true)?;
        let stream = socket.connect(listener.local_addr()?).await?;
        assert!(stream.nodelay()?);
        Ok(())
    });
}

#[test]
fn a_blocking_socket_from_elsewhere_is_made_non_blocking() {
    run(|| async {
        let blocking = || rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None);
        let socket = TcpSocket::from_std_stream(blocking()?.into());
        socket.bind(ANY_PORT.into())?;
        let listener = socket.listen(16)?;
        cancelled(listener.accept()).await;

        let socket = TcpSocket::from_std_stream(blocking()?.into());
        let stream = socket.connect(listener.local_addr()?).await?;
        would_block(stream.try_read(&mut [0; 8]));
        Ok(())
    });
}

#[allow(unsafe_code)] // std's `FromRawFd` is what is tested
#[test]
fn a_socket_goes_to_a_number_and_back() {
    run(|| async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(ANY_PORT.into())?;
        let own = socket.local_addr()?;
        let number = socket.into_raw_fd();
        // SAFETY: the number is of this moment, and nobody else has it.
        let socket = unsafe { TcpSocket::from_raw_fd(number) };
        assert_eq!(socket.local_addr()?, own);
        assert_eq!(socket.into_raw_fd(), number, "the same descriptor");
        // SAFETY: as above.
        let socket = unsafe { TcpSocket::from_raw_fd(number) };
        let listener = socket.listen(1)?;
        drop(listener);
        let refused = net::TcpStream::connect(own).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused, "it is closed");
        Ok(())
    });
}

#[test]
fn with_zero_linger_closing_is_a_reset() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        near.set_zero_linger()?;
        drop(near);
        let error = far.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        Ok(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn quick_acknowledgements_are_set_and_cleared() {
    run(|| async {
        let (near, _far) = pair_with_std().await?;
        near.set_quickack(false)?;
        assert!(!near.quickack()?);
        near.set_quickack(true)?;
        assert!(near.quickack()?);
        Ok(())
    });
}

#[test]
fn ready_tells_data_from_the_end() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        let near = Arc::new(near);
        let waits = spawn({
            let near = near.clone();
            async move { near.ready(Interest::READABLE).await }
        });
        let_others_run().await;
        far.write_all(b"soup")?;
        assert_eq!(waits.await??, Ready::READABLE);
        assert_eq!(near.try_read(&mut [0; 8])?, 4);
        cancelled(near.ready(Interest::READABLE)).await;
        far.shutdown(net::Shutdown::Write)?;
        let ready = near.ready(Interest::READABLE | Interest::WRITABLE).await?;
        assert!(ready.is_writable() && !ready.is_write_closed());
        let ready = near.ready(Interest::READABLE).await?;
        assert_eq!(ready, Ready::READABLE | Ready::READ_CLOSED);
        Ok(())
    });
}

#[test]
fn a_reset_is_an_error_to_who_waits_for_ready() {
    run(|| async {
        let (near, far) = pair_with_std().await?;
        rustix::net::sockopt::set_socket_linger(&far, Some(Duration::ZERO))?;
        drop(far);
        let ready = near.ready(Interest::READABLE).await?;
        assert!(ready.is_error() && ready.is_readable());
        let error = near.take_error()?.unwrap();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        Ok(())
    });
}

#[test]
fn an_operation_that_the_type_does_not_know_waits_as_its_own_do() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        let near = Arc::new(near);
        let receive = |near: &TcpStream| {
            let mut buf = [0; 8];
            let (n, _) = rustix::net::recv(near, &mut buf[..], RecvFlags::empty())?;
            Ok(n)
        };
        would_block(near.try_io(Interest::READABLE, || receive(&near)));
        let reader = spawn({
            let near = near.clone();
            async move { near.async_io(Interest::READABLE, || receive(&near)).await }
        });
        let_others_run().await;
        far.write_all(b"soup")?;
        assert_eq!(reader.await??, 4);

        // Woken by the one direction it waits for the other, and does not spin.
        let both = Interest::READABLE | Interest::WRITABLE;
        cancelled(near.async_io(both, || receive(&near))).await;
        far.write_all(b"bread")?;
        assert_eq!(near.async_io(both, || receive(&near)).await?, 5);
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_ready_and_the_operations_of_others_are_errors() {
    run(|| async {
        let (near, mut far) = pair_with_std().await?;
        net_tools::abroad(|| async {
            is_foreign(near.ready(Interest::READABLE).await);
            is_foreign(near.try_io(Interest::READABLE, || Ok(())));
            is_foreign(near.async_io(Interest::READABLE, || Ok(())).await);
        });
        far.write_all(b"soup")?;
        (&near).read_exact(&mut [0; 4]).await?;
        Ok(())
    });
}

#[test]
fn a_host_is_looked_up_and_a_literal_needs_no_resolver() {
    run(|| async {
        let literal: Vec<_> = lookup_host(("127.0.0.1", 80)).await?.collect();
        assert_eq!(literal, ["127.0.0.1:80".parse()?]);
        let mut named = lookup_host("localhost:80").await?;
        assert!(named.any(|addr| addr.ip().is_loopback()));
        let error = lookup_host("localhost").await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        Ok(())
    });
}

#[test]
fn an_interest_is_a_set_of_directions() {
    let both = Interest::READABLE.add(Interest::WRITABLE);
    assert_eq!(both, Interest::READABLE | Interest::WRITABLE);
    assert_eq!(both.remove(both), None);
    assert_eq!(format!("{both:?}"), "READABLE | WRITABLE");
    assert_eq!(Ready::ALL - Ready::ALL, Ready::EMPTY);
    assert!((Ready::ALL & Ready::READ_CLOSED).is_readable());
    assert!(!Ready::READABLE.is_read_closed());
}
