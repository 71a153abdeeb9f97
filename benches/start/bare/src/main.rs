//! Says "hello" to one guest and ends, on std alone. `benches start` measures it.

use std::io::Write;
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    let (mut guest, _) = listener.accept()?;
    guest.write_all(b"hello")
}
