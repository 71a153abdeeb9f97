//! The tasks: who lives, how each stands and what it waits for, as a list and as a dump.
//! Made from the ledger, which the executor keeps where [`Builder::enable_task_inspection`](super::Builder::enable_task_inspection)
//! asks for it.

use std::fmt::{self, Write as _};
use std::panic::Location;
use std::time::Duration;

use super::handle::Handle;
use crate::clock::Instant;
use crate::executor::ledger::{Entry, Standing};
use crate::executor::task::Id;
use crate::waits;

/// A task that lives, as [`Handle::tasks`] found it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Its id.
    pub id: Id,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// Where it was spawned.
    pub location: &'static Location<'static>,
    /// How it stands.
    pub state: TaskState,
    /// How often it was polled.
    pub polls: u64,
    /// How long its polls have taken together, but for the one that runs.
    pub busy: Duration,
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskState {
    /// In the queue: new, or woken.
    Ready,
    /// It is polled just now.
    Running,
    /// It waits for one of these: what sockets, timers, channels, locks and joins have said in its last poll. Empty if what it waits for is
    /// none of toque's.
    ///
    /// A future that was dropped in that same poll may still be named; a child of a `JoinSet` or of another crate's collection that was not
    /// polled in it is not.
    Waiting(Vec<Wait>),
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// A timer that rings then.
    Timer(Instant),
    /// A socket or another descriptor that can be read, by its number.
    Read(i64),
    /// One that can be written.
    Write(i64),
    /// The end of a task, or of a blocking job.
    Task(Id),
    /// Another task, by what they have in common: a channel, a lock, a notification.
    Sync(&'static str),
}

impl Wait {
    fn new(wait: waits::Wait) -> Option<Self> {
        Some(match wait {
            waits::Wait::Timer(deadline) => Self::Timer(deadline.into()),
            waits::Wait::Read(descriptor) => Self::Read(descriptor),
            waits::Wait::Write(descriptor) => Self::Write(descriptor),
            waits::Wait::Task(number) => Self::Task(Id::from_number(number)?),
            waits::Wait::Sync(what) => Self::Sync(what),
        })
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timer(deadline) => {
                let left = deadline.saturating_duration_since(Instant::system());
                write!(f, "a timer in {left:?}")
            }
            Self::Read(descriptor) => write!(f, "descriptor {descriptor} to be readable"),
            Self::Write(descriptor) => write!(f, "descriptor {descriptor} to be writable"),
            Self::Task(id) => write!(f, "the end of task {id}"),
            Self::Sync(what) => f.write_str(what),
        }
    }
}

impl TaskInfo {
    fn new(entry: Entry) -> Self {
        Self {
            id: entry.id,
            name: entry.name.map(String::from),
            location: entry.location,
            state: match entry.standing {
                Standing::Ready => TaskState::Ready,
                Standing::Running => TaskState::Running,
                Standing::Waiting => {
                    TaskState::Waiting(entry.waits.into_iter().filter_map(Wait::new).collect())
                }
            },
            polls: entry.polls,
            busy: entry.busy,
        }
    }
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.id)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        write!(f, ", spawned at {}, ", self.location)?;
        match &self.state {
            TaskState::Ready => f.write_str("is ready")?,
            TaskState::Running => f.write_str("is polled")?,
            TaskState::Waiting(waits) if waits.is_empty() => f.write_str("waits")?,
            TaskState::Waiting(waits) => {
                for (number, wait) in waits.iter().enumerate() {
                    let before = if number == 0 { "waits for " } else { ", or " };
                    write!(f, "{before}{wait}")?;
                }
            }
        }
        write!(f, "; {} polls, {:?}", self.polls, self.busy)
    }
}

/// All tasks of a runtime, made by [`Handle::dump`] or [`toque::dump`](dump()). Shown as a line for each task.
#[derive(Clone, Debug)]
pub struct Dump {
    /// `None` if the runtime notes none.
    tasks: Option<Vec<TaskInfo>>,
}

impl Dump {
    /// The tasks, in the order they were spawned. None if the runtime notes none.
    pub fn tasks(&self) -> &[TaskInfo] {
        self.tasks.as_deref().unwrap_or_default()
    }

    /// The same as JSON: an array with an object for each task, of which the fields are named as those of [`TaskInfo`]. Times are in
    /// seconds; a timer's is how long it has to go.
    pub fn to_json(&self) -> String {
        let tasks: Vec<_> = self.tasks().iter().map(task_to_json).collect();
        format!("[{}]", tasks.join(","))
    }
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(tasks) = &self.tasks else {
            return f.write_str(
                "no tasks are noted: call `enable_task_inspection` on the runtime's builder",
            );
        };
        write!(f, "{} tasks", tasks.len())?;
        tasks.iter().try_for_each(|task| write!(f, "\n{task}"))
    }
}

fn task_to_json(task: &TaskInfo) -> String {
    let name = task.name.as_deref().map_or("null".to_owned(), quoted);
    let (state, waits) = match &task.state {
        TaskState::Ready => ("ready", &[][..]),
        TaskState::Running => ("running", &[][..]),
        TaskState::Waiting(waits) => ("waiting", &waits[..]),
    };
    let waits: Vec<_> = waits.iter().map(wait_to_json).collect();
    format!(
        r#"{{"id":{},"name":{name},"location":{},"state":"{state}","waits":[{}],"polls":{},"busy":{}}}"#,
        task.id,
        quoted(&task.location.to_string()),
        waits.join(","),
        task.polls,
        task.busy.as_secs_f64(),
    )
}

fn wait_to_json(wait: &Wait) -> String {
    match wait {
        Wait::Timer(deadline) => {
            let left = deadline.saturating_duration_since(Instant::system());
            format!(r#"{{"timer":{}}}"#, left.as_secs_f64())
        }
        Wait::Read(descriptor) => format!(r#"{{"read":{descriptor}}}"#),
        Wait::Write(descriptor) => format!(r#"{{"write":{descriptor}}}"#),
        Wait::Task(id) => format!(r#"{{"task":{id}}}"#),
        Wait::Sync(what) => format!(r#"{{"sync":{}}}"#, quoted(what)),
    }
}

/// A string of JSON.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                write!(quoted, "\\u{:04x}", control as u32).expect("text can be written");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

impl Handle {
    /// Every task that lives, in the order they were spawned, and what each waits for. `None` unless
    /// [`Builder::enable_task_inspection`](super::Builder::enable_task_inspection) was called.
    ///
    /// Any thread may ask, also while a task blocks the runtime's own: what is told was noted when each task was polled last, and nothing
    /// is polled for it.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::runtime::{TaskState, Wait};
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     toque::spawn(toque::time::sleep(Duration::from_secs(60)));
    ///     toque::task::yield_now().await;
    ///     let tasks = toque::Handle::current().tasks().unwrap();
    ///     let TaskState::Waiting(waits) = &tasks[0].state else { panic!() };
    ///     assert!(matches!(waits[..], [Wait::Timer(_)]));
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn tasks(&self) -> Option<Vec<TaskInfo>> {
        let ledger = self.shared().ledger.as_ref()?;
        Some(ledger.all().into_iter().map(TaskInfo::new).collect())
    }

    /// One of them: `None` also if it has ended, or is not of this runtime. In a hook such as
    /// [`Builder::on_after_task_poll`](super::Builder::on_after_task_poll) it tells what that poll has come to.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::TaskState;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     let handle = toque::Handle::current();
    ///     let soup = toque::spawn(async {});
    ///     assert_eq!(handle.task(soup.id()).unwrap().state, TaskState::Ready);
    ///     let id = soup.id();
    ///     soup.await.unwrap();
    ///     assert!(handle.task(id).is_none());
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn task(&self, id: Id) -> Option<TaskInfo> {
        let ledger = self.shared().ledger.as_ref()?;
        ledger.get(id.number()).map(TaskInfo::new)
    }

    /// The same, to be shown.
    pub fn dump(&self) -> Dump {
        Dump {
            tasks: self.tasks(),
        }
    }
}

/// All tasks of this thread's runtime, as [`Handle::dump`] gives them.
///
/// # Panics
/// Outside of a runtime.
///
/// # Example
/// Three lines print it whenever the process gets a `SIGQUIT` (`kill -QUIT`, or Ctrl-\ in a terminal), with the feature `signal`. From a
/// thread of its own it would also come while a task blocks the loop.
/// ```no_run
/// # #[cfg(feature = "signal")]
/// # async fn dumps() -> std::io::Result<()> {
/// use toque::signal::unix::{SignalKind, signal};
///
/// let mut quit = signal(SignalKind::quit())?;
/// while quit.recv().await.is_some() {
///     eprintln!("{}", toque::dump());
/// }
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn dump() -> Dump {
    match Handle::try_current() {
        Ok(handle) => handle.dump(),
        Err(error) => panic!("`toque::dump`: {error}"),
    }
}
