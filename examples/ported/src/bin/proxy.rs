//! Passes every connection on to a server, and back.
//!
//! ```text
//! cargo run -p ported --bin proxy -- 127.0.0.1:8081 127.0.0.1:8080
//! ```

use std::env;
use std::error::Error;

use toque::io::copy_bidirectional;
use toque::net::{TcpListener, TcpStream};

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen_addr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8081".to_string());
    let server_addr = env::args()
        .nth(2)
        .unwrap_or_else(|| "127.0.0.1:8080".to_string());
    let listener = TcpListener::bind(listen_addr).await?;
    println!("listening on {}", listener.local_addr()?);

    while let Ok((mut inbound, _)) = listener.accept().await {
        let server_addr = server_addr.clone();
        toque::spawn(async move {
            let mut outbound = match TcpStream::connect(server_addr).await {
                Ok(outbound) => outbound,
                Err(e) => return eprintln!("failed to connect; error={e}"),
            };
            if let Err(e) = copy_bidirectional(&mut inbound, &mut outbound).await {
                eprintln!("failed to transfer; error={e}");
            }
        });
    }
    Ok(())
}
