//! An echo server with a flaw, chosen by its name: what `trouble` must find, or it would prove nothing.
//! Started by the tests, as `careless FLAW --listen ADDR`; prints where it listens.

use std::time::Duration;
use std::{env, io};

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::time::Instant;

#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    /// Keeps each tenth connection for ever.
    Leaks,
    /// Keeps some memory of each connection.
    Grows,
    /// Asks again and again for a while when a connection can't be accepted.
    Spins,
    /// Gives back another byte now and then.
    Changes,
    /// Answers no more after some time.
    Falters,
    /// Ends with the first error.
    Ends,
    /// Ends after some connections.
    Tires,
}

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [flaw, _, addr] = args.as_slice() else {
        return Err(io::Error::other("usage: careless FLAW --listen ADDR"));
    };
    let flaw = match flaw.as_str() {
        "leaks" => Flaw::Leaks,
        "grows" => Flaw::Grows,
        "spins" => Flaw::Spins,
        "changes" => Flaw::Changes,
        "falters" => Flaw::Falters,
        "ends" => Flaw::Ends,
        "tires" => Flaw::Tires,
        other => return Err(io::Error::other(format!("no such flaw: {other}"))),
    };
    toque::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(addr).await?;
        println!("listening on {}", listener.local_addr()?);
        serve(listener, flaw).await
    })
}

async fn serve(listener: TcpListener, flaw: Flaw) -> io::Result<()> {
    let mut count = 0u64;
    loop {
        match listener.accept().await {
            Ok(_) if flaw == Flaw::Tires && count == 500 => panic!("too many connections"),
            Ok((stream, _)) => {
                count += 1;
                drop(toque::spawn(echo(stream, flaw, count)));
            }
            Err(error) if flaw == Flaw::Ends => return Err(error),
            Err(_) if flaw == Flaw::Spins => spin(Duration::from_millis(300)).await,
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

async fn spin(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        toque::task::yield_now().await;
    }
}

async fn echo(mut stream: TcpStream, flaw: Flaw, count: u64) -> io::Result<()> {
    if flaw == Flaw::Grows {
        Box::leak(vec![1; 64 << 10].into_boxed_slice());
    }
    let mut buf = [0; 4096];
    for round in 1u64.. {
        let n = match stream.read(&mut buf).await {
            Ok(n) if n > 0 => n,
            _ => break,
        };
        match flaw {
            Flaw::Changes if round % 50 == 0 => buf[n / 2] ^= 1,
            Flaw::Falters if round % 50 == 0 => std::future::pending().await,
            _ => {}
        }
        stream.write_all(&buf[..n]).await?;
    }
    if flaw == Flaw::Leaks && count % 10 == 0 {
        Box::leak(Box::new(stream));
    }
    Ok(())
}
