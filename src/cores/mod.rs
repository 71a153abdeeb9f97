//! More than one chef: a thread for each core of the machine, and on each thread a runtime of its own.
//! Called by a program's `main`; nothing is shared between the runtimes but what the program shares.
//!
//! Each kitchen has its own orders: a task stays where it was spawned, and what two kitchens have in common is what two
//! processes would have, a port ([`Core::listen`]), and a way to send work over ([`Core::handle`]).

mod core;
mod pin;
mod port;

use std::io;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

pub use self::core::Core;
use self::core::Team;
use crate::runtime::{Builder, Handle, Runtime};
use crate::sync::oneshot::{self, Receiver, Sender};
use crate::sync::park;

/// Runs `main` on `count` threads, with a runtime on each, until all of them have ended. [`Cores`] has settings.
///
/// The outputs come in the order of the cores. A panic of one core's `main` is its error here, and stops the others: see
/// [`Core::stopped`].
///
/// # Errors
/// If a thread or a runtime can't be started. Then `main` has run nowhere.
///
/// # Panics
/// If `count` is 0.
///
/// # Example
/// ```
/// use toque::net::TcpStream;
///
/// let served = toque::cores(2, async |core| {
///     let listener = core.listen("127.0.0.1:0").await?; // one port for all
///     # if core.index() == 0 { for _ in 0..32 { TcpStream::connect(listener.local_addr()?).await?; } core.stop(); }
///     let mut served = 0;
///     loop {
///         toque::select! {
///             connection = listener.accept() => served += usize::from(connection.is_ok()),
///             _ = core.stopped() => return std::io::Result::Ok(served),
///         }
///     }
/// })?;
/// assert_eq!(served.len(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn cores<T, F>(count: usize, main: F) -> io::Result<Vec<thread::Result<T>>>
where
    T: Send,
    F: AsyncFn(Core) -> T + Sync,
{
    Cores::new(count).run(main)
}

/// Starts runtimes on several threads, with settings of its own.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// let mut builder = toque::Builder::new_current_thread();
/// builder.shutdown_timeout(Duration::from_secs(1));
/// let indices = toque::Cores::new(2)
///     .runtime(builder)
///     .thread_name("chef")
///     .run(async |core| core.index())?;
/// let indices: Vec<_> = indices.into_iter().map(Result::unwrap).collect();
/// assert_eq!(indices, [0, 1]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `run`"]
pub struct Cores {
    count: usize,
    runtime: Builder,
    thread_name: String,
    pinned: bool,
}

impl Cores {
    /// So many threads, with the default settings.
    ///
    /// # Panics
    /// If `count` is 0.
    ///
    /// # Example
    /// ```
    /// let sums = toque::Cores::new(2).run(async |core| core.index() + 1)?;
    /// assert_eq!(sums.into_iter().map(Result::unwrap).sum::<usize>(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn new(count: usize) -> Cores {
        assert!(count > 0, "`cores`: there must be at least one");
        Cores {
            count,
            runtime: Builder::new_current_thread(),
            thread_name: "toque-core".to_owned(),
            pinned: false,
        }
    }

    /// As many threads as the machine has cores for this process (`std::thread::available_parallelism`); one where that is
    /// not known.
    ///
    /// # Example
    /// ```
    /// let outputs = toque::Cores::available().run(async |core| core.count())?;
    /// let count = std::thread::available_parallelism()?.get();
    /// assert_eq!(outputs.len(), count);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn available() -> Cores {
        Self::new(thread::available_parallelism().map_or(1, usize::from))
    }

    /// The settings of each runtime.
    ///
    /// # Example
    /// ```
    /// let mut builder = toque::Builder::new_current_thread();
    /// builder.enable_metrics_loop_lag();
    /// let outputs = toque::Cores::new(2).runtime(builder).run(async |core| {
    ///     core.handle(core.index()).metrics().loop_lag_enabled()
    /// })?;
    /// assert!(outputs.into_iter().all(|enabled| enabled.unwrap()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn runtime(mut self, builder: Builder) -> Cores {
        self.runtime = builder;
        self
    }

    /// The name of the threads. Each has its index behind it: `toque-core-0`.
    ///
    /// # Panics
    /// If there is a NUL in it.
    ///
    /// # Example
    /// ```
    /// let names = toque::Cores::new(1).thread_name("chef").run(async |_| {
    ///     std::thread::current().name().map(str::to_owned)
    /// })?;
    /// assert_eq!(names.into_iter().next().unwrap().unwrap().as_deref(), Some("chef-0"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn thread_name(mut self, name: impl Into<String>) -> Cores {
        self.thread_name = name.into();
        assert!(
            !self.thread_name.contains('\0'),
            "`Cores::thread_name`: no NUL can be in a thread's name"
        );
        self
    }

    /// Whether each thread is bound to one of the processors that the process may use, so that the system moves none. Not by
    /// default. On Linux, Android and FreeBSD; elsewhere it has no effect.
    ///
    /// # Example
    /// ```
    /// let parallelism = toque::Cores::new(1).pinned(true).run(async |_| std::thread::available_parallelism())?;
    /// let processors = parallelism.into_iter().next().unwrap().unwrap()?;
    /// assert_eq!(processors.get(), 1); // the thread may use no other
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn pinned(mut self, pinned: bool) -> Cores {
        self.pinned = pinned;
        self
    }

    /// Runs `main` on every thread until all of them have ended. See [`cores`].
    ///
    /// # Errors
    /// If a thread or a runtime can't be started. Then `main` has run nowhere.
    ///
    /// # Example
    /// ```
    /// let outputs = toque::Cores::new(2).run(async |core| {
    ///     assert_ne!(core.index(), 1, "the second one has burnt the soup");
    ///     core.stopped().await; // a panic stops the others
    ///     "soup"
    /// })?;
    /// assert_eq!(outputs[0].as_ref().unwrap(), &"soup");
    /// assert!(outputs[1].is_err());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn run<T, F>(&self, main: F) -> io::Result<Vec<thread::Result<T>>>
    where
        T: Send,
        F: AsyncFn(Core) -> T + Sync,
    {
        thread::scope(|scope| {
            let mut starting = Vec::new();
            for index in 0..self.count {
                starting.push(self.start(index, &main, scope)?);
            }
            // A start that fails drops the starters of all others, and those leave.
            let handles: io::Result<Vec<Handle>> =
                starting.iter_mut().map(Starting::handle).collect();
            let team = Arc::new(Team::new(handles?));
            let running: Vec<_> = starting.into_iter().map(|one| one.go(&team)).collect();
            Ok(running.into_iter().map(Running::join).collect())
        })
    }

    /// Starts one thread, which makes its runtime and waits for the others.
    fn start<'scope, T, F>(
        &'scope self,
        index: usize,
        main: &'scope F,
        scope: &'scope Scope<'scope, '_>,
    ) -> io::Result<Starting<'scope, T>>
    where
        T: Send + 'scope,
        F: AsyncFn(Core) -> T + Sync,
    {
        let (ready, made) = oneshot::channel();
        let (starter, start) = oneshot::channel();
        let work = move || {
            let runtime = self.make(index, ready)?;
            let team: Arc<Team> = park::block_on(start).ok()?;
            let stops_others = team.stop_on_panic();
            let output = runtime.block_on(main(Core::new(index, team.clone())));
            drop(stops_others);
            Some(output)
        };
        let thread = thread::Builder::new()
            .name(format!("{}-{index}", self.thread_name))
            .spawn_scoped(scope, work)?;
        Ok(Starting {
            made,
            starter,
            thread,
        })
    }

    /// Makes the runtime of this thread, and tells of it. `None` if there is none.
    fn make(&self, index: usize, ready: Sender<io::Result<Handle>>) -> Option<Runtime> {
        let pinned = if self.pinned { pin::pin(index) } else { Ok(()) };
        let runtime = pinned.and_then(|()| self.runtime.clone().build());
        let (runtime, told) = match runtime {
            Ok(runtime) => {
                let handle = runtime.handle().clone();
                (Some(runtime), Ok(handle))
            }
            Err(error) => (None, Err(error)),
        };
        ready.send(told).ok()?;
        runtime
    }
}

/// A thread that makes its runtime, and waits for the word to start.
struct Starting<'scope, T> {
    /// Tells of its runtime.
    made: Receiver<io::Result<Handle>>,
    /// Dropped, it sends the thread away.
    starter: Sender<Arc<Team>>,
    thread: ScopedJoinHandle<'scope, Option<T>>,
}

impl<'scope, T> Starting<'scope, T> {
    fn handle(&mut self) -> io::Result<Handle> {
        let died = || io::Error::other("a thread of `cores` has panicked before its start");
        park::block_on(&mut self.made).map_err(|_| died())?
    }

    fn go(self, team: &Arc<Team>) -> Running<'scope, T> {
        // It waits for this, or has panicked, and then its end says so.
        let _ = self.starter.send(Arc::clone(team));
        Running(self.thread)
    }
}

/// A thread at work.
struct Running<'scope, T>(ScopedJoinHandle<'scope, Option<T>>);

impl<T> Running<'_, T> {
    fn join(self) -> thread::Result<T> {
        let output = self.0.join()?;
        Ok(output.expect("it was told to start"))
    }
}
