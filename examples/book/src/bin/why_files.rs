//! Why a file needs the pool: the reactor takes a socket, and refuses a file. (As Linux
//! does; kqueue takes files, and calls each of them ready.)

use std::fs::File;
use std::io;
use std::net::UdpSocket;

use toque::io::Async;
use toque::{Runtime, fs};

// ANCHOR: main
fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let path = std::env::temp_dir().join(format!("toque-book-{}", std::process::id()));
        fs::write(&path, "gouda, brie").await?;

        let socket = Async::new(UdpSocket::bind("127.0.0.1:0")?);
        println!(
            "a socket: {}",
            if socket.is_ok() { "taken" } else { "refused" }
        );
        let file = Async::new(File::open(&path)?);
        println!("a file: {:?}", file.unwrap_err().kind());
        println!("by the pool: {}", fs::read_to_string(&path).await?);

        fs::remove_file(&path).await
    })
}
// ANCHOR_END: main
