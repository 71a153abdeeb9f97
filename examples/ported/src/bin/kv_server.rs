//! A small part of Redis: PING, GET, SET with EX and PX, PUBLISH, SUBSCRIBE. `redis-cli` can talk to it. Ends on ctrl-c.
//!
//! ```text
//! cargo run -p ported --bin kv_server -- 127.0.0.1:6379
//! ```

use std::error::Error;

use ported::kv;
use toque::net::TcpListener;
use toque::signal;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:6379".to_string());
    let listener = TcpListener::bind(&addr).await?;
    println!("listening on {}", listener.local_addr()?);
    kv::run(listener, signal::ctrl_c()).await?;
    println!("closed");
    Ok(())
}
