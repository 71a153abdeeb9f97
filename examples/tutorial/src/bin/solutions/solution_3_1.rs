//! A destructor that comes back to the table: dropped under the borrow, and after it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;

// ANCHOR: main
type Task = Pin<Box<dyn Future<Output = ()>>>;
type Tasks = RefCell<HashMap<u64, Task>>;

/// When it is dropped, another task goes too.
struct AbortsAnother(Rc<Tasks>);

impl Drop for AbortsAnother {
    fn drop(&mut self) {
        let other = self.0.borrow_mut().remove(&2);
        println!("  the other is gone too: {}", other.is_some());
    }
}

fn two_tasks() -> Rc<Tasks> {
    let tasks = Rc::new(Tasks::default());
    let guard = AbortsAnother(Rc::clone(&tasks));
    let first = async move {
        let _guard = guard;
        pending().await
    };
    tasks.borrow_mut().insert(1, Box::pin(first));
    tasks.borrow_mut().insert(2, Box::pin(pending()));
    tasks
}

fn cancel_under_the_borrow(tasks: &Tasks) {
    drop(tasks.borrow_mut().remove(&1)); // the borrow lasts until the end of the line
}

fn cancel_after_it(tasks: &Tasks) {
    let task = tasks.borrow_mut().remove(&1);
    drop(task);
}

fn survives(cancel: fn(&Tasks)) -> bool {
    let tasks = two_tasks();
    catch_unwind(AssertUnwindSafe(|| cancel(&tasks))).is_ok()
}

pub(crate) fn main() -> io::Result<()> {
    println!("after the borrow:");
    println!("  it is well: {}", survives(cancel_after_it));
    println!("under the borrow:");
    println!("  it is well: {}", survives(cancel_under_the_borrow));
    Ok(())
}
// ANCHOR_END: main
