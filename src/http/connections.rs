//! The connections of a server: a task each, and who is at its other end.
//! Filled by the accept loop, emptied as they end. Dropped, it ends them all.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use super::board::Board;
use crate::executor::error::JoinError;
use crate::executor::task::Id;
use crate::join_set::JoinSet;

#[derive(Debug)]
pub(super) struct Connections<A> {
    tasks: JoinSet<()>,
    /// Clients by their task, for the report.
    clients: HashMap<Id, A>,
    board: Arc<Board>,
}

impl<A> Connections<A> {
    pub(super) fn new(board: Arc<Board>) -> Self {
        Self {
            tasks: JoinSet::new(),
            clients: HashMap::new(),
            board,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(super) fn insert(&mut self, addr: A, attend: impl Future<Output = ()> + 'static) {
        let task = self.tasks.spawn(attend);
        self.clients.insert(task.id(), addr);
        self.board.accepted.fetch_add(1, Relaxed);
        self.board.open.store(self.len(), Relaxed);
    }

    /// Lets go of those that have ended. Ready once there are none; the next one to end owes the wake.
    pub(super) fn poll_reap(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Poll::Ready(ended) = self.tasks.poll_join_next_with_id(cx) {
            let Some(ended) = ended else {
                return Poll::Ready(());
            };
            self.forget(ended);
        }
        Poll::Pending
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                self.board
                    .panics
                    .fetch_add(u64::from(error.is_panic()), Relaxed);
                error.id()
            }
        };
        self.clients.remove(&id);
        self.board.open.store(self.len(), Relaxed);
    }

    /// Ends all that are left, and tells who they were.
    pub(super) async fn abort(&mut self) -> Vec<A> {
        let clients = std::mem::take(&mut self.clients);
        self.tasks.shutdown().await;
        self.board.open.store(0, Relaxed);
        clients.into_values().collect()
    }
}

impl<A> Drop for Connections<A> {
    fn drop(&mut self) {
        self.board.open.store(0, Relaxed);
    }
}
