//! The kitchen: a guest asks for a sandwich, which the database has; another is served
//! while the first waits.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream as Socket};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use tutorial::net::{TcpListener, TcpStream};
use tutorial::runtime::{block_on, spawn};

// ANCHOR: database
/// A database in the next room: it answers when it pleases.
#[derive(Default)]
struct Database(Mutex<Answer>);

#[derive(Default)]
struct Answer {
    given: bool,
    waiter: Option<Waker>,
}

impl Database {
    async fn sandwich(&self) {
        poll_fn(|cx| {
            let mut answer = self.0.lock().unwrap();
            if answer.given {
                return Poll::Ready(());
            }
            answer.waiter = Some(cx.waker().clone()); // `answer` owes the wake
            Poll::Pending
        })
        .await;
    }

    fn answer(&self) {
        let mut answer = self.0.lock().unwrap();
        answer.given = true;
        let waiter = answer.waiter.take();
        drop(answer);
        waiter.into_iter().for_each(Waker::wake);
    }
}
// ANCHOR_END: database

// ANCHOR: kitchen
/// Serves one guest: a request, an answer, and the connection is closed.
async fn serve(guest: TcpStream, kitchen: Rc<Kitchen>) -> io::Result<()> {
    let request = read_request(&guest).await?;
    if request.starts_with("GET /sandwich ") {
        println!("searching for sandwich");
        kitchen.searching.send(()).map_err(io::Error::other)?;
        kitchen.database.sandwich().await; // the thread goes on with other guests
        println!("lunch time");
        respond(&guest, "lunch time\n").await
    } else {
        println!("the menu, meanwhile");
        respond(&guest, "sandwich\n").await
    }
}

/// What all guests share. One thread serves them, so it takes no lock.
struct Kitchen {
    database: Arc<Database>,
    /// Told of each search.
    searching: Sender<()>,
}

async fn accept(listener: TcpListener, kitchen: Rc<Kitchen>) -> io::Result<()> {
    let mut guests = Vec::new();
    for _ in 0..2 {
        let guest = listener.accept().await?;
        guests.push(spawn(serve(guest, Rc::clone(&kitchen))));
    }
    for guest in guests {
        guest.await.expect("nobody is sent away")?;
    }
    Ok(())
}
// ANCHOR_END: kitchen

async fn read_request(guest: &TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    let mut chunk = [0; 256];
    while !request.ends_with(b"\r\n\r\n") {
        match guest.read(&mut chunk).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => request.extend_from_slice(&chunk[..n]),
        }
    }
    Ok(String::from_utf8_lossy(&request).into_owned())
}

async fn respond(guest: &TcpStream, body: &str) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    guest.write_all(format!("{head}{body}").as_bytes()).await
}

/// A guest, with a thread of its own: it writes, and reads to the end.
fn get(addr: SocketAddr, path: &str) -> io::Result<String> {
    let mut kitchen = Socket::connect(addr)?;
    kitchen.write_all(format!("GET {path} HTTP/1.1\r\nHost: kitchen\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    kitchen.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Two guests. The database answers the first once the second has been served.
fn guests(addr: SocketAddr, searching: &Receiver<()>, database: &Database) -> io::Result<()> {
    thread::scope(|scope| {
        let hungry = scope.spawn(|| get(addr, "/sandwich"));
        searching.recv().map_err(io::Error::other)?;
        let menu = get(addr, "/menu")?;
        assert!(menu.ends_with("\r\n\r\nsandwich\n"), "{menu}");
        database.answer();
        let lunch = hungry.join().expect("the guest is well")?;
        assert!(lunch.ends_with("\r\n\r\nlunch time\n"), "{lunch}");
        Ok(())
    })
}

fn main() -> io::Result<()> {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let database = Arc::new(Database::default());
        let (searching, heard) = mpsc::channel();
        let kitchen = Rc::new(Kitchen {
            database: Arc::clone(&database),
            searching,
        });
        let street = thread::spawn(move || guests(addr, &heard, &database));
        accept(listener, kitchen).await?;
        street.join().expect("the guests are well")
    })?
}
