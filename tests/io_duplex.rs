//! Streams in memory, and streams in halves.

mod io_tools;
mod tools;

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::io::{ErrorKind, IoSlice};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use io_tools::{cancelled, kind, run};
use tools::{Count, counting, let_others_run};
use toque::io::{
    AsyncReadExt, AsyncWriteExt, BufStream, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};
use toque::spawn;
use toque::task::yield_now;

#[test]
fn what_is_written_to_one_is_read_from_the_other() {
    run(async {
        let (mut one, mut other) = duplex(16);
        one.write_all(b"question").await.unwrap();
        other.write_all(b"answer").await.unwrap();
        let mut buf = [0; 16];
        assert_eq!(other.read(&mut buf).await.unwrap(), 8);
        assert_eq!(&buf[..8], b"question");
        assert_eq!(one.read(&mut buf).await.unwrap(), 6);
        assert_eq!(&buf[..6], b"answer");
    });
}

#[test]
fn a_full_stream_takes_what_there_is_room_for_and_then_waits() {
    run(async {
        let (mut one, mut other) = duplex(5);
        assert_eq!(one.write(b"sandwich").await.unwrap(), 5);
        cancelled(one.write(b"wich")).await;
        assert_eq!(one.write(b"").await.unwrap(), 0);
        other.read_exact(&mut [0; 2]).await.unwrap();
        assert_eq!(one.write(b"wich").await.unwrap(), 2);
    });
}

#[test]
fn several_buffers_go_in_by_one_write() {
    run(async {
        let (mut one, mut other) = duplex(7);
        let bufs = [
            IoSlice::new(b"head"),
            IoSlice::new(b""),
            IoSlice::new(b"body"),
        ];
        assert_eq!(one.write_vectored(&bufs).await.unwrap(), 7);
        let mut buf = [0; 8];
        assert_eq!(other.read(&mut buf).await.unwrap(), 7);
        assert_eq!(&buf[..7], b"headbod");
    });
}

#[test]
fn after_the_other_was_dropped_the_rest_is_read_and_nothing_can_be_written() {
    run(async {
        let (mut one, mut other) = duplex(16);
        one.write_all(b"bye").await.unwrap();
        drop(one);
        assert_eq!(kind(other.write(b"?").await), ErrorKind::BrokenPipe);
        let mut rest = Vec::new();
        other.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"bye");
        assert_eq!(other.read(&mut [0; 4]).await.unwrap(), 0);
    });
}

#[test]
fn a_stream_that_was_shut_down_can_still_be_answered() {
    run(async {
        let (mut one, mut other) = duplex(16);
        one.write_all(b"bye").await.unwrap();
        one.shutdown().await.unwrap();
        assert_eq!(kind(one.write(b"!").await), ErrorKind::BrokenPipe);
        let mut rest = Vec::new();
        other.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"bye");
        other.write_all(b"bye").await.unwrap();
        one.read_exact(&mut [0; 3]).await.unwrap();
    });
}

#[test]
fn a_drop_wakes_who_waits_to_read_and_who_waits_to_write() {
    run(async {
        let (mut one, other) = duplex(1);
        let reader = spawn(async move { one.read(&mut [0; 4]).await });
        let_others_run().await;
        drop(other);
        assert_eq!(reader.await.unwrap().unwrap(), 0);

        let (mut one, other) = duplex(1);
        let writer = spawn(async move { one.write_all(b"soup").await });
        let_others_run().await;
        drop(other);
        assert_eq!(kind(writer.await.unwrap()), ErrorKind::BrokenPipe);
    });
}

#[test]
fn a_read_waits_without_being_polled() {
    run(async {
        let (mut one, mut other) = duplex(4);
        let polls = Count::default();
        let reader = spawn(counting(polls.clone(), async move {
            one.read(&mut [0; 4]).await
        }));
        let_others_run().await;
        assert_eq!(polls.get(), 1);
        other.write_all(b"x").await.unwrap();
        assert_eq!(reader.await.unwrap().unwrap(), 1);
        assert_eq!(polls.get(), 2);
    });
}

#[test]
fn a_cancelled_read_or_write_has_done_nothing() {
    run(async {
        let (mut one, mut other) = duplex(2);
        cancelled(other.read(&mut [0; 4])).await;
        one.write_all(b"ab").await.unwrap();
        cancelled(one.write(b"c")).await;
        let mut buf = [0; 4];
        assert_eq!(other.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf[..2], b"ab");
    });
}

#[test]
fn streams_work_between_threads() {
    const BYTES: usize = 50_000;
    let (mut one, mut other) = duplex(7);
    let writer = thread::spawn(move || {
        run(async move {
            let bytes: Vec<u8> = (0..BYTES).map(|n| n as u8).collect();
            one.write_all(&bytes).await.unwrap();
        });
    });
    let read = run(async move {
        let mut read = Vec::new();
        other.read_to_end(&mut read).await.unwrap();
        read
    });
    writer.join().unwrap();
    assert_eq!(read.len(), BYTES);
    assert!(read.iter().enumerate().all(|(n, byte)| *byte == n as u8));
}

#[test]
fn a_stream_that_is_always_ready_gives_way() {
    run(async {
        let (mut one, mut other) = duplex(1);
        let operations = Rc::new(Cell::new(0));
        let talk = spawn({
            let operations = operations.clone();
            async move {
                loop {
                    one.write_u8(1).await.unwrap();
                    other.read_u8().await.unwrap();
                    operations.set(operations.get() + 2);
                }
            }
        });
        while operations.get() == 0 {
            yield_now().await;
        }
        let before = operations.get();
        yield_now().await;
        let done = operations.get() - before;
        assert!((1..=130).contains(&done), "{done} operations in one turn");
        talk.abort();
    });
}

/// One direction, and what it must be.
struct Model {
    writer: Option<DuplexStream>,
    reader: Option<DuplexStream>,
    /// What is on its way.
    bytes: VecDeque<u8>,
    is_shut: bool,
}

const CAPACITY: usize = 13;

impl Model {
    fn new() -> Self {
        let (writer, reader) = duplex(CAPACITY);
        Self {
            writer: Some(writer),
            reader: Some(reader),
            bytes: VecDeque::new(),
            is_shut: false,
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        let room = CAPACITY - self.bytes.len();
        let expected = match (self.is_shut || self.reader.is_none(), room.min(bytes.len())) {
            (true, _) => Poll::Ready(Err(ErrorKind::BrokenPipe)),
            (false, 0) if !bytes.is_empty() => Poll::Pending,
            (false, n) => Poll::Ready(Ok(n)),
        };
        let found = now(writer.write(bytes)).map_err(|error| error.kind());
        assert_eq!(found, expected);
        if let Poll::Ready(Ok(n)) = found {
            self.bytes.extend(&bytes[..n]);
        }
    }

    fn read(&mut self, size: usize) {
        let Some(reader) = &mut self.reader else {
            return;
        };
        let mut buf = vec![0; size];
        let found = now(reader.read(&mut buf)).map(Result::unwrap);
        let is_ended = self.is_shut || self.writer.is_none();
        let n = size.min(self.bytes.len());
        if n == 0 && size > 0 && !is_ended {
            assert_eq!(found, Poll::Pending);
            return;
        }
        assert_eq!(found, Poll::Ready(n));
        assert!(self.bytes.drain(..n).eq(buf[..n].iter().copied()));
    }

    fn shut_down(&mut self) {
        if let Some(writer) = &mut self.writer {
            assert!(now(writer.shutdown()).is_ready());
            self.is_shut = true;
        }
    }
}

/// Polls once.
fn now<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// A generator of numbers: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit) as usize
    }
}

#[test]
fn a_direction_is_a_bounded_queue_of_bytes() {
    for seed in 1..=200 {
        let mut random = Random(seed);
        let mut model = Model::new();
        let mut next = 0_u8;
        for _ in 0..200 {
            match random.below(100) {
                0 => model.shut_down(),
                1 => model.writer = None,
                2 => model.reader = None,
                3..50 => {
                    let bytes: Vec<u8> = (0..random.below(20))
                        .map(|_| {
                            next = next.wrapping_add(1);
                            next
                        })
                        .collect();
                    model.write(&bytes);
                }
                _ => model.read(random.below(20)),
            }
        }
    }
}

#[test]
fn halves_serve_two_tasks_and_make_one_stream_again() {
    run(async {
        let (stream, mut other) = duplex(4);
        let (mut reader, mut writer) = split(stream);
        let reading = spawn(async move {
            let mut buf = [0; 8];
            reader.read_exact(&mut buf).await.unwrap();
            (reader, buf)
        });
        let writing = spawn(async move {
            writer.write_all(b"question").await.unwrap();
            writer
        });
        let mut question = [0; 8];
        other.read_exact(&mut question).await.unwrap();
        assert_eq!(&question, b"question");
        other.write_all(b"answers!").await.unwrap();
        let (reader, answer) = reading.await.unwrap();
        assert_eq!(&answer, b"answers!");

        let writer = writing.await.unwrap();
        assert!(reader.is_pair_of(&writer) && writer.is_pair_of(&reader));
        let mut stream = reader.unsplit(writer);
        stream.write_all(b"x").await.unwrap();
        assert_eq!(other.read_u8().await.unwrap(), b'x');
    });
}

/// A half that waits holds no lock, and is polled only when its own direction has something.
#[test]
fn a_half_that_waits_is_in_nobodys_way() {
    run(async {
        let (stream, mut other) = duplex(4);
        let (mut reader, mut writer) = split(stream);
        let polls = Count::default();
        let reading = spawn(counting(
            polls.clone(),
            async move { reader.read_u8().await },
        ));
        let_others_run().await;
        writer.write_all(b"soup").await.unwrap();
        let mut soup = [0; 4];
        other.read_exact(&mut soup).await.unwrap();
        let_others_run().await;
        assert_eq!(polls.get(), 1);
        other.write_u8(7).await.unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), 7);
        assert_eq!(polls.get(), 2);
    });
}

/// libp2p/rust-yamux#232: both halves had one place for a waker, and the second to wait put the first one out of it.
#[test]
fn two_halves_that_both_wait_are_both_woken() {
    run(async {
        let (stream, mut other) = duplex(2);
        let (mut reader, mut writer) = split(stream);
        let reading = spawn(async move { reader.read_u8().await });
        let_others_run().await;
        let writing = spawn(async move { writer.write_all(b"soup").await });
        let_others_run().await;
        other.write_u8(7).await.unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), 7);
        let mut soup = [0; 4];
        other.read_exact(&mut soup).await.unwrap();
        writing.await.unwrap().unwrap();
        assert_eq!(&soup, b"soup");
    });
}

#[test]
fn halves_of_two_streams_do_not_fit() {
    let (one, other) = duplex(4);
    let (reader, _writer) = split(one);
    let (_reader, writer) = split(other);
    assert!(!reader.is_pair_of(&writer));
    let misfit = catch_unwind(AssertUnwindSafe(|| reader.unsplit(writer)));
    let panic = misfit.unwrap_err();
    let text = panic.downcast_ref::<&str>().unwrap();
    assert!(text.contains("halves of two streams"), "{text}");
}

#[test]
fn a_stream_ends_with_its_second_half() {
    run(async {
        let (stream, mut other) = duplex(4);
        let (reader, writer) = split(stream);
        drop(writer);
        cancelled(other.read(&mut [0; 4])).await;
        drop(reader);
        assert_eq!(other.read(&mut [0; 4]).await.unwrap(), 0);
    });
}

#[test]
fn streams_and_halves_may_go_to_other_threads() {
    fn is_both<T: Send + Sync + Unpin>() {}
    is_both::<DuplexStream>();
    is_both::<ReadHalf<DuplexStream>>();
    is_both::<WriteHalf<DuplexStream>>();
    is_both::<BufStream<DuplexStream>>();
}

/// Reads from a stream when it is woken: a waker is foreign code.
struct Meddler(Mutex<DuplexStream>, Count);

impl Wake for Meddler {
    fn wake(self: Arc<Self>) {
        let mut buf = [0];
        let mut stream = self.0.lock().unwrap();
        assert!(now(stream.read(&mut buf)).is_ready());
        self.1.add();
    }
}

#[test]
fn a_waker_is_called_outside_the_lock() {
    let (mut one, other) = duplex(1);
    let woken = Count::default();
    let meddler = Arc::new(Meddler(Mutex::new(other), woken.clone()));
    let waker = Waker::from(meddler.clone());
    let mut buf = [0];
    let pending = {
        let mut stream = meddler.0.lock().unwrap();
        let mut read = pin!(stream.read(&mut buf));
        read.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    };
    assert!(pending);
    assert!(now(one.write(b"x")).is_ready());
    assert_eq!(woken.get(), 1);
}
