//! Sends one command to `kv_server`, and prints the answer; a subscription goes on until the server ends.
//!
//! ```text
//! cargo run -p ported --bin kv_client -- 127.0.0.1:6379 set soup tomato
//! ```

use std::error::Error;

use ported::kv::{Connection, Frame};
use toque::net::TcpStream;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let addr = args
        .next()
        .ok_or("usage: kv_client ADDRESS COMMAND [WORD…]")?;
    let words: Vec<_> = args.map(|word| Frame::Bulk(word.into_bytes())).collect();
    let subscribes = words.first() == Some(&Frame::Bulk(b"subscribe".to_vec()));

    let mut connection = Connection::new(TcpStream::connect(addr).await?);
    connection.write_frame(&Frame::Array(words)).await?;
    while let Some(answer) = connection.read_frame().await? {
        println!("{}", shown(&answer));
        if !subscribes {
            break;
        }
    }
    Ok(())
}

fn shown(frame: &Frame) -> String {
    match frame {
        Frame::Simple(text) => text.clone(),
        Frame::Error(text) => format!("(error) {text}"),
        Frame::Integer(n) => format!("(integer) {n}"),
        Frame::Bulk(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        Frame::Null => "(nil)".to_string(),
        Frame::Array(frames) => frames.iter().map(shown).collect::<Vec<_>>().join(" "),
    }
}
