//! Sends what it reads on standard input in one datagram, and prints how long the answer is.
//!
//! ```text
//! echo soup | cargo run -p ported --bin udp_client -- 127.0.0.1:8080
//! ```

use std::env;
use std::error::Error;
use std::net::SocketAddr;

use toque::io::AsyncReadExt;
use toque::net::UdpSocket;

const MAX_DATAGRAM_SIZE: usize = 65_507;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let remote_addr: SocketAddr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8080".into())
        .parse()?;
    let local_addr: SocketAddr = if remote_addr.is_ipv4() {
        "127.0.0.1:0"
    } else {
        "[::1]:0"
    }
    .parse()?;

    let socket = UdpSocket::bind(local_addr).await?;
    socket.connect(&remote_addr).await?;
    let mut data = Vec::new();
    toque::io::stdin().read_to_end(&mut data).await?;
    socket.send(&data).await?;

    let mut data = vec![0u8; MAX_DATAGRAM_SIZE];
    let len = socket.recv(&mut data).await?;
    println!(
        "Received {len} bytes:\n{}",
        String::from_utf8_lossy(&data[..len])
    );
    Ok(())
}
