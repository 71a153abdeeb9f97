//! Models of the ready list: a child that rings is found, whenever it rings.

use super::ReadyList;
use std::future::poll_fn;
use std::sync::Arc;

use loom::future::block_on;
use loom::thread;

/// Each child's ring reaches an owner who looks, arms and sleeps meanwhile.
/// Mutants that fail it: `ready_list_does_not_look_again` (arms without a second look), `ready_list_rings_in_silence` (the key is
/// there, and nobody is woken).
#[test]
fn no_ring_is_lost() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3); // without a bound it takes most of a minute, and finds nothing more
    builder.check(|| {
        let list = Arc::new(ReadyList::new());
        let children = [1, 2].map(|key| {
            let waker = list.waker(key);
            thread::spawn(move || waker.wake())
        });
        let mut all = [(); 2].map(|()| block_on(poll_fn(|cx| list.poll_pop(cx))));
        all.sort();
        assert_eq!(all, [1, 2]);
        for child in children {
            child.join().unwrap();
        }
    });
}
