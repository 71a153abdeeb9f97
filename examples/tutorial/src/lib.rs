//! A small runtime in one file: what `docs/book` builds in its chapters 1 to 6, under the
//! names that toque's modules have. Read it from the top: a bell, a thread that waits,
//! the injector, the executor, the reactor, the timers, and the turn.

// It is made to be read, by the chapters: nobody prints its parts, and `block_on` says
// where it belongs.
#![allow(missing_debug_implementations, clippy::missing_panics_doc)]

mod shim;

// ANCHOR: waker
#[allow(unsafe_code)] // a waker is a pointer and a table of four functions
pub mod waker {
    //! A waker: a bell that anybody may hold.

    use std::sync::Arc;
    use std::task::{RawWaker, RawWakerVTable, Waker};

    /// What happens when the bell is rung.
    pub trait Ring: Send + Sync + 'static {
        /// Rings. On any thread, any number of times.
        fn ring(&self);
    }

    /// A waker that rings `bell`.
    pub fn waker<B: Ring>(bell: Arc<B>) -> Waker {
        // SAFETY: each waker holds one count of the `Arc`, which the four functions keep;
        // `Ring` is `Send` and `Sync`.
        unsafe { Waker::from_raw(raw(bell)) }
    }

    fn raw<B: Ring>(bell: Arc<B>) -> RawWaker {
        RawWaker::new(Arc::into_raw(bell).cast(), &Table::<B>::VTABLE)
    }

    struct Table<B>(std::marker::PhantomData<B>);

    impl<B: Ring> Table<B> {
        const VTABLE: RawWakerVTable =
            RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

        unsafe fn clone(bell: *const ()) -> RawWaker {
            // SAFETY: the pointer is from `raw`, and the waker that is cloned holds a
            // count.
            unsafe { Arc::increment_strong_count(bell.cast::<B>()) };
            RawWaker::new(bell, &Self::VTABLE)
        }

        unsafe fn wake(bell: *const ()) {
            // SAFETY: the waker is used up, and its count is ours.
            unsafe { Arc::from_raw(bell.cast::<B>()) }.ring();
        }

        unsafe fn wake_by_ref(bell: *const ()) {
            // SAFETY: the waker is borrowed, so its count keeps the bell alive.
            unsafe { &*bell.cast::<B>() }.ring();
        }

        unsafe fn drop(bell: *const ()) {
            // SAFETY: the waker is used up, and its count is ours.
            drop(unsafe { Arc::from_raw(bell.cast::<B>()) });
        }
    }
}
// ANCHOR_END: waker

// ANCHOR: park
pub mod park {
    //! Waits for one future on a thread that does nothing else.

    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll};
    use std::thread::{self, Thread};

    use super::waker::{Ring, waker};

    struct ThreadBell {
        /// Rung, and not yet heard. It remembers a ring that comes before the sleep.
        rung: AtomicBool,
        /// Whom to wake.
        thread: Thread,
    }

    impl Ring for ThreadBell {
        fn ring(&self) {
            // Before `unpark`, or the thread wakes, finds nothing, and sleeps again.
            // Release: with the swap in `wait`.
            self.rung.store(true, Ordering::Release);
            self.thread.unpark();
        }
    }

    impl ThreadBell {
        fn wait(&self) {
            // Acquire: what the ringer did before is seen by the poll after.
            while !self.rung.swap(false, Ordering::Acquire) {
                thread::park();
            }
        }
    }

    /// Runs `future` to its end. The thread sleeps while it is pending.
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let bell = Arc::new(ThreadBell {
            rung: AtomicBool::new(false),
            thread: thread::current(),
        });
        let waker = waker(Arc::clone(&bell));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => bell.wait(),
            }
        }
    }
}
// ANCHOR_END: park

// ANCHOR: injector
pub mod injector {
    //! Where wakes wait until the chef looks. Any thread may fill it.

    use super::shim::{AtomicBool, Mutex, Ordering};

    /// A queue with many senders and one owner.
    #[derive(Debug)]
    pub struct Injector<T> {
        items: Mutex<Vec<T>>,
        /// Whether the owner is about to sleep, or does.
        parked: AtomicBool,
    }

    impl<T> Default for Injector<T> {
        fn default() -> Self {
            Self {
                items: Mutex::new(Vec::new()),
                parked: AtomicBool::new(false),
            }
        }
    }

    impl<T> Injector<T> {
        /// Sends an item. True if the sender must ring.
        pub fn push(&self, item: T) -> bool {
            self.items.lock().unwrap().push(item);
            // After the push, or an owner who has just looked sleeps on. The lock carries
            // his `parked` to us.
            self.parked
                .compare_exchange(true, false, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        }

        /// The owner takes all there is.
        pub fn take(&self) -> Vec<T> {
            std::mem::take(&mut self.items.lock().unwrap())
        }

        /// The owner says that he will sleep. False if he must not, since something
        /// waits.
        pub fn park(&self) -> bool {
            self.parked.store(true, Ordering::Relaxed); // before the look, or a ring is lost
            let may_sleep = self.items.lock().unwrap().is_empty();
            if !may_sleep {
                self.unpark();
            }
            may_sleep
        }

        /// The owner is awake: nobody needs to ring.
        pub fn unpark(&self) {
            self.parked.store(false, Ordering::Relaxed);
        }
    }
}
// ANCHOR_END: injector

// ANCHOR: executor
pub mod executor {
    //! One thread's tasks: the queue of what is ready, and the table of what lives.

    use std::cell::{Cell, RefCell};
    use std::collections::{HashMap, VecDeque};
    use std::pin::Pin;
    use std::rc::{Rc, Weak};
    use std::sync::Arc;
    use std::task::{Context, Waker};

    use super::injector::Injector;
    use super::task::{JoinHandle, Outcome};
    use super::waker::{Ring, waker};

    /// The name of a task. `MAIN` is `block_on`'s own future.
    pub type Id = u64;
    pub(crate) const MAIN: Id = 0;

    /// The executor as other threads see it.
    pub(crate) struct Home {
        /// Who has been rung for.
        pub(crate) injector: Injector<Id>,
        /// Ends the sleep in the demultiplexer.
        pub(crate) poller: Arc<polling::Poller>,
    }

    /// The bell of one task.
    struct TaskBell {
        id: Id,
        home: Arc<Home>,
    }

    impl Ring for TaskBell {
        fn ring(&self) {
            if self.home.injector.push(self.id) {
                // An error leaves nobody to tell: the poller is gone, and the chef with
                // it.
                let _ = self.home.poller.notify();
            }
        }
    }

    type Task = Pin<Box<dyn Future<Output = ()>>>;

    /// See the module.
    pub struct Executor {
        /// What is ready. Only names: a task that has gone meanwhile is not found.
        queue: RefCell<VecDeque<Id>>,
        /// What lives. The task that is polled is not in it.
        tasks: RefCell<HashMap<Id, Task>>,
        last: Cell<Id>,
        home: Arc<Home>,
    }

    impl Executor {
        pub(crate) fn new(poller: Arc<polling::Poller>) -> Self {
            Self {
                queue: RefCell::default(),
                tasks: RefCell::default(),
                last: Cell::new(MAIN),
                home: Arc::new(Home {
                    injector: Injector::default(),
                    poller,
                }),
            }
        }

        pub(crate) fn waker(&self, id: Id) -> Waker {
            let home = Arc::clone(&self.home);
            waker(Arc::new(TaskBell { id, home }))
        }

        pub(crate) fn spawn<F>(self: &Rc<Self>, future: F) -> JoinHandle<F::Output>
        where
            F: Future + 'static,
        {
            let id = self.last.get() + 1;
            self.last.set(id);
            let outcome = Rc::new(Outcome::default());
            let task = Outcome::deliver(Rc::clone(&outcome), future);
            self.tasks.borrow_mut().insert(id, Box::pin(task));
            self.queue.borrow_mut().push_back(id);
            let executor: Weak<Self> = Rc::downgrade(self);
            JoinHandle::new(id, executor, outcome)
        }

        /// Polls what was ready when it began. True once `main` is done.
        pub(crate) fn run(&self, main: &mut dyn FnMut() -> bool) -> bool {
            let ready = self.queue.take();
            for id in ready {
                if id == MAIN {
                    if main() {
                        return true;
                    }
                } else {
                    self.poll(id);
                }
            }
            false
        }

        fn poll(&self, id: Id) {
            let task = self.tasks.borrow_mut().remove(&id);
            let Some(mut task) = task else { return }; // it has gone
            let waker = self.waker(id);
            if task
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
            {
                self.tasks.borrow_mut().insert(id, task);
            }
        }

        /// Cancelling is dropping.
        pub(crate) fn cancel(&self, id: Id) {
            let task = self.tasks.borrow_mut().remove(&id);
            drop(task); // after the borrow: what a future drops may come back here
        }

        /// Takes in who was rung for.
        pub(crate) fn receive(&self) {
            self.queue.borrow_mut().extend(self.home.injector.take());
        }

        /// Whether the thread may sleep until a bell rings.
        pub(crate) fn park(&self) -> bool {
            self.queue.borrow().is_empty() && self.home.injector.park()
        }

        pub(crate) fn unpark(&self) {
            self.home.injector.unpark();
        }
    }
}
// ANCHOR_END: executor

// ANCHOR: task
pub mod task {
    //! What is left of a task for whom waits for it.

    use std::cell::RefCell;
    use std::pin::Pin;
    use std::rc::{Rc, Weak};
    use std::task::{Context, Poll, Waker};

    use super::executor::{Executor, Id};

    enum State<T> {
        Running(Option<Waker>),
        /// Over: with its output, or with none if it was cancelled or that was taken.
        Over(Option<T>),
    }

    pub(crate) struct Outcome<T>(RefCell<State<T>>);

    impl<T> Default for Outcome<T> {
        fn default() -> Self {
            Self(RefCell::new(State::Running(None)))
        }
    }

    impl<T> Outcome<T> {
        /// The task of `future`. Dropped before its end, it says so.
        pub(crate) fn deliver<F>(outcome: Rc<Self>, future: F) -> impl Future<Output = ()>
        where
            F: Future<Output = T>,
        {
            let end = End(outcome);
            async move {
                let output = future.await;
                end.0.finish(Some(output));
            }
        }

        fn finish(&self, output: Option<T>) {
            if let State::Over(_) = *self.0.borrow() {
                return;
            }
            let before = self.0.replace(State::Over(output));
            if let State::Running(Some(waker)) = before {
                waker.wake();
            }
        }
    }

    struct End<T>(Rc<Outcome<T>>);

    impl<T> Drop for End<T> {
        fn drop(&mut self) {
            self.0.finish(None);
        }
    }

    /// A task's output to come: `None` if the task was cancelled. Dropping it lets the
    /// task go on.
    pub struct JoinHandle<T> {
        id: Id,
        executor: Weak<Executor>,
        outcome: Rc<Outcome<T>>,
    }

    impl<T> JoinHandle<T> {
        pub(crate) fn new(id: Id, executor: Weak<Executor>, outcome: Rc<Outcome<T>>) -> Self {
            Self {
                id,
                executor,
                outcome,
            }
        }

        /// Drops the task's future.
        pub fn abort(&self) {
            if let Some(executor) = self.executor.upgrade() {
                executor.cancel(self.id);
            }
        }
    }

    impl<T> Future for JoinHandle<T> {
        type Output = Option<T>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
            match &mut *self.outcome.0.borrow_mut() {
                State::Over(output) => Poll::Ready(output.take()),
                State::Running(waiter) => {
                    *waiter = Some(cx.waker().clone()); // `finish` owes the wake
                    Poll::Pending
                }
            }
        }
    }
}
// ANCHOR_END: task

// ANCHOR: reactor
#[allow(unsafe_code)] // a descriptor must leave the poller before it is closed
pub mod reactor {
    //! The event demultiplexer: who waits for which socket.

    use std::cell::{Cell, RefCell};
    use std::collections::HashMap;
    use std::io;
    use std::os::fd::{AsFd, AsRawFd};
    use std::rc::Rc;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use polling::{Event, Events, PollMode, Poller};

    /// What a task waits for.
    #[derive(Clone, Copy, Debug)]
    pub enum Direction {
        /// Something to read, or a guest at the door.
        Read,
        /// Room to write.
        Write,
    }

    /// Who waits for one socket, by direction.
    #[derive(Default)]
    struct Source([Option<Waker>; 2]);

    /// See the module.
    pub struct Reactor {
        poller: Arc<Poller>,
        sources: RefCell<HashMap<usize, Source>>,
        /// Keys are never given out twice: an event of a socket that has gone must find
        /// nobody.
        last: Cell<usize>,
        events: RefCell<Events>,
    }

    impl Reactor {
        pub(crate) fn new(poller: Arc<Poller>) -> Self {
            Self {
                poller,
                sources: RefCell::default(),
                last: Cell::new(0),
                events: RefCell::new(Events::new()),
            }
        }

        /// Sleeps until a socket is ready, a bell rings or `patience` is over. Wakes whom
        /// it concerns.
        pub(crate) fn wait(&self, patience: Option<Duration>) -> io::Result<()> {
            let mut events = self.events.borrow_mut();
            events.clear();
            self.poller.wait(&mut events, patience)?;
            let mut wakers = Vec::new();
            for event in events.iter() {
                let mut sources = self.sources.borrow_mut();
                let Some(source) = sources.get_mut(&event.key) else {
                    continue;
                }; // a stale key
                if event.readable {
                    wakers.extend(source.0[Direction::Read as usize].take());
                }
                if event.writable {
                    wakers.extend(source.0[Direction::Write as usize].take());
                }
            }
            drop(events);
            wakers.into_iter().for_each(Waker::wake); // after the borrows: a waker is foreign code
            Ok(())
        }

        fn wake_when_ready(&self, key: usize, direction: Direction, waker: &Waker) {
            if let Some(source) = self.sources.borrow_mut().get_mut(&key) {
                source.0[direction as usize] = Some(waker.clone());
            }
        }
    }

    /// A socket that the reactor knows, and its key.
    pub struct Registration<S: AsFd + AsRawFd> {
        reactor: Rc<Reactor>,
        key: usize,
        /// What it is about. It leaves the poller in `drop`, before it is closed.
        pub socket: S,
    }

    impl<S: AsFd + AsRawFd> Registration<S> {
        pub(crate) fn new(reactor: Rc<Reactor>, socket: S) -> io::Result<Self> {
            let key = reactor.last.get() + 1;
            reactor.last.set(key);
            // SAFETY: `drop` takes it out before the socket, which we own, is closed.
            unsafe {
                reactor
                    .poller
                    .add_with_mode(&socket, Event::all(key), PollMode::Edge)?
            };
            reactor.sources.borrow_mut().insert(key, Source::default());
            Ok(Self {
                reactor,
                key,
                socket,
            })
        }

        /// Tries; if that would block, the reactor owes the wake. An edge that comes in
        /// between is in the next `wait`.
        pub fn poll_io<R>(
            &self,
            cx: &mut Context<'_>,
            direction: Direction,
            mut attempt: impl FnMut(&S) -> io::Result<R>,
        ) -> Poll<io::Result<R>> {
            loop {
                match attempt(&self.socket) {
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    done => return Poll::Ready(done),
                }
            }
            self.reactor
                .wake_when_ready(self.key, direction, cx.waker());
            Poll::Pending
        }
    }

    impl<S: AsFd + AsRawFd> Drop for Registration<S> {
        fn drop(&mut self) {
            let waiters = self.reactor.sources.borrow_mut().remove(&self.key);
            drop(waiters); // after the borrow
            // Fails only if it is not there, which is what we want.
            let _ = self.reactor.poller.delete(self.socket.as_fd());
        }
    }
}
// ANCHOR_END: reactor

// ANCHOR: timers
pub mod timers {
    //! Who sleeps, by deadline.

    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;
    use std::pin::Pin;
    use std::rc::Rc;
    use std::task::{Context, Poll, Waker};
    use std::time::{Duration, Instant};

    /// A deadline, and a number for those that are equal.
    type Key = (Instant, u64);

    /// See the module.
    #[derive(Default)]
    pub struct Timers {
        sleepers: RefCell<BTreeMap<Key, Waker>>,
        last: Cell<u64>,
    }

    impl Timers {
        /// How long the thread may sleep: `None` is for ever.
        pub fn patience(&self, now: Instant) -> Option<Duration> {
            let sleepers = self.sleepers.borrow();
            let ((deadline, _), _) = sleepers.first_key_value()?;
            Some(deadline.saturating_duration_since(now))
        }

        /// Wakes those whose deadline has come, and nobody early.
        pub(crate) fn fire_due(&self, now: Instant) {
            let later = self.sleepers.borrow_mut().split_off(&(now, u64::MAX));
            let due = self.sleepers.replace(later);
            due.into_values().for_each(Waker::wake);
        }
    }

    /// Done when its deadline has come. Dropped before, it leaves the timers.
    pub struct Sleep {
        timers: Rc<Timers>,
        key: Key,
    }

    impl Sleep {
        pub(crate) fn new(timers: Rc<Timers>, deadline: Instant) -> Self {
            let number = timers.last.get() + 1;
            timers.last.set(number);
            let key = (deadline, number);
            Self { timers, key }
        }
    }

    impl Future for Sleep {
        type Output = ();

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            if Instant::now() >= self.key.0 {
                return Poll::Ready(());
            }
            let waker = cx.waker().clone(); // `fire_due` owes the wake
            let before = self.timers.sleepers.borrow_mut().insert(self.key, waker);
            drop(before);
            Poll::Pending
        }
    }

    impl Drop for Sleep {
        fn drop(&mut self) {
            let waker = self.timers.sleepers.borrow_mut().remove(&self.key);
            drop(waker); // after the borrow
        }
    }
}
// ANCHOR_END: timers

pub mod net;
// ANCHOR: runtime
pub mod runtime {
    //! The one place where the parts meet. Its turn is the event loop.

    use std::cell::RefCell;
    use std::io;
    use std::pin::pin;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::task::{Context, Poll};
    use std::time::{Duration, Instant};

    use super::executor::{Executor, MAIN};
    use super::reactor::Reactor;
    use super::task::JoinHandle;
    use super::timers::{Sleep, Timers};

    pub(crate) struct Core {
        executor: Rc<Executor>,
        pub(crate) reactor: Rc<Reactor>,
        timers: Rc<Timers>,
    }

    thread_local! {
        static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
    }

    /// Takes the runtime off its thread, on a panic too.
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            let core = CURRENT.take();
            drop(core); // with all its tasks
        }
    }

    pub(crate) fn current() -> Rc<Core> {
        CURRENT
            .with_borrow(Clone::clone)
            .expect("spawn, sleep and sockets belong inside of block_on")
    }

    impl Core {
        // ANCHOR: turn
        /// One turn of the event loop. True once `main` is done.
        fn turn(&self, main: &mut dyn FnMut() -> bool) -> io::Result<bool> {
            // The event queue: run what is ready.
            if self.executor.run(main) {
                return Ok(true);
            }
            // The event demultiplexer: the only place where the thread sleeps.
            let patience = if self.executor.park() {
                self.timers.patience(Instant::now())
            } else {
                Some(Duration::ZERO)
            };
            self.reactor.wait(patience)?;
            self.executor.unpark();
            // Then the timers, and who was rung for.
            self.timers.fire_due(Instant::now());
            self.executor.receive();
            Ok(false)
        }
        // ANCHOR_END: turn
    }

    /// Runs `future` to its end, and with it what it spawns. What is left then is
    /// dropped.
    ///
    /// # Errors
    /// Those of the demultiplexer.
    pub fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
        let poller = Arc::new(polling::Poller::new()?);
        let core = Rc::new(Core {
            executor: Rc::new(Executor::new(Arc::clone(&poller))),
            reactor: Rc::new(Reactor::new(poller)),
            timers: Rc::default(),
        });
        CURRENT.set(Some(Rc::clone(&core)));
        let _leave = Leave;
        let waker = core.executor.waker(MAIN);
        let mut future = pin!(future);
        let mut output = None;
        let mut main = || match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => {
                output = Some(value);
                true
            }
            Poll::Pending => false,
        };
        waker.wake_by_ref();
        core.executor.receive();
        while !core.turn(&mut main)? {}
        Ok(output.expect("done is done"))
    }

    /// One more order: a task on this thread.
    ///
    /// # Panics
    /// Outside of [`block_on`].
    pub fn spawn<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
        current().executor.spawn(future)
    }

    /// Done after `duration`, never before.
    ///
    /// # Panics
    /// Outside of [`block_on`].
    pub fn sleep(duration: Duration) -> Sleep {
        Sleep::new(Rc::clone(&current().timers), Instant::now() + duration)
    }
}
// ANCHOR_END: runtime

#[cfg(all(test, loom))]
mod injector_loom;
