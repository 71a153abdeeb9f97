//! PostgreSQL: one server for many instances of the service.
//!
//! **One call, one statement.** Every call is a single SQL statement, and so a transaction by itself: what belongs
//! together is joined by `WITH`. A call that is dropped half-way leaves no transaction open, and a connection that comes
//! back to the pool is always ready for the next call. Compare-and-swap, claims and numbers rest on PostgreSQL's row
//! locks in its default isolation (read committed).
//!
//! **What an answer promises.** With [`Durability::Power`](super::Durability::Power) the server has synced its log
//! (`synchronous_commit=on`). With [`Durability::Process`](super::Durability::Process) it syncs a moment later: the end
//! of this service loses nothing, a crash of the server may take the last changes.
//!
//! **Time.** Leases and the age of keys are measured by the server's clock, so instances need not agree on theirs.
//!
//! **Connections.** A few for the calls (`pool.rs`) and one that listens for events (`listen.rs`). Each that breaks is
//! made anew when it is needed; there is no TLS, so keep the way to the server private.

mod connect;
mod fault;
mod keys;
mod listen;
mod migrations;
mod orders;
mod pool;
mod sandwiches;

use std::ffi::OsStr;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use toque::task::AbortOnDropHandle;
use uuid::Uuid;

use self::connect::Target;
use self::pool::Pool;
use super::bulletin::Bulletin;
use super::{
    Answer, Created, Feed, IdempotencyKey, Listing, OpenError, Options, Page, Precondition, Store,
    shown,
};
use crate::order::{Event, Order, Step};
use crate::sandwich::{Draft, Sandwich};

/// A store on a server.
pub struct PostgresStore {
    /// The URL without its password, for messages.
    place: String,
    /// All calls.
    pool: Pool,
    /// Fed by the task that listens.
    bulletin: Arc<Bulletin>,
    /// That task, until the store is closed.
    listener: Mutex<Option<AbortOnDropHandle<()>>>,
    /// How long idempotency keys are known.
    keys_live: Duration,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Connects to the server of this URL and brings the schema up to date.
    ///
    /// # Errors
    /// The URL is none, the server does not answer or does not let us in, or a newer version of this program has
    /// written the schema.
    ///
    /// # Panics
    /// Outside a toque runtime.
    pub async fn open(url: &str, options: &Options) -> Result<PostgresStore, OpenError> {
        let place = shown(OsStr::new(url));
        let unreachable = |source| OpenError::Unreachable {
            place: place.clone(),
            source,
        };
        let target = Target::new(url, options).map_err(unreachable)?;
        migrations::run(&target, &place).await?;
        let pool = Pool::new(target.clone(), options);
        // Before anybody can subscribe: what is committed from here on must be published.
        let newest = orders::newest(&pool)
            .await
            .map_err(|error| unreachable(error.into_cause()))?;
        let bulletin = Arc::new(Bulletin::new());
        let listener = toque::spawn(listen::listen(target, Arc::clone(&bulletin), newest));
        Ok(PostgresStore {
            place,
            pool,
            bulletin,
            listener: Mutex::new(Some(AbortOnDropHandle::new(listener))),
            keys_live: options.keys_live,
        })
    }

    /// Connections that a call could have now.
    pub fn free_connections(&self) -> usize {
        self.pool.free()
    }
}

/// What each call does is in `sandwiches.rs` and `orders.rs`.
impl Store for PostgresStore {
    fn create(&self, draft: Draft, key: Option<IdempotencyKey>) -> Answer<'_, Created<Sandwich>> {
        Box::pin(sandwiches::create(&self.pool, draft, key, self.keys_live))
    }

    fn get(&self, id: Uuid) -> Answer<'_, Sandwich> {
        Box::pin(sandwiches::get(&self.pool, id))
    }

    fn list(&self, listing: Listing) -> Answer<'_, Page> {
        Box::pin(sandwiches::list(&self.pool, listing))
    }

    fn replace(&self, id: Uuid, only: Precondition, draft: Draft) -> Answer<'_, Sandwich> {
        Box::pin(sandwiches::replace(&self.pool, id, only, draft))
    }

    fn delete(&self, id: Uuid, only: Precondition) -> Answer<'_, ()> {
        Box::pin(sandwiches::delete(&self.pool, id, only))
    }

    fn create_order(
        &self,
        sandwich: Uuid,
        key: Option<IdempotencyKey>,
    ) -> Answer<'_, Created<Order>> {
        Box::pin(orders::create(&self.pool, sandwich, key, self.keys_live))
    }

    fn get_order(&self, id: Uuid) -> Answer<'_, Order> {
        Box::pin(orders::get(&self.pool, id))
    }

    fn unfinished(&self, limit: u32) -> Answer<'_, Vec<Order>> {
        Box::pin(orders::unfinished(&self.pool, limit))
    }

    fn claim(&self, cook: Uuid, lease: Duration, limit: u32) -> Answer<'_, Vec<Order>> {
        Box::pin(orders::claim(&self.pool, cook, lease, limit))
    }

    fn renew(&self, order: Uuid, cook: Uuid, lease: Duration) -> Answer<'_, ()> {
        Box::pin(orders::renew(&self.pool, order, cook, lease))
    }

    fn append_event(&self, order: Uuid, cook: Option<Uuid>, step: Step) -> Answer<'_, Event> {
        Box::pin(orders::append(&self.pool, order, cook, step))
    }

    fn events_since(&self, order: Option<Uuid>, after: u64, limit: u32) -> Answer<'_, Vec<Event>> {
        Box::pin(orders::events(&self.pool, order, after, limit))
    }

    fn subscribe(&self) -> Feed {
        self.bulletin.subscribe()
    }

    fn sweep(&self) -> Answer<'_, u64> {
        Box::pin(keys::sweep(&self.pool))
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async { self.pool.query("SELECT 1", &[]).await.map(|_| ()) })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.pool.close().await;
            let listener = self.listener.lock();
            listener.unwrap_or_else(PoisonError::into_inner).take();
            self.bulletin.close();
            Ok(())
        })
    }
}

/// Milliseconds, as the statements make intervals of them. A century is for ever.
fn ms(duration: Duration) -> i64 {
    const CENTURY: u64 = 100 * 365 * 24 * 60 * 60;
    duration.min(Duration::from_secs(CENTURY)).as_millis() as i64
}
