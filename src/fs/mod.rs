//! Files and directories: `std::fs` on the blocking pool, so that the disk is waited for on another thread.
//! Used by applications; names and signatures are tokio's.
//!
//! | | |
//! |---|---|
//! | whole files | [`read`], [`read_to_string`], [`write()`], [`copy`] |
//! | in pieces | [`File`], opened with [`OpenOptions`] |
//! | directories | [`read_dir`], [`create_dir`], [`create_dir_all`], [`DirBuilder`], [`remove_dir`], [`remove_dir_all`] |
//! | names | [`rename`], [`remove_file`], [`hard_link`], [`symlink`], [`read_link`], [`canonicalize`] |
//! | what is there | [`metadata`], [`symlink_metadata`], [`try_exists`], [`set_permissions`] |
//!
//! No operating system tells when a file is "ready", so the reactor is of no use here. Each call makes a trip to the pool, which
//! costs some ten microseconds: few large calls are better than many small ones, and a loop over thousands of files is best one
//! [`spawn_blocking`](crate::spawn_blocking) around `std::fs`.
//!
//! Errors are the operating system's, as `std::fs` gives them.
//!
//! # Which runtime
//! A file belongs to no runtime. Each operation uses the pool of the runtime that the polling thread is in, also of one that was
//! entered by a [`Handle`](crate::Handle). Outside of a runtime, and after its end, it answers an error that says so.
//!
//! # Example
//! ```
//! use toque::fs;
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! let dir = std::env::temp_dir().join(format!("toque-doc-fs-{}", std::process::id()));
//! fs::create_dir_all(&dir).await?;
//! fs::write(dir.join("menu"), "soup").await?;
//! assert_eq!(fs::read_to_string(dir.join("menu")).await?, "soup");
//! fs::remove_dir_all(&dir).await?;
//! # Ok(())
//! # })
//! # }
//! ```

mod dir_builder;
mod dir_entry;
pub(crate) mod file;
mod functions;
mod on_pool;
mod open_options;
mod read_dir;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

pub use dir_builder::DirBuilder;
pub use dir_entry::DirEntry;
pub use file::File;
pub use functions::{
    canonicalize, copy, create_dir, create_dir_all, hard_link, metadata, read, read_link,
    read_to_string, remove_dir, remove_dir_all, remove_file, rename, set_permissions,
    symlink_metadata, try_exists, write,
};
pub use open_options::OpenOptions;
pub use read_dir::{ReadDir, read_dir};
pub use std::fs::FileTimes;
#[cfg(unix)]
pub use system::symlink;
#[cfg(windows)]
pub use system::{symlink_dir, symlink_file};
