//! Children of a scope may borrow. Forgotten, they are never polled again.

use std::cell::Cell;
use std::future::pending;
use std::io;

use futures_lite::future::poll_once;
use toque::Runtime;
use toque::local::Notify;
use toque::task::yield_now;

// ANCHOR: borrow
/// Counts the letters of all dishes, by a child for each. The children borrow the menu.
async fn letters(menu: &[String]) -> usize {
    toque::scope(async |s| {
        let children: Vec<_> = menu
            .iter()
            .map(|dish| s.spawn(async { dish.len() }))
            .collect();
        let mut letters = 0;
        for child in children {
            letters += child.await.expect("nobody panics");
        }
        letters
    })
    .await
}
// ANCHOR_END: borrow

// ANCHOR: forget
/// Polls a scope once, forgets it, and returns. Its child waits for the bell, and borrows
/// a plate that ends here.
async fn forget_a_scope(bell: &Notify, polls: &Cell<u32>) {
    let plate = String::from("a plate");
    let mut scope = Box::pin(toque::scope(async |s| {
        s.spawn(async {
            loop {
                polls.set(polls.get() + 1);
                bell.notified().await;
                println!("the child has {plate}");
            }
        });
        pending::<()>().await
    }));
    assert!(poll_once(&mut scope).await.is_none());
    #[allow(clippy::mem_forget)] // to show that it does no harm
    std::mem::forget(scope);
}
// ANCHOR_END: forget

fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let menu = ["soup", "bread"].map(String::from);
        println!("letters: {}", letters(&menu).await);

        let (bell, polls) = (Notify::new(), Cell::new(0));
        forget_a_scope(&bell, &polls).await;
        println!(
            "polls of the child before its scope was forgotten: {}",
            polls.get()
        );
        bell.notify_one(); // the child's waker is called
        yield_now().await;
        println!("polls after its bell: {}", polls.get());
        Ok(())
    })
}
