//! The dump on a signal: a thread beside the runtime's that prints how its tasks stand, also while one of them blocks the loop.
//! Started by the builder where [`Builder::dump_on_signal`] was called, ended by the runtime.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::bell::Bell;
use super::handler::Handler;
use super::unix::SignalKind;
use crate::executor::ledger::Ledger;
use crate::runtime::{Builder, Companion, Dump};

impl Builder {
    /// Prints the [dump](crate::dump()) of the runtime to standard error whenever the process gets such a signal:
    /// [`SignalKind::quit`], by custom, which is Ctrl-\ in a terminal and `kill -QUIT`.
    ///
    /// A thread of its own does it, which sleeps until then. It reads what was noted when each task was polled last, so it prints also
    /// while a task blocks the loop. It inspects tasks, as [`enable_task_inspection`](Builder::enable_task_inspection) does.
    ///
    /// The signal's default action [is off](crate::signal#the-default-action) from then on: `SIGQUIT` no more ends the process. Each runtime
    /// that was built so prints its own.
    ///
    /// [`build`](Builder::build) fails with `InvalidInput` for what can't be caught.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// let runtime = toque::Builder::new_current_thread()
    ///     .dump_on_signal(SignalKind::quit())
    ///     .build()?;
    /// # runtime.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn dump_on_signal(&mut self, kind: SignalKind) -> &mut Builder {
        self.accompany(Arc::new(move |ledger| start(kind, ledger)));
        self
    }
}

/// When to try again if the system has no memory to wait with. The thread stays: its runtime counts on it.
const LATER: Duration = Duration::from_millis(100);

/// Ends the thread when it is dropped. It does not wait for it: it may be printing to somebody who does not read.
#[derive(Debug)]
struct Dumper {
    /// Rings the bell.
    #[allow(dead_code, reason = "held for its drop")]
    handler: Handler,
    bell: Arc<Bell>,
    /// What a ring is for: a dump, or from now on the end.
    ended: Arc<AtomicBool>,
}

fn start(kind: SignalKind, ledger: Arc<Ledger>) -> io::Result<Companion> {
    let bell = Arc::new(Bell::new()?);
    let dumper = Dumper {
        handler: Handler::new(kind.as_raw_value(), Arc::clone(&bell))?,
        bell: Arc::clone(&bell),
        ended: Arc::default(),
    };
    let ended = Arc::clone(&dumper.ended);
    thread::Builder::new()
        .name("toque-dump".to_owned())
        .spawn(move || run(&bell, &ended, &ledger))?;
    Ok(Box::new(dumper))
}

impl Drop for Dumper {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release); // before the ring, which so is taken for the end
        self.bell.ring();
    }
}

fn run(bell: &Bell, ended: &AtomicBool, ledger: &Ledger) {
    loop {
        wait_for_a_ring(bell);
        // Acquire: with the end's store. The bell itself is the kernel's, which orders too.
        if ended.load(Ordering::Acquire) {
            return;
        }
        print(ledger);
    }
}

/// Waits for the next ring.
fn wait_for_a_ring(bell: &Bell) {
    loop {
        let mut fds = [PollFd::new(bell, PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) if bell.answer().is_ok() => return,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => thread::sleep(LATER),
        }
    }
}

/// In one piece. What can't be written is lost: `eprintln!` would panic.
fn print(ledger: &Ledger) {
    let text = format!("toque: {}\n", Dump::of(Some(ledger)));
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
