//! `join!`, `try_join!` and `pin!`: in which order they poll, what they give, and what they drop.

#![deny(unused)] // the macros must not cause any in the code around them

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future, IntoFuture, Ready, pending, poll_fn, ready};
use std::task::Poll;

use futures_lite::future::poll_once;
use macros_tools::Stays;
use toque::sync::oneshot;
use toque::task::{consume_budget, yield_now};
use toque::{Runtime, join, try_join};

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

/// Notes its number in each of three polls.
async fn note(number: u32, order: &RefCell<Vec<u32>>) -> Result<u32, Infallible> {
    for _ in 0..2 {
        order.borrow_mut().push(number);
        yield_now().await;
    }
    order.borrow_mut().push(number);
    Ok(number)
}

#[test]
fn outputs_come_as_the_futures_are_written() {
    run(async {
        let late = async {
            yield_now().await;
            "late"
        };
        assert_eq!(join!(late, ready(2), async { 'c' }), ("late", 2, 'c'));
        assert_eq!(join!(biased; ready(1), ready("two"),), (1, "two"));
        assert_eq!(
            try_join!(ready(Ok::<_, ()>(1)), ready(Ok("two"))),
            Ok((1, "two"))
        );
        assert_eq!(try_join!(biased; ready(Ok::<_, ()>(1)),), Ok((1,)));
    });
}

/// tokio's are 32 and 48 (1.54.1, rustc 1.95).
#[test]
fn a_join_of_two_takes_a_word_less_than_tokios() {
    let one = async {
        let ready = ready(0i32);
        join!(ready)
    };
    let two = async {
        let (first, second) = (ready(0i32), ready(0i32));
        join!(first, second)
    };
    assert!(size_of_val(&one) <= 32, "{}", size_of_val(&one));
    assert!(size_of_val(&two) <= 40, "{}", size_of_val(&two));
}

#[test]
#[allow(clippy::unit_cmp)]
fn nothing_to_wait_for_is_ready_at_once() {
    run(async {
        assert_eq!(join!(), ());
        assert_eq!(join!(biased;), ());
        assert_eq!(try_join!() as Result<(), ()>, Ok(()));
        assert_eq!(try_join!(biased;) as Result<(), ()>, Ok(()));
    });
}

#[test]
fn the_futures_wait_for_each_other() {
    run(async {
        let (to_left, left) = oneshot::channel();
        let (to_right, right) = oneshot::channel();
        let sum = join!(
            async {
                to_right.send(1).unwrap();
                left.await.unwrap()
            },
            async {
                let one = right.await.unwrap();
                to_left.send(one + 1).unwrap();
                one
            }
        );
        assert_eq!(sum, (2, 1));
    });
}

#[test]
fn each_poll_begins_with_another_future() {
    let order = RefCell::new(Vec::new());
    run(async { join!(note(1, &order), note(2, &order), note(3, &order)) })
        .0
        .unwrap();
    assert_eq!(order.take(), [1, 2, 3, 2, 3, 1, 3, 1, 2]);

    run(async { try_join!(note(1, &order), note(2, &order), note(3, &order)) }).unwrap();
    assert_eq!(order.take(), [1, 2, 3, 2, 3, 1, 3, 1, 2]);
}

#[test]
fn after_biased_each_poll_goes_from_left_to_right() {
    let order = RefCell::new(Vec::new());
    run(async { join!(biased; note(1, &order), note(2, &order), note(3, &order)) })
        .0
        .unwrap();
    assert_eq!(order.take(), [1, 2, 3, 1, 2, 3, 1, 2, 3]);

    run(async { try_join!(biased; note(1, &order), note(2, &order), note(3, &order)) }).unwrap();
    assert_eq!(order.take(), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
}

#[test]
fn one_that_spends_the_whole_budget_does_not_starve_the_other() {
    let spent = Cell::new(0);
    let at_its_turn = run(async {
        let spender = async {
            while spent.get() < 1_000_000 {
                consume_budget().await;
                spent.set(spent.get() + 1);
            }
        };
        let modest = async {
            consume_budget().await;
            spent.replace(1_000_000)
        };
        join!(spender, modest).1
    });
    assert!(
        at_its_turn < 1_000,
        "after {at_its_turn} operations of the other"
    );
}

#[test]
fn a_future_that_is_ready_is_not_polled_again() {
    let mut polls = 0;
    run(async {
        let once = poll_fn(|_| {
            polls += 1;
            Poll::Ready(())
        });
        join!(once, async { note(1, &RefCell::default()).await.unwrap() });
    });
    assert_eq!(polls, 1);
}

#[test]
fn the_first_error_ends_the_wait_and_drops_the_others() {
    let drops = Cell::new(0);
    let outcome = run(async {
        let (waiting, done) = (Dropped(&drops), Dropped(&drops));
        let outcome = try_join!(
            async move {
                let _waiting = waiting;
                pending::<Result<(), &str>>().await
            },
            async { Ok(done) },
            async {
                yield_now().await;
                Err::<(), _>("burnt")
            },
        );
        assert_eq!(drops.get(), 2);
        outcome.map(|_| ())
    });
    assert_eq!(outcome, Err("burnt"));
}

#[test]
fn after_an_error_those_behind_it_are_not_polled() {
    run(async {
        let never = poll_fn(|_| -> Poll<Result<(), &str>> { panic!("polled") });
        let outcome = try_join!(biased; ready(Err::<(), _>("burnt")), never);
        assert_eq!(outcome, Err("burnt"));
    });
}

#[test]
fn dropped_while_it_waits_it_drops_futures_and_outputs() {
    let drops = Cell::new(0);
    run(async {
        let (waiting, done) = (Dropped(&drops), Dropped(&drops));
        let all = async {
            join!(
                async move {
                    let _waiting = waiting;
                    pending::<()>().await
                },
                async { done }
            );
        };
        assert!(poll_once(all).await.is_none());
    });
    assert_eq!(drops.get(), 2);
}

#[test]
fn what_can_become_a_future_is_enough() {
    struct Order;

    impl IntoFuture for Order {
        type Output = Result<&'static str, ()>;
        type IntoFuture = Ready<Self::Output>;

        fn into_future(self) -> Self::IntoFuture {
            ready(Ok("soup"))
        }
    }

    run(async {
        assert_eq!(join!(Order), (Ok("soup"),));
        assert_eq!(try_join!(Order), Ok(("soup",)));
    });
}

#[test]
fn an_output_that_can_not_be_causes_no_warning() {
    run(async {
        let waiting = async { join!(pending::<Infallible>(), ready(1)) };
        assert!(poll_once(waiting).await.is_none());
        assert_eq!(
            try_join!(ready(Err::<Infallible, _>(1)), ready(Ok(2))),
            Err(1)
        );
        assert_eq!(
            try_join!(ready(Ok::<_, Infallible>(1)), ready(Ok(2))),
            Ok((1, 2))
        );
    });
}

#[test]
fn the_names_of_the_code_around_are_its_own() {
    let (members, order, pending, member, outputs) = (1, 2, 3, 4, 5);
    let sum = run(async { join!(ready(members + order), ready(pending + member + outputs)) });
    assert_eq!(sum, (3, 12));
}

#[test]
fn sixty_four_futures_fit() {
    macro_rules! eight_times {
        ($($future:expr),*) => {
            join!(
                $($future,)* $($future,)* $($future,)* $($future,)*
                $($future,)* $($future,)* $($future,)* $($future,)*
            )
        };
    }
    let polls = Cell::new(0);
    let one = || async {
        yield_now().await;
        polls.set(polls.get() + 1);
    };
    run(async { eight_times!(one(), one(), one(), one(), one(), one(), one(), one()) });
    assert_eq!(polls.get(), 64);
}

#[test]
fn a_pinned_variable_is_awaited_by_reference() {
    let order = RefCell::default();
    run(async {
        let first = note(1, &order);
        toque::pin!(first);
        assert!(poll_once(first.as_mut()).await.is_none());
        assert_eq!(first.await, Ok(1));
    });
}

#[test]
fn pin_declares_as_well() {
    run(async {
        toque::pin! {
            let one = async { 1 };
            let two = async { 2 };
        }
        assert_eq!((&mut one).await + two.await, 3);
    });
}

#[test]
fn the_futures_stay_where_they_are() {
    run(async {
        toque::join!(Stays::default(), Stays::default());
        let served = async {
            Stays::default().await;
            Ok::<_, ()>("soup")
        };
        let wait = async { toque::try_join!(served) };
        assert_eq!(wait.await, Ok(("soup",)));
    });
}
