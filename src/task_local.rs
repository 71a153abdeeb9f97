//! Task-locals: values that belong to a task, as thread-locals belong to a thread.
//! Declared by [`task_local!`](crate::task_local), set for a future by [`LocalKey::scope`] or [`InheritedKey::scope`].

use std::any::Any;
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

use crate::future::inherited::{self, InContext};

/// Declares task-locals.
///
/// A task-local has a value within the future that [`scope`](crate::task::LocalKey::scope) sets it for, and nowhere else: not in
/// the tasks which that future spawns. One declared with `#[inherit]` has: its value follows `spawn` on the same runtime, as Node's
/// `AsyncLocalStorage` does. There its type need not be `Send` either.
///
/// # Example
/// ```
/// toque::task_local! {
///     static CUSTOMER: u32;
///     /// Follows the request to every task that works for it.
///     #[inherit]
///     static REQUEST: String;
/// }
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let answer = CUSTOMER.scope(7, async { CUSTOMER.get() }).await;
/// assert_eq!(answer, 7);
///
/// REQUEST
///     .scope("GET /sandwiches".to_owned(), async {
///         let task = toque::spawn(async { REQUEST.with(|request| request.len()) });
///         assert_eq!(task.await.unwrap(), 15);
///     })
///     .await;
/// # });
/// ```
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[doc = $doc:expr])* #[inherit] $(#[$attr:meta])* $vis:vis static $name:ident: $t:ty; $($rest:tt)*) => {
        $(#[doc = $doc])* $(#[$attr])*
        $vis static $name: $crate::task::InheritedKey<$t> = $crate::task::InheritedKey::__new({
            // A byte of its own: its address is the key.
            static PLACE: u8 = 0;
            &PLACE
        });
        $crate::task_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty; $($rest:tt)*) => {
        $(#[$attr])*
        $vis static $name: $crate::task::LocalKey<$t> = {
            ::std::thread_local! {
                static SLOT: ::std::cell::RefCell<::std::option::Option<$t>> =
                    const { ::std::cell::RefCell::new(::std::option::Option::None) };
            }
            $crate::task::LocalKey::__new(&SLOT)
        };
        $crate::task_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty) => {
        $crate::task_local!($(#[$attr])* $vis static $name: $t;);
    };
}

/// A task-local, declared by [`task_local!`](crate::task_local).
///
/// # Example
/// ```
/// toque::task_local! {
///     static CUSTOMER: u32;
/// }
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let doubled = CUSTOMER.scope(7, async { CUSTOMER.with(|customer| 2 * customer) });
/// assert_eq!(doubled.await, 14);
/// assert!(CUSTOMER.try_get().is_err()); // it has no value out here
/// # });
/// ```
pub struct LocalKey<T: 'static> {
    /// Where the value is while a future that has one is polled. In between it is in that future.
    slot: &'static thread::LocalKey<RefCell<Option<T>>>,
}

impl<T: 'static> LocalKey<T> {
    #[doc(hidden)]
    pub const fn __new(slot: &'static thread::LocalKey<RefCell<Option<T>>>) -> Self {
        Self { slot }
    }

    /// Sets the value for `future`.
    ///
    /// # Cancel safety
    /// That of `future`; the value is dropped with it.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = CUSTOMER.scope(7, async {
    ///     toque::task::yield_now().await;
    ///     CUSTOMER.get() // after an await, too
    /// });
    /// assert_eq!(order.await, 7);
    /// # });
    /// ```
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> TaskLocalFuture<T, F> {
        TaskLocalFuture {
            key: self,
            value: Some(value),
            future: Some(future),
        }
    }

    /// Sets the value for a call of `f`.
    ///
    /// # Panics
    /// If `f` does, or if the value is in use by [`with`](Self::with).
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// let customer = CUSTOMER.sync_scope(7, || CUSTOMER.get());
    /// assert_eq!(customer, 7);
    /// ```
    #[track_caller]
    pub fn sync_scope<R>(&'static self, value: T, f: impl FnOnce() -> R) -> R {
        let mut value = Some(value);
        match self.with_slot(&mut value, f) {
            Ok(result) => result,
            Err(error) => error.panic(),
        }
    }

    /// Calls `f` with the value.
    ///
    /// # Panics
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     static CUSTOMER: String;
    /// }
    ///
    /// let length = CUSTOMER.sync_scope("Ada".to_owned(), || CUSTOMER.with(|name| name.len()));
    /// assert_eq!(length, 3);
    /// ```
    #[track_caller]
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        match self.try_with(f) {
            Ok(result) => result,
            Err(_) => panic!("a task-local was asked for outside of its `scope`"),
        }
    }

    /// Calls `f` with the value.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     static CUSTOMER: String;
    /// }
    ///
    /// fn greeting() -> String {
    ///     let known = CUSTOMER.try_with(|name| format!("Hello, {name}"));
    ///     known.unwrap_or_else(|_| "Hello, stranger".to_owned())
    /// }
    /// assert_eq!(CUSTOMER.sync_scope("Ada".to_owned(), greeting), "Hello, Ada");
    /// assert_eq!(greeting(), "Hello, stranger");
    /// ```
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let result = self.slot.try_with(|slot| {
            let slot = slot.try_borrow().ok()?;
            Some(f(slot.as_ref()?))
        });
        result.ok().flatten().ok_or(AccessError(()))
    }

    /// A clone of the value.
    ///
    /// # Panics
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// assert_eq!(CUSTOMER.sync_scope(7, || CUSTOMER.get() + 1), 8);
    /// ```
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A clone of the value.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// assert_eq!(CUSTOMER.sync_scope(7, || CUSTOMER.try_get().ok()), Some(7));
    /// assert!(CUSTOMER.try_get().is_err()); // nobody has set it here
    /// ```
    pub fn try_get(&'static self) -> Result<T, AccessError>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }

    /// Calls `f` while `value` and what is in the slot have changed places.
    fn with_slot<R>(
        &'static self,
        value: &mut Option<T>,
        f: impl FnOnce() -> R,
    ) -> Result<R, SlotError> {
        /// Changes them back, also on a panic.
        struct Back<'a, T: 'static> {
            key: &'static LocalKey<T>,
            value: &'a mut Option<T>,
        }

        impl<T: 'static> Drop for Back<'_, T> {
            fn drop(&mut self) {
                // It went one way, so it goes the other: what borrows the slot in between has ended.
                let _ = self.key.exchange(self.value);
            }
        }

        self.exchange(value)?;
        let _back = Back { key: self, value };
        Ok(f())
    }

    fn exchange(&'static self, value: &mut Option<T>) -> Result<(), SlotError> {
        let exchanged = self.slot.try_with(|slot| {
            let mut slot = slot.try_borrow_mut().map_err(|_| SlotError::InUse)?;
            std::mem::swap(&mut *slot, value);
            Ok(())
        });
        exchanged.unwrap_or(Err(SlotError::Gone))
    }
}

/// Why a value can't be put into its slot.
enum SlotError {
    /// `with` is under way, further out.
    InUse,
    /// The thread ends.
    Gone,
}

impl SlotError {
    #[cold]
    #[track_caller]
    fn panic(&self) -> ! {
        match self {
            Self::InUse => panic!("a task-local's `scope` was entered within its own `with`"),
            Self::Gone => panic!("a task-local's `scope` was entered while its thread ends"),
        }
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKey")
    }
}

pin_project! {
    /// The future of [`LocalKey::scope`].
    ///
    /// # Example
    /// ```
    /// use std::pin::pin;
    ///
    /// toque::task_local! {
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut answer = pin!(CUSTOMER.scope(7, async { 42 }));
    /// assert_eq!(answer.as_mut().await, 42);
    /// assert_eq!(answer.take_value(), Some(7)); // what it was set to
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct TaskLocalFuture<T: 'static, F> {
        key: &'static LocalKey<T>,
        // `None` once it was taken.
        value: Option<T>,
        // `None` once it is done.
        #[pin]
        future: Option<F>,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                // The future's destructor still sees the value, if there is a slot to see it in.
                let _ = this.key.with_slot(this.value, || this.future.set(None));
            }
        }
    }
}

impl<T: 'static, F> TaskLocalFuture<T, F> {
    /// Takes the value out, once the future is ready or not.
    ///
    /// # Example
    /// ```
    /// use std::pin::pin;
    ///
    /// toque::task_local! {
    ///     static TASTED: std::cell::Cell<u32>;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut cook = pin!(TASTED.scope(0.into(), async { TASTED.with(|tasted| tasted.set(3)) }));
    /// cook.as_mut().await;
    /// assert_eq!(cook.take_value().unwrap().get(), 3); // what it has become meanwhile
    /// # });
    /// ```
    pub fn take_value(self: Pin<&mut Self>) -> Option<T> {
        self.project().value.take()
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let polled = this.key.with_slot(this.value, || {
            let future = this.future.as_mut().as_pin_mut();
            let future = future.expect("`TaskLocalFuture` polled after completion");
            let polled = future.poll(cx);
            if polled.is_ready() {
                this.future.set(None); // its destructor sees the value too
            }
            polled
        });
        match polled {
            Ok(polled) => polled,
            Err(error) => error.panic(),
        }
    }
}

impl<T: 'static, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskLocalFuture")
    }
}

/// A task-local whose value follows `spawn`, declared by [`task_local!`](crate::task_local) with `#[inherit]`.
///
/// Tasks spawned on the same runtime inherit it. What goes to another thread does not: blocking jobs, and tasks spawned there by
/// a [`Handle`](crate::Handle).
///
/// # Example
/// ```
/// toque::task_local! {
///     #[inherit]
///     static CUSTOMER: u32;
/// }
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = CUSTOMER.scope(7, async { toque::spawn(async { CUSTOMER.get() }) });
/// assert_eq!(task.await.await.unwrap(), 7); // the task has it too
/// # });
/// ```
pub struct InheritedKey<T: 'static> {
    /// An address that no other key has.
    place: &'static u8,
    _value: std::marker::PhantomData<fn() -> T>,
}

impl<T: 'static> InheritedKey<T> {
    #[doc(hidden)]
    pub const fn __new(place: &'static u8) -> Self {
        Self {
            place,
            _value: std::marker::PhantomData,
        }
    }

    fn key(&self) -> *const () {
        std::ptr::from_ref(self.place).cast()
    }

    fn value(&self) -> Option<Rc<T>> {
        let value: Rc<dyn Any> = inherited::value(self.key())?;
        value.downcast().ok()
    }

    /// Sets the value for `future` and all that it spawns.
    ///
    /// # Cancel safety
    /// That of `future`.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     #[inherit]
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// CUSTOMER
    ///     .scope(7, async {
    ///         let grandchild = toque::spawn(async { toque::spawn(async { CUSTOMER.get() }).await });
    ///         assert_eq!(grandchild.await.unwrap().unwrap(), 7);
    ///     })
    ///     .await;
    /// # });
    /// ```
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> InheritedFuture<F> {
        let inherited = inherited::with_value(self.key(), Rc::new(value));
        InheritedFuture {
            future: InContext::new(inherited, future),
        }
    }

    /// Sets the value for a call of `f` and all that it spawns.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     #[inherit]
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = CUSTOMER.sync_scope(7, || toque::spawn(async { CUSTOMER.get() }));
    /// assert_eq!(task.await.unwrap(), 7);
    /// # });
    /// ```
    pub fn sync_scope<R>(&'static self, value: T, f: impl FnOnce() -> R) -> R {
        inherited::within(&inherited::with_value(self.key(), Rc::new(value)), f)
    }

    /// Calls `f` with the value.
    ///
    /// # Panics
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     #[inherit]
    ///     static CUSTOMER: String;
    /// }
    ///
    /// let length = CUSTOMER.sync_scope("Ada".to_owned(), || CUSTOMER.with(|name| name.len()));
    /// assert_eq!(length, 3);
    /// ```
    #[track_caller]
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        match self.value() {
            Some(value) => f(&value),
            None => panic!("a task-local was asked for outside of its `scope`"),
        }
    }

    /// Calls `f` with the value.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     #[inherit]
    ///     static REQUEST: String;
    /// }
    ///
    /// fn log(line: &str) -> String {
    ///     let of_request = REQUEST.try_with(|request| format!("[{request}] {line}"));
    ///     of_request.unwrap_or_else(|_| line.to_owned())
    /// }
    /// assert_eq!(REQUEST.sync_scope("GET /".to_owned(), || log("begins")), "[GET /] begins");
    /// assert_eq!(log("begins"), "begins");
    /// ```
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let value = self.value().ok_or(AccessError(()))?;
        Ok(f(&value))
    }

    /// A clone of the value.
    ///
    /// # Panics
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     #[inherit]
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// assert_eq!(CUSTOMER.sync_scope(7, || CUSTOMER.get() + 1), 8);
    /// ```
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A clone of the value.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Example
    /// ```
    /// toque::task_local! {
    ///     #[inherit]
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = CUSTOMER.sync_scope(7, || toque::spawn(async { CUSTOMER.try_get().ok() }));
    /// assert_eq!(task.await.unwrap(), Some(7));
    /// assert_eq!(CUSTOMER.try_get().ok(), None);
    /// # });
    /// ```
    pub fn try_get(&'static self) -> Result<T, AccessError>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }
}

impl<T: 'static> fmt::Debug for InheritedKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InheritedKey")
    }
}

pin_project! {
    /// The future of [`InheritedKey::scope`].
    ///
    /// # Example
    /// ```
    /// use toque::task::InheritedFuture;
    ///
    /// toque::task_local! {
    ///     #[inherit]
    ///     static CUSTOMER: u32;
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let answer: InheritedFuture<_> = CUSTOMER.scope(7, async { CUSTOMER.get() });
    /// assert_eq!(answer.await, 7);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct InheritedFuture<F> {
        #[pin]
        future: InContext<F>,
    }
}

impl<F: Future> Future for InheritedFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

impl<F> fmt::Debug for InheritedFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InheritedFuture")
    }
}

/// A task-local has no value here.
///
/// # Example
/// ```
/// use toque::task::AccessError;
///
/// toque::task_local! {
///     static CUSTOMER: u32;
/// }
///
/// let nobody: Result<u32, AccessError> = CUSTOMER.try_get(); // outside of `scope`
/// assert_eq!(nobody.unwrap_err().to_string(), "task-local value not set");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AccessError(());

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessError")
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task-local value not set")
    }
}

impl Error for AccessError {}
