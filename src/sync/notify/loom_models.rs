//! Models of `Notify`: a notification finds somebody, or is found.

use super::Notify;
use crate::sync::loom_tools::{block_on, check, poll_once, spawn};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A notification that comes before, during or after the wait is received, with what was written before it.
/// Mutant that fails it: `sync_notify_stores_nothing` (one that finds nobody is forgotten).
#[test]
fn a_notification_is_received() {
    check(|| {
        let notify = Arc::new(Notify::new());
        let written = Arc::new(AtomicBool::new(false));
        let (same, shared) = (notify.clone(), written.clone());
        let notifier = spawn(move || {
            shared.store(true, Relaxed);
            same.notify_one();
        });
        block_on(notify.notified());
        assert!(written.load(Relaxed));
        notifier.join().unwrap();
    });
}

/// A future that is dropped while it is chosen passes the notification on to the next.
/// Mutant that fails it: `sync_notify_keeps_the_cancelled` (the notification goes with it).
#[test]
fn a_cancelled_waiter_passes_its_notification_on() {
    check(|| {
        let notify = Arc::new(Notify::new());
        let mut first = Box::pin(notify.notified());
        assert!(poll_once(first.as_mut()).is_pending());
        let same = notify.clone();
        let notifier = spawn(move || same.notify_one());
        let same = notify.clone();
        let next = spawn(move || block_on(same.notified()));
        drop(first);
        notifier.join().unwrap();
        next.join().unwrap();
    });
}

/// Two notifications wake two that wait.
/// Mutant that fails it: `sync_notify_serves_nobody` (stores the notification although there is one who waits).
#[test]
fn two_notifications_wake_two() {
    check(|| {
        let notify = Arc::new(Notify::new());
        let mut first = Box::pin(notify.notified());
        let mut second = Box::pin(notify.notified());
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(second.as_mut()).is_pending());
        let same = notify.clone();
        let notifier = spawn(move || same.notify_one());
        notify.notify_one();
        block_on(first);
        block_on(second);
        notifier.join().unwrap();
    });
}

/// `notify_waiters` reaches every future that exists by then, polled or not.
/// Mutant that fails it: `sync_notify_misses_the_unpolled` (a future looks at the queue only).
#[test]
fn everyone_who_exists_is_notified() {
    check(|| {
        let notify = Arc::new(Notify::new());
        let notified = notify.notified();
        let same = notify.clone();
        let notifier = spawn(move || same.notify_waiters());
        block_on(notified);
        notifier.join().unwrap();
    });
}
