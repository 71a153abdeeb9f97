//! The executor itself: the queue of what is ready, and the table of what lives.
//! Only its own thread comes here, so nothing locks.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use super::here;
use super::home::{Home, Message};
use super::join::{JoinHandle, Task};
use super::observer::{MainShown, Observe, Observer, Subject};
use super::queue::{Queue, Work};
use super::table::{Place, Table};
use super::task::{self, Guarded, Id, Meta, Origin, Runnable};
use crate::future::budget;
use crate::future::inherited::{self, Inherited};
use crate::shim::thread::yield_now;
use crate::swallow::in_peace;
use crate::waker::WakeList;

/// One thread's tasks.
pub(crate) struct Executor {
    /// What is ready.
    queue: Queue,
    /// A waker of every task that has been polled and waits. What has never been polled is in the queue, so both together
    /// hold all that lives: the promise "dropping the runtime drops every future" hangs on it.
    waiting: RefCell<Table<Waker>>,
    /// What tasks have inherited, of those that have.
    contexts: RefCell<Table<Inherited>>,
    /// The task that is polled, or dropped. `None` in the future of `block_on`.
    running: Cell<Option<Id>>,
    /// The executor as other threads see it.
    home: Arc<Home>,
    /// Polls between two looks at the world outside.
    event_interval: u32,
    /// Where messages from other threads are read from. Its memory changes place with the injector's.
    messages: Cell<Vec<Message>>,
    /// Set when the end begins: what is spawned from then on is cancelled at once.
    closing: Cell<bool>,
    /// Set when the end is over.
    over: Cell<bool>,
    /// What looks at tasks, if something does.
    observer: Option<Box<dyn Observe>>,
    /// Whether a new task is more than queued, by code that may be anybody's: there is an observer, or the end has begun.
    attended: Cell<bool>,
}

/// How far the future of `block_on` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Pending,
    Done,
}

impl Executor {
    pub(crate) fn new(
        home: Arc<Home>,
        event_interval: u32,
        observer: Option<Box<dyn Observe>>,
    ) -> Self {
        Self {
            queue: Queue::new(),
            waiting: RefCell::default(),
            contexts: RefCell::default(),
            running: Cell::new(None),
            home,
            event_interval,
            messages: Cell::new(Vec::new()),
            closing: Cell::new(false),
            over: Cell::new(false),
            attended: Cell::new(observer.is_some()),
            observer,
        }
    }

    pub(crate) fn home(&self) -> &Arc<Home> {
        &self.home
    }

    #[inline]
    pub(super) fn is_home_of(&self, meta: &Meta) -> bool {
        Arc::ptr_eq(&self.home, meta.home())
    }

    /// Spawns a future that stays on this thread, and inherits from the task that spawns it.
    pub(crate) fn spawn<F>(&self, future: F, origin: Origin) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        // SAFETY: the future need not be `Send`, since its `Runnable` is run on this thread only: it is in this executor's
        // queue until its first poll, and in its table when it waits, and `schedule` sends it home from wherever it is woken.
        // `shut_down` empties both before the executor goes. The future is `'static`, but for the metadata in front of it.
        let (runnable, task) = unsafe { build(future, self.new_meta(origin)) };
        self.admit(runnable);
        JoinHandle::new(task)
    }

    fn new_meta(&self, origin: Origin) -> Meta {
        let context = inherited::current().map(|context| self.keep_context(Some(context)));
        Meta::new(Arc::clone(&self.home), origin, context)
    }

    #[cold]
    fn keep_context(&self, context: Inherited) -> Place {
        self.contexts.borrow_mut().insert(context)
    }

    /// Enters the context of a task, or leaves it: the current one and what is kept of the task change places.
    pub(super) fn exchange_context(&self, place: Place) {
        if let Some(context) = self.contexts.borrow_mut().at_mut(place) {
            inherited::exchange(context);
        }
    }

    /// A task that has inherited has ended.
    pub(super) fn drop_context(&self, place: Place) {
        let context = self.contexts.borrow_mut().remove(place);
        in_peace(|| drop(context)); // after the borrow: values are anybody's
    }

    /// Queues a new task.
    fn admit(&self, task: Runnable) {
        if self.attended.get() {
            self.attend(task);
        } else {
            self.count(&task);
            self.push(Work::Task(task));
        }
    }

    /// The same where an observer wants to know of it, or the end has begun.
    #[cold]
    fn attend(&self, task: Runnable) {
        if self.closing.get() {
            return self.refuse(task); // nobody is told: a hook that spawns would be called for that, and so without end
        }
        if let Some(observer) = &self.observer {
            observer.arrives(task.metadata()); // before it counts: if a hook ends the runtime, that ends what counts
        }
        self.count(&task);
        if self.closing.get() {
            self.refuse(task);
        } else {
            self.push(Work::Task(task));
        }
    }

    /// The end has begun.
    fn refuse(&self, task: Runnable) {
        here::work(self, || task::cancel(task));
    }

    fn count(&self, task: &Runnable) {
        self.home.figures().spawned.add(1);
        task.metadata().set_counted();
    }

    /// A task was polled for the first time, and waits.
    #[cold]
    pub(super) fn remember(&self, meta: &Meta, waker: Waker) {
        let place = self.waiting.borrow_mut().insert(waker);
        meta.set_place(place);
    }

    /// A task's future is gone.
    pub(super) fn forget(&self, meta: &Meta) {
        self.home.figures().ended.add(1);
        if let Some(place) = meta.place() {
            let waker = self.waiting.borrow_mut().remove(place);
            drop(waker); // after the borrow
        }
        if self.attended.get() {
            self.tell_of_the_end(meta);
        }
    }

    #[cold]
    fn tell_of_the_end(&self, meta: &Meta) {
        if let Some(observer) = &self.observer {
            observer.leaves(meta);
        }
    }

    /// Wakes the task that waits at `place`, if one does.
    pub(super) fn wake(&self, place: u32) {
        let place = Place::new(place);
        let waker = place.and_then(|place| self.waiting.borrow().at(place).cloned());
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Wakes every task that waits.
    fn wake_all(&self) {
        // A waker is foreign code: collected under the borrow, woken after it. A loop: `collect` is 1 KiB of every program.
        let mut wakers = WakeList::new();
        for waker in self.waiting.borrow().values() {
            wakers.list().push(waker.clone());
        }
        wakers.wake_all();
    }

    /// The task that is polled, or dropped, just now.
    pub(crate) fn running(&self) -> Option<Id> {
        self.running.get()
    }

    /// Whether it has ended: who waits for the runtime from now on waits for ever.
    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.over.get()
    }

    /// Whether `spawn` may run code that is not the runtime's: then its caller keeps the executor alive meanwhile.
    pub(crate) fn is_attended(&self) -> bool {
        self.attended.get()
    }

    /// How many tasks live.
    pub(crate) fn task_count(&self) -> usize {
        let figures = self.home.figures();
        (figures.spawned.get() - figures.ended.get()) as usize
    }

    /// A task was woken.
    #[inline]
    pub(super) fn wakes(&self, task: Runnable) {
        if self.attended.get() {
            self.note_wake(&task);
        }
        self.push(Work::Task(task));
    }

    #[cold]
    fn note_wake(&self, task: &Runnable) {
        if let Some(observer) = &self.observer {
            observer.wakes(task.metadata());
        }
    }

    /// The future of `block_on` was woken.
    #[inline]
    pub(super) fn wakes_main(&self) {
        if self.attended.get() {
            self.note_main_wake();
        }
        self.push(Work::Main);
    }

    #[cold]
    fn note_main_wake(&self) {
        if let Some(observer) = &self.observer {
            observer.wakes_main();
        }
    }

    /// Shows the future of `block_on`, called there, to those who look, until the end of what comes back.
    pub(crate) fn show_main(&self, location: &'static Location<'static>) -> Option<MainShown<'_>> {
        let observer = self.observer.as_deref()?;
        Some(MainShown::new(observer, location))
    }

    /// Puts work at the end of the queue.
    #[inline]
    fn push(&self, work: Work) {
        self.queue.push(work);
    }

    /// Runs what is ready: until the queue is empty, a batch is over, or `main`, which polls the future of `block_on`, is done.
    #[inline(never)]
    pub(crate) fn run(&self, main: &mut dyn FnMut() -> Progress) -> Progress {
        let ends = &self.home.figures().ends;
        self.queue.show_tail(ends);
        let progress = here::work(self, || match &self.observer {
            Some(observer) if observer.looks_at_polls() => observer.run_batch(self, main),
            _ => self.run_batch(main),
        });
        if self.queue.has_not_moved_since(ends) {
            self.home.figures().noops.add(1);
        }
        self.queue.show(ends);
        progress
    }

    /// How far it is: what was taken out of the queue so far, and what was put in. Other threads see it as of before a batch, or after
    /// it.
    pub(crate) fn ends(&self) -> (u64, u64) {
        self.queue.ends()
    }

    #[inline]
    fn run_batch(&self, main: &mut dyn FnMut() -> Progress) -> Progress {
        for _ in 0..self.event_interval {
            let Some(work) = self.queue.pop() else { break };
            budget::refill();
            match work {
                Work::Task(task) => {
                    self.running.set(Some(task.metadata().id()));
                    task.run();
                }
                Work::Main => {
                    self.running.set(None);
                    if main() == Progress::Done {
                        return Progress::Done;
                    }
                }
            }
        }
        self.running.set(None);
        Progress::Pending
    }

    /// The same while an observer looks at each poll.
    #[cold]
    pub(super) fn run_batch_looked_at(
        &self,
        observer: &Observer,
        main: &mut dyn FnMut() -> Progress,
    ) -> Progress {
        for _ in 0..self.event_interval {
            let Some(work) = self.queue.pop() else { break };
            match work {
                Work::Task(task) => {
                    let subject = Subject::of(task.metadata());
                    self.running.set(Some(task.metadata().id()));
                    observer.look_at(&subject, || {
                        budget::refill();
                        task.run();
                    });
                }
                Work::Main => {
                    self.running.set(None);
                    let poll = || {
                        budget::refill();
                        main()
                    };
                    if observer.look_at_main(poll) == Progress::Done {
                        return Progress::Done;
                    }
                }
            }
        }
        self.running.set(None);
        Progress::Pending
    }

    /// Takes in what other threads have sent.
    pub(crate) fn receive(&self) {
        if !self.home.injector().is_filled() {
            return;
        }
        let mut messages = self.messages.take();
        self.home.injector().take(&mut messages);
        for message in messages.drain(..) {
            self.accept(message);
        }
        self.messages.set(messages);
    }

    fn accept(&self, message: Message) {
        match message {
            Message::Errand(errand) => return self.run_errand(errand),
            Message::Main => self.wakes_main(),
            Message::Ready(task) if task.metadata().is_counted() => self.wakes(task),
            Message::Ready(task) => self.admit(task),
        }
        self.home.figures().from_elsewhere.add(1);
    }

    /// Does what another thread wants done here. A panic in it is nobody's here.
    fn run_errand(&self, errand: Box<dyn FnOnce() + Send>) {
        here::work(self, || {
            in_peace(errand);
        });
    }

    /// Announces that the thread will sleep. False if it must not, since something is ready.
    pub(crate) fn park(&self) -> bool {
        self.queue.is_empty() && self.home.injector().park()
    }

    /// As `park`, where it matters whether the thread will ever be woken: `sender_is_left` says whether somebody may still send.
    pub(crate) fn is_over(&self, sender_is_left: impl FnOnce() -> bool) -> bool {
        self.queue.is_empty() && self.home.injector().is_over(sender_is_left)
    }

    /// Whether nothing is ready, and nothing has been sent.
    pub(crate) fn has_nothing(&self) -> bool {
        self.queue.is_empty() && !self.home.injector().is_filled()
    }

    /// The thread is awake again.
    pub(crate) fn unpark(&self) {
        self.home.injector().unpark();
    }

    /// Cancels every task, here, and returns when the last future is dropped. Nothing can be spawned from here on. Tells
    /// `on_cancel` of each.
    ///
    /// This is the condition under which `spawn` may take futures that are not `Send`.
    pub(crate) fn shut_down(&self, on_cancel: &mut dyn FnMut(&Meta)) {
        self.receive(); // before: what was spawned elsewhere until now is told of, too
        self.closing.set(true);
        self.attended.set(true);
        loop {
            self.wake_all();
            self.receive();
            while let Some(work) = self.queue.pop() {
                if let Work::Task(task) = work {
                    self.running.set(Some(task.metadata().id()));
                    on_cancel(task.metadata());
                    here::work(self, || task::cancel(task));
                }
            }
            self.running.set(None);
            if self.task_count() == 0 {
                break;
            }
            // Another thread is just waking the last ones, and they have not arrived yet.
            yield_now();
        }
        for message in self.home.injector().close() {
            match message {
                Message::Ready(task) => self.admit(task), // spawned elsewhere, and cancelled now
                Message::Main => {}
                Message::Errand(errand) => self.run_errand(errand),
            }
        }
        self.over.set(true);
    }
}

/// Spawns a future on the executor of `home`, from any thread.
pub(crate) fn spawn_from_anywhere<F>(
    home: &Arc<Home>,
    future: F,
    origin: Origin,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let meta = Meta::new(Arc::clone(home), origin, None);
    // SAFETY: the future is `Send` and `'static`, but for the metadata in front of it.
    let (runnable, task) = unsafe { build(future, meta) };
    runnable.schedule();
    JoinHandle::new(task)
}

/// Makes a task of a blocking job, to be run once, by any thread.
pub(crate) fn job<F>(
    home: &Arc<Home>,
    future: F,
    origin: Origin,
) -> (Runnable, JoinHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let meta = Meta::new(Arc::clone(home), origin, None);
    // SAFETY: the future is `Send` and `'static`, but for the metadata in front of it.
    let (runnable, task) = unsafe { build(future, meta) };
    (runnable, JoinHandle::new(task))
}

/// # Safety
/// As [`async_task::Builder::spawn_unchecked`]: what is not `Send` stays on one thread, what is not `'static` outlives the task.
unsafe fn build<'a, F: Future + 'a>(future: F, meta: Meta) -> (Runnable, Task<F::Output>) {
    let builder = async_task::Builder::new().metadata(meta);
    // SAFETY: the caller promises it for the future; `schedule` is a plain function; `Guarded` borrows the metadata alone.
    unsafe { builder.spawn_unchecked(|meta| Guarded::new(future, meta), task::schedule) }
}

#[cfg(all(test, loom))]
#[path = "local_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
#[path = "local_tests.rs"]
mod tests;
