//! The window: through it a browser sees the chef at work. There is one with `--kitchen`, and none otherwise.
//!
//! [`Window::watch`] gives each runtime hooks that note what its chef does, on a `Board` of its own. A `Viewer` reads one
//! board; [`routes::kitchen`](crate::routes) serves it to a page. While nobody looks, the hooks note nothing. What is noted has its
//! bounds: an old note goes when a new one comes, and a viewer that is slow is told how many it has missed.

mod board;
mod calls;
mod figures;
mod guests;
mod note;
mod snapshot;
mod stalls;
mod viewer;

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use toque::runtime::{Builder, TaskMeta};
use toque::sync::Semaphore;
use toque::{Handle, task};
use uuid::Uuid;

use self::board::{Board, Chef};
use self::guests::Guests;
pub(crate) use self::guests::Seat;
use self::stalls::Stalls;
pub(crate) use self::viewer::Viewer;
use crate::store::Store;

/// Pages that look at once. Each costs the chef a moment now and then.
const VIEWERS: usize = 8;
/// A poll that takes longer is told of: nobody should wait for a chef.
const STALL: Duration = Duration::from_millis(100);
/// How long the chef may be blocked for a demonstration.
const BLOCK: Duration = Duration::from_secs(1);
/// How long it is left in peace after that.
const PEACE: Duration = Duration::from_secs(1);

thread_local! {
    /// The chef of this thread.
    static HERE: RefCell<Option<Chef>> = const { RefCell::new(None) };
}

/// What all chefs of the service show.
pub struct Window {
    /// Tells this start of the service from the next one: a page that sees another one forgets what it knew.
    run: Uuid,
    /// By the number of the chef.
    boards: Vec<Arc<Board>>,
    /// Which request each task works for.
    guests: Guests,
    /// Who has blocked a chef.
    stalls: Stalls,
    /// One for each page that may look.
    seats: Arc<Semaphore>,
    /// When the chef was blocked last, to show it.
    blocked: Mutex<Option<Instant>>,
}

impl Window {
    /// A window to so many chefs.
    pub fn new(chefs: usize) -> Arc<Window> {
        let begun = Instant::now();
        Arc::new(Window {
            run: Uuid::now_v7(),
            boards: (0..chefs).map(|_| Arc::new(Board::new(begun))).collect(),
            guests: Guests::default(),
            stalls: Stalls::new(begun),
            seats: Arc::new(Semaphore::new(VIEWERS)),
            blocked: Mutex::new(None),
        })
    }

    /// Has the runtimes that are built from now on tell what they do.
    pub fn watch(self: &Arc<Window>, runtime: &mut Builder) {
        let window = Arc::clone(self);
        runtime
            .enable_task_inspection()
            .enable_metrics_loop_lag()
            .warn_on_stall(STALL)
            .on_stall(move |stall| window.stalls.add(stall, &window.guests))
            .on_task_spawn(|task| here(|chef| chef.spawned(task)))
            .on_before_task_poll(|_| here(Chef::begins));
        let window = Arc::clone(self);
        runtime
            .on_after_task_poll(move |task| window.polled(task))
            .on_task_terminate(|task| here(|chef| chef.ended(task.id())));
    }

    /// Shows the runtime of this thread as the chef of this number. Others are not seen.
    ///
    /// # Panics
    /// Outside of a runtime, and if there is no such chef.
    pub fn show(&self, number: usize) {
        let board = Arc::clone(&self.boards[number]);
        board.open(Handle::current());
        HERE.set(Some(Chef::new(board)));
    }

    /// The same store; while a task waits for it, the window says so.
    pub fn noting(store: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(calls::Noting(store))
    }

    /// The current task works for a request, until this is dropped.
    pub(crate) fn seat(self: &Arc<Window>, what: String, request: Arc<str>) -> Option<Seat> {
        let task = task::try_id()?;
        Some(Seat::take(self, task, what, request))
    }

    /// Somebody looks at this chef, if there is such a chef and room for one more.
    pub(crate) fn viewer(self: &Arc<Window>, chef: usize) -> Result<Viewer, NoView> {
        let board = self.boards.get(chef).ok_or(NoView::NoSuchChef)?;
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        let seat = seat.map_err(|_| NoView::Full)?;
        Ok(Viewer::new(Arc::clone(self), Arc::clone(board), chef, seat))
    }

    /// Blocks the chef of this thread, as no handler should: `false` if one is blocked, or was only just now.
    pub(crate) fn block(&self) -> bool {
        let Ok(mut blocked) = self.blocked.try_lock() else {
            return false; // another chef is
        };
        if blocked.is_some_and(|last| last.elapsed() < PEACE) {
            return false;
        }
        std::thread::sleep(BLOCK); // what is never to be done in a handler
        *blocked = Some(Instant::now());
        true
    }

    fn polled(&self, task: &TaskMeta<'_>) {
        here(|chef| {
            if let Some((began, took)) = chef.polled(task.id())
                && took >= STALL
            {
                self.stalls.ended(task.id(), began, took);
            }
        });
    }
}

/// Tells the chef of this thread, if it is seen.
fn here(tell: impl FnOnce(&Chef)) {
    HERE.with_borrow(|chef| chef.as_ref().map(tell));
}

/// Why nobody can look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoView {
    NoSuchChef,
    /// As many look as there is room for.
    Full,
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window")
            .field("run", &self.run)
            .field("chefs", &self.boards.len())
            .finish_non_exhaustive()
    }
}
