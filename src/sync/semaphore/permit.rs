//! Permits: what a semaphore gives out, and gets back when they are dropped.

use std::sync::Arc;

use super::Semaphore;

/// Permits of a [`Semaphore`] that is borrowed. They go back when this is dropped.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let stoves = toque::sync::Semaphore::new(2);
/// let permit = stoves.acquire().await.unwrap();
/// assert_eq!(stoves.available_permits(), 1);
/// drop(permit);
/// assert_eq!(stoves.available_permits(), 2);
/// # });
/// ```
#[derive(Debug)]
#[must_use = "a permit that is dropped at once permits nothing"]
pub struct SemaphorePermit<'a> {
    semaphore: &'a Semaphore,
    /// How many go back; none after `forget`.
    permits: usize,
}

impl<'a> SemaphorePermit<'a> {
    /// Permits that were taken from `semaphore` and have no guard yet.
    pub(in crate::sync) fn new(semaphore: &'a Semaphore, permits: usize) -> Self {
        Self { semaphore, permits }
    }

    /// Drops this without giving the permits back: the semaphore has fewer from now on.
    ///
    /// # Example
    /// ```
    /// use toque::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(2);
    /// semaphore.try_acquire().unwrap().forget();
    /// assert_eq!(semaphore.available_permits(), 1);
    /// ```
    pub fn forget(mut self) {
        self.permits = 0;
    }

    /// Takes over the permits of `other`.
    ///
    /// # Example
    /// ```
    /// use toque::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let mut permit = semaphore.try_acquire().unwrap();
    /// permit.merge(semaphore.try_acquire_many(2).unwrap());
    /// assert_eq!(permit.num_permits(), 3);
    /// ```
    ///
    /// # Panics
    /// If `other` is of another semaphore; then both are as they were.
    #[track_caller]
    pub fn merge(&mut self, mut other: Self) {
        assert!(
            std::ptr::eq(self.semaphore, other.semaphore),
            "`SemaphorePermit::merge`: merging permits from different semaphore instances"
        );
        self.permits += std::mem::take(&mut other.permits);
    }

    /// Splits `n` permits off, or none if there are fewer.
    ///
    /// # Example
    /// ```
    /// use toque::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let mut permit = semaphore.try_acquire_many(3).unwrap();
    /// let one = permit.split(1).unwrap();
    /// assert_eq!((permit.num_permits(), one.num_permits()), (2, 1));
    /// assert!(permit.split(3).is_none());
    /// ```
    pub fn split(&mut self, n: usize) -> Option<Self> {
        self.permits = self.permits.checked_sub(n)?;
        Some(Self::new(self.semaphore, n))
    }

    /// Where they go back to.
    ///
    /// # Example
    /// ```
    /// let stoves = toque::sync::Semaphore::new(2);
    /// let permit = stoves.try_acquire().unwrap();
    /// assert!(std::ptr::eq(permit.semaphore(), &stoves));
    /// ```
    pub fn semaphore(&self) -> &Semaphore {
        self.semaphore
    }

    /// How many there are.
    ///
    /// # Example
    /// ```
    /// let stoves = toque::sync::Semaphore::new(3);
    /// let permit = stoves.try_acquire_many(2).unwrap();
    /// assert_eq!(permit.num_permits(), 2);
    /// ```
    pub fn num_permits(&self) -> usize {
        self.permits
    }
}

impl Drop for SemaphorePermit<'_> {
    fn drop(&mut self) {
        self.semaphore.release(self.permits);
    }
}

/// Permits that keep their [`Semaphore`] alive. They go back when this is dropped.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
///
/// let stoves = Arc::new(toque::sync::Semaphore::new(1));
/// let permit = stoves.clone().acquire_owned().await.unwrap();
/// let cook = toque::spawn(async move { drop(permit) }); // a task may keep it
/// assert_eq!(stoves.available_permits(), 0);
/// cook.await.unwrap();
/// assert_eq!(stoves.available_permits(), 1);
/// # });
/// ```
#[derive(Debug)]
#[must_use = "a permit that is dropped at once permits nothing"]
pub struct OwnedSemaphorePermit {
    semaphore: Arc<Semaphore>,
    /// How many go back; none after `forget`.
    permits: usize,
}

impl OwnedSemaphorePermit {
    /// Permits that were taken from `semaphore` and have no guard yet.
    pub(super) fn new(semaphore: Arc<Semaphore>, permits: usize) -> Self {
        Self { semaphore, permits }
    }

    /// Drops this without giving the permits back: the semaphore has fewer from now on.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(2));
    /// semaphore.clone().try_acquire_owned().unwrap().forget();
    /// assert_eq!(semaphore.available_permits(), 1);
    /// ```
    pub fn forget(mut self) {
        self.permits = 0;
    }

    /// Takes over the permits of `other`.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let mut permit = semaphore.clone().try_acquire_owned().unwrap();
    /// permit.merge(semaphore.try_acquire_many_owned(2).unwrap());
    /// assert_eq!(permit.num_permits(), 3);
    /// ```
    ///
    /// # Panics
    /// If `other` is of another semaphore; then both are as they were.
    #[track_caller]
    pub fn merge(&mut self, mut other: Self) {
        assert!(
            Arc::ptr_eq(&self.semaphore, &other.semaphore),
            "`OwnedSemaphorePermit::merge`: merging permits from different semaphore instances"
        );
        self.permits += std::mem::take(&mut other.permits);
    }

    /// Splits `n` permits off, or none if there are fewer.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let mut permit = semaphore.try_acquire_many_owned(3).unwrap();
    /// let one = permit.split(1).unwrap();
    /// assert_eq!((permit.num_permits(), one.num_permits()), (2, 1));
    /// assert!(permit.split(3).is_none());
    /// ```
    pub fn split(&mut self, n: usize) -> Option<Self> {
        self.permits = self.permits.checked_sub(n)?;
        Some(Self::new(self.semaphore.clone(), n))
    }

    /// Where they go back to.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    ///
    /// let stoves = Arc::new(toque::sync::Semaphore::new(2));
    /// let permit = Arc::clone(&stoves).try_acquire_owned().unwrap();
    /// assert!(Arc::ptr_eq(permit.semaphore(), &stoves));
    /// ```
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.semaphore
    }

    /// How many there are.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    ///
    /// let stoves = Arc::new(toque::sync::Semaphore::new(3));
    /// let permit = stoves.try_acquire_many_owned(2).unwrap();
    /// assert_eq!(permit.num_permits(), 2);
    /// ```
    pub fn num_permits(&self) -> usize {
        self.permits
    }
}

impl Drop for OwnedSemaphorePermit {
    fn drop(&mut self) {
        self.semaphore.release(self.permits);
    }
}
