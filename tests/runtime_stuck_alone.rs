//! The hint for a deadlock where the runtime is alone in its process: it comes at once, however patient one is. A program of its own,
//! since those of the test harness have more threads than one.

use std::future::pending;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use toque::sync::oneshot;
use toque::{Builder, Runtime};

const LATER: Duration = Duration::from_millis(100);

fn patient() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.panic_when_stuck(Duration::MAX).build().unwrap()
}

fn main() {
    if cfg!(not(target_os = "linux")) {
        return; // elsewhere nobody knows how many threads there are
    }
    if !is_alone() {
        return println!("not alone: a sanitizer has a thread of its own");
    }
    std::panic::set_hook(Box::new(|_| {}));
    one_that_is_alone_is_told_at_once();
    the_threads_of_its_own_pool_are_no_others();
    neither_is_its_watcher();
    another_thread_may_wake_it();
    when_that_has_ended_it_may_not();
    println!("ok");
}

/// tsan's own thread comes with the first other one. That one may be seen for a moment after it has been joined.
fn is_alone() -> bool {
    std::thread::spawn(|| {}).join().unwrap();
    (0..100).any(|_| {
        let threads = std::fs::read_dir("/proc/self/task").unwrap().count();
        std::thread::sleep(Duration::from_millis(10));
        threads == 1
    })
}

#[track_caller]
fn fails(runtime: &Runtime) {
    let begin = Instant::now();
    let panic = catch_unwind(|| runtime.block_on(pending::<()>())).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("the process has no other thread"), "{text}");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

fn one_that_is_alone_is_told_at_once() {
    fails(&patient());
}

fn the_threads_of_its_own_pool_are_no_others() {
    let runtime = patient();
    runtime.block_on(async { toque::spawn_blocking(|| {}).await.unwrap() });
    fails(&runtime);
}

fn neither_is_its_watcher() {
    let mut builder = Builder::new_current_thread();
    let builder = builder.warn_on_stall(Duration::from_secs(1));
    fails(&builder.panic_when_stuck(Duration::MAX).build().unwrap());
    std::thread::sleep(LATER); // the watcher goes in its own time
}

fn another_thread_may_wake_it() {
    patient().block_on(async {
        let (send, receive) = oneshot::channel();
        std::thread::spawn(move || {
            std::thread::sleep(LATER);
            send.send(()).unwrap();
        });
        receive.await.unwrap();
    });
}

fn when_that_has_ended_it_may_not() {
    let runtime = patient();
    let other = std::thread::spawn(|| std::thread::sleep(LATER));
    fails(&runtime);
    other.join().unwrap();
}
