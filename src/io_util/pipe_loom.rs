//! Models of the pipe: a reader and a writer on two threads.

use std::future::poll_fn;
use std::sync::Arc;

use super::*;
use loom::future::block_on;
use loom::thread;

fn read(pipe: &Pipe, buf: &mut [u8]) -> usize {
    block_on(poll_fn(|cx| pipe.poll_read(cx, buf)))
}

fn write(pipe: &Pipe, bytes: &[u8]) -> io::Result<usize> {
    block_on(poll_fn(|cx| pipe.poll_write(cx, &[IoSlice::new(bytes)])))
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// Every byte arrives, in order, and then the end, though there is room for one only: nobody waits for ever.
/// Mutants that fail it: `pipe_read_wakes_nobody` (a writer waits for the room), `pipe_write_wakes_nobody`, `pipe_closes_in_silence`, and
/// `sync_seat_does_not_look_again` (of the seat that both wait in).
#[test]
fn every_byte_arrives_and_then_the_end() {
    check(|| {
        let pipe = Arc::new(Pipe::new(1));
        let writer = {
            let pipe = pipe.clone();
            thread::spawn(move || {
                for byte in [1, 2] {
                    assert_eq!(write(&pipe, &[byte]).unwrap(), 1);
                }
                pipe.close();
            })
        };
        let mut buf = [0; 2];
        let mut all: Vec<u8> = Vec::new();
        loop {
            match read(&pipe, &mut buf) {
                0 => break,
                n => all.extend(&buf[..n]),
            }
        }
        assert_eq!(all, [1, 2]);
        writer.join().unwrap();
    });
}

/// A writer that waits for room learns that nobody reads any more.
/// Mutants that fail it: `pipe_deafens_in_silence`, `pipe_does_not_know_it_is_deaf` (a write into a pipe without a reader waits for room).
#[test]
fn a_writer_learns_that_its_reader_is_gone() {
    check(|| {
        let pipe = Arc::new(Pipe::new(1));
        let reader = {
            let pipe = pipe.clone();
            thread::spawn(move || pipe.deafen())
        };
        while write(&pipe, &[1]).is_ok() {}
        assert_eq!(
            write(&pipe, &[1]).unwrap_err().kind(),
            io::ErrorKind::BrokenPipe
        );
        reader.join().unwrap();
    });
}
