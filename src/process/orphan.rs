//! Orphans: children whose `Child` was dropped before their end, and that are still to be reaped.
//!
//! A task of their runtime waits for each. Those that outlive it are in a list of the process, and the next spawn on any
//! runtime takes them over.

use std::future::poll_fn;
use std::mem;
use std::process::Child;

use super::exit::{Telling, is_gone};
use super::running::Running;
use crate::executor::task::Origin;
use crate::runtime::Handle;
use crate::shim::sync::Mutex;

/// Children without a runtime.
static LEFT: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// Leaves a child to the next spawn.
fn leave(child: Child) {
    LEFT.lock().push(child);
}

/// Kills a child that can't be watched.
pub(super) fn give_up(mut child: Child) {
    let _ = child.kill(); // another user's by now, perhaps: then it can't be
    leave(child);
}

/// Has a runtime wait for a child that nobody else waits for.
pub(super) fn see_off(mut running: Running, home: &Handle) {
    let Ok(None) = running.try_wait() else {
        return; // reaped, by us or by something else
    };
    let name = format!("the end of child {}", running.id());
    drop(home.spawn_as(Origin::named(Some(name)), reap(Orphan(Some(running)))));
}

/// Has a runtime, which is the current one, wait for those that were left.
pub(super) fn take_over(home: &Handle) {
    let left = mem::take(&mut *LEFT.lock());
    for child in left {
        match Running::new(child, Telling::Best) {
            Ok(running) => see_off(running, home),
            Err((_, error)) if is_gone(&error) => {}
            Err((child, _)) => leave(child), // no more descriptors: another time
        }
    }
}

async fn reap(mut orphan: Orphan) {
    let mut reaped = false;
    if let Some(running) = &mut orphan.0 {
        reaped = poll_fn(|cx| running.poll_wait(cx)).await.is_ok();
    }
    if reaped {
        orphan.0 = None;
    }
}

/// Dropped before the child is reaped, as at the end of the runtime, it is left to the next.
struct Orphan(Option<Running>);

impl Drop for Orphan {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            leave(running.into_child());
        }
    }
}
