//! A service with one seat: a guest is served, another is sent away, and the kitchen
//! closes in good order.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use hyper::body::Incoming;
use hyper::{Request, Response};
use toque::http::{serve, service_fn};
use toque::local::{Notify, Semaphore};
use toque::net::{TcpListener, TcpStream};
use toque::{Runtime, spawn};

// ANCHOR: kitchen
/// What all requests share. No lock: one thread serves them.
struct Kitchen {
    /// One permit for each order that may be in the kitchen at once.
    seats: Semaphore,
    /// Told when an order has come in.
    searching: Notify,
    /// Told when the database has found it.
    found: Notify,
}

async fn answer(kitchen: Rc<Kitchen>) -> Result<Response<String>, Infallible> {
    let Ok(_seat) = kitchen.seats.try_acquire() else {
        println!("no seat is free");
        let mut answer = Response::new("come back later\n".to_owned());
        *answer.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
        return Ok(answer);
    };
    println!("searching for sandwich");
    kitchen.searching.notify_one();
    kitchen.found.notified().await;
    println!("lunch time");
    Ok(Response::new("lunch time\n".to_owned()))
}
// ANCHOR_END: kitchen

/// A guest: asks, and reads to the end.
async fn get(addr: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    stream
        .write_all(b"GET /sandwich HTTP/1.1\r\nhost: kitchen\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

// ANCHOR: main
fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let kitchen = Rc::new(Kitchen {
            seats: Semaphore::new(1),
            searching: Notify::new(),
            found: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let shared = Rc::clone(&kitchen);
        let service = service_fn(move |_: Request<Incoming>| answer(Rc::clone(&shared)));
        let server = serve(listener, service);
        let handle = server.handle();
        let server = spawn(server.into_future());

        let first = spawn(get(addr));
        kitchen.searching.notified().await;
        println!("the second guest reads: {}", get(addr).await?);

        handle.shutdown(); // with the first guest still waiting
        kitchen.found.notify_one();
        println!("the first guest reads: {}", first.await??);
        println!("{}", server.await?);
        Ok(())
    })
}
// ANCHOR_END: main
