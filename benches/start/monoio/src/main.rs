//! Says "hello" to one guest and ends, on monoio. `benches start` measures it.

use monoio::io::AsyncWriteRentExt;
use monoio::net::TcpListener;
use monoio::{FusionDriver, RuntimeBuilder};

fn main() -> std::io::Result<()> {
    let mut runtime = RuntimeBuilder::<FusionDriver>::new().enable_timer().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("{}", listener.local_addr()?.port());
        let (mut guest, _) = listener.accept().await?;
        let task = monoio::spawn(async move { guest.write_all(b"hello").await.0 });
        task.await.map(drop)
    })
}
