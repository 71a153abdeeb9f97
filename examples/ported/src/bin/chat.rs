//! A chat room: the first line of a client is its name, every other line goes to all the others.
//!
//! ```text
//! cargo run -p ported --bin chat -- 127.0.0.1:6142
//! ```

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use toque::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use toque::net::{TcpListener, TcpStream};
use toque::sync::{Mutex, mpsc};

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:6142".to_string());
    let listener = TcpListener::bind(&addr).await?;
    println!("listening on {}", listener.local_addr()?);

    let state = Arc::new(Mutex::new(Shared::default()));
    loop {
        let (stream, addr) = listener.accept().await?;
        let state = Arc::clone(&state);
        toque::spawn(async move {
            if let Err(e) = process(state, stream, addr).await {
                eprintln!("an error occurred; error = {e:?}");
            }
        });
    }
}

/// Half of a channel for each client.
#[derive(Default)]
struct Shared {
    peers: HashMap<SocketAddr, mpsc::UnboundedSender<String>>,
}

impl Shared {
    /// Sends a line to everyone but its sender.
    fn broadcast(&mut self, sender: SocketAddr, message: &str) {
        for (addr, tx) in &mut self.peers {
            if *addr != sender {
                let _ = tx.send(message.into());
            }
        }
    }
}

async fn process(state: Arc<Mutex<Shared>>, stream: TcpStream, addr: SocketAddr) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();

    writer.write_all(b"Please enter your username:\n").await?;
    let Some(username) = lines.next_line().await? else {
        return Ok(());
    };

    let (tx, mut rx) = mpsc::unbounded_channel();
    {
        let mut state = state.lock().await;
        state.peers.insert(addr, tx);
        state.broadcast(addr, &format!("{username} has joined the chat"));
    }

    loop {
        toque::select! {
            // A line for this client.
            Some(msg) = rx.recv() => {
                writer.write_all(msg.as_bytes()).await?;
                writer.write_all(b"\n").await?;
            }
            // A line of this client.
            result = lines.next_line() => match result {
                Ok(Some(msg)) => {
                    let mut state = state.lock().await;
                    state.broadcast(addr, &format!("{username}: {msg}"));
                }
                Ok(None) => break,
                Err(e) => {
                    eprintln!("an error occurred while processing messages for {username}; error = {e:?}");
                    break;
                }
            },
        }
    }

    let mut state = state.lock().await;
    state.peers.remove(&addr);
    state.broadcast(addr, &format!("{username} has left the chat"));
    Ok(())
}
