//! The observer: what looks at each poll, in a runtime that is set to be looked at.
//! Made by the builder only if something is asked for: the executor's usual loop knows nothing of it, and reaches it by a table of
//! functions, so that a program that asks for nothing does not contain it.

use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use super::extras::Shared;
use super::home::Home;
use super::hooks::{self, Hooks, TaskMeta};
use super::ledger::Ledger;
use super::local::{Executor, Progress};
use super::recorder::Recorder;
use super::spans::Spans;
use super::task::{Id, Meta};
use super::watch::{MAIN, Watch};
use crate::shim::sync;
use crate::waits::Listening;

/// The observer, as the executor knows it.
pub(crate) trait Observe {
    /// Whether each poll is looked at.
    fn looks_at_polls(&self) -> bool;

    /// Runs what is ready, and looks at each poll.
    fn run_batch(&self, executor: &Executor, main: &mut dyn FnMut() -> Progress) -> Progress;

    /// A task was spawned.
    fn arrives(&self, meta: &Meta);

    /// A task was woken.
    fn wakes(&self, meta: &Meta);

    /// The future of `block_on` was woken.
    fn wakes_main(&self);

    /// The future of `block_on`, called there, begins.
    fn main_arrives(&self, location: &'static Location<'static>);

    /// It is gone.
    fn main_leaves(&self);

    /// A task's future is gone.
    fn leaves(&self, meta: &Meta);
}

/// What is looked at, and for whom.
#[derive(Debug)]
pub(crate) struct Observer {
    hooks: Hooks,
    /// Where poll times are noted.
    home: Arc<Home>,
    /// Where it shows which poll runs, for the watcher.
    watch: Option<Arc<Watch>>,
    /// Where it notes who lives, for those who look from other threads.
    ledger: Option<Arc<Ledger>>,
    /// Where it tells what happens when, if that is recorded. Then it also inspects.
    recorder: Option<Arc<Recorder>>,
    /// Those of the tasks, if there are some.
    spans: Option<Spans>,
    looks_at_polls: bool,
}

/// A task as it is known after its end, too.
pub(super) struct Subject {
    id: Id,
    location: &'static Location<'static>,
    /// Its name, if there is one.
    extras: Option<sync::Arc<Shared>>,
}

impl Subject {
    pub(super) fn of(meta: &Meta) -> Self {
        Self {
            id: meta.id(),
            location: meta.location(),
            extras: meta.named(),
        }
    }

    fn meta(&self) -> TaskMeta<'_> {
        let name = self.extras.as_ref().and_then(|extras| extras.name());
        TaskMeta::new(self.id, name, self.location)
    }
}

impl Observer {
    /// The one for what is asked for, if anything is.
    pub(crate) fn new(
        home: &Arc<Home>,
        hooks: Hooks,
        watch: Option<Arc<Watch>>,
        ledger: Option<Arc<Ledger>>,
        recorder: Option<Arc<Recorder>>,
        spans: Option<Spans>,
    ) -> Option<Self> {
        let takes_times = home.figures().poll_times.is_some();
        let looks_at_polls = takes_times
            || hooks.concern_polls()
            || watch.is_some()
            || spans.is_some()
            || ledger.as_ref().is_some_and(|ledger| ledger.inspects());
        (looks_at_polls || hooks.concern_tasks() || ledger.is_some()).then(|| Self {
            hooks,
            home: Arc::clone(home),
            watch,
            ledger,
            recorder,
            spans,
            looks_at_polls,
        })
    }

    /// Where it notes how tasks stand, if it does.
    fn inspected(&self) -> Option<&Ledger> {
        self.ledger.as_deref().filter(|ledger| ledger.inspects())
    }

    /// Looks at a poll of a task, which may be gone after that.
    pub(super) fn look_at(&self, task: &Subject, poll: impl FnOnce()) {
        hooks::tell(&self.hooks.before_poll, &task.meta());
        let number = task.id.number();
        self.in_span(number, || {
            self.inspect(number, || self.watch(number, poll));
        });
        hooks::tell(&self.hooks.after_poll, &task.meta());
    }

    /// Looks at a poll of `block_on`'s future.
    pub(super) fn look_at_main<R>(&self, poll: impl FnOnce() -> R) -> R {
        self.inspect(MAIN, || self.watch(MAIN, poll))
    }

    fn in_span(&self, task: u64, poll: impl FnOnce()) {
        match &self.spans {
            Some(spans) => spans.poll(task, poll),
            None => poll(),
        }
    }

    /// Listens to what a poll says that it waits for.
    fn inspect<R>(&self, task: u64, poll: impl FnOnce() -> R) -> R {
        let Some(ledger) = self.inspected() else {
            return poll();
        };
        ledger.begins(task);
        if let Some(recorder) = &self.recorder {
            recorder.begins(task);
        }
        let listening = Listening::begin();
        let begin = Instant::now();
        let result = poll();
        let (took, waits) = (begin.elapsed(), listening.end());
        if let Some(recorder) = &self.recorder {
            recorder.ends(&waits);
        }
        ledger.ends(task, waits, took);
        result
    }

    fn watch<R>(&self, task: u64, poll: impl FnOnce() -> R) -> R {
        /// Ends it also on a panic, which the future of `block_on` may have.
        struct Shown<'a>(&'a Watch);
        impl Drop for Shown<'_> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        let _shown = self.watch.as_deref().map(|watch| {
            watch.begin(task);
            Shown(watch)
        });
        self.time(poll)
    }

    fn time<R>(&self, poll: impl FnOnce() -> R) -> R {
        let Some(times) = &self.home.figures().poll_times else {
            return poll();
        };
        let before = Instant::now();
        let result = poll();
        times.record(before.elapsed());
        result
    }
}

impl Observe for Observer {
    fn looks_at_polls(&self) -> bool {
        self.looks_at_polls
    }

    fn run_batch(&self, executor: &Executor, main: &mut dyn FnMut() -> Progress) -> Progress {
        executor.run_batch_looked_at(self, main)
    }

    fn arrives(&self, meta: &Meta) {
        if let Some(ledger) = &self.ledger {
            ledger.enter(meta);
        }
        if let Some(recorder) = &self.recorder {
            recorder.arrives(meta);
        }
        if let Some(spans) = &self.spans {
            spans.arrives(meta);
        }
        hooks::tell(&self.hooks.spawn, &TaskMeta::of(meta));
    }

    fn wakes(&self, meta: &Meta) {
        if let Some(ledger) = self.inspected() {
            ledger.wakes(meta.id().number());
        }
        if let Some(recorder) = &self.recorder {
            recorder.wakes(meta.id().number());
        }
        if let Some(spans) = &self.spans {
            spans.wakes(meta.id().number());
        }
    }

    fn wakes_main(&self) {
        if let Some(ledger) = self.inspected() {
            ledger.wakes(MAIN);
        }
        if let Some(recorder) = &self.recorder {
            recorder.wakes(MAIN);
        }
    }

    fn main_arrives(&self, location: &'static Location<'static>) {
        if let Some(ledger) = &self.ledger {
            ledger.enter_main(location);
        }
        if let Some(recorder) = &self.recorder {
            recorder.main_arrives(location);
        }
    }

    fn main_leaves(&self) {
        if let Some(ledger) = &self.ledger {
            ledger.strike_out(MAIN);
        }
        if let Some(recorder) = &self.recorder {
            recorder.main_leaves();
        }
    }

    fn leaves(&self, meta: &Meta) {
        hooks::tell(&self.hooks.terminate, &TaskMeta::of(meta));
        if let Some(ledger) = &self.ledger {
            ledger.strike_out(meta.id().number());
        }
        if let Some(recorder) = &self.recorder {
            recorder.leaves(meta.id().number());
        }
        if let Some(spans) = &self.spans {
            spans.leaves(meta.id().number());
        }
    }
}

/// The future of `block_on`, as long as that runs: it may end by a panic.
pub(crate) struct MainShown<'a>(&'a dyn Observe);

impl<'a> MainShown<'a> {
    /// `block_on` was called at `location`.
    pub(super) fn new(observer: &'a dyn Observe, location: &'static Location<'static>) -> Self {
        observer.main_arrives(location);
        Self(observer)
    }
}

impl Drop for MainShown<'_> {
    fn drop(&mut self) {
        self.0.main_leaves();
    }
}
