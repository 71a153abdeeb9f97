//! `pin!`, the statement. Std's macro of this name is an expression.

/// Pins values on the stack: each variable becomes a [`Pin`](std::pin::Pin) of what it was.
///
/// For a future that is awaited more than once by reference, in a loop of [`select!`](crate::select) above all. With one
/// value, `let mut future = std::pin::pin!(future);` is the same.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::sleep;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let nap = sleep(Duration::from_millis(1));
/// toque::pin!(nap);
/// nap.as_mut().await;
///
/// toque::pin! {
///     let soup = async { "soup" };
///     let salad = sleep(Duration::from_millis(1));
/// }
/// salad.await;
/// assert_eq!(soup.await, "soup");
/// # });
/// ```
#[macro_export]
macro_rules! pin {
    ($($name:ident),* $(,)?) => {
        $(
            #[allow(unused_mut)]
            let mut $name = $crate::macros_support::pin!($name);
        )*
    };
    ($(let $name:ident = $value:expr;)*) => {
        $(
            let $name = $value;
            $crate::pin!($name);
        )*
    };
}
