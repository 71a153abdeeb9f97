//! Faults: what SQLite reports, sorted into what may pass and what will not.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Error, ErrorCode, ffi};

use crate::store::{OpenError, StoreError};

/// Whether the same call may succeed later.
fn may_pass(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::OperationAborted
        )
    )
}

/// Whether another process had the file for too long.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

impl From<Error> for StoreError {
    fn from(error: Error) -> StoreError {
        if may_pass(&error) {
            StoreError::unavailable(error)
        } else {
            StoreError::broken(error)
        }
    }
}

/// The same error for each of those that it has hit.
pub(super) fn shared(error: &Arc<Error>) -> StoreError {
    if may_pass(error) {
        StoreError::unavailable(Arc::clone(error))
    } else {
        StoreError::broken(Arc::clone(error))
    }
}

/// What opening the file gives for this error.
pub(super) fn opening(path: &Path, error: Error) -> OpenError {
    let place = path.display().to_string();
    let damaged = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    );
    let source = error.into();
    if damaged {
        OpenError::Corrupt { place, source }
    } else {
        OpenError::Unreachable { place, source }
    }
}

/// An error of our own, in the clothes of SQLite's.
pub(super) fn refused(why: String) -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some(why))
}

/// One change has cost the others of its transaction theirs.
pub(super) fn undone() -> Error {
    let why = "SQLite has undone the whole transaction".to_owned();
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ABORT), Some(why))
}
