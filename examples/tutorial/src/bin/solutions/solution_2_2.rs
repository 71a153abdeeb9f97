//! A model in little: the ringer's two steps at each moment of the sleeper's loop, in
//! both orders.

use std::io;

// ANCHOR: main
#[derive(Clone, Copy)]
enum Step {
    SetRung,
    Unpark,
}
use Step::{SetRung, Unpark};

/// Where the sleeper stands in `while !rung.swap(false) { park() }`.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Look,
    Park,
    Done,
}

/// What the two share, and the sleeper.
struct State {
    rung: bool,
    /// `park` returns at once if it is there, and takes it.
    token: bool,
    at: At,
}

impl State {
    fn ring(&mut self, step: Step) {
        match step {
            SetRung => self.rung = true,
            Unpark => self.token = true,
        }
    }

    /// The sleeper's next step. False if it lies in `park`, or is done.
    fn go_on(&mut self) -> bool {
        match self.at {
            At::Look if std::mem::take(&mut self.rung) => self.at = At::Done,
            At::Look => self.at = At::Park,
            At::Park if std::mem::take(&mut self.token) => self.at = At::Look,
            At::Park | At::Done => return false,
        }
        true
    }
}

/// Whether the sleeper is left lying: `before` steps, a step of the ringer, `between`
/// steps, the ringer's other step.
fn is_lost(ringer: [Step; 2], before: usize, between: usize) -> bool {
    let (rung, token, at) = (false, false, At::Look);
    let mut state = State { rung, token, at };
    (0..before).for_each(|_| _ = state.go_on());
    state.ring(ringer[0]);
    (0..between).for_each(|_| _ = state.go_on());
    state.ring(ringer[1]);
    while state.go_on() {}
    state.at == At::Park
}

fn try_all(name: &str, ringer: [Step; 2]) {
    let moments = (0..3).flat_map(|before| (0..4).map(move |between| (before, between)));
    let lost = moments.filter(|(before, between)| is_lost(ringer, *before, *between));
    println!("{name}: {} of 12 lose the ring", lost.count());
}

pub(crate) fn main() -> io::Result<()> {
    try_all("`rung`, then unpark", [SetRung, Unpark]);
    try_all("unpark, then `rung`", [Unpark, SetRung]);
    Ok(())
}
// ANCHOR_END: main
