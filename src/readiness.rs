//! Readiness as applications see it: what is waited for, and what was found.
//! `ready(interest)` of every socket and pipe takes the one and gives the other. Exported at `toque::io`.

use std::fmt;
use std::io;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::BorrowedFd;

/// What a task waits for.
///
/// Errors belong to both directions: they end every wait, and the operation reports them. Tokio's `Interest::ERROR` and
/// `Interest::PRIORITY`, which wait for one condition apart from the data, do not exist here.
///
/// # Example
/// ```
/// use toque::io::Interest;
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable());
/// assert_eq!(both.remove(Interest::WRITABLE), Some(Interest::READABLE));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Interest(u8);

impl Interest {
    /// Something to read: data, the end, or an error.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// theirs.try_write(b"soup")?;
    /// assert!(ours.ready(Interest::READABLE).await?.is_readable());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const READABLE: Interest = Interest(1);
    /// Room to write, or an error.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let ready = ours.ready(Interest::WRITABLE).await?;
    /// assert!(ready.is_writable() && !ready.is_readable()); // nobody has asked for that
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const WRITABLE: Interest = Interest(2);

    /// Whether it includes reading.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    ///
    /// assert!(Interest::READABLE.is_readable());
    /// assert!(!Interest::WRITABLE.is_readable());
    /// ```
    pub const fn is_readable(self) -> bool {
        self.0 & Self::READABLE.0 != 0
    }

    /// Whether it includes writing.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    ///
    /// assert!(Interest::WRITABLE.is_writable());
    /// assert!(!Interest::READABLE.is_writable());
    /// ```
    pub const fn is_writable(self) -> bool {
        self.0 & Self::WRITABLE.0 != 0
    }

    /// Both.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    ///
    /// const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE); // `|` is not `const`
    /// assert_eq!(BOTH, Interest::READABLE | Interest::WRITABLE);
    /// ```
    #[must_use]
    pub const fn add(self, other: Interest) -> Interest {
        Self(self.0 | other.0)
    }

    /// This without the other; `None` if nothing is left.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    ///
    /// let mut wanted = Some(Interest::READABLE | Interest::WRITABLE);
    /// for done in [Interest::WRITABLE, Interest::READABLE] {
    ///     wanted = wanted.and_then(|interest| interest.remove(done));
    /// }
    /// assert_eq!(wanted, None); // nothing is left to wait for
    /// ```
    #[must_use]
    pub fn remove(self, other: Interest) -> Option<Interest> {
        let rest = self.0 & !other.0;
        (rest != 0).then_some(Self(rest))
    }
}

impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.add(other)
    }
}

impl BitOrAssign for Interest {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.is_readable(), self.is_writable()) {
            (true, false) => "READABLE",
            (false, true) => "WRITABLE",
            _ => "READABLE | WRITABLE",
        })
    }
}

/// What was found of a descriptor. A set: several may hold at once.
///
/// # Example
/// ```
/// use futures_lite::AsyncWriteExt;
/// use toque::io::Interest;
/// use toque::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (ours, theirs) = UnixStream::pair()?;
///     assert!(ours.ready(Interest::WRITABLE).await?.is_writable());
///
///     drop(theirs);
///     let ready = ours.ready(Interest::READABLE).await?;
///     assert!(ready.is_readable()); // the end can be read
///     assert!(ready.is_read_closed());
///     Ok(())
/// })
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ready(u8);

impl Ready {
    /// Nothing.
    ///
    /// # Example
    /// ```
    /// use toque::io::Ready;
    ///
    /// let mut seen = Ready::EMPTY; // to be added to
    /// seen |= Ready::READABLE;
    /// assert_eq!(seen, Ready::READABLE);
    /// ```
    pub const EMPTY: Ready = Ready(0);
    /// A read will find data, the end, or an error.
    ///
    /// # Example
    /// ```
    /// use toque::io::{Interest, Ready};
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// theirs.try_write(b"soup")?;
    /// assert_eq!(ours.ready(Interest::READABLE).await?, Ready::READABLE);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const READABLE: Ready = Ready(1);
    /// A write will find room, or an error.
    ///
    /// # Example
    /// ```
    /// use toque::io::{Interest, Ready};
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// assert_eq!(ours.ready(Interest::WRITABLE).await?, Ready::WRITABLE);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const WRITABLE: Ready = Ready(2);
    /// No data will come after what is there.
    ///
    /// # Example
    /// ```
    /// use toque::io::{Interest, Ready};
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let (_reader, writer) = theirs.into_split();
    /// drop(writer); // the end, though the connection still stands
    /// let ready = ours.ready(Interest::READABLE).await?;
    /// assert_eq!(ready & Ready::READ_CLOSED, Ready::READ_CLOSED);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const READ_CLOSED: Ready = Ready(4);
    /// Nobody is left to write to.
    ///
    /// # Example
    /// ```
    /// use toque::io::{Interest, Ready};
    /// use toque::net::unix::pipe;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (sender, receiver) = pipe::pipe()?;
    /// drop(receiver);
    /// let ready = sender.ready(Interest::WRITABLE).await?;
    /// assert!(ready & (Ready::WRITE_CLOSED | Ready::ERROR) != Ready::EMPTY);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const WRITE_CLOSED: Ready = Ready(8);
    /// An error waits for the next operation.
    ///
    /// # Example
    /// ```
    /// use toque::io::Ready;
    ///
    /// assert!(Ready::ERROR.is_error());
    /// assert!(!Ready::ERROR.is_readable()); // it is told apart
    /// ```
    pub const ERROR: Ready = Ready(16);
    /// Everything.
    ///
    /// # Example
    /// ```
    /// use toque::io::Ready;
    ///
    /// let but_reading = Ready::ALL - Ready::READABLE - Ready::READ_CLOSED;
    /// assert!(but_reading.is_writable() && !but_reading.is_readable());
    /// ```
    pub const ALL: Ready = Ready(31);

    /// Whether nothing was found.
    ///
    /// # Example
    /// ```
    /// use toque::io::Ready;
    ///
    /// assert!((Ready::READABLE & Ready::WRITABLE).is_empty());
    /// ```
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// Whether a read is worth a try.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// theirs.try_write(b"soup")?;
    /// let ready = ours.ready(Interest::READABLE | Interest::WRITABLE).await?;
    /// if ready.is_readable() {
    ///     assert_eq!(ours.try_read(&mut [0; 16])?, 4);
    /// }
    /// # assert!(ready.is_readable());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn is_readable(self) -> bool {
        self.has(Self::READABLE) || self.is_read_closed()
    }

    /// Whether a write is worth a try.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let ready = ours.ready(Interest::READABLE | Interest::WRITABLE).await?;
    /// if ready.is_writable() {
    ///     assert_eq!(ours.try_write(b"soup")?, 4);
    /// }
    /// # assert!(ready.is_writable());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn is_writable(self) -> bool {
        self.has(Self::WRITABLE) || self.is_write_closed()
    }

    /// Whether no data will come after what is there.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// drop(theirs);
    /// let ready = ours.ready(Interest::READABLE).await?;
    /// assert!(ready.is_read_closed()); // nothing comes after what is there
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn is_read_closed(self) -> bool {
        self.has(Self::READ_CLOSED)
    }

    /// Whether nobody is left to write to.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// drop(theirs);
    /// let ready = ours.ready(Interest::WRITABLE).await?;
    /// assert!(ready.is_write_closed()); // there is no use in writing
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn is_write_closed(self) -> bool {
        self.has(Self::WRITE_CLOSED)
    }

    /// Whether an error waits for the next operation.
    ///
    /// # Example
    /// ```
    /// use toque::io::Interest;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let ready = ours.ready(Interest::WRITABLE).await?;
    /// assert!(!ready.is_error()); // else the next operation reports it
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn is_error(self) -> bool {
        self.has(Self::ERROR)
    }

    fn has(self, other: Self) -> bool {
        self & other == other
    }

    /// What concerns an interest, and is enough to end a wait for it.
    fn of(interest: Interest) -> Self {
        let mut ready = Self::ERROR;
        if interest.is_readable() {
            ready = ready | Self::READABLE | Self::READ_CLOSED;
        }
        if interest.is_writable() {
            ready = ready | Self::WRITABLE | Self::WRITE_CLOSED;
        }
        ready
    }

    /// Asks the operating system what is true of a descriptor at this moment.
    ///
    /// # Errors
    /// `WouldBlock` if there is nothing that concerns `interest`.
    pub(crate) fn look(fd: BorrowedFd<'_>, interest: Interest) -> io::Result<Self> {
        let asked = PollFlags::IN | PollFlags::OUT | PEER_CLOSED;
        let mut fds = [PollFd::from_borrowed_fd(fd, asked)];
        rustix::event::poll(&mut fds, Some(&Timespec::default()))?;
        let ready = Self::from_poll(fds[0].revents()) & Self::of(interest);
        if ready.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(ready)
    }

    fn from_poll(flags: PollFlags) -> Self {
        let found = [
            (PollFlags::IN, Self::READABLE),
            (PollFlags::OUT, Self::WRITABLE),
            (PEER_CLOSED, Self::READ_CLOSED),
            (PollFlags::HUP, Self::READ_CLOSED | Self::WRITE_CLOSED),
            // The reader of a pipe is gone; a socket was reset.
            (PollFlags::ERR, Self::ERROR | Self::WRITE_CLOSED),
        ];
        found
            .into_iter()
            .filter(|(flag, _)| flags.intersects(*flag))
            .fold(Self::EMPTY, |all, (_, ready)| all | ready)
    }
}

/// The peer has sent its end; data may still be there.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const PEER_CLOSED: PollFlags = PollFlags::RDHUP;
/// Elsewhere it shows when the end is read.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const PEER_CLOSED: PollFlags = PollFlags::empty();

impl BitOr for Ready {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Ready {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl BitAnd for Ready {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Sub for Ready {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("is_readable", &self.is_readable())
            .field("is_writable", &self.is_writable())
            .field("is_read_closed", &self.is_read_closed())
            .field("is_write_closed", &self.is_write_closed())
            .field("is_error", &self.is_error())
            .finish()
    }
}
