use std::fs;
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use futures_lite::future::poll_once;
use toque::task::{JoinHandle, JoinSet};
use toque::{Builder, Runtime};

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// An empty database, removed at the end.
struct File(PathBuf);

impl File {
    fn new() -> File {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("readers-{}-{number}.db", std::process::id());
        let path = std::env::temp_dir().join(name);
        Connection::open(&path)
            .and_then(|db| {
                db.execute_batch("PRAGMA journal_mode=wal; CREATE TABLE plates (number INTEGER)")
            })
            .unwrap();
        File(path)
    }

    /// As the writer does, beside the readers.
    fn add_a_plate(&self) {
        Connection::open(&self.0)
            .and_then(|db| db.execute_batch("INSERT INTO plates VALUES (1)"))
            .unwrap();
    }

    fn readers(&self, readers: usize, patience: Duration) -> Arc<Readers> {
        let options = Options {
            readers,
            patience,
            ..Options::default()
        };
        Arc::new(Readers::new(&self.0, &options))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for behind in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(behind);
            let _ = fs::remove_file(path);
        }
    }
}

fn count(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.query_row("SELECT count(*) FROM plates", [], |row| row.get(0))?)
}

fn says<T>(result: Result<T, StoreError>, words: &str) -> bool {
    matches!(result, Err(StoreError::Unavailable { source, .. } | StoreError::Broken { source })
        if source.to_string() == words)
}

/// Has the only reader wait in a query until what is given back is dropped.
async fn held(readers: &Arc<Readers>) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (release, released) = mpsc::channel();
    let (begin, begun) = oneshot::channel();
    let query = move |_: &Connection| {
        let _ = begin.send(());
        let _ = released.recv();
        Ok(())
    };
    let readers = Arc::clone(readers);
    let task = toque::spawn(async move { readers.read(query).await.unwrap() });
    begun.await.unwrap();
    (release, task)
}

#[test]
fn no_query_is_forgotten_while_readers_come_and_go() {
    let file = File::new();
    let readers = file.readers(2, LONG);
    Runtime::new().unwrap().block_on(async {
        let mut guests = JoinSet::new();
        for guest in 0..8 {
            let readers = Arc::clone(&readers);
            guests.spawn(async move {
                for round in 0..200 {
                    assert_eq!(readers.read(count).await.unwrap(), 0);
                    if (guest + round) % 7 == 0 {
                        toque::task::yield_now().await;
                    }
                }
            });
        }
        guests.join_all().await;
        while readers.free() < 2 {
            toque::task::yield_now().await; // the last one is about to leave
        }
    });
}

#[test]
fn a_query_that_is_given_up_before_its_turn_is_not_run() {
    let file = File::new();
    let readers = file.readers(1, LONG);
    Runtime::new().unwrap().block_on(async {
        let (release, held) = held(&readers).await;
        let run = Arc::new(AtomicBool::new(false));
        let ran = Arc::clone(&run);
        {
            let query = readers.read(move |_| {
                ran.store(true, Ordering::Relaxed);
                Ok(())
            });
            assert!(poll_once(pin!(query)).await.is_none());
        }
        drop(release);
        held.await.unwrap();
        readers.read(count).await.unwrap(); // behind the other in the queue
        assert!(!run.load(Ordering::Relaxed));
    });
}

/// Those that waited together are shown one moment; whoever asks after a commit is shown the commit.
#[test]
fn a_query_sees_what_was_committed_before_it_was_asked() {
    let file = File::new();
    let readers = file.readers(1, LONG);
    Runtime::new().unwrap().block_on(async {
        let (release, held) = held(&readers).await;
        let (begin, begun) = mpsc::channel();
        let (release_first, released) = mpsc::channel::<()>();
        let mut first = pin!(readers.read(move |db| {
            let seen = count(db);
            let _ = begin.send(());
            let _ = released.recv();
            seen
        }));
        let mut together = pin!(readers.read(count));
        assert!(poll_once(first.as_mut()).await.is_none());
        assert!(poll_once(together.as_mut()).await.is_none());
        drop(release);
        let begun = toque::spawn_blocking(move || begun.recv().unwrap());
        begun.await.unwrap();

        file.add_a_plate();
        let mut later = pin!(readers.read(count));
        assert!(poll_once(later.as_mut()).await.is_none());
        drop(release_first);

        assert_eq!(first.await.unwrap(), 0);
        assert_eq!(together.await.unwrap(), 0, "it asked before the commit");
        assert_eq!(later.await.unwrap(), 1);
        held.await.unwrap();
    });
}

/// Else the log could not be put into the file, and would grow.
#[test]
fn no_transaction_is_left_open() {
    let file = File::new();
    let readers = file.readers(1, LONG);
    Runtime::new().unwrap().block_on(async {
        let (release, held) = held(&readers).await;
        let mut queries: Vec<_> = (0..3).map(|_| Box::pin(readers.read(count))).collect();
        for query in &mut queries {
            assert!(poll_once(query).await.is_none());
        }
        drop(release);
        held.await.unwrap();
        for query in queries {
            query.await.unwrap();
        }
        while readers.free() < 1 {
            toque::task::yield_now().await; // the reader is about to leave
        }
    });
    let state = readers.desk.lock();
    assert!(!state.idle.is_empty());
    assert!(state.idle.iter().all(Connection::is_autocommit));
}

#[test]
fn a_query_that_waits_too_long_is_taken_back() {
    let file = File::new();
    let readers = file.readers(1, Duration::from_secs(1)); // so long may the first one's thread need to begin
    Runtime::new().unwrap().block_on(async {
        let (release, held) = held(&readers).await;
        let late = readers.read(count).await;
        assert!(says(late, "too many queries wait already"));
        assert!(readers.desk.lock().queue.is_empty());
        drop(release);
        held.await.unwrap(); // one that has begun is waited for, however long it takes
    });
}

#[test]
fn a_query_that_panics_ends_itself_alone() {
    let file = File::new();
    let readers = file.readers(1, LONG);
    Runtime::new().unwrap().block_on(async {
        let panicked = readers.read::<()>(|_| panic!("no lunch")).await;
        assert!(says(panicked, "the query panicked"));
        assert_eq!(readers.read(count).await.unwrap(), 0);
    });
}

#[test]
fn closed_they_give_up_what_waits_and_take_no_more() {
    let file = File::new();
    let readers = file.readers(1, LONG);
    Runtime::new().unwrap().block_on(async {
        let (release, held) = held(&readers).await;
        let mut waits = pin!(readers.read(count));
        assert!(poll_once(waits.as_mut()).await.is_none());
        readers.close();
        assert!(says(waits.await, "the store is closed"));
        assert!(says(readers.read(count).await, "the store is closed"));
        drop(release);
        held.await.unwrap();
    });
    assert!(readers.desk.lock().idle.is_empty(), "no connection is kept");
}

/// The reader was called by a runtime that ends before a thread comes for it; the query is another's.
#[test]
fn a_reader_that_never_comes_leaves_no_query_waiting() {
    let file = File::new();
    let readers = file.readers(1, LONG);
    let (release, released) = mpsc::channel::<()>();
    let calling = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let mut waits = pin!(readers.read(count));
    calling.block_on(async {
        let (begin, begun) = oneshot::channel();
        drop(toque::spawn_blocking(move || {
            let _ = begin.send(());
            let _ = released.recv();
        }));
        begun.await.unwrap();
        assert!(poll_once(waits.as_mut()).await.is_none());
    });
    assert_eq!(readers.free(), 0);
    calling.shutdown_timeout(Duration::ZERO);
    assert_eq!(readers.free(), 1);
    assert!(says(answer(waits), "the store is closed"));
    drop(release);
}

fn answer<F: Future>(waits: F) -> F::Output {
    Runtime::new().unwrap().block_on(waits)
}
