//! Lunch time on toque: one guest waits for the database, another is served meanwhile.
//! `node/lunch_time.js` is the same.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use toque::local::oneshot;
use toque::{Runtime, spawn};

// ANCHOR: kitchen
/// A database in the next room: it answers once it is told to.
struct Database(RefCell<Option<oneshot::Receiver<&'static str>>>);

impl Database {
    async fn search(&self) -> &'static str {
        let answer = self.0.borrow_mut().take().expect("asked once");
        answer.await.expect("the database is well")
    }
}

async fn sandwich(database: Rc<Database>) {
    println!("searching for sandwich");
    let found = database.search().await; // the thread goes on with other guests
    println!("{found}");
}

async fn menu() {
    println!("the menu, meanwhile");
}

fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let (answer, receiver) = oneshot::channel();
        let database = Rc::new(Database(RefCell::new(Some(receiver))));
        let hungry = spawn(sandwich(database));
        spawn(menu()).await?;
        answer.send("lunch time").map_err(io::Error::other)?;
        Ok(hungry.await?)
    })
}
// ANCHOR_END: kitchen
