//! `DelayQueue`: values by their time, whatever is inserted, reset and removed while somebody waits.

mod tools;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tools::{Count, CountingWaker, caught, counting, let_others_run};
use toque::time::delay_queue::{DelayQueue, Expired, Key};
use toque::time::{Instant, advance, pause, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Runs a test in virtual time.
fn run(test: impl Future<Output = ()>) {
    let mut builder = toque::Builder::new_current_thread();
    builder.start_paused(true).build().unwrap().block_on(test);
}

async fn next<T>(queue: &mut DelayQueue<T>) -> Option<T> {
    let expired = poll_fn(|cx| queue.poll_expired(cx)).await;
    expired.map(Expired::into_inner)
}

fn poll<T>(queue: &mut DelayQueue<T>, waker: &Arc<CountingWaker>) -> Poll<Option<Expired<T>>> {
    queue.poll_expired(&mut Context::from_waker(&waker.clone().into()))
}

#[test]
fn values_come_out_by_their_deadline_and_not_before() {
    run(async {
        let mut queue = DelayQueue::new();
        let start = Instant::now();
        for seconds in [3, 1, 2] {
            queue.insert(seconds, SECOND * seconds);
        }
        for seconds in 1..=3 {
            assert_eq!(next(&mut queue).await, Some(seconds));
            assert_eq!(start.elapsed().as_secs(), u64::from(seconds));
        }
        assert_eq!(next(&mut queue).await, None);
    });
}

#[test]
fn ties_come_out_in_the_order_of_insertion() {
    run(async {
        let mut queue = DelayQueue::new();
        let deadline = Instant::now() + SECOND;
        let keys: Vec<_> = (0..100).map(|n| queue.insert_at(n, deadline)).collect();
        queue.reset_at(&keys[0], deadline); // to the end
        for n in (1..100).chain([0]) {
            assert_eq!(next(&mut queue).await, Some(n));
        }
    });
}

#[test]
fn what_has_passed_comes_out_at_once() {
    run(async {
        let mut queue = DelayQueue::new();
        let start = Instant::now();
        queue.insert(1, Duration::ZERO);
        queue.insert_at(0, start - SECOND);
        assert_eq!(next(&mut queue).await, Some(0));
        assert_eq!(next(&mut queue).await, Some(1));
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_duration_without_an_end_keeps_its_value() {
    run(async {
        let mut queue = DelayQueue::new();
        let never = queue.insert("never", Duration::MAX);
        queue.insert("soon", SECOND);
        assert_eq!(next(&mut queue).await, Some("soon"));
        queue.reset(&never, Duration::from_secs(u64::MAX / 10));
        assert!(poll(&mut queue, &Arc::default()).is_pending());
        queue.reset(&never, SECOND);
        assert_eq!(next(&mut queue).await, Some("never"));
    });
}

#[test]
fn an_earlier_deadline_wakes_who_waits() {
    run(async {
        let mut queue = DelayQueue::new();
        let waker = Arc::new(CountingWaker::default());
        let far = queue.insert("far", SECOND * 100);
        assert!(poll(&mut queue, &waker).is_pending());
        queue.insert("near", SECOND * 2);
        assert_eq!(waker.wakes(), 1);
        assert!(poll(&mut queue, &waker).is_pending());
        queue.insert("later", SECOND * 3);
        assert_eq!(waker.wakes(), 1, "nothing has changed for him");
        queue.reset(&far, SECOND);
        assert_eq!(waker.wakes(), 2);
        for name in ["far", "near", "later"] {
            assert_eq!(next(&mut queue).await, Some(name));
        }
    });
}

/// tokio-rs/tokio PR 8274: the one that was reset into the past came out when some other timer fired.
#[test]
fn a_deadline_that_is_moved_into_the_past_wakes_who_waits() {
    run(async {
        let mut queue = DelayQueue::new();
        let waker = Arc::new(CountingWaker::default());
        sleep(SECOND).await;
        let key = queue.insert("soup", SECOND * 100);
        assert!(poll(&mut queue, &waker).is_pending());
        queue.reset_at(&key, Instant::now() - SECOND);
        assert_eq!(waker.wakes(), 1);
        let now = Instant::now();
        assert_eq!(next(&mut queue).await, Some("soup"));
        assert_eq!(now.elapsed(), Duration::ZERO);
    });
}

/// tokio-rs/tokio#868, #2473, PR 3270: what had passed and was not taken yet, and was reset or removed, was a panic.
#[test]
fn what_has_passed_can_be_put_off_and_removed() {
    run(async {
        let mut queue = DelayQueue::new();
        let keys: Vec<_> = (1..=3).map(|n| queue.insert(n, SECOND)).collect();
        sleep(SECOND * 2).await;
        assert_eq!(next(&mut queue).await, Some(1));
        queue.reset(&keys[1], SECOND);
        queue.reset(&keys[1], SECOND * 2);
        assert_eq!(queue.remove(&keys[2]).into_inner(), 3);
        let passed = queue.insert_at(4, Instant::now());
        queue.reset(&passed, SECOND * 3);
        assert!(poll(&mut queue, &Arc::default()).is_pending());
        queue.reset(&passed, SECOND);
        assert_eq!(next(&mut queue).await, Some(4));
        assert_eq!(next(&mut queue).await, Some(2));
        assert!(queue.is_empty());
    });
}

#[test]
fn a_first_deadline_that_is_put_off_is_waited_for() {
    run(async {
        let start = Instant::now();
        let mut queue = DelayQueue::new();
        let first = queue.insert("first", SECOND);
        let waker = Arc::new(CountingWaker::default());
        assert!(poll(&mut queue, &waker).is_pending());
        queue.reset(&first, SECOND * 10);
        sleep(SECOND * 5).await;
        assert!(poll(&mut queue, &waker).is_pending());
        assert_eq!(next(&mut queue).await, Some("first"));
        assert_eq!(start.elapsed().as_secs(), 10);
    });
}

#[test]
fn the_removal_of_the_last_one_wakes_who_waits() {
    run(async {
        let mut queue = DelayQueue::new();
        let waker = Arc::new(CountingWaker::default());
        let key = queue.insert("cold", SECOND);
        assert!(poll(&mut queue, &waker).is_pending());
        assert_eq!(queue.remove(&key).into_inner(), "cold");
        assert_eq!(waker.wakes(), 1);
        assert!(matches!(poll(&mut queue, &waker), Poll::Ready(None)));
        queue.insert("new", SECOND);
        assert_eq!(waker.wakes(), 2);
        assert!(poll(&mut queue, &waker).is_pending());
        queue.clear();
        assert_eq!((waker.wakes(), queue.len()), (3, 0));
    });
}

#[test]
fn the_removal_of_the_first_one_leaves_the_second_in_time() {
    run(async {
        let mut queue = DelayQueue::new();
        let first = queue.insert(1, SECOND);
        queue.insert(2, SECOND * 2);
        assert!(poll(&mut queue, &Arc::default()).is_pending());
        queue.remove(&first);
        let start = Instant::now();
        assert_eq!(next(&mut queue).await, Some(2));
        assert_eq!(start.elapsed().as_secs(), 2);
    });
}

#[test]
fn only_the_last_waker_is_called() {
    run(async {
        let mut queue = DelayQueue::new();
        let wakers = [(); 2].map(|()| Arc::new(CountingWaker::default()));
        queue.insert(1, SECOND);
        for waker in &wakers {
            assert!(poll(&mut queue, waker).is_pending());
        }
        sleep(SECOND * 2).await;
        assert_eq!(wakers.each_ref().map(|waker| waker.wakes()), [0, 1]);
    });
}

#[test]
fn an_expired_value_tells_its_deadline_and_its_key() {
    run(async {
        let mut queue = DelayQueue::new();
        let deadline = Instant::now() + SECOND;
        let key = queue.insert_at(String::from("soup"), deadline);
        assert_eq!((queue.peek(), queue.deadline(&key)), (Some(key), deadline));
        let mut expired = poll_fn(|cx| queue.poll_expired(cx)).await.unwrap();
        assert_eq!((expired.deadline(), expired.key()), (deadline, key));
        expired.get_mut().push('!');
        assert_eq!(expired.get_ref(), "soup!");
        assert!(queue.try_remove(&key).is_none());
    });
}

#[test]
fn a_key_never_leads_to_another_value() {
    run(async {
        let mut queue = DelayQueue::new();
        let old = queue.insert(1, SECOND);
        queue.remove(&old);
        let new = queue.insert(2, SECOND);
        assert_ne!(old, new);
        assert!(queue.try_remove(&old).is_none());
        type Action = fn(&mut DelayQueue<i32>, &Key);
        let actions: [Action; 3] = [
            |queue, key| assert_eq!(queue.remove(key).into_inner(), 1),
            |queue, key| queue.reset(key, SECOND),
            |queue, key| assert!(queue.deadline(key) > Instant::now()),
        ];
        for action in actions {
            let panic = caught(|| action(&mut queue, &old));
            panic.assert_names(file!(), &["DelayQueue", "try_remove"]);
        }
        assert_eq!(queue.len(), 1);
    });
}

#[test]
fn memory_is_made_and_given_back() {
    let mut queue = DelayQueue::with_capacity(10);
    assert!(queue.capacity() >= 10);
    queue.reserve(1_000);
    assert!(queue.capacity() >= 1_000);
    let key = queue.insert(1, SECOND);
    assert!(!queue.is_empty());
    queue.shrink_to_fit();
    assert!(queue.capacity() < 1_000);
    queue.reserve(1_000);
    queue.compact();
    assert!(queue.capacity() < 1_000);
    assert_eq!(queue.remove(&key).into_inner(), 1);
}

/// tokio-rs/tokio#2390: an always-ready source gives way.
#[test]
fn a_queue_of_what_is_due_gives_way() {
    run(async {
        let mut queue = DelayQueue::new();
        let deadline = Instant::now();
        for n in 0..300 {
            queue.insert_at(n, deadline);
        }
        let polls = Count::default();
        let drain = counting(polls.clone(), async move {
            while next(&mut queue).await.is_some() {}
        });
        toque::spawn(drain).await.unwrap();
        assert!((3..=4).contains(&polls.get()), "{} polls", polls.get()); // 128, 128, 44; one to learn of the time
    });
}

#[test]
fn it_is_a_stream() {
    use futures_lite::{Stream, StreamExt};

    run(async {
        let mut queue = DelayQueue::new();
        queue.insert(1, SECOND);
        queue.insert(2, SECOND);
        assert_eq!(queue.size_hint(), (2, None));
        let values = StreamExt::map(&mut queue, Expired::into_inner);
        let all: Vec<_> = values.collect().await;
        assert_eq!(all, [1, 2]);
        assert!(queue.next().await.is_none());
    });
}

#[test]
fn without_a_paused_clock_nothing_is_early() {
    tools::run(async {
        let start = Instant::now();
        let mut queue = DelayQueue::default();
        for milliseconds in [3, 1, 2] {
            queue.insert_at(milliseconds, start + Duration::from_millis(milliseconds));
        }
        for milliseconds in 1..=3 {
            assert_eq!(next(&mut queue).await, Some(milliseconds));
            assert!(start.elapsed() >= Duration::from_millis(milliseconds));
        }
        pause();
    });
}

/// Random operations, with a map by deadline and turn beside.
#[test]
fn random_operations_agree_with_a_model() {
    for seed in 1..=40 {
        run(async move {
            let mut random = Random(seed);
            let mut queue = DelayQueue::new();
            let mut model = BTreeMap::<(Instant, u64), (Key, u64)>::new();
            let waker = Arc::new(CountingWaker::default());
            for turn in 0..500 {
                let deadline = Instant::now() + SECOND * random.below(20);
                match random.below(6) {
                    0 | 1 => {
                        let key = queue.insert_at(turn, deadline);
                        model.insert((deadline, turn), (key, turn));
                    }
                    2 => {
                        if let Some((key, value)) = take(&mut model, &mut random) {
                            queue.reset_at(&key, deadline);
                            model.insert((deadline, turn), (key, value));
                        }
                    }
                    3 => {
                        if let Some((key, value)) = take(&mut model, &mut random) {
                            assert_eq!(queue.remove(&key).into_inner(), value);
                        }
                    }
                    4 => {
                        advance(SECOND * random.below(4)).await;
                        let_others_run().await;
                    }
                    _ => drain(&mut queue, &mut model, &waker),
                }
                assert_eq!(queue.len(), model.len());
                assert_eq!(queue.peek(), model.values().next().map(|(key, _)| *key));
            }
            while let Some((_, (_, value))) = model.pop_first() {
                assert_eq!(next(&mut queue).await, Some(value));
            }
            assert!(queue.is_empty());
        });
    }
}

fn take(
    model: &mut BTreeMap<(Instant, u64), (Key, u64)>,
    random: &mut Random,
) -> Option<(Key, u64)> {
    if model.is_empty() {
        return None;
    }
    let index = random.below(model.len() as u32) as usize;
    let place = *model.keys().nth(index).unwrap();
    model.remove(&place)
}

/// All that the queue gives is what the model says is first, and has passed.
fn drain(
    queue: &mut DelayQueue<u64>,
    model: &mut BTreeMap<(Instant, u64), (Key, u64)>,
    waker: &Arc<CountingWaker>,
) {
    while let Poll::Ready(Some(expired)) = poll(queue, waker) {
        let (_, (key, value)) = model.pop_first().unwrap();
        assert!(expired.deadline() <= Instant::now());
        assert_eq!((expired.key(), expired.into_inner()), (key, value));
    }
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(limit)) as u32
    }
}
