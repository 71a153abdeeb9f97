//! tokio's I/O traits on toque's types: which type has which, and whether bytes go through unharmed.

mod tools;

use std::io::SeekFrom;
use std::marker::PhantomData;
use std::os::unix::net;
use std::process::Command;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tools::run;
use toque::compat::tokio_io::Io;
use toque::io::{
    self, Async, BufStream, BufWriter, Cursor, DuplexStream, Join, Stderr, Stdin, Stdout,
};
use toque::net::{TcpListener, TcpStream, UnixStream, tcp, unix, unix::pipe};

/// Whether a type has a trait, as a constant. An inherent constant is found before a trait's.
macro_rules! implements {
    ($type:ty: $trait:path) => {{
        struct Of<T: ?Sized>(#[allow(dead_code)] PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const ANSWER: bool = false;
        }
        impl<T: ?Sized> Otherwise for Of<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $trait> Of<T> {
            const ANSWER: bool = true;
        }
        <Of<$type>>::ANSWER
    }};
}

/// Rows of a type and what it is by tokio's traits: `R`ead, `W`rite, `B`uffered read, `S`eek.
macro_rules! table {
    ($($type:ty => $expected:literal;)*) => {{
        let mut wrong = Vec::new();
        $(
            let letter = |letter, is| if is { letter } else { '-' };
            let found = String::from_iter([
                letter('R', implements!($type: tokio::io::AsyncRead)),
                letter('W', implements!($type: tokio::io::AsyncWrite)),
                letter('B', implements!($type: tokio::io::AsyncBufRead)),
                letter('S', implements!($type: tokio::io::AsyncSeek)),
            ]);
            if found != $expected {
                wrong.push(format!("{} is {found}, not {}", stringify!($type), $expected));
            }
        )*
        wrong
    }};
}

#[test]
fn every_stream_has_the_traits_of_the_table() {
    let wrong = table! {
        TcpStream => "RW--";
        tcp::OwnedReadHalf => "R---";
        tcp::OwnedWriteHalf => "-W--";
        tcp::ReadHalf<'static> => "R---";
        tcp::WriteHalf<'static> => "-W--";
        UnixStream => "RW--";
        unix::OwnedReadHalf => "R---";
        unix::OwnedWriteHalf => "-W--";
        unix::ReadHalf<'static> => "R---";
        unix::WriteHalf<'static> => "-W--";
        pipe::Receiver => "R---";
        pipe::Sender => "-W--";
        Async<net::UnixStream> => "RW--";
        Async<std::fs::File> => "RW--";
        Async<net::UnixListener> => "----";
        Stdin => "R---";
        Stdout => "-W--";
        Stderr => "-W--";
        DuplexStream => "RW--";
        io::ReadHalf<DuplexStream> => "R---";
        io::WriteHalf<DuplexStream> => "-W--";
        Join<Stdin, Stdout> => "RW--";
        Join<io::BufReader<Stdin>, Stdout> => "RWB-";
        BufStream<TcpStream> => "RWB-";
        BufWriter<TcpStream> => "RW--";
        BufWriter<Stdout> => "-W--";
        Io<io::BufReader<TcpStream>> => "RWB-";
        Io<Cursor<Vec<u8>>> => "RWBS";
        Io<io::Empty> => "R-B-";
    };
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// A question there and an answer back, by tokio's methods alone.
async fn talk<A, B>(mut client: A, mut server: B)
where
    A: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    B: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + 'static,
{
    let serving = toque::spawn(async move {
        let mut question = String::new();
        server.read_to_string(&mut question).await.unwrap();
        server
            .write_all(question.to_uppercase().as_bytes())
            .await
            .unwrap();
        server.flush().await.unwrap();
        server.shutdown().await.unwrap();
    });
    client.write_all(b"hungry?").await.unwrap();
    client.shutdown().await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"HUNGRY?");
    serving.await.unwrap();
}

async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (client, server)
}

#[test]
fn streams_talk_by_tokios_methods() {
    run(async {
        let (client, server) = connection().await;
        talk(client, server).await;
        let (client, server) = UnixStream::pair().unwrap();
        talk(client, server).await;
        let (client, server) = io::duplex(3);
        talk(client, server).await;
        let (client, server) = UnixStream::pair().unwrap();
        talk(BufStream::new(client), BufWriter::new(server)).await;
    });
}

#[test]
fn halves_and_pipes_talk_by_tokios_methods() {
    run(async {
        let (client, server) = connection().await;
        let (read, write) = client.into_split();
        talk(tokio::io::join(read, write), server).await;
        let (client, server) = UnixStream::pair().unwrap();
        let (read, write) = server.into_split();
        talk(client, tokio::io::join(read, write)).await;
        let (client, server) = UnixStream::pair().unwrap();
        let (read, write) = io::split(client);
        talk(io::join(Io::new(read), Io::new(write)), server).await;

        let (mut sender, mut receiver) = pipe::pipe().unwrap();
        sender.write_all(b"soup").await.unwrap();
        drop(sender);
        let mut soup = String::new();
        receiver.read_to_string(&mut soup).await.unwrap();
        assert_eq!(soup, "soup");
    });
}

#[test]
fn a_descriptor_of_any_kind_talks_by_tokios_methods() {
    run(async {
        let (ours, theirs) = net::UnixStream::pair().unwrap();
        let (mut ours, mut theirs) = (Async::new(ours).unwrap(), Async::new(theirs).unwrap());
        ours.write_u16(7).await.unwrap();
        assert_eq!(theirs.read_u16().await.unwrap(), 7);
    });
}

#[test]
fn a_wrapped_stream_of_ours_reads_lines_and_seeks_for_tokio() {
    run(async {
        let mut file = Io::new(Cursor::new(b"bread\nsoup\n".to_vec()));
        let mut line = String::new();
        file.read_line(&mut line).await.unwrap();
        assert_eq!(line, "bread\n");
        assert_eq!(file.stream_position().await.unwrap(), 6);
        assert_eq!(file.seek(SeekFrom::End(-5)).await.unwrap(), 6);
        file.write_all(b"S").await.unwrap();
        file.rewind().await.unwrap();
        let mut all = String::new();
        file.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "bread\nSoup\n");
        assert!(file.seek(SeekFrom::Current(-99)).await.is_err());
        assert_eq!(file.stream_position().await.unwrap(), 11); // the failed one is forgotten
    });
}

#[test]
fn a_wrapped_stream_of_tokios_reads_lines_and_seeks_for_us() {
    use toque::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

    run(async {
        let mut file = Io::new(std::io::Cursor::new(b"bread\nsoup\n".to_vec()));
        let mut line = String::new();
        AsyncBufReadExt::read_line(&mut file, &mut line)
            .await
            .unwrap();
        assert_eq!(line, "bread\n");
        let position = AsyncSeekExt::seek(&mut file, SeekFrom::Current(0)).await;
        assert_eq!(position.unwrap(), 6);
        AsyncWriteExt::write_all(&mut file, b"S").await.unwrap();
        let position = AsyncSeekExt::seek(&mut file, SeekFrom::Start(6)).await;
        assert_eq!(position.unwrap(), 6);
        let mut rest = String::new();
        AsyncReadExt::read_to_string(&mut file, &mut rest)
            .await
            .unwrap();
        assert_eq!(rest, "Soup\n");

        let (ours, theirs) = tokio::io::duplex(8);
        let (mut ours, mut theirs) = (Io::new(ours), Io::new(theirs));
        AsyncWriteExt::write_all(&mut ours, b"soup").await.unwrap();
        AsyncWriteExt::shutdown(&mut ours).await.unwrap();
        let mut soup = Vec::new();
        AsyncReadExt::read_to_end(&mut theirs, &mut soup)
            .await
            .unwrap();
        assert_eq!(soup, b"soup");
    });
}

/// What Cargo says it builds of tokio for the library, with all of the library's features.
#[test]
fn of_tokio_no_runtime_comes_along() {
    let arguments = "tree -p toque -e features,no-dev -i tokio --all-features --offline";
    let output = Command::new(env!("CARGO"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(
        tree.contains("toque"),
        "not the tree of this library:\n{tree}"
    );
    for banned in ["rt", "rt-multi-thread", "net", "time", "fs", "full"] {
        let feature = format!("tokio feature \"{banned}\"");
        assert!(
            !tree.contains(&feature),
            "tokio's {banned:?} has come in:\n{tree}"
        );
    }
}
