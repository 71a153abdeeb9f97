//! The delay queue: values that come out when their time has come.
//! A map of the values, another of their order, and one sleep for whichever comes first.
//!
//! # Example
//! ```
//! use std::future::poll_fn;
//! use std::time::Duration;
//! use toque::time::delay_queue::{DelayQueue, Expired, Key};
//!
//! # toque::Runtime::new().unwrap().block_on(async {
//! let mut oven = DelayQueue::new();
//! let bread: Key = oven.insert("bread", Duration::from_millis(1));
//! let done: Expired<&str> = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
//! assert_eq!(done.key(), bread);
//! # });
//! ```

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use futures_core::Stream;

use super::{Instant, Sleep, sleep_until};
use crate::future::budget;

/// Holds values, and gives each back once its deadline has passed; until then, it can be removed, or put off.
///
/// It gives them by deadline; those with the same one in the order in which they were inserted, or last reset. One whose duration
/// is too long for any clock stays until it is removed. It is a [`Stream`], which ends when the queue is empty, and goes on when
/// it is no more.
///
/// # Example
/// ```
/// use std::{future::poll_fn, time::Duration};
/// use toque::time::DelayQueue;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut oven = DelayQueue::new();
/// let bread = oven.insert("bread", Duration::from_secs(3600));
/// oven.insert("cake", Duration::from_millis(2));
/// oven.insert("cookies", Duration::from_millis(1));
/// assert_eq!(oven.remove(&bread).into_inner(), "bread");
///
/// while let Some(done) = poll_fn(|cx| oven.poll_expired(cx)).await {
///     println!("{}", done.into_inner()); // cookies, cake
/// }
/// # });
/// ```
#[derive(Debug)]
pub struct DelayQueue<T> {
    entries: HashMap<Key, Entry<T>>,
    /// The keys by deadline, then by turn.
    order: BTreeMap<Due, Key>,
    /// Counted up with every insert and reset: it breaks ties, and tells keys apart.
    turns: u64,
    /// Until the first deadline, as it was when somebody last waited. Made by the first who does.
    sleep: Option<Sleep>,
    /// Who waits. Woken when the first deadline becomes an earlier one, or when there is none any more.
    waiter: Option<Waker>,
}

/// When a value comes out, and which of several at that instant.
type Due = (Instant, u64);

#[derive(Debug)]
struct Entry<T> {
    value: T,
    due: Due,
}

/// Names a value of a [`DelayQueue`]. Never used twice by one queue.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::DelayQueue;
/// use toque::time::delay_queue::Key;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut oven = DelayQueue::new();
/// let bread: Key = oven.insert("bread", Duration::from_secs(3600));
/// oven.reset(&bread, Duration::from_secs(60));
/// assert_eq!(oven.remove(&bread).into_inner(), "bread");
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);

/// A value that has come out of a [`DelayQueue`].
///
/// # Example
/// ```
/// use std::{future::poll_fn, time::Duration};
/// use toque::time::{DelayQueue, Instant};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut oven = DelayQueue::new();
/// let bread = oven.insert("bread", Duration::from_millis(1));
/// let expired = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
/// assert_eq!((expired.key(), *expired.get_ref()), (bread, "bread"));
/// assert!(expired.deadline() <= Instant::now());
/// # });
/// ```
#[derive(Debug)]
pub struct Expired<T> {
    value: T,
    deadline: Instant,
    key: Key,
}

impl<T> Expired<T> {
    /// The value.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert("bread", Duration::from_millis(1));
    /// let done = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
    /// assert_eq!(*done.get_ref(), "bread");
    /// # });
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// The value.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert(String::from("bread"), Duration::from_millis(1));
    /// let mut done = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
    /// done.get_mut().push_str(", still warm");
    /// assert_eq!(done.get_ref(), "bread, still warm");
    /// # });
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert(String::from("bread"), Duration::from_millis(1));
    /// let bread: String = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap().into_inner();
    /// assert_eq!(bread, "bread");
    /// # });
    /// ```
    pub fn into_inner(self) -> T {
        self.value
    }

    /// When it was due.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::time::Duration;
    /// use toque::time::{DelayQueue, Instant};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let due = Instant::now() + Duration::from_millis(1);
    /// oven.insert_at("bread", due);
    /// let done = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
    /// assert_eq!(done.deadline(), due);
    /// println!("{:?} late", due.elapsed());
    /// # });
    /// ```
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The key that it had. It names nothing any more.
    ///
    /// # Example
    /// ```
    /// use std::collections::HashMap;
    /// use std::future::poll_fn;
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (mut oven, mut guests) = (DelayQueue::new(), HashMap::new());
    /// guests.insert(oven.insert("bread", Duration::from_millis(1)), "Ada");
    /// let done = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
    /// assert_eq!(guests.remove(&done.key()), Some("Ada")); // who wanted it
    /// # });
    /// ```
    pub fn key(&self) -> Key {
        self.key
    }
}

impl<T> DelayQueue<T> {
    /// An empty queue.
    ///
    /// # Example
    /// ```
    /// use toque::time::DelayQueue;
    ///
    /// let oven = DelayQueue::<&str>::new();
    /// assert!(oven.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty queue with room for `capacity` values.
    ///
    /// # Example
    /// ```
    /// use toque::time::DelayQueue;
    ///
    /// let oven = DelayQueue::<&str>::with_capacity(8);
    /// assert!(oven.capacity() >= 8);
    /// ```
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: HashMap::with_capacity(capacity),
            order: BTreeMap::new(),
            turns: 0,
            sleep: None,
            waiter: None,
        }
    }

    /// Puts in a value, to come out `timeout` from now.
    ///
    /// # Example
    /// ```
    /// use std::{future::poll_fn, time::Duration};
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let bread = oven.insert("bread", Duration::from_millis(1));
    /// let done = poll_fn(|cx| oven.poll_expired(cx)).await.unwrap();
    /// assert_eq!((done.key(), done.into_inner()), (bread, "bread"));
    /// # });
    /// ```
    pub fn insert(&mut self, value: T, timeout: Duration) -> Key {
        self.insert_at(value, Instant::now() + timeout)
    }

    /// Puts in a value, to come out at `deadline`; at once, if that has passed.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{DelayQueue, Instant};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let noon = Instant::now() + Duration::from_secs(60);
    /// let bread = oven.insert_at("bread", noon);
    /// assert_eq!(oven.deadline(&bread), noon);
    /// # });
    /// ```
    pub fn insert_at(&mut self, value: T, deadline: Instant) -> Key {
        let first = self.first();
        let due = self.next_turn(deadline);
        let key = Key(self.turns);
        self.entries.insert(key, Entry { value, due });
        self.order.insert(due, key);
        self.wake_if_sooner_than(first);
        key
    }

    fn next_turn(&mut self, deadline: Instant) -> Due {
        self.turns += 1;
        (deadline, self.turns)
    }

    fn first(&self) -> Option<Due> {
        let (&due, _) = self.order.first_key_value()?;
        Some(due)
    }

    /// Wakes who waits if his sleep, which is for `before` at the latest, would be too long.
    fn wake_if_sooner_than(&mut self, before: Option<Due>) {
        let first = self.first();
        if first.is_none() || before.is_none() || first < before {
            if let Some(waiter) = self.waiter.take() {
                waiter.wake();
            }
        }
    }

    /// Gives the next value that is due. None if the queue is empty.
    ///
    /// `Pending` says that nothing is due yet, or that the budget of the calling task is spent; it is woken for either. Only the
    /// waker of the last call counts.
    ///
    /// # Panics
    /// Outside of a runtime; or on a thread other than that on which it was first polled.
    ///
    /// # Cancel safety
    /// Nothing is lost if it is not called again: the values stay.
    ///
    /// # Example
    /// ```
    /// use std::{future::poll_fn, time::Duration};
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert("cake", Duration::from_millis(2));
    /// oven.insert("cookies", Duration::from_millis(1));
    /// let mut served = Vec::new();
    /// while let Some(done) = poll_fn(|cx| oven.poll_expired(cx)).await {
    ///     served.push(done.into_inner());
    /// }
    /// assert_eq!(served, ["cookies", "cake"]);
    /// # });
    /// ```
    pub fn poll_expired(&mut self, cx: &mut Context<'_>) -> Poll<Option<Expired<T>>> {
        let Some((deadline, _)) = self.first() else {
            self.wait(cx);
            return Poll::Ready(None);
        };
        ready!(budget::poll_proceed(cx));
        if self.poll_sleep(deadline, cx).is_pending() {
            self.wait(cx);
            return Poll::Pending; // the sleep owes the wake; or an insert, a reset or a removal does
        }
        budget::spend();
        Poll::Ready(self.pop())
    }

    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| sleep_until(deadline));
        if sleep.deadline() != deadline {
            sleep.reset(deadline);
        }
        budget::without_limit(|| Pin::new(sleep).poll(cx)) // what is spent is spent above
    }

    fn wait(&mut self, cx: &Context<'_>) {
        match &mut self.waiter {
            Some(waiter) => waiter.clone_from(cx.waker()),
            None => self.waiter = Some(cx.waker().clone()),
        }
    }

    fn pop(&mut self) -> Option<Expired<T>> {
        let (_, key) = self.order.pop_first()?;
        let entry = self.entries.remove(&key)?;
        Some(entry.expired(key))
    }

    /// When the value of `key` is due.
    ///
    /// # Panics
    /// If there is no such value: it has come out, or was removed.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{DelayQueue, Instant};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let bread = oven.insert("bread", Duration::from_secs(60));
    /// assert!(oven.deadline(&bread) > Instant::now());
    /// # });
    /// ```
    #[track_caller]
    #[must_use]
    pub fn deadline(&self, key: &Key) -> Instant {
        match self.entries.get(key) {
            Some(entry) => entry.due.0,
            None => missing("deadline"),
        }
    }

    /// Takes a value out before its time.
    ///
    /// # Panics
    /// If there is no such value: it has come out, or was removed. [`try_remove`](Self::try_remove) does not.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let bread = oven.insert("bread", Duration::from_secs(60));
    /// assert_eq!(oven.remove(&bread).into_inner(), "bread");
    /// # });
    /// ```
    #[track_caller]
    pub fn remove(&mut self, key: &Key) -> Expired<T> {
        match self.try_remove(key) {
            Some(removed) => removed,
            None => missing("remove"),
        }
    }

    /// Takes a value out before its time. None if there is no such value.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let bread = oven.insert("bread", Duration::from_secs(60));
    /// assert!(oven.try_remove(&bread).is_some());
    /// assert!(oven.try_remove(&bread).is_none());
    /// # });
    /// ```
    pub fn try_remove(&mut self, key: &Key) -> Option<Expired<T>> {
        let first = self.first();
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.due);
        self.wake_if_sooner_than(first);
        Some(entry.expired(*key))
    }

    /// Moves a value's deadline to `timeout` from now.
    ///
    /// # Panics
    /// If there is no such value: it has come out, or was removed.
    ///
    /// # Example
    /// ```
    /// use std::{future::poll_fn, time::Duration};
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut sessions = DelayQueue::new();
    /// let guest = sessions.insert("guest", Duration::from_secs(3600));
    /// sessions.reset(&guest, Duration::from_millis(1));
    /// let expired = poll_fn(|cx| sessions.poll_expired(cx)).await;
    /// assert_eq!(expired.unwrap().into_inner(), "guest");
    /// # });
    /// ```
    #[track_caller]
    pub fn reset(&mut self, key: &Key, timeout: Duration) {
        self.reset_at(key, Instant::now() + timeout);
    }

    /// Moves a value's deadline to `deadline`.
    ///
    /// # Panics
    /// If there is no such value: it has come out, or was removed.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{DelayQueue, Instant};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// let bread = oven.insert("bread", Duration::from_secs(60));
    /// let later = Instant::now() + Duration::from_secs(120);
    /// oven.reset_at(&bread, later);
    /// assert_eq!(oven.deadline(&bread), later);
    /// # });
    /// ```
    #[track_caller]
    pub fn reset_at(&mut self, key: &Key, deadline: Instant) {
        let first = self.first();
        let due = self.next_turn(deadline);
        let Some(entry) = self.entries.get_mut(key) else {
            missing("reset")
        };
        self.order.remove(&entry.due);
        entry.due = due;
        self.order.insert(due, *key);
        self.wake_if_sooner_than(first);
    }

    /// The key of the value that comes out next.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert("bread", Duration::from_secs(60));
    /// let cake = oven.insert("cake", Duration::from_secs(30));
    /// assert_eq!(oven.peek(), Some(cake));
    /// # });
    /// ```
    #[must_use]
    pub fn peek(&self) -> Option<Key> {
        let (_, &key) = self.order.first_key_value()?;
        Some(key)
    }

    /// Drops all values.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert("bread", Duration::from_secs(60));
    /// oven.clear();
    /// assert!(oven.is_empty());
    /// # });
    /// ```
    pub fn clear(&mut self) {
        self.order.clear();
        self.entries.clear();
        self.wake_if_sooner_than(None);
    }

    /// How many values there are, those included that are due.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// oven.insert("bread", Duration::ZERO); // due, and still there
    /// assert_eq!(oven.len(), 1);
    /// # });
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no value.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::DelayQueue;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut oven = DelayQueue::new();
    /// assert!(oven.is_empty());
    /// oven.insert("bread", Duration::from_secs(60));
    /// assert!(!oven.is_empty());
    /// # });
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// For how many values there is room.
    ///
    /// # Example
    /// ```
    /// use toque::time::DelayQueue;
    ///
    /// assert_eq!(DelayQueue::<&str>::new().capacity(), 0);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// Makes room for `additional` more values.
    ///
    /// # Panics
    /// If that is more than memory can hold.
    ///
    /// # Example
    /// ```
    /// use toque::time::DelayQueue;
    ///
    /// let mut oven = DelayQueue::<&str>::new();
    /// oven.reserve(8);
    /// assert!(oven.capacity() >= 8);
    /// ```
    pub fn reserve(&mut self, additional: usize) {
        self.entries.reserve(additional);
    }

    /// Gives back memory that is not needed. Keys stay good.
    ///
    /// # Example
    /// ```
    /// use toque::time::DelayQueue;
    ///
    /// let mut oven = DelayQueue::<&str>::with_capacity(8);
    /// oven.shrink_to_fit();
    /// assert!(oven.capacity() < 8);
    /// ```
    pub fn shrink_to_fit(&mut self) {
        self.entries.shrink_to_fit();
    }

    /// The same as [`shrink_to_fit`](Self::shrink_to_fit), by tokio-util's other name.
    ///
    /// # Example
    /// ```
    /// use toque::time::DelayQueue;
    ///
    /// let mut oven = DelayQueue::<&str>::with_capacity(8);
    /// oven.compact();
    /// assert!(oven.capacity() < 8);
    /// ```
    pub fn compact(&mut self) {
        self.shrink_to_fit();
    }
}

impl<T> Entry<T> {
    fn expired(self, key: Key) -> Expired<T> {
        Expired {
            value: self.value,
            deadline: self.due.0,
            key,
        }
    }
}

#[cold]
#[track_caller]
fn missing(caller: &str) -> ! {
    panic!(
        "`DelayQueue::{caller}`: no value has this key: it has come out of the queue, or was removed; `try_remove` tells"
    )
}

impl<T> Default for DelayQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Unpin for DelayQueue<T> {}

impl<T> Stream for DelayQueue<T> {
    type Item = Expired<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_expired(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), None)
    }
}
