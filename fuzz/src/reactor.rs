//! The reactor beside a count of bytes: whatever is done with true socket pairs, what was written is read, and who waits is woken.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus_reactor.rs with those it has found.
//!
//! The first byte chooses the kind of reactor. Sockets of three kinds are made, read, written, half closed, taken out of the
//! reactor and put in again, and dropped, so that their descriptors have new owners; several tasks wait for each direction, as
//! futures and as polls, with wakers that change. Checked after each turn of the runtime, with what the operating system says of
//! the same descriptor: who waits for what is ready was woken, and nobody else was; who waited for a socket that is gone was woken.
//! And: each byte comes, in its place; an end comes when all has come; every waker and every descriptor is given back.
//!
//! Seen to find, and seeds of its corpus find each again: an event that wakes one future of a direction only; the second poller of
//! a direction in the place of the first; a waiter that keeps its first waker; a source that is taken out and wakes nobody; an end
//! that is hidden behind a short read, or drained with it; a one-shot source that is not armed for its other direction.

#[path = "reactor/end.rs"]
mod end;
#[path = "reactor/flow.rs"]
mod flow;

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use toque::runtime::ReactorKind;
use toque::task::coop::has_budget_remaining;
use toque::{Builder, Runtime};

use crate::bells::{AnyWaiter, Bells, Ear, Turn};
use crate::bytes::Bytes;
use end::{Direction, End, Truth};
use flow::Flow;

/// Obeys `data` to its end.
pub(crate) fn run(data: &[u8]) {
    let bytes = Bytes::new(data);
    let kind = usize::from(bytes.next().unwrap_or(0)) % 3;
    RUNTIMES.with(|runtimes| {
        let before = lowest_descriptor();
        runtimes[kind].block_on(async {
            let mut world = World::new(KINDS[kind]);
            while let Some(byte) = bytes.next() {
                let nth = usize::from(byte / 16);
                match byte % 16 {
                    0..3 => world.turn().await,
                    order => world.obey(order - 3, nth, &bytes),
                }
                if !has_budget_remaining() {
                    world.turn().await;
                }
            }
            world.end().await;
        });
        assert_eq!(lowest_descriptor(), before, "a descriptor is left open");
    });
}

thread_local! {
    /// One of each kind is enough for all runs. A turn looks at the operating system after each poll.
    static RUNTIMES: [Runtime; 3] = KINDS.map(|kind| {
        let mut builder = Builder::new_current_thread();
        builder.reactor(kind).event_interval(1).build().unwrap()
    });

    static PATTERN: Rc<[u8]> = flow::pattern().into();
}

const KINDS: [ReactorKind; 3] = [
    ReactorKind::Native,
    ReactorKind::Portable,
    ReactorKind::Oneshot,
];

/// How much is read and written at once.
const SIZES: [usize; 8] = [1, 1, 5, 100, 4096, 4096, 65536, flow::MOST];

/// How many connections there may be at once.
const LINES: usize = 4;

/// How many futures may wait.
const WAITERS: usize = 16;

/// How many tasks may poll one direction: fewer than the reactor remembers.
const POLLERS: usize = 3;

/// Longer than anything takes that happens at once.
const MOMENT: Duration = Duration::from_secs(2);

/// Long enough on any machine.
const LONG: Duration = Duration::from_secs(15);

/// The number that the next descriptor will have.
fn lowest_descriptor() -> RawFd {
    File::open("/dev/null").unwrap().as_raw_fd()
}

/// A connection. Each end reads the other's flow.
struct Line {
    sides: [Side; 2],
    /// What each end writes.
    flows: [Flow; 2],
}

/// An end, and the tasks that have polled it without a future of their own.
#[derive(Default)]
struct Side {
    end: Option<Rc<End>>,
    pollers: [Vec<Ear>; 2],
    truth: Truth,
}

/// A future that waits for a direction.
struct Wait {
    end: Rc<End>,
    direction: Direction,
    waiter: AnyWaiter<io::Result<()>>,
    /// It was seen to be woken, and was not polled since.
    is_told: bool,
    truth: Truth,
}

impl Wait {
    /// Whether it was polled, and not seen to be woken since.
    fn is_waiting(&self) -> bool {
        self.waiter.was_polled() && !self.is_told
    }

    fn is_owed_a_wake(&self) -> bool {
        self.is_waiting() && !self.waiter.is_woken() && self.truth.has(self.direction)
    }
}

struct World {
    kind: ReactorKind,
    bells: Bells,
    lines: Vec<Line>,
    waits: Vec<Wait>,
    pattern: Rc<[u8]>,
    buffer: Vec<u8>,
}

/// Pollers leave no word when they come with another waker, so the one before may be rung.
const POLLER: Turn = Turn {
    is_fresh: false,
    is_spent: true,
};

impl World {
    fn new(kind: ReactorKind) -> Self {
        Self {
            kind,
            bells: Bells::default(),
            lines: Vec::new(),
            waits: Vec::new(),
            pattern: PATTERN.with(Rc::clone),
            buffer: vec![0; flow::MOST],
        }
    }

    fn obey(&mut self, order: u8, nth: usize, bytes: &Bytes) {
        match order {
            0 => self.open(nth),
            1 | 2 => self.read(nth, bytes.index().unwrap_or(0)),
            3 | 4 => self.write(nth, bytes.index().unwrap_or(0)),
            5 => self.poll_ready(nth),
            6 | 7 => self.wait(nth),
            8 => self.poll_wait(nth, false),
            9 => self.poll_wait(nth, true),
            10 => drop(self.take_wait(nth)),
            11 => self.half_close(nth),
            _ if nth >= 8 => self.renew(nth),
            _ => self.drop_end(nth),
        }
    }

    fn open(&mut self, nth: usize) {
        if self.lines.len() == LINES {
            self.lines.remove(nth % LINES);
        }
        let sides = End::pair(nth).unwrap().map(|end| Side {
            end: Some(Rc::new(end)),
            ..Side::default()
        });
        self.lines.push(Line {
            sides,
            flows: Default::default(),
        });
    }

    /// One of the ends there are: its line, and which of two it is.
    fn pick(&self, nth: usize) -> Option<(usize, usize)> {
        let line = (nth / 2).checked_rem(self.lines.len())?;
        Some((line, nth % 2))
    }

    /// An end reads, by a poll of one of its tasks.
    fn read(&mut self, nth: usize, how: usize) {
        let Some((line, side)) = self.pick(nth) else {
            return;
        };
        let Line { sides, flows } = &mut self.lines[line];
        let side_of = &mut sides[side];
        let Some(end) = side_of.end.clone() else {
            return;
        };
        let buffer = &mut self.buffer[..SIZES[how % SIZES.len()]];
        let mut ear = side_of.ear(Direction::Read, how / 8);
        let waker = ear.listen(&self.bells, POLLER);
        match end.poll_read(&mut Context::from_waker(&waker), buffer) {
            Poll::Pending => side_of.keep(Direction::Read, ear),
            Poll::Ready(result) => {
                let bytes = result.map(|count| &buffer[..count]);
                flows[1 - side].got(&self.pattern, bytes);
            }
        }
    }

    /// An end writes, likewise.
    fn write(&mut self, nth: usize, how: usize) {
        let Some((line, side)) = self.pick(nth) else {
            return;
        };
        let Line { sides, flows } = &mut self.lines[line];
        let side_of = &mut sides[side];
        let Some(end) = side_of.end.clone() else {
            return;
        };
        let bytes = flows[side].to_write(&self.pattern, SIZES[how % SIZES.len()]);
        let mut ear = side_of.ear(Direction::Write, how / 8);
        let waker = ear.listen(&self.bells, POLLER);
        match end.poll_write(&mut Context::from_waker(&waker), bytes) {
            Poll::Pending => side_of.keep(Direction::Write, ear),
            Poll::Ready(result) => {
                if flows[side].is_lost() {
                    flows.iter_mut().for_each(Flow::spoil);
                }
                flows[side].wrote(result);
            }
        }
    }

    /// A task asks whether a direction is ready.
    fn poll_ready(&mut self, nth: usize) {
        let Some((line, side)) = self.pick(nth / 2) else {
            return;
        };
        let side = &mut self.lines[line].sides[side];
        let Some(end) = side.end.clone() else { return };
        let direction = direction(nth);
        let mut ear = side.ear(direction, nth);
        let waker = ear.listen(&self.bells, POLLER);
        match end.poll_ready(direction, &mut Context::from_waker(&waker)) {
            Poll::Pending => side.keep(direction, ear),
            Poll::Ready(result) => result.unwrap(),
        }
    }

    /// A future waits for a direction. It is polled later.
    fn wait(&mut self, nth: usize) {
        let Some((line, side)) = self.pick(nth / 2) else {
            return;
        };
        let Some(end) = self.lines[line].sides[side].end.clone() else {
            return;
        };
        if self.waits.len() == WAITERS {
            return;
        }
        let (direction, kept) = (direction(nth), Rc::clone(&end));
        self.waits.push(Wait {
            end,
            direction,
            waiter: AnyWaiter::any(async move { kept.ready(direction).await }),
            is_told: false,
            truth: Truth::default(),
        });
    }

    fn take_wait(&mut self, nth: usize) -> Option<Wait> {
        let nth = nth.checked_rem(self.waits.len())?;
        Some(self.waits.swap_remove(nth))
    }

    fn poll_wait(&mut self, nth: usize, is_fresh: bool) {
        let Some(mut wait) = self.take_wait(nth) else {
            return;
        };
        let turn = Turn {
            is_fresh,
            is_spent: false,
        };
        wait.is_told = false;
        match wait.waiter.poll(&self.bells, turn) {
            Poll::Pending => self.waits.push(wait),
            Poll::Ready(result) => result.unwrap(),
        }
    }

    fn half_close(&mut self, nth: usize) {
        let Some((line, side)) = self.pick(nth) else {
            return;
        };
        let Line { sides, flows } = &mut self.lines[line];
        let Some(end) = &sides[side].end else { return };
        // The other one may be gone: then there is nothing left to close.
        if end.half_close().is_ok() {
            flows[side].end();
        }
    }

    /// Its futures go with it; its pollers are woken.
    fn drop_end(&mut self, nth: usize) {
        let Some((line, side)) = self.pick(nth) else {
            return;
        };
        if let Some(end) = self.release(line, side) {
            drop(end);
            let Line { sides, flows } = &mut self.lines[line];
            sides[side].left();
            if !flows[1 - side].is_even() {
                flows.iter_mut().for_each(Flow::spoil);
            }
            flows[side].end();
            flows[1 - side].deafen();
        }
    }

    /// The same, but it comes again.
    fn renew(&mut self, nth: usize) {
        let Some((line, side)) = self.pick(nth) else {
            return;
        };
        if let Some(end) = self.release(line, side) {
            let end = end.renew().unwrap();
            let side = &mut self.lines[line].sides[side];
            side.left();
            side.end = Some(Rc::new(end));
        }
    }

    /// Drops the futures of an end, and gives it back.
    fn release(&mut self, line: usize, side: usize) -> Option<End> {
        let end = self.lines[line].sides[side].end.take()?;
        self.waits.retain(|wait| !Rc::ptr_eq(&wait.end, &end));
        Some(Rc::into_inner(end).expect("only futures share it"))
    }

    /// Once around. Who is not woken then, never will be; but another processor that carries bytes over the loopback puts them
    /// into the socket, where `truth` sees them, a moment before it tells epoll.
    async fn turn(&mut self) {
        self.note_truth();
        self.look_once().await;
        let start = Instant::now();
        while self.owes_a_wake() && start.elapsed() < MOMENT {
            self.look_once().await;
        }
        self.check();
    }

    /// The reactor looks at the operating system.
    async fn look_once(&mut self) {
        let mut is_over = false;
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            match std::mem::replace(&mut is_over, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    /// Whether one who waits for what was ready has not been woken.
    fn owes_a_wake(&self) -> bool {
        let mut sides = self.lines.iter().flat_map(|line| &line.sides);
        sides.any(Side::owes_a_wake) || self.waits.iter().any(Wait::is_owed_a_wake)
    }

    fn note_truth(&mut self) {
        for side in self.lines.iter_mut().flat_map(|line| &mut line.sides) {
            side.note_truth();
        }
        for wait in &mut self.waits {
            wait.truth = wait.end.truth();
        }
    }

    fn check(&mut self) {
        self.bells.check();
        for side in self.lines.iter_mut().flat_map(|line| &mut line.sides) {
            side.check(self.kind);
        }
        for wait in &mut self.waits {
            if wait.is_waiting() {
                wait.is_told = wait.waiter.is_woken();
                let (before, now) = (wait.truth, wait.end.truth());
                check(self.kind, wait.is_told, wait.direction, before, now);
            }
        }
    }

    /// All that is on its way comes, and all is given back.
    async fn end(mut self) {
        self.turn().await;
        self.waits.clear();
        for nth in 0..2 * self.lines.len() {
            self.drain(nth).await;
        }
        self.lines.clear();
        self.bells.end();
    }

    /// An end reads all that is there, and perhaps some that the operating system has yet to carry.
    async fn drain(&mut self, nth: usize) {
        let start = Instant::now();
        let (line, side) = (nth / 2, nth % 2);
        while self.lines[line].is_owed(side) {
            assert!(start.elapsed() < LONG, "what was written does not come");
            self.read(nth, SIZES.len() - 1);
            self.turn().await;
        }
    }
}

impl Line {
    /// Whether something is still to come to an end that is there.
    fn is_owed(&self, side: usize) -> bool {
        self.sides[side].end.is_some() && self.flows[1 - side].is_owed()
    }
}

fn direction(nth: usize) -> Direction {
    if nth % 2 == 0 {
        Direction::Read
    } else {
        Direction::Write
    }
}

/// Who waits for what was ready is woken; who is woken, it is ready for. Where the operating system forgets a source after an
/// event, who waits for its other direction is woken too, to arm it anew.
fn check(kind: ReactorKind, is_woken: bool, direction: Direction, before: Truth, now: Truth) {
    let may_be_woken = match kind {
        ReactorKind::Oneshot => before.has_any() || now.has_any(),
        _ => before.has(direction) || now.has(direction),
    };
    let before = before.has(direction);
    assert!(
        is_woken || !before,
        "{direction:?} is ready: nobody is woken"
    );
    assert!(
        !is_woken || may_be_woken,
        "{direction:?} is not ready: one is woken"
    );
}

impl Side {
    /// A new task's ear; or that of one who waits, if there are enough.
    fn ear(&mut self, direction: Direction, nth: usize) -> Ear {
        let pollers = &mut self.pollers[direction as usize];
        if pollers.len() < POLLERS {
            return Ear::default();
        }
        pollers.swap_remove(nth % pollers.len())
    }

    fn keep(&mut self, direction: Direction, ear: Ear) {
        self.pollers[direction as usize].push(ear);
    }

    /// The end has left the reactor.
    fn left(&mut self) {
        for ear in self.pollers.iter_mut().flat_map(|ears| ears.drain(..)) {
            assert!(ear.is_woken(), "one who waits is not told of the end");
        }
    }

    fn note_truth(&mut self) {
        if let Some(end) = &self.end {
            self.truth = end.truth();
        }
    }

    fn owes_a_wake(&self) -> bool {
        let is_owed = |direction| {
            let pollers = &self.pollers[direction as usize];
            self.truth.has(direction) && pollers.iter().any(|ear| !ear.is_woken())
        };
        self.end.is_some() && [Direction::Read, Direction::Write].into_iter().any(is_owed)
    }

    /// Those who are woken wait no more.
    fn check(&mut self, kind: ReactorKind) {
        let Some(end) = &self.end else { return };
        let now = end.truth();
        for direction in [Direction::Read, Direction::Write] {
            self.pollers[direction as usize].retain(|ear| {
                check(kind, ear.is_woken(), direction, self.truth, now);
                !ear.is_woken()
            });
        }
    }
}
