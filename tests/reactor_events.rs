//! The reactor's events: each reaches those it is for, once they are still there, and wakes nobody else. On every reactor.

mod tools;

use std::cell::Cell;
use std::future::{Future, pending, poll_fn};
use std::io::{ErrorKind, Read, Write};
use std::net;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use tools::{
    Count, CountingWaker, KINDS, counting, let_others_run, on_every_reactor, poll_once,
    runtime_with, watched,
};
use toque::io::Async;
use toque::net::TcpListener;
use toque::runtime::ReactorKind;
use toque::spawn;
use toque::time::sleep;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const MILLISECOND: Duration = Duration::from_millis(1);

/// Runs a test's future on each reactor; one that hangs fails.
fn on_each<F: Future<Output = Result>>(test: impl Fn() -> F + Send + 'static) {
    watched(move || on_every_reactor(|runtime| runtime.block_on(test()).unwrap()));
}

fn pair() -> Result<(Async<UnixStream>, UnixStream)> {
    let (near, far) = UnixStream::pair()?;
    Ok((Async::new(near)?, far))
}

/// Reads what is there; a try is counted.
async fn read(io: &Async<UnixStream>, tries: &Count) -> std::io::Result<usize> {
    io.read_with(|mut io| {
        tries.add();
        io.read(&mut [0; 64])
    })
    .await
}

/// A pair of which the near end has a certain number.
fn pair_with_number(number: i32) -> Result<(UnixStream, UnixStream)> {
    let mut hoard = Vec::new();
    for _ in 0..64 {
        let (one, two) = UnixStream::pair()?;
        if one.as_raw_fd() == number {
            return Ok((one, two));
        }
        if two.as_raw_fd() == number {
            return Ok((two, one));
        }
        hoard.push((one, two));
    }
    Err("another test has taken the number".into())
}

/// Alone in its process, so that no other test takes a descriptor's number.
fn alone(name: &str, test: impl FnOnce()) {
    const ALONE: &str = "TOQUE_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(ALONE, "1")
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// creytiv/re PR 266, gatzka/cio#3, wasmer PR 6608: pending events of a closed descriptor reach a new owner of its number.
/// Two sources have their event in the same batch. The handler of the first closes the second and opens a new one, which has
/// the number, and has nothing to read.
#[test]
fn an_event_of_a_closed_descriptor_does_not_reach_the_next_owner_of_its_number() {
    alone(
        "an_event_of_a_closed_descriptor_does_not_reach_the_next_owner_of_its_number",
        || {
            on_each(|| async {
                let ((one, mut far_one), (two, mut far_two)) = (pair()?, pair()?);
                let handler = spawn(async move {
                    read(&one, &Count::default()).await.unwrap();
                    let number = two.as_raw_fd();
                    drop(two);
                    let (near, far) = pair_with_number(number).unwrap();
                    assert_waits_for_its_own_event(Async::new(near).unwrap(), far).await;
                });
                let_others_run().await;
                far_one.write_all(b"!")?;
                far_two.write_all(b"!")?;
                handler.await?;
                Ok(())
            });
        },
    );
}

/// The same with the old socket kept open by a duplicate, as by another process: its events go on, and must reach nobody.
/// Seen to fail with a source that is not removed.
#[test]
fn an_event_of_a_duplicate_does_not_reach_the_next_owner_of_a_number() {
    alone(
        "an_event_of_a_duplicate_does_not_reach_the_next_owner_of_a_number",
        || {
            on_each(|| async {
                let (old, mut far) = pair()?;
                let duplicate = old.get_ref().try_clone()?;
                let number = old.as_raw_fd();
                let waits_for_old = Arc::new(CountingWaker::default());
                assert!(
                    poll_once(&mut pin!(read(&old, &Count::default())), Waker::noop()).is_pending()
                );
                let waker = waits_for_old.clone().into();
                let polled = old.poll_readable(&mut Context::from_waker(&waker));
                assert!(polled.is_pending());
                drop(old);
                assert_eq!(waits_for_old.wakes(), 1, "told that it is gone");

                let (near, end) = pair_with_number(number)?;
                let near = Async::new(near)?;
                far.write_all(b"!")?;
                assert_waits_for_its_own_event(near, end).await;
                assert_eq!(waits_for_old.wakes(), 1);
                drop(duplicate);
                Ok(())
            });
        },
    );
}

/// The operating system refuses a descriptor that it still has: the same open file, by the same number. So this shows that the old
/// one is out, before its errand home has arrived. Seen to fail with a drop elsewhere that leaves it in.
#[test]
fn a_descriptor_dropped_elsewhere_leaves_the_reactor_at_once() {
    alone(
        "a_descriptor_dropped_elsewhere_leaves_the_reactor_at_once",
        || {
            on_each(|| async {
                let (old, _far) = pair()?;
                let duplicate = old.get_ref().try_clone()?;
                let number = old.as_raw_fd();
                // This task waits for the thread itself: no errand can arrive meanwhile.
                std::thread::spawn(move || drop(old)).join().unwrap();
                let again = duplicate.try_clone()?;
                assert_eq!(again.as_raw_fd(), number);
                Async::new(again)?;
                Ok(())
            });
        },
    );
}

/// Demands that nothing wakes a reader until its own peer does something.
async fn assert_waits_for_its_own_event(near: Async<UnixStream>, far: UnixStream) {
    let tries = Count::default();
    let reader = spawn({
        let tries = tries.clone();
        async move { read(&near, &tries).await }
    });
    sleep(2 * MILLISECOND).await; // so that every event has come
    let_others_run().await;
    assert_eq!(tries.get(), 1, "an event has come that was not for it");
    drop(far);
    assert_eq!(reader.await.unwrap().unwrap(), 0);
}

/// smol-rs/async-io#78: a waker's event missed because of the reactor's tick count.
#[test]
fn several_waiters_that_wait_again_in_the_same_turn_miss_nothing() {
    const READERS: usize = 4;
    const BYTES: usize = 2_000;
    on_each(|| async {
        let (near, mut far) = pair()?;
        let (near, left) = (Rc::new(near), Rc::new(Cell::new(BYTES)));
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let (near, left) = (near.clone(), left.clone());
                spawn(async move {
                    while left.get() > 0 {
                        let read = near.read_with(|mut io| io.read(&mut [0; 1]));
                        if read.await.unwrap() == 0 {
                            return;
                        }
                        left.set(left.get() - 1);
                    }
                })
            })
            .collect();
        let_others_run().await;
        let writer = thread::spawn(move || {
            for _ in 0..BYTES {
                far.write_all(b"!").unwrap();
                thread::yield_now();
            }
        });
        for reader in readers {
            reader.await?; // all of them: the end of the writer wakes those who wait in vain
        }
        writer.join().unwrap();
        assert_eq!(left.get(), 0);
        Ok(())
    });
}

#[test]
fn a_byte_at_a_time_from_another_thread_wakes_a_runtime_that_sleeps() {
    const ROUNDS: usize = 5_000;
    on_each(|| async {
        let (near, mut far) = pair()?;
        let echo = thread::spawn(move || {
            let mut byte = [0];
            for _ in 0..ROUNDS {
                far.read_exact(&mut byte).unwrap();
                far.write_all(&byte).unwrap();
            }
        });
        for round in 0..ROUNDS {
            let sent = [round as u8];
            near.write_with(|mut io| io.write(&sent)).await?;
            let mut got = [0];
            near.read_with(|mut io| io.read(&mut got)).await?;
            assert_eq!(got, sent);
        }
        echo.join().unwrap();
        Ok(())
    });
}

/// More sources than one wait gives events for. Needs many descriptors.
#[test]
fn more_events_than_one_wait_takes_all_arrive() {
    const SOURCES: usize = 1_300;
    const NAME: &str = "more_events_than_one_wait_takes_all_arrive";
    const MANY: &str = "TOQUE_TEST_MANY_DESCRIPTORS";
    if std::env::var_os(MANY).is_none() {
        let status = Command::new("sh")
            .args(["-c", "ulimit -n 4096 || exit 0; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .env(MANY, "1")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    on_each(|| async {
        let (readers, fars): (Vec<_>, Vec<_>) = (0..SOURCES)
            .map(|_| {
                let (near, far) = pair().unwrap();
                let reader = spawn(async move { read(&near, &Count::default()).await.unwrap() });
                (reader, far)
            })
            .unzip();
        let_others_run().await;
        for mut far in &fars {
            far.write_all(b"!")?;
        }
        for reader in readers {
            assert_eq!(reader.await?, 1);
        }
        Ok(())
    });
}

/// `EINTR`: a process that is stopped and continued finds its wait interrupted.
/// Seen to fail with the error passed on.
#[test]
fn a_wait_that_a_signal_interrupts_goes_on() {
    const NAME: &str = "a_wait_that_a_signal_interrupts_goes_on";
    const STOPPED: &str = "TOQUE_TEST_STOPPED";
    if let Some(number) = std::env::var_os(STOPPED) {
        let kind = KINDS[number.to_str().unwrap().parse::<usize>().unwrap()];
        return wait_for_the_end_of_input(kind);
    }
    for (number, kind) in KINDS.iter().enumerate() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(STOPPED, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It says a byte when it is about to wait.
        child.stderr.take().unwrap().read_exact(&mut [0]).unwrap();
        for _ in 0..10 {
            thread::sleep(2 * MILLISECOND);
            for signal in ["-STOP", "-CONT"] {
                let id = child.id().to_string();
                assert!(
                    Command::new("kill")
                        .args([signal, &id])
                        .status()
                        .unwrap()
                        .success()
                );
            }
        }
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "{kind:?}");
    }
}

fn wait_for_the_end_of_input(kind: ReactorKind) {
    runtime_with(kind).block_on(async {
        let input = Async::new(std::io::stdin()).unwrap();
        let polls = Count::default();
        std::io::stderr().write_all(b"!").unwrap();
        let read = input.read_with(|_| std::io::stdin().lock().read(&mut [0; 8]));
        assert_eq!(counting(polls.clone(), read).await.unwrap(), 0);
        assert!(polls.get() <= 2, "{} polls", polls.get());
    });
}

/// The processor time of this thread, where the system tells it.
#[cfg(target_os = "linux")]
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

#[cfg(not(target_os = "linux"))]
fn processor_time() -> Option<Duration> {
    None
}

/// Demands that the thread sleeps while it has nothing to do but hold what it holds.
async fn assert_idle() {
    let span = Duration::from_millis(60);
    let before = processor_time();
    sleep(span).await;
    let Some((before, after)) = before.zip(processor_time()) else {
        return;
    };
    assert!(
        after - before < span / 3,
        "busy for {:?} of {span:?}",
        after - before
    );
}

async fn tcp_pair() -> Result<(toque::net::TcpStream, net::TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let far = net::TcpStream::connect(listener.local_addr()?)?;
    Ok((listener.accept().await?.0, far))
}

/// tokio-rs/mio PR 933, 939, tokio#449: RDHUP taken as HUP spins. The thread must sleep beside a connection in any such state.
#[test]
fn a_connection_that_is_half_closed_closed_or_reset_costs_no_time() {
    on_each(|| async {
        // Nobody reads.
        let (near, far) = tcp_pair().await?;
        far.shutdown(net::Shutdown::Write)?;
        assert_idle().await;
        drop(far);
        assert_idle().await;
        drop(near);
        // Somebody waits to write, and the buffer is full.
        let (near, far) = tcp_pair().await?;
        let writer = spawn(async move {
            let mut near = near;
            futures_lite::AsyncWriteExt::write_all(&mut near, &vec![7; 16 << 20]).await
        });
        let_others_run().await;
        far.shutdown(net::Shutdown::Write)?;
        assert_idle().await;
        assert!(!writer.is_finished());
        // Reset, since the far end has not read all.
        drop(far);
        assert!(writer.await?.is_err());
        let (near, far) = tcp_pair().await?;
        near.writable().await?;
        let far = far_with_unread_data(&near, far)?;
        drop(far);
        assert_idle().await;
        assert!(near.try_read(&mut [0; 8]).is_err());
        Ok(())
    });
}

/// Closed with data unread, a socket sends a reset.
fn far_with_unread_data(
    near: &toque::net::TcpStream,
    far: net::TcpStream,
) -> Result<net::TcpStream> {
    near.try_write(b"soup")?;
    far.peek(&mut [0; 1])?;
    Ok(far)
}

#[test]
fn a_pipe_whose_other_end_is_gone_costs_no_time() {
    on_each(|| async {
        let mut child = Command::new("true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = Async::new(OwnedFd::from(child.stdin.take().unwrap()))?;
        let output = Async::new(OwnedFd::from(child.stdout.take().unwrap()))?;
        child.wait()?;
        assert_idle().await;
        let n = output
            .read_with(|io| Ok(rustix::io::read(io, &mut [0; 8])?))
            .await?;
        assert_eq!(n, 0);
        assert!(
            input
                .write_with(|io| Ok(rustix::io::write(io, b"!")?))
                .await
                .is_err()
        );
        Ok(())
    });
}

#[test]
fn data_that_nobody_reads_costs_no_time() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        far.write_all(b"soup")?;
        assert_idle().await;
        far.write_all(b"bread")?;
        assert_idle().await;
        assert_eq!(read(&near, &Count::default()).await?, 9);
        Ok(())
    });
}

/// A waker is foreign code: called when nothing is borrowed, it may do as it likes with the reactor.
struct Meddler {
    /// Dropped when it is woken.
    victims: Mutex<Vec<Async<UnixStream>>>,
    woken: Count,
}

impl Wake for Meddler {
    fn wake(self: Arc<Self>) {
        self.woken.add();
        self.victims.lock().unwrap().clear();
        let (near, mut far) = pair().unwrap();
        far.write_all(b"!").unwrap();
        let mut reading = pin!(read(&near, &self.woken));
        assert!(poll_once(&mut reading, Waker::noop()).is_ready());
    }
}

/// Seen to fail with wakers called while the sources are borrowed.
#[test]
fn a_waker_may_open_and_close_descriptors() {
    on_each(|| async {
        let ((near, mut far), (victim, mut far_victim)) = (pair()?, pair()?);
        let woken = Count::default();
        let meddler = Arc::new(Meddler {
            victims: Mutex::new(vec![victim]),
            woken: woken.clone(),
        });
        let waker = meddler.into();
        let mut reading = pin!(read(&near, &woken));
        assert!(poll_once(&mut reading, &waker).is_pending());
        assert_eq!(woken.get(), 1, "one try");
        far.write_all(b"!")?;
        far_victim.write_all(b"!")?; // closed by the handler of an event of the same batch
        sleep(2 * MILLISECOND).await;
        assert_eq!(woken.get(), 3, "one try, one wake, one try within it");
        assert_eq!(reading.await?, 1);
        let error = far_victim.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "closed, unread");
        Ok(())
    });
}

/// A waker that is dropped or replaced may have a descriptor of its own to close.
#[test]
fn a_waker_whose_drop_closes_a_descriptor_finds_the_reactor_free() {
    struct Holder(#[allow(dead_code)] Async<UnixStream>);
    impl Wake for Holder {
        fn wake(self: Arc<Self>) {}
    }
    on_each(|| async {
        let holder = || -> Result<Waker> { Ok(Arc::new(Holder(pair()?.0)).into()) };
        let (near, mut far) = pair()?;
        let tries = Count::default();
        {
            let mut reading = pin!(read(&near, &tries));
            assert!(poll_once(&mut reading, &holder()?).is_pending());
            assert!(poll_once(&mut reading, &holder()?).is_pending()); // replaced
        } // left
        for _ in 0..2 {
            let waker = holder()?;
            let mut cx = Context::from_waker(&waker);
            assert!(near.poll_readable(&mut cx).is_pending());
        }
        far.write_all(b"!")?;
        sleep(2 * MILLISECOND).await; // woken, and so dropped
        assert_eq!(read(&near, &tries).await?, 1);
        assert!(poll_once(&mut pin!(read(&near, &tries)), Waker::noop()).is_pending());
        let waker = holder()?;
        assert!(
            near.poll_readable(&mut Context::from_waker(&waker))
                .is_pending()
        );
        drop(waker);
        drop(near); // the last waker goes with its source
        Ok(())
    });
}

#[test]
fn who_waits_for_a_source_that_goes_is_woken() {
    on_each(|| async {
        let (near, _far) = pair()?;
        assert!(poll_once(&mut pin!(read(&near, &Count::default())), Waker::noop()).is_pending());
        let wakers = [(); 2].map(|()| Arc::new(CountingWaker::default()));
        for waker in &wakers {
            let waker = waker.clone().into();
            assert!(
                near.poll_readable(&mut Context::from_waker(&waker))
                    .is_pending()
            );
        }
        drop(near.into_inner());
        assert!(wakers.iter().all(|waker| waker.wakes() == 1));
        assert!(wakers.iter().all(|waker| Arc::strong_count(waker) == 1));
        Ok(())
    });
}

/// An event for one direction leaves the other's waiter where it is, and it is not forgotten by a system that tells but once.
#[test]
fn a_reader_that_is_served_does_not_disarm_the_writer() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        while near.get_ref().write(&[7; 4096]).is_ok() {} // full
        let near = Rc::new(near);
        let writer = spawn({
            let near = near.clone();
            async move { near.write_with(|mut io| io.write(b"!")).await }
        });
        let tries = Count::default();
        for _ in 0..3 {
            let_others_run().await;
            far.write_all(b"!")?;
            assert_eq!(read(&near, &tries).await?, 1);
        }
        assert!(!writer.is_finished());
        far.set_nonblocking(true)?;
        while far.read(&mut [0; 4096]).is_ok() {}
        assert_eq!(writer.await??, 1);
        Ok(())
    });
}

/// Readiness that nobody waits for must not end a wait for ever and ever, nor hide a wake from another thread.
#[test]
fn a_runtime_with_idle_sockets_still_hears_other_threads() {
    on_each(|| async {
        let pairs: Vec<_> = (0..10).map(|_| pair().unwrap()).collect();
        let (sender, receiver) = toque::sync::oneshot::channel();
        let far = thread::spawn(move || sender.send(()).unwrap());
        receiver.await?;
        far.join().unwrap();
        drop(pairs);
        let never = toque::time::timeout(MILLISECOND, pending::<()>());
        assert!(never.await.is_err());
        poll_fn(|_| Poll::Ready(())).await;
        Ok(())
    });
}
