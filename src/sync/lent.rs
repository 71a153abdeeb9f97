//! Lent: a pointer from a guard into the value of its lock.
//! Every guard of `Mutex` and `RwLock` is one of these two beside a permit, and uses it without `unsafe`.
//!
//! Why not `&T` and `&mut T`: a guard gives its permit back *while* it is dropped, and a reference among its fields
//! would claim the value to the end of that call, when the next owner may have it already.

use std::ops::{Deref, DerefMut};

/// A value lent for reading, until this is dropped.
pub(crate) struct Lent<T: ?Sized>(*const T);

/// A value lent for reading and writing, until this is dropped. (A `*mut T` is invariant, as it must be.)
pub(crate) struct LentMut<T: ?Sized>(*mut T);

// SAFETY: a `Lent<T>` gives out `&T` and nothing else, so it may go where a `&T` may; `new`'s caller keeps the value.
unsafe impl<T: ?Sized + Sync> Send for Lent<T> {}
// SAFETY: as above: `&Lent<T>` is as good as `&T`.
unsafe impl<T: ?Sized + Sync> Sync for Lent<T> {}
// SAFETY: a `LentMut<T>` gives out what a `&mut T` does, so it may go where a `&mut T` may.
unsafe impl<T: ?Sized + Send> Send for LentMut<T> {}
// SAFETY: as above: a shared `LentMut<T>` gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for LentMut<T> {}

impl<T: ?Sized> Lent<T> {
    /// # Safety
    /// Until this is dropped `value` is valid, and nobody changes it.
    pub(crate) unsafe fn new(value: *const T) -> Self {
        Self(value)
    }

    /// The same loan, of a part.
    pub(crate) fn map<U: ?Sized>(self, part: impl FnOnce(&T) -> &U) -> Lent<U> {
        Lent(part(&self))
    }

    /// The same loan, of a part if there is one.
    pub(crate) fn try_map<U: ?Sized>(
        self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<Lent<U>, Self> {
        match part(&self) {
            Some(part) => Ok(Lent(part)),
            None => Err(self),
        }
    }
}

impl<T: ?Sized> LentMut<T> {
    /// # Safety
    /// Until this is dropped `value` is valid, and nobody else touches it.
    pub(crate) unsafe fn new(value: *mut T) -> Self {
        Self(value)
    }

    /// The same loan, of a part.
    pub(crate) fn map<U: ?Sized>(mut self, part: impl FnOnce(&mut T) -> &mut U) -> LentMut<U> {
        LentMut(part(&mut self))
    }

    /// The same loan, of a part if there is one.
    pub(crate) fn try_map<U: ?Sized>(
        mut self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<LentMut<U>, Self> {
        match part(&mut self) {
            Some(part) => Ok(LentMut(part)),
            None => Err(self),
        }
    }

    /// The same loan, for reading only.
    pub(crate) fn into_shared(self) -> Lent<T> {
        Lent(self.0)
    }

    /// The same loan, of a part if there is one, for reading only.
    pub(crate) fn try_downgrade<U: ?Sized>(
        self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<Lent<U>, Self> {
        match part(&self) {
            Some(part) => Ok(Lent(part)),
            None => Err(self),
        }
    }
}

impl<T: ?Sized> Deref for Lent<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `new`'s caller promises a valid value that nobody changes, for as long as `self` lives.
        unsafe { &*self.0 }
    }
}

impl<T: ?Sized> Deref for LentMut<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `new`'s caller promises a valid value that nobody else touches, for as long as `self` lives.
        unsafe { &*self.0 }
    }
}

impl<T: ?Sized> DerefMut for LentMut<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; and `self` is borrowed mutably, so no other reference came from it.
        unsafe { &mut *self.0 }
    }
}

/// A guard reads and prints as the value in its field `value`.
macro_rules! reads_as {
    ([$($generics:tt)*] $guard:ty, $value:ty) => {
        impl<$($generics)*> ::std::ops::Deref for $guard {
            type Target = $value;

            fn deref(&self) -> &$value {
                &self.value
            }
        }

        impl<$($generics)*> ::std::fmt::Debug for $guard
        where
            $value: ::std::fmt::Debug,
        {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($generics)*> ::std::fmt::Display for $guard
        where
            $value: ::std::fmt::Display,
        {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

/// A guard reads, prints and writes as the value in its field `value`.
macro_rules! writes_as {
    ([$($generics:tt)*] $guard:ty, $value:ty) => {
        crate::sync::lent::reads_as!([$($generics)*] $guard, $value);

        impl<$($generics)*> ::std::ops::DerefMut for $guard {
            fn deref_mut(&mut self) -> &mut $value {
                &mut self.value
            }
        }
    };
}

pub(crate) use {reads_as, writes_as};
