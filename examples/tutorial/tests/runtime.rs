//! The small runtime, over real sockets and threads.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::net;
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use tutorial::net::{TcpListener, TcpStream};
use tutorial::runtime::{block_on, sleep, spawn};

#[test]
fn more_than_the_socket_holds_goes_there_and_back() {
    const LENGTH: usize = 4 << 20;
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let kitchen = spawn(async move {
            let guest = listener.accept().await.unwrap();
            guest.write_all(&vec![7; LENGTH]).await.unwrap();
        });
        let guest = TcpStream::new(net::TcpStream::connect(addr).unwrap()).unwrap();
        let mut chunk = vec![0; 1 << 16];
        let mut read = 0;
        loop {
            match guest.read(&mut chunk).await.unwrap() {
                0 => break,
                n => read += n,
            }
        }
        assert_eq!(read, LENGTH);
        assert_eq!(kitchen.await, Some(()));
    })
    .unwrap();
}

#[test]
fn a_thousand_rings_from_another_thread_lose_nobody() {
    block_on(async {
        for _ in 0..1000 {
            let mut room = None;
            poll_fn(|cx| {
                if room.is_some() {
                    return Poll::Ready(());
                }
                let waker = cx.waker().clone();
                room = Some(thread::spawn(move || waker.wake()));
                Poll::Pending
            })
            .await;
            room.unwrap().join().unwrap();
        }
    })
    .unwrap();
}

#[test]
fn what_is_left_at_the_end_is_dropped() {
    let shared = Rc::new(RefCell::new(()));
    let held = Rc::clone(&shared);
    block_on(async move {
        spawn(async move {
            let _held = held;
            pending::<()>().await;
        });
        sleep(Duration::ZERO).await;
    })
    .unwrap();
    assert_eq!(Rc::strong_count(&shared), 1);
}

#[test]
fn an_aborted_task_ends_with_none() {
    block_on(async {
        let task = spawn(pending::<()>());
        task.abort();
        assert_eq!(task.await, None);
    })
    .unwrap();
}

#[test]
fn nobody_is_woken_early() {
    let began = Instant::now();
    block_on(sleep_inside(Duration::from_millis(15))).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(15));
}

async fn sleep_inside(duration: Duration) {
    sleep(duration).await;
}
