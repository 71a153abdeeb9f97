//! The functions of `std::fs`, each one call on the pool.

use std::fs::{self, Metadata, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use super::on_pool::on_pool;

/// Functions that take paths and go to the pool under the same name. What they take besides paths goes there as it is.
macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $name:ident($($path:ident),* $(; $more:ident: $type:ty)?) -> $output:ty = $std:path;
    )*) => {$(
        $(#[$doc])*
        ///
        /// # Cancel safety
        /// The call is made or not: one that has begun goes on, and nobody learns how it ends.
        pub async fn $name($($path: impl AsRef<Path>,)* $($more: $type)?) -> io::Result<$output> {
            $(let $path = $path.as_ref().to_owned();)*
            on_pool(move || $std($($path,)* $($more)?)).await
        }
    )*};
}

pub(super) use functions;

functions! {
    /// The absolute path of what `path` leads to, with no symbolic link, `.` or `..` in it.
    ///
    /// # Errors
    /// `NotFound` if nothing is there; `NotADirectory` if what is to be gone through is none.
    canonicalize(path) -> PathBuf = fs::canonicalize;

    /// Copies the contents and permissions of the file `from` to `to`, and tells how many bytes that was. What was in `to` is
    /// lost.
    ///
    /// # Errors
    /// `InvalidInput` if `from` is no file; `NotFound`, `PermissionDenied`, … as the system reports them.
    copy(from, to) -> u64 = fs::copy;

    /// Makes a directory.
    ///
    /// # Errors
    /// `AlreadyExists` if something is there; `NotFound` if its parent is not.
    create_dir(path) -> () = fs::create_dir;

    /// Makes a directory and all that it is to be in. A directory that is there is none to make.
    ///
    /// # Errors
    /// `AlreadyExists` if something else than a directory is there.
    create_dir_all(path) -> () = fs::create_dir_all;

    /// Gives the file `original` another name, `link`, on the same file system.
    ///
    /// # Errors
    /// `NotFound` if `original` is not there, `AlreadyExists` if `link` is, `CrossesDevices` between file systems.
    hard_link(original, link) -> () = fs::hard_link;

    /// What the system knows of a file: its size, times and permissions. A symbolic link is followed.
    ///
    /// # Errors
    /// `NotFound` if nothing is there; `PermissionDenied` if a directory on the way may not be entered.
    metadata(path) -> Metadata = fs::metadata;

    /// The contents of a file, to its end.
    ///
    /// # Errors
    /// `NotFound`, `PermissionDenied`, `IsADirectory`, … as the system reports them.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let source = toque::fs::read("src/lib.rs").await?;
    /// assert!(source.starts_with(b"#!"));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    read(path) -> Vec<u8> = fs::read;

    /// Where a symbolic link leads.
    ///
    /// # Errors
    /// `InvalidInput` if it is none; `NotFound` if nothing is there.
    read_link(path) -> PathBuf = fs::read_link;

    /// The contents of a file as text.
    ///
    /// # Errors
    /// `InvalidData` if it is not UTF-8; `NotFound`, `PermissionDenied`, … as the system reports them.
    read_to_string(path) -> String = fs::read_to_string;

    /// Removes an empty directory.
    ///
    /// # Errors
    /// `DirectoryNotEmpty`, `NotADirectory`, `NotFound`.
    remove_dir(path) -> () = fs::remove_dir;

    /// Removes a directory and all that is in it. Symbolic links are not followed, but removed.
    ///
    /// # Errors
    /// `NotFound` if it is not there; else of the first thing that can't be removed. What was removed before that is gone.
    remove_dir_all(path) -> () = fs::remove_dir_all;

    /// Removes a file, or a symbolic link itself. Whoever has the file open keeps it.
    ///
    /// # Errors
    /// `NotFound` if it is not there; `PermissionDenied`; `IsADirectory`.
    remove_file(path) -> () = fs::remove_file;

    /// Gives a file or a directory another name, on the same file system. A file of that name is replaced, and at no moment is
    /// nothing there.
    ///
    /// # Errors
    /// `NotFound` if `from` is not there; `CrossesDevices` between file systems; `DirectoryNotEmpty`.
    rename(from, to) -> () = fs::rename;

    /// Sets who may do what with a file. A symbolic link is followed.
    ///
    /// # Errors
    /// `NotFound` if nothing is there; `PermissionDenied` if it is somebody else's.
    set_permissions(path; permissions: Permissions) -> () = fs::set_permissions;

    /// As [`metadata`], of a symbolic link itself.
    ///
    /// # Errors
    /// As [`metadata`].
    symlink_metadata(path) -> Metadata = fs::symlink_metadata;

    /// Whether something is there. A symbolic link is followed: one that leads nowhere is not there.
    ///
    /// # Errors
    /// `PermissionDenied`, … if that can't be known.
    try_exists(path) -> bool = fs::exists;
}

/// Writes a file that holds `contents` and nothing else. The contents are copied, to be taken to the pool.
///
/// What was in the file is gone when this begins; for a file that is old or new and never in between, write another one and
/// [`rename`] it.
///
/// # Errors
/// `NotFound` if its directory is not there; `PermissionDenied`, `StorageFull`, … as the system reports them.
///
/// # Cancel safety
/// The file is written or not: a call that has begun goes on, and nobody learns how it ends.
///
/// # Example
/// ```
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let path = std::env::temp_dir().join(format!("toque-doc-write-{}", std::process::id()));
/// toque::fs::write(&path, "one sandwich").await?;
/// assert_eq!(toque::fs::read_to_string(&path).await?, "one sandwich");
/// toque::fs::remove_file(&path).await?;
/// # Ok(())
/// # })
/// # }
/// ```
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    let contents = contents.as_ref().to_owned();
    on_pool(move || fs::write(path, contents)).await
}
