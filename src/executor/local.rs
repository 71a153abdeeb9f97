//! The executor itself: the queue of what is ready, and the table of what lives.
//! Only its own thread comes here, so nothing locks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

use slotmap::SlotMap;

use super::home::{Home, Message};
use super::join::{JoinHandle, Task};
use super::task::{self, Guarded, Meta, Runnable, TaskKey};
use crate::future::budget;
use crate::waker::Ring;

/// One thread's tasks.
pub(crate) struct Executor {
    /// What is ready, first come, first served.
    queue: RefCell<VecDeque<Work>>,
    /// A waker of every task that lives. The promise "dropping the runtime drops every future" hangs on it.
    tasks: RefCell<SlotMap<TaskKey, Waker>>,
    /// The executor as other threads see it.
    home: Arc<Home>,
    /// Polls left before the world outside must be looked at.
    batch: Cell<u32>,
    /// Polls between two looks at the world outside.
    event_interval: u32,
    /// Where messages from other threads are read from. Its memory changes place with the injector's.
    messages: Cell<Vec<Message>>,
    /// Set when the end begins: what is spawned from then on is cancelled at once.
    closing: Cell<bool>,
}

/// One entry of the queue.
pub(crate) enum Work {
    /// Poll this task.
    Task(Runnable),
    /// Poll the future of `block_on`.
    Main,
}

/// Why the executor has stopped running tasks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is the turn of `block_on`'s own future.
    Main,
    /// The queue is empty, or the batch is over: look at the world outside.
    World,
}

impl Executor {
    pub(crate) fn new(id: u64, bell: Box<dyn Ring>, event_interval: u32) -> Self {
        Self {
            queue: RefCell::new(VecDeque::new()),
            tasks: RefCell::new(SlotMap::with_key()),
            home: Arc::new(Home::new(id, bell)),
            batch: Cell::new(event_interval),
            event_interval,
            messages: Cell::new(Vec::new()),
            closing: Cell::new(false),
        }
    }

    pub(crate) fn home(&self) -> &Arc<Home> {
        &self.home
    }

    pub(super) fn is_home_of(&self, meta: &Meta) -> bool {
        Arc::ptr_eq(&self.home, meta.home())
    }

    /// Spawns a future that stays on this thread.
    pub(crate) fn spawn<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let meta = Meta::new(Arc::clone(&self.home), location);
        // SAFETY: the future need not be `Send`, since its `Runnable` is run on this thread only: `schedule` sends it home
        // from wherever it is woken, and the table, which it enters below, keeps the executor from going before it. It is
        // `'static`, but for the metadata in front of it.
        let (runnable, task) = unsafe { build(future, meta) };
        if self.closing.get() {
            task::cancel(runnable);
        } else {
            self.register(&runnable);
            self.push(Work::Task(runnable));
        }
        JoinHandle::new(task)
    }

    /// Enters a task into the table.
    fn register(&self, task: &Runnable) {
        let key = self.tasks.borrow_mut().insert(task.waker());
        task.metadata().set_key(key);
    }

    /// A task's future is gone.
    pub(super) fn forget(&self, key: TaskKey) {
        let waker = self.tasks.borrow_mut().remove(key);
        drop(waker); // after the borrow
    }

    /// Wakes a task, if it lives.
    pub(super) fn wake(&self, key: TaskKey) {
        let waker = self.tasks.borrow().get(key).cloned();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// How many tasks live.
    pub(crate) fn task_count(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Puts work at the end of the queue.
    #[inline]
    pub(crate) fn push(&self, work: Work) {
        self.queue.borrow_mut().push_back(work);
    }

    #[inline]
    fn pop(&self) -> Option<Work> {
        self.queue.borrow_mut().pop_front()
    }

    /// Whether nothing is ready.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Runs what is ready, until the queue is empty, the batch is over, or `block_on`'s own future comes up.
    pub(crate) fn run(&self) -> Next {
        while self.batch.get() != 0 {
            let Some(work) = self.pop() else { break };
            self.batch.set(self.batch.get() - 1);
            budget::refill();
            match work {
                Work::Main => return Next::Main,
                Work::Task(task) => {
                    task.run();
                }
            }
        }
        self.batch.set(self.event_interval);
        Next::World
    }

    /// Takes in what other threads have sent.
    pub(crate) fn receive(&self) {
        let mut messages = self.messages.take();
        self.home.injector().take(&mut messages);
        for message in messages.drain(..) {
            self.accept(message);
        }
        self.messages.set(messages);
    }

    fn accept(&self, message: Message) {
        match message {
            Message::Ready(task) => {
                if !task.metadata().is_at_home() {
                    self.register(&task);
                }
                self.push(Work::Task(task));
            }
            Message::Main => self.push(Work::Main),
            Message::Errand(errand) => task::swallow(catch_unwind(AssertUnwindSafe(errand))),
        }
    }

    /// Announces that the thread will sleep. False if it must not, since something is ready.
    pub(crate) fn park(&self) -> bool {
        self.is_idle() && self.home.injector().park()
    }

    /// The thread is awake again.
    pub(crate) fn unpark(&self) {
        self.home.injector().unpark();
    }

    /// Cancels every task, here, and returns when the last future is dropped. Nothing can be spawned from here on.
    ///
    /// This is the condition under which `spawn` may take futures that are not `Send`.
    pub(crate) fn shut_down(&self) {
        self.closing.set(true);
        loop {
            // A waker is foreign code: collected under the borrow, woken after it.
            let wakers: Vec<Waker> = self.tasks.borrow().values().cloned().collect();
            wakers.into_iter().for_each(Waker::wake);
            self.receive();
            while let Some(work) = self.pop() {
                if let Work::Task(task) = work {
                    task::cancel(task);
                }
            }
            if self.task_count() == 0 {
                break;
            }
            // Another thread is just waking the last ones, and they have not arrived yet.
            std::thread::yield_now();
        }
        for message in self.home.injector().close() {
            match message {
                Message::Ready(task) => task::cancel(task),
                Message::Main => {}
                Message::Errand(errand) => task::swallow(catch_unwind(AssertUnwindSafe(errand))),
            }
        }
    }
}

/// Spawns a future on the executor of `home`, from any thread.
pub(crate) fn spawn_from_anywhere<F>(
    home: &Arc<Home>,
    future: F,
    location: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut meta = Meta::new(Arc::clone(home), location);
    meta.share_abort_state();
    // SAFETY: the future is `Send` and `'static`, but for the metadata in front of it.
    let (runnable, task) = unsafe { build(future, meta) };
    runnable.schedule();
    JoinHandle::new(task)
}

/// Makes a task of a blocking job, to be run once, by any thread.
pub(crate) fn job<F>(
    home: &Arc<Home>,
    future: F,
    location: &'static Location<'static>,
) -> (Runnable, JoinHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut meta = Meta::new(Arc::clone(home), location);
    meta.share_abort_state();
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
