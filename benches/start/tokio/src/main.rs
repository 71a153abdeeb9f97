//! Says "hello" to one guest and ends, on tokio's current_thread. `benches start` measures it.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

fn main() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let (mut guest, _) = listener.accept().await?;
        let task = tokio::spawn(async move { guest.write_all(b"hello").await });
        task.await.expect("joins")
    })
}
