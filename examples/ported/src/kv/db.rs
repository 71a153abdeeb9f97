//! The data: keys, some of which expire, and channels. Shared by all connections.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use toque::sync::{Notify, broadcast};
use toque::time::{self, Duration, Instant};

/// A handle to the data.
#[derive(Clone, Debug, Default)]
pub struct Db {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Tells the task that expires keys of a new first one, or of the end.
    background_task: Notify,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<String, Entry>,
    pub_sub: HashMap<String, broadcast::Sender<Vec<u8>>>,
    /// The keys that expire, by when.
    expirations: BTreeSet<(Instant, String)>,
    shutdown: bool,
}

#[derive(Debug)]
struct Entry {
    data: Vec<u8>,
    expires_at: Option<Instant>,
}

impl Db {
    /// An empty one, and the task that expires its keys.
    pub fn new() -> Db {
        let db = Db::default();
        toque::spawn(purge_expired_tasks(Arc::clone(&db.shared)));
        db
    }

    /// The value of a key.
    ///
    /// # Panics
    /// If a user of the data has panicked.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let state = self.shared.state.lock().unwrap();
        state.entries.get(key).map(|entry| entry.data.clone())
    }

    /// Sets a key, for a time or for ever.
    ///
    /// # Panics
    /// If a user of the data has panicked.
    pub fn set(&self, key: String, data: Vec<u8>, expire: Option<Duration>) {
        let mut state = self.shared.state.lock().unwrap();
        let expires_at = expire.map(|duration| Instant::now() + duration);
        let notify = expires_at.is_some_and(|when| {
            let next = state.expirations.first();
            next.is_none_or(|(next, _)| *next > when)
        });
        let entry = Entry { data, expires_at };
        let previous = state.entries.insert(key.clone(), entry);
        if let Some(when) = previous.and_then(|entry| entry.expires_at) {
            state.expirations.remove(&(when, key.clone()));
        }
        if let Some(when) = expires_at {
            state.expirations.insert((when, key));
        }
        drop(state);
        if notify {
            self.shared.background_task.notify_one();
        }
    }

    /// What is published on a channel from now on.
    ///
    /// # Panics
    /// If a user of the data has panicked.
    pub fn subscribe(&self, channel: String) -> broadcast::Receiver<Vec<u8>> {
        let mut state = self.shared.state.lock().unwrap();
        let sender = state.pub_sub.entry(channel);
        sender
            .or_insert_with(|| broadcast::channel(1024).0)
            .subscribe()
    }

    /// Publishes on a channel; tells how many listen.
    ///
    /// # Panics
    /// If a user of the data has panicked.
    pub fn publish(&self, channel: &str, value: Vec<u8>) -> usize {
        let state = self.shared.state.lock().unwrap();
        let sender = state.pub_sub.get(channel);
        sender.map_or(0, |tx| tx.send(value).unwrap_or(0))
    }

    /// Ends the task that expires keys.
    ///
    /// # Panics
    /// If a user of the data has panicked.
    pub fn shut_down(&self) {
        self.shared.state.lock().unwrap().shutdown = true;
        self.shared.background_task.notify_one();
    }
}

impl Shared {
    /// Removes what has expired. When to come again, if there is a next key.
    fn purge_expired_keys(&self) -> Option<Instant> {
        let mut state = self.state.lock().unwrap();
        let state = &mut *state;
        let now = Instant::now();
        while let Some((when, key)) = state.expirations.first() {
            if *when > now {
                return Some(*when);
            }
            state.entries.remove(key);
            state.expirations.pop_first();
        }
        None
    }

    fn is_shutdown(&self) -> bool {
        self.state.lock().unwrap().shutdown
    }
}

async fn purge_expired_tasks(shared: Arc<Shared>) {
    while !shared.is_shutdown() {
        if let Some(when) = shared.purge_expired_keys() {
            toque::select! {
                _ = time::sleep_until(when) => {}
                _ = shared.background_task.notified() => {}
            }
        } else {
            shared.background_task.notified().await;
        }
    }
}
