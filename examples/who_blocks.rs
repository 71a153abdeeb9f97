//! Who keeps the thread, and how everybody else stands meanwhile.
//!
//! `cargo run --example who_blocks` prints
//! ```text
//! "soup" has kept the thread for a while
//! "soup" is polled
//! "bread" waits for a timer
//! "salad" is ready, and nobody has time for it
//! ```

use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use toque::runtime::{TaskInfo, TaskState, Wait};
use toque::task::{Builder, yield_now};
use toque::{Handle, time};

fn main() -> std::io::Result<()> {
    who_blocks(|line| println!("{line}"))
}

/// Says each line to `say`, so that a test can listen.
pub(crate) fn who_blocks(say: impl Fn(&str) + Copy + 'static) -> std::io::Result<()> {
    let (tell, told) = mpsc::channel();
    let lent = Arc::new(OnceLock::<Handle>::new());
    let lend = lent.clone();
    let runtime = toque::Builder::new_current_thread()
        .enable_task_inspection()
        .warn_on_stall(Duration::from_millis(20))
        .on_stall(move |stall| {
            // On the watcher's thread: the runtime's own is blocked, and can still be asked.
            let name = stall.name.as_deref().unwrap_or("?");
            let mut lines = vec![format!("{name:?} has kept the thread for a while")];
            if let Some(handle) = lent.get() {
                lines.extend(handle.tasks().iter().flatten().map(standing));
            }
            let _ = tell.send(lines); // if nobody listens, the program has ended
        })
        .build()?;
    lend.set(runtime.handle().clone()).ok();
    runtime.block_on(async move {
        let soup = async move {
            yield_now().await; // so that the others have begun
            told.recv() // the mistake: it blocks the thread; the receiver of a `toque::sync` channel would not
        };
        let soup = Builder::new().name("soup").spawn(soup)?;
        let bread = async { time::sleep(Duration::from_secs(60)).await };
        Builder::new().name("bread").spawn(bread)?;
        let salad = async {
            loop {
                yield_now().await;
            }
        };
        Builder::new().name("salad").spawn(salad)?;
        let lines = soup.await.map_err(std::io::Error::other)?;
        lines
            .map_err(std::io::Error::other)?
            .iter()
            .for_each(|line| say(line));
        Ok(())
    })
}

/// How a task stands, in a sentence.
fn standing(task: &TaskInfo) -> String {
    let name = task.name.as_deref().unwrap_or("?");
    match &task.state {
        TaskState::Running => format!("{name:?} is polled"),
        TaskState::Ready => format!("{name:?} is ready, and nobody has time for it"),
        TaskState::Waiting(waits) if matches!(waits[..], [Wait::Timer(_)]) => {
            format!("{name:?} waits for a timer")
        }
        other => format!("{name:?}: {other:?}"),
    }
}
