//! Orders: what bytes can say to the executor's tasks.

use crate::abroad::abroad;
use crate::bytes::Bytes;

/// Where something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Here,
    Abroad,
}

impl Place {
    /// Runs `f` there.
    pub(super) fn run(self, f: impl FnOnce() + Send + 'static) {
        match self {
            Self::Here => f(),
            Self::Abroad => abroad(f),
        }
    }
}

/// A number stands for one of those there are, taken modulo their number.
#[derive(Debug)]
pub(super) enum Order {
    Spawn(Place, LastWords),
    /// The waker of whoever runs is kept.
    KeepWaker,
    CloneWaker(usize),
    Wake(Place, usize),
    /// Woken and dropped in one.
    WakeAndDrop(Place, usize),
    DropWaker(Place, usize),
    Abort(Place, usize),
    DropJoin(Place, usize),
    /// A handle is polled with the waker of whoever runs.
    Join(usize),
    /// Asks a handle whether its task has ended.
    Look(usize),
    DropRuntime,
    /// The poll ends, or outside of one a `block_on` begins.
    End(PollEnd),
}

/// How a poll ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PollEnd {
    Yield,
    Wait,
    Return,
    Panic,
}

/// What a future's destructor does.
#[derive(Clone, Copy, Debug)]
pub(super) enum LastWords {
    None,
    Panic,
    Spawn(Place),
    Wake(Place, usize),
    Abort(Place, usize),
    DropJoin(usize),
}

impl Order {
    /// The next order, or `None` at the end of the bytes.
    pub(super) fn next(bytes: &Bytes) -> Option<Self> {
        let kind = bytes.next()?;
        let place = place(kind);
        Some(match kind % 16 {
            0 => Self::Spawn(place, LastWords::None),
            1 => Self::Spawn(place, LastWords::next(bytes)?),
            2 => Self::KeepWaker,
            3 => Self::CloneWaker(bytes.index()?),
            4 => Self::Wake(place, bytes.index()?),
            5 => Self::WakeAndDrop(place, bytes.index()?),
            6 => Self::DropWaker(place, bytes.index()?),
            7 => Self::Abort(place, bytes.index()?),
            8 => Self::DropJoin(place, bytes.index()?),
            9 => Self::Join(bytes.index()?),
            10 => Self::Look(bytes.index()?),
            11 if kind == 11 => Self::DropRuntime, // rarely: little can happen after it
            11 | 12 => Self::End(PollEnd::Wait),
            13 => Self::End(PollEnd::Yield),
            14 => Self::End(PollEnd::Return),
            _ => Self::End(PollEnd::Panic),
        })
    }
}

impl LastWords {
    /// What is to be done, if it is an order like any other.
    pub(super) fn order(self) -> Option<Order> {
        match self {
            Self::None | Self::Panic => None,
            Self::Spawn(place) => Some(Order::Spawn(place, Self::None)),
            Self::Wake(place, nth) => Some(Order::Wake(place, nth)),
            Self::Abort(place, nth) => Some(Order::Abort(place, nth)),
            Self::DropJoin(nth) => Some(Order::DropJoin(Place::Here, nth)),
        }
    }

    fn next(bytes: &Bytes) -> Option<Self> {
        let kind = bytes.next()?;
        let (place, nth) = (place(kind), usize::from(kind / 16));
        Some(match kind % 8 {
            0 | 1 => Self::Panic,
            2 => Self::Spawn(place),
            3 | 4 => Self::Wake(place, nth),
            5 => Self::Abort(place, nth),
            6 => Self::DropJoin(nth),
            _ => Self::None,
        })
    }
}

/// Abroad once in four times: it takes longer.
fn place(kind: u8) -> Place {
    if kind / 16 % 4 == 3 {
        Place::Abroad
    } else {
        Place::Here
    }
}
