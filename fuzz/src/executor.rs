//! The executor beside a plain queue: whatever tasks, wakers and handles do, both run the same tasks in the same order.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus.rs with those it has found.
//!
//! Whoever is polled takes orders from the bytes until one ends its poll. Checked: each poll and each drop is the next one by
//! the model, so no task is lost, none is polled once too often, and none overtakes another; each future is dropped once, on
//! its thread; each output is dropped once; each handle tells how its task has ended.

#[path = "executor/log.rs"]
mod log;
#[path = "executor/model.rs"]
mod model;
#[path = "executor/orders.rs"]
mod orders;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};

use toque::runtime::{TaskPanic, UnhandledPanic};
use toque::task::{Id, JoinError};
use toque::{Builder, Handle, JoinHandle, Runtime};

use crate::abroad::abroad;
use crate::bytes::Bytes;
use log::{Log, Output};
use model::{Actor, End, Event, Model};
use orders::{LastWords, Order, Place, PollEnd};

/// Obeys `data` to its end.
pub(crate) fn run(data: &[u8]) {
    let world = Rc::new(World::new(data));
    WORLD.set(Some(Rc::clone(&world)));
    while let Some(order) = Order::next(&world.bytes) {
        world.obey(order, None);
    }
    world.block_on(); // until all wait that are left
    world.end();
    WORLD.set(None);
}

/// Orders in one poll: fewer than the operations in its budget.
const PATIENCE: usize = 100;

thread_local! {
    /// The run of this thread. Futures find it here: so they are `Send`, and can be spawned from another thread.
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

fn world() -> Rc<World> {
    WORLD.with_borrow(|world| world.clone().expect("on the thread of the run"))
}

/// What a task panics with if it is told to. Unwound past the panic hook: it is no failure.
struct Planted;

fn panic_as_told() -> ! {
    resume_unwind(Box::new(Planted))
}

/// A task's future.
struct Life(Guard);

impl Future for Life {
    type Output = Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Output> {
        world().poll_task(self.0.number, cx.waker())
    }
}

/// Tells of a future's drop.
struct Guard {
    number: usize,
    home: ThreadId,
    last_words: LastWords,
    log: Arc<Log>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if thread::current().id() == self.home {
            world().dropped(self.number, self.last_words);
        } else {
            self.log.dropped_abroad.lock().unwrap().push(self.number);
        }
    }
}

/// The true tasks and what is held of them, beside the model.
struct World {
    bytes: Bytes,
    model: RefCell<Model>,
    /// Until it is dropped.
    runtime: RefCell<Option<Runtime>>,
    handle: Handle,
    joins: RefCell<Vec<(usize, JoinHandle<Output>)>>,
    wakers: RefCell<Vec<(Actor, Waker)>>,
    /// Of each task, to be compared with what it says itself.
    ids: RefCell<Vec<Option<Id>>>,
    /// The future of `block_on`, for whoever is the last to run: else the thread would sleep for ever.
    main: RefCell<Option<(Actor, Waker)>>,
    /// The task whose poll was its last, and how it ends. Its future is dropped next.
    ending: Cell<Option<(usize, End)>>,
    log: Arc<Log>,
}

impl World {
    fn new(data: &[u8]) -> Self {
        let bytes = Bytes::new(data);
        let interval = u32::from(bytes.next().unwrap_or(60) % 64) + 1;
        let log = Arc::<Log>::default();
        let runtime = Builder::new_current_thread()
            .event_interval(interval)
            .unhandled_panic(hook(Arc::clone(&log)))
            .build()
            .unwrap();
        Self {
            bytes,
            model: RefCell::new(Model::new(interval)),
            handle: runtime.handle().clone(),
            runtime: RefCell::new(Some(runtime)),
            joins: RefCell::default(),
            wakers: RefCell::default(),
            ids: RefCell::default(),
            main: RefCell::default(),
            ending: Cell::default(),
            log,
        }
    }

    #[track_caller]
    fn check(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.log.fail(what());
        }
    }

    /// Takes a step of the model: it must be this one.
    #[track_caller]
    fn expect(&self, event: Event) {
        let expected = self.model.borrow_mut().step();
        self.check(expected == Some(event), || {
            format!("{event:?}, and not {expected:?}")
        });
    }

    /// Obeys until an order ends the poll.
    fn poll(&self, actor: Actor, waker: &Waker) -> PollEnd {
        if self.log.is_broken() {
            return PollEnd::Return; // what would follow is of no use
        }
        self.expect(Event::Poll(actor));
        for _ in 0..PATIENCE {
            match Order::next(&self.bytes) {
                None => return PollEnd::Return,
                Some(Order::End(end)) => return end,
                Some(order) => self.obey(order, Some((actor, waker))),
            }
        }
        PollEnd::Yield
    }

    fn poll_task(&self, number: usize, waker: &Waker) -> Poll<Output> {
        let id = self.ids.borrow()[number];
        self.check(id == toque::task::try_id(), || format!("{id:?} is here"));
        let end = self.poll(Actor::Task(number), waker);
        match end {
            PollEnd::Return => {
                self.ending.set(Some((number, End::Returned)));
                return Poll::Ready(Output::new(number, &self.log));
            }
            PollEnd::Panic => {
                self.ending.set(Some((number, End::Panicked)));
                panic_as_told();
            }
            PollEnd::Yield => self.wake_here(Actor::Task(number), waker),
            PollEnd::Wait => {}
        }
        self.model.borrow_mut().wait(number);
        self.last_one_calls_main();
        Poll::Pending
    }

    fn poll_main(&self, actor: Actor, waker: &Waker) -> Poll<()> {
        *self.main.borrow_mut() = Some((actor, waker.clone()));
        let end = self.poll(actor, waker);
        let is_over =
            end == PollEnd::Panic || self.bytes.is_empty() && self.model.borrow().has_no_work();
        if is_over || self.log.is_broken() || end == PollEnd::Return && !self.bytes.is_empty() {
            self.main_ends(end);
            return Poll::Ready(());
        }
        if end != PollEnd::Wait || self.bytes.is_empty() {
            self.wake_here(actor, waker);
        }
        self.last_one_calls_main();
        Poll::Pending
    }

    /// `block_on` ends, and the runtime with it if it was dropped.
    fn main_ends(&self, end: PollEnd) {
        self.main.take();
        if self.runtime.borrow().is_none() {
            self.model.borrow_mut().close();
        }
        if end == PollEnd::Panic {
            panic_as_told();
        }
    }

    fn wake_here(&self, actor: Actor, waker: &Waker) {
        self.model.borrow_mut().wake(actor, true);
        waker.wake_by_ref();
    }

    /// If nobody is ready any more, the future of `block_on` goes on.
    fn last_one_calls_main(&self) {
        if !self.model.borrow().is_idle() {
            return;
        }
        if let Some((main, waker)) = &*self.main.borrow() {
            self.wake_here(*main, waker);
        }
    }

    /// A future is dropped, on its thread.
    fn dropped(&self, number: usize, last_words: LastWords) {
        if self.log.is_broken() {
            return;
        }
        let ended = self.model.borrow().end_of(number);
        self.check(ended.is_none(), || format!("{number} is dropped twice"));
        let mut end = match self.ending.take() {
            Some((ending, end)) if ending == number => end,
            _ => self.cancelled(number),
        };
        let panics = matches!(last_words, LastWords::Panic);
        if panics && end == End::Cancelled {
            end = End::Panicked;
        }
        if let Some(order) = last_words.order() {
            self.obey(order, None);
        }
        self.model.borrow_mut().finish(number, end);
        self.last_one_calls_main();
        if panics {
            panic_as_told();
        }
    }

    /// It is dropped without a poll: since it is its turn and it was aborted, or since the runtime ends.
    fn cancelled(&self, number: usize) -> End {
        if self.model.borrow().is_ending() {
            self.model.borrow_mut().cancel(number);
        } else {
            self.expect(Event::Cancel(number));
        }
        End::Cancelled
    }

    /// Obeys an order; `me` is who is polled just now.
    fn obey(&self, order: Order, me: Option<(Actor, &Waker)>) {
        match order {
            Order::Spawn(place, last_words) => self.spawn(place, last_words),
            Order::KeepWaker => self.keep(me.map(|(actor, waker)| (actor, waker.clone()))),
            Order::CloneWaker(nth) => {
                self.keep(self.with_waker(nth, |(actor, waker)| (*actor, waker.clone())))
            }
            Order::Wake(place, nth) => self.wake(place, nth),
            Order::WakeAndDrop(place, nth) => self.wake_and_drop(place, nth),
            Order::DropWaker(place, nth) => self.drop_waker(place, nth),
            Order::Abort(place, nth) => self.abort(place, nth),
            Order::DropJoin(place, nth) => self.drop_join(place, nth),
            Order::Join(nth) => self.join(nth, me),
            Order::Look(nth) => self.look(nth),
            Order::DropRuntime => self.drop_runtime(),
            Order::End(_) => self.block_on(),
        }
    }

    fn spawn(&self, place: Place, last_words: LastWords) {
        let number = self.model.borrow_mut().spawn(place == Place::Here);
        self.ids.borrow_mut().push(None);
        let life = Life(Guard {
            number,
            home: thread::current().id(),
            last_words,
            log: Arc::clone(&self.log),
        });
        let join = match place {
            Place::Here => self.spawn_here(life),
            Place::Abroad => self.spawn_abroad(life),
        };
        self.ids.borrow_mut()[number] = Some(join.id());
        if self.log.dropped_abroad.lock().unwrap().contains(&number) {
            self.model.borrow_mut().finish(number, End::Cancelled);
        }
        self.joins.borrow_mut().push((number, join));
    }

    fn spawn_here(&self, life: Life) -> JoinHandle<Output> {
        if self.model.borrow().is_inside() {
            return toque::spawn(life);
        }
        match &*self.runtime.borrow() {
            Some(runtime) => runtime.spawn(life),
            None => self.handle.spawn(life),
        }
    }

    fn spawn_abroad(&self, life: Life) -> JoinHandle<Output> {
        let handle = self.handle.clone();
        abroad(move || handle.spawn(life))
    }

    fn keep(&self, waker: Option<(Actor, Waker)>) {
        self.wakers.borrow_mut().extend(waker);
    }

    fn with_waker<R>(&self, nth: usize, f: impl FnOnce(&(Actor, Waker)) -> R) -> Option<R> {
        let wakers = self.wakers.borrow();
        let nth = nth.checked_rem(wakers.len())?;
        Some(f(&wakers[nth]))
    }

    fn take_waker(&self, nth: usize) -> Option<(Actor, Waker)> {
        take(&self.wakers, nth)
    }

    fn wake(&self, place: Place, nth: usize) {
        if place == Place::Here {
            self.with_waker(nth, |(actor, waker)| self.wake_here(*actor, waker));
            return;
        }
        let Some((actor, waker)) = self.take_waker(nth) else {
            return;
        };
        self.model.borrow_mut().wake(actor, false);
        let waker = abroad(move || {
            waker.wake_by_ref();
            waker
        });
        self.keep(Some((actor, waker)));
    }

    fn wake_and_drop(&self, place: Place, nth: usize) {
        let Some((actor, waker)) = self.take_waker(nth) else {
            return;
        };
        self.model.borrow_mut().wake(actor, place == Place::Here);
        place.run(move || waker.wake());
    }

    fn drop_waker(&self, place: Place, nth: usize) {
        let waker = self.take_waker(nth);
        place.run(move || drop(waker));
    }

    fn abort(&self, place: Place, nth: usize) {
        let joins = self.joins.borrow();
        let Some(nth) = nth.checked_rem(joins.len()) else {
            return;
        };
        let (number, join) = &joins[nth];
        self.model.borrow_mut().abort(*number, place == Place::Here);
        match place {
            Place::Here => join.abort(),
            Place::Abroad => {
                let task = join.abort_handle();
                abroad(move || task.abort());
            }
        }
    }

    fn drop_join(&self, place: Place, nth: usize) {
        let join = take(&self.joins, nth);
        place.run(move || drop(join));
    }

    fn join(&self, nth: usize, me: Option<(Actor, &Waker)>) {
        let Some((number, mut join)) = take(&self.joins, nth) else {
            return;
        };
        let waker = me.map_or(Waker::noop(), |(_, waker)| waker);
        let expected = self
            .model
            .borrow_mut()
            .join(number, me.map(|(actor, _)| actor));
        match Pin::new(&mut join).poll(&mut Context::from_waker(waker)) {
            Poll::Ready(outcome) => self.check_outcome(number, outcome, expected),
            Poll::Pending => {
                self.check(expected.is_none(), || {
                    format!("{number} has ended: {expected:?}")
                });
                self.joins.borrow_mut().push((number, join));
            }
        }
    }

    fn check_outcome(
        &self,
        number: usize,
        outcome: Result<Output, JoinError>,
        expected: Option<End>,
    ) {
        let end = match outcome {
            Ok(output) => {
                self.check(output.0 == number, || "another's output".to_owned());
                End::Returned
            }
            Err(error) if error.is_cancelled() => End::Cancelled,
            Err(error) => {
                let text = format!("{error:?}");
                self.check(error.into_panic().is::<Planted>(), || text);
                End::Panicked
            }
        };
        self.check(Some(end) == expected, || {
            format!("{number} has ended: {end:?}, and not {expected:?}")
        });
    }

    fn look(&self, nth: usize) {
        let joins = self.joins.borrow();
        let Some(nth) = nth.checked_rem(joins.len()) else {
            return;
        };
        let (number, join) = &joins[nth];
        let expected = self.model.borrow().end_of(*number);
        self.check(join.is_finished() == expected.is_some(), || {
            format!("{number} has ended: {expected:?}")
        });
    }

    /// Within `block_on`, it lives on until that returns.
    fn drop_runtime(&self) {
        let runtime = self.runtime.take();
        if runtime.is_none() || self.model.borrow().is_inside() {
            return drop(runtime);
        }
        self.model.borrow_mut().close();
        drop(runtime);
        self.model.borrow_mut().closed();
    }

    fn block_on(&self) {
        if self.runtime.borrow().is_none() {
            return;
        }
        let main = self.model.borrow_mut().enter();
        let future = poll_fn(|cx| self.poll_main(main, cx.waker()));
        let end = catch_unwind(AssertUnwindSafe(|| self.handle.block_on(future)));
        if let Err(panic) = end {
            if !panic.is::<Planted>() {
                resume_unwind(panic);
            }
        }
        let mut model = self.model.borrow_mut();
        if model.is_ending() {
            model.closed();
        } else {
            model.leave();
        }
    }

    /// The runtime ends, and with it every task.
    fn end(&self) {
        self.drop_runtime();
        while !self.joins.borrow().is_empty() {
            self.join(0, None);
        }
        self.wakers.take();
        self.log.check();
        let model = self.model.borrow();
        for number in model.numbers() {
            assert!(model.end_of(number).is_some(), "{number} is left");
        }
        for number in &*self.log.dropped_abroad.lock().unwrap() {
            assert!(model.may_end_abroad(*number), "{number} was dropped abroad");
        }
    }
}

/// A panic that nobody asks for: one that was not told to happen, and so has a message, is a failure.
fn hook(log: Arc<Log>) -> UnhandledPanic {
    UnhandledPanic::Hook(Arc::new(move |panic: &TaskPanic<'_>| {
        if panic.message.is_some() {
            log.fail(panic.to_string());
        }
    }))
}

/// Takes out one of those there are.
fn take<T>(from: &RefCell<Vec<T>>, nth: usize) -> Option<T> {
    let mut from = from.borrow_mut();
    let nth = nth.checked_rem(from.len())?;
    Some(from.swap_remove(nth))
}
