//! The park/notify handshake: each speaks before it looks.

use super::canvas::{Anchor, Area, Canvas, Line, WIDTH};
use Line::{Code, Name, Note};

/// A box in one of the two columns.
fn step(column: i32, y: i32, height: i32) -> Area {
    let (x, width) = (10 + column * 222, 198);
    Area {
        x,
        y,
        width,
        height,
    }
}

pub(super) fn draw() -> Canvas {
    let mut canvas = Canvas::new(
        "The handshake between a chef who will sleep and a sender. The chef sets parked, then looks into the queue. The sender puts \
         an item into the queue, then looks at parked. Both take the queue's lock, so that one of them comes second and sees what \
         the other has done.",
        452,
    );
    let [sets, puts] = [0, 1].map(|column| step(column, 70, 62));
    let [looks, checks] = [0, 1].map(|column| step(column, 194, 62));
    let [sleeps, rings] = [0, 1].map(|column| step(column, 306, 70));
    for (area, name, code) in [(sets, "The chef", "fn park"), (puts, "A sender", "fn push")] {
        canvas.line(area.middle(), 32, Anchor::Middle, Name(name));
        canvas.line(area.middle(), 54, Anchor::Middle, Code(code));
    }
    canvas.warm(sets, &[Name("1. sets parked"), Code("store(true)")]);
    canvas.warm(puts, &[Name("1. puts the item"), Code("queue.lock()")]);
    canvas.node(looks, &[Name("2. looks for items"), Code("queue.lock()")]);
    canvas.node(
        checks,
        &[Name("2. looks at parked"), Code("compare_exchange")],
    );
    canvas.node(
        sleeps,
        &[Note("one there: no sleep"), Note("none: epoll_wait")],
    );
    canvas.node(
        rings,
        &[
            Note("set: takes it down, rings"),
            Note("not set: does nothing"),
        ],
    );
    for (from, to) in [
        (sets, looks),
        (puts, checks),
        (looks, sleeps),
        (checks, rings),
    ] {
        canvas.arrow(&[(from.middle(), from.bottom()), (to.middle(), to.y)]);
    }
    canvas.arrow(&[
        (sets.right() - 30, sets.bottom()),
        (checks.x + 30, checks.y),
    ]);
    canvas.arrow(&[(puts.x + 30, puts.bottom()), (looks.right() - 30, looks.y)]);
    canvas.line(
        WIDTH / 2,
        406,
        Anchor::Middle,
        Note("Both take the queue's lock: one comes second,"),
    );
    canvas.line(
        WIDTH / 2,
        428,
        Anchor::Middle,
        Note("and sees what the other has done before."),
    );
    canvas
}
