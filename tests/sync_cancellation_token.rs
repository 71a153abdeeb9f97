//! `CancellationToken`: it reaches all that descend from it, and nobody else, however they came and went.

mod by_hand;
mod tools;

use std::collections::HashSet;
use std::future::{Future, ready};
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use by_hand::{ByHand, now};
use tools::{CountingWaker, Drops, PanickingWaker, caught, counting, hold, run, watched};
use toque::sync::CancellationToken;
use toque::time::Instant;
use toque::{Builder, spawn};

#[test]
fn a_cancellation_wakes_all_who_wait() {
    let token = CancellationToken::new();
    let waiting = [token.cancelled(), token.cancelled()].map(ByHand::waiting);
    let owned = ByHand::waiting(token.clone().cancelled_owned());
    let unpolled = token.cancelled();
    token.cancel();
    token.cancel();
    waiting.into_iter().for_each(ByHand::ready_after_a_wake);
    owned.ready_after_a_wake();
    now(unpolled);
    now(token.cancelled());
}

#[test]
fn it_goes_down_and_not_up() {
    let top = CancellationToken::new();
    let (left, right) = (top.child_token(), top.child_token());
    let below = left.child_token();
    let waiting = [&top, &left, &right, &below].map(|token| ByHand::waiting(token.cancelled()));
    left.cancel();
    assert_eq!(waiting.each_ref().map(ByHand::wakes), [0, 1, 0, 1]);
    top.cancel();
    waiting.into_iter().for_each(ByHand::ready_after_a_wake);
}

#[test]
fn a_child_of_the_cancelled_is_born_cancelled() {
    let token = CancellationToken::new();
    token.cancel();
    let grandchild = token.child_token().child_token();
    assert!(grandchild.is_cancelled());
    grandchild.cancel();
    now(grandchild.cancelled());
}

#[test]
fn the_children_of_one_who_has_gone_are_his_parents() {
    let top = CancellationToken::new();
    let middle = top.child_token();
    let below = [middle.child_token(), middle.child_token()];
    drop(middle);
    assert!(!below[0].is_cancelled());
    top.cancel();
    assert!(below.iter().all(CancellationToken::is_cancelled));
}

#[test]
fn children_live_on_when_the_top_has_gone() {
    let top = CancellationToken::new();
    let (left, right) = (top.child_token(), top.child_token());
    let below = left.child_token();
    drop(top);
    assert!(!left.is_cancelled());
    left.cancel();
    assert!(below.is_cancelled() && !right.is_cancelled());
}

#[test]
fn a_dropped_clone_leaves_the_token() {
    let token = CancellationToken::new();
    let child = token.child_token();
    drop(child.clone());
    token.cancel();
    assert!(child.is_cancelled());
}

#[test]
fn a_dropped_wait_leaves_the_queue() {
    let token = CancellationToken::new();
    let waker = Arc::new(CountingWaker::default());
    {
        let wait = pin!(token.cancelled());
        let waker = waker.clone().into();
        assert!(wait.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(Arc::strong_count(&waker), 1, "no waker is left behind");
    token.cancel();
    assert_eq!(waker.wakes(), 0);
}

#[test]
fn only_the_last_waker_of_a_wait_is_called() {
    let token = CancellationToken::new();
    let (first, last) = (
        Arc::new(CountingWaker::default()),
        Arc::new(CountingWaker::default()),
    );
    let mut wait = pin!(token.cancelled());
    for waker in [first.clone().into(), last.clone().into()] {
        assert!(
            wait.as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    token.cancel();
    assert_eq!((first.wakes(), last.wakes()), (0, 1));
}

#[test]
fn an_owned_wait_keeps_the_token_and_may_be_dropped_while_it_waits() {
    let parent = CancellationToken::new();
    let wait = ByHand::waiting(parent.child_token().cancelled_owned());
    let dropped = ByHand::waiting(parent.child_token().cancelled_owned());
    drop(dropped);
    parent.cancel();
    wait.ready_after_a_wake();
}

/// tokio-rs/tokio PR 4055: here across tokens.
#[test]
fn a_waker_that_panics_keeps_no_other_token_from_being_cancelled() {
    let top = CancellationToken::new();
    let child = top.child_token();
    let mut bad = pin!(top.cancelled());
    let panics = Waker::from(Arc::new(PanickingWaker));
    assert!(
        bad.as_mut()
            .poll(&mut Context::from_waker(&panics))
            .is_pending()
    );
    let good = [&top, &child].map(|token| ByHand::waiting(token.cancelled()));
    let panic = caught(|| top.cancel());
    assert_eq!(panic.message, "a waker that panics");
    good.into_iter().for_each(ByHand::ready_after_a_wake);
}

/// A waker is foreign code: it may come back to the token while it is called.
#[test]
fn a_waker_may_use_the_tree() {
    struct Returns(CancellationToken, AtomicUsize);

    impl Wake for Returns {
        fn wake(self: Arc<Self>) {
            self.0.cancel();
            let child = self.0.child_token();
            self.1
                .fetch_add(usize::from(child.is_cancelled()), Ordering::Relaxed);
        }
    }

    watched(|| {
        let top = CancellationToken::new();
        let bell = Arc::new(Returns(top.clone(), AtomicUsize::new(0)));
        let waker = bell.clone().into();
        let child = top.child_token();
        let mut wait = pin!(child.cancelled());
        assert!(
            wait.as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        top.cancel();
        assert_eq!(bell.1.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn guards_cancel_unless_they_are_disarmed() {
    let token = CancellationToken::new();
    let child = token.child_token();
    let guard = child.drop_guard_ref();
    assert_eq!(guard.token(), &child);
    assert_eq!(guard.disarm(), &child);
    let guard = child.clone().drop_guard();
    assert_eq!(guard.token(), &child);
    assert_eq!(guard.disarm(), child);
    assert!(!child.is_cancelled());
    drop(child.drop_guard_ref());
    assert!(child.is_cancelled() && !token.is_cancelled());
    let panic = caught(|| {
        let _guard = token.clone().drop_guard();
        panic!("burnt")
    });
    assert_eq!(panic.message, "burnt");
    assert!(token.is_cancelled());
}

#[test]
fn run_until_cancelled_gives_the_output_or_drops_the_future() {
    let token = CancellationToken::new();
    assert_eq!(now(token.run_until_cancelled(ready(1))), Some(1));
    let drops = Drops::default();
    let mut running = ByHand::waiting(token.run_until_cancelled(hold(drops.guard())));
    let mut owned = ByHand::waiting(token.clone().run_until_cancelled_owned(hold(drops.guard())));
    token.cancel();
    assert!(running.is_woken() && owned.is_woken());
    assert!(running.poll().is_ready() && owned.poll().is_ready());
    drops.assert_at_home(2);
    assert_eq!(
        now(token.run_until_cancelled(ready(1))),
        None,
        "it may not begin"
    );
}

#[test]
fn what_is_ready_with_the_cancellation_is_given() {
    let token = CancellationToken::new();
    let (sender, receiver) = toque::sync::oneshot::channel();
    let mut running = ByHand::waiting(token.run_until_cancelled(receiver));
    token.cancel();
    sender.send("soup").unwrap();
    assert_eq!(running.poll(), std::task::Poll::Ready(Some(Ok("soup"))));
}

/// tokio-rs/tokio#7883: what eats the whole budget in every poll must not keep the end from being seen.
#[test]
fn a_future_that_is_never_done_with_its_budget_is_cancelled() {
    watched(|| {
        run(async {
            let token = CancellationToken::new();
            let same = token.clone();
            let glutton = spawn(async move {
                let eats = async {
                    loop {
                        toque::task::consume_budget().await;
                    }
                };
                same.run_until_cancelled(eats).await
            });
            tools::let_others_run().await;
            token.cancel();
            assert_eq!(glutton.await.unwrap(), None::<()>);
        });
    });
}

#[test]
fn one_who_only_looks_for_a_cancellation_gives_way() {
    run(async {
        let token = CancellationToken::new();
        token.cancel();
        let polls = tools::Count::default();
        let looks = counting(polls.clone(), async move {
            for _ in 0..300 {
                token.cancelled().await;
            }
        });
        spawn(looks).await.unwrap();
        assert_eq!(polls.get(), 3); // 128, 128 and 44
    });
}

#[test]
fn any_is_cancelled_by_each() {
    let tokens = [(); 3].map(|()| CancellationToken::new());
    for chosen in 0..3 {
        let tokens = tokens.clone().map(|token| token.child_token());
        let any = CancellationToken::any(&tokens);
        let below = any.child_token();
        let waiting = ByHand::waiting(below.cancelled());
        assert!(!any.is_cancelled());
        tokens[chosen].cancel();
        waiting.ready_after_a_wake();
        assert_eq!(
            tokens.iter().filter(|token| token.is_cancelled()).count(),
            1
        );
    }
}

#[test]
fn any_by_itself_cancels_none_of_its_sources() {
    let source = CancellationToken::new();
    let any = CancellationToken::any([&source, &source]);
    any.cancel();
    assert!(!source.is_cancelled());
    drop(any);
    source.cancel();
    let late = CancellationToken::any([&CancellationToken::new(), &source]);
    assert!(late.is_cancelled());
    assert!(!CancellationToken::any([]).is_cancelled());
}

#[test]
fn any_lives_on_when_its_sources_have_gone() {
    let top = CancellationToken::new();
    let any = CancellationToken::any([&top.child_token(), &CancellationToken::new()]);
    assert!(!any.is_cancelled());
    top.cancel();
    assert!(any.is_cancelled());
}

#[test]
fn what_descends_from_any_is_cancelled_by_its_sources_when_any_has_gone() {
    let (shop, guest) = (CancellationToken::new(), CancellationToken::new());
    let child = CancellationToken::any([&shop, &guest]).child_token();
    let other = CancellationToken::any([&child.child_token()]);
    let waiting = ByHand::waiting(child.cancelled());
    guest.cancel();
    waiting.ready_after_a_wake();
    assert!(other.is_cancelled());
    assert!(!shop.is_cancelled());
}

/// Far beyond what a stack would hold, if the tree were walked or freed by recursion.
#[test]
fn a_deep_tree_is_cancelled_and_dropped() {
    const DEPTH: usize = 100_000;

    let top = CancellationToken::new();
    let mut tokens = vec![top.child_token()];
    for depth in 1..DEPTH {
        tokens.push(tokens[depth - 1].child_token());
    }
    top.cancel();
    assert!(tokens.iter().all(CancellationToken::is_cancelled));

    let mut deepest = CancellationToken::new();
    let kept = deepest.clone();
    let mut all = Vec::new();
    for _ in 0..DEPTH {
        deepest = deepest.child_token();
        all.push(deepest.clone());
    }
    drop(all); // from the top
    kept.cancel();
    assert!(deepest.is_cancelled());
}

#[test]
fn a_deep_chain_of_any_is_cancelled_and_dropped() {
    let top = CancellationToken::new();
    let mut chain = vec![CancellationToken::any([&top])];
    for depth in 1..20_000 {
        chain.push(CancellationToken::any([&chain[depth - 1]]));
    }
    let last = chain.last().unwrap().clone();
    top.cancel();
    assert!(last.is_cancelled());
}

#[test]
fn a_deep_chain_of_any_is_kept_and_freed_by_its_end() {
    let top = CancellationToken::new();
    let mut last = CancellationToken::any([&top]);
    for _ in 1..20_000 {
        last = CancellationToken::any([&last]);
    }
    let same = last.clone();
    drop(last);
    assert!(!same.is_cancelled());
    drop(same);

    let mut last = CancellationToken::any([&top]);
    for _ in 1..20_000 {
        last = CancellationToken::any([&last]);
    }
    top.cancel();
    assert!(last.is_cancelled());
}

#[test]
fn equal_are_clones_and_nobody_else() {
    let token = CancellationToken::new();
    let child = token.child_token();
    assert_eq!(token, token.clone());
    assert_ne!(token, child);
    #[allow(clippy::mutable_key_type, reason = "its hash is its identity")]
    let set = HashSet::from([token.clone(), child, token.clone()]);
    assert_eq!(set.len(), 2);
    assert!(set.contains(&token));
    let hashes = RandomState::new();
    assert_ne!(
        hashes.hash_one(&token),
        hashes.hash_one(token.child_token())
    );
}

#[test]
fn threads_cancel_bear_and_drop_at_once() {
    watched(|| {
        for _ in 0..200 {
            let top = CancellationToken::new();
            thread::scope(|scope| {
                for _ in 0..3 {
                    let branch = top.child_token();
                    scope.spawn(move || {
                        let mut tokens: Vec<_> = (0..20).map(|_| branch.child_token()).collect();
                        drop(branch);
                        tokens.truncate(10);
                        run(async { tokens[0].cancelled().await });
                    });
                }
                scope.spawn(|| top.cancel());
            });
        }
    });
}

#[test]
fn a_deadline_cancels_at_its_time() {
    let runtime = Builder::new_current_thread().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let token = CancellationToken::new();
        let start = Instant::now();
        let hour = Duration::from_secs(3600);
        let timed = token.with_deadline(start + hour);
        let forgotten = token.with_deadline(start + hour / 2);
        drop(forgotten);
        let passed = token.with_deadline(start);
        let never = token.with_deadline(start + Duration::MAX);
        passed.cancelled().await;
        assert!(start.elapsed() < hour);
        timed.child_token().cancelled().await;
        assert_eq!(start.elapsed().as_secs(), 3600);
        assert!(!token.is_cancelled());
        token.cancel();
        assert!(never.is_cancelled());
    });
}

#[test]
fn a_deadline_outside_of_a_runtime_names_the_caller_and_the_remedy() {
    let now = Instant::now();
    let panic = caught(|| CancellationToken::new().with_deadline(now));
    panic.assert_names(file!(), &["with_deadline", "block_on"]);
}

/// Random trees, with a model beside: a parent for each, and who is cancelled.
#[test]
fn random_trees_agree_with_a_model() {
    for seed in 1..=60 {
        let mut random = Random(seed);
        let mut model = Model::default();
        for _ in 0..300 {
            let chosen = random.below(model.tokens.len().max(1));
            match random.below(10) {
                0 => model.add(None),
                1..=5 => model.add((chosen < model.tokens.len()).then_some(chosen)),
                6..=8 => model.drop_token(chosen),
                _ if random.below(4) == 0 => model.cancel(chosen),
                _ => {}
            }
            model.check();
        }
    }
}

/// By index; nothing is ever taken out, so that parents who have gone still lead upwards.
#[derive(Default)]
struct Model {
    tokens: Vec<Option<CancellationToken>>,
    parents: Vec<Option<usize>>,
    cancelled: Vec<bool>,
}

impl Model {
    fn add(&mut self, parent: Option<usize>) {
        let parent = parent.filter(|&parent| self.tokens[parent].is_some());
        let token = match parent {
            Some(parent) => self.tokens[parent].as_ref().unwrap().child_token(),
            None => CancellationToken::new(),
        };
        self.tokens.push(Some(token));
        self.parents.push(parent);
        self.cancelled
            .push(parent.is_some_and(|parent| self.cancelled[parent]));
    }

    fn drop_token(&mut self, chosen: usize) {
        if let Some(token) = self.tokens.get_mut(chosen) {
            token.take();
        }
    }

    fn cancel(&mut self, chosen: usize) {
        let Some(Some(token)) = self.tokens.get(chosen) else {
            return;
        };
        token.cancel();
        self.cancelled[chosen] = true;
        // A parent comes before its children.
        for index in chosen..self.tokens.len() {
            self.cancelled[index] |=
                self.parents[index].is_some_and(|parent| self.cancelled[parent]);
        }
    }

    fn check(&self) {
        for (token, &cancelled) in self.tokens.iter().zip(&self.cancelled) {
            assert!(
                token
                    .as_ref()
                    .is_none_or(|token| token.is_cancelled() == cancelled)
            );
        }
    }
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
