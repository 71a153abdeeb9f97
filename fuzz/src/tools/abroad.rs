//! Another thread, which does one thing at a time while the caller waits: what it does is as repeatable as all else.

use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

type Errand = Box<dyn FnOnce() + Send>;

/// Runs `errand` on the other thread. It is started once and stays: a run may need it a hundred times.
pub(crate) fn abroad<R: Send + 'static>(errand: impl FnOnce() -> R + Send + 'static) -> R {
    static ERRANDS: OnceLock<Sender<Errand>> = OnceLock::new();
    let (result, waits) = channel();
    let errands = ERRANDS.get_or_init(start);
    errands
        .send(Box::new(move || drop(result.send(errand()))))
        .unwrap();
    waits.recv().expect("what is done abroad has not panicked")
}

fn start() -> Sender<Errand> {
    let (errands, arrivals) = channel::<Errand>();
    thread::spawn(move || arrivals.into_iter().for_each(|errand| errand()));
    errands
}
