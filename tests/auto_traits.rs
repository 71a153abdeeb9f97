//! Which public types are `Send`, `Sync` and `Unpin`, with tokio's answers beside.
//!
//! tokio's column was printed by the same macro over tokio 1.54.1 and tokio-util 0.7.20. Where the two differ, the reason stands
//! at the row.

use std::cell::Cell;
use std::future::Pending;
use std::marker::PhantomData;
use std::rc::Rc;

use toque::runtime::{self, EnterGuard, Handle, Runtime};
use toque::sync::{self, broadcast, mpsc, oneshot, watch};
use toque::task::{self, AbortHandle, AbortOnDropHandle, JoinError, JoinHandle, JoinSet};
use toque::time::{self, DelayQueue, Interval, Sleep, Timeout};
use toque::{fs, io, local, net};

/// Neither `Send` nor `Sync`.
type Neither = Rc<u8>;
/// `Send`, not `Sync`.
type SendOnly = Cell<u8>;
/// Both.
type Both = u8;

/// Whether a type has a trait, as a constant. An inherent constant is found before a trait's.
macro_rules! implements {
    ($type:ty: $trait:path) => {{
        struct Of<T: ?Sized>(#[allow(dead_code)] PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const ANSWER: bool = false;
        }
        impl<T: ?Sized> Otherwise for Of<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $trait> Of<T> {
            const ANSWER: bool = true;
        }
        <Of<$type>>::ANSWER
    }};
}

/// Rows of a type, what it is here, and what it is in tokio, as far as tokio has it: `S`end, s`Y`nc, `U`npin.
macro_rules! table {
    ($($type:ty => $ours:literal, $tokios:literal;)*) => {{
        let mut wrong = Vec::new();
        $(
            let letter = |letter, is| if is { letter } else { '-' };
            let found = String::from_iter([
                letter('S', implements!($type: Send)),
                letter('Y', implements!($type: Sync)),
                letter('U', implements!($type: Unpin)),
            ]);
            if found != $ours {
                wrong.push(format!("{} is {found}, not {}", stringify!($type), $ours));
            }
            assert!($tokios.is_empty() || $tokios.len() == 3);
        )*
        wrong
    }};
}

#[test]
fn the_checker_tells_the_traits_apart() {
    assert!(implements!(Both: Sync) && !implements!(SendOnly: Sync));
    assert!(implements!(SendOnly: Send) && !implements!(Neither: Send));
    assert!(!implements!(std::marker::PhantomPinned: Unpin));
    assert_eq!(table! { Both => "---", ""; }.len(), 1);
}

#[test]
fn every_public_type_is_what_the_table_says() {
    let wrong = table! {
        // A runtime stays on its thread, with its tasks, which need not be `Send`.
        Runtime => "--U", "SYU";
        runtime::Builder => "SYU", "SYU";
        Handle => "SYU", "SYU";
        // It must be dropped on the thread it was made on, and is used there.
        EnterGuard<'static> => "--U", "-YU";
        runtime::TryCurrentError => "SYU", "SYU";
        runtime::Report => "SYU", "";
        runtime::LeftTask => "SYU", "";
        runtime::UnhandledPanic => "SYU", "";
        runtime::TaskMeta<'static> => "SYU", "";
        runtime::RuntimeMetrics => "SYU", "SYU";
        runtime::Stall => "SYU", "";
        runtime::TaskInfo => "SYU", "";
        runtime::TaskState => "SYU", "";
        runtime::Wait => "SYU", "";
        runtime::Dump => "SYU", "";
        runtime::BlockedThread => "SYU", "";
        runtime::Frame => "SYU", "";
        JoinHandle<Both> => "SYU", "SYU";
        JoinHandle<SendOnly> => "SYU", "SYU";
        JoinHandle<Neither> => "-YU", "--U"; // a shared handle gives no access to the output
        AbortHandle => "SYU", "SYU";
        task::Id => "SYU", "SYU";
        task::Builder<'static> => "SYU", "SYU";
        JoinError => "SYU", "SYU";
        JoinSet<Both> => "SYU", "SYU";
        JoinSet<SendOnly> => "SYU", "SYU";
        JoinSet<Neither> => "--U", "--U";
        task::LocalKey<Both> => "SYU", "SYU";
        task::LocalKey<Neither> => "SYU", "SYU";
        task::InheritedKey<Neither> => "SYU", "";
        task::TaskLocalFuture<Both, Pending<Both>> => "SYU", "SY-";
        task::Unconstrained<Pending<Both>> => "SYU", "SYU";
        AbortOnDropHandle<Both> => "SYU", "SYU";
        AbortOnDropHandle<Neither> => "-YU", "--U"; // as `JoinHandle`
        task::TaskTracker => "SYU", "SYU";
        sync::CancellationToken => "SYU", "SYU";
        // Keys, not list nodes: they may be moved.
        Sleep => "SYU", "SY-";
        Timeout<Pending<Both>> => "SYU", "SY-";
        Timeout<Pending<Neither>> => "SYU", "SY-";
        Interval => "SYU", "SYU";
        time::Instant => "SYU", "SYU";
        time::Elapsed => "SYU", "SYU";
        DelayQueue<Both> => "SYU", "SYU";
        DelayQueue<Neither> => "--U", "--U";
        fs::File => "SYU", "SYU";
        fs::OpenOptions => "SYU", "SYU";
        fs::DirBuilder => "SYU", "SYU";
        fs::ReadDir => "SYU", "SYU";
        fs::DirEntry => "SYU", "SYU";
        sync::Barrier => "SYU", "SYU";
        sync::BarrierWaitResult => "SYU", "SYU";
        sync::Semaphore => "SYU", "SYU";
        sync::SemaphorePermit<'static> => "SYU", "SYU";
        sync::OwnedSemaphorePermit => "SYU", "SYU";
        sync::AcquireError => "SYU", "SYU";
        sync::TryAcquireError => "SYU", "SYU";
        sync::Mutex<Both> => "SYU", "SYU";
        sync::Mutex<SendOnly> => "SYU", "SYU";
        sync::Mutex<Neither> => "--U", "--U";
        sync::MutexGuard<'static, Both> => "SYU", "SYU";
        sync::MutexGuard<'static, SendOnly> => "S-U", "S-U";
        sync::MutexGuard<'static, Neither> => "--U", "--U";
        sync::MappedMutexGuard<'static, Both> => "SYU", "SYU";
        sync::MappedMutexGuard<'static, SendOnly> => "S-U", "S-U";
        sync::OwnedMutexGuard<Both> => "SYU", "SYU";
        sync::OwnedMutexGuard<SendOnly> => "S-U", "S-U";
        sync::OwnedMutexGuard<Neither> => "--U", "--U";
        sync::RwLock<Both> => "SYU", "SYU";
        sync::RwLock<SendOnly> => "S-U", "S-U";
        sync::RwLock<Neither> => "--U", "--U";
        sync::RwLockReadGuard<'static, Both> => "SYU", "SYU";
        sync::RwLockReadGuard<'static, SendOnly> => "--U", "--U";
        sync::RwLockWriteGuard<'static, Both> => "SYU", "SYU";
        sync::RwLockWriteGuard<'static, SendOnly> => "--U", "--U";
        sync::OwnedRwLockReadGuard<Both> => "SYU", "SYU";
        sync::OwnedRwLockReadGuard<SendOnly> => "--U", "--U";
        // Of a part that is less than its whole: `Lent` alone says so.
        sync::OwnedRwLockReadGuard<Both, SendOnly> => "--U", "";
        sync::OwnedMappedMutexGuard<Both, SendOnly> => "S-U", "";
        sync::OwnedMappedMutexGuard<Both, Neither> => "--U", "";
        sync::OwnedRwLockWriteGuard<Both> => "SYU", "SYU";
        sync::OwnedRwLockWriteGuard<SendOnly> => "--U", "--U";
        sync::RwLockMappedWriteGuard<'static, Both> => "SYU", "SYU";
        sync::Notify => "SYU", "SYU";
        sync::OnceCell<Both> => "SYU", "SYU";
        sync::OnceCell<SendOnly> => "S-U", "S-U";
        sync::OnceCell<Neither> => "--U", "--U";
        sync::SetOnce<Both> => "SYU", "SYU";
        sync::SetOnce<SendOnly> => "S-U", "S-U";
        sync::SetOnce<Neither> => "--U", "--U";
        oneshot::Sender<Both> => "SYU", "SYU";
        oneshot::Sender<SendOnly> => "SYU", "SYU";
        oneshot::Sender<Neither> => "--U", "--U";
        oneshot::Receiver<Both> => "SYU", "SYU";
        oneshot::Receiver<SendOnly> => "SYU", "SYU";
        oneshot::Receiver<Neither> => "--U", "--U";
        mpsc::Sender<Both> => "SYU", "SYU";
        mpsc::Sender<SendOnly> => "SYU", "SYU";
        mpsc::Sender<Neither> => "--U", "--U";
        mpsc::Receiver<SendOnly> => "SYU", "SYU";
        mpsc::Receiver<Neither> => "--U", "--U";
        mpsc::UnboundedSender<SendOnly> => "SYU", "SYU";
        mpsc::UnboundedReceiver<SendOnly> => "SYU", "SYU";
        mpsc::WeakSender<SendOnly> => "SYU", "SYU";
        mpsc::Permit<'static, SendOnly> => "SYU", "SYU";
        mpsc::Permit<'static, Neither> => "--U", "--U";
        mpsc::OwnedPermit<SendOnly> => "SYU", "SYU";
        watch::Sender<Both> => "SYU", "SYU";
        watch::Sender<SendOnly> => "--U", "--U";
        watch::Sender<Neither> => "--U", "--U";
        watch::Receiver<Both> => "SYU", "SYU";
        watch::Receiver<SendOnly> => "--U", "--U";
        watch::Ref<'static, Both> => "-YU", "-YU";
        watch::Ref<'static, SendOnly> => "--U", "--U";
        broadcast::Sender<Both> => "SYU", "SYU";
        broadcast::Sender<SendOnly> => "SYU", "SYU";
        broadcast::Sender<Neither> => "--U", "--U";
        broadcast::Receiver<SendOnly> => "SYU", "SYU";
        broadcast::Receiver<Neither> => "--U", "--U";
        // One thread's, whatever the values. What nobody shares yet may move, as a `RefCell` may.
        local::oneshot::Sender<Both> => "--U", "";
        local::oneshot::Receiver<Both> => "--U", "";
        local::mpsc::Sender<Both> => "--U", "";
        local::mpsc::Receiver<Both> => "--U", "";
        local::mpsc::WeakSender<Both> => "--U", "";
        local::mpsc::UnboundedSender<Both> => "--U", "";
        local::mpsc::UnboundedReceiver<Both> => "--U", "";
        local::mpsc::WeakUnboundedSender<Both> => "--U", "";
        local::mpsc::Permit<'static, Both> => "--U", "";
        local::mpsc::PermitIterator<'static, Both> => "--U", "";
        local::mpsc::OwnedPermit<Both> => "--U", "";
        local::Notify => "S-U", "";
        local::futures::Notified<'static> => "---", "";
        local::Semaphore => "S-U", "";
        local::SemaphorePermit<'static> => "--U", "";
        local::OwnedSemaphorePermit => "--U", "";
        local::Mutex<Both> => "S-U", "";
        local::Mutex<Neither> => "--U", "";
        local::MutexGuard<'static, Both> => "--U", "";
        local::MappedMutexGuard<'static, Both> => "--U", "";
        net::TcpListener => "SYU", "SYU";
        net::TcpStream => "SYU", "SYU";
        net::TcpSocket => "SYU", "SYU";
        net::UdpSocket => "SYU", "SYU";
        net::UnixListener => "SYU", "SYU";
        net::UnixStream => "SYU", "SYU";
        net::UnixDatagram => "SYU", "SYU";
        net::unix::pipe::Sender => "SYU", "SYU";
        net::unix::pipe::Receiver => "SYU", "SYU";
        net::ReadHalf<'static> => "SYU", "SYU";
        net::WriteHalf<'static> => "SYU", "SYU";
        net::OwnedReadHalf => "SYU", "SYU";
        net::OwnedWriteHalf => "SYU", "SYU";
        io::Async<std::net::TcpStream> => "SYU", "SYU";
        // They belong to a future that is polled on one thread.
        toque::Scope<'static, 'static, Both> => "--U", "";
        toque::ScopedJoinHandle<'static, Both> => "--U", "";
    };
    assert!(wrong.is_empty(), "{wrong:#?}");
}
