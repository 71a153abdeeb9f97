//! Gives every datagram back to whoever sent it.
//!
//! ```text
//! cargo run -p ported --bin udp_echo -- 127.0.0.1:8080
//! ```

use std::env;
use std::error::Error;
use std::io;
use std::net::SocketAddr;

use toque::net::UdpSocket;

struct Server {
    socket: UdpSocket,
    buf: Vec<u8>,
    to_send: Option<(usize, SocketAddr)>,
}

impl Server {
    async fn run(self) -> Result<(), io::Error> {
        let Server {
            socket,
            mut buf,
            mut to_send,
        } = self;

        loop {
            if let Some((size, peer)) = to_send {
                let amt = socket.send_to(&buf[..size], &peer).await?;
                println!("Echoed {amt}/{size} bytes");
            }
            to_send = Some(socket.recv_from(&mut buf).await?);
        }
    }
}

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8080".to_string());
    let socket = UdpSocket::bind(&addr).await?;
    println!("listening on {}", socket.local_addr()?);

    let server = Server {
        socket,
        buf: vec![0; 1024],
        to_send: None,
    };
    server.run().await?;
    Ok(())
}
