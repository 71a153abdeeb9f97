//! `select!`: the first of several futures.

/// Waits for several futures on this task until one is ready, runs what is written for that one, and drops the others.
///
/// ```text
/// toque::select! {
///     biased;                                             // optional: poll from top to bottom
///     <pattern> = <future> => <handler>,                  // up to 64 branches
///     <pattern> = <future>, if <precondition> => <handler>,
///     else => <expression>,                               // optional: if no branch is left
/// }
/// ```
///
/// 1. The preconditions are evaluated. A branch whose precondition is false is disabled.
/// 2. The futures are evaluated, those of disabled branches as well; those are not polled.
/// 3. The others are polled until one is ready. If its output does not fit the pattern, that branch is disabled, and the wait goes on.
/// 4. If it fits, all the futures are dropped, and the branch's handler gives the value of the whole. The handler is code of the
///    function around: it can `.await`, `return`, `break` and use `?`.
/// 5. When all branches are disabled, `else` gives the value.
///
/// A future that is to survive is given by reference (`&mut future`); if it is not `Unpin`, [`pin!`](crate::pin) it before the loop.
///
/// # Fairness
/// Each poll begins with a branch chosen at random, so that none that is always ready keeps the others from their turn. The
/// numbers are the runtime's: [`Builder::rng_seed`](crate::Builder::rng_seed) repeats them. After `biased;` the branches are
/// polled as they are written: write what must not wait (a shutdown) above what is always ready.
///
/// # Panics
/// When all branches are disabled and there is no `else`.
///
/// # Cancel safety
/// What is lost is what a dropped future had in it. In a loop, each round drops the futures of the branches that were not the
/// first: use those whose own documentation says that nothing is lost by that (`recv`, `accept`, `read`, `sleep` by reference),
/// or keep the future outside of the loop and poll it by reference (`write_all`, `read_exact`).
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::sleep;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (orders, mut kitchen) = toque::sync::mpsc::channel(4);
/// toque::spawn(async move {
///     for dish in ["soup", "salad"] {
///         orders.send(dish).await.unwrap();
///     }
/// });
///
/// let closing = sleep(Duration::from_secs(60));
/// toque::pin!(closing);
/// let mut served = Vec::new();
/// loop {
///     toque::select! {
///         Some(dish) = kitchen.recv() => served.push(dish),
///         () = &mut closing, if !served.is_empty() => break,
///         else => break, // the channel is closed
///     }
///     # if served.len() == 2 { break }
/// }
/// assert_eq!(served, ["soup", "salad"]);
/// # });
/// ```
#[macro_export]
macro_rules! select {
    ($(biased;)?) => {
        compile_error!("`select!` needs at least one branch: `pattern = future => handler`")
    };
    ($(biased;)? else => $else:expr $(,)?) => {
        $else
    };
    (biased; $($branches:tt)+) => {
        $crate::__with_numbers!(__select [$crate::macros_support::InOrder] [] $($branches)+)
    };
    ($($branches:tt)+) => {
        $crate::__with_numbers!(__select [$crate::macros_support::Random] [] $($branches)+)
    };
}

/// The numbers left, the order, the branches seen so far; then the branches to come.
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    // The last rule: all branches are seen.
    (@run [$count:tt $($left:tt)*] [$order:expr] [$({
        $index:tt $name:ident ($pattern:pat) ($future:expr) ($enabled:expr) ($handler:expr)
    })+] $else:expr) => {{
        // The handlers are in its scope, hence the name.
        enum __SelectOutput<$($name),+> {
            $($name($name),)+
            Disabled,
        }

        let mut disabled = [$(!$enabled),+];
        // The futures are dropped at the end of this block, so that the handlers may use what they have borrowed.
        #[allow(unused_mut)] // for patterns with `ref mut`
        let mut output = {
            let futures = ($($future,)+); // by itself, so that `&mut temporary()` lives on
            let mut futures = ($($crate::macros_support::IntoFuture::into_future(futures.$index),)+);
            let futures = &mut futures; // the closure below can be moved, what it refers to can't
            $crate::macros_support::poll_fn(|cx| {
                // Without this, a branch that spends no budget would win over those that wait for more of it.
                $crate::macros_support::ready!($crate::macros_support::poll_budget(cx));
                let futures = &mut *futures;
                let mut pending = false;
                for branch in $order.turn($count) {
                    match branch {
                        $(#[allow(unreachable_code)] // where an output can't be
                        $index => {
                            if disabled[$index] {
                                continue;
                            }
                            // SAFETY: nothing but this closure can name `futures`: they stay in place until this block drops them.
                            let future = unsafe { $crate::macros_support::Pin::new_unchecked(&mut futures.$index) };
                            #[allow(unused_mut)] // as above
                            let mut output = match $crate::macros_support::Future::poll(future, cx) {
                                $crate::macros_support::Poll::Ready(output) => output,
                                $crate::macros_support::Poll::Pending => {
                                    pending = true;
                                    continue;
                                }
                            };
                            disabled[$index] = true;
                            // A pattern with a guard that is never true tells whether it would fit, and takes nothing.
                            let mut fits = false;
                            #[allow(unused_variables, unused_mut, unreachable_patterns)]
                            match output {
                                $pattern if { fits = true; false } => unreachable!("the guard is false"),
                                _ => {}
                            }
                            if fits {
                                return $crate::macros_support::Poll::Ready(__SelectOutput::$name(output));
                            }
                        })+
                        _ => unreachable!("there are no more branches"),
                    }
                }
                if pending {
                    $crate::macros_support::Poll::Pending // those that are not ready owe the wake
                } else {
                    $crate::macros_support::Poll::Ready(__SelectOutput::Disabled)
                }
            })
            .await
        };
        match output {
            $(__SelectOutput::$name($pattern) => $handler,)+
            __SelectOutput::Disabled => $else,
            #[allow(unreachable_patterns)] // where every pattern fits whatever comes
            _ => unreachable!("the output fits its pattern"),
        }
    }};

    // `else`, or the end.
    ($left:tt $order:tt $seen:tt else => $else:expr $(,)?) => {
        $crate::__select!(@run $left $order $seen $else)
    };
    ($left:tt $order:tt $seen:tt else => $else:expr, $($rest:tt)+) => {
        compile_error!("`else` is the last one in a `select!`: nothing comes after it")
    };
    ($left:tt $order:tt $seen:tt) => {
        $crate::__select!(@run $left $order $seen $crate::macros_support::all_disabled())
    };

    // One branch: a block needs no comma after it, another expression does, but for the last.
    ([$index:tt $name:ident $($left:tt)*] $order:tt [$($seen:tt)*]
        $pattern:pat = $future:expr $(, if $condition:expr)? => $handler:block, $($rest:tt)*) => {
        $crate::__select!([$($left)*] $order [
            $($seen)* { $index $name ($pattern) ($future) (true $(&& $condition)?) ($handler) }
        ] $($rest)*)
    };
    ([$index:tt $name:ident $($left:tt)*] $order:tt [$($seen:tt)*]
        $pattern:pat = $future:expr $(, if $condition:expr)? => $handler:block $($rest:tt)*) => {
        $crate::__select!([$($left)*] $order [
            $($seen)* { $index $name ($pattern) ($future) (true $(&& $condition)?) ($handler) }
        ] $($rest)*)
    };
    ([$index:tt $name:ident $($left:tt)*] $order:tt [$($seen:tt)*]
        $pattern:pat = $future:expr $(, if $condition:expr)? => $handler:expr, $($rest:tt)*) => {
        $crate::__select!([$($left)*] $order [
            $($seen)* { $index $name ($pattern) ($future) (true $(&& $condition)?) ($handler) }
        ] $($rest)*)
    };
    ([$index:tt $name:ident $($left:tt)*] $order:tt [$($seen:tt)*]
        $pattern:pat = $future:expr $(, if $condition:expr)? => $handler:expr) => {
        $crate::__select!([$($left)*] $order [
            $($seen)* { $index $name ($pattern) ($future) (true $(&& $condition)?) ($handler) }
        ])
    };
    ([$count:tt] $($rest:tt)*) => {
        compile_error!("`select!` has more than 64 branches: select some of them in a macro of their own")
    };
}
