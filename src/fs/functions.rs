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
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-canonicalize-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// let path = fs::canonicalize(kitchen.join("..")).await?;
    /// assert_eq!(path, fs::canonicalize(std::env::temp_dir()).await?);
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    canonicalize(path) -> PathBuf = fs::canonicalize;

    /// Copies the contents and permissions of the file `from` to `to`, and tells how many bytes that was. What was in `to` is
    /// lost.
    ///
    /// # Errors
    /// `InvalidInput` if `from` is no file; `NotFound`, `PermissionDenied`, … as the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-copy-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// let bytes = fs::copy(kitchen.join("menu"), kitchen.join("copy")).await?;
    /// assert_eq!(bytes, 4);
    /// assert_eq!(fs::read(kitchen.join("copy")).await?, b"soup");
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    copy(from, to) -> u64 = fs::copy;

    /// Makes a directory.
    ///
    /// # Errors
    /// `AlreadyExists` if something is there; `NotFound` if its parent is not.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-create-dir-{}", std::process::id()));
    /// fs::create_dir(&kitchen).await?;
    /// assert!(fs::metadata(&kitchen).await?.is_dir());
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    create_dir(path) -> () = fs::create_dir;

    /// Makes a directory and all that it is to be in. A directory that is there is none to make.
    ///
    /// # Errors
    /// `AlreadyExists` if something else than a directory is there.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-create-dir-all-{}", std::process::id()));
    /// fs::create_dir_all(kitchen.join("cellar/shelf")).await?;
    /// assert!(fs::metadata(kitchen.join("cellar/shelf")).await?.is_dir());
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    create_dir_all(path) -> () = fs::create_dir_all;

    /// Gives the file `original` another name, `link`, on the same file system.
    ///
    /// # Errors
    /// `NotFound` if `original` is not there, `AlreadyExists` if `link` is, `CrossesDevices` between file systems.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-hard-link-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// fs::hard_link(kitchen.join("menu"), kitchen.join("card")).await?;
    /// assert_eq!(fs::read_to_string(kitchen.join("card")).await?, "soup");
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    hard_link(original, link) -> () = fs::hard_link;

    /// What the system knows of a file: its size, times and permissions. A symbolic link is followed.
    ///
    /// # Errors
    /// `NotFound` if nothing is there; `PermissionDenied` if a directory on the way may not be entered.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-metadata-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// let menu = fs::metadata(kitchen.join("menu")).await?;
    /// assert!(menu.is_file());
    /// assert_eq!(menu.len(), 4);
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # #[cfg(unix)] {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-read-link-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::symlink("menu", kitchen.join("today")).await?;
    /// assert_eq!(fs::read_link(kitchen.join("today")).await?.to_str(), Some("menu"));
    /// fs::remove_dir_all(&kitchen).await?;
    /// # }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    read_link(path) -> PathBuf = fs::read_link;

    /// The contents of a file as text.
    ///
    /// # Errors
    /// `InvalidData` if it is not UTF-8; `NotFound`, `PermissionDenied`, … as the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-read-to-string-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// assert_eq!(fs::read_to_string(kitchen.join("menu")).await?, "soup");
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    read_to_string(path) -> String = fs::read_to_string;

    /// Removes an empty directory.
    ///
    /// # Errors
    /// `DirectoryNotEmpty`, `NotADirectory`, `NotFound`.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-remove-dir-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::remove_dir(&kitchen).await?;
    /// assert!(!fs::try_exists(&kitchen).await?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    remove_dir(path) -> () = fs::remove_dir;

    /// Removes a directory and all that is in it. Symbolic links are not followed, but removed.
    ///
    /// # Errors
    /// `NotFound` if it is not there; else of the first thing that can't be removed. What was removed before that is gone.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-remove-dir-all-{}", std::process::id()));
    /// fs::create_dir_all(kitchen.join("cellar")).await?;
    /// fs::remove_dir_all(&kitchen).await?;
    /// assert!(!fs::try_exists(&kitchen).await?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    remove_dir_all(path) -> () = fs::remove_dir_all;

    /// Removes a file, or a symbolic link itself. Whoever has the file open keeps it.
    ///
    /// # Errors
    /// `NotFound` if it is not there; `PermissionDenied`; `IsADirectory`.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-remove-file-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// fs::remove_file(kitchen.join("menu")).await?;
    /// assert!(!fs::try_exists(kitchen.join("menu")).await?);
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    remove_file(path) -> () = fs::remove_file;

    /// Gives a file or a directory another name, on the same file system. A file of that name is replaced, and at no moment is
    /// nothing there.
    ///
    /// # Errors
    /// `NotFound` if `from` is not there; `CrossesDevices` between file systems; `DirectoryNotEmpty`.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-rename-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("draft"), "soup").await?;
    /// fs::rename(kitchen.join("draft"), kitchen.join("menu")).await?;
    /// assert_eq!(fs::read_to_string(kitchen.join("menu")).await?, "soup");
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    rename(from, to) -> () = fs::rename;

    /// Sets who may do what with a file. A symbolic link is followed.
    ///
    /// # Errors
    /// `NotFound` if nothing is there; `PermissionDenied` if it is somebody else's.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-set-permissions-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// let mut permissions = fs::metadata(kitchen.join("menu")).await?.permissions();
    /// permissions.set_readonly(true);
    /// fs::set_permissions(kitchen.join("menu"), permissions).await?;
    /// assert!(fs::metadata(kitchen.join("menu")).await?.permissions().readonly());
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    set_permissions(path; permissions: Permissions) -> () = fs::set_permissions;

    /// As [`metadata`], of a symbolic link itself.
    ///
    /// # Errors
    /// As [`metadata`].
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-symlink-metadata-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// fs::write(kitchen.join("menu"), "soup").await?;
    /// let menu = fs::symlink_metadata(kitchen.join("menu")).await?;
    /// assert!(menu.is_file() && !menu.is_symlink());
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    symlink_metadata(path) -> Metadata = fs::symlink_metadata;

    /// Whether something is there. A symbolic link is followed: one that leads nowhere is not there.
    ///
    /// # Errors
    /// `PermissionDenied`, … if that can't be known.
    ///
    /// # Example
    /// ```
    /// use toque::fs;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let kitchen = std::env::temp_dir().join(format!("toque-doc-try-exists-{}", std::process::id()));
    /// fs::create_dir_all(&kitchen).await?;
    /// assert!(fs::try_exists(&kitchen).await?);
    /// assert!(!fs::try_exists(kitchen.join("menu")).await?);
    /// fs::remove_dir_all(&kitchen).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
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
