//! The figures of a server: what it has at a moment, as the system and its `/metrics` tell.

use std::fmt;
use std::path::PathBuf;

use super::At;
use crate::client::Client;
use crate::process::Process;
use crate::server::{Folder, Server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    /// Resident, in KiB.
    pub(super) memory: u64,
    /// Without those of the store's files, of which there are as many as readers were needed at once.
    pub(super) descriptors: usize,
    /// What its epolls look after.
    pub(super) watched: usize,
    /// Tasks alive, and open connections: told by the service alone.
    pub(super) tasks: Option<u64>,
    pub(super) connections: Option<u64>,
}

impl Figures {
    /// Whether all but memory is the same.
    pub(super) fn is_calm_as(&self, other: &Figures) -> bool {
        Figures { memory: 0, ..*self }
            == Figures {
                memory: 0,
                ..*other
            }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |figure: Option<u64>| figure.map_or("–".to_owned(), |n| n.to_string());
        let Figures {
            memory,
            descriptors,
            watched,
            tasks,
            connections,
        } = *self;
        let (tasks, connections) = (told(tasks), told(connections));
        write!(
            f,
            "{memory} | {descriptors} | {watched} | {tasks} | {connections}"
        )
    }
}

/// Looks at a server, by one connection that is there from the start.
pub(super) struct Watch {
    process: Process,
    folder: PathBuf,
    /// To the service.
    client: Option<Client>,
}

impl Watch {
    pub(super) fn new(at: At, server: &Server, folder: &Folder) -> Result<Watch, String> {
        let client = match at {
            At::Echo => None,
            At::Service => {
                Some(Client::try_connect(server.address).map_err(|error| error.to_string())?)
            }
        };
        let mut watch = Watch {
            process: Process(server.process.0),
            folder: folder.0.clone(),
            client,
        };
        // At once, since the service cuts off who connects and says nothing, and the first guests may take a while to leave.
        watch.look()?;
        Ok(watch)
    }

    pub(super) fn look(&mut self) -> Result<Figures, String> {
        let told = match &mut self.client {
            None => None,
            Some(client) => Some(metrics(client)?),
        };
        let folder = self.folder.display().to_string();
        let descriptors = self.process.descriptors();
        let memory = self.process.try_memory().ok_or("it has ended")?;
        Ok(Figures {
            memory: memory >> 10,
            descriptors: descriptors
                .iter()
                .filter(|one| !one.starts_with(&folder))
                .count(),
            watched: self.process.watched(),
            tasks: told.map(|(tasks, _)| tasks),
            connections: told.map(|(_, connections)| connections),
        })
    }
}

/// Tasks that live, and open connections.
fn metrics(client: &mut Client) -> Result<(u64, u64), String> {
    let answer = client
        .try_call_lines("GET", "/metrics", "", "")
        .map_err(|error| format!("/metrics: {error}"))?;
    let text = String::from_utf8_lossy(&answer.body);
    let of = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        let found = lines.find(|(one, _)| *one == name);
        found
            .and_then(|(_, n)| n.parse().ok())
            .ok_or_else(|| format!("/metrics has no {name}"))
    };
    Ok((of("runtime_tasks_alive")?, of("connections_open")?))
}
