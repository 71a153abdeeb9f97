//! `join!` and `try_join!`: all of several futures. The first is the second, of futures that can't fail.

/// Waits for several futures on this task, and gives the tuple of their outputs.
///
/// They are polled in turn, each time beginning with another one, so that none starves the others. After `biased;` they are
/// polled as they are written: the caller then sees to it that the first ones leave something to the others. Up to 64 futures;
/// for more of them, and for tasks of their own, there is [`spawn`](crate::spawn).
///
/// # Cancel safety
/// Dropped, it drops its futures, and the outputs of those that were ready.
///
/// # Example
/// ```
/// async fn boil() -> u32 { 7 }
/// async fn fry() -> &'static str { "crisp" }
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (minutes, bacon) = toque::join!(boil(), fry());
/// assert_eq!((minutes, bacon), (7, "crisp"));
///
/// let (bacon, minutes) = toque::join!(biased; fry(), boil());
/// # assert_eq!((minutes, bacon), (7, "crisp"));
/// # });
/// ```
#[macro_export]
macro_rules! join {
    ($(biased;)?) => {
        async {}.await
    };
    (biased; $($future:expr),+ $(,)?) => {
        $crate::__join_infallible!([$crate::macros_support::InOrder] $($future),+)
    };
    ($($future:expr),+ $(,)?) => {
        $crate::__join_infallible!([$crate::macros_support::Rotating::default()] $($future),+)
    };
}

/// Waits for several futures that can fail on this task: for all of them, or for the first error.
///
/// It gives `Ok` with the tuple of what they give, or the first error; then the others are dropped. The error's type is the same for
/// all. They are polled in turn, each time beginning with another one, or as they are written after `biased;`, as by
/// [`join!`](crate::join). Up to 64 futures.
///
/// # Cancel safety
/// Dropped, it drops its futures, and the outputs of those that were ready.
///
/// # Example
/// ```
/// use std::num::ParseIntError;
///
/// async fn read(digits: &str) -> Result<u32, ParseIntError> { digits.parse() }
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// assert_eq!(toque::try_join!(read("3"), read("4")), Ok((3, 4)));
///
/// let outcome = toque::try_join!(read("3"), read("four"), std::future::pending::<Result<(), _>>());
/// assert!(outcome.is_err());
/// # });
/// ```
#[macro_export]
macro_rules! try_join {
    ($(biased;)?) => {
        async { Ok(()) }.await
    };
    (biased; $($future:expr),+ $(,)?) => {
        $crate::__with_numbers!(__try_join [$crate::macros_support::InOrder] [] $($future,)+)
    };
    ($($future:expr),+ $(,)?) => {
        $crate::__with_numbers!(__try_join [$crate::macros_support::Rotating::default()] [] $($future,)+)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __join_infallible {
    ($order:tt $($future:expr),+) => {{
        let Ok(outputs) = $crate::__with_numbers!(
            __try_join $order [] $($crate::macros_support::NeverFails::new($future),)+
        );
        outputs
    }};
}

/// The numbers left, the order, the futures seen so far; then the futures to come.
#[doc(hidden)]
#[macro_export]
macro_rules! __try_join {
    ([$count:tt $($left:tt)*] [$order:expr] [$({ $index:tt $future:expr })+]) => {{
        let mut members = ($($crate::macros_support::Member::new($future),)+);
        let members = &mut members; // the closure below can be moved, what it refers to can't
        let mut order = $order;
        $crate::macros_support::poll_fn(move |cx| {
            let mut pending = false;
            for member in order.turn($count) {
                match member {
                    $($index => {
                        // SAFETY: nothing but this closure can name `members`: they stay in place until this block drops them.
                        let member = unsafe { $crate::macros_support::Pin::new_unchecked(&mut members.$index) };
                        match $crate::macros_support::Member::poll(member, cx) {
                            $crate::macros_support::Poll::Ready(Ok(())) => {}
                            $crate::macros_support::Poll::Ready(Err(error)) => {
                                return $crate::macros_support::Poll::Ready(Err(error));
                            }
                            $crate::macros_support::Poll::Pending => pending = true,
                        }
                    })+
                    _ => unreachable!("there are no more members"),
                }
            }
            if pending {
                return $crate::macros_support::Poll::Pending; // those that are not ready owe the wake
            }
            #[allow(unreachable_code)] // where an output can't be
            $crate::macros_support::Poll::Ready(Ok(($({
                // SAFETY: as above.
                let member = unsafe { $crate::macros_support::Pin::new_unchecked(&mut members.$index) };
                $crate::macros_support::Member::take(member)
            },)+)))
        })
        .await
    }};
    ([$index:tt $name:ident $($left:tt)*] $order:tt [$($seen:tt)*] $future:expr, $($rest:tt)*) => {
        $crate::__try_join!([$($left)*] $order [$($seen)* { $index $future }] $($rest)*)
    };
    ([$count:tt] $($rest:tt)*) => {
        compile_error!("more than 64 futures in one macro: join some of them in a macro of their own, or spawn them")
    };
}
