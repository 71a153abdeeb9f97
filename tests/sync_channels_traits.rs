//! The auto traits of the channels: as tokio's, type by type.

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use toque::sync::{broadcast, mpsc, oneshot, watch};

/// Neither `Send` nor `Sync`.
type Neither = Rc<u8>;
/// `Send`, and not `Sync`.
type SendOnly = Cell<u8>;
/// Both.
type Both = u8;

/// Says whether a type has a trait: the inherent constant, where its bound allows it, comes before that of `No`.
macro_rules! has {
    ($type:ty, $trait:ident) => {{
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code)] // where the type has the trait
        trait No {
            const ANSWER: bool = false;
        }
        impl<T> No for Probe<T> {}
        #[allow(dead_code)] // where it has not
        impl<T: $trait> Probe<T> {
            const ANSWER: bool = true;
        }
        Probe::<$type>::ANSWER
    }};
}

macro_rules! table {
    ($($type:ty: $send:literal $sync:literal;)+) => {
        $(
            let found = (has!($type, Send), has!($type, Sync), has!($type, Unpin));
            assert_eq!(found, ($send, $sync, true), "{}", stringify!($type));
        )+
    };
}

#[test]
fn ends_are_send_and_sync_as_their_values_are_send() {
    table! {
        oneshot::Sender<Neither>: false false;
        oneshot::Sender<SendOnly>: true true;
        oneshot::Sender<Both>: true true;
        oneshot::Receiver<Neither>: false false;
        oneshot::Receiver<SendOnly>: true true;
        oneshot::Receiver<Both>: true true;
        mpsc::Sender<Neither>: false false;
        mpsc::Sender<SendOnly>: true true;
        mpsc::Sender<Both>: true true;
        mpsc::WeakSender<Neither>: false false;
        mpsc::WeakSender<SendOnly>: true true;
        mpsc::WeakSender<Both>: true true;
        mpsc::Receiver<Neither>: false false;
        mpsc::Receiver<SendOnly>: true true;
        mpsc::Receiver<Both>: true true;
        mpsc::UnboundedSender<Neither>: false false;
        mpsc::UnboundedSender<SendOnly>: true true;
        mpsc::UnboundedSender<Both>: true true;
        mpsc::WeakUnboundedSender<Neither>: false false;
        mpsc::WeakUnboundedSender<SendOnly>: true true;
        mpsc::WeakUnboundedSender<Both>: true true;
        mpsc::UnboundedReceiver<Neither>: false false;
        mpsc::UnboundedReceiver<SendOnly>: true true;
        mpsc::UnboundedReceiver<Both>: true true;
        mpsc::Permit<'static, Neither>: false false;
        mpsc::Permit<'static, SendOnly>: true true;
        mpsc::Permit<'static, Both>: true true;
        mpsc::PermitIterator<'static, Neither>: false false;
        mpsc::PermitIterator<'static, SendOnly>: true true;
        mpsc::PermitIterator<'static, Both>: true true;
        mpsc::OwnedPermit<Neither>: false false;
        mpsc::OwnedPermit<SendOnly>: true true;
        mpsc::OwnedPermit<Both>: true true;
        broadcast::Sender<Neither>: false false;
        broadcast::Sender<SendOnly>: true true;
        broadcast::Sender<Both>: true true;
        broadcast::WeakSender<Neither>: false false;
        broadcast::WeakSender<SendOnly>: true true;
        broadcast::WeakSender<Both>: true true;
        broadcast::Receiver<Neither>: false false;
        broadcast::Receiver<SendOnly>: true true;
        broadcast::Receiver<Both>: true true;
    }
}

/// Borrowers look at the value on several threads at once, so it must be `Sync`.
#[test]
fn ends_of_watch_need_values_that_are_sync() {
    table! {
        watch::Sender<Neither>: false false;
        watch::Sender<SendOnly>: false false;
        watch::Sender<Both>: true true;
        watch::Receiver<Neither>: false false;
        watch::Receiver<SendOnly>: false false;
        watch::Receiver<Both>: true true;
        watch::Ref<'static, Neither>: false false;
        watch::Ref<'static, SendOnly>: false false;
        watch::Ref<'static, Both>: false true;
    }
}

#[test]
fn errors_are_as_their_values_are() {
    table! {
        mpsc::error::SendError<Neither>: false false;
        mpsc::error::SendError<SendOnly>: true false;
        mpsc::error::SendError<Both>: true true;
        mpsc::error::TrySendError<SendOnly>: true false;
        mpsc::error::SendTimeoutError<SendOnly>: true false;
        watch::error::SendError<SendOnly>: true false;
        broadcast::error::SendError<SendOnly>: true false;
        oneshot::error::RecvError: true true;
        oneshot::error::TryRecvError: true true;
        broadcast::error::RecvError: true true;
        mpsc::error::TryRecvError: true true;
    }
}

#[test]
fn mpsc_may_cross_a_caught_panic() {
    macro_rules! unwind_safe {
        ($($type:ty),+) => { $(
            assert!(has!($type, UnwindSafe) && has!($type, RefUnwindSafe), "{}", stringify!($type));
        )+ };
    }
    type Any = Cell<Rc<u8>>;
    unwind_safe!(
        mpsc::Sender<Any>,
        mpsc::Receiver<Any>,
        mpsc::WeakSender<Any>,
        mpsc::UnboundedSender<Any>,
        mpsc::UnboundedReceiver<Any>,
        mpsc::WeakUnboundedSender<Any>,
        mpsc::Permit<'static, Any>,
        mpsc::PermitIterator<'static, Any>,
        mpsc::OwnedPermit<Any>
    );
}

fn is_send<F: Send>(_: F) {}

fn is_send_and_sync<F: Send + Sync>(_: F) {}

/// Of values that are `Send` and not `Sync`. They are made, and not run.
#[test]
fn futures_are_send_as_their_values_are() {
    let (mut sender, _receiver) = oneshot::channel::<SendOnly>();
    is_send_and_sync(sender.closed());

    let (sender, mut receiver) = mpsc::channel::<SendOnly>(1);
    is_send(sender.send(Cell::new(1))); // it holds the value
    is_send_and_sync(sender.reserve());
    is_send_and_sync(sender.reserve_many(1));
    is_send_and_sync(sender.clone().reserve_owned());
    is_send_and_sync(sender.closed());
    is_send_and_sync(receiver.recv());

    let (sender, mut receiver) = mpsc::unbounded_channel::<SendOnly>();
    is_send_and_sync(sender.closed());
    is_send_and_sync(receiver.recv());

    let (sender, mut receiver) = broadcast::channel::<SendOnly>(1);
    is_send_and_sync(sender.closed());
    is_send_and_sync(receiver.recv());
}

#[test]
fn futures_of_values_that_are_both_are_both() {
    let (sender, _receiver) = mpsc::channel::<Both>(1);
    is_send_and_sync(sender.send(1));

    let (sender, mut receiver) = watch::channel::<Both>(1);
    is_send_and_sync(sender.closed());
    is_send_and_sync(receiver.changed());
}
