//! What is printed of the locks and channels: each by its name, whoever holds it and waits for it. And what their errors say,
//! which is what tokio's say.

mod by_hand;

use std::error::Error;
use std::fmt::Debug;

use by_hand::{ByHand, now};
use toque::sync::{
    Barrier, CancellationToken, Notify, OnceCell, RwLock, Semaphore, SetError, SetOnce,
    SetOnceError, TryAcquireError, broadcast, mpsc, oneshot, watch,
};

#[track_caller]
fn prints_as(name: &str, value: &dyn Debug) {
    let printed = format!("{value:?}");
    assert!(printed.starts_with(name), "{printed:?} is no {name}");
}

#[track_caller]
fn says(text: &str, error: &dyn Error) {
    assert_eq!(error.to_string(), text);
}

#[test]
fn locks_print_by_name_while_they_are_waited_for() {
    let semaphore = Semaphore::new(0);
    let _first = ByHand::waiting(semaphore.acquire());
    prints_as("Semaphore { permits: 0, closed: false", &semaphore);
    let notify = Notify::new();
    let _second = ByHand::waiting(notify.notified());
    prints_as("Notify", &notify);
    let barrier = Barrier::new(2);
    let _third = ByHand::waiting(barrier.wait());
    prints_as("Barrier { size: 2, arrived: 1", &barrier);
    let lock = RwLock::new(1);
    prints_as("RwLock { data: 1", &lock);
    let _writer = now(lock.write());
    prints_as("RwLock { data: <locked>", &lock);
}

#[test]
fn cells_print_what_is_in_them() {
    prints_as("OnceCell { value: Some(1) }", &OnceCell::from(1));
    prints_as("SetOnce { value: None }", &SetOnce::<i32>::new());
}

#[test]
fn tokens_print_by_name_and_so_do_those_who_wait_for_them() {
    let token = CancellationToken::new();
    prints_as("CancellationToken { is_cancelled: false", &token);
    prints_as("WaitForCancellationFuture {", &token.cancelled());
    prints_as(
        "WaitForCancellationFutureOwned {",
        &token.clone().cancelled_owned(),
    );
}

/// A macro, since the ends of `local` are other types.
macro_rules! ends_print_by_name {
    ($($test:ident of $family:ident)+) => { $(
        #[test]
        fn $test() {
            use toque::$family::{mpsc, oneshot};

            let (sender, receiver) = mpsc::channel::<i32>(4);
            prints_as("Sender { capacity: 4, is_closed: false", &sender);
            prints_as("WeakSender", &sender.downgrade());
            prints_as("Permit {", &sender.try_reserve().unwrap());
            prints_as("PermitIterator { left: 2", &sender.try_reserve_many(2).unwrap());
            prints_as("OwnedPermit", &sender.clone().try_reserve_owned().unwrap());
            prints_as("Receiver { len: 0, is_closed: false", &receiver);

            let (sender, receiver) = mpsc::unbounded_channel::<i32>();
            prints_as("UnboundedSender { is_closed: false", &sender);
            prints_as("WeakUnboundedSender", &sender.downgrade());
            prints_as("UnboundedReceiver { len: 0, is_closed: false", &receiver);

            let (sender, receiver) = oneshot::channel::<i32>();
            prints_as("Sender", &sender);
            prints_as("Receiver", &receiver);

            prints_as("Semaphore { permits: 1", &toque::$family::Semaphore::new(1));
            prints_as("Notify", &toque::$family::Notify::new());
        }
    )+ };
}

ends_print_by_name! {
    what_is_shared_by_threads_prints_by_name of sync
    what_stays_on_one_thread_prints_by_name of local
}

#[test]
fn ends_that_have_no_local_twin_print_by_name() {
    let (sender, receiver) = broadcast::channel::<i32>(4);
    prints_as("Sender { receiver_count: 1", &sender);
    prints_as("WeakSender", &sender.downgrade());
    prints_as("Receiver { len: 0", &receiver);
    let (sender, receiver) = watch::channel(1);
    prints_as("Sender { receiver_count: 1", &sender);
    prints_as("Receiver { seen: ", &receiver);
}

#[test]
fn errors_print_by_name_whatever_they_hold() {
    struct Mute;
    prints_as("SendError", &mpsc::error::SendError(Mute));
    prints_as("Full(..)", &mpsc::error::TrySendError::Full(Mute));
    prints_as("Closed(..)", &mpsc::error::TrySendError::Closed(Mute));
    prints_as("Timeout(..)", &mpsc::error::SendTimeoutError::Timeout(Mute));
    prints_as("Closed(..)", &mpsc::error::SendTimeoutError::Closed(Mute));
    prints_as("SendError", &watch::error::SendError(Mute));
}

#[test]
fn errors_of_locks_say_what_tokios_say() {
    let semaphore = Semaphore::new(0);
    says(
        "no permits available",
        &semaphore.try_acquire().unwrap_err(),
    );
    semaphore.close();
    says("semaphore closed", &now(semaphore.acquire()).unwrap_err());
    says("semaphore closed", &TryAcquireError::Closed);
    let lock = RwLock::new(1);
    let _writer = now(lock.write());
    says("operation would block", &lock.try_read().unwrap_err());
    says(
        "AlreadyInitializedError",
        &SetError::AlreadyInitializedError(1),
    );
    says("InitializingError", &SetError::InitializingError(1));
    says("SetOnceError", &SetOnceError(1));
}

#[test]
fn errors_of_channels_say_what_tokios_say() {
    use mpsc::error::{SendTimeoutError, TrySendError};

    says("channel closed", &mpsc::error::SendError(1));
    says("no available capacity", &TrySendError::Full(1));
    says("channel closed", &TrySendError::Closed(1));
    says(
        "timed out waiting on send operation",
        &SendTimeoutError::Timeout(1),
    );
    says("channel closed", &SendTimeoutError::Closed(1));
    says(
        "receiving on an empty channel",
        &mpsc::error::TryRecvError::Empty,
    );
    says(
        "receiving on a closed channel",
        &mpsc::error::TryRecvError::Disconnected,
    );

    let (sender, mut receiver) = oneshot::channel::<i32>();
    says("channel empty", &receiver.try_recv().unwrap_err());
    drop(sender);
    says("channel closed", &receiver.try_recv().unwrap_err());
    let (_, receiver) = oneshot::channel::<i32>();
    says("channel closed", &now(receiver).unwrap_err());

    says("channel closed", &watch::error::SendError(1));
    let (sender, mut receiver) = watch::channel(1);
    drop(sender);
    says("channel closed", &now(receiver.changed()).unwrap_err());
}

#[test]
fn errors_of_broadcast_say_how_much_was_lost() {
    use broadcast::error::{RecvError, TryRecvError};

    says("channel closed", &broadcast::error::SendError(1));
    says("channel closed", &RecvError::Closed);
    says("channel lagged by 3", &RecvError::Lagged(3));
    says("channel empty", &TryRecvError::Empty);
    says("channel closed", &TryRecvError::Closed);
    says("channel lagged by 3", &TryRecvError::Lagged(3));
}
