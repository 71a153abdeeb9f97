//! Without locking, the value of a lock is for who has the lock alone.

use toque::sync::{Mutex, RwLock};

fn main() {
    let mut till = Mutex::new(1);
    let guard = till.try_lock();
    *till.get_mut() += 1;
    drop(guard);

    let mut menu = RwLock::new(1);
    let guard = menu.try_read();
    *menu.get_mut() += 1;
    drop(guard);
}
