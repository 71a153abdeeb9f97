//! A clock that stands still.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use toque::sync::oneshot;
use toque::time::{
    Duration, Instant, advance, interval, pause, resume, set_auto_advance, sleep, timeout,
};
use toque::{Builder, Runtime, spawn, spawn_blocking};

fn paused() -> Runtime {
    Builder::new_current_thread()
        .start_paused(true)
        .build()
        .unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn when_nobody_is_ready_the_clock_jumps_to_the_next_timer() {
    paused().block_on(async {
        let start = Instant::now();
        sleep(24 * HOUR).await;
        assert_eq!(start.elapsed(), 24 * HOUR);
        assert!(timeout(HOUR, std::future::pending::<()>()).await.is_err());
        assert_eq!(start.elapsed(), 25 * HOUR);
    });
}

#[test]
fn timers_fire_in_order_and_each_at_its_own_time() {
    paused().block_on(async {
        let start = Instant::now();
        let seen = Rc::new(RefCell::new(Vec::new()));
        for minutes in [3, 1, 2, 1] {
            let seen = seen.clone();
            spawn(async move {
                sleep(Duration::from_secs(60 * minutes)).await;
                seen.borrow_mut().push((minutes, start.elapsed()));
            });
        }
        advance(HOUR).await;
        let expected = [1, 1, 2, 3].map(|minutes| (minutes, Duration::from_secs(60 * minutes)));
        assert_eq!(*seen.borrow(), expected);
        assert_eq!(
            start.elapsed(),
            HOUR,
            "and the clock is where it was wanted"
        );
    });
}

#[test]
fn what_a_timer_sets_on_the_way_fires_on_the_way() {
    paused().block_on(async {
        let ticks = Rc::new(RefCell::new(0));
        let task = spawn({
            let ticks = ticks.clone();
            async move {
                let mut interval = interval(Duration::from_secs(1));
                loop {
                    interval.tick().await;
                    *ticks.borrow_mut() += 1;
                }
            }
        });
        advance(Duration::from_secs(10)).await;
        assert_eq!(*ticks.borrow(), 11, "one at once, then ten");
        task.abort();
    });
}

/// Lets the runtime be idle, and comes back by a wake of another thread, of which it knows nothing.
async fn somebody_elses_time_passes() {
    let (over, is_over) = oneshot::channel();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(5));
        over.send(()).unwrap();
    });
    is_over.await.unwrap();
    other.join().unwrap();
}

#[test]
fn without_auto_advance_only_advance_moves_the_clock() {
    paused().block_on(async {
        set_auto_advance(false);
        let sleeper = spawn(sleep(Duration::from_secs(1)));
        somebody_elses_time_passes().await;
        assert!(!sleeper.is_finished());
        advance(Duration::from_millis(999)).await;
        assert!(!sleeper.is_finished());
        advance(Duration::from_millis(1)).await;
        sleeper.await.unwrap();
    });
}

#[test]
fn an_advance_that_is_dropped_moves_the_clock_no_more() {
    paused().block_on(async {
        set_auto_advance(false);
        let sleeper = spawn(sleep(HOUR));
        {
            let mut advance = pin!(advance(HOUR));
            let first = poll_fn(|cx| Poll::Ready(advance.as_mut().poll(cx))).await;
            assert!(first.is_pending());
        }
        somebody_elses_time_passes().await;
        assert!(!sleeper.is_finished());
    });
}

#[test]
fn a_blocking_job_keeps_the_clock_from_jumping() {
    // tokio-rs/tokio#6242, #4522
    paused().block_on(async {
        let start = Instant::now();
        let late = timeout(
            HOUR,
            spawn_blocking(|| std::thread::sleep(Duration::from_millis(20))),
        );
        assert!(late.await.is_ok());
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_socket_of_this_process_keeps_the_clock_from_jumping() {
    use futures_lite::{AsyncReadExt, AsyncWriteExt};
    use toque::net::{TcpListener, TcpStream};

    paused().block_on(async {
        let start = Instant::now();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        for _ in 0..100 {
            client.write_all(b"soup").await.unwrap();
            let mut order = [0; 4];
            let read = timeout(HOUR, server.read_exact(&mut order));
            read.await.unwrap().unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

#[test]
fn resumed_the_clock_runs_on_from_where_it_stood() {
    Runtime::new().unwrap().block_on(async {
        let start = Instant::now();
        pause();
        advance(HOUR).await;
        resume();
        let now = start.elapsed();
        assert!(now >= HOUR);
        sleep(Duration::from_millis(2)).await;
        assert!(start.elapsed() >= now + Duration::from_millis(2));
        pause();
        let stands = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(Instant::now(), stands);
    });
}

#[test]
fn a_sleep_for_ever_jumps_nowhere_before_others() {
    paused().block_on(async {
        let start = Instant::now();
        let forever = spawn(sleep(Duration::MAX));
        sleep(HOUR).await;
        assert_eq!(start.elapsed(), HOUR);
        assert!(!forever.is_finished());
    });
}

/// Seen to fail: the end of the nearer one was the end of the other's wish, too, and it hung.
#[test]
fn two_advances_at_once_each_come_to_their_end() {
    paused().block_on(async {
        set_auto_advance(false);
        let start = Instant::now();
        let far = spawn(advance(2 * HOUR));
        let near = spawn(advance(HOUR));
        near.await.unwrap();
        assert_eq!(start.elapsed(), HOUR);
        far.await.unwrap();
        assert_eq!(start.elapsed(), 2 * HOUR);
    });
}

#[test]
fn advances_that_no_clock_can_hold_come_to_their_end() {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    paused().block_on(async {
        let start = Instant::now();
        for _ in 0..8 {
            advance(Duration::MAX).await;
            advance(7 * CENTURY).await;
        }
        assert!(start.elapsed() > 5 * CENTURY);
        assert!(start.elapsed() < 6 * CENTURY);
    });
}

#[test]
#[should_panic(expected = "the clock is not paused")]
fn advance_needs_a_paused_clock() {
    Runtime::new().unwrap().block_on(advance(HOUR));
}

#[test]
#[should_panic(expected = "the clock stands already")]
fn pausing_twice_is_a_mistake() {
    paused().block_on(async { pause() });
}

#[test]
#[should_panic(expected = "the clock is not paused")]
fn resuming_a_clock_that_runs_is_a_mistake() {
    Runtime::new().unwrap().block_on(async { resume() });
}

/// A waker whose thread takes its time afterwards.
struct Slow(Waker);

impl Wake for Slow {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_pool_thread_that_is_not_idle_yet_only_delays_the_clock() {
    paused().block_on(async {
        let mut job = spawn_blocking(|| ());
        let done = poll_fn(|cx| {
            let slow = Waker::from(Arc::new(Slow(cx.waker().clone())));
            Pin::new(&mut job).poll(&mut Context::from_waker(&slow))
        });
        done.await.unwrap();
        sleep(HOUR).await; // it hung here: the clock waited for the thread, which told nobody that it was done
    });
}
