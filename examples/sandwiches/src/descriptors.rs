//! Descriptors: every connection needs one, and so does every file of the store.
//!
//! A process begins with a soft limit, often 1024, which is there for programs that call `select`, and may raise it to the hard
//! one by itself. `main` does.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Raises the soft limit to the hard one. If the system says no, the service has the few that it was given.
pub fn take_all() {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, all) {
        warn!("the limit of descriptors stays as it is: {error}");
    }
}
