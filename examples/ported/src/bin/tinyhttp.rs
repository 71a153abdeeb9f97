//! A server of HTTP/1.1 by hand: `/plaintext` and `/json`, kept alive, pipelined.
//!
//! ```text
//! cargo run -p ported --bin tinyhttp -- 127.0.0.1:8080
//! ```

use std::env;
use std::error::Error;
use std::io;

use toque::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use toque::net::{TcpListener, TcpStream};

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8080".to_string());
    let server = TcpListener::bind(&addr).await?;
    println!("listening on {}", server.local_addr()?);

    loop {
        let (stream, _) = server.accept().await?;
        toque::spawn(async move {
            if let Err(e) = process(stream).await {
                eprintln!("failed to process connection; error = {e}");
            }
        });
    }
}

async fn process(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    while let Some(path) = read_request(&mut stream).await? {
        let (status, content_type, body) = match path.as_str() {
            "/plaintext" => ("200 OK", "text/plain", "Hello, World!"),
            "/json" => (
                "200 OK",
                "application/json",
                r#"{"message":"Hello, World!"}"#,
            ),
            _ => ("404 Not Found", "text/plain", ""),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nServer: Example\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// The path of the next request, none at the end of the connection.
async fn read_request(stream: &mut BufStream<TcpStream>) -> io::Result<Option<String>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_string();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        if line.trim_end().is_empty() {
            return Ok(Some(path));
        }
    }
}
