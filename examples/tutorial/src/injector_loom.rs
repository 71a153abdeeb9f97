//! The model of the injector's handshake: every interleaving of an owner and a sender.

use super::injector::Injector;
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

// ANCHOR: model
/// A bell that remembers: rung before the sleep, it ends the sleep at once.
struct Bell {
    rung: Mutex<bool>,
    sleeper: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap() = true;
        self.sleeper.notify_one();
    }

    fn sleep(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !*rung {
            rung = self.sleeper.wait(rung).unwrap();
        }
        *rung = false;
    }
}

fn receive(injector: &Injector<u32>, bell: &Bell) -> u32 {
    loop {
        if let Some(item) = injector.take().pop() {
            return item;
        }
        if injector.park() {
            bell.sleep();
            injector.unpark();
        }
    }
}

/// No ring is lost. An owner who sleeps while an item waits, with nobody left to ring, is
/// a deadlock, which loom reports. Mutants that fail it: `look_before_set`,
/// `look_before_push`.
#[test]
fn an_item_wakes_an_owner_about_to_sleep() {
    loom::model(|| {
        let bell = Bell {
            rung: Mutex::new(false),
            sleeper: Condvar::new(),
        };
        let shared = Arc::new((Injector::default(), bell));
        let sender = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                if shared.0.push(7) {
                    shared.1.ring();
                }
            })
        };
        assert_eq!(receive(&shared.0, &shared.1), 7);
        sender.join().unwrap();
    });
}
// ANCHOR_END: model
