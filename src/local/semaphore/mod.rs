//! A semaphore: a number of permits, and a queue of those who want some.
//! `Mutex` is this with one permit.

mod acquire;
mod permit;

use std::cell::{RefCell, RefMut};
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::task::Waker;

use self::acquire::Acquire;
pub use self::permit::{OwnedSemaphorePermit, SemaphorePermit};
use crate::sync::wait_list::{Key, WaitList};
use crate::sync::{AcquireError, TryAcquireError};
use crate::waits::called;
use crate::waker::WakeList;

/// Limits how many may do something at the same time: whoever holds a permit may, the others wait in a queue.
///
/// First come, first served: a task that wants many permits is not overtaken by one that wants few, not even by
/// [`try_acquire`](Self::try_acquire). Permits that come back go to the first in the queue, as many as it still needs.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::local::Semaphore;
///
/// // Two burners.
/// let stove = Semaphore::new(2);
/// let soup = stove.acquire().await.unwrap();
/// let sauce = stove.acquire().await.unwrap();
/// assert!(stove.try_acquire().is_err());
/// drop(soup);
/// assert_eq!(stove.available_permits(), 1);
/// # drop(sauce);
/// # });
/// ```
pub struct Semaphore {
    /// Borrowed for a few instructions, never across a wake or an await.
    state: RefCell<State>,
}

struct State {
    /// The free ones. More than none only while nobody waits: what comes back goes to the queue first.
    permits: usize,
    /// Set by `close`, never cleared. The queue is empty from then on.
    closed: bool,
    /// Who wants more than was free. The value is what each still needs.
    waiters: WaitList<usize>,
}

impl State {
    /// All that is wanted, or nothing.
    #[inline]
    fn take(&mut self, wanted: usize) -> Result<(), TryAcquireError> {
        if self.closed {
            return Err(TryAcquireError::Closed);
        }
        if self.permits < wanted {
            return Err(TryAcquireError::NoPermits);
        }
        self.permits -= wanted;
        Ok(())
    }

    /// Takes what is free, and a place in the queue for the rest: `None` if there is no rest.
    fn enter(
        &mut self,
        wanted: usize,
        waker: &mut Option<Waker>,
    ) -> Result<Option<Key>, AcquireError> {
        if self.closed {
            return Err(AcquireError(()));
        }
        let taken = wanted.min(self.permits);
        self.permits -= taken;
        if taken == wanted {
            return Ok(None);
        }
        Ok(Some(self.waiters.push(waker.take(), wanted - taken)))
    }

    /// Puts permits to those that nobody has, as far as there is room: a destructor that gives one back can't panic.
    #[inline]
    fn keep(&mut self, permits: usize) {
        let permits = self.permits.saturating_add(permits);
        self.permits = permits.min(Semaphore::MAX_PERMITS);
    }

    /// Panics if there is no room for so many more.
    #[track_caller]
    fn expect_room_for(&self, permits: usize) {
        assert!(
            permits <= Semaphore::MAX_PERMITS - self.permits,
            "a semaphore holds at most `Semaphore::MAX_PERMITS` permits: do not add {permits} to {}",
            self.permits
        );
    }

    /// Hands permits to the queue, and keeps what is left.
    fn give(&mut self, mut permits: usize, wakers: &mut WakeList) {
        while let Some(needed) = self.waiters.first_mut() {
            let given = permits.min(*needed);
            *needed -= given;
            permits -= given;
            if *needed > 0 {
                return;
            }
            self.waiters.serve_first(wakers);
        }
        self.keep(permits);
    }
}

impl Semaphore {
    /// The most permits a semaphore can have: `usize::MAX >> 3`, as in tokio.
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// let seats = Semaphore::new(Semaphore::MAX_PERMITS); // one more would be a panic
    /// assert_eq!(seats.available_permits(), usize::MAX >> 3);
    /// ```
    pub const MAX_PERMITS: usize = usize::MAX >> 3;

    /// A semaphore with `permits` free permits.
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// thread_local! {
    ///     static CONNECTIONS: Semaphore = const { Semaphore::new(100) };
    /// }
    /// assert_eq!(CONNECTIONS.with(Semaphore::available_permits), 100);
    /// ```
    ///
    /// # Panics
    /// If `permits` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    #[must_use]
    #[track_caller]
    pub const fn new(permits: usize) -> Self {
        assert!(
            permits <= Self::MAX_PERMITS,
            "a semaphore holds at most `Semaphore::MAX_PERMITS` permits"
        );
        Self {
            state: RefCell::new(State {
                permits,
                closed: false,
                waiters: WaitList::new(),
            }),
        }
    }

    /// The same as [`new`](Self::new), which is `const` here; tokio's name.
    ///
    /// # Panics
    /// If `permits` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// const STOVES: Semaphore = Semaphore::const_new(2);
    /// let stoves = STOVES;
    /// assert_eq!(stoves.available_permits(), 2);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn const_new(permits: usize) -> Self {
        Self::new(permits)
    }

    /// How many permits are free. Those which a waiting task has been given already are not.
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let permit = semaphore.try_acquire_many(2).unwrap();
    /// assert_eq!(semaphore.available_permits(), 1);
    /// # drop(permit);
    /// ```
    pub fn available_permits(&self) -> usize {
        self.state.borrow().permits
    }

    /// Adds permits, for those who wait first.
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// let tickets = Semaphore::new(0);
    /// tickets.add_permits(5);
    /// assert_eq!(tickets.available_permits(), 5);
    /// ```
    ///
    /// # Panics
    /// If there would be more than [`MAX_PERMITS`](Self::MAX_PERMITS); then nothing has changed. A permit that is dropped then adds
    /// nothing.
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        let state = self.state.borrow_mut();
        state.expect_room_for(n);
        serve(state, n);
    }

    /// Takes up to `n` of the free permits away for good, and says how many.
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// assert_eq!(semaphore.forget_permits(5), 3);
    /// assert_eq!(semaphore.available_permits(), 0);
    /// ```
    pub fn forget_permits(&self, n: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let forgotten = n.min(state.permits);
        state.permits -= forgotten;
        forgotten
    }

    /// Waits for a permit.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use toque::local::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let permit = semaphore.acquire().await.unwrap();
    /// assert_eq!(semaphore.available_permits(), 0);
    /// # drop(permit);
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the semaphore is closed, or is while this waits.
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue, and passes on what it had been given.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        called(|| "local::Semaphore::acquire", self.acquire_unnamed(1))
    }

    /// Waits for `n` permits. It keeps what it is given while it waits for the rest.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use toque::local::Semaphore;
    ///
    /// let seats = Semaphore::new(10);
    /// let table = seats.acquire_many(4).await.unwrap();
    /// assert_eq!(table.num_permits(), 4);
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the semaphore is closed, or is while this waits.
    ///
    /// # Panics
    /// If `n` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue, and passes on what it had been given.
    #[track_caller]
    pub fn acquire_many(
        &self,
        n: u32,
    ) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        called(|| "local::Semaphore::acquire_many", self.acquire_unnamed(n))
    }

    /// The same for what stands on a semaphore, and has names of its own.
    pub(in crate::local) async fn acquire_unnamed(
        &self,
        n: u32,
    ) -> Result<SemaphorePermit<'_>, AcquireError> {
        let permits = checked(n);
        self.acquire_raw(permits).await?;
        Ok(SemaphorePermit::new(self, permits))
    }

    /// A permit, if one is free and nobody waits.
    ///
    /// # Example
    /// ```
    /// use toque::local::{Semaphore, TryAcquireError};
    ///
    /// let semaphore = Semaphore::new(1);
    /// let permit = semaphore.try_acquire().unwrap();
    /// assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    /// # drop(permit);
    /// ```
    ///
    /// # Errors
    /// If no permit is free, or the semaphore is closed.
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// `n` permits, if as many are free and nobody waits.
    ///
    /// # Example
    /// ```
    /// use toque::local::Semaphore;
    ///
    /// let semaphore = Semaphore::new(4);
    /// let permits = semaphore.try_acquire_many(3).unwrap();
    /// assert!(semaphore.try_acquire_many(2).is_err());
    /// # drop(permits);
    /// ```
    ///
    /// # Errors
    /// If fewer are free, or the semaphore is closed.
    ///
    /// # Panics
    /// If `n` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        let permits = checked(n);
        self.take(permits)?;
        Ok(SemaphorePermit::new(self, permits))
    }

    /// As [`acquire`](Self::acquire), with a permit that keeps the semaphore alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::rc::Rc;
    /// use toque::local::{OwnedSemaphorePermit, Semaphore};
    ///
    /// async fn seat(room: &Rc<Semaphore>) -> OwnedSemaphorePermit {
    ///     room.clone().acquire_owned().await.unwrap()
    /// }
    /// let room = Rc::new(Semaphore::new(20));
    /// let guest = seat(&room).await;
    /// assert_eq!(room.available_permits(), 19);
    /// # drop(guest);
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the semaphore is closed, or is while this waits.
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue, and passes on what it had been given.
    #[track_caller]
    pub fn acquire_owned(
        self: Rc<Self>,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        called(
            || "local::Semaphore::acquire_owned",
            self.acquire_owned_unnamed(1),
        )
    }

    /// As [`acquire_many`](Self::acquire_many), with permits that keep the semaphore alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::rc::Rc;
    /// use toque::local::Semaphore;
    ///
    /// let room = Rc::new(Semaphore::new(20));
    /// let party = room.clone().acquire_many_owned(6).await.unwrap();
    /// assert_eq!(room.available_permits(), 14);
    /// # drop(party);
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the semaphore is closed, or is while this waits.
    ///
    /// # Panics
    /// If `n` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue, and passes on what it had been given.
    #[track_caller]
    pub fn acquire_many_owned(
        self: Rc<Self>,
        n: u32,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        called(
            || "local::Semaphore::acquire_many_owned",
            self.acquire_owned_unnamed(n),
        )
    }

    async fn acquire_owned_unnamed(
        self: Rc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        let permits = checked(n);
        self.acquire_raw(permits).await?;
        Ok(OwnedSemaphorePermit::new(self, permits))
    }

    /// As [`try_acquire`](Self::try_acquire), with a permit that keeps the semaphore alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// use std::rc::Rc;
    /// use toque::local::Semaphore;
    ///
    /// let semaphore = Rc::new(Semaphore::new(1));
    /// let permit = semaphore.clone().try_acquire_owned().unwrap();
    /// assert!(semaphore.clone().try_acquire_owned().is_err());
    /// # drop(permit);
    /// ```
    ///
    /// # Errors
    /// If no permit is free, or the semaphore is closed.
    pub fn try_acquire_owned(self: Rc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), with permits that keep the semaphore alive instead of
    /// borrowing it.
    ///
    /// # Example
    /// ```
    /// use std::rc::Rc;
    /// use toque::local::Semaphore;
    ///
    /// let semaphore = Rc::new(Semaphore::new(4));
    /// let permits = semaphore.clone().try_acquire_many_owned(3).unwrap();
    /// assert_eq!(semaphore.available_permits(), 1);
    /// # drop(permits);
    /// ```
    ///
    /// # Errors
    /// If fewer are free, or the semaphore is closed.
    ///
    /// # Panics
    /// If `n` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    pub fn try_acquire_many_owned(
        self: Rc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        let permits = checked(n);
        self.take(permits)?;
        Ok(OwnedSemaphorePermit::new(self, permits))
    }

    /// No more permits are given out: those who wait get the error, and so does everyone after them.
    ///
    /// # Example
    /// ```
    /// use toque::local::{Semaphore, TryAcquireError};
    ///
    /// let semaphore = Semaphore::new(1);
    /// semaphore.close();
    /// assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
    /// ```
    pub fn close(&self) {
        let mut wakers = WakeList::new();
        let mut state = self.state.borrow_mut();
        state.closed = true;
        state.waiters.serve_all(&mut wakers);
        drop(state);
        wakers.wake_all();
    }

    /// Whether it was closed.
    ///
    /// # Example
    /// ```
    /// let semaphore = toque::local::Semaphore::new(1);
    /// assert!(!semaphore.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.state.borrow().closed
    }

    /// Waits for permits without a guard: once it is ready the caller owes a [`release`](Self::release).
    pub(in crate::local) fn acquire_raw(&self, permits: usize) -> Acquire<'_> {
        Acquire::new(self, permits)
    }

    /// Takes permits without a guard: the caller owes a [`release`](Self::release).
    #[inline]
    fn take(&self, permits: usize) -> Result<(), TryAcquireError> {
        self.state.borrow_mut().take(permits)
    }

    /// Gives permits back, to those who wait first.
    #[inline]
    fn release(&self, permits: usize) {
        if permits == 0 {
            return;
        }
        let mut state = self.state.borrow_mut();
        if state.waiters.is_empty() {
            state.keep(permits);
        } else {
            serve(state, permits);
        }
    }
}

/// Gives permits to those who wait first, and wakes them after the borrow.
#[inline(never)]
fn serve(mut state: RefMut<'_, State>, permits: usize) {
    let mut wakers = WakeList::new();
    state.give(permits, &mut wakers);
    drop(state);
    wakers.wake_all();
}

/// The number of permits as the counter holds it.
#[inline]
fn checked(n: u32) -> usize {
    let n = n as usize;
    assert!(
        n <= Semaphore::MAX_PERMITS,
        "a semaphore never has {n} permits: ask for at most `Semaphore::MAX_PERMITS`"
    );
    n
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("permits", &self.available_permits())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
