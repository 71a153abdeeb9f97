//! The press: it prints the diagrams of the documents, and the book's pages for rustdoc.
//! What it prints is checked in. `scripts/diagrams` and `scripts/guide` print it again; a test compares.

pub mod diagram;
pub mod guide;
pub mod links;
mod pages;

use std::io;
use std::path::{Path, PathBuf};

/// A file that is printed: where it lies in the repository, and its text.
#[derive(Debug)]
pub struct Print {
    /// From the repository's root.
    pub path: String,
    /// What the file has to be.
    pub text: String,
}

/// The repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Writes the files, and says so.
///
/// # Errors
/// Those of writing.
pub fn write(prints: &[Print]) -> io::Result<()> {
    for print in prints {
        std::fs::write(root().join(&print.path), &print.text)?;
        println!("{}", print.path);
    }
    Ok(())
}
