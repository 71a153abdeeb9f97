//! The address of a Unix socket: a path, an abstract name, or none.

use std::fmt;
use std::io;
use std::os::unix::net;
use std::path::Path;

use rustix::net::SocketAddrUnix;

/// The address of a Unix socket.
///
/// Wherever a path is asked for, a leading NUL byte makes it an abstract name on Linux: one that is in no directory and is
/// gone with its socket.
///
/// # Example
/// ```
/// use toque::net::UnixListener;
///
/// # #[cfg(target_os = "linux")]
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let name = format!("\0toque-example-{}", std::process::id());
///     let listener = UnixListener::bind(&name)?;
///     let addr = listener.local_addr()?;
///     assert_eq!(addr.as_abstract_name(), Some(&name.as_bytes()[1..]));
///     assert_eq!(addr.as_pathname(), None);
///     Ok(())
/// })
/// # }
/// # #[cfg(not(target_os = "linux"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct SocketAddr(pub(super) net::SocketAddr);

impl SocketAddr {
    /// From a path, or what stands for an abstract name.
    pub(super) fn from_path(path: &Path) -> io::Result<SocketAddr> {
        imp::from_path(path).map(SocketAddr)
    }

    /// Whether the socket has no address: it was never bound.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// assert!(ours.local_addr()?.is_unnamed());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn is_unnamed(&self) -> bool {
        self.0.is_unnamed()
    }

    /// The path, if it is one.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-pathname-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let addr = listener.local_addr()?;
    /// assert_eq!(addr.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn as_pathname(&self) -> Option<&Path> {
        self.0.as_pathname()
    }

    /// The abstract name without its leading NUL byte, if it is one.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let name = format!("\0toque-doc-{}", std::process::id());
    /// let listener = UnixListener::bind(&name)?;
    /// assert_eq!(listener.local_addr()?.as_abstract_name(), Some(&name.as_bytes()[1..]));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn as_abstract_name(&self) -> Option<&[u8]> {
        imp::abstract_name(&self.0)
    }

    /// As rustix's calls want it.
    ///
    /// # Errors
    /// `InvalidInput` if it has no name.
    pub(super) fn to_rustix(&self) -> io::Result<SocketAddrUnix> {
        match self.as_pathname() {
            Some(path) => Ok(SocketAddrUnix::new(path)?),
            None => imp::from_no_path(&self.0),
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod imp {
    #[cfg(target_os = "android")]
    use std::os::android::net::SocketAddrExt;
    #[cfg(target_os = "linux")]
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;

    use super::{Path, SocketAddrUnix, io, net, no_name};

    pub(super) fn from_path(path: &Path) -> io::Result<net::SocketAddr> {
        match path.as_os_str().as_bytes() {
            [0, name @ ..] => net::SocketAddr::from_abstract_name(name),
            _ => net::SocketAddr::from_pathname(path),
        }
    }

    pub(super) fn abstract_name(addr: &net::SocketAddr) -> Option<&[u8]> {
        addr.as_abstract_name()
    }

    pub(super) fn from_no_path(addr: &net::SocketAddr) -> io::Result<SocketAddrUnix> {
        let name = abstract_name(addr).ok_or_else(no_name)?;
        Ok(SocketAddrUnix::new_abstract_name(name)?)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod imp {
    use super::{Path, SocketAddrUnix, io, net, no_name};

    pub(super) fn from_path(path: &Path) -> io::Result<net::SocketAddr> {
        net::SocketAddr::from_pathname(path)
    }

    pub(super) fn from_no_path(_: &net::SocketAddr) -> io::Result<SocketAddrUnix> {
        Err(no_name())
    }
}

fn no_name() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "the address has no name: bind or connect to a path",
    )
}

impl fmt::Debug for SocketAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<net::SocketAddr> for SocketAddr {
    fn from(addr: net::SocketAddr) -> Self {
        Self(addr)
    }
}

impl From<SocketAddr> for net::SocketAddr {
    fn from(addr: SocketAddr) -> Self {
        addr.0
    }
}
