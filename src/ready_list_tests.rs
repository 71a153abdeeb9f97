use super::*;

/// The owner's waker: looks into the list when it is woken, and when it is dropped.
struct Curious(Arc<ReadyList<u32>>);

impl Curious {
    fn waker(list: &Arc<ReadyList<u32>>) -> Waker {
        waker(sync::Arc::new(Self(list.clone())))
    }
}

impl Ring for Curious {
    fn ring(&self) {
        self.0.push(3);
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        self.0.push(4);
    }
}

fn poll(list: &ReadyList<u32>, waker: &Waker) -> Poll<u32> {
    list.poll_pop(&Context::from_waker(waker))
}

#[test]
fn the_owners_waker_may_use_the_list_when_it_is_woken_and_when_it_is_dropped() {
    let list = Arc::new(ReadyList::new());
    assert!(poll(&list, &Curious::waker(&list)).is_pending());
    assert!(poll(&list, Waker::noop()).is_pending()); // which drops the first
    assert_eq!(list.pop(), Some(4));
    assert!(poll(&list, &Curious::waker(&list)).is_pending());
    list.push(1); // which wakes it, and drops it
    assert_eq!(
        [(); 4].map(|()| list.pop()),
        [1, 3, 4]
            .map(Some)
            .into_iter()
            .chain([None])
            .collect::<Vec<_>>()[..]
    );
}

#[test]
fn they_come_in_the_order_in_which_they_rang_and_one_ring_of_many_wakes() {
    let list = Arc::new(ReadyList::new());
    for n in 1..=3 {
        list.waker(n).wake();
    }
    assert_eq!(
        [(); 3].map(|()| poll(&list, Waker::noop())),
        [1, 2, 3].map(Poll::Ready)
    );
}
