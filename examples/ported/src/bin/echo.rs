//! Gives every connection back what it sends.
//!
//! ```text
//! cargo run -p ported --bin echo -- 127.0.0.1:8080
//! ```

use std::env;
use std::error::Error;

use toque::io::{AsyncReadExt, AsyncWriteExt};
use toque::net::TcpListener;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8080".to_string());
    let listener = TcpListener::bind(&addr).await?;
    println!("listening on {}", listener.local_addr()?);

    loop {
        let (mut socket, _) = listener.accept().await?;
        toque::spawn(async move {
            let mut buf = vec![0; 1024];
            loop {
                let n = socket
                    .read(&mut buf)
                    .await
                    .expect("failed to read data from socket");
                if n == 0 {
                    return;
                }
                socket
                    .write_all(&buf[0..n])
                    .await
                    .expect("failed to write data to socket");
            }
        });
    }
}
