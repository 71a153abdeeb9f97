//! What the ends of a watch channel share: the value, its version, and who waits for the next one.
//! The value has a lock of its own, which borrowers hold; it is always taken before the lock of the state.

use super::borrowed::Ref;
use super::error::RecvError;
use crate::shim::sync::{Mutex, RwLock};
use crate::sync::wait_list::WaitList;
use crate::waker::WakeList;

pub(super) struct Shared<T> {
    /// The latest value. Its lock is held while the user looks at it or changes it.
    value: RwLock<T>,
    /// All the rest. Its lock is held for a few instructions.
    pub(super) state: Mutex<State>,
}

pub(super) struct State {
    /// Counts the changes. It only moves under the value's write lock, so a reader's version is that of its value.
    version: u64,
    /// At zero, the value will not change any more.
    pub(super) senders: usize,
    /// At zero, nobody looks.
    pub(super) receivers: usize,
    /// Receivers that wait for the next version.
    pub(super) changed: WaitList<()>,
    /// Senders that wait until there is no receiver.
    pub(super) closed: WaitList<()>,
}

impl State {
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// What a receiver that has seen version `seen` waits for: another one, which it has then seen, or the end.
    pub(super) fn news(&self, seen: &mut u64) -> Option<Result<(), RecvError>> {
        if self.version != *seen {
            *seen = self.version;
            return Some(Ok(()));
        }
        (self.senders == 0).then_some(Err(RecvError(())))
    }
}

impl<T> Shared<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            value: RwLock::new(value),
            state: Mutex::new(State {
                version: 0,
                senders: 1,
                receivers: 0,
                changed: WaitList::new(),
                closed: WaitList::new(),
            }),
        }
    }

    /// The value and its version.
    pub(super) fn read(&self, seen: impl FnOnce(u64) -> bool) -> Ref<'_, T> {
        let value = self.value.read();
        // under the value's lock, or the version may be that of the next value
        let has_changed = seen(self.state.lock().version);
        Ref::new(value, has_changed)
    }

    /// Changes the value, and tells the receivers if `modify` says so. If it panics, they are not told.
    pub(super) fn write(&self, modify: impl FnOnce(&mut T) -> bool) -> bool {
        let mut value = self.value.write();
        if !modify(&mut value) {
            return false;
        }
        let mut wakers = WakeList::new();
        self.next_version(&mut wakers);
        drop(value);
        wakers.wake_all();
        true
    }

    fn next_version(&self, wakers: &mut WakeList) {
        let mut state = self.state.lock();
        state.version = state.version.wrapping_add(1);
        state.changed.serve_all(wakers);
    }

    /// Changes the state under its lock, and wakes after it.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State, &mut WakeList) -> R) -> R {
        let mut wakers = WakeList::new();
        let result = change(&mut self.state.lock(), &mut wakers);
        wakers.wake_all();
        result
    }
}
