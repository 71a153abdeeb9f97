//! The files that the press reads.

use crate::root;

/// A file's text, by its path from the repository's root.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}
