//! The model: a queue of who is ready, and a mailbox of what came from elsewhere. It knows who runs next.

use std::collections::VecDeque;

/// Who can be polled: the future of the `block_on` of that number, or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    Main(usize),
    Task(usize),
}

/// What the executor does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Poll(Actor),
    /// The task is marked as aborted: its future is dropped instead.
    Cancel(usize),
}

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Returned,
    Panicked,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    /// In the queue, or on its way there.
    Ready,
    /// Polled or dropped just now, and perhaps woken meanwhile.
    Running {
        woken: bool,
    },
    Ended(End),
}

#[derive(Debug)]
struct Task {
    state: State,
    was_polled: bool,
    is_aborted: bool,
    /// Who has polled its handle.
    joiner: Option<Actor>,
    /// Spawned from another thread when the runtime's end had begun: it may be dropped there.
    may_end_abroad: bool,
}

/// What comes from another thread, or from outside of `block_on`.
#[derive(Clone, Copy, Debug)]
enum Message {
    Ready(Actor),
    Abort(usize),
}

/// How far the runtime is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody is within `block_on`: wakes go through the mailbox.
    Outside,
    Inside,
    /// Every task is dropped, in an order that is not promised.
    Closing,
    Closed,
}

#[derive(Debug)]
pub(super) struct Model {
    tasks: Vec<Task>,
    /// For each `block_on`, whether its bell was rung and not yet answered.
    bells: Vec<bool>,
    queue: VecDeque<Actor>,
    mailbox: VecDeque<Message>,
    /// Polls until the mailbox is looked at, at the latest.
    batch: u32,
    interval: u32,
    phase: Phase,
}

impl Model {
    pub(super) fn new(interval: u32) -> Self {
        Self {
            tasks: Vec::new(),
            bells: Vec::new(),
            queue: VecDeque::new(),
            mailbox: VecDeque::new(),
            batch: 0,
            interval,
            phase: Phase::Outside,
        }
    }

    /// A new task, and its number.
    pub(super) fn spawn(&mut self, at_home: bool) -> usize {
        let number = self.tasks.len();
        self.tasks.push(Task {
            state: State::Ready,
            was_polled: false,
            is_aborted: false,
            joiner: None,
            may_end_abroad: !at_home && self.is_ending(),
        });
        if at_home {
            self.queue.push_back(Actor::Task(number));
        } else {
            let message = Message::Ready(Actor::Task(number));
            self.mailbox.push_back(message);
        }
        number
    }

    pub(super) fn wake(&mut self, actor: Actor, at_home: bool) {
        let is_first = match actor {
            Actor::Main(bell) => !std::mem::replace(&mut self.bells[bell], true),
            Actor::Task(number) => self.wake_task(number),
        };
        if !is_first {
            return;
        }
        if at_home && self.phase != Phase::Outside {
            self.queue.push_back(actor);
        } else {
            self.mailbox.push_back(Message::Ready(actor));
        }
    }

    /// True if the task was waiting.
    fn wake_task(&mut self, number: usize) -> bool {
        match &mut self.tasks[number].state {
            state @ State::Waiting => *state = State::Ready,
            State::Running { woken } => {
                *woken = true;
                return false;
            }
            State::Ready | State::Ended(_) => return false,
        }
        true
    }

    pub(super) fn abort(&mut self, number: usize, at_home: bool) {
        let task = &mut self.tasks[number];
        if task.is_aborted || matches!(task.state, State::Ended(_)) {
            return;
        }
        task.is_aborted = true;
        if at_home && self.phase != Phase::Outside {
            self.wake(Actor::Task(number), true);
        } else {
            self.mailbox.push_back(Message::Abort(number));
        }
    }

    /// A handle was polled: with a waker of `actor`, or with none. How its task has ended, if it has.
    pub(super) fn join(&mut self, number: usize, actor: Option<Actor>) -> Option<End> {
        let end = self.end_of(number);
        if end.is_none() {
            self.tasks[number].joiner = actor;
        }
        end
    }

    pub(super) fn end_of(&self, number: usize) -> Option<End> {
        match self.tasks[number].state {
            State::Ended(end) => Some(end),
            _ => None,
        }
    }

    pub(super) fn may_end_abroad(&self, number: usize) -> bool {
        self.tasks[number].may_end_abroad
    }

    /// A `block_on` begins.
    pub(super) fn enter(&mut self) -> Actor {
        self.phase = Phase::Inside;
        self.receive();
        self.batch = self.interval;
        let main = Actor::Main(self.bells.len());
        self.bells.push(false);
        self.wake(main, true);
        main
    }

    /// It has returned.
    pub(super) fn leave(&mut self) {
        self.phase = Phase::Outside;
    }

    /// The runtime's end begins.
    pub(super) fn close(&mut self) {
        self.phase = Phase::Closing;
    }

    /// The runtime is gone.
    pub(super) fn closed(&mut self) {
        self.phase = Phase::Closed;
    }

    /// Whether the runtime's end has begun.
    pub(super) fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Closing | Phase::Closed)
    }

    /// Whether this thread is within the runtime: in `block_on`, or while it ends.
    pub(super) fn is_inside(&self) -> bool {
        matches!(self.phase, Phase::Inside | Phase::Closing)
    }

    /// Whether no task will run without another wake.
    pub(super) fn has_no_work(&self) -> bool {
        let is_work = |message: &Message| match *message {
            Message::Ready(actor) => matches!(actor, Actor::Task(_)),
            Message::Abort(number) => self.tasks[number].state == State::Waiting,
        };
        let is_task = |actor: &Actor| matches!(actor, Actor::Task(_));
        !self.queue.iter().any(is_task) && !self.mailbox.iter().any(is_work)
    }

    /// Whether the thread is about to sleep: not even the future of `block_on` will run.
    pub(super) fn is_idle(&self) -> bool {
        self.has_no_work() && self.bells.last() != Some(&true)
    }

    /// What the executor does next. `None` if nobody is ready.
    pub(super) fn step(&mut self) -> Option<Event> {
        loop {
            if self.batch == 0 || self.queue.is_empty() {
                self.receive();
                self.batch = self.interval;
            }
            self.batch -= 1;
            match self.queue.pop_front()? {
                Actor::Task(number) => return Some(self.run(number)),
                Actor::Main(_) => {
                    if let Some(main) = self.answer() {
                        return Some(Event::Poll(main));
                    }
                }
            }
        }
    }

    /// The future of the current `block_on`, if its bell was rung. Whose bell has put it into the queue does not matter.
    fn answer(&mut self) -> Option<Actor> {
        let current = self.bells.len().checked_sub(1)?;
        std::mem::take(&mut self.bells[current]).then_some(Actor::Main(current))
    }

    fn run(&mut self, number: usize) -> Event {
        let task = &mut self.tasks[number];
        task.state = State::Running { woken: false };
        if task.is_aborted {
            return Event::Cancel(number);
        }
        Event::Poll(Actor::Task(number))
    }

    fn receive(&mut self) {
        for message in std::mem::take(&mut self.mailbox) {
            match message {
                Message::Ready(actor) => self.queue.push_back(actor),
                Message::Abort(number) => self.wake(Actor::Task(number), true),
            }
        }
    }

    /// A task was polled and is not ready.
    pub(super) fn wait(&mut self, number: usize) {
        let task = &mut self.tasks[number];
        let is_first = !std::mem::replace(&mut task.was_polled, true);
        let woken = task.state == State::Running { woken: true };
        if woken || (is_first && task.is_aborted) {
            task.state = State::Ready;
            self.queue.push_back(Actor::Task(number));
        } else {
            task.state = State::Waiting;
        }
    }

    /// The runtime's end drops a task.
    pub(super) fn cancel(&mut self, number: usize) {
        self.tasks[number].state = State::Running { woken: false };
    }

    /// A task's future is gone.
    pub(super) fn finish(&mut self, number: usize, end: End) {
        let task = &mut self.tasks[number];
        task.state = State::Ended(end);
        if let Some(joiner) = task.joiner.take() {
            self.wake(joiner, true);
        }
    }

    pub(super) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.tasks.len()
    }
}
