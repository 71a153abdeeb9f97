//! What an mpsc does, of whichever family: order, room, permits, the close and the end, what cancelled waits leave
//! behind, and foreign code in the middle.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use crate::family::mpsc::error::{SendError, TryRecvError, TrySendError};
use crate::family::mpsc::{self, OwnedPermit, Receiver, Sender};
use crate::sync_support::{
    Dice, Drops, Polled, cloned_by_an_intruder, intruder, now, panicking_waker, panics,
};

#[test]
fn values_arrive_in_the_order_they_were_sent() {
    let (sender, mut receiver) = mpsc::channel(4);
    let same = sender.clone();
    now(sender.send(1)).unwrap();
    now(same.send(2)).unwrap();
    now(sender.send(3)).unwrap();
    assert_eq!((receiver.len(), receiver.capacity()), (3, 1));
    for expected in 1..=3 {
        assert_eq!(now(receiver.recv()), Some(expected));
    }
    assert!(receiver.is_empty());
}

#[test]
fn a_receiver_that_waits_is_woken_once_by_many_sends() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert_eq!(wait.wakes(), 1);
    assert_eq!(wait.poll(), Poll::Ready(Some(1)));
}

#[test]
fn senders_that_wait_are_served_in_the_order_they_came() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(0).unwrap();
    let mut waits: Vec<_> = (1..=3)
        .map(|number| Polled::new(sender.send(number)))
        .collect();
    for wait in &mut waits {
        assert!(wait.poll().is_pending());
    }
    for (turn, expected) in (0..3).enumerate() {
        assert_eq!(receiver.try_recv(), Ok(expected));
        let woken: Vec<_> = waits.iter().map(Polled::wakes).collect();
        assert_eq!(woken.iter().sum::<usize>(), turn + 1, "one for each place");
        assert!(waits[turn].poll().is_ready());
    }
    assert_eq!(receiver.try_recv(), Ok(3));
}

#[test]
fn who_comes_later_does_not_overtake_who_waits() {
    let (sender, mut receiver) = mpsc::channel(2);
    sender.try_send(0).unwrap();
    let mut large = Polled::new(sender.reserve_many(2));
    assert!(large.poll().is_pending());
    assert_eq!(sender.capacity(), 0, "the free place is promised");
    assert!(matches!(sender.try_send(9), Err(TrySendError::Full(9))));
    receiver.try_recv().unwrap();
    assert_eq!(large.wakes(), 1);
    assert!(matches!(large.poll(), Poll::Ready(Ok(permits)) if permits.len() == 2));
}

#[test]
fn the_end_comes_after_the_last_value() {
    let (sender, mut receiver) = mpsc::channel(2);
    let same = sender.clone();
    drop(sender);
    same.try_send(1).unwrap();
    drop(same);
    assert!(receiver.is_closed());
    assert_eq!(now(receiver.recv()), Some(1));
    assert_eq!(now(receiver.recv()), None);
    assert_eq!(now(receiver.recv()), None);
}

#[test]
fn a_send_to_a_closed_channel_gives_the_value_back() {
    let (sender, mut receiver) = mpsc::channel(1);
    receiver.close();
    assert!(sender.is_closed() && receiver.is_closed());
    assert_eq!(now(sender.send(1)), Err(SendError(1)));
    assert_eq!(sender.try_send(2), Err(TrySendError::Closed(2)));
    assert!(sender.try_reserve().is_err());
    assert!(now(sender.reserve_many(0)).is_err());
    assert!(now(sender.clone().reserve_owned()).is_err());
    assert!(matches!(
        sender.try_reserve_owned(),
        Err(TrySendError::Closed(_))
    ));
}

#[test]
fn a_sender_that_waits_hears_of_the_close() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(1).unwrap();
    let mut send = Polled::new(sender.send(2));
    let mut closed = Polled::new(sender.closed());
    assert!(send.poll().is_pending() && closed.poll().is_pending());
    receiver.close();
    assert_eq!((send.wakes(), closed.wakes()), (1, 1));
    assert_eq!(send.poll(), Poll::Ready(Err(SendError(2))));
    assert!(closed.poll().is_ready());
    assert_eq!(now(receiver.recv()), Some(1));
}

#[test]
fn a_sender_that_goes_wakes_nobody_while_another_stays() {
    let (sender, mut receiver) = mpsc::channel::<u32>(1);
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    drop(sender.clone());
    assert_eq!(wait.wakes(), 0);
}

// ---- what the ends tell ----

#[test]
fn a_channel_tells_its_room_and_what_is_in_it() {
    let (sender, mut receiver) = mpsc::channel(3);
    assert!(receiver.is_empty());
    sender.try_send(1).unwrap();
    sender.try_send(2).unwrap();
    assert!(!receiver.is_empty());
    assert_eq!((receiver.len(), receiver.capacity()), (2, 1));
    assert_eq!((sender.max_capacity(), receiver.max_capacity()), (3, 3));

    let (sender, mut unbounded) = mpsc::unbounded_channel();
    assert!(unbounded.is_empty());
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert_eq!((unbounded.is_empty(), unbounded.len()), (false, 2));
    assert_eq!((receiver.try_recv(), unbounded.try_recv()), (Ok(1), Ok(1)));
    assert_eq!((receiver.len(), unbounded.len()), (1, 1));
}

#[test]
fn a_receiver_is_closed_by_itself_and_by_the_last_sender() {
    let (sender, mut receiver) = mpsc::channel::<u32>(1);
    assert!(!sender.is_closed() && !receiver.is_closed());
    receiver.close();
    assert!(sender.is_closed() && receiver.is_closed());

    let (sender, mut receiver) = mpsc::unbounded_channel::<u32>();
    assert!(!sender.is_closed() && !receiver.is_closed());
    receiver.close();
    assert!(sender.is_closed() && receiver.is_closed());

    let (sender, receiver) = mpsc::unbounded_channel::<u32>();
    drop(sender);
    assert!(receiver.is_closed());
}

/// Two of each, since one is what a careless count says too.
#[test]
fn ends_count_senders_and_weak_senders() {
    /// The same for both families of handles.
    macro_rules! count {
        ($channel:expr) => {
            let (sender, receiver) = $channel;
            let (_second, weak) = (sender.clone(), [sender.downgrade(), sender.downgrade()]);
            assert_eq!((sender.strong_count(), sender.weak_count()), (2, 2));
            assert_eq!((weak[0].strong_count(), weak[0].weak_count()), (2, 2));
            assert_eq!(
                (receiver.sender_strong_count(), receiver.sender_weak_count()),
                (2, 2)
            );
        };
    }
    count!(mpsc::channel::<u32>(1));
    count!(mpsc::unbounded_channel::<u32>());
}

#[test]
fn ends_know_their_channel() {
    let (sender, _receiver) = mpsc::channel::<u32>(2);
    let (stranger, _other_receiver) = mpsc::channel::<u32>(1);
    assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&stranger));
    let permit = |sender: &Sender<u32>| sender.clone().try_reserve_owned().unwrap();
    let (own, strange) = (permit(&sender), permit(&stranger));
    assert!(own.same_channel(&permit(&sender)) && !own.same_channel(&strange));
    assert!(own.same_channel_as_sender(&sender) && !own.same_channel_as_sender(&stranger));

    let (sender, _receiver) = mpsc::unbounded_channel::<u32>();
    let (stranger, _other_receiver) = mpsc::unbounded_channel::<u32>();
    assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&stranger));
}

// ---- what broke in tokio ----

/// tokio-rs/tokio PR 2854 and 8075: every way in which the last permit of a closed channel can end wakes the receiver.
#[test]
fn the_last_permit_of_a_closed_channel_wakes_the_receiver() {
    let ends: [fn(OwnedPermit<u32>) -> Option<u32>; 3] = [
        |permit| {
            drop(permit.send(7));
            Some(7)
        },
        |permit| {
            drop(permit.release());
            None
        },
        |permit| {
            drop(permit);
            None
        },
    ];
    for end in ends {
        let (sender, mut receiver) = mpsc::channel(2);
        let permit = now(sender.clone().reserve_owned()).unwrap();
        receiver.close();
        let mut wait = Polled::new(receiver.recv());
        assert!(wait.poll().is_pending());
        let expected = end(permit);
        assert!(wait.wakes() >= 1);
        assert_eq!(wait.poll(), Poll::Ready(expected));
        drop(wait);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        drop(sender);
    }
}

#[test]
fn the_last_of_many_permits_of_a_closed_channel_wakes_the_receiver() {
    let (sender, mut receiver) = mpsc::channel::<u32>(3);
    let mut permits = now(sender.reserve_many(3)).unwrap();
    receiver.close();
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    drop(permits.next());
    assert_eq!(wait.wakes(), 0);
    drop(permits);
    assert_eq!(wait.wakes(), 1);
    assert_eq!(wait.poll(), Poll::Ready(None));
}

/// tokio-rs/tokio PR 8260: a reservation that fails, or is dropped, gives back the places it had gathered.
#[test]
fn a_queued_reservation_of_a_closed_channel_wakes_the_receiver() {
    for cancel in [true, false] {
        let (sender, mut receiver) = mpsc::channel::<u32>(2);
        let permit = sender.try_reserve().unwrap();
        let mut reserve = Polled::new(sender.reserve_many(2));
        assert!(reserve.poll().is_pending());
        receiver.close();
        let mut wait = Polled::new(receiver.recv());
        assert!(wait.poll().is_pending());
        drop(permit);
        assert_eq!(wait.wakes(), 0);
        if !cancel {
            assert!(matches!(reserve.poll(), Poll::Ready(Err(_))));
        }
        drop(reserve);
        assert_eq!(wait.wakes(), 1);
        assert_eq!(wait.poll(), Poll::Ready(None));
    }
}

/// tokio-rs/tokio PR 3215 and 8074: not closed for the receiver, as long as a permit may bring something.
#[test]
fn try_recv_says_empty_while_a_permit_is_out() {
    let (sender, mut receiver) = mpsc::channel(1);
    let permit = sender.try_reserve().unwrap();
    receiver.close();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    permit.send(1);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn try_recv_says_disconnected_after_the_last_sender() {
    let (sender, mut receiver) = mpsc::unbounded_channel::<u32>();
    let weak = sender.downgrade();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    drop(sender);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    drop(weak);
}

/// tokio-rs/tokio PR 8062: the length is that of the queue, whatever was closed or dropped.
#[test]
fn len_never_goes_below_zero() {
    let (sender, mut receiver) = mpsc::channel(40);
    assert_eq!(receiver.len(), 0);
    for number in 0..40 {
        sender.try_send(number).unwrap();
    }
    receiver.close();
    drop(sender);
    for left in (0..40).rev() {
        receiver.try_recv().unwrap();
        assert_eq!(receiver.len(), left);
    }
    assert!(receiver.try_recv().is_err());
    assert_eq!(receiver.len(), 0);
}

/// tokio-rs/tokio#8560: the place goes with the value, not back as well.
#[test]
fn a_permit_whose_receiver_panics_fills_its_place_once() {
    let (sender, mut receiver) = mpsc::channel(1);
    let waker = panicking_waker();
    assert!(
        receiver
            .poll_recv(&mut Context::from_waker(&waker))
            .is_pending()
    );
    let permit = sender.try_reserve().unwrap();
    assert!(panics(|| permit.send(7)));
    assert_eq!((sender.capacity(), receiver.len()), (0, 1));
    assert_eq!(receiver.try_recv(), Ok(7));
    assert_eq!(sender.capacity(), 1);
}

// ---- cancelled waits ----

#[test]
fn a_cancelled_recv_loses_no_value() {
    let (sender, mut receiver) = mpsc::channel(2);
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    sender.try_send(1).unwrap();
    assert_eq!(wait.wakes(), 1);
    drop(wait); // woken, and cancelled
    assert_eq!(now(receiver.recv()), Some(1));
}

/// tokio-rs/tokio#900 and moonbitlang/async PR 160: at each point where it can be dropped, a wait leaves the rest as if it
/// had never been.
#[test]
fn a_cancelled_send_passes_its_turn_on() {
    for served in [false, true] {
        let (sender, mut receiver) = mpsc::channel(1);
        let drops = Drops::default();
        sender.try_send(drops.value()).unwrap_or_else(|_| panic!());
        let mut first = Polled::new(sender.send(drops.value()));
        let mut second = Polled::new(sender.send(drops.value()));
        assert!(first.poll().is_pending() && second.poll().is_pending());
        if served {
            drop(receiver.try_recv());
            assert_eq!((first.wakes(), second.wakes()), (1, 0));
        }
        drop(first);
        if !served {
            drop(receiver.try_recv());
        }
        assert_eq!(second.wakes(), 1);
        assert!(second.poll().is_ready());
        assert_eq!(
            drops.count(),
            2,
            "the received one, and that of the cancelled send"
        );
        assert_eq!((receiver.len(), sender.capacity()), (1, 0));
    }
}

#[test]
fn a_cancelled_head_lets_a_smaller_need_pass() {
    let (sender, _receiver) = mpsc::channel::<u32>(2);
    let permit = sender.try_reserve().unwrap();
    let mut large = Polled::new(sender.reserve_many(2));
    let mut small = Polled::new(sender.reserve());
    assert!(large.poll().is_pending() && small.poll().is_pending());
    drop(large);
    assert_eq!(small.wakes(), 1);
    assert!(small.poll().is_ready());
    drop(small);
    drop(permit);
    assert_eq!(sender.capacity(), 2);
}

#[test]
fn a_cancelled_closed_leaves_no_waker() {
    let (sender, receiver) = mpsc::channel::<u32>(1);
    let mut first = Polled::new(sender.closed());
    let mut second = Polled::new(sender.closed());
    assert!(first.poll().is_pending() && second.poll().is_pending());
    assert_eq!(first.cancel(), 0);
    drop(receiver);
    assert_eq!(second.wakes(), 1);
    assert!(second.poll().is_ready());
}

#[test]
fn a_wait_that_moves_to_another_task_is_woken_there() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(0).unwrap();
    let mut send = Polled::new(sender.send(1));
    assert!(send.poll().is_pending());
    send.move_to_another_task();
    assert!(send.poll().is_pending());
    receiver.try_recv().unwrap();
    assert_eq!(send.wakes(), 1);
    assert!(send.poll().is_ready());
    drop(send);

    receiver.try_recv().unwrap();
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    wait.move_to_another_task();
    assert!(wait.poll().is_pending());
    sender.try_send(2).unwrap();
    assert_eq!(wait.wakes(), 1);
}

// ---- permits ----

#[test]
fn permits_hold_their_places() {
    let (sender, mut receiver) = mpsc::channel(3);
    let permits = now(sender.reserve_many(2)).unwrap();
    assert_eq!(
        (permits.len(), sender.capacity(), sender.max_capacity()),
        (2, 1, 3)
    );
    for (permit, number) in permits.zip(1..) {
        permit.send(number);
    }
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
    assert_eq!(sender.capacity(), 3);
}

#[test]
fn permits_that_are_dropped_give_their_places_up() {
    let (sender, _receiver) = mpsc::channel::<u32>(4);
    let mut many = sender.try_reserve_many(3).unwrap();
    let one = many.next();
    drop(many);
    assert_eq!(sender.capacity(), 3);
    drop(one);
    let owned = sender.clone().try_reserve_owned().unwrap();
    assert_eq!(sender.capacity(), 3);
    assert!(owned.same_channel_as_sender(&sender));
    assert!(owned.release().same_channel(&sender));
    assert_eq!(sender.capacity(), 4);
}

#[test]
fn more_places_than_there_are_fail_at_once() {
    let (sender, _receiver) = mpsc::channel::<u32>(2);
    assert!(now(sender.reserve_many(3)).is_err());
    assert!(matches!(
        sender.try_reserve_many(3),
        Err(TrySendError::Full(()))
    ));
    assert_eq!(now(sender.reserve_many(0)).unwrap().len(), 0);
    assert_eq!(now(sender.reserve_many(2)).unwrap().len(), 2);
    assert_eq!(sender.try_reserve_many(2).unwrap().len(), 2);
}

#[test]
fn an_owned_permit_is_a_sender_that_counts() {
    let (sender, mut receiver) = mpsc::channel(1);
    let permit = now(sender.reserve_owned()).unwrap();
    assert_eq!(receiver.sender_strong_count(), 1);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    drop(permit.send(1));
    assert_eq!(now(receiver.recv()), Some(1));
    assert_eq!(now(receiver.recv()), None);
}

// ---- many at once ----

#[test]
fn recv_many_takes_what_is_there() {
    let (sender, mut receiver) = mpsc::channel(4);
    let mut buffer = vec![0];
    assert_eq!(now(receiver.recv_many(&mut buffer, 0)), 0);
    (1..=4).for_each(|number| sender.try_send(number).unwrap());
    let mut fifth = Polled::new(sender.send(5));
    assert!(fifth.poll().is_pending());
    assert_eq!(now(receiver.recv_many(&mut buffer, 3)), 3);
    assert_eq!(buffer, [0, 1, 2, 3]);
    assert_eq!(fifth.wakes(), 1);
    assert!(fifth.poll().is_ready());
    drop(fifth);
    drop(sender);
    assert_eq!(now(receiver.recv_many(&mut buffer, 10)), 2);
    assert_eq!(now(receiver.recv_many(&mut buffer, 10)), 0);
    assert_eq!(buffer, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn recv_many_waits_for_the_first() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut buffer = Vec::new();
    let mut wait = Polled::new(receiver.recv_many(&mut buffer, 10));
    assert!(wait.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!(wait.poll(), Poll::Ready(1));
}

#[test]
fn what_is_polled_for_by_hand_comes_as_it_does_by_a_future() {
    let (bounded, mut first) = mpsc::channel(4);
    let (unbounded, mut second) = mpsc::unbounded_channel();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut buffer = Vec::new();
    assert!(first.poll_recv(&mut cx).is_pending());
    assert!(second.poll_recv(&mut cx).is_pending());
    assert!(first.poll_recv_many(&mut cx, &mut buffer, 2).is_pending());
    assert!(second.poll_recv_many(&mut cx, &mut buffer, 2).is_pending());
    for number in 1..=3 {
        bounded.try_send(number).unwrap();
        unbounded.send(10 * number).unwrap();
    }
    assert_eq!(first.poll_recv(&mut cx), Poll::Ready(Some(1)));
    assert_eq!(second.poll_recv(&mut cx), Poll::Ready(Some(10)));
    let polled = first.poll_recv_many(&mut cx, &mut buffer, 2);
    assert_eq!(polled, Poll::Ready(2));
    let polled = second.poll_recv_many(&mut cx, &mut buffer, 2);
    assert_eq!(polled, Poll::Ready(2));
    assert_eq!(buffer, [2, 3, 20, 30]);
}

/// tokio-rs/tokio#7990: a buffer that was not empty was a panic.
#[test]
fn recv_many_after_a_close_leaves_the_buffer_as_it_is() {
    let (bounded, mut first) = mpsc::channel(1);
    let (unbounded, mut second) = mpsc::unbounded_channel();
    first.close();
    second.close();
    let mut buffer = vec![1];
    assert_eq!(now(first.recv_many(&mut buffer, 10)), 0);
    assert_eq!(now(second.recv_many(&mut buffer, 10)), 0);
    assert_eq!(buffer, [1]);
    drop((bounded, unbounded));
}

// ---- drops ----

#[test]
fn a_dropped_receiver_drops_what_is_queued() {
    let drops = Drops::default();
    let (sender, receiver) = mpsc::channel(4);
    (0..3).for_each(|_| now(sender.send(drops.value())).unwrap());
    let permit = now(sender.reserve()).unwrap();
    drop(receiver);
    assert_eq!(drops.count(), 3);
    permit.send(drops.value());
    assert_eq!(drops.count(), 4, "a late value is dropped, and not queued");
    assert_eq!(sender.capacity(), 4);
}

#[test]
fn a_value_that_panics_in_its_drop_keeps_no_other_from_being_dropped() {
    let drops = Drops::default();
    let (sender, receiver) = mpsc::unbounded_channel();
    assert!(sender.send(drops.that_panics()).is_ok());
    assert!(sender.send(drops.value()).is_ok());
    assert!(sender.send(drops.value()).is_ok());
    assert!(panics(|| drop(receiver)));
    assert_eq!(drops.count(), 3);
    assert!(sender.is_closed());
}

#[test]
fn a_dropped_receiver_lets_go_of_its_waker() {
    let (_sender, receiver) = mpsc::channel::<u32>(1);
    let mut wait = Polled::new(async move {
        let mut receiver = receiver;
        std::future::poll_fn(|cx| {
            let _ = receiver.poll_recv(cx);
            Poll::Ready(())
        })
        .await;
        receiver
    });
    let Poll::Ready(receiver) = wait.poll() else {
        unreachable!()
    };
    assert_eq!(wait.wakers(), 1);
    drop(receiver);
    assert_eq!(wait.wakers(), 0);
}

// ---- weak senders ----

#[test]
fn a_weak_sender_does_not_keep_the_channel_open() {
    let (sender, mut receiver) = mpsc::channel::<u32>(1);
    let weak = sender.downgrade();
    assert_eq!((sender.strong_count(), sender.weak_count()), (1, 1));
    let again = weak.upgrade().unwrap();
    assert!(again.same_channel(&sender));
    drop(sender);
    assert_eq!((weak.strong_count(), weak.weak_count()), (1, 1));
    drop(weak.clone());
    assert_eq!(weak.weak_count(), 1);
    let mut wait = Polled::new(receiver.recv());
    assert!(wait.poll().is_pending());
    drop(again);
    assert_eq!(wait.wakes(), 1);
    assert_eq!(wait.poll(), Poll::Ready(None));
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_weak_unbounded_sender_does_not_keep_the_channel_open() {
    let (sender, mut receiver) = mpsc::unbounded_channel::<u32>();
    let weak = sender.downgrade();
    assert!(weak.upgrade().unwrap().send(1).is_ok());
    drop(sender);
    assert_eq!(
        (receiver.sender_strong_count(), receiver.sender_weak_count()),
        (0, 1)
    );
    assert!(weak.upgrade().is_none());
    assert_eq!(
        (now(receiver.recv()), now(receiver.recv())),
        (Some(1), None)
    );
}

#[test]
#[should_panic = "capacity of at least one"]
fn a_channel_without_capacity_is_refused() {
    mpsc::channel::<u32>(0);
}

#[test]
fn places_that_come_back_at_once_serve_all_they_are_enough_for() {
    let (sender, receiver) = mpsc::channel::<u32>(3);
    let permits = sender.try_reserve_many(3).unwrap();
    let mut waiting = [1, 1, 2].map(|places| Polled::new(sender.reserve_many(places)));
    assert!(waiting.iter_mut().all(|wait| wait.poll().is_pending()));
    drop(permits);
    assert_eq!(waiting.each_ref().map(Polled::wakes), [1, 1, 0]);
    let [mut first, second, mut last] = waiting;
    assert!(matches!(first.poll(), Poll::Ready(Ok(_))));
    drop((first, second)); // one has its place by now, the other leaves without a look
    assert_eq!(last.wakes(), 1);
    assert!(matches!(last.poll(), Poll::Ready(Ok(_))));
    drop(last);
    assert_eq!((sender.capacity(), receiver.len()), (3, 0));
}

/// As in tokio: a place that was not taken up is none after the close, and the receiver does not wait for what would come there.
#[test]
fn a_sender_that_was_served_before_the_close_and_comes_after_it_is_refused() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(1).unwrap();
    let mut send = Polled::new(sender.send(2));
    assert!(send.poll().is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(send.wakes(), 1);
    receiver.close();
    let mut end = Polled::new(receiver.recv());
    assert!(end.poll().is_pending(), "a place is promised still");
    assert!(matches!(send.poll(), Poll::Ready(Err(_))));
    drop(send);
    assert_eq!(end.wakes(), 1);
    assert_eq!(end.poll(), Poll::Ready(None));
}

// ---- foreign code ----

#[test]
fn a_waker_of_the_receiver_may_use_the_channel() {
    let (sender, mut receiver) = mpsc::channel(8);
    let waker = || {
        let same = sender.clone();
        intruder(move || same.try_send(same.capacity()).unwrap())
    };
    assert!(
        receiver
            .poll_recv(&mut Context::from_waker(&waker()))
            .is_pending()
    );
    // the second lets the first be dropped, which sends, and so wakes the second, which sends
    assert!(
        receiver
            .poll_recv(&mut Context::from_waker(&waker()))
            .is_pending()
    );
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(8), Ok(7)));
}

#[test]
fn a_waker_of_a_sender_may_use_the_channel() {
    for end in ["served", "cancelled", "closed", "abandoned"] {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.try_send(0).unwrap();
        let same = sender.clone();
        let waker = move || {
            let same = same.clone();
            intruder(move || {
                let _ = same.try_send(9);
                drop(same.try_reserve());
            })
        };
        let mut send = Box::pin(sender.send(1));
        let mut closed = Box::pin(sender.closed());
        for _ in 0..2 {
            // Two, and so each is dropped by the next.
            let (of_send, of_closed) = (waker(), waker());
            let mut cx = Context::from_waker(&of_send);
            assert!(send.as_mut().poll(&mut cx).is_pending());
            let mut cx = Context::from_waker(&of_closed);
            assert!(closed.as_mut().poll(&mut cx).is_pending());
        }
        match end {
            "served" => assert_eq!(receiver.try_recv(), Ok(0)),
            "cancelled" => drop((send, closed)),
            "closed" => receiver.close(),
            _ => drop(receiver),
        }
    }
}

#[test]
fn a_waker_of_the_receiver_may_use_the_channel_when_a_send_or_the_last_sender_wakes_it() {
    let (sender, mut receiver) = mpsc::channel(8);
    let weak = sender.downgrade();
    let waker = intruder(move || assert!(weak.strong_count() < 2));
    let mut cx = Context::from_waker(&waker);
    assert!(receiver.poll_recv(&mut cx).is_pending());
    assert!(now(sender.send(1)).is_ok());
    assert_eq!(receiver.poll_recv(&mut cx), Poll::Ready(Some(1)));
    assert!(receiver.poll_recv(&mut cx).is_pending());
    drop(sender);
    assert_eq!(receiver.poll_recv(&mut cx), Poll::Ready(None));
}

#[test]
fn a_waker_may_use_the_channel_when_it_is_cloned() {
    let (sender, mut receiver) = mpsc::channel(1);
    let weak = sender.downgrade();
    let waker = cloned_by_an_intruder(move || assert_eq!(weak.strong_count(), 1));
    let mut cx = Context::from_waker(&waker);
    assert!(receiver.poll_recv(&mut cx).is_pending());
    sender.try_send(1).unwrap();
    assert!(Box::pin(sender.send(2)).as_mut().poll(&mut cx).is_pending());
    assert!(
        Box::pin(sender.closed())
            .as_mut()
            .poll(&mut cx)
            .is_pending()
    );
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// A value that sends another when it is dropped, if it has a sender.
struct Homesick(Option<Sender<Homesick>>);

impl Drop for Homesick {
    fn drop(&mut self) {
        if let Some(sender) = self.0.take() {
            drop(sender.try_send(Homesick(None)));
        }
    }
}

#[test]
fn a_value_may_use_the_channel_when_it_is_dropped() {
    let (sender, mut receiver) = mpsc::channel(3);
    for _ in 0..2 {
        assert!(sender.try_send(Homesick(Some(sender.clone()))).is_ok());
    }
    drop(receiver.try_recv()); // it sends another
    assert_eq!(receiver.len(), 2);
    let permit = sender.try_reserve().unwrap();
    drop(receiver);
    permit.send(Homesick(Some(sender.clone())));
    assert_eq!(sender.capacity(), 3);
}

// ---- the model ----

/// The same operations, at random, on a channel and on a `VecDeque` with a count of the promised places.
#[test]
fn a_channel_behaves_as_its_model() {
    for seed in 1..=200 {
        Model::new(seed).run(300);
    }
}

struct Model {
    dice: Dice,
    capacity: usize,
    sender: Option<Sender<u64>>,
    receiver: Receiver<u64>,
    permits: Vec<OwnedPermit<u64>>,
    /// What the channel should hold.
    queue: VecDeque<u64>,
    closed: bool,
    next: u64,
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let capacity = 1 + dice.roll(4) as usize;
        let (sender, receiver) = mpsc::channel(capacity);
        Self {
            dice,
            capacity,
            sender: Some(sender),
            receiver,
            permits: Vec::new(),
            queue: VecDeque::new(),
            closed: false,
            next: 0,
        }
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            match self.dice.roll(16) {
                0..=4 => self.send(),
                5..=6 => self.reserve(),
                7 => self.fill_a_permit(),
                8 => self.drop_a_permit(),
                9 => self.cancel_a_send(),
                10 => self.recv_many(),
                11 if self.dice.roll(20) == 0 => self.close(),
                12 if self.dice.roll(40) == 0 => self.sender = None,
                _ => self.recv(),
            }
            self.compare();
        }
    }

    fn free(&self) -> usize {
        self.capacity - self.queue.len() - self.permits.len()
    }

    fn send(&mut self) {
        let Some(sender) = &self.sender else { return };
        let expected = if self.closed {
            Err(TrySendError::Closed(self.next))
        } else if self.free() == 0 {
            Err(TrySendError::Full(self.next))
        } else {
            self.queue.push_back(self.next);
            Ok(())
        };
        assert_eq!(sender.try_send(self.next), expected);
        self.next += 1;
    }

    fn reserve(&mut self) {
        let Some(sender) = self.sender.clone() else {
            return;
        };
        let possible = !self.closed && self.free() > 0;
        let permit = sender.try_reserve_owned().ok();
        assert_eq!(permit.is_some(), possible);
        self.permits.extend(permit);
    }

    fn fill_a_permit(&mut self) {
        let Some(permit) = self.permits.pop() else {
            return;
        };
        drop(permit.send(self.next));
        self.queue.push_back(self.next);
        self.next += 1;
    }

    fn drop_a_permit(&mut self) {
        drop(self.permits.pop());
    }

    /// A send that finds no room, and is dropped while it waits, or after a receive has served it.
    fn cancel_a_send(&mut self) {
        let Some(sender) = self.sender.clone() else {
            return;
        };
        if self.closed || self.free() > 0 {
            return;
        }
        let mut send = Polled::new(sender.send(u64::MAX));
        assert!(send.poll().is_pending());
        if self.dice.roll(2) == 0 {
            self.recv();
        }
    }

    fn recv(&mut self) {
        let finished = self.permits.is_empty() && (self.closed || self.sender.is_none());
        let expected = match self.queue.pop_front() {
            Some(value) => Ok(value),
            None if finished => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        };
        assert_eq!(self.receiver.try_recv(), expected);
    }

    fn recv_many(&mut self) {
        let limit = self.dice.roll(4) as usize;
        if self.queue.is_empty() || limit == 0 {
            return;
        }
        let mut buffer = Vec::new();
        let count = now(self.receiver.recv_many(&mut buffer, limit));
        let expected: Vec<_> = self.queue.drain(..limit.min(self.queue.len())).collect();
        assert_eq!((count, buffer), (expected.len(), expected));
    }

    fn close(&mut self) {
        self.receiver.close();
        self.closed = true;
    }

    fn compare(&self) {
        assert_eq!(self.receiver.len(), self.queue.len());
        assert_eq!(self.receiver.capacity(), self.free());
        let senders = usize::from(self.sender.is_some()) + self.permits.len();
        assert_eq!(self.receiver.sender_strong_count(), senders);
        assert_eq!(self.receiver.is_closed(), self.closed || senders == 0);
    }
}
