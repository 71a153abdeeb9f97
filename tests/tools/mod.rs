//! What the tests of the core share: runtimes of each kind, counters, a watchdog, and the place of a panic.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::any::Any;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

use toque::runtime::ReactorKind;
use toque::task::yield_now;
use toque::{Builder, Runtime};

/// Long enough for any machine, short enough to be seen to fail.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const KINDS: [ReactorKind; 3] = [
    ReactorKind::Native,
    ReactorKind::Portable,
    ReactorKind::Oneshot,
];

pub(crate) fn runtime_with(kind: ReactorKind) -> Runtime {
    Builder::new_current_thread().reactor(kind).build().unwrap()
}

/// Runs a test's future on a runtime of its own.
pub(crate) fn run<F: Future>(test: F) -> F::Output {
    Runtime::new().unwrap().block_on(test)
}

/// Runs a test on every kind of reactor, and names the one on which it fails.
pub(crate) fn on_every_reactor(test: impl Fn(&Runtime)) {
    for kind in KINDS {
        let runtime = runtime_with(kind);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(&runtime))) {
            eprintln!("this was on the reactor `{kind:?}`");
            std::panic::resume_unwind(panic);
        }
    }
}

/// Runs a test on a thread of its own; one that hangs fails instead. Where a wake may be lost, no timer of the runtime's can
/// be trusted to tell.
pub(crate) fn watched(test: impl FnOnce() + Send + 'static) {
    let (done, waits) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    if waits.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("the test hangs");
    }
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// More polls than the executor makes before it looks at the world outside, twice.
pub(crate) const MANY_YIELDS: usize = 200;

/// Lets every other task run until it waits, also those that were woken from outside.
pub(crate) async fn let_others_run() {
    for _ in 0..MANY_YIELDS {
        yield_now().await;
    }
}

/// A number that other threads count up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts its drop, and notes one on another thread than that it was made on. `Send`, for tests that send it away.
#[derive(Debug)]
pub(crate) struct HomeBound {
    home: ThreadId,
    drops: Count,
    abroad: Count,
}

/// What became of the [`HomeBound`]s of one test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops {
    pub(crate) all: Count,
    /// On a foreign thread.
    pub(crate) abroad: Count,
}

impl Drops {
    /// A value at home on this thread.
    pub(crate) fn guard(&self) -> HomeBound {
        self.guard_of(thread::current().id())
    }

    /// A value at home on another thread.
    pub(crate) fn guard_of(&self, home: ThreadId) -> HomeBound {
        HomeBound {
            home,
            drops: self.all.clone(),
            abroad: self.abroad.clone(),
        }
    }

    /// Demands that so many were dropped, each on its own thread.
    #[track_caller]
    pub(crate) fn assert_at_home(&self, all: usize) {
        assert_eq!(self.all.get(), all, "drops");
        assert_eq!(self.abroad.get(), 0, "drops on a foreign thread");
    }
}

impl Drop for HomeBound {
    fn drop(&mut self) {
        if thread::current().id() != self.home {
            self.abroad.add();
        }
        self.drops.add();
    }
}

/// Holds a value for ever, and waits.
pub(crate) async fn hold<T>(value: T) {
    std::future::pending::<()>().await;
    drop(value);
}

/// Counts how often a future is polled.
pub(crate) async fn counting<F: Future>(polls: Count, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        polls.add();
        future.as_mut().poll(cx)
    })
    .await
}

/// Runs its closure when it is dropped.
pub(crate) struct OnDrop<F: FnOnce()>(Option<F>);

pub(crate) fn on_drop<F: FnOnce()>(action: F) -> OnDrop<F> {
    OnDrop(Some(action))
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(action) = self.0.take() {
            action();
        }
    }
}

/// A waker that counts its calls, and is told apart from all others.
#[derive(Default)]
pub(crate) struct CountingWaker(pub(crate) AtomicUsize);

impl CountingWaker {
    pub(crate) fn wakes(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A waker that panics when it is called.
pub(crate) struct PanickingWaker;

impl Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

/// Polls once.
pub(crate) fn poll_once<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// What a panic said, and where it says it was.
#[derive(Clone, Debug)]
pub(crate) struct Caught {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl Caught {
    /// Demands that the panic names the caller and the remedy.
    #[track_caller]
    pub(crate) fn assert_names(&self, file: &str, words: &[&str]) {
        assert_eq!(self.file, file, "{self:?}");
        for word in words {
            assert!(self.message.contains(word), "no {word:?} in {self:?}");
        }
    }
}

thread_local! {
    static LAST_PANIC: RefCell<Option<Caught>> = const { RefCell::new(None) };
}

/// Runs what must panic, and gives what the panic hook was told on this thread.
#[track_caller]
pub(crate) fn caught<R>(action: impl FnOnce() -> R) -> Caught {
    hook();
    LAST_PANIC.take();
    assert!(catch_unwind(AssertUnwindSafe(action)).is_err(), "no panic");
    LAST_PANIC.take().expect("the hook was called")
}

/// The words of a panic's payload.
pub(crate) fn text_of(payload: &dyn Any) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

/// Puts a note of each panic before the hook that is there.
fn hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let note = info.location().map(|location| Caught {
                message: text_of(info.payload()),
                file: location.file().to_owned(),
                line: location.line(),
            });
            let _ = LAST_PANIC.try_with(|last| last.replace(note));
            before(info);
        }));
    });
}
