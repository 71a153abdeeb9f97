//! The attributes of [toque](https://docs.rs/toque): `#[toque::main]` and `#[toque::test]`.
//!
//! Used through toque, with its feature `macros`. Written without `syn` and `quote`, since little is to be parsed: the signature of
//! one function, and a few settings.
//!
//! An attribute keeps the body as it is, within an `async` block, so that the compiler's messages are those of an `async fn`, at
//! the author's own lines:
//!
//! ```text
//! async fn f() -> T { … }   ⇒   fn f() -> T { run(&mut Builder::new_current_thread(), async { … }) }
//! ```

mod error;
mod expand;
mod function;
mod settings;
mod tokens;

use proc_macro::TokenStream;

use expand::Attribute;

/// Makes an `async fn` a plain one that runs its body on a runtime of its own: `main`, above all.
///
/// # Settings
/// - `start_paused = true`: the clock stands still, and jumps to the next timer when no task is ready.
/// - `panic_when_stuck = 5`: `Builder::panic_when_stuck`, with that many seconds.
/// - `rng_seed = 7`: the seed of `Builder::rng_seed`.
/// - `crate = "path"`: where toque is, if it has another name.
/// - `flavor = "current_thread"` or `"local"`: what it is anyway. For those who come from tokio.
///
/// # Panics
/// The function panics if its body does; if the operating system refuses what a runtime needs; and inside of a runtime, since a
/// task must not block the others.
///
/// # Example
/// ```
/// #[toque::main]
/// async fn main() -> std::io::Result<()> {
///     let task = toque::spawn(async { "lunch time" });
///     println!("{}", task.await?);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn main(settings: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attribute::Main, settings, item)
}

/// Makes an `async fn` a test that runs on a runtime of its own.
///
/// It takes the settings of [`macro@main`]. The function has no arguments and no generics, and returns whatever a `#[test]` may:
/// nothing, or a `Result`. Attributes such as `#[ignore]` and `#[should_panic]` can stand above and below; those that make
/// several tests of one, as `#[rstest]`, above.
///
/// # Panics
/// The test panics, and so fails, as the function of [`macro@main`] does.
///
/// # Example
/// ```no_run
/// use toque::time::{Duration, Instant, sleep};
///
/// #[toque::test(start_paused = true)]
/// async fn a_day_passes_at_once() {
///     let dawn = Instant::now();
///     sleep(Duration::from_secs(86_400)).await;
///     assert_eq!(dawn.elapsed(), Duration::from_secs(86_400));
/// }
/// ```
#[proc_macro_attribute]
pub fn test(settings: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attribute::Test, settings, item)
}
