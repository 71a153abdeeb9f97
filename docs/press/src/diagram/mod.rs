//! The diagrams: boxes, arrows and words, placed by hand. Each is 440 wide, so that it is read on a telephone too.

mod canvas;
mod handshake;
mod levels;
mod reactor;
mod task;

use crate::Print;

/// All diagrams. They lie within the book, which takes them along.
#[must_use]
pub fn prints() -> Vec<Print> {
    let diagrams = [
        ("handshake", handshake::draw()),
        ("levels", levels::draw()),
        ("reactor", reactor::draw()),
        ("task", task::draw()),
    ];
    diagrams
        .into_iter()
        .map(|(name, canvas)| Print {
            path: format!("docs/book/src/diagrams/{name}.svg"),
            text: canvas.finish(),
        })
        .collect()
}
