//! The watcher: it names the poll that keeps the thread, while it does.

mod tools;

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use toque::runtime::Stall;
use toque::task::yield_now;
use toque::{Builder, Runtime, spawn};

/// How long a poll may take in these tests.
const LIMIT: Duration = Duration::from_millis(20);

fn watched() -> (Runtime, Receiver<Stall>) {
    let (tell, told) = channel();
    let runtime = Builder::new_current_thread()
        .warn_on_stall(LIMIT)
        .on_stall(move |stall| drop(tell.send(stall.clone())))
        .build()
        .unwrap();
    (runtime, told)
}

/// Blocks the thread until the stall is told.
#[inline(never)]
fn burns_the_soup(told: &Receiver<Stall>) -> Stall {
    let stall = told.recv_timeout(tools::PATIENCE).expect("a stall is told");
    std::hint::black_box(stall) // no tail call: the frame stays
}

#[test]
fn a_handler_that_blocks_is_named_while_it_blocks() {
    let (runtime, told) = watched();
    let begin = Instant::now();
    let (stall, id) = runtime.block_on(async move {
        let soup = toque::task::Builder::new()
            .name("soup")
            .spawn(async move { burns_the_soup(&told) })
            .unwrap();
        let id = soup.id();
        (soup.await.unwrap(), id)
    });
    assert_eq!((stall.id, stall.name.as_deref()), (Some(id), Some("soup")));
    assert_eq!(stall.location.unwrap().file(), file!());
    assert!(stall.running_for >= LIMIT && stall.running_for <= begin.elapsed());
    let text = stall.to_string();
    assert!(
        text.contains("\"soup\", spawned at ") && text.contains("has blocked the loop for"),
        "{text}"
    );
}

/// The thread waits in the channel's lock, and its stack leads through this file.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_stack_of_the_blocked_thread_names_the_function_that_blocks() {
    let (runtime, told) = watched();
    let stall = runtime.block_on(async { burns_the_soup(&told) });
    assert_eq!(stall.id, None, "the future of `block_on` is no task");
    let thread = stall.thread.expect("it still ran");
    assert!(thread.state.starts_with('S'), "{thread:?}");
    assert!(thread.system_call.is_some(), "{thread:?}");
    let begin = burns_the_soup as *const () as u64;
    let within = |address: u64| (begin..begin + 1024).contains(&address);
    let frame = thread.frames.iter().find(|frame| within(frame.address));
    let frame = frame.unwrap_or_else(|| panic!("{begin:#x} is not in {thread:?}"));
    assert_eq!(
        frame.module,
        std::env::current_exe().unwrap().to_str().unwrap()
    );
}

#[test]
fn each_stall_is_told_once() {
    let (runtime, told) = watched();
    runtime.block_on(async {
        let first = burns_the_soup(&told);
        thread::sleep(3 * LIMIT);
        assert!(told.try_recv().is_err(), "the same poll again");
        yield_now().await;
        let second = burns_the_soup(&told);
        assert!(first.running_for >= LIMIT && second.running_for >= LIMIT);
    });
}

/// On a machine that is busy with others a poll may be kept for so long by them, and then the stall is real; but not each time.
#[test]
fn what_waits_is_no_stall() {
    let (runtime, told) = watched();
    let no_stall = || {
        runtime.block_on(async { spawn(toque::time::sleep(4 * LIMIT)).await.unwrap() });
        told.try_iter().count() == 0
    };
    assert!((0..50).any(|_| no_stall()));
    drop(runtime);
    let last = told.recv_timeout(tools::PATIENCE);
    assert!(last.is_err(), "the watcher goes with its runtime");
}

#[test]
fn a_hook_that_panics_is_called_again() {
    let (tell, told) = channel();
    let runtime = Builder::new_current_thread()
        .warn_on_stall(LIMIT)
        .on_stall(move |stall| {
            tell.send(stall.clone()).unwrap();
            panic!("a hook that panics");
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        burns_the_soup(&told);
        yield_now().await;
        burns_the_soup(&told);
    });
}

#[test]
fn a_panic_of_the_main_future_ends_its_poll() {
    let (runtime, told) = watched();
    let caught = tools::caught(|| runtime.block_on(async { panic!("no salt") }));
    assert_eq!(caught.message, "no salt");
    told.try_iter().for_each(drop); // a panic with its backtrace may be one
    runtime.block_on(async { burns_the_soup(&told) });
}
