//! One wake, from the packet to the line after `.await`: at each stop the thread tells where it is, by its own stack.
//!
//! `cargo run --example one_wake` prints
//! ```text
//! the read finds nothing
//!     fn attempt           src/runtime/registration.rs
//!     fn poll              src/runtime/registration.rs
//!     fn read_with         src/async_fd.rs
//! the reactor keeps the waker
//!     fn wait              src/reactor/source.rs
//!     fn start_waiting     src/reactor/mod.rs
//!     fn poll              src/runtime/registration.rs
//!     fn read_with         src/async_fd.rs
//! the guest sends a packet
//! the waker is called
//!     fn wake_many         src/waker.rs
//!     fn wake_all          src/waker.rs
//!     fn wait              src/reactor/mod.rs
//!     fn rest              src/runtime/mod.rs
//!     fn look              src/runtime/mod.rs
//!     fn turn              src/runtime/mod.rs
//! the task is in the queue
//! the task is polled
//!     fn poll_future       src/executor/task.rs
//!     fn poll              src/executor/task.rs
//!     fn run_batch         src/executor/local.rs
//!     fn work              src/executor/here.rs
//!     fn run               src/executor/local.rs
//!     fn turn              src/runtime/mod.rs
//! the read finds the packet
//!     fn attempt           src/runtime/registration.rs
//!     fn poll              src/runtime/registration.rs
//!     fn read_with         src/async_fd.rs
//! the line after `.await`
//! ```
//! `docs/one-wake.md` tells what happens at each stop, and what can't be seen from here. With `--times` each function has its
//! line, and each stop its time.

use std::backtrace::Backtrace;
use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Instant;

use toque::io::Async;
use toque::{Runtime, spawn};

fn main() -> io::Result<()> {
    let times = std::env::args().any(|argument| argument == "--times");
    one_wake(times, |line| println!("{line}"))
}

/// Says each line to `say`, so that a test can listen.
pub(crate) fn one_wake(times: bool, say: impl Fn(&str)) -> io::Result<()> {
    let trace = Arc::new(Trace::default());
    Runtime::new()?.block_on(async {
        let (kitchen, guest) = connection()?;
        let chef = thread_state()?;
        let order = spawn(order(kitchen, Arc::clone(&trace)));
        let sent = Arc::clone(&trace);
        let street = thread::spawn(move || send(guest, &chef, &sent));
        order.await??;
        street.join().expect("the guest is well")
    })?;
    trace.tell(times, say);
    Ok(())
}

/// The task: it reads one packet.
async fn order(kitchen: TcpStream, trace: Arc<Trace>) -> io::Result<()> {
    let kitchen = Async::new(kitchen)?;
    let read = kitchen.read_with(|mut socket| {
        let result = socket.read(&mut [0; 64]);
        let what = match result {
            Ok(_) => "the read finds the packet",
            Err(_) => "the read finds nothing",
        };
        trace.stop(what, "fn read_with");
        result
    });
    let watched = Watched {
        future: pin!(read),
        trace: &trace,
    };
    watched.await?;
    trace.stop("the line after `.await`", "");
    Ok(())
}

/// The guest: waits until the chef's thread sleeps, and sends a packet.
fn send(mut guest: TcpStream, chef: &PathBuf, trace: &Trace) -> io::Result<()> {
    while !trace.has("the reactor keeps the waker") || !is_asleep(chef) {
        thread::yield_now();
    }
    trace.stop("the guest sends a packet", "");
    guest.write_all(b"one sandwich")
}

fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let guest = TcpStream::connect(listener.local_addr()?)?;
    Ok((listener.accept()?.0, guest))
}

/// Where Linux tells what this thread does.
fn thread_state() -> io::Result<PathBuf> {
    let own = std::fs::read_link("/proc/thread-self")?;
    Ok(PathBuf::from("/proc").join(own).join("stat"))
}

/// Whether a thread sleeps: `S` behind its name, which is in brackets.
fn is_asleep(state: &PathBuf) -> bool {
    let state = std::fs::read_to_string(state).unwrap_or_default();
    state.contains(") S ")
}

/// What was seen, in its order.
#[derive(Default)]
struct Trace(Mutex<Vec<Stop>>);

struct Stop {
    what: &'static str,
    at: Instant,
    /// Taken at once, and put into words at the end: that takes longer than the wake.
    stack: Backtrace,
    /// How much of it is told. Empty for nothing.
    out_to: &'static str,
}

impl Trace {
    /// Notes that the thread is here. The same stop again is not news.
    fn stop(&self, what: &'static str, out_to: &'static str) {
        let at = Instant::now();
        if !self.has(what) {
            let stack = Backtrace::force_capture();
            let stop = Stop {
                what,
                at,
                stack,
                out_to,
            };
            self.0.lock().unwrap().push(stop);
        }
    }

    fn has(&self, what: &str) -> bool {
        self.0.lock().unwrap().iter().any(|stop| stop.what == what)
    }

    fn tell(&self, times: bool, say: impl Fn(&str)) {
        let stops = self.0.lock().unwrap();
        let sent = stops.iter().find(|stop| stop.what.contains("sends"));
        let sent = sent.map(|stop| stop.at);
        for stop in stops.iter() {
            let early = sent.is_some_and(|sent| stop.at < sent);
            let since = sent.map_or_else(Default::default, |sent| stop.at.duration_since(sent));
            match times && !early {
                true => say(&format!("{} (+{:?})", stop.what, since)),
                false => say(stop.what),
            }
            for frame in frames(&stop.stack, stop.out_to) {
                say(&frame.words(times));
            }
        }
    }
}

/// A function of toque on the stack.
struct Frame {
    /// As `fn wait`.
    item: String,
    /// As `src/reactor/mod.rs`.
    file: String,
    line: usize,
}

impl Frame {
    /// From a place such as `./src/reactor/mod.rs:222:16`, if it is one of toque's.
    fn new(place: &str) -> Option<Self> {
        let package = env!("CARGO_MANIFEST_DIR");
        let place = place.strip_prefix(package).unwrap_or(place);
        let place = place.trim_start_matches('.').strip_prefix("/src/")?;
        let mut parts = place.split(':');
        let file = format!("src/{}", parts.next()?);
        let line = parts.next()?.parse().ok()?;
        let source = std::fs::read_to_string(format!("{package}/{file}")).ok()?;
        let item = function(&source, line)?;
        Some(Self { item, file, line })
    }

    fn words(&self, times: bool) -> String {
        let Frame { item, file, line } = self;
        match times {
            true => format!("    {item:20} {file}:{line}"),
            false => format!("    {item:20} {file}"),
        }
    }
}

/// The function that a line of a source is in: names on the stack differ from compiler to compiler.
fn function(source: &str, line: usize) -> Option<String> {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let mut before: Vec<_> = source.lines().take(line).collect();
    let inner = indent(before.pop()?);
    before.iter().rev().find_map(|text| {
        let (_, rest) = text.split_once("fn ")?;
        let name = rest.split(['(', '<']).next()?;
        let around = indent(text) < inner && !text.trim_start().starts_with("//");
        around.then(|| format!("fn {name}"))
    })
}

/// The functions of toque in a stack, the innermost first, out to `fn out_to`.
fn frames(stack: &Backtrace, out_to: &str) -> Vec<Frame> {
    let text = stack.to_string();
    let places = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("at "));
    let mut frames: Vec<Frame> = Vec::new();
    for frame in places.filter_map(Frame::new) {
        // A closure's frame gives way to its function's.
        frames.retain(|inner| inner.item != frame.item || inner.file != frame.file);
        frames.push(frame);
    }
    let last = frames.iter().position(|frame| frame.item == out_to);
    frames.truncate(last.map_or(0, |last| last + 1));
    frames
}

/// A future whose polls are seen, and whose waker is.
struct Watched<'a, F> {
    future: Pin<&'a mut F>,
    trace: &'a Arc<Trace>,
}

impl<F: Future> Future for Watched<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if self.trace.has("the waker is called") {
            self.trace.stop("the task is polled", "fn turn");
        }
        let waker = bell::waker(Arc::new(bell::Seen {
            waker: cx.waker().clone(),
            trace: Arc::clone(self.trace),
        }));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

#[allow(unsafe_code)] // `Wake` would tell of a wake, but not of a clone
mod bell {
    //! A waker that tells when it is cloned and when it is called, and passes it on.

    use std::task::{RawWaker, RawWakerVTable};

    use super::{Arc, Trace, Waker};

    pub(super) struct Seen {
        pub(super) waker: Waker,
        pub(super) trace: Arc<Trace>,
    }

    pub(super) fn waker(seen: Arc<Seen>) -> Waker {
        // SAFETY: each waker holds one count of the `Arc`, which the four functions keep; `Seen` is `Send` and `Sync`.
        unsafe { Waker::from_raw(raw(seen)) }
    }

    fn raw(seen: Arc<Seen>) -> RawWaker {
        static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);
        RawWaker::new(Arc::into_raw(seen).cast(), &TABLE)
    }

    unsafe fn clone(seen: *const ()) -> RawWaker {
        // SAFETY: the waker is borrowed, so its count keeps it alive.
        let this = unsafe { &*seen.cast::<Seen>() };
        this.trace
            .stop("the reactor keeps the waker", "fn read_with");
        // SAFETY: the same count.
        unsafe { Arc::increment_strong_count(seen.cast::<Seen>()) };
        // SAFETY: the count that was added is the new waker's.
        raw(unsafe { Arc::from_raw(seen.cast::<Seen>()) })
    }

    unsafe fn wake(seen: *const ()) {
        // SAFETY: the waker is used up, and its count is ours.
        let this = unsafe { Arc::from_raw(seen.cast::<Seen>()) };
        this.ring();
    }

    unsafe fn wake_by_ref(seen: *const ()) {
        // SAFETY: the waker is borrowed, so its count keeps it alive.
        unsafe { &*seen.cast::<Seen>() }.ring();
    }

    unsafe fn drop(seen: *const ()) {
        // SAFETY: the waker is used up, and its count is ours.
        std::mem::drop(unsafe { Arc::from_raw(seen.cast::<Seen>()) });
    }

    impl Seen {
        fn ring(&self) {
            self.trace.stop("the waker is called", "fn turn");
            self.waker.wake_by_ref();
            self.trace.stop("the task is in the queue", "");
        }
    }
}
