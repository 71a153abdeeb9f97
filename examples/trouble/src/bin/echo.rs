//! `examples/echo.rs` on a reactor of choice, `native`, `portable` or `oneshot`: the faults are to find each of them.
//! Started by `trouble`, as `echo REACTOR --listen ADDR`; prints where it listens.

use std::{env, io};

use toque::net::TcpListener;
use toque::runtime::ReactorKind;

#[path = "../../../echo.rs"]
#[allow(dead_code, reason = "its `main` is not ours")]
mod example;

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [reactor, _, addr] = args.as_slice() else {
        return Err(io::Error::other("usage: echo REACTOR --listen ADDR"));
    };
    let kind = match reactor.as_str() {
        "portable" => ReactorKind::Portable,
        "oneshot" => ReactorKind::Oneshot,
        _ => ReactorKind::Native,
    };
    let mut builder = toque::Builder::new_current_thread();
    builder.reactor(kind).build()?.block_on(async {
        let listener = TcpListener::bind(addr).await?;
        println!("listening on {}", listener.local_addr()?);
        example::serve(listener).await
    })
}
