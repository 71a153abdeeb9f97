//! The contestants: the runtimes that are compared, and the two that are not runtimes.
//! Rows say who takes part in them; the report names them by these words.

/// Who does the work of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    Toque,
    /// tokio's `current_thread`; tasks by `tokio::spawn`.
    Tokio,
    /// The same inside a `LocalSet`; tasks by `spawn_local`.
    TokioLocal,
    /// smol's `LocalExecutor` over async-io.
    Smol,
    /// monoio's fastest driver: io_uring where the kernel has it.
    Monoio,
    /// What is left when there is no runtime: an epoll loop written for the purpose, or a queue of async-task's tasks and nothing
    /// else.
    Bare,
    /// The same epoll loop with a buffer for each connection, as every runtime's tasks have one.
    BareBuffers,
    Node,
}

impl Contestant {
    /// All of them, in the order of the report's columns.
    pub(crate) const ALL: [Contestant; 8] = [
        Contestant::Toque,
        Contestant::Tokio,
        Contestant::TokioLocal,
        Contestant::Smol,
        Contestant::Monoio,
        Contestant::Bare,
        Contestant::BareBuffers,
        Contestant::Node,
    ];

    /// The word for it, in the report and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Contestant::Toque => "toque",
            Contestant::Tokio => "tokio",
            Contestant::TokioLocal => "tokio-localset",
            Contestant::Smol => "smol",
            Contestant::Monoio => "monoio",
            Contestant::Bare => "bare",
            Contestant::BareBuffers => "bare-buffers",
            Contestant::Node => "node",
        }
    }

    /// The contestant of this name.
    pub(crate) fn named(name: &str) -> Option<Contestant> {
        Contestant::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whether it is a peer: a runtime that toque is measured against. The bare ones are the floor, and no peers.
    pub(crate) fn is_peer(self) -> bool {
        use Contestant::{Bare, BareBuffers, Toque};
        !matches!(self, Toque | Bare | BareBuffers)
    }
}
