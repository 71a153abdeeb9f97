//! The store: sandwiches, orders and their events behind one trait, kept in SQLite or in PostgreSQL.
//!
//! Called by the handlers in [`routes`](crate::routes). [`open`] picks the store by the place it is given: a path is
//! [`sqlite`], `postgres://…` is [`postgres`]. Both behave alike, and `tests/store_suite` holds them to it.
//!
//! **Futures.** Every call gives a boxed future that is `Send`, which axum wants, so that `Arc<dyn Store>` is all a
//! handler must know. Dropped before it is ready, a change may have been made or not; nothing else is left behind: no
//! connection, no permit, no open transaction. This holds for every call, and is not said again at each.

mod bulletin;
mod error;
mod feed;
mod idempotency;
mod listing;
pub mod postgres;
pub mod sqlite;

use std::ffi::OsStr;
use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

pub use self::error::{Cause, OpenError, StoreError};
pub use self::feed::{Feed, FeedError, Follow};
pub use self::idempotency::{Created, IdempotencyKey};
pub use self::listing::{Listing, NotAPlace, Page, Place, Sort};
use crate::order::{Event, Order, Step};
use crate::sandwich::{Draft, Sandwich};

/// Opens the store at this place: `postgres://…` (or `postgresql://…`) is a server, anything else the path of a file.
///
/// # Errors
/// The place cannot be reached, holds something else, or was written by a newer version of this program.
///
/// # Panics
/// Outside a toque runtime.
pub async fn open(place: &OsStr, options: Options) -> Result<Arc<dyn Store>, OpenError> {
    match place.to_str().filter(|place| is_server(place)) {
        Some(url) => Ok(Arc::new(
            postgres::PostgresStore::open(url, &options).await?,
        )),
        None => Ok(Arc::new(sqlite::open(place.into(), options).await?)),
    }
}

/// The place as it may be shown: a path as it is, a URL without its password.
pub fn shown(place: &OsStr) -> String {
    let place = place.to_string_lossy();
    if !is_server(&place) {
        return place.into_owned();
    }
    let Some((scheme, rest)) = place.split_once("://") else {
        return place.into_owned();
    };
    // Up to the last @ before the path: a password may have one of its own. What follows ? may hold a password too.
    let rest = rest.split('?').next().unwrap_or_default();
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}{path}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

fn is_server(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

/// What a call of a [`Store`] gives: to be awaited within a toque runtime.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps sandwiches and orders.
///
/// # Errors
/// Every call may fail with [`StoreError::Unavailable`] or [`StoreError::Broken`]. What else can happen is said at each.
pub trait Store: fmt::Debug + Send + Sync {
    /// Makes a sandwich. With a key, two calls make one sandwich, also when they run at once, on two instances, or with
    /// a restart in between. Key and sandwich are committed together; the key is forgotten after
    /// [`Options::keys_live`].
    ///
    /// The draft is stored as it is: [`Draft::check`] is the caller's.
    fn create(&self, draft: Draft, key: Option<IdempotencyKey>) -> Answer<'_, Created<Sandwich>>;

    /// The sandwich of this id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn get(&self, id: Uuid) -> Answer<'_, Sandwich>;

    /// A page of sandwiches. Pages that follow one another by [`Page::next`] show each sandwich that was there
    /// throughout, and did not change in what they are sorted by, exactly once.
    fn list(&self, listing: Listing) -> Answer<'_, Page>;

    /// Puts the draft in the place of the sandwich, with the next version. Of two that race for the same version, one
    /// wins.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::PreconditionFailed`].
    fn replace(&self, id: Uuid, only: Precondition, draft: Draft) -> Answer<'_, Sandwich>;

    /// Removes the sandwich. Orders of it stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::PreconditionFailed`].
    fn delete(&self, id: Uuid, only: Precondition) -> Answer<'_, ()>;

    /// Places an order, and commits its first event ([`Step::Placed`]) with it. The key is as in [`create`](Store::create);
    /// a replay is answered even when the sandwich is gone by now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]: there is no such sandwich.
    fn create_order(
        &self,
        sandwich: Uuid,
        key: Option<IdempotencyKey>,
    ) -> Answer<'_, Created<Order>>;

    /// The order of this id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn get_order(&self, id: Uuid) -> Answer<'_, Order>;

    /// Orders without a last step, oldest first, whoever cooks them.
    fn unfinished(&self, limit: u32) -> Answer<'_, Vec<Order>>;

    /// Gives this cook at most `limit` unfinished orders that no cook has, oldest first, and keeps them for it until
    /// `lease` is over. So of several instances exactly one cooks each order, and if that one dies another takes over.
    ///
    /// The cook is any id that no other has, new with each start. In SQLite, which belongs to one process, leases end
    /// when the file is opened.
    fn claim(&self, cook: Uuid, lease: Duration, limit: u32) -> Answer<'_, Vec<Order>>;

    /// Keeps the order for its cook until `lease` from now.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if it is not this cook's any more, [`StoreError::Finished`], [`StoreError::NotFound`].
    fn renew(&self, order: Uuid, cook: Uuid, lease: Duration) -> Answer<'_, ()>;

    /// The order takes a step. Gives the event, with its number.
    ///
    /// With a cook, only while that cook's lease holds: a cook that was thought dead and is not cannot disturb the one
    /// that took over. Without one, always: so a guest cancels.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Finished`], [`StoreError::LeaseLost`].
    fn append_event(&self, order: Uuid, cook: Option<Uuid>, step: Step) -> Answer<'_, Event>;

    /// At most `limit` events behind this number, of one order or of all, in the order of their numbers.
    fn events_since(&self, order: Option<Uuid>, after: u64, limit: u32) -> Answer<'_, Vec<Event>>;

    /// Events from now on, in the order of their numbers, each once; of this instance and, in PostgreSQL, of all others.
    /// Joined with the past without loss by [`Follow`].
    fn subscribe(&self) -> Feed;

    /// Removes idempotency keys that are too old to count. Gives their number. To be called now and then.
    fn sweep(&self) -> Answer<'_, u64>;

    /// Whether the store answers: for the readiness probe.
    fn ping(&self) -> Answer<'_, ()>;

    /// Finishes what has been begun, then closes. Later calls are [`StoreError::Unavailable`], and feeds end.
    fn close(&self) -> Answer<'_, ()>;
}

/// What must hold for a change to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// It is there: `If-Match: *`, or no such header.
    Exists,
    /// It is there in one of these versions: `If-Match: "3", "4"`.
    OneOf(Vec<u64>),
}

impl Precondition {
    /// Exactly this version.
    pub fn version(version: u64) -> Precondition {
        Precondition::OneOf(vec![version])
    }

    /// Whether it holds for a sandwich of this version.
    pub(crate) fn check(&self, current: u64) -> Result<(), StoreError> {
        match self {
            Precondition::OneOf(versions) if !versions.contains(&current) => {
                Err(StoreError::PreconditionFailed { current })
            }
            _ => Ok(()),
        }
    }
}

/// How a store works. The default is for the service; tests are less patient.
#[derive(Debug, Clone)]
pub struct Options {
    /// What an answered change survives.
    pub durability: Durability,
    /// How long a call waits for a lock, a free connection or an answer before it is [`StoreError::Unavailable`].
    pub patience: Duration,
    /// How long idempotency keys are known.
    pub keys_live: Duration,
    /// SQLite: changes that wait for the writer. One more is [`StoreError::Unavailable`].
    pub queue: usize,
    /// SQLite: the most pages of 4 KiB that the file may have. Past it, it is as if the disk were full.
    pub max_pages: Option<u32>,
    /// SQLite: queries that read at once. A few, since they share one disk and the blocking pool.
    pub readers: usize,
    /// PostgreSQL: connections of this instance, besides the one that listens.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            durability: Durability::Power,
            patience: Duration::from_secs(5),
            keys_live: Duration::from_secs(24 * 60 * 60),
            queue: 1024,
            max_pages: None,
            readers: 4,
            connections: 8,
        }
    }
}

/// What a change survives once it is answered. A kill of the service (`kill -9`) it survives in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A power cut too: every commit waits for the disk. SQLite `synchronous=FULL`, PostgreSQL `synchronous_commit=on`.
    Power,
    /// Only the end of the service: after a power cut the last changes may be gone, the store is sound. SQLite
    /// `synchronous=NORMAL`, PostgreSQL `synchronous_commit=off` (where a crash of the server counts as a power cut).
    Process,
}

impl FromStr for Durability {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Durability, &'static str> {
        match word {
            "power" => Ok(Durability::Power),
            "process" => Ok(Durability::Process),
            _ => Err("'power' or 'process'"),
        }
    }
}
