//! The guards: cancel a token when they are dropped.

use super::CancellationToken;

/// Cancels its token when it is dropped. Made by [`CancellationToken::drop_guard`].
///
/// # Example
/// ```
/// let token = toque::sync::CancellationToken::new();
/// let guard = token.clone().drop_guard();
/// assert!(!token.is_cancelled());
/// drop(guard); // or the end of its scope, or a panic
/// assert!(token.is_cancelled());
/// ```
#[derive(Debug)]
#[must_use = "the token is cancelled when the guard is dropped"]
pub struct DropGuard {
    token: CancellationToken,
    /// Cleared by `disarm`.
    armed: bool,
}

impl DropGuard {
    pub(super) fn new(token: CancellationToken) -> Self {
        let armed = true;
        Self { token, armed }
    }

    /// The token.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// let guard = token.clone().drop_guard();
    /// assert_eq!(guard.token(), &token);
    /// ```
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Gives the token back, and does not cancel it.
    ///
    /// # Example
    /// ```
    /// let guard = toque::sync::CancellationToken::new().drop_guard();
    /// assert!(!guard.disarm().is_cancelled());
    /// ```
    pub fn disarm(mut self) -> CancellationToken {
        self.armed = false;
        self.token.clone()
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if self.armed {
            self.token.cancel();
        }
    }
}

/// Cancels its token when it is dropped. Made by [`CancellationToken::drop_guard_ref`].
///
/// # Example
/// ```
/// let token = toque::sync::CancellationToken::new();
/// let guard = token.drop_guard_ref();
/// assert!(!token.is_cancelled());
/// drop(guard); // or the end of its scope, or a panic
/// assert!(token.is_cancelled());
/// ```
#[derive(Debug)]
#[must_use = "the token is cancelled when the guard is dropped"]
pub struct DropGuardRef<'a> {
    token: &'a CancellationToken,
    /// Cleared by `disarm`.
    armed: bool,
}

impl<'a> DropGuardRef<'a> {
    pub(super) fn new(token: &'a CancellationToken) -> Self {
        let armed = true;
        Self { token, armed }
    }

    /// The token.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// let guard = token.drop_guard_ref();
    /// assert_eq!(guard.token(), &token);
    /// ```
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        self.token
    }

    /// Gives the token back, and does not cancel it.
    ///
    /// # Example
    /// ```
    /// let token = toque::sync::CancellationToken::new();
    /// let guard = token.drop_guard_ref();
    /// assert!(!guard.disarm().is_cancelled());
    /// ```
    pub fn disarm(mut self) -> &'a CancellationToken {
        self.armed = false;
        self.token
    }
}

impl Drop for DropGuardRef<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.token.cancel();
        }
    }
}
