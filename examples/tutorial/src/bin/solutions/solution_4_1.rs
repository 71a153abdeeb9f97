//! A model in little: each interleaving of a chef's two steps and a sender's two steps,
//! as right and as the mutants have it.

use std::io;

// ANCHOR: main
#[derive(Clone, Copy, Debug)]
enum Step {
    ChefSets,
    ChefLooks,
    SenderPushes,
    SenderLooks,
}
use Step::{ChefLooks, ChefSets, SenderLooks, SenderPushes};

/// What the two share, and what each has seen.
#[derive(Default)]
struct State {
    parked: bool,
    item: bool,
    chef_saw: bool,
    rung: bool,
}

impl State {
    fn take(&mut self, step: Step) {
        match step {
            ChefSets => self.parked = true,
            ChefLooks => self.chef_saw = self.item,
            SenderPushes => self.item = true,
            SenderLooks => self.rung = self.parked,
        }
    }

    /// The chef sleeps on an item, and nobody is left who would ring.
    fn is_lost(&self) -> bool {
        !self.chef_saw && !self.rung
    }
}

/// All orders in which two steps of one and two of the other can happen.
fn interleavings(chef: [Step; 2], sender: [Step; 2]) -> Vec<[Step; 4]> {
    let [a, b] = chef;
    let [c, d] = sender;
    vec![
        [a, b, c, d],
        [a, c, b, d],
        [a, c, d, b],
        [c, a, b, d],
        [c, a, d, b],
        [c, d, a, b],
    ]
}

fn try_all(name: &str, chef: [Step; 2], sender: [Step; 2]) {
    let lost = interleavings(chef, sender).into_iter().filter(|steps| {
        let mut state = State::default();
        steps.iter().for_each(|step| state.take(*step));
        state.is_lost()
    });
    let lost: Vec<_> = lost.collect();
    println!("{name}: {} of 6 lose the ring {lost:?}", lost.len());
}

pub(crate) fn main() -> io::Result<()> {
    let (chef, sender) = ([ChefSets, ChefLooks], [SenderPushes, SenderLooks]);
    try_all("as it is", chef, sender);
    try_all("look_before_set", [ChefLooks, ChefSets], sender);
    try_all("look_before_push", chef, [SenderLooks, SenderPushes]);
    Ok(())
}
// ANCHOR_END: main
