//! The cases: which call of which server fails, how often, and what must come of it.

/// Which server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum At {
    /// The echo example, by its reactor.
    Echo(&'static str),
    /// A relay before the echo example.
    Relay,
    /// The sandwich service, on SQLite.
    Service,
}

/// What guests may see of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    /// Nothing: every call is served.
    Nothing,
    /// Connections that end with an error, at most one for each fault.
    Ends,
    /// Answers that say no, in good order.
    Refusals,
}

/// Where the fault must be told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    Nowhere,
    /// A line of the log has this.
    Log(&'static str),
    /// This figure of the service's has gone up.
    Figure(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) at: At,
    /// As strace names it.
    pub(super) call: &'static str,
    /// As strace injects it.
    pub(super) fault: &'static str,
    /// One of so many calls of a thread fails; 1 is each of them.
    pub(super) every: u64,
    pub(super) seen: Seen,
    pub(super) told: Told,
    /// Whether guests keep their connections: where it is denied that the end has come, no event tells of it again.
    pub(super) stay: bool,
    /// Whether there is one guest alone, so that no other one's call does what an event should have done.
    pub(super) alone: bool,
    /// Whether the short form has it.
    pub(super) short: bool,
}

impl Case {
    const fn new(at: At, call: &'static str, fault: &'static str, every: u64) -> Case {
        Case {
            at,
            call,
            fault,
            every,
            seen: Seen::Nothing,
            told: Told::Nowhere,
            stay: false,
            alone: false,
            short: true,
        }
    }

    const fn seen(mut self, seen: Seen) -> Case {
        self.seen = seen;
        self
    }

    const fn told(mut self, told: Told) -> Case {
        self.told = told;
        self
    }

    const fn stays(mut self) -> Case {
        self.stay = true;
        self
    }

    const fn alone(mut self) -> Case {
        self.alone = true;
        self
    }

    const fn long(mut self) -> Case {
        self.short = false;
        self
    }

    /// Its row's first two columns.
    pub(super) fn name(&self) -> String {
        let place = match self.at {
            At::Echo("native") => "echo".to_owned(),
            At::Echo(reactor) => format!("echo, {reactor}"),
            At::Relay => "relay".to_owned(),
            At::Service => "service".to_owned(),
        };
        let fault = self.fault.trim_start_matches("error=");
        let fault = if fault == "retval=0" {
            "nothing"
        } else {
            fault
        };
        format!(
            "{place} | {}: {fault}",
            self.call.trim_start_matches("?epoll_wait,")
        )
    }

    pub(super) fn is_service(&self) -> bool {
        self.at == At::Service
    }
}

const ECHO: At = At::Echo("native");
const PORTABLE: At = At::Echo("portable");
const ONESHOT: At = At::Echo("oneshot");
const POOL: At = At::Echo("pool");
const RELAY: At = At::Relay;
const SERVICE: At = At::Service;

/// Not every architecture has the first of them.
const WAIT: &str = "?epoll_wait,epoll_pwait";
const ACCEPT: &str = "accept4";
const CONNECT: &str = "connect";
const READ: &str = "recvfrom";
const WRITE: &str = "sendto,sendmsg";
const ADD: &str = "epoll_ctl";

const EINTR: &str = "error=EINTR";
/// Denies what is there, of which no further event tells: guests have to be loud.
pub(super) const EAGAIN: &str = "error=EAGAIN";
const ECONNREFUSED: &str = "error=ECONNREFUSED";
const ECONNRESET: &str = "error=ECONNRESET";
const ECONNABORTED: &str = "error=ECONNABORTED";
const EMFILE: &str = "error=EMFILE";
const ENFILE: &str = "error=ENFILE";
const ENOBUFS: &str = "error=ENOBUFS";
const ENOMEM: &str = "error=ENOMEM";
const ENOSPC: &str = "error=ENOSPC";
const EIO: &str = "error=EIO";

const NO_DESCRIPTORS: Told = Told::Log("accept: Too many open files");
const NO_MEMORY: Told = Told::Log("accept: Cannot allocate memory");
const NOT_ACCEPTED: Told = Told::Figure("accept_errors_total");
const UNAVAILABLE: Told = Told::Log("ERROR");

pub(super) const CASES: &[Case] = &[
    Case::new(ECHO, WAIT, EINTR, 2),
    // A wait that ends early and has nothing, as a timeout does.
    Case::new(ECHO, WAIT, "retval=0", 2),
    Case::new(ECHO, READ, EINTR, 2),
    Case::new(ECHO, READ, EAGAIN, 3).stays(),
    Case::new(ECHO, READ, ECONNRESET, 9).seen(Seen::Ends),
    Case::new(ECHO, READ, ENOMEM, 9).seen(Seen::Ends).long(),
    Case::new(ECHO, WRITE, EINTR, 2),
    Case::new(ECHO, WRITE, EAGAIN, 3).stays(),
    Case::new(ECHO, WRITE, ECONNRESET, 9).seen(Seen::Ends),
    Case::new(ECHO, WRITE, ENOBUFS, 9).seen(Seen::Ends),
    Case::new(ECHO, WRITE, ENOMEM, 9).seen(Seen::Ends).long(),
    Case::new(ECHO, ACCEPT, EINTR, 2),
    Case::new(ECHO, ACCEPT, EAGAIN, 3),
    Case::new(ECHO, ACCEPT, ECONNABORTED, 2),
    Case::new(ECHO, ACCEPT, EMFILE, 1).told(NO_DESCRIPTORS),
    Case::new(ECHO, ACCEPT, EMFILE, 3).told(NO_DESCRIPTORS),
    Case::new(ECHO, ACCEPT, ENFILE, 3).told(Told::Log("accept: Too many open files in system")),
    Case::new(ECHO, ACCEPT, ENOBUFS, 3).told(Told::Log("accept: No buffer space")),
    Case::new(ECHO, ACCEPT, ENOMEM, 3).told(NO_MEMORY).long(),
    // Also of the descriptors that leave; those that come are dropped at once.
    Case::new(ECHO, ADD, ENOMEM, 3)
        .seen(Seen::Ends)
        .told(NO_MEMORY),
    Case::new(ECHO, ADD, ENOSPC, 3)
        .seen(Seen::Ends)
        .told(Told::Log("accept: No space left"))
        .long(),
    Case::new(PORTABLE, WAIT, EINTR, 2),
    Case::new(PORTABLE, READ, EINTR, 2).long(),
    Case::new(PORTABLE, ACCEPT, EMFILE, 1).told(NO_DESCRIPTORS),
    Case::new(ONESHOT, WAIT, EINTR, 2),
    Case::new(ONESHOT, READ, EAGAIN, 3).stays(),
    Case::new(ONESHOT, WRITE, EAGAIN, 3).stays().long(),
    Case::new(ONESHOT, ACCEPT, EMFILE, 1)
        .told(NO_DESCRIPTORS)
        .long(),
    // What rings the bell and counts the time out is read at each wait's end.
    Case::new(ONESHOT, "read", EAGAIN, 2),
    // The rings of other threads: each says that a job is done.
    Case::new(POOL, "write", EINTR, 2).alone(),
    Case::new(RELAY, CONNECT, EINTR, 2),
    Case::new(RELAY, CONNECT, ECONNREFUSED, 3)
        .seen(Seen::Ends)
        .told(Told::Log("connect: Connection refused")),
    Case::new(RELAY, CONNECT, "error=EADDRNOTAVAIL", 3)
        .seen(Seen::Ends)
        .told(Told::Log("connect: Cannot assign"))
        .long(),
    Case::new(RELAY, "socket", EMFILE, 3)
        .seen(Seen::Ends)
        .told(Told::Log("connect: Too many open files")),
    Case::new(RELAY, "socket", ENOBUFS, 3)
        .seen(Seen::Ends)
        .told(Told::Log("connect: No buffer space"))
        .long(),
    // A guest of the relay makes four such calls, two that add and two that delete: of every fourth one all may be of one kind.
    Case::new(RELAY, ADD, ENOMEM, 5)
        .seen(Seen::Ends)
        .told(Told::Log("Cannot allocate memory")),
    Case::new(SERVICE, WAIT, EINTR, 2),
    Case::new(SERVICE, READ, EINTR, 2),
    Case::new(SERVICE, READ, ECONNRESET, 9).seen(Seen::Ends),
    Case::new(SERVICE, WRITE, EINTR, 2),
    Case::new(SERVICE, WRITE, ECONNRESET, 9)
        .seen(Seen::Ends)
        .long(),
    Case::new(SERVICE, WRITE, ENOBUFS, 9).seen(Seen::Ends),
    Case::new(SERVICE, ACCEPT, ECONNABORTED, 2).long(),
    Case::new(SERVICE, ACCEPT, EMFILE, 1).told(NOT_ACCEPTED),
    Case::new(SERVICE, ADD, ENOMEM, 3)
        .seen(Seen::Ends)
        .told(NOT_ACCEPTED),
    // The blocking pool does with the threads that it has.
    Case::new(SERVICE, "clone3,clone", EAGAIN, 1),
    Case::new(SERVICE, "pwrite64", ENOSPC, 5)
        .seen(Seen::Refusals)
        .told(UNAVAILABLE),
    Case::new(SERVICE, "pwrite64", EIO, 5)
        .seen(Seen::Refusals)
        .told(UNAVAILABLE),
    Case::new(SERVICE, "fsync,fdatasync", EIO, 3)
        .seen(Seen::Refusals)
        .told(UNAVAILABLE),
    Case::new(SERVICE, "pread64", EIO, 3)
        .seen(Seen::Refusals)
        .told(UNAVAILABLE),
    Case::new(SERVICE, "openat", EMFILE, 1)
        .seen(Seen::Refusals)
        .long(),
];
