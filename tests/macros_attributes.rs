//! `#[toque::main]` and `#[toque::test]`: what they run, and what they leave as it is.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::panic::catch_unwind;
use std::rc::Rc;

use toque::task::yield_now;
use toque::time::{Duration, Instant, sleep};

/// Nothing of the attributes' code may mean this one.
#[allow(unused)]
mod toque_is_not_here {
    mod toque {}

    #[::toque::test]
    async fn a_module_of_that_name_is_another_one() {
        ::toque::spawn(async {}).await.unwrap();
    }
}

mod renamed {
    pub(crate) use ::toque as chef;
}

/// The names of what the compiler makes of this crate's functions.
macro_rules! declare {
    ($(#[$attribute:meta])* $visibility:vis $name:ident -> $output:ty $body:block) => {
        $(#[$attribute])* $visibility async fn $name() -> $output $body
    };
}

#[toque::main]
async fn sum(left: u32, mut right: u32) -> u32 {
    yield_now().await;
    right += left;
    right
}

#[toque::main]
async fn borrowed(text: &str) -> &str {
    toque::spawn(async {}).await.unwrap();
    text
}

#[toque::main]
async fn generic<F, T>(make: F) -> Vec<T>
where
    F: Fn() -> T,
    T: Debug,
{
    vec![make(), make()]
}

#[toque::main]
async fn bounds_in_brackets<F: Fn(u32) -> Option<u32>>(check: F) -> bool {
    check(1).is_some()
}

#[toque::main]
async fn opaque() -> impl Iterator<Item = u32> {
    [1, 2, 3].into_iter()
}

#[toque::main]
async fn early(fail: bool) -> io::Result<u32> {
    if fail {
        return Err(io::Error::other("burnt"));
    }
    Err(io::Error::other("cold"))?;
    Ok(1)
}

#[toque::main]
async fn never() -> ! {
    panic!("on purpose")
}

#[toque::main(flavor = "local", crate = "renamed::chef", rng_seed = 7)]
async fn draw() -> Vec<u32> {
    let mut draws = Vec::new();
    for _ in 0..20 {
        draws.push(toque::select! { one = async { 1 } => one, two = async { 2 } => two });
    }
    draws
}

/// Inner attributes are the function's.
#[toque::main]
#[must_use]
pub(crate) async fn inner_attributes() -> u32 {
    #![allow(non_snake_case)]
    #![allow(clippy::let_and_return)]
    let Soup = 1;
    Soup
}

struct Pot(u32);

impl Pot {
    #[toque::main]
    async fn new() -> Self {
        Self(1)
    }

    #[toque::main]
    async fn fill(&mut self) -> &mut u32 {
        yield_now().await;
        self.0 += 1;
        &mut self.0
    }
}

declare!(
    /// A function out of fragments.
    #[toque::main]
    pub(crate) declared -> u32 { 7 }
);

declare!(
    #[toque::test]
    a_test_may_come_out_of_a_macro -> () { yield_now().await }
);

#[test]
fn main_passes_arguments_in_and_the_output_out() {
    assert_eq!(sum(1, 2), 3);
    assert_eq!(borrowed("soup"), "soup");
    assert_eq!(generic(|| 'c'), ['c', 'c']);
    assert!(bounds_in_brackets(Some));
    assert_eq!(opaque().sum::<u32>(), 6);
    assert_eq!(declared(), 7);
    assert_eq!(inner_attributes(), 1);
}

#[test]
fn main_may_be_a_method() {
    let mut pot = Pot::new();
    *pot.fill() += 1;
    assert_eq!(pot.0, 3);
}

#[test]
fn the_question_mark_and_return_leave_the_function() {
    assert_eq!(early(true).unwrap_err().to_string(), "burnt");
    assert_eq!(early(false).unwrap_err().to_string(), "cold");
}

#[test]
fn a_panic_of_the_body_is_a_panic_of_the_function() {
    let payload = catch_unwind(|| never()).unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
}

#[test]
fn settings_reach_the_builder() {
    assert_eq!(draw(), draw());
}

#[toque::test]
async fn a_test_runs_on_a_runtime_of_its_own() {
    let order = Rc::new("soup");
    assert_eq!(*toque::spawn(async move { order }).await.unwrap(), "soup");
}

#[toque::test(flavor = "current_thread")]
async fn a_test_may_return_a_result() -> Result<(), toque::JoinError> {
    toque::spawn(yield_now()).await?;
    Ok(())
}

#[toque::test(start_paused = true)]
async fn the_clock_may_stand_still_from_the_start() {
    let dawn = Instant::now();
    sleep(Duration::from_secs(86_400)).await;
    assert_eq!(dawn.elapsed(), Duration::from_secs(86_400));
}

#[toque::test(start_paused = false)]
async fn the_clock_may_be_told_to_run() {
    let start = Instant::now();
    while start.elapsed() == Duration::ZERO {}
}

#[toque::test]
#[should_panic(expected = "on purpose")]
async fn should_panic_may_stand_below() {
    panic!("on purpose");
}

#[should_panic = "on purpose"]
#[toque::test]
async fn should_panic_may_stand_above() {
    panic!("on purpose");
}

#[toque::test]
#[ignore = "to see that it is"]
async fn ignore_may_stand_below() {
    panic!("not ignored");
}

#[cfg(test)]
#[toque::test]
#[rustfmt::skip] // one line, whose braces are no unused ones
async fn a_test_in_one_line() { is_a_future(&yield_now()) }

fn is_a_future(_: &impl Future) {}

/// It would hang without.
#[toque::test(panic_when_stuck = 0)]
#[should_panic(expected = "waits for Notify::notified at tests/macros_attributes.rs")]
async fn a_test_that_nothing_will_wake_fails() {
    toque::sync::Notify::new().notified().await;
}
