//! Samples: what the examples of methods that are written once differ in, from one type to the other.
//! Used in `doc` attributes only. `ours` is what the example is about, `theirs` what is connected to it.

/// Something of a type's.
macro_rules! sample {
    // Two that are connected.
    (pair TcpStream) => {
        "use toque::net::{TcpListener, TcpStream};\n\n\
         let listener = TcpListener::bind(\"127.0.0.1:0\").await?;\n\
         let ours = TcpStream::connect(listener.local_addr()?).await?;\n\
         let (theirs, _) = listener.accept().await?;"
    };
    (pair UdpSocket) => {
        "use toque::net::UdpSocket;\n\n\
         let (ours, theirs) = (UdpSocket::bind(\"127.0.0.1:0\").await?, UdpSocket::bind(\"127.0.0.1:0\").await?);\n\
         ours.connect(theirs.local_addr()?).await?;\n\
         theirs.connect(ours.local_addr()?).await?;"
    };
    (pair UnixStream) => {
        "use toque::net::UnixStream;\n\nlet (ours, theirs) = UnixStream::pair()?;"
    };
    (pair UnixDatagram) => {
        "use toque::net::UnixDatagram;\n\nlet (ours, theirs) = UnixDatagram::pair()?;"
    };
    (pair Receiver) => {
        "use toque::net::unix::pipe;\n\nlet (theirs, ours) = pipe::pipe()?;"
    };
    (pair Sender) => {
        "use toque::net::unix::pipe;\n\nlet (ours, theirs) = pipe::pipe()?;"
    };
    (pair ReadHalf) => {
        "use toque::net::UnixStream;\n\n\
         let (mut stream, theirs) = UnixStream::pair()?;\n\
         let (ours, _writer) = stream.split();"
    };
    (pair WriteHalf) => {
        "use toque::net::UnixStream;\n\n\
         let (mut stream, theirs) = UnixStream::pair()?;\n\
         let (_reader, ours) = stream.split();"
    };
    (pair OwnedReadHalf) => {
        "use toque::net::UnixStream;\n\n\
         let (stream, theirs) = UnixStream::pair()?;\n\
         let (ours, _writer) = stream.into_split();"
    };
    (pair OwnedWriteHalf) => {
        "use toque::net::UnixStream;\n\n\
         let (stream, theirs) = UnixStream::pair()?;\n\
         let (_reader, ours) = stream.into_split();"
    };

    // One whose options are set.
    (connected) => {
        "use toque::net::{TcpListener, TcpStream};\n\n\
         let listener = TcpListener::bind(\"127.0.0.1:0\").await?;\n\
         let socket = TcpStream::connect(listener.local_addr()?).await?;"
    };
    (udp) => { "let socket = toque::net::UdpSocket::bind(\"0.0.0.0:0\").await?;" };
    (udp_v6) => {
        "let socket = toque::net::UdpSocket::bind(\"[::]:0\").await;\n\
         let Ok(socket) = socket else { return Ok(()) }; // not every machine has IPv6"
    };

    // One of std's.
    (std TcpListener) => { "let socket = std::net::TcpListener::bind(\"127.0.0.1:0\")?;" };
    (std TcpStream) => {
        "let listener = std::net::TcpListener::bind(\"127.0.0.1:0\")?;\n\
         let socket = std::net::TcpStream::connect(listener.local_addr()?)?;"
    };
    (std UdpSocket) => { "let socket = std::net::UdpSocket::bind(\"127.0.0.1:0\")?;" };
    (std UnixListener) => {
        "# let path = std::env::temp_dir().join(format!(\"toque-doc-std-{}\", std::process::id()));\n\
         let socket = std::os::unix::net::UnixListener::bind(&path)?;\n\
         # std::fs::remove_file(&path)?;"
    };
    (std UnixStream) => { "let (socket, _peer) = std::os::unix::net::UnixStream::pair()?;" };
    (std UnixDatagram) => { "let (socket, _peer) = std::os::unix::net::UnixDatagram::pair()?;" };

    // How it is read and written.
    (read UdpSocket) => { "recv" };
    (read UnixDatagram) => { "recv" };
    (read $type:ident) => { "read" };
    (write UdpSocket) => { "send" };
    (write UnixDatagram) => { "send" };
    (write $type:ident) => { "write" };

    // What can be waited for.
    (interest Sender) => { "WRITABLE" };
    (interest WriteHalf) => { "WRITABLE" };
    (interest OwnedWriteHalf) => { "WRITABLE" };
    (interest $type:ident) => { "READABLE" };
    (is_so Sender) => { "is_writable" };
    (is_so WriteHalf) => { "is_writable" };
    (is_so OwnedWriteHalf) => { "is_writable" };
    (is_so $type:ident) => { "is_readable" };

    (able Sender) => { "writable" };
    (able $type:ident) => { "readable" };

    // What the other side does about that, if something is to be done.
    (prepare Sender) => { "# let _open = theirs;" };
    (prepare WriteHalf) => { "# let _open = theirs;" };
    (prepare OwnedWriteHalf) => { "# let _open = theirs;" };
    (prepare UdpSocket) => { "theirs.try_send(b\"soup\")?;" };
    (prepare UnixDatagram) => { "theirs.try_send(b\"soup\")?;" };
    (prepare $type:ident) => { "theirs.try_write(b\"soup\")?;" };

    // Waiting for a direction, without false alarms.
    (wait Read) => { "ours.ready(toque::io::Interest::READABLE).await?;" };
    (wait Write) => { "ours.writable().await?;" };
}

pub(in crate::net) use sample;
