//! What is different on Windows, and what its own code does. `scripts/wine` runs it.
#![cfg(windows)]

use std::io::{ErrorKind, Read, Write};
use std::os::windows::io::{AsHandle, AsSocket, FromRawSocket, IntoRawSocket};
use std::time::Duration;

use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use toque::io::Interest;
use toque::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a test's future. One that hangs fails instead.
fn run(test: impl Future<Output = Result>) {
    let runtime = toque::Runtime::new().unwrap();
    let limit = Duration::from_secs(60);
    let result = runtime.block_on(async { toque::time::timeout(limit, test).await });
    result.expect("the test hangs").unwrap();
}

#[allow(unsafe_code)] // std's `FromRawSocket`
#[test]
fn a_socket_goes_out_by_its_number_and_comes_back() {
    run(async {
        let number = TcpSocket::new_v4()?.into_raw_socket();
        // SAFETY: it is open, and nobody else's: it was given up in the line before.
        let socket = unsafe { TcpSocket::from_raw_socket(number) };
        socket.bind("127.0.0.1:0".parse()?)?;
        let listener = socket.listen(1)?;
        let mut far = std::net::TcpStream::connect(listener.local_addr()?)?;
        let (mut near, _) = listener.accept().await?;
        far.write_all(b"soup")?;
        let mut soup = [0; 4];
        near.read_exact(&mut soup).await?;
        near.write_all(&soup).await?;
        far.read_exact(&mut soup)?;
        assert_eq!(&soup, b"soup");
        let _ = near.as_socket();
        Ok(())
    });
}

#[test]
fn a_listener_takes_no_port_of_another() {
    run(async {
        let first = TcpListener::bind("127.0.0.1:0").await?;
        let second = TcpListener::bind(first.local_addr()?).await;
        assert!(second.is_err());
        Ok(())
    });
}

#[test]
fn ready_is_asked_of_the_system() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let near = TcpStream::connect(listener.local_addr()?).await?;
        let (far, _) = listener.accept().await?;
        let both = Interest::READABLE | Interest::WRITABLE;
        let ready = near.ready(both).await?;
        assert!(ready.is_writable() && !ready.is_readable());
        far.try_write(b"soup")?;
        assert!(near.ready(Interest::READABLE).await?.is_readable());
        Ok(())
    });
}

#[test]
fn a_datagram_that_is_cut_is_an_error_and_gone() {
    run(async {
        let two = UdpSocket::bind("127.0.0.1:0").await?;
        let one = UdpSocket::bind("127.0.0.1:0").await?;
        for dish in ["a whole dinner", "soup"] {
            one.send_to(dish.as_bytes(), two.local_addr()?).await?;
        }
        assert_eq!(two.peek_sender().await?, one.local_addr()?);
        let mut buf = [0; 7];
        assert!(two.recv(&mut buf).await.is_err());
        assert_eq!(two.recv(&mut buf).await?, 4);
        Ok(())
    });
}

#[test]
fn cores_can_not_share_a_port() {
    let kinds = toque::cores(1, async |core| {
        let listener = core.listen("127.0.0.1:0").await;
        listener.map_err(|error| error.kind()).err()
    });
    assert_eq!(
        kinds.unwrap().pop().unwrap().unwrap(),
        Some(ErrorKind::Unsupported)
    );
}

#[test]
fn a_file_is_written_and_read_back() {
    run(async {
        let name = format!("toque-windows-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut options = toque::fs::OpenOptions::new();
        options.read(true).write(true).create(true).share_mode(0);
        let mut file = options.open(&path).await?;
        assert!(toque::fs::read(&path).await.is_err()); // not shared
        file.write_all(b"soup, salad").await?;
        file.seek(std::io::SeekFrom::Start(6)).await?;
        let mut rest = String::new();
        file.read_to_string(&mut rest).await?;
        assert_eq!(rest, "salad");
        let _ = file.as_handle();
        drop(file);
        toque::fs::remove_file(&path).await?;
        Ok(())
    });
}
