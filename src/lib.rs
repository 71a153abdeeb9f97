#![doc = include_str!("front_page.md")]
#![deny(unsafe_code)]

mod clock;
mod figure;
mod future;
mod histogram;
#[cfg(not(loom))]
mod json;
mod numbered;
#[cfg(not(loom))]
mod readiness;
#[cfg(not(loom))]
mod rng;
mod shim;
mod swallow;
mod waits;
#[allow(unsafe_code)] // a waker is a table of functions that take a raw pointer
mod waker;

mod ready_list;
pub mod sync;
mod timers;

#[allow(unsafe_code)] // tasks whose futures are not `Send`; the thread's executor by a raw pointer
mod executor;
pub mod local;
mod pool;

#[cfg(feature = "io-util")]
mod io_util;
#[cfg(not(loom))]
#[allow(unsafe_code)] // `polling` and `BorrowedFd` want to be told that a descriptor is open
mod reactor;
#[cfg(not(loom))]
#[allow(unsafe_code)] // the same, and the thread's executor
pub mod runtime;

#[cfg(not(loom))]
mod abort_on_drop;
#[cfg(all(unix, not(loom)))]
mod async_fd;
#[cfg(not(loom))]
pub mod fs;
#[cfg(not(loom))]
mod join_set;
#[cfg(not(loom))]
pub mod net;
#[allow(unsafe_code)] // children are stored without the lifetime of what they borrow
mod scope;
#[cfg(all(feature = "signal", unix, not(loom)))]
pub mod signal;
mod stdio;
#[cfg(not(loom))]
mod task_builder;
#[cfg(not(loom))]
mod task_local;
#[cfg(not(loom))]
mod task_tracker;
#[cfg(not(loom))]
pub mod time;
#[cfg(not(loom))]
pub mod trace;

#[cfg(all(feature = "process", unix, not(loom)))]
pub mod process;

#[cfg(not(loom))]
#[allow(unsafe_code)] // hyper's read buffers are filled in place
pub mod compat;
#[cfg(not(loom))]
mod cores;
#[cfg(not(loom))]
mod macros;

#[cfg(all(feature = "http", not(loom)))]
pub mod http;

// In the documentation only.
#[cfg(all(doc, not(any(doctest, loom))))]
pub mod guide;
/// The pages whose programs are compiled and run with the examples of the items.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../docs/patterns.md")]
    mod patterns {}
}

#[cfg(not(loom))]
pub use cores::{Core, Cores, cores};
#[cfg(not(loom))]
pub use executor::{error::JoinError, join::JoinHandle};
#[cfg(not(loom))]
pub use runtime::{Builder, Handle, Runtime, dump, spawn, spawn_blocking};
#[cfg(not(loom))]
pub use scope::{Scope, ScopedJoinHandle, scope};

#[cfg(not(loom))]
#[doc(hidden)]
pub use macros::support as macros_support;
#[cfg(feature = "macros")]
pub use toque_macros::{main, test};

/// Tasks: spawning, awaiting and aborting them.
///
/// # Example
/// ```
/// use toque::task::{self, JoinSet};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let soup = task::spawn(async { "soup" });
/// soup.abort();
/// assert!(soup.await.unwrap_err().is_cancelled());
///
/// let mut dishes = JoinSet::new();
/// dishes.spawn(async { "salad" });
/// assert_eq!(dishes.join_next().await.unwrap().unwrap(), "salad");
/// assert_eq!(task::spawn_blocking(|| "bread").await.unwrap(), "bread");
/// # });
/// ```
#[cfg(not(loom))]
pub mod task {
    /// Cooperation: giving way to other tasks when the budget of a poll is spent.
    ///
    /// # Example
    /// ```
    /// use toque::task::coop;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let others = toque::spawn(async {});
    /// let mut served = 0;
    /// while !others.is_finished() {
    ///     coop::consume_budget().await; // gives way to them when the budget is spent
    ///     served += 1;
    /// }
    /// assert!(served > 1);
    /// # });
    /// ```
    pub mod coop {
        pub use crate::future::coop::*;
    }

    pub use crate::abort_on_drop::{AbortOnDrop, AbortOnDropHandle};
    pub use crate::executor::abort::AbortHandle;
    pub use crate::executor::error::JoinError;
    pub use crate::executor::join::JoinHandle;
    pub use crate::executor::task::Id;
    pub use crate::future::budget::consume_budget;
    pub use crate::future::{Unconstrained, YieldNow, unconstrained, yield_now};
    pub use crate::join_set::JoinSet;
    pub use crate::runtime::{
        spawn, spawn as spawn_local, spawn_blocking, task_id as id, try_task_id as try_id,
    };
    pub use crate::task_builder::Builder;
    pub use crate::task_local::{
        AccessError, InheritedFuture, InheritedKey, LocalKey, TaskLocalFuture,
    };
    pub use crate::task_tracker::TaskTracker;
    pub use std::future::poll_fn;

    /// The types around a [`JoinSet`].
    ///
    /// # Example
    /// ```
    /// use toque::task::join_set::{Builder, JoinSet};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = JoinSet::new();
    /// let named: Builder<'_, _> = set.build_task().name("soup");
    /// named.spawn(async { 7 }).unwrap();
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    /// # });
    /// ```
    pub mod join_set {
        pub use crate::join_set::{Builder, JoinSet};
    }

    /// The types around a [`TaskTracker`].
    ///
    /// # Example
    /// ```
    /// use toque::task::task_tracker::{TaskTracker, TaskTrackerToken};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = TaskTracker::new();
    /// let order: TaskTrackerToken = tracker.token(); // for work that is no task
    /// tracker.close();
    /// assert!(!tracker.is_empty());
    /// drop(order);
    /// tracker.wait().await;
    /// # });
    /// ```
    pub mod task_tracker {
        pub use crate::task_tracker::{
            TaskTracker, TaskTrackerToken, TaskTrackerWaitFuture, TrackedFuture,
        };
    }
}

/// I/O: what readers and writers can do, descriptors of any kind, and the process' own input and output.
///
/// The traits are `futures-io`'s, which every stream of [`net`] implements. The feature `io-util` adds their methods by tokio's
/// names and with tokio's results (`AsyncReadExt` and its like), copies (`copy`, `copy_bidirectional`), buffers (`BufReader`,
/// `BufWriter`, `BufStream`), and streams in memory (`duplex`, `Cursor`, `empty`, `repeat`, `sink`).
///
/// # Example
/// ```
/// use futures_lite::AsyncWriteExt;
/// use toque::io::{self, AsyncWrite};
///
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// async fn greet(mut guest: impl AsyncWrite + Unpin) -> io::Result<()> {
///     guest.write_all(b"welcome\n").await?;
///     guest.flush().await
/// }
/// greet(io::stdout()).await?;
/// let mut heard = Vec::new();
/// greet(&mut heard).await?;
/// assert_eq!(heard, b"welcome\n");
/// # Ok(())
/// # })
/// # }
/// ```
#[cfg(not(loom))]
pub mod io {
    #[cfg(unix)]
    pub use crate::async_fd::Async;
    #[cfg(feature = "io-util")]
    pub use crate::io_util::*;
    pub use crate::readiness::{Interest, Ready};
    pub use crate::stdio::*;
    pub use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
    pub use std::io::{Error, ErrorKind, Result, SeekFrom};
}
