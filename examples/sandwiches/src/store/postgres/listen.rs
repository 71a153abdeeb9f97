//! The listener: a task with a connection of its own, that hears of every event that any instance commits.
//!
//! The server tells it by `NOTIFY`, in the order of the commits. Numbers have no gap, so the listener sees when it has
//! missed something, as after its connection broke, and reads it from the table. From time to time it looks there
//! without a reason: so it finds out that a connection is dead on which nothing would ever come.

use std::sync::Arc;
use std::time::Duration;

use super::connect::{Session, Target};
use super::orders::{event_from_row, note};
use super::pool::pause;
use crate::log;
use crate::order::Event;
use crate::store::StoreError;
use crate::store::bulletin::Bulletin;

/// How long nothing may be heard before the listener looks by itself.
const SILENCE: Duration = Duration::from_secs(5);
/// Events read at once.
const READ: i64 = 256;

/// Publishes every event behind `newest`, for ever.
pub(super) async fn listen(target: Target, bulletin: Arc<Bulletin>, newest: u64) {
    let mut ear = Ear {
        target,
        bulletin,
        newest,
        failures: 0,
    };
    loop {
        if let Err(error) = ear.listen().await {
            ear.complain(&error);
        }
        toque::time::sleep(pause(ear.failures)).await;
        ear.failures = ear.failures.saturating_add(1);
    }
}

struct Ear {
    target: Target,
    bulletin: Arc<Bulletin>,
    /// The number of the last event that was published.
    newest: u64,
    /// Since the last connection.
    failures: u32,
}

impl Ear {
    /// Once for each outage, however long it is.
    fn complain(&self, error: &StoreError) {
        if self.failures == 0 {
            log::line(format_args!("no news from other instances: {error}"));
        }
    }

    /// Listens until the connection ends.
    async fn listen(&mut self) -> Result<(), StoreError> {
        let mut session = self.target.connect().await?;
        // First listen, then read what was missed: what is committed in between comes twice, and counts once.
        let listening = session.client.batch_execute("LISTEN sandwich_events");
        self.target.within(listening).await?;
        self.catch_up(&session).await?;
        self.failures = 0;
        loop {
            match toque::time::timeout(SILENCE, session.notes.recv()).await {
                Ok(Some(told)) => self.hear(&session, told.payload()).await?,
                Ok(None) => return Err(StoreError::unavailable("the connection has ended")),
                Err(_) => self.catch_up(&session).await?,
            }
        }
    }

    async fn hear(&mut self, session: &Session, text: &str) -> Result<(), StoreError> {
        match note(text) {
            Some(event) if event.seq <= self.newest => Ok(()),
            Some(event) if event.seq == self.newest + 1 => {
                self.publish(vec![event]);
                Ok(())
            }
            // A gap, or a text of a newer version.
            _ => self.catch_up(session).await,
        }
    }

    /// Publishes what the table has behind the newest.
    async fn catch_up(&mut self, session: &Session) -> Result<(), StoreError> {
        let sql = "SELECT seq, order_id, step, at FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
        loop {
            let newest = self.newest as i64;
            let read = async { session.client.query(sql, &[&newest, &READ]).await };
            let rows = self.target.within(read).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let events = rows.iter().map(event_from_row).collect::<Result<_, _>>()?;
            self.publish(events);
        }
    }

    fn publish(&mut self, events: Vec<Event>) {
        if let Some(last) = events.last() {
            self.newest = last.seq;
        }
        self.bulletin.publish(events);
    }
}
