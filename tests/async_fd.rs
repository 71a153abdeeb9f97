//! `Async`: descriptors of every kind, through the public API, on every reactor.

mod tools;

use std::fs::File;
use std::future::{Future, poll_fn};
use std::io::{ErrorKind, Read, Write};
use std::net::UdpSocket;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::pin::pin;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use tools::{
    Count, CountingWaker, counting, let_others_run, on_every_reactor, poll_once, run, watched,
};
use toque::io::Async;
use toque::{Runtime, spawn};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a test's future on each reactor; one that hangs fails.
fn on_each<F: Future<Output = Result>>(test: impl Fn() -> F + Send + 'static) {
    watched(move || on_every_reactor(|runtime| runtime.block_on(test()).unwrap()));
}

/// Two ends, one of them in the reactor.
fn pair() -> Result<(Async<UnixStream>, UnixStream)> {
    let (near, far) = UnixStream::pair()?;
    Ok((Async::new(near)?, far))
}

async fn read_byte(io: &Async<UnixStream>) -> std::io::Result<u8> {
    let mut byte = [0];
    io.read_with(|mut io| io.read_exact(&mut byte)).await?;
    Ok(byte[0])
}

#[test]
fn a_stream_of_bytes_goes_both_ways_through_futures_io() {
    on_each(|| async {
        let (near, far) = UnixStream::pair()?;
        let (mut near, far) = (Async::new(near)?, Async::new(far)?);
        let echo = spawn(async move { futures_lite::io::copy(&far, &far).await });
        let sent: Vec<u8> = (0..1 << 20).map(|n: u32| (n >> 4) as u8).collect();
        let mut received = vec![0; sent.len()];
        let (mut reader, mut writer) = (&near, &near);
        let write = writer.write_all(&sent);
        futures_lite::future::try_zip(write, reader.read_exact(&mut received)).await?;
        assert!(received == sent);
        near.flush().await?;
        near.close().await?; // flushes, and leaves it open
        near.get_ref().shutdown(std::net::Shutdown::Write)?;
        assert_eq!(echo.await??, sent.len() as u64);
        Ok(())
    });
}

/// tokio-rs/tokio-core#117: HUP without IN not delivered to readers of a pipe.
#[test]
fn the_reader_of_an_emptied_pipe_learns_of_its_end() {
    on_each(|| async {
        let mut cat = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = Async::new(OwnedFd::from(cat.stdin.take().unwrap()))?;
        let output = Async::new(OwnedFd::from(cat.stdout.take().unwrap()))?;
        let written = input
            .write_with(|io| Ok(rustix::io::write(io, b"soup")?))
            .await?;
        assert_eq!(written, 4);
        let mut buf = [0; 64];
        let n = output
            .read_with(|io| Ok(rustix::io::read(io, &mut buf)?))
            .await?;
        assert_eq!(&buf[..n], b"soup");
        let end = spawn(async move {
            output
                .read_with(|io| Ok(rustix::io::read(io, &mut [0; 64])?))
                .await
        });
        let_others_run().await;
        assert!(!end.is_finished(), "emptied, and not at its end");
        drop(input); // `cat` ends, and with it the pipe
        assert_eq!(end.await??, 0);
        cat.wait()?;
        Ok(())
    });
}

#[test]
fn the_writer_of_a_full_pipe_learns_that_its_reader_is_gone() {
    on_each(|| async {
        let mut sleeper = Command::new("sleep")
            .arg("1000")
            .stdin(Stdio::piped())
            .spawn()?;
        let input = Async::new(OwnedFd::from(sleeper.stdin.take().unwrap()))?;
        let writer = spawn(async move {
            loop {
                let write = |io: &OwnedFd| Ok(rustix::io::write(io, &[7; 4096])?);
                if let Err(error) = input.write_with(write).await {
                    return error.kind();
                }
            }
        });
        let_others_run().await;
        assert!(!writer.is_finished(), "full");
        sleeper.kill()?;
        sleeper.wait()?;
        assert_eq!(writer.await?, ErrorKind::BrokenPipe);
        Ok(())
    });
}

#[test]
fn datagrams_and_listeners_join_the_reactor_too() {
    on_each(|| async {
        let receiver = Async::new(UdpSocket::bind("127.0.0.1:0")?)?;
        let addr = receiver.get_ref().local_addr()?;
        let received = spawn(async move {
            let mut buf = [0; 64];
            let (n, _) = receiver
                .read_with(|io| io.recv_from(&mut buf))
                .await
                .unwrap();
            buf[..n].to_vec()
        });
        let_others_run().await;
        let sender = Async::new(UdpSocket::bind("127.0.0.1:0")?)?;
        sender.write_with(|io| io.send_to(b"soup", addr)).await?;
        assert_eq!(received.await?, b"soup");

        let (near, far) = UnixDatagram::pair()?;
        let (near, far) = (Async::new(near)?, Async::new(far)?);
        near.write_with(|io| io.send(b"bread")).await?;
        assert_eq!(far.read_with(|io| io.recv(&mut [0; 64])).await?, 5);

        let path = std::env::temp_dir().join(format!("toque-{}-{addr}", std::process::id()));
        let listener = Async::new(UnixListener::bind(&path)?)?;
        let accepted = spawn(async move { listener.read_with(UnixListener::accept).await.is_ok() });
        let_others_run().await;
        let _client = UnixStream::connect(&path)?;
        std::fs::remove_file(&path)?;
        assert!(accepted.await?);
        Ok(())
    });
}

#[test]
fn a_file_on_a_disk_is_refused() {
    on_each(|| async {
        let file = File::open(std::env::current_exe()?)?;
        let error = Async::new(file).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        Ok(())
    });
}

#[test]
fn one_descriptor_cannot_be_registered_twice_and_the_first_stays() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let error = Async::new(near.as_fd()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        far.write_all(b"!")?;
        assert_eq!(read_byte(&near).await?, b'!');
        Ok(())
    });
}

#[test]
fn a_descriptor_taken_out_can_be_put_in_again() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let near = near.into_inner();
        far.write_all(b"!")?;
        let near = Async::new(near)?;
        assert_eq!(read_byte(&near).await?, b'!');
        let borrowed = near.into_inner();
        let near = Async::new(&borrowed)?;
        far.write_all(b"?")?;
        let read = |io: &&UnixStream| (&mut &**io).read(&mut [0; 8]);
        assert_eq!(near.read_with(read).await?, 1);
        drop(near);
        let shared = Async::new(Arc::new(borrowed))?;
        assert!(shared.as_raw_fd() > 2);
        Ok(())
    });
}

/// Not more than 256 others are kept beside one poller. Whoever has to go is woken, and so comes back.
#[test]
fn of_too_many_pollers_the_first_are_woken_and_of_two_that_take_turns_none() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let holders: Vec<_> = (0..300).map(|_| Arc::<CountingWaker>::default()).collect();
        let poll = |holder: &Arc<CountingWaker>| {
            let waker = Waker::from(holder.clone());
            near.poll_readable(&mut Context::from_waker(&waker))
        };
        let wakes = |holders: &[Arc<CountingWaker>]| -> usize {
            holders.iter().map(|holder| holder.wakes()).sum()
        };
        for holder in holders[..2].iter().cycle().take(600) {
            assert!(poll(holder).is_pending());
        }
        assert_eq!(wakes(&holders), 0);
        for holder in &holders[2..] {
            assert!(poll(holder).is_pending());
        }
        assert_eq!(wakes(&holders), 300 - 257);
        far.write_all(b"0")?;
        near.readable().await?;
        assert!(holders.iter().all(|holder| holder.wakes() == 1));
        Ok(())
    });
}

#[test]
fn what_can_not_be_registered_counts_for_nothing() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        assert!(Async::new(File::open("Cargo.toml").unwrap()).is_err());
    });
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.io_driver_fd_registered_count(), 0);
}

#[test]
fn all_who_wait_for_one_direction_are_woken() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let near = Rc::new(near);
        let readers: Vec<_> = (0..5)
            .map(|_| {
                let near = near.clone();
                spawn(async move { read_byte(&near).await.unwrap() })
            })
            .collect();
        let pollers: Vec<_> = (0..5)
            .map(|_| {
                let near = near.clone();
                spawn(async move {
                    let mut byte = [0];
                    (&*near).read_exact(&mut byte).await.unwrap();
                    byte[0]
                })
            })
            .collect();
        let_others_run().await;
        far.write_all(b"0123456789")?;
        let mut got = Vec::new();
        for reader in readers.into_iter().chain(pollers) {
            got.push(reader.await?);
        }
        got.sort_unstable();
        assert_eq!(got, b"0123456789");
        Ok(())
    });
}

#[test]
fn readers_and_writers_do_not_wake_each_other() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        while near.get_ref().write(&[7; 4096]).is_ok() {} // full
        let near = Rc::new(near);
        let (reads, writes) = (Count::default(), Count::default());
        let reader = spawn(counting(reads.clone(), {
            let near = near.clone();
            async move { read_byte(&near).await.unwrap() }
        }));
        let writer = spawn(counting(writes.clone(), {
            let near = near.clone();
            async move { near.write_with(|mut io| io.write(b"!")).await.unwrap() }
        }));
        let_others_run().await;
        let before = writes.get();
        far.write_all(b"!")?;
        assert_eq!(reader.await?, b'!');
        let_others_run().await;
        // Edges of both directions may come in one event, and a writer that finds no room waits on.
        assert!(writes.get() <= before + 2, "{} polls", writes.get());
        assert!(!writer.is_finished());
        let reads_before = reads.get();
        far.set_nonblocking(true)?;
        while far.read(&mut [0; 4096]).is_ok() {}
        assert_eq!(writer.await?, 1);
        assert_eq!(reads.get(), reads_before);
        Ok(())
    });
}

#[test]
fn an_operation_that_is_dropped_waits_no_more() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let waker = Arc::new(CountingWaker::default());
        {
            let mut read = pin!(read_byte(&near));
            assert!(poll_once(&mut read, &waker.clone().into()).is_pending());
            assert_eq!(Arc::strong_count(&waker), 2);
        }
        assert_eq!(Arc::strong_count(&waker), 1, "nothing is left behind");
        far.write_all(b"!")?;
        assert_eq!(read_byte(&near).await?, b'!', "and nothing is lost");
        assert_eq!(waker.wakes(), 0);
        Ok(())
    });
}

#[test]
fn an_operation_polled_by_another_task_wakes_that_one() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let (first, second) = (
            Arc::new(CountingWaker::default()),
            Arc::new(CountingWaker::default()),
        );
        let mut read = pin!(read_byte(&near));
        assert!(poll_once(&mut read, &first.clone().into()).is_pending());
        assert!(poll_once(&mut read, &second.clone().into()).is_pending());
        assert_eq!(Arc::strong_count(&first), 1);
        far.write_all(b"!")?;
        near.readable().await?;
        assert_eq!((first.wakes(), second.wakes()), (0, 1));
        assert_eq!(read.await?, b'!');
        Ok(())
    });
}

/// Those who are interrupted try again; those who would block wait; any other error is the caller's.
#[test]
fn what_an_operation_says_is_passed_on_or_tried_again() {
    on_each(|| async {
        let (near, _far) = pair()?;
        let mut tries = 0;
        let result = near
            .read_with(|_| {
                tries += 1;
                if tries < 3 {
                    Err(ErrorKind::Interrupted.into())
                } else {
                    Ok(tries)
                }
            })
            .await?;
        assert_eq!(result, 3);
        let error = near.read_with::<()>(|_| Err(ErrorKind::Other.into())).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Other);
        Ok(())
    });
}

/// de-vri-es/tokio-seqpacket-rs#6: a poll that trusts one readiness and does not loop. A new source is taken for ready.
#[test]
fn a_readiness_that_is_stale_before_the_first_try_costs_one_try() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let tries = Count::default();
        let reader = spawn({
            let tries = tries.clone();
            async move {
                near.read_with(|mut io| {
                    tries.add();
                    io.read(&mut [0; 8])
                })
                .await
            }
        });
        let_others_run().await;
        assert_eq!(tries.get(), 1);
        far.write_all(b"!")?;
        assert_eq!(reader.await??, 1);
        assert_eq!(tries.get(), 2);
        Ok(())
    });
}

/// tokio-rs/tokio#5631: an event arrives while no reader is registered, then an edge is lost.
#[test]
fn readiness_is_kept_until_it_is_used() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        assert!(poll_once(&mut pin!(read_byte(&near)), std::task::Waker::noop()).is_pending());
        far.write_all(b"!")?;
        toque::time::sleep(std::time::Duration::from_millis(2)).await; // the event comes, for nobody
        let_others_run().await;
        near.readable().await?;
        near.readable().await?;
        assert_eq!(read_byte(&near).await?, b'!');
        Ok(())
    });
}

#[test]
fn readable_and_writable_say_what_can_be_tried() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        near.writable().await?;
        poll_fn(|cx| near.poll_writable(cx)).await?;
        assert!(poll_once(&mut pin!(read_byte(&near)), std::task::Waker::noop()).is_pending());
        let polled = poll_fn(|cx| Poll::Ready(near.poll_readable(cx).is_pending())).await;
        assert!(polled, "emptied");
        far.write_all(b"!")?;
        poll_fn(|cx| near.poll_readable(cx)).await?;
        assert_eq!(read_byte(&near).await?, b'!');
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_it_answers_with_an_error_and_is_dropped_in_peace() {
    on_each(|| async {
        let (near, mut far) = pair()?;
        let check = |error: std::io::Error| {
            assert!(error.to_string().contains("not its runtime's"), "{error}");
            assert_ne!(error.kind(), ErrorKind::WouldBlock);
        };
        thread::spawn(move || {
            futures_lite::future::block_on(async {
                check(near.readable().await.unwrap_err());
                check(near.writable().await.unwrap_err());
                check(read_byte(&near).await.unwrap_err());
                check((&near).write(b"!").await.unwrap_err());
            });
            run(async { check(read_byte(&near).await.unwrap_err()) });
        })
        .join()
        .unwrap();
        assert_eq!(far.read(&mut [0; 8])?, 0, "closed");
        Ok(())
    });
}

/// An operation begun at home and dropped elsewhere leaves its place at home with its source.
#[test]
fn an_operation_dropped_elsewhere_with_its_descriptor_leaves_nothing_behind() {
    watched(|| {
        let runtime = Runtime::new().unwrap();
        let waker = Arc::new(CountingWaker::default());
        let mut far = runtime.block_on(async {
            let (near, far) = pair().unwrap();
            let mut read = Box::pin(async move { read_byte(&near).await });
            assert!(poll_once(&mut read, &waker.clone().into()).is_pending());
            thread::spawn(move || drop(read)).join().unwrap();
            let_others_run().await;
            far
        });
        assert_eq!(far.read(&mut [0; 8]).unwrap(), 0, "closed");
        assert_eq!(Arc::strong_count(&waker), 1);
    });
}

/// A descriptor of the caller's that outlives its place in the reactor: its events reach nobody.
#[test]
fn a_borrowed_descriptor_is_left_in_peace_afterwards() {
    on_each(|| async {
        let (near, mut far) = UnixStream::pair()?;
        {
            let borrowed: Async<BorrowedFd<'_>> = Async::new(near.as_fd())?;
            borrowed.writable().await?;
        }
        far.write_all(b"!")?;
        let polls = Count::default();
        counting(
            polls.clone(),
            toque::time::sleep(std::time::Duration::from_millis(5)),
        )
        .await;
        assert_eq!(polls.get(), 2);
        Ok(())
    });
}
