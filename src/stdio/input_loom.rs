//! Models of the input: takers, and the thread that reads for them.

use std::future::poll_fn;

use super::*;
use loom::future::block_on;
use loom::sync::{Arc, Condvar, Mutex as LoomMutex};
use loom::thread;

/// How many reads were asked for and not begun.
#[derive(Clone, Default)]
struct Asked(Arc<(LoomMutex<usize>, Condvar)>);

impl Ask for Asked {
    fn ask(&mut self) -> io::Result<()> {
        *self.0.0.lock().unwrap() += 1;
        self.0.1.notify_one();
        Ok(())
    }
}

impl Asked {
    fn wait(&self) {
        let mut asked = self.0.0.lock().unwrap();
        while *asked == 0 {
            asked = self.0.1.wait(asked).unwrap();
        }
        *asked -= 1;
    }
}

fn input() -> (Arc<Input<Asked>>, Asked) {
    let asked = Asked::default();
    (Arc::new(Input::new(asked.clone())), asked)
}

fn take(input: &Input<Asked>) -> Vec<u8> {
    let taker = Taker::of(input);
    let mut buf = [0; 4];
    let n = block_on(poll_fn(|cx| taker.poll_read(cx, &mut buf))).unwrap();
    buf[..n].to_vec()
}

/// The reader's thread: what each read brings.
fn answer(input: &Input<Asked>, asked: &Asked, reads: &[&[u8]]) {
    for bytes in reads {
        asked.wait();
        input.answer(Ok(bytes)).wake_all();
    }
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// What a read brings reaches who has asked for it, and one who asks again is read for again.
/// Mutants that fail it: `input_answers_in_silence` (wakes nobody), `input_lets_go_before_it_waits` (an answer comes between the look
/// and the wait), `input_reads_once` (an answer does not end the read).
#[test]
fn an_answer_reaches_who_has_asked() {
    check(|| {
        let (input, asked) = input();
        let reader = {
            let input = input.clone();
            thread::spawn(move || answer(&input, &asked, &[b"a", b""]))
        };
        assert_eq!(take(&input), b"a");
        assert_eq!(take(&input), b"");
        reader.join().unwrap();
    });
}

/// Two that wait share one read; who finds nothing left has another begun.
/// Mutants that fail it: `input_wakes_the_first_only`, `input_asks_twice` (each asks, and a read that nobody wants is begun).
#[test]
fn two_takers_share_a_read() {
    check(|| {
        let (input, asked) = input();
        let reader = {
            let (input, asked) = (input.clone(), asked.clone());
            thread::spawn(move || answer(&input, &asked, &[b"a", b"b"]))
        };
        let other = {
            let input = input.clone();
            thread::spawn(move || take(&input))
        };
        let mut all = [take(&input), other.join().unwrap()];
        all.sort();
        reader.join().unwrap();
        assert_eq!(all, [b"a", b"b"]);
        assert_eq!(*asked.0.0.lock().unwrap(), 0, "a read too many");
    });
}
