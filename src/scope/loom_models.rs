//! Models of the scope's wakes: a child's waker is called on another thread while the scope is polled.

use super::*;
use loom::future::block_on;
use loom::sync::{Arc, Mutex as LoomMutex};
use loom::thread;

/// What a child waits for: whether it is there, and whom to wake.
#[derive(Clone, Default)]
struct Event(Arc<LoomMutex<(bool, Option<std::task::Waker>)>>);

impl Event {
    fn happen(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        let waiter = state.1.take();
        drop(state);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    async fn wait(&self) {
        poll_fn(|cx| {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// A child that is woken while the scope is polled, or about to wait, is polled again.
/// Mutants that fail it: `scope_answers_after_the_poll` (a ring during a child's poll is forgotten), `scope_rings_in_silence` (the child is
/// listed, and nobody told), `scope_notes_its_parent_last` (a ring before that finds nobody to tell).
#[test]
fn a_child_woken_from_elsewhere_is_polled_again() {
    check(|| {
        let events = [Event::default(), Event::default()];
        let theirs = events.clone();
        let other = thread::spawn(move || theirs.iter().for_each(Event::happen));
        block_on(scope(async |s| {
            for event in &events {
                s.spawn(event.wait());
            }
        }));
        other.join().unwrap();
    });
}

/// A child's waker that is called after the scope's end, or while it ends, touches nothing of it, and is freed with its bell.
/// Mutants that fail it: `scope_end_keeps_its_parent` (the scope's own waker stays with the children's), `waker_drop_keeps_its_count`.
#[test]
fn a_childs_waker_outlives_the_scope() {
    check(|| {
        let event = Event::default();
        let theirs = event.clone();
        let parent = std::sync::Arc::new(Parent);
        let waker = std::task::Waker::from(parent.clone());
        let mut scope = Box::pin(scope(async |s| {
            s.spawn(event.wait());
        }));
        // Twice: in the first poll the new child rings for its parent, in the second nobody does.
        for _ in 0..2 {
            let polled = scope.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
        }
        let other = thread::spawn(move || theirs.0.lock().unwrap().1.take());
        drop(scope);
        let kept = other.join().unwrap();
        drop(waker);
        assert_eq!(
            std::sync::Arc::strong_count(&parent),
            1,
            "the parent's waker is gone"
        );
        kept.unwrap().wake();
    });
}

/// Who polls the scope by hand.
struct Parent;

impl std::task::Wake for Parent {
    fn wake(self: std::sync::Arc<Self>) {}
}
