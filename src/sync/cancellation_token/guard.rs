//! The guards: cancel a token when they are dropped.

use super::CancellationToken;

/// Cancels its token when it is dropped. Made by [`CancellationToken::drop_guard`].
#[derive(Debug)]
#[must_use = "the token is cancelled when the guard is dropped"]
pub struct DropGuard {
    /// Taken out by `disarm`, so that `Drop` finds nothing to cancel.
    token: Option<CancellationToken>,
}

impl DropGuard {
    pub(super) fn new(token: CancellationToken) -> Self {
        let token = Some(token);
        Self { token }
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        let token = self.token.as_ref();
        token.expect("there until `disarm`, which consumes the guard")
    }

    /// Gives the token back, and does not cancel it.
    ///
    /// # Example
    /// ```
    /// let guard = toque::sync::CancellationToken::new().drop_guard();
    /// assert!(!guard.disarm().is_cancelled());
    /// ```
    pub fn disarm(mut self) -> CancellationToken {
        self.token.take().expect("`disarm` is called once")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel();
        }
    }
}

/// Cancels its token when it is dropped. Made by [`CancellationToken::drop_guard_ref`].
#[derive(Debug)]
#[must_use = "the token is cancelled when the guard is dropped"]
pub struct DropGuardRef<'a> {
    /// As in [`DropGuard`].
    token: Option<&'a CancellationToken>,
}

impl<'a> DropGuardRef<'a> {
    pub(super) fn new(token: &'a CancellationToken) -> Self {
        let token = Some(token);
        Self { token }
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        self.token
            .expect("there until `disarm`, which consumes the guard")
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
        self.token.take().expect("`disarm` is called once")
    }
}

impl Drop for DropGuardRef<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token {
            token.cancel();
        }
    }
}
