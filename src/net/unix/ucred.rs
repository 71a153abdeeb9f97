//! Credentials: which process and user is at the other end of a Unix stream.

/// The number of a user.
#[expect(non_camel_case_types, reason = "the system's name")]
pub type uid_t = u32;
/// The number of a group.
#[expect(non_camel_case_types, reason = "the system's name")]
pub type gid_t = u32;
/// The number of a process.
#[expect(non_camel_case_types, reason = "the system's name")]
pub type pid_t = i32;

/// Who is at the other end of a Unix stream. Got by [`UnixStream::peer_cred`](crate::net::UnixStream::peer_cred).
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
    pub fn uid(&self) -> uid_t {
        self.uid
    }

    /// The group.
    pub fn gid(&self) -> gid_t {
        self.gid
    }

    /// The process, if it has a number here.
    pub fn pid(&self) -> Option<pid_t> {
        self.pid
    }
}
