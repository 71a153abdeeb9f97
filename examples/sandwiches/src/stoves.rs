//! The stoves: a task for each order that is being cooked, and never two for one order.
//!
//! Filled by the kitchen, which may be given an order again whose cook is still at work: the wall clock has jumped, or the store
//! was away for longer than a lease, so the lease is over for all that the store knows.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use toque::task::JoinSet;
use tracing::warn;
use uuid::Uuid;

/// Orders that are cooked at a time; the rest wait in the store.
const STOVES: usize = 256;

#[derive(Default)]
pub(crate) struct Stoves {
    cooks: JoinSet<()>,
    /// The orders they have.
    orders: Rc<RefCell<HashSet<Uuid>>>,
}

impl Stoves {
    /// How many are free.
    pub(crate) fn free(&mut self) -> usize {
        while self.cooks.try_join_next().is_some() {}
        STOVES - self.cooks.len()
    }

    /// Starts to cook the order, unless it is on a stove.
    pub(crate) fn put(&mut self, order: Uuid, cooking: impl Future<Output = ()> + 'static) {
        let Some(stove) = Stove::take(&self.orders, order) else {
            return;
        };
        let name = format!("order {order}"); // by which dumps and the kitchen page tell it
        let cook = self.cooks.build_task().name(&name).spawn(async move {
            let _stove = stove;
            cooking.await;
        });
        if let Err(error) = cook {
            warn!(%order, "left for later: {error}");
        }
    }

    /// Waits until one more is free, if any is in use.
    pub(crate) async fn one_done(&mut self) {
        self.cooks.join_next().await;
    }

    /// Waits until all are free.
    pub(crate) async fn all_done(&mut self) {
        while self.cooks.join_next().await.is_some() {}
    }
}

/// The place of one order, free again when its cook is done or has panicked.
struct Stove {
    order: Uuid,
    orders: Rc<RefCell<HashSet<Uuid>>>,
}

impl Stove {
    /// `None` if the order has one.
    fn take(orders: &Rc<RefCell<HashSet<Uuid>>>, order: Uuid) -> Option<Stove> {
        orders.borrow_mut().insert(order).then(|| Stove {
            order,
            orders: Rc::clone(orders),
        })
    }
}

impl Drop for Stove {
    fn drop(&mut self) {
        self.orders.borrow_mut().remove(&self.order);
    }
}
