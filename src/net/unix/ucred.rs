//! Credentials: which process and user is at the other end of a Unix stream.

/// The number of a user.
///
/// # Example
/// ```
/// use toque::net::{UnixStream, unix::uid_t};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (ours, theirs) = UnixStream::pair()?;
/// let uid: uid_t = ours.peer_cred()?.uid();
/// assert_eq!(uid, theirs.peer_cred()?.uid()); // both ends are this process
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[expect(non_camel_case_types, reason = "the system's name")]
pub type uid_t = u32;
/// The number of a group.
///
/// # Example
/// ```
/// use toque::net::{UnixStream, unix::gid_t};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (ours, theirs) = UnixStream::pair()?;
/// let gid: gid_t = ours.peer_cred()?.gid();
/// assert_eq!(gid, theirs.peer_cred()?.gid()); // both ends are this process
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[expect(non_camel_case_types, reason = "the system's name")]
pub type gid_t = u32;
/// The number of a process.
///
/// # Example
/// ```
/// use toque::net::{UnixStream, unix::pid_t};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (ours, _theirs) = UnixStream::pair()?;
/// let pid: Option<pid_t> = ours.peer_cred()?.pid();
/// println!("{pid:?} is at the other end");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[expect(non_camel_case_types, reason = "the system's name")]
pub type pid_t = i32;

/// Who is at the other end of a Unix stream. Got by [`UnixStream::peer_cred`](crate::net::UnixStream::peer_cred).
///
/// # Example
/// ```
/// use toque::net::{UnixStream, unix::UCred};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (ours, _theirs) = UnixStream::pair()?;
/// let cred: UCred = ours.peer_cred()?;
/// if let Some(pid) = cred.pid() {
///     assert_eq!(pid.unsigned_abs(), std::process::id()); // it is this process
/// }
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UCred {
    uid: uid_t,
    gid: gid_t,
    /// None if the process can't be seen from here, as from within a container.
    pid: Option<pid_t>,
}

impl UCred {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn of_peer(stream: impl std::os::fd::AsFd) -> std::io::Result<UCred> {
        let cred = rustix::net::sockopt::socket_peercred(stream)?;
        Ok(Self {
            uid: cred.uid.as_raw(),
            gid: cred.gid.as_raw(),
            pid: Some(cred.pid.as_raw_pid()).filter(|pid| *pid != 0),
        })
    }

    /// The user.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::fs::MetadataExt;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let me = std::fs::metadata("/proc/self")?.uid();
    /// assert_eq!(ours.peer_cred()?.uid(), me); // else it would be a stranger
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn uid(&self) -> uid_t {
        self.uid
    }

    /// The group.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::fs::MetadataExt;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let us = std::fs::metadata("/proc/self")?.gid();
    /// assert_eq!(ours.peer_cred()?.gid(), us);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn gid(&self) -> gid_t {
        self.gid
    }

    /// The process, if it has a number here.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let pid = ours.peer_cred()?.pid();
    /// assert_eq!(pid.map(i32::unsigned_abs), Some(std::process::id())); // both ends are here
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn pid(&self) -> Option<pid_t> {
        self.pid
    }
}
