use super::*;
use std::sync::mpsc;

struct Closure {
    run: Box<dyn FnOnce() + Send>,
    mandatory: bool,
}

impl Job for Closure {
    fn run(self) {
        (self.run)();
    }

    fn is_mandatory(&self) -> bool {
        self.mandatory
    }
}

fn job(f: impl FnOnce() + Send + 'static) -> Closure {
    Closure {
        run: Box::new(f),
        mandatory: false,
    }
}

fn mandatory(f: impl FnOnce() + Send + 'static) -> Closure {
    Closure {
        mandatory: true,
        ..job(f)
    }
}

fn pool(threads: usize, keep_alive: Duration) -> Arc<Pool<Closure>> {
    Arc::new(Pool::new(Limits {
        threads,
        keep_alive,
        name: "test".to_owned(),
        stack_size: None,
    }))
}

const LONG: Duration = Duration::from_secs(60);

#[test]
fn every_job_is_run_and_never_by_more_threads_than_allowed() {
    let pool = pool(3, LONG);
    let (done, results) = mpsc::channel();
    for n in 0..100 {
        let done = done.clone();
        pool.submit(job(move || {
            done.send((n, std::thread::current().id())).unwrap()
        }))
        .unwrap();
    }
    let results: Vec<_> = results.iter().take(100).collect();
    let threads: std::collections::HashSet<_> = results.iter().map(|(_, thread)| thread).collect();
    assert!(threads.len() <= 3);
    let mut numbers: Vec<_> = results.iter().map(|(n, _)| *n).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    pool.close();
    assert_eq!(pool.wait_until_empty(LONG), 0);
}

#[test]
fn idle_threads_leave() {
    let pool = pool(2, Duration::from_millis(1));
    let (done, wait) = mpsc::channel();
    pool.submit(job(move || done.send(()).unwrap())).unwrap();
    wait.recv().unwrap();
    assert_eq!(pool.wait_until_empty(LONG), 0); // without being closed
    let (done, wait) = mpsc::channel();
    pool.submit(job(move || done.send(()).unwrap())).unwrap();
    wait.recv().unwrap(); // and others come
}

#[test]
fn an_idle_thread_is_used_before_another_is_started() {
    let pool = pool(8, LONG);
    for _ in 0..20 {
        let (done, wait) = mpsc::channel();
        pool.submit(job(move || done.send(()).unwrap())).unwrap();
        wait.recv().unwrap();
        while pool.state.lock().idle == 0 {
            std::thread::yield_now();
        }
    }
    assert_eq!(pool.state.lock().threads, 1);
}

#[test]
fn closed_it_gives_back_what_has_not_begun_and_takes_no_more() {
    let pool = pool(1, LONG);
    let (begun, wait) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    pool.submit(job(move || {
        begun.send(()).unwrap();
        let _ = released.recv();
    }))
    .unwrap();
    wait.recv().unwrap();
    pool.submit(job(|| panic!("never run"))).unwrap();
    assert_eq!(pool.close().len(), 1);
    assert!(matches!(pool.submit(job(|| ())), Err(Refused::Closed(_))));
    assert_eq!(pool.wait_until_empty(Duration::ZERO), 1);
    drop(release);
    assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
}

#[test]
fn mandatory_jobs_are_done_after_the_close_and_others_are_given_back() {
    let pool = pool(1, LONG);
    let (release, released) = mpsc::channel();
    let (begun, has_begun) = mpsc::channel();
    let hold = move || {
        begun.send(()).unwrap();
        released.recv().unwrap();
    };
    pool.submit(job(hold)).unwrap();
    has_begun.recv().unwrap();
    let (done, results) = mpsc::channel();
    for n in 0..4 {
        let done = done.clone();
        let work = move || done.send(n).unwrap();
        let is_even = n % 2 == 0;
        pool.submit(if is_even { mandatory(work) } else { job(work) })
            .unwrap();
    }
    drop(done);
    assert_eq!(pool.close().len(), 2);
    release.send(()).unwrap();
    assert_eq!(pool.wait_until_empty(LONG), 0);
    assert_eq!(results.iter().collect::<Vec<_>>(), [0, 2]);
}

/// A stack for which no system has room: no thread can be started.
fn pool_without_threads(limit: usize) -> Arc<Pool<Closure>> {
    let mut limits = pool(limit, LONG).limits.clone();
    limits.stack_size = Some(isize::MAX as usize);
    Arc::new(Pool::new(limits))
}

/// As `submit` leaves it when it is about to start a thread.
fn about_to_start_one(pool: &Pool<Closure>) {
    let mut state = pool.state.lock();
    state
        .queue
        .push_back(job(|| unreachable!("there is no thread")));
    state.threads += 1;
}

fn given_back(result: Result<(), Refused<Closure>>) -> usize {
    match result {
        Ok(()) => 0,
        Err(Refused::NoThread(jobs, _)) => jobs.len(),
        Err(Refused::Closed(_)) => unreachable!("it is open"),
    }
}

/// tokio-rs/tokio#8406: jobs that nobody came for were left in the queue.
#[test]
fn the_last_start_that_fails_gives_back_the_jobs_of_all() {
    let pool = pool_without_threads(2);
    about_to_start_one(&pool);
    about_to_start_one(&pool);
    let first = given_back(pool.start_thread());
    assert_eq!(first, 0, "the other thread may come for both");
    assert_eq!(given_back(pool.start_thread()), 2);
    assert!(!pool.is_busy());

    let pool = pool_without_threads(1);
    about_to_start_one(&pool);
    let second = pool.submit(job(|| unreachable!("there is no thread")));
    assert_eq!(
        given_back(second),
        0,
        "it counts on the thread of the first"
    );
    assert_eq!(given_back(pool.start_thread()), 2);
    assert!(!pool.is_busy());
}

#[test]
fn a_start_that_fails_ends_the_wait_for_the_last_thread() {
    let pool = pool_without_threads(1);
    about_to_start_one(&pool);
    let (begins, begun) = mpsc::channel();
    let waiter = std::thread::spawn({
        let pool = Arc::clone(&pool);
        move || {
            let start = Instant::now();
            begins.send(()).unwrap();
            assert_eq!(pool.wait_until_empty(LONG), 0);
            start.elapsed()
        }
    });
    begun.recv().unwrap();
    assert_eq!(given_back(pool.start_thread()), 1);
    assert!(waiter.join().unwrap() < LONG);
}

/// std may end a wait without a reason; here somebody calls for none.
#[test]
fn a_wait_that_ends_without_a_reason_goes_on() {
    let pool = pool(1, LONG);
    pool.submit(job(|| {})).unwrap();
    while pool.load().idle == 0 {
        std::thread::yield_now();
    }
    let limit = Duration::from_millis(30);
    let begin = Instant::now();
    let same = pool.clone();
    let ringer = std::thread::spawn(move || {
        while begin.elapsed() < 2 * limit {
            same.work.notify_all();
            same.empty.notify_all();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(pool.wait_until_empty(limit), 1, "the thread is still idle");
    assert!(begin.elapsed() >= limit);
    ringer.join().unwrap();
}

#[test]
fn a_job_that_waits_for_a_thread_keeps_the_pool_busy() {
    let pool = pool(1, LONG);
    assert!(!pool.is_busy());
    pool.state.lock().queue.push_back(job(|| {}));
    assert!(pool.is_busy());
}
