//! The kinds of nodes that bytes can ask for.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Leaf(Plan),
    Select {
        is_biased: bool,
        has_third: bool,
    },
    /// A `select!` whose patterns fit even outputs only, with an `else`.
    SelectEven,
    Join {
        is_biased: bool,
    },
    /// An odd output is an error.
    TryJoin,
    Scope([Mode; 3]),
    /// Catches a panic.
    Catch,
}

/// What a leaf does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Ready at once.
    Ready,
    /// Ready with its second poll, for which it wakes itself.
    Yield,
    /// Ready once it is opened.
    Wait,
    /// Panics at once, or once it is opened.
    Panic,
    WaitAndPanic,
}

/// What a scope does with a child and its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Awaits it.
    Await,
    /// Drops the handle.
    Detach,
    /// Keeps the handle to the end of the body.
    Keep,
    /// Aborts it before its first poll, or after all that are awaited.
    AbortAtOnce,
    AbortLater,
    /// Its output ends the scope.
    Terminate,
}

impl Kind {
    /// How many children it has.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Leaf(_) => 0,
            Self::Catch => 1,
            _ => 3,
        }
    }

    pub(super) fn of(byte: u8, more: u8) -> Self {
        match byte % 16 {
            0..2 => Self::Leaf(Plan::Wait),
            2 => Self::Leaf(plan(more)),
            3..7 => Self::Select {
                is_biased: byte % 2 == 0,
                has_third: byte < 128,
            },
            7 => Self::SelectEven,
            8 | 9 => Self::Join {
                is_biased: byte % 2 == 0,
            },
            10 => Self::TryJoin,
            11 => Self::Catch,
            _ => Self::Scope([more, more / 6, more / 36].map(mode)),
        }
    }

    /// Where the tree may not grow on.
    pub(super) fn leaf(byte: u8) -> Self {
        Self::Leaf(plan(byte))
    }
}

fn plan(byte: u8) -> Plan {
    match byte % 8 {
        0..3 => Plan::Wait,
        3 => Plan::Ready,
        4 | 5 => Plan::Yield,
        6 => Plan::WaitAndPanic,
        _ => Plan::Panic,
    }
}

fn mode(byte: u8) -> Mode {
    match byte % 6 {
        0 => Mode::Await,
        1 => Mode::Detach,
        2 => Mode::Keep,
        3 => Mode::AbortAtOnce,
        4 => Mode::AbortLater,
        _ => Mode::Terminate,
    }
}
