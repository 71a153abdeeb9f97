//! One core, as its own `main` sees it: which it is, who the others are, and when to stop.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::port::Ports;
use crate::net::{TcpListener, ToSocketAddrs};
use crate::runtime::Handle;
use crate::sync::CancellationToken;

/// One of the cores that [`cores`](crate::cores) runs. Cheap to clone.
///
/// # Example
/// ```
/// use toque::Core;
///
/// let cores = toque::cores(2, async |core: Core| (core.index(), core.count()))?;
/// let cores: Vec<_> = cores.into_iter().map(Result::unwrap).collect();
/// assert_eq!(cores, [(0, 2), (1, 2)]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Core {
    index: usize,
    team: Arc<Team>,
}

/// What the cores have in common.
pub(super) struct Team {
    /// In the order of the cores.
    handles: Vec<Handle>,
    /// Cancelled when all are to stop.
    stop: CancellationToken,
    /// The ports they share.
    ports: Mutex<Ports>,
}

impl Team {
    pub(super) fn new(handles: Vec<Handle>) -> Self {
        Self {
            handles,
            stop: CancellationToken::new(),
            ports: Mutex::default(),
        }
    }

    /// Stops all if it is dropped by a panic.
    pub(super) fn stop_on_panic(self: &Arc<Self>) -> StopOnPanic {
        StopOnPanic(self.clone())
    }
}

/// Made by [`Team::stop_on_panic`].
pub(super) struct StopOnPanic(Arc<Team>);

impl Drop for StopOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop.cancel();
        }
    }
}

impl Core {
    pub(super) fn new(index: usize, team: Arc<Team>) -> Self {
        Self { index, team }
    }

    /// Which it is, from 0.
    ///
    /// # Example
    /// ```
    /// let names = toque::cores(2, async |core| format!("chef {}", core.index()))?;
    /// let names: Vec<_> = names.into_iter().map(Result::unwrap).collect();
    /// assert_eq!(names, ["chef 0", "chef 1"]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// How many there are.
    ///
    /// # Example
    /// ```
    /// // Each takes its share of the work.
    /// let sums = toque::cores(2, async |core| {
    ///     (core.index()..100).step_by(core.count()).sum::<usize>()
    /// })?;
    /// let sum: usize = sums.into_iter().map(Result::unwrap).sum();
    /// assert_eq!(sum, (0..100).sum());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn count(&self) -> usize {
        self.team.handles.len()
    }

    /// The handle of a core's runtime, to spawn tasks there by [`Handle::spawn`].
    ///
    /// # Panics
    /// If there is no such core.
    ///
    /// # Example
    /// ```
    /// // A core that has ended runs no tasks for others.
    /// let all_have_answers = toque::sync::Barrier::new(2);
    /// let answers = toque::cores(2, async |core| {
    ///     let next = (core.index() + 1) % core.count();
    ///     let answer = core.handle(next).spawn(async move { next * 10 }).await;
    ///     all_have_answers.wait().await;
    ///     answer.unwrap()
    /// })?;
    /// let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    /// assert_eq!(answers, [10, 0]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn handle(&self, index: usize) -> &Handle {
        &self.team.handles[index]
    }

    /// The handles of all cores' runtimes.
    ///
    /// # Example
    /// ```
    /// let all_are_done = toque::sync::Barrier::new(2);
    /// let alive = toque::cores(2, async |core| {
    ///     let alive: usize = core.handles().iter().map(|one| one.metrics().num_alive_tasks()).sum();
    ///     all_are_done.wait().await;
    ///     alive
    /// })?;
    /// assert_eq!(alive.into_iter().map(Result::unwrap).sum::<usize>(), 0); // nobody has spawned any
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn handles(&self) -> &[Handle] {
        &self.team.handles
    }

    /// Tells all cores to stop, this one too. It is up to each to listen, by [`stopped`](Self::stopped).
    ///
    /// # Example
    /// ```
    /// let ended = toque::cores(2, async |core| {
    ///     if core.index() == 0 {
    ///         core.stop(); // an order of the boss, say
    ///     }
    ///     core.stopped().await;
    /// })?;
    /// assert!(ended.iter().all(Result::is_ok));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stop(&self) {
        self.team.stop.cancel();
    }

    /// Waits until some core has called [`stop`](Self::stop), or its `main` has panicked.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// let served = toque::cores(2, async |core| {
    ///     let mut served = 0;
    ///     loop {
    ///         toque::select! {
    ///             _ = core.stopped() => return served,
    ///             _ = toque::task::yield_now() => served += 1, // a guest
    ///         }
    ///         if served == 100 {
    ///             core.stop();
    ///         }
    ///     }
    /// })?;
    /// assert!(served.into_iter().any(|served| served.unwrap() >= 100));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn stopped(&self) -> impl Future<Output = ()> {
        self.team.stop.cancelled()
    }

    /// The token that [`stop`](Self::stop) cancels, for those who want to pass it on.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let ended = toque::cores(2, async |core| {
    ///     let until = core.stop_token().clone();
    ///     let cleaner = toque::spawn(async move { until.cancelled().await });
    ///     toque::time::sleep(Duration::from_millis(1)).await;
    ///     core.stop();
    ///     cleaner.await.is_ok()
    /// })?;
    /// assert!(ended.into_iter().all(|ended| ended.unwrap()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stop_token(&self) -> &CancellationToken {
        &self.team.stop
    }

    /// Listens on a port that all cores share (`SO_REUSEPORT`): each calls this with the same address, and has a listener of
    /// its own. Port 0 is one port for all of them.
    ///
    /// On Linux a new connection goes to one of the listeners by a hash of its addresses, and stays there: all cores should
    /// accept. When a listener is dropped, connections that wait in its backlog are reset. On other systems all of them may
    /// go to one listener.
    ///
    /// # Errors
    /// As the system reports them (`AddrInUse` if somebody else has the port), or `InvalidInput` if the address resolves to
    /// nothing. `Unsupported` where ports can't be shared, as on Windows.
    ///
    /// # Cancel safety
    /// A listener made by then is closed.
    ///
    /// # Example
    /// ```
    /// let ports = toque::cores(2, async |core| {
    ///     let listener = core.listen("127.0.0.1:0").await?;
    ///     listener.local_addr()
    /// })?;
    /// let ports: Vec<_> = ports.into_iter().map(|port| port.unwrap().unwrap()).collect();
    /// assert_eq!(ports[0], ports[1]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn listen(&self, addr: impl ToSocketAddrs) -> io::Result<TcpListener> {
        let addrs: Vec<_> = crate::net::lookup_host(addr).await?.collect();
        let mut ports = self
            .team
            .ports
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ports.listen(&addrs)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("index", &self.index)
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}
