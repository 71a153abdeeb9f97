//! Says "hello" to one guest and ends, on toque. `benches start` measures it.

use futures_lite::AsyncWriteExt;
use toque::net::TcpListener;

fn main() -> std::io::Result<()> {
    toque::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let (mut guest, _) = listener.accept().await?;
        let task = toque::spawn(async move { guest.write_all(b"hello").await });
        task.await.expect("joins")
    })
}
