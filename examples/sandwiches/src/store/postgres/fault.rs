//! Faults: what the server or the way to it reports, sorted into what may pass and what will not.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

impl From<Error> for StoreError {
    fn from(error: Error) -> StoreError {
        if may_pass(&error) {
            StoreError::unavailable(error)
        } else {
            StoreError::broken(error)
        }
    }
}

/// Whether the same call may succeed later.
fn may_pass(error: &Error) -> bool {
    match error.code() {
        Some(code) => code_may_pass(code),
        None => {
            error.is_closed()
                || error
                    .source()
                    .is_some_and(|source| source.is::<io::Error>())
        }
    }
}

/// By PostgreSQL's documentation, appendix A. The first two characters are the class.
fn code_may_pass(code: &SqlState) -> bool {
    match code.code().get(..2) {
        // No connection; not let in, which an administrator can change; a race lost; no disk, memory or connections
        // left; shut down, cancelled or timed out; the system failed.
        Some("08" | "28" | "40" | "53" | "57" | "58") => true,
        // The object is in use; read-only, as a server that has just become a standby is.
        Some("55" | "25") => true,
        _ => false,
    }
}
