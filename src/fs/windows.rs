//! What files and directories have on Windows only.

use std::fs;
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

use super::OpenOptions;
use super::functions::functions;
use super::on_pool::on_pool;
use super::open_options::options;

functions! {
    /// Makes a symbolic link `link` that leads to the directory `original`, whether it is there or not.
    ///
    /// # Errors
    /// `AlreadyExists` if something is at `link`; an error without a kind of its own if the user lacks the right to make links.
    symlink_dir(original, link) -> () = std::os::windows::fs::symlink_dir;

    /// Makes a symbolic link `link` that leads to the file `original`, whether it is there or not.
    ///
    /// # Errors
    /// As [`symlink_dir`].
    symlink_file(original, link) -> () = std::os::windows::fs::symlink_file;
}

impl OpenOptions {
    options! {
        /// What may be done with the file, in place of `read`, `write` and `append` (`dwDesiredAccess`).
        access_mode: u32;
        /// What others may do with it meanwhile (`dwShareMode`). At first all: reading, writing, removing.
        share_mode: u32;
        /// Flags for `CreateFile` besides (`dwFlagsAndAttributes`): `FILE_FLAG_DELETE_ON_CLOSE`.
        custom_flags: u32;
        /// The attributes of a file that is made (`dwFlagsAndAttributes`): `FILE_ATTRIBUTE_HIDDEN`.
        attributes: u32;
        /// How far the server of a named pipe may act as the user (`dwFlagsAndAttributes`).
        security_qos_flags: u32;
    }
}

/// The permissions of a new directory: its parent's.
#[derive(Debug, Default)]
pub(super) struct Mode;

impl Mode {
    pub(super) fn apply(&self, _: &mut fs::DirBuilder) {}
}
