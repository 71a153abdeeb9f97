//! The kitchen: claims orders and cooks them, a task an order, one step after the other.
//!
//! An order belongs to the cook that holds its lease. So of several services on one PostgreSQL exactly one cooks it, and
//! what a service leaves unfinished when it ends, in whatever way, is cooked on by another one: at once if it could give its
//! orders back, else when their leases are over.

use std::sync::Arc;
use std::time::Duration;

use toque::sync::{CancellationToken, Notify};
use toque::task;
use toque::time::{sleep, timeout};
use tracing::{info, warn};
use uuid::Uuid;

use crate::order::{Order, Step};
use crate::store::{Store, StoreError};
use crate::stoves::Stoves;

/// How long an order stays with a cook that says nothing.
const LEASE: Duration = Duration::from_secs(30);
/// How often a cook that is at work says so. Twice it may fail to.
const RENEWAL: Duration = Duration::from_secs(10);
/// How often the kitchen looks for orders that nobody has told it of: another instance's, whose lease is over.
const ROUND: Duration = Duration::from_secs(2);
/// How often keys that are too old are removed.
const SWEEP: Duration = Duration::from_secs(600);

/// Where orders are cooked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Kitchen {
    store: Arc<dyn Store>,
    /// Rung when an order is placed here, so that it need not wait for the next round.
    bell: Arc<Notify>,
    /// Cancelled when the service closes.
    closing: CancellationToken,
}

/// A cook, with an order.
#[derive(Debug, Clone)]
struct Cook {
    store: Arc<dyn Store>,
    /// New with each start, so that leases of the last one mean nothing.
    id: Uuid,
    /// How long each of the steps takes.
    pace: Duration,
    /// Cancelled when the order is to be given back.
    closing: CancellationToken,
}

impl Kitchen {
    pub(crate) fn new(store: Arc<dyn Store>, closing: CancellationToken) -> Kitchen {
        Kitchen {
            store,
            bell: Arc::default(),
            closing,
        }
    }

    /// An order has been placed.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Cooks whatever is ordered, each step in `pace`. When the service closes it gives unfinished orders back and ends;
    /// dropped, it keeps them from other kitchens until their leases are over.
    pub async fn work(self, pace: Duration) {
        let cook = Cook {
            store: Arc::clone(&self.store),
            id: Uuid::now_v7(),
            pace,
            closing: self.closing.clone(),
        };
        let sweep = sweep(Arc::clone(&self.store));
        if let Err(error) = task::Builder::new().name("sweep").spawn(sweep) {
            warn!("idempotency keys stay: {error}");
        }
        let mut stoves = Stoves::default();
        while !self.closing.is_cancelled() {
            let free = stoves.free();
            if let Err(error) = claim(&cook, free, &mut stoves).await {
                warn!("no orders can be read: {error}");
            }
            if stoves.free() == 0 {
                stoves.one_done().await;
            } else {
                let round = timeout(ROUND, self.bell.notified());
                let _ = self.closing.run_until_cancelled(round).await; // rung or not, it looks again
            }
        }
        stoves.all_done().await;
    }
}

/// Gives each order that is free a stove.
async fn claim(cook: &Cook, free: usize, stoves: &mut Stoves) -> Result<(), StoreError> {
    for order in cook.store.claim(cook.id, LEASE, free as u32).await? {
        stoves.put(order.id, cook.clone().cook(order));
    }
    Ok(())
}

impl Cook {
    async fn cook(self, order: Order) {
        let id = order.id;
        info!(order = %id, "cooking, from {}", order.step.word());
        match self.steps(order).await {
            Ok(()) => info!(order = %id, "lunch time"),
            // Cancelled by the guest, or taken over by another cook.
            Err(StoreError::Finished | StoreError::LeaseLost) => info!(order = %id, "put aside"),
            Err(error) => warn!(order = %id, "left for later: {error}"),
        }
    }

    /// Look for what is needed, put it together, serve: from where the last cook has left off.
    async fn steps(&self, order: Order) -> Result<(), StoreError> {
        let mut step = order.step;
        if step == Step::Placed {
            step = self.take(&order, Step::Searching).await?;
        }
        if step == Step::Searching {
            self.rest(&order).await?;
            self.take(&order, Step::Assembling).await?;
        }
        self.rest(&order).await?;
        self.take(&order, Step::Ready).await?;
        Ok(())
    }

    /// Takes the step. A store that does not answer for a while is waited for, as long as the lease may hold.
    async fn take(&self, order: &Order, step: Step) -> Result<Step, StoreError> {
        loop {
            let appended = self.store.append_event(order.id, Some(self.id), step);
            let retry_after = match appended.await {
                Ok(_) => return Ok(step),
                Err(StoreError::Unavailable { retry_after, .. }) => retry_after,
                Err(error) => return Err(error),
            };
            // It may have been committed, and the answer alone be lost.
            if self.look_after(retry_after, order).await? == step {
                return Ok(step);
            }
        }
    }

    /// How far the order is, once the store answers again.
    async fn look_after(&self, mut pause: Duration, order: &Order) -> Result<Step, StoreError> {
        loop {
            sleep(pause).await;
            match self.store.get_order(order.id).await {
                Ok(order) => return Ok(order.step),
                Err(StoreError::Unavailable { retry_after, .. }) => pause = retry_after,
                Err(error) => return Err(error),
            }
        }
    }

    /// The time of a step, with the lease renewed now and then.
    async fn rest(&self, order: &Order) -> Result<(), StoreError> {
        let mut left = self.pace;
        while left > RENEWAL {
            self.pause(order, RENEWAL).await?;
            left -= RENEWAL;
            self.renew(order).await?;
        }
        self.pause(order, left).await
    }

    /// Waits. If the service closes meanwhile, the order is given back: a lease of no time is over.
    async fn pause(&self, order: &Order, time: Duration) -> Result<(), StoreError> {
        let rested = self.closing.run_until_cancelled(sleep(time)).await;
        if rested.is_some() {
            return Ok(());
        }
        self.store.renew(order.id, self.id, Duration::ZERO).await?;
        Err(StoreError::LeaseLost)
    }

    async fn renew(&self, order: &Order) -> Result<(), StoreError> {
        match self.store.renew(order.id, self.id, LEASE).await {
            Err(StoreError::Unavailable { .. }) => Ok(()), // the next one may come through
            other => other,
        }
    }
}

/// Removes idempotency keys that are too old to count, for as long as the kitchen is there.
async fn sweep(store: Arc<dyn Store>) {
    loop {
        match store.sweep().await {
            Ok(removed) if removed > 0 => info!("{removed} idempotency keys removed"),
            Ok(_) => {}
            Err(error) => warn!("idempotency keys stay: {error}"),
        }
        sleep(SWEEP).await;
    }
}
