//! The shim: the threads, locks and atomics the crate is built on, from std or from loom.
//! The only file that names loom. What is model-checked takes these types from here and from nowhere else.

pub(crate) use imp::*;

/// A constructor that is `const` with std, and cannot be with loom.
#[cfg(not(loom))]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis const fn $($rest:tt)*) => {
        $(#[$attribute])* $visibility const fn $($rest)*
    };
}

#[cfg(loom)]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis const fn $($rest:tt)*) => {
        $(#[$attribute])* $visibility fn $($rest)*
    };
}

pub(crate) use const_fn;

#[cfg(not(loom))]
mod imp {
    pub(crate) mod sync {
        use std::sync::PoisonError;
        pub(crate) use std::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};
        use std::time::Duration;

        /// A lock without poisoning: each user keeps its state whole at every step that can panic.
        #[derive(Debug, Default)]
        pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

        impl<T> Mutex<T> {
            pub(crate) const fn new(value: T) -> Self {
                Self(std::sync::Mutex::new(value))
            }

            pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
                self.0.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }

        /// A lock for many readers or one writer, without poisoning as well.
        #[derive(Debug, Default)]
        pub(crate) struct RwLock<T>(std::sync::RwLock<T>);

        impl<T> RwLock<T> {
            pub(crate) fn new(value: T) -> Self {
                Self(std::sync::RwLock::new(value))
            }

            pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
                self.0.read().unwrap_or_else(PoisonError::into_inner)
            }

            pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
                self.0.write().unwrap_or_else(PoisonError::into_inner)
            }
        }

        /// A place to wait for a change of what a [`Mutex`] guards.
        #[derive(Debug, Default)]
        pub(crate) struct Condvar(std::sync::Condvar);

        impl Condvar {
            pub(crate) fn new() -> Self {
                Self::default()
            }

            pub(crate) fn notify_one(&self) {
                self.0.notify_one();
            }

            pub(crate) fn notify_all(&self) {
                self.0.notify_all();
            }

            /// Waits at most `limit`; the flag is true if that has passed.
            pub(crate) fn wait_timeout<'a, T>(
                &self,
                guard: MutexGuard<'a, T>,
                limit: Duration,
            ) -> (MutexGuard<'a, T>, bool) {
                let (guard, result) = self
                    .0
                    .wait_timeout(guard, limit)
                    .unwrap_or_else(PoisonError::into_inner);
                (guard, result.timed_out())
            }
        }
    }

    pub(crate) mod cell {
        /// std's `UnsafeCell` by loom's interface: a pointer lent to a closure, so that loom sees each access.
        #[derive(Debug, Default)]
        pub(crate) struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

        impl<T> UnsafeCell<T> {
            pub(crate) const fn new(value: T) -> Self {
                Self(std::cell::UnsafeCell::new(value))
            }

            pub(crate) fn into_inner(self) -> T {
                self.0.into_inner()
            }
        }

        impl<T: ?Sized> UnsafeCell<T> {
            pub(crate) fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
                access(self.0.get())
            }

            pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
                access(self.0.get())
            }
        }
    }

    pub(crate) mod atomic {
        pub(crate) use std::sync::atomic::{
            AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering, fence,
        };
    }

    pub(crate) mod thread {
        pub(crate) use std::thread::{Builder, Thread, current, park, yield_now};
    }
}

#[cfg(loom)]
#[allow(unused_imports, dead_code)]
mod imp {
    pub(crate) mod sync {
        pub(crate) use loom::sync::{Arc, RwLockReadGuard, RwLockWriteGuard};
        use std::ops::{Deref, DerefMut};
        use std::time::Duration;

        #[derive(Debug, Default)]
        pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

        impl<T> Mutex<T> {
            pub(crate) fn new(value: T) -> Self {
                Self(loom::sync::Mutex::new(value))
            }

            pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
                MutexGuard {
                    guard: self.0.lock().unwrap(),
                    mutex: self,
                }
            }
        }

        #[derive(Debug)]
        pub(crate) struct MutexGuard<'a, T> {
            guard: loom::sync::MutexGuard<'a, T>,
            /// For a wait that ends by its limit: it gives the lock back, and takes it again.
            mutex: &'a Mutex<T>,
        }

        impl<T> Deref for MutexGuard<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.guard
            }
        }

        impl<T> DerefMut for MutexGuard<'_, T> {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.guard
            }
        }

        #[derive(Debug)]
        pub(crate) struct RwLock<T>(loom::sync::RwLock<T>);

        impl<T> RwLock<T> {
            pub(crate) fn new(value: T) -> Self {
                Self(loom::sync::RwLock::new(value))
            }

            pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
                self.0.read().unwrap()
            }

            pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
                self.0.write().unwrap()
            }
        }

        #[derive(Debug, Default)]
        pub(crate) struct Condvar(loom::sync::Condvar);

        impl Condvar {
            pub(crate) fn new() -> Self {
                Self(loom::sync::Condvar::new())
            }

            pub(crate) fn notify_one(&self) {
                self.0.notify_one();
            }

            pub(crate) fn notify_all(&self) {
                self.0.notify_all();
            }

            pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
                MutexGuard {
                    guard: self.0.wait(guard.guard).unwrap(),
                    mutex: guard.mutex,
                }
            }

            /// loom has no clock. A limit of nothing has passed when the lock is taken again; any other never passes, and a
            /// model that waits for it is a deadlock.
            pub(crate) fn wait_timeout<'a, T>(
                &self,
                guard: MutexGuard<'a, T>,
                limit: Duration,
            ) -> (MutexGuard<'a, T>, bool) {
                if !limit.is_zero() {
                    return (self.wait(guard), false);
                }
                let mutex = guard.mutex;
                drop(guard); // here others come in
                (mutex.lock(), true)
            }
        }
    }

    pub(crate) mod cell {
        pub(crate) use loom::cell::UnsafeCell;
    }

    pub(crate) mod atomic {
        pub(crate) use loom::sync::atomic::{
            AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering, fence,
        };
    }

    pub(crate) mod thread {
        pub(crate) use loom::thread::{Builder, Thread, current, park, spawn, yield_now};
    }
}
