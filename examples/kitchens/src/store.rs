//! The store: a few sandwiches, in a database that takes its time. Asked by the handlers.
//!
//! The database stands for another machine, which works for itself while its client waits. So the wait is all that it costs here, and
//! there are two ways to wait. A waiter sleeps on his thread. The chef awaits `toque::time::sleep`: he needs no `spawn_blocking`, as he
//! would for a library that blocks, and no thread of a pool.
//!
//! The table is read-only, in the program's own pages. So it is the same in all models without a lock, and a child of `fork` shares the
//! parent's copy: what is measured is the model, not the store.

use std::thread;
use std::time::Duration;

use crate::steps::Order;

pub(crate) struct Sandwich {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) filling: &'static str,
}

const SANDWICHES: [Sandwich; 3] = [
    Sandwich {
        id: "1",
        name: "BLT",
        filling: "bacon, lettuce, tomato",
    },
    Sandwich {
        id: "2",
        name: "cheese",
        filling: "gruyere, pickle",
    },
    Sandwich {
        id: "3",
        name: "egg",
        filling: "egg, cress",
    },
];

/// Who waits for the database.
#[derive(Clone, Copy)]
pub(crate) enum Waits {
    /// The thread, and whatever it could do meanwhile. A look-up's future is then ready at its first poll.
    OnTheThread,
    /// A timer in the reactor. The thread goes on.
    InTheReactor,
}

pub(crate) struct Store {
    /// How long the database takes for an answer.
    slow: Duration,
    waits: Waits,
}

impl Store {
    pub(crate) fn new(slow: Duration, waits: Waits) -> Store {
        Store { slow, waits }
    }

    pub(crate) async fn all(&self, order: Order) -> &'static [Sandwich] {
        self.look_up(order).await;
        &SANDWICHES
    }

    pub(crate) async fn find(&self, id: &str, order: Order) -> Option<&'static Sandwich> {
        self.look_up(order).await;
        SANDWICHES.iter().find(|sandwich| sandwich.id == id)
    }

    async fn look_up(&self, order: Order) {
        match self.waits {
            Waits::OnTheThread => self.stand_still(order),
            Waits::InTheReactor => self.be_called(order).await,
        }
    }

    fn stand_still(&self, order: Order) {
        order.step(3, "the look-up goes out to the database");
        order.step(4, "the waiter stands still, and serves nobody else");
        thread::sleep(self.slow);
        order.step(5, "the database has answered");
    }

    /// The database is a task, so that its end goes through the event queue as any other, and can be told apart from step 6.
    async fn be_called(&self, order: Order) {
        order.step(3, "the look-up goes out to the event demultiplexer");
        let slow = self.slow;
        let database = toque::spawn(async move {
            toque::time::sleep(slow).await;
            order.step(5, "the look-up is done, and goes to the event queue");
        });
        order.step(4, "the chef serves others");
        database.await.expect("the database only sleeps");
    }
}
