//! Four guests, and a database that answers only when nobody else can ask: how many ask
//! at once?

use std::future::poll_fn;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use tutorial::runtime::{block_on, spawn};

// ANCHOR: main
const GUESTS: usize = 4;

/// A question, which is answered by calling it.
type Question = Box<dyn FnOnce() + Send>;

/// The database: it collects questions until `at_once` are there, answers them, and
/// begins again. How many rounds it took.
fn answer_in_rounds(questions: &Receiver<Question>, at_once: usize) -> usize {
    let mut rounds = 0;
    while rounds * at_once < GUESTS {
        let round: Vec<_> = questions.iter().take(at_once).collect();
        round.into_iter().for_each(|answer| answer());
        rounds += 1;
    }
    rounds
}

/// Two threads serve the guests. One that waits for the database can do nothing else.
fn pool(database: &Sender<Question>) {
    let line = Mutex::new(0..GUESTS);
    let next = || line.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while next().is_some() {
                    let (answer, answered) = mpsc::channel();
                    let question = move || answer.send(()).expect("the thread waits");
                    database.send(Box::new(question)).expect("it is there");
                    answered.recv().expect("it answers");
                }
            });
        }
    });
}

#[derive(Default)]
struct Answer {
    given: bool,
    waiter: Option<Waker>,
}

/// Asks, and gives the thread back until the answer is there.
async fn ask(database: Sender<Question>) {
    let answer = Arc::new(Mutex::new(Answer::default()));
    let shared = Arc::clone(&answer);
    let question = move || {
        let mut answer = shared.lock().unwrap();
        answer.given = true;
        let waiter = answer.waiter.take();
        drop(answer);
        waiter.into_iter().for_each(Waker::wake);
    };
    database.send(Box::new(question)).expect("it is there");
    poll_fn(|cx| {
        let mut answer = answer.lock().unwrap();
        if answer.given {
            return Poll::Ready(());
        }
        answer.waiter = Some(cx.waker().clone()); // the question owes the wake
        Poll::Pending
    })
    .await;
}

/// One thread serves them all.
fn chef(database: &Sender<Question>) {
    let database = database.clone();
    let kitchen = block_on(async move {
        let guests: Vec<_> = (0..GUESTS).map(|_| spawn(ask(database.clone()))).collect();
        for guest in guests {
            guest.await;
        }
    });
    kitchen.expect("the reactor is well");
}

fn rounds(kitchen: fn(&Sender<Question>), at_once: usize) -> usize {
    let (asked, questions) = mpsc::channel();
    let database = thread::spawn(move || answer_in_rounds(&questions, at_once));
    kitchen(&asked);
    database.join().expect("the database is well")
}

pub(crate) fn main() -> io::Result<()> {
    println!("a pool of two: {} rounds of 2", rounds(pool, 2));
    println!("one chef: {} round of 4", rounds(chef, 4));
    Ok(())
}
// ANCHOR_END: main
