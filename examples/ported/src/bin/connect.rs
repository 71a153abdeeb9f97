//! A terminal for a TCP server: standard input goes there, what it answers to standard output.
//!
//! ```text
//! cargo run -p ported --bin connect -- 127.0.0.1:8080
//! ```

use std::env;
use std::error::Error;

use toque::io::{AsyncWriteExt, copy, stdin, stdout};
use toque::net::TcpStream;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = env::args()
        .nth(1)
        .ok_or("this program requires an address")?;
    let stream = TcpStream::connect(addr).await?;
    let (mut reader, mut writer) = stream.into_split();

    let upload = toque::spawn(async move {
        copy(&mut stdin(), &mut writer).await?;
        writer.shutdown().await
    });
    let mut stdout = stdout();
    copy(&mut reader, &mut stdout).await?;
    stdout.flush().await?;
    upload.await??;
    Ok(())
}
