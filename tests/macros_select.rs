//! `select!`: which branch wins, what becomes of the others, and what its handlers may do.

#![deny(unused)] // the macro must not cause any in the code around it

use std::cell::{Cell, RefCell};
use std::future::{Future, IntoFuture, Ready, pending, poll_fn, ready};
use std::io;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::task::Poll;

use futures_lite::future::{block_on, poll_once};
use macros_tools::Stays;
use toque::sync::{mpsc, oneshot};
use toque::task::{consume_budget, yield_now};
use toque::{Builder, Runtime, select};

mod macros_tools;

fn run<F: Future>(test: F) -> F::Output {
    Runtime::new().unwrap().block_on(test)
}

/// Counts how often it is dropped.
struct Dropped<'a>(&'a Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Which of ten branches that are all ready wins.
async fn draw() -> u32 {
    select! {
        branch = async { 0 } => branch,
        branch = async { 1 } => branch,
        branch = async { 2 } => branch,
        branch = async { 3 } => branch,
        branch = async { 4 } => branch,
        branch = async { 5 } => branch,
        branch = async { 6 } => branch,
        branch = async { 7 } => branch,
        branch = async { 8 } => branch,
        branch = async { 9 } => branch,
    }
}

/// A hundred draws of a runtime with this seed.
fn draws(seed: u64) -> Vec<u32> {
    let runtime = Builder::new_current_thread()
        .rng_seed(seed)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut draws = Vec::new();
        for _ in 0..100 {
            draws.push(draw().await);
        }
        draws
    })
}

#[test]
fn the_branch_that_is_ready_gives_the_value() {
    let value = run(async {
        select! {
            _ = pending::<()>() => "never",
            dish = async { yield_now().await; "soup" } => dish,
        }
    });
    assert_eq!(value, "soup");
}

#[test]
fn a_handler_may_await_and_select_again() {
    let sum = run(async {
        select! {
            one = ready(1) => {
                yield_now().await;
                one + select! { two = ready(2) => two }
            }
        }
    });
    assert_eq!(sum, 3);
}

#[test]
fn a_handler_may_leave_the_function_and_the_loop_around() {
    async fn rounds(fail: bool) -> io::Result<u32> {
        let mut rounds = 0;
        loop {
            rounds += 1;
            assert!(
                rounds < 100,
                "the first branch is disabled after two rounds"
            );
            select! {
                biased;
                () = ready(()), if rounds < 3 => continue,
                outcome = ready(Err::<(), _>(io::Error::other("burnt"))), if fail => outcome?,
                () = ready(()), if rounds > 5 => break,
                else => return Ok(100),
            }
        }
        Ok(rounds)
    }
    assert_eq!(run(rounds(false)).unwrap(), 100);
    assert_eq!(run(rounds(true)).unwrap_err().to_string(), "burnt");
}

#[test]
fn a_handler_uses_what_a_future_had_borrowed() {
    async fn add(sum: &mut u32) {
        *sum += 1;
        yield_now().await;
    }
    let mut sum = 0;
    run(async {
        select! {
            biased;
            () = add(&mut sum) => unreachable!(),
            () = ready(()) => sum += 10,
        }
    });
    assert_eq!(sum, 11);
}

#[test]
fn the_other_futures_are_dropped_before_the_handler_runs() {
    let drops = Cell::new(0);
    let seen = run(async {
        let other = Dropped(&drops);
        select! {
            biased;
            () = async move { let _other = other; pending().await } => unreachable!(),
            () = ready(()) => drops.get(),
        }
    });
    assert_eq!(seen, 1);
}

#[test]
fn dropped_while_it_waits_it_drops_its_futures() {
    let drops = Cell::new(0);
    run(async {
        let (one, two) = (Dropped(&drops), Dropped(&drops));
        let waiting = async {
            select! {
                () = async move { let _one = one; pending().await } => {}
                () = async move { let _two = two; pending().await } => {}
            }
        };
        assert_eq!(poll_once(waiting).await, None);
    });
    assert_eq!(drops.get(), 2);
}

#[test]
fn a_message_is_not_lost_with_a_receive_that_loses() {
    run(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for number in 0..100 {
            sender.send(number).unwrap();
        }
        let mut received = Vec::new();
        while received.len() < 100 {
            select! {
                number = receiver.recv() => received.push(number.unwrap()),
                () = ready(()) => {}
            }
        }
        assert!(received.into_iter().eq(0..100));
    });
}

#[test]
fn a_false_precondition_lets_the_future_be_made_but_not_polled() {
    let made = Cell::new(false);
    run(async {
        let make = || {
            made.set(true);
            poll_fn(|_| -> Poll<()> { panic!("polled") })
        };
        select! {
            biased;
            () = make(), if 1 > 2 => unreachable!(),
            () = yield_now() => {}
        }
    });
    assert!(made.get());
}

#[test]
fn an_output_that_does_not_fit_disables_its_branch() {
    let mut polls = 0;
    let value = run(async {
        let (sender, receiver) = oneshot::channel();
        toque::spawn(async move {
            yield_now().await;
            sender.send(7).unwrap();
        });
        let unfit = poll_fn(|_| {
            polls += 1;
            Poll::Ready(None::<u32>)
        });
        select! {
            biased; // the branch above would be polled again before the one below is ready
            Some(value) = unfit => value,
            value = receiver => value.unwrap(),
        }
    });
    assert_eq!((value, polls), (7, 1));
}

#[test]
fn else_runs_when_all_branches_are_disabled() {
    let value = run(async {
        select! {
            Some(value) = ready(None) => value,
            value = pending(), if false => value,
            else => 3,
        }
    });
    assert_eq!(value, 3);
}

#[test]
fn else_alone_is_enough() {
    assert_eq!(select! { else => 1 }, 1);
    assert_eq!(select! { biased; else => 2, }, 2);
}

#[test]
fn without_else_it_panics_and_says_what_to_add() {
    let stuck = || {
        run(async {
            select! { Some(()) = ready(None) => {} }
        })
    };
    let payload = catch_unwind(stuck).unwrap_err();
    let text = payload.downcast_ref::<&str>().unwrap();
    assert!(text.contains("all branches are disabled"), "{text}");
    assert!(text.contains("add `else => …`"), "{text}");
}

#[test]
fn biased_polls_from_top_to_bottom() {
    let order = RefCell::new(Vec::new());
    let note = |number| {
        order.borrow_mut().push(number);
        yield_now()
    };
    run(async {
        select! {
            biased;
            () = async { note(1).await; note(11).await; pending().await } => {}
            () = async { note(2).await; pending().await } => {}
            () = async { note(3).await; note(13).await } => {}
        }
    });
    assert_eq!(order.into_inner(), [1, 2, 3, 11, 13]);
}

#[test]
fn by_default_every_branch_wins_about_as_often() {
    let mut wins = [0; 10];
    for seed in 0..100 {
        for draw in draws(seed) {
            wins[draw as usize] += 1;
        }
    }
    assert!(
        wins.iter().all(|wins| (850..1_150).contains(wins)),
        "{wins:?}"
    );
}

#[test]
fn the_branches_after_the_first_one_follow_it_around() {
    for _ in 0..20 {
        let order = Rc::new(RefCell::new(Vec::new()));
        let note = |number| {
            let order = order.clone();
            poll_fn(move |_| {
                order.borrow_mut().push(number);
                Poll::<()>::Pending
            })
        };
        let waiting = async {
            select! {
                () = note(0) => {}
                () = note(1) => {}
                () = note(2) => {}
            }
        };
        run(poll_once(waiting));
        let order = order.take();
        assert_eq!(order, [order[0], (order[0] + 1) % 3, (order[0] + 2) % 3]);
    }
}

#[test]
fn a_seed_repeats_the_choices_and_another_makes_others() {
    assert_eq!(draws(7), draws(7));
    assert_ne!(draws(7), draws(8));
}

#[test]
fn another_executor_may_poll_it() {
    let draws: Vec<u32> = (0..100).map(|_| block_on(draw())).collect();
    assert!(draws.iter().any(|draw| *draw != draws[0]));
}

#[test]
fn it_gives_way_when_the_budget_is_spent() {
    run(async {
        let spent = async {
            while poll_once(consume_budget()).await.is_some() {}
            let select = async {
                select! {
                    biased;
                    () = consume_budget() => "budget",
                    () = ready(()) => "no budget",
                }
            };
            poll_once(select).await
        };
        assert_eq!(spent.await, None);
    });
}

#[test]
fn patterns_may_bind_in_every_way() {
    run(async {
        select! {
            mut number = ready(1) => {
                number += 1;
                assert_eq!(number, 2);
            }
        }
        select! {
            Some(ref mut text) = ready(Some(String::from("so"))) => {
                text.push_str("up");
                assert_eq!(text, "soup");
            }
        }
        select! {
            Ok(text) | Err(text) = ready(Err::<String, _>(String::from("burnt"))) => assert_eq!(text, "burnt"),
        }
        select! {
            whole @ (1.., _) = ready((2, "two")) => assert_eq!(whole.0, 2),
        }
        select! {
            [first, .., last] = ready([1, 2, 3]) => assert_eq!(first + last, 4),
        }
    });
}

#[test]
fn a_temporary_lives_as_long_as_the_wait() {
    run(async {
        select! {
            () = &mut ready(()) => {}
        }
    });
}

#[test]
fn what_can_become_a_future_is_enough() {
    struct Order;

    impl IntoFuture for Order {
        type Output = &'static str;
        type IntoFuture = Ready<&'static str>;

        fn into_future(self) -> Self::IntoFuture {
            ready("soup")
        }
    }

    assert_eq!(
        run(async {
            select! { dish = Order => dish }
        }),
        "soup"
    );
}

#[test]
fn a_branch_that_never_ends_causes_no_warning() {
    async fn never() -> ! {
        pending().await
    }
    let value = run(async {
        select! {
            _ = never() => 0,
            value = ready(1) => value,
        }
    });
    assert_eq!(value, 1);
}

#[test]
fn the_names_of_the_code_around_are_its_own() {
    const COUNT: u32 = 40;
    let (futures, disabled, pending, branch, output, order, cx) = (1, 1, 1, 1, 1, 1, 1);
    let sum = run(async {
        select! {
            fits = ready(futures + disabled + pending), if order == 1 => fits + branch + output + cx + COUNT,
        }
    });
    assert_eq!(sum, 46);
}

#[test]
fn sixty_four_branches_fit() {
    let value = run(async {
        select! {
            biased;
            _ = pending::<()>() => 1, _ = pending::<()>() => 2, _ = pending::<()>() => 3, _ = pending::<()>() => 4,
            _ = pending::<()>() => 5, _ = pending::<()>() => 6, _ = pending::<()>() => 7, _ = pending::<()>() => 8,
            _ = pending::<()>() => 9, _ = pending::<()>() => 10, _ = pending::<()>() => 11, _ = pending::<()>() => 12,
            _ = pending::<()>() => 13, _ = pending::<()>() => 14, _ = pending::<()>() => 15, _ = pending::<()>() => 16,
            _ = pending::<()>() => 17, _ = pending::<()>() => 18, _ = pending::<()>() => 19, _ = pending::<()>() => 20,
            _ = pending::<()>() => 21, _ = pending::<()>() => 22, _ = pending::<()>() => 23, _ = pending::<()>() => 24,
            _ = pending::<()>() => 25, _ = pending::<()>() => 26, _ = pending::<()>() => 27, _ = pending::<()>() => 28,
            _ = pending::<()>() => 29, _ = pending::<()>() => 30, _ = pending::<()>() => 31, _ = pending::<()>() => 32,
            _ = pending::<()>() => 33, _ = pending::<()>() => 34, _ = pending::<()>() => 35, _ = pending::<()>() => 36,
            _ = pending::<()>() => 37, _ = pending::<()>() => 38, _ = pending::<()>() => 39, _ = pending::<()>() => 40,
            _ = pending::<()>() => 41, _ = pending::<()>() => 42, _ = pending::<()>() => 43, _ = pending::<()>() => 44,
            _ = pending::<()>() => 45, _ = pending::<()>() => 46, _ = pending::<()>() => 47, _ = pending::<()>() => 48,
            _ = pending::<()>() => 49, _ = pending::<()>() => 50, _ = pending::<()>() => 51, _ = pending::<()>() => 52,
            _ = pending::<()>() => 53, _ = pending::<()>() => 54, _ = pending::<()>() => 55, _ = pending::<()>() => 56,
            _ = pending::<()>() => 57, _ = pending::<()>() => 58, _ = pending::<()>() => 59, _ = pending::<()>() => 60,
            _ = pending::<()>() => 61, _ = pending::<()>() => 62, _ = pending::<()>() => 63, () = yield_now() => 64,
        }
    });
    assert_eq!(value, 64);
}

#[test]
fn the_futures_stay_where_they_are() {
    run(async {
        for _ in 0..8 {
            toque::select! {
                () = Stays::default() => {}
                () = Stays::default() => {}
            }
        }
    });
}
