//! Says "hello" to one guest and ends, on smol's LocalExecutor. `benches start` measures it.

use smol::LocalExecutor;
use smol::io::AsyncWriteExt;
use smol::net::TcpListener;

fn main() -> std::io::Result<()> {
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let (mut guest, _) = listener.accept().await?;
        let task = executor.spawn(async move { guest.write_all(b"hello").await });
        task.await
    }))
}
