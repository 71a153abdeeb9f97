//! Tests of the home.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::Home;

/// Counts its drops.
struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn guarded() -> (Home<Guard>, Arc<AtomicUsize>) {
    let drops = Arc::new(AtomicUsize::new(0));
    (Home::new(Guard(drops.clone())), drops)
}

#[test]
fn at_home_a_value_is_used_and_dropped() {
    let (mut home, drops) = guarded();
    home.get();
    home.get_mut();
    drop(home);
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

#[test]
fn a_value_that_has_travelled_is_used_and_dropped_at_home() {
    let (home, drops) = guarded();
    let home = thread::spawn(move || home).join().unwrap();
    home.get();
    drop(home);
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

#[test]
fn it_may_be_dropped_with_the_locals_of_its_thread() {
    thread_local!(static KEPT: std::cell::RefCell<Option<Home<Guard>>> = const { std::cell::RefCell::new(None) });
    let drops = thread::spawn(|| {
        let (home, drops) = guarded();
        KEPT.with(|kept| *kept.borrow_mut() = Some(home));
        drops
    });
    assert_eq!(drops.join().unwrap().load(Ordering::SeqCst), 1);
}

#[test]
fn elsewhere_its_use_panics_with_the_remedy() {
    let (home, _) = guarded();
    thread::scope(|scope| {
        let used = scope.spawn(|| catch_unwind(AssertUnwindSafe(|| drop(home.get().0.clone()))));
        let panic = used.join().unwrap().unwrap_err();
        let text = panic.downcast_ref::<&str>().unwrap();
        assert!(text.contains("make its router on the thread whose runtime serves it"));
    });
}

#[test]
fn elsewhere_it_is_leaked_and_not_dropped() {
    let (home, drops) = guarded();
    thread::spawn(move || drop(home)).join().unwrap();
    assert_eq!(drops.load(Ordering::SeqCst), 0);
    assert_eq!(Arc::strong_count(&drops), 2, "it is still there");
}
