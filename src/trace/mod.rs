//! A trace: what a runtime did when, to be looked at in a viewer.
//!
//! A [`Trace`] records a runtime that was built with [`Builder::record`](crate::Builder::record), and is written as the JSON that
//! [Perfetto](https://ui.perfetto.dev) and `chrome://tracing` open:
//!
//! - the chef's lane has a slice for each poll, by the name of its task, and for each time the thread sleeps;
//! - each task has a lane of its own with its life, and in it when it was ready, and what it waited for;
//! - an arrow leads from each wake, or spawn, to the poll that came of it: from the poll of the task that woke, or from the lane of the
//!   world, where the wakes of sockets, timers and other threads are.
//!
//! Memory is bounded: of each runtime the last so many events are kept, and how many were dropped is in the file.
//!
//! # Example
//! ```
//! use toque::trace::Trace;
//!
//! let trace = Trace::new(10_000);
//! let runtime = toque::Builder::new_current_thread().record(&trace).build()?;
//! runtime.block_on(async {
//!     let soup = toque::task::Builder::new().name("soup").spawn(toque::task::yield_now())?;
//!     soup.await.map_err(std::io::Error::other)
//! })?;
//! let mut file = Vec::new(); // or `std::fs::File::create("trace.json")?`
//! trace.write_to(&mut file)?;
//! assert!(String::from_utf8_lossy(&file).contains(r#""name":"soup""#));
//! # Ok::<(), std::io::Error>(())
//! ```

mod json;

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::executor::recorder::{Record, Recorder};
use crate::runtime::Builder;

/// Records runtimes, and writes what they did. Cheap to clone: all clones are one trace.
///
/// It can be written at any time and from any thread, also while the runtimes run, and after their end. What is not over is shown as if
/// it ended then.
///
/// # Example
/// ```
/// use toque::trace::Trace;
///
/// let trace = Trace::new(1_000);
/// let runtime = toque::Builder::new_current_thread().record(&trace).build()?;
/// runtime.block_on(async { toque::spawn(async {}).await })?;
/// assert_eq!(trace.dropped(), 0);
/// println!("{}", trace.to_json()); // for ui.perfetto.dev
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Trace {
    shared: Arc<Shared>,
}

struct Shared {
    /// What all times count from, so that several runtimes have one clock.
    began: Instant,
    /// The most events that are kept of each runtime.
    capacity: usize,
    recorders: Mutex<Vec<Arc<Recorder>>>,
}

impl Trace {
    /// One that keeps the last `capacity` events of each runtime it records. A poll is one; so is a time asleep, ready or waiting, a
    /// wake, and a task's life: five or six for a task that is woken once. One takes 128 bytes, when it has come, and the
    /// name of a task or of a Unix socket.
    ///
    /// # Example
    /// ```
    /// use toque::trace::Trace;
    ///
    /// let trace = Trace::new(4); // of more than four events the last ones stay
    /// let runtime = toque::Builder::new_current_thread().record(&trace).build()?;
    /// runtime.block_on(async { toque::spawn(toque::task::yield_now()).await })?;
    /// assert!(trace.dropped() > 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                began: Instant::now(),
                capacity,
                recorders: Mutex::default(),
            }),
        }
    }

    fn recorders(&self) -> MutexGuard<'_, Vec<Arc<Recorder>>> {
        let recorders = self.shared.recorders.lock();
        recorders.unwrap_or_else(PoisonError::into_inner)
    }

    /// One more runtime.
    fn recorder(&self) -> Arc<Recorder> {
        let recorder = Arc::new(Recorder::new(self.shared.began, self.shared.capacity));
        self.recorders().push(Arc::clone(&recorder));
        recorder
    }

    fn read(&self) -> Vec<Record> {
        self.recorders().iter().map(|it| it.read()).collect()
    }

    /// How many events were dropped for want of room.
    ///
    /// # Example
    /// ```
    /// use toque::trace::Trace;
    ///
    /// let trace = Trace::new(100);
    /// let runtime = toque::Builder::new_current_thread().record(&trace).build()?;
    /// runtime.block_on(async { toque::spawn(async {}).await })?;
    /// assert_eq!(trace.dropped(), 0); // there was room enough
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn dropped(&self) -> u64 {
        self.read().iter().map(|record| record.dropped).sum()
    }

    /// The trace, as a file has it.
    ///
    /// # Example
    /// ```
    /// use toque::trace::Trace;
    ///
    /// let trace = Trace::new(100);
    /// let runtime = toque::Builder::new_current_thread().record(&trace).build()?;
    /// runtime.block_on(async { toque::task::Builder::new().name("soup").spawn(async {}).unwrap().await })?;
    /// assert!(trace.to_json().contains(r#""name":"soup""#));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        json::document(&self.read())
    }

    /// Writes the trace.
    ///
    /// # Errors
    /// Those of `file`.
    ///
    /// # Example
    /// ```
    /// use toque::trace::Trace;
    ///
    /// let trace = Trace::new(100);
    /// let runtime = toque::Builder::new_current_thread().record(&trace).build()?;
    /// runtime.block_on(async { toque::spawn(async {}).await })?;
    /// let path = std::env::temp_dir().join(format!("toque-doc-trace-{}.json", std::process::id()));
    /// trace.write_to(std::fs::File::create(&path)?)?; // to be opened in ui.perfetto.dev
    /// assert!(std::fs::metadata(&path)?.len() > 0);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_to(&self, mut file: impl Write) -> io::Result<()> {
        file.write_all(self.to_json().as_bytes())
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("capacity", &self.shared.capacity)
            .field("runtimes", &self.recorders().len())
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Records what the runtime does into a [`Trace`]. Each runtime that is built has lanes of its own there.
    ///
    /// Each poll and each wake then takes a lock and a look at the clock or two, and tasks are inspected, as
    /// [`enable_task_inspection`](Builder::enable_task_inspection) does; a runtime without it pays nothing. The time is the real one,
    /// under a paused clock too.
    ///
    /// # Example
    /// ```
    /// use toque::trace::Trace;
    ///
    /// let trace = Trace::new(100);
    /// let one = toque::Builder::new_current_thread().record(&trace).build()?;
    /// let other = toque::Builder::new_current_thread().record(&trace).build()?; // both in one file
    /// one.block_on(async { toque::task::Builder::new().name("soup").spawn(async {}).unwrap().await })?;
    /// other.block_on(async { toque::task::Builder::new().name("salad").spawn(async {}).unwrap().await })?;
    /// let json = trace.to_json();
    /// assert!(json.contains("soup") && json.contains("salad"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn record(&mut self, trace: &Trace) -> &mut Builder {
        let trace = trace.clone();
        self.record_by(Arc::new(move || trace.recorder()));
        self
    }
}
