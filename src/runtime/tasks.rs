//! The tasks: who lives, how each stands and what it waits for, as a list and as a dump.
//! Made from the ledger, which the executor keeps where [`Builder::enable_task_inspection`](super::Builder::enable_task_inspection)
//! asks for it.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::handle::Handle;
use crate::clock::Instant;
use crate::executor::ledger::{Entry, Ledger, Standing};
use crate::executor::task::Id;
use crate::json::quoted;
use crate::waits::{self, Call, Descriptor};

/// A task that lives, as [`Handle::tasks`] found it.
///
/// # Example
/// ```
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let soup = toque::task::Builder::new().name("soup").spawn(async {})?;
///     let info = toque::Handle::current().task(soup.id()).unwrap();
///     assert_eq!(info.name.as_deref(), Some("soup"));
///     assert_eq!(info.polls, 0); // it is new
///     println!("{info}");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
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
///
/// # Example
/// ```
/// use toque::runtime::TaskState;
///
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let soup = toque::spawn(std::future::pending::<()>());
///     let state = || toque::Handle::current().task(soup.id()).unwrap().state;
///     assert_eq!(state(), TaskState::Ready);
///     toque::task::yield_now().await;
///     assert_eq!(state(), TaskState::Waiting(Vec::new())); // for nothing of toque's
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
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
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::runtime::{TaskState, Wait};
///
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let bread = toque::spawn(toque::time::sleep(Duration::from_secs(60)));
///     toque::task::yield_now().await;
///     let info = toque::Handle::current().task(bread.id()).unwrap();
///     let TaskState::Waiting(waits) = info.state else { panic!("it does not wait") };
///     assert!(matches!(waits[..], [Wait::Timer(_)]));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// A timer that rings then.
    Timer(Instant),
    /// A socket or another descriptor that can be read, with its addresses as they were then.
    Read(Descriptor),
    /// One that can be written.
    Write(Descriptor),
    /// The end of a task, or of a blocking job.
    Task(Id),
    /// Another task, by what they have in common: a channel, a lock, a notification, by the line that called it.
    Sync(Call),
}

impl Wait {
    fn new(wait: waits::Wait) -> Option<Self> {
        Some(match wait {
            waits::Wait::Timer(deadline) => Self::Timer(deadline.into()),
            waits::Wait::Read(descriptor) => Self::Read(descriptor),
            waits::Wait::Write(descriptor) => Self::Write(descriptor),
            waits::Wait::Task(number) => Self::Task(Id::from_number(number)?),
            waits::Wait::Sync(call) => Self::Sync(call),
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
            Self::Read(descriptor) => write!(f, "{descriptor} to be readable"),
            Self::Write(descriptor) => write!(f, "{descriptor} to be writable"),
            Self::Task(id) => write!(f, "the end of task {id}"),
            Self::Sync(call) => call.fmt(f),
        }
    }
}

impl TaskState {
    fn new(standing: Standing, waits: Vec<waits::Wait>) -> Self {
        match standing {
            Standing::Ready => Self::Ready,
            Standing::Running => Self::Running,
            Standing::Waiting => Self::Waiting(waits.into_iter().filter_map(Wait::new).collect()),
        }
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("is ready"),
            Self::Running => f.write_str("is polled"),
            Self::Waiting(waits) if waits.is_empty() => f.write_str("waits"),
            Self::Waiting(waits) => waits.iter().enumerate().try_for_each(|(number, wait)| {
                let before = if number == 0 { "waits for " } else { ", or " };
                write!(f, "{before}{wait}")
            }),
        }
    }
}

impl TaskInfo {
    /// `None` if it is no task.
    fn new(entry: Entry) -> Option<Self> {
        Some(Self {
            id: entry.id?,
            name: entry.name.map(String::from),
            location: entry.location,
            state: TaskState::new(entry.standing, entry.waits),
            polls: entry.polls,
            busy: entry.busy,
        })
    }
}

/// The future of `block_on`, in a [`Dump`]: no task, and so without an id, but polled like one.
///
/// # Example
/// ```
/// use toque::runtime::TaskState;
///
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let dump = toque::dump();
///     let main = dump.block_on().unwrap();
///     assert_eq!(main.state, TaskState::Running);
///     println!("{main}");
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BlockOnInfo {
    /// Where `block_on` was called. With `#[toque::main]`, the attribute.
    pub location: &'static Location<'static>,
    /// How it stands.
    pub state: TaskState,
    /// How often it was polled.
    pub polls: u64,
    /// How long its polls have taken together, but for the one that runs.
    pub busy: Duration,
}

impl BlockOnInfo {
    fn new(entry: Entry) -> Self {
        Self {
            location: entry.location,
            state: TaskState::new(entry.standing, entry.waits),
            polls: entry.polls,
            busy: entry.busy,
        }
    }
}

impl fmt::Display for BlockOnInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block_on, called at {}, {}", self.location, self.state)?;
        write!(f, "; {} polls, {:?}", self.polls, self.busy)
    }
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.id)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        write!(f, ", spawned at {}, {}", self.location, self.state)?;
        write!(f, "; {} polls, {:?}", self.polls, self.busy)
    }
}

/// All tasks of a runtime, and the future of `block_on`, made by [`Handle::dump`] or [`toque::dump`](dump()). Shown as a line for each.
///
/// ```text
/// 2 tasks
/// block_on, called at src/main.rs:4:10, waits for the end of task 1; 1 polls, 12.1µs
/// task 1 "soup", spawned at src/main.rs:9:30, waits for socket 5 on 127.0.0.1:7007 with 127.0.0.1:52114 to be readable; 3 polls, 40µs
/// task 2 "bread", spawned at src/main.rs:12:30, waits for Mutex::lock at src/oven.rs:21:20; 1 polls, 2µs
/// ```
///
/// # Example
/// ```
/// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
/// runtime.block_on(async {
///     let soup = toque::task::Builder::new().name("soup").spawn(async {})?;
///     let dump = toque::Handle::current().dump();
///     assert_eq!(dump.tasks()[0].id, soup.id());
///     assert!(dump.to_string().contains(r#""soup""#)); // what a hung service writes to its log
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dump {
    block_on: Option<BlockOnInfo>,
    /// `None` if the runtime notes none.
    tasks: Option<Vec<TaskInfo>>,
}

impl Dump {
    /// Of what a ledger says, if there is one.
    pub(crate) fn of(ledger: Option<&Ledger>) -> Self {
        let Some(ledger) = ledger else {
            return Self {
                block_on: None,
                tasks: None,
            };
        };
        let (tasks, main): (Vec<_>, Vec<_>) =
            (ledger.all().into_iter()).partition(|entry| entry.id.is_some());
        Self {
            block_on: main.into_iter().next().map(BlockOnInfo::new),
            tasks: Some(tasks.into_iter().filter_map(TaskInfo::new).collect()),
        }
    }

    /// The tasks, in the order they were spawned. None if the runtime notes none.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     toque::task::Builder::new().name("soup").spawn(async {})?;
    ///     let dump = toque::Handle::current().dump();
    ///     assert_eq!(dump.tasks()[0].name.as_deref(), Some("soup"));
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn tasks(&self) -> &[TaskInfo] {
        self.tasks.as_deref().unwrap_or_default()
    }

    /// The future of `block_on`. `None` if the runtime notes none, or is not within `block_on`.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// assert!(runtime.handle().dump().block_on().is_none()); // nobody is within it
    /// runtime.block_on(async {
    ///     assert!(toque::Handle::current().dump().block_on().is_some());
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn block_on(&self) -> Option<&BlockOnInfo> {
        self.block_on.as_ref()
    }

    /// The same as JSON: an array with an object for each task, of which the fields are named as those of [`TaskInfo`]. Times are in
    /// seconds; a timer's is how long it has to go. The future of `block_on` comes first, with `null` for an id and `block_on` for a name.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     toque::task::Builder::new().name("soup").spawn(async {})?;
    ///     let json = toque::Handle::current().dump().to_json();
    ///     assert!(json.contains(r#""name":"soup""#), "{json}");
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        let main = self.block_on.iter().map(main_to_json);
        let tasks = self.tasks().iter().map(task_to_json);
        let all: Vec<_> = main.chain(tasks).collect();
        format!("[{}]", all.join(","))
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
        self.block_on
            .iter()
            .try_for_each(|main| write!(f, "\n{main}"))?;
        tasks.iter().try_for_each(|task| write!(f, "\n{task}"))
    }
}

fn main_to_json(main: &BlockOnInfo) -> String {
    format!(
        r#"{{"id":null,"name":"block_on",{}}}"#,
        rest_to_json(main.location, &main.state, main.polls, main.busy)
    )
}

fn task_to_json(task: &TaskInfo) -> String {
    let name = task.name.as_deref().map_or("null".to_owned(), quoted);
    format!(
        r#"{{"id":{},"name":{name},{}}}"#,
        task.id,
        rest_to_json(task.location, &task.state, task.polls, task.busy)
    )
}

/// The fields that tasks and the future of `block_on` have in common.
fn rest_to_json(location: &Location<'_>, state: &TaskState, polls: u64, busy: Duration) -> String {
    let (state, waits) = match state {
        TaskState::Ready => ("ready", &[][..]),
        TaskState::Running => ("running", &[][..]),
        TaskState::Waiting(waits) => ("waiting", &waits[..]),
    };
    let waits: Vec<_> = waits.iter().map(wait_to_json).collect();
    format!(
        r#""location":{},"state":"{state}","waits":[{}],"polls":{polls},"busy":{}"#,
        quoted(&location.to_string()),
        waits.join(","),
        busy.as_secs_f64(),
    )
}

fn wait_to_json(wait: &Wait) -> String {
    match wait {
        Wait::Timer(deadline) => {
            let left = deadline.saturating_duration_since(Instant::system());
            format!(r#"{{"timer":{}}}"#, left.as_secs_f64())
        }
        Wait::Read(descriptor) => descriptor_to_json("read", descriptor),
        Wait::Write(descriptor) => descriptor_to_json("write", descriptor),
        Wait::Task(id) => format!(r#"{{"task":{id}}}"#),
        Wait::Sync(call) => format!(
            r#"{{"sync":{},"location":{}}}"#,
            quoted(call.name),
            quoted_or_null(call.location)
        ),
    }
}

fn descriptor_to_json(direction: &str, descriptor: &Descriptor) -> String {
    format!(
        r#"{{"{direction}":{},"local":{},"peer":{}}}"#,
        descriptor.number,
        quoted_or_null(descriptor.local.as_ref()),
        quoted_or_null(descriptor.peer.as_ref())
    )
}

fn quoted_or_null(value: Option<impl fmt::Display>) -> String {
    value.map_or("null".to_owned(), |value| quoted(&value.to_string()))
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
        self.dump().tasks
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
        ledger.get(id.number()).and_then(TaskInfo::new)
    }

    /// All of them with the future of `block_on`, to be shown.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// let handle = runtime.handle().clone();
    /// let watch = move || std::thread::spawn(move || handle.dump().to_string()).join().unwrap();
    /// runtime.block_on(async {
    ///     toque::task::Builder::new().name("soup").spawn(async {})?;
    ///     assert!(watch().contains("soup")); // from another thread, while this one is busy
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn dump(&self) -> Dump {
        Dump::of(self.shared().ledger.as_deref())
    }
}

/// All tasks of this thread's runtime, as [`Handle::dump`] gives them.
///
/// # Panics
/// Outside of a runtime.
///
/// # Example
/// With the feature `signal`, `Builder::dump_on_signal` prints it at a `SIGQUIT`, also while a task blocks the loop.
/// ```
/// let mut builder = toque::Builder::new_current_thread();
/// builder.enable_task_inspection().build()?.block_on(async {
///     toque::spawn(std::future::pending::<()>());
///     println!("{}", toque::dump());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn dump() -> Dump {
    match Handle::try_current() {
        Ok(handle) => handle.dump(),
        Err(error) => panic!("`toque::dump`: {error}"),
    }
}
