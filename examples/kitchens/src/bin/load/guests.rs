//! The guests: so many tasks on toque, each with a connection that it keeps, who order, wait, think, and order again.
//!
//! An order is counted when its answer comes within the window. A guest who gets no answer in the whole window counts with the time
//! they have waited by its end, as a wait that is longer than that: left out, a kitchen would look the faster the fewer it serves.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use toque::io::{AsyncReadExt, AsyncWriteExt};
use toque::net::TcpStream;
use toque::task::JoinSet;
use toque::time::sleep;

use crate::figures::{Figures, Wait};
use crate::memory;

const ORDER: &[u8] = b"GET /sandwiches/1 HTTP/1.1\r\nhost: kitchen\r\n\r\n";

/// Time for all to have ordered once, before the window opens.
const SETTLE: Duration = Duration::from_secs(2);

pub(crate) struct Visit {
    pub(crate) address: SocketAddr,
    pub(crate) guests: usize,
    /// Between an answer and the next order.
    pub(crate) think: Duration,
    /// How long is measured.
    pub(crate) window: Duration,
}

/// What the guests tell of their visit.
#[derive(Default)]
struct Board {
    /// The waits that ended in the window. They are not written down before it opens.
    waits: RefCell<Vec<Wait>>,
    open: Cell<bool>,
    seats: RefCell<Vec<Seat>>,
}

#[derive(Clone, Default)]
struct Seat {
    /// When the order was placed that has no answer yet.
    since: Option<Instant>,
    /// Whether an answer came in the window.
    served: bool,
}

/// Sends the guests in, and tells how they fared. The memory of the kitchen is taken while they go on ordering.
pub(crate) async fn visit(visit: Visit, kitchen: u32) -> io::Result<Figures> {
    let board = Rc::new(Board::new(visit.guests));
    let mut guests = JoinSet::new();
    for number in 0..visit.guests {
        let pause = visit.think.mul_f64(number as f64 / visit.guests as f64);
        let (board, address, think) = (board.clone(), visit.address, visit.think);
        guests.spawn(async move {
            sleep(pause).await; // or all would order at once, again and again
            board.at_the_table(number, address, think).await
        });
    }
    sleep(visit.think + SETTLE).await;
    board.open.set(true);
    sleep(visit.window).await;
    board.open.set(false);
    let memory = toque::spawn_blocking(move || memory::of_the_tree(kitchen));
    let memory = memory.await.map_err(io::Error::other)??;
    Ok(board.figures(visit.window, memory))
}

impl Board {
    fn new(guests: usize) -> Board {
        Board {
            seats: RefCell::new(vec![Seat::default(); guests]),
            ..Board::default()
        }
    }

    /// Orders until the connection or the visit ends. Whoever is turned away comes again a second later.
    async fn at_the_table(&self, seat: usize, address: SocketAddr, think: Duration) {
        loop {
            self.ordered(seat);
            // An error is a kitchen that has turned the guest away; the order is still open.
            let _ = self.keep_ordering(seat, address, think).await;
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn keep_ordering(
        &self,
        seat: usize,
        address: SocketAddr,
        think: Duration,
    ) -> io::Result<()> {
        let mut kitchen = TcpStream::connect(address).await?;
        loop {
            self.ordered(seat);
            kitchen.write_all(ORDER).await?;
            answer(&mut kitchen).await?;
            self.served(seat);
            sleep(think).await;
        }
    }

    /// An order that is placed again was placed the first time.
    fn ordered(&self, seat: usize) {
        let since = &mut self.seats.borrow_mut()[seat].since;
        since.get_or_insert_with(Instant::now);
    }

    fn served(&self, seat: usize) {
        let seat = &mut self.seats.borrow_mut()[seat];
        let since = seat.since.take();
        if self.open.get() {
            seat.served = true;
            let took = since.expect("an answer has its order").elapsed();
            self.waits.borrow_mut().push(Wait::ended(took));
        }
    }

    fn figures(&self, window: Duration, memory: memory::Memory) -> Figures {
        let mut waits = self.waits.take();
        let answers = waits.len();
        let seats = self.seats.borrow();
        let hungry = seats.iter().filter(|seat| !seat.served);
        waits.extend(hungry.filter_map(|seat| Some(Wait::open(seat.since?.elapsed()))));
        let served = seats.iter().filter(|seat| seat.served).count();
        Figures::new(waits, served, answers as f64 / window.as_secs_f64(), memory)
    }
}

/// Reads an answer to its end.
async fn answer(kitchen: &mut TcpStream) -> io::Result<()> {
    let mut bytes = [0; 512];
    let mut filled = 0;
    loop {
        let length = kitchen.read(&mut bytes[filled..]).await?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += length;
        if is_whole(&bytes[..filled])? {
            return Ok(());
        }
    }
}

/// Whether head and body are here. Anything but a 200 is an error.
fn is_whole(bytes: &[u8]) -> io::Result<bool> {
    let mut headers = [httparse::EMPTY_HEADER; 8];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = head.parse(bytes).map_err(io::Error::other)? else {
        return Ok(false);
    };
    if head.code != Some(200) {
        return Err(io::Error::other("no sandwich"));
    }
    let length = head.headers.iter().find(|h| h.name == "content-length");
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok());
    let length: usize = length.ok_or_else(|| io::Error::other("an answer without a length"))?;
    Ok(bytes.len() >= end + length)
}
