//! Two sockets that play ping-pong with numbered datagrams, until both have had enough.
//!
//! ```text
//! cargo run -p ported --bin udp_codec
//! ```

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use toque::net::UdpSocket;
use toque::{io, time};

/// How often they play.
const ROUNDS: u32 = 4;

/// What a datagram says.
#[derive(Debug, PartialEq)]
enum Frame {
    Ping(u32),
    Pong(u32),
}

impl Frame {
    fn encode(&self) -> [u8; 5] {
        let (kind, number) = match self {
            Frame::Ping(number) => (b'>', number),
            Frame::Pong(number) => (b'<', number),
        };
        let mut datagram = [kind; 5];
        datagram[1..].copy_from_slice(&number.to_be_bytes());
        datagram
    }

    fn decode(datagram: &[u8]) -> io::Result<Frame> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let (kind, number) = datagram.split_first().ok_or_else(invalid)?;
        let number = u32::from_be_bytes(number.try_into().map_err(|_| invalid())?);
        match kind {
            b'>' => Ok(Frame::Ping(number)),
            b'<' => Ok(Frame::Pong(number)),
            _ => Err(invalid()),
        }
    }
}

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut a = UdpSocket::bind("127.0.0.1:0").await?;
    let mut b = UdpSocket::bind("127.0.0.1:0").await?;
    let b_addr = b.local_addr()?;

    let (a, b) = toque::try_join!(ping(&mut a, b_addr), pong(&mut b))?;
    println!("{a} pings, {b} pongs");
    Ok(())
}

async fn ping(socket: &mut UdpSocket, b_addr: SocketAddr) -> io::Result<u32> {
    let mut buf = [0; 16];
    for number in 0..ROUNDS {
        socket
            .send_to(&Frame::Ping(number).encode(), b_addr)
            .await?;
        let (len, addr) = socket.recv_from(&mut buf).await?;
        let frame = Frame::decode(&buf[..len])?;
        println!("[a] recv: {frame:?}");
        assert_eq!((addr, frame), (b_addr, Frame::Pong(number)));
    }
    Ok(ROUNDS)
}

async fn pong(socket: &mut UdpSocket) -> io::Result<u32> {
    let mut buf = [0; 16];
    let mut pongs = 0;
    // A datagram may be lost; then it is over.
    let timeout = Duration::from_secs(10);
    while pongs < ROUNDS {
        let (len, addr) = time::timeout(timeout, socket.recv_from(&mut buf)).await??;
        let Frame::Ping(number) = Frame::decode(&buf[..len])? else {
            continue;
        };
        println!("[b] recv: {:?}", Frame::Ping(number));
        socket.send_to(&Frame::Pong(number).encode(), &addr).await?;
        pongs += 1;
    }
    Ok(pongs)
}
