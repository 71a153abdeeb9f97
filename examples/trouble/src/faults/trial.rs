//! A trial: one case on a server of its own, before the fault, under it and after it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::case::{At, CASES, Case, EAGAIN, Seen, Told};
use super::strace::{Heard, Strace};
use crate::client::{Client, figure};
use crate::comes_true;
use crate::echo_guest::{CrumbGuest, EchoGuest};
use crate::lunch_guest::{LunchGuest, Made, check};
use crate::options::Options;
use crate::rng::Rng;
use crate::server::{Folder, Server};
use crate::tally::{Guest, Invitation, Outcome, Tally, visit};

/// Guests at a time: half of them keep their connection, the others come again and again.
const GUESTS: u64 = 4;
/// Calls by a connection of the latter.
const STAY: u64 = 3;
/// Between two calls of a guest.
const PAUSE: Duration = Duration::from_millis(2);
/// Calls of each guest before the fault, and after it.
const CALLS: u64 = 10;
/// Calls that have to fail before it is over.
const SOME: u64 = 3;
/// How much more a call may cost where calls fail. Every second one fails at most; the rest is for what is unlike.
const DEARER: u32 = 4;
/// What a call costs at least: the system counts in steps of 10 ms, and on a slow machine finds nothing of a few calls.
const LEAST: Duration = Duration::from_micros(100);
/// Processor time that is allowed whatever was served, as a part of the time: what is less is no spin.
const IDLE: f64 = 0.06;
/// How often a second it may be tried to accept where that always fails: the pauses are 10 ms and double up to a second.
const TRIES: f64 = 10.0;

/// What a call costs while nothing fails, under strace too.
#[derive(Clone, Copy)]
pub(super) struct Load {
    each: Duration,
}

pub(super) struct Trial<'a> {
    pub(super) options: &'a Options,
    pub(super) case: &'a Case,
    /// How long calls fail at least.
    pub(super) time: Duration,
}

/// What it has shown.
#[derive(Default)]
pub(super) struct Row {
    name: String,
    heard: Heard,
    served: u64,
    /// Of them, those while calls failed: who was let in before is served.
    meanwhile: u64,
    /// How long calls failed.
    time: Duration,
    broken: u64,
    refused: u64,
    errors: String,
    worked: Duration,
    /// What was not as demanded.
    faults: Vec<String>,
}

impl Row {
    pub(super) fn is_well(&self) -> bool {
        self.faults.is_empty()
    }

    fn demand(&mut self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.faults.push(what());
        }
    }

    fn calls(&self) -> u64 {
        self.served + self.broken + self.refused
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.faults.as_slice() {
            [] => "well".to_owned(),
            [first, rest @ ..] if rest.len() > 3 => format!("**{first}**, and {} more", rest.len()),
            all => format!("**{}**", all.join("; ")),
        };
        write!(
            f,
            "| {} | {} | {} | {} | {} | {} | {verdict} |",
            self.name,
            self.heard.calls,
            self.heard.injected,
            self.served,
            self.errors,
            self.worked.as_millis()
        )
    }
}

/// The guests of a server, of either kind.
enum Guests {
    Echo(Vec<EchoGuest>),
    Lunch(Vec<LunchGuest>),
}

impl Guests {
    fn new(case: &Case, server: &Server, seed: u64) -> Guests {
        let count = if case.alone { 1 } else { GUESTS };
        let invite = |n: u64| Invitation {
            to: server.address,
            rng: Rng::new(seed * 100 + n),
            stays: (n >= GUESTS / 2 && !case.stay).then_some(STAY),
            is_loud: case.fault == EAGAIN,
        };
        if case.is_service() {
            Guests::Lunch((0..count).map(|n| LunchGuest::new(invite(n))).collect())
        } else {
            Guests::Echo((0..count).map(|n| EchoGuest::new(invite(n))).collect())
        }
    }

    /// They call all at once, until `meanwhile` is over.
    fn visit<R>(&mut self, tally: &Tally, meanwhile: impl FnOnce() -> R) -> R {
        match self {
            Guests::Echo(all) => visit_all(all, tally, meanwhile),
            Guests::Lunch(all) => visit_all(all, tally, meanwhile),
        }
    }

    /// Each calls some times, must be served, and goes.
    fn are_served(&mut self) -> Result<(), String> {
        (0..CALLS).try_for_each(|_| self.call())?;
        match self {
            Guests::Echo(all) => all.iter_mut().for_each(Guest::leave),
            Guests::Lunch(all) => all.iter_mut().for_each(Guest::leave),
        }
        Ok(())
    }

    /// Each calls once, and must be served.
    fn call(&mut self) -> Result<(), String> {
        match self {
            Guests::Echo(all) => all.iter_mut().try_for_each(is_served),
            Guests::Lunch(all) => all.iter_mut().try_for_each(is_served),
        }
    }

    /// They leave. Gives what they were told to be so.
    fn leave(self) -> Vec<Made> {
        match self {
            Guests::Echo(_) => Vec::new(),
            Guests::Lunch(all) => all.into_iter().flat_map(LunchGuest::made).collect(),
        }
    }
}

fn visit_all<R>(all: &mut [impl Guest + Send], tally: &Tally, meanwhile: impl FnOnce() -> R) -> R {
    let leaves = AtomicBool::new(false);
    thread::scope(|scope| {
        for guest in all {
            scope.spawn(|| visit(guest, tally, &leaves, PAUSE));
        }
        let result = meanwhile();
        leaves.store(true, Ordering::Relaxed);
        result
    })
}

fn is_served(guest: &mut impl Guest) -> Result<(), String> {
    match guest.call() {
        Outcome::Served => Ok(()),
        Outcome::Broken(error) => Err(error.to_string()),
        Outcome::Refused(status) => Err(format!("an answer of {status}")),
        Outcome::Wrong(what) | Outcome::Hung(what) => Err(what),
    }
}

/// What a server has open while nobody is there.
#[derive(PartialEq, Debug)]
struct Calm {
    descriptors: usize,
    watched: usize,
}

impl Calm {
    fn of(server: &Server, folder: &Folder) -> Calm {
        Calm {
            descriptors: server.descriptors(&folder.0),
            watched: server.process.watched(),
        }
    }
}

impl Trial<'_> {
    /// Tries it with this fault, as strace injects it.
    pub(super) fn run(&self, fault: &str, load: Load) -> Row {
        let mut row = Row {
            name: self.case.name(),
            ..Row::default()
        };
        if let Err(why) = self.go_through(&mut row, Some(fault), Some(load)) {
            row.faults.push(why);
        }
        row
    }

    fn go_through(
        &self,
        row: &mut Row,
        fault: Option<&str>,
        load: Option<Load>,
    ) -> Result<(), String> {
        let folder = Folder::new();
        let mut server = self.start(&folder)?;
        let calm = self.warm_up(&server, &folder)?;
        let mut guests = Guests::new(self.case, &server, self.options.seed);
        self.suffer(row, &server, &mut guests, fault)?;
        if !server.process.lives() {
            return Err(format!("the server has ended: {}", server.last_words()));
        }
        self.judge(row, load);
        if !row.is_well() {
            return Ok(()); // what comes after it would only take long
        }
        self.look_for_words(row, &server);
        self.recover(row, &server, &mut guests);
        let made = guests.leave();
        row.faults.extend(self.check(&server, &made));
        let returns = comes_true(|| Calm::of(&server, &folder) == calm);
        row.demand(returns, || {
            format!("{:?} was {calm:?}", Calm::of(&server, &folder))
        });
        if self.case.is_service() {
            drop(server); // as a crash would
            server = self.start(&folder)?;
            row.faults.extend(self.check(&server, &made));
        }
        Ok(())
    }

    fn start(&self, folder: &Folder) -> Result<Server, String> {
        let listen = ["--listen", "127.0.0.1:0"];
        match self.case.at {
            At::Echo(reactor) => {
                let mut command = self.options.echo.clone();
                if command.len() == 1 {
                    command.push(reactor.to_owned());
                }
                Server::start(&command, &listen)
            }
            At::Relay => {
                let mut command = self.options.echo.clone();
                command.push("native".to_owned());
                Server::start(&command, &listen)?.before(&self.options.relay, &listen)
            }
            At::Service => {
                let db = folder.db();
                let more = ["--log", "errors", "--db", &db];
                Server::start(&self.options.service, &[&listen[..], &more[..]].concat())
            }
        }
    }

    /// Calls while nothing fails: what is made by the first ones is there.
    fn warm_up(&self, server: &Server, folder: &Folder) -> Result<Calm, String> {
        let idle = Calm::of(server, folder);
        let mut first = Guests::new(self.case, server, self.options.seed + 1);
        first
            .are_served()
            .map_err(|why| format!("before the fault: {why}"))?;
        drop(first);
        comes_true(|| Calm::of(server, folder) == idle);
        Ok(Calm::of(server, folder))
    }

    /// The time under the fault.
    fn suffer(
        &self,
        row: &mut Row,
        server: &Server,
        guests: &mut Guests,
        fault: Option<&str>,
    ) -> Result<(), String> {
        guests
            .call()
            .map_err(|why| format!("before the fault: {why}"))?;
        let tally = Tally::default();
        let before = server.process.worked();
        let mut strace = Some(Strace::attach(server.process.0, self.case.call, fault)?);
        let attached = Instant::now();
        guests.visit(&tally, || {
            if let Some(strace) = &strace {
                self.wait(strace, fault.is_some());
            }
            row.time = attached.elapsed();
            row.meanwhile = tally.counts().served;
            row.worked = server.process.worked() - before;
            if self.case.every == 1 {
                row.heard = strace.take().map(Strace::detach).unwrap_or_default(); // or no guest would ever be served
            }
        });
        // When all is still: a call that strace is about to make fail, and lets go of, is "Function not implemented".
        if let Some(strace) = strace {
            row.heard = strace.detach();
        }
        let counts = tally.counts();
        (row.served, row.broken, row.refused) = (counts.served, counts.broken(), counts.refused());
        row.errors = counts.errors();
        row.faults.extend(counts.faults.iter().cloned());
        Ok(())
    }

    /// On a slow machine it takes longer until something has failed.
    fn wait(&self, strace: &Strace, is_faulty: bool) {
        thread::sleep(self.time);
        if is_faulty {
            comes_true(|| strace.failed() >= SOME);
        }
    }

    fn judge(&self, row: &mut Row, load: Option<Load>) {
        let Some(load) = load else {
            return;
        };
        let (injected, served) = (row.heard.injected, row.meanwhile);
        let (broken, refused) = (row.broken, row.refused);
        row.demand(injected > 0, || "no call has failed".to_owned());
        row.demand(served > 0 || self.case.seen == Seen::Refusals, || {
            "nobody was served".to_owned()
        });
        match self.case.seen {
            Seen::Nothing => row.demand(broken + refused == 0, || {
                "guests should not have noticed".to_owned()
            }),
            Seen::Ends => {
                row.demand(refused == 0 && 0 < broken && broken <= injected, || {
                    format!("{injected} failed, {broken} connections broke")
                });
            }
            Seen::Refusals => row.demand(broken == 0 && refused > 0, || {
                "no answer that says no".to_owned()
            }),
        }
        let most = load.each * row.calls() as u32 * DEARER + row.time.mul_f64(IDLE);
        row.demand(row.worked <= most, || {
            format!("more than {} ms of CPU", most.as_millis())
        });
        if self.case.every == 1 && self.case.call == "accept4" {
            let most = (row.time.as_secs_f64() * TRIES) as u64;
            row.demand(injected <= most, || format!("more than {most} tries"));
        }
    }

    /// The error is told where it must be.
    fn look_for_words(&self, row: &mut Row, server: &Server) {
        let (is_told, what) = match self.case.told {
            Told::Nowhere => return,
            Told::Log(words) => (comes_true(|| server.has_told(words) > 0), words),
            Told::Figure(name) => {
                let client = Client::try_connect(server.address);
                (
                    client.is_ok_and(|mut client| figure(&mut client, name) > 0),
                    name,
                )
            }
        };
        row.demand(is_told, || format!("it does not tell of it: {what}"));
    }

    /// The calls succeed again: so does everything.
    fn recover(&self, row: &mut Row, server: &Server, guests: &mut Guests) {
        let mut new = Guests::new(self.case, server, self.options.seed + 2);
        for guests in [guests, &mut new] {
            if let Err(why) = guests.are_served() {
                row.faults.push(format!("after the fault: {why}"));
            }
        }
    }

    fn check(&self, server: &Server, made: &[Made]) -> Vec<String> {
        if self.case.is_service() {
            check(server.address, made)
        } else {
            Vec::new()
        }
    }
}

/// A row without a fault, and what a call costs.
pub(super) fn calm(at: At, options: &Options) -> (Row, Load) {
    let first = CASES
        .iter()
        .find(|case| case.at == at)
        .expect("it has a case");
    let case = Case {
        seen: Seen::Nothing,
        told: Told::Nowhere,
        ..*first
    };
    let name = case.name();
    let place = name.split('|').next().unwrap_or_default().to_owned();
    let mut row = Row {
        name: format!("{place}| nothing"),
        ..Row::default()
    };
    let time = Duration::from_secs(1);
    let trial = Trial {
        options,
        case: &case,
        time,
    };
    if let Err(why) = trial.go_through(&mut row, None, None) {
        row.faults.push(why);
    }
    let alone = row.broken + row.refused == 0;
    row.demand(alone, || "guests should not have noticed".to_owned());
    let each = row.worked / row.calls().max(1) as u32;
    let each = each.max(LEAST);
    (row, Load { each })
}

/// That row's name.
pub(super) const CRUMBS: &str = "echo | recvfrom, sendto: short";

/// A row of reads and writes that are not whole: of what the system does by itself if buffers are small and messages come in crumbs.
pub(super) fn crumbs(options: &Options) -> Row {
    let mut row = Row {
        name: CRUMBS.to_owned(),
        ..Row::default()
    };
    let first = Case {
        call: "recvfrom,sendto",
        ..CASES[0]
    };
    let trial = Trial {
        options,
        case: &first,
        time: Duration::from_secs(1),
    };
    if let Err(why) = trial.eat_crumbs(&mut row) {
        row.faults.push(why);
    }
    row
}

impl Trial<'_> {
    fn eat_crumbs(&self, row: &mut Row) -> Result<(), String> {
        let folder = Folder::new();
        let server = self.start(&folder)?;
        let calm = self.warm_up(&server, &folder)?;
        let mut guests: Vec<_> = (0..GUESTS)
            .map(|n| CrumbGuest::new(server.address, Rng::new(self.options.seed + n)))
            .collect();
        let tally = Tally::default();
        let before = server.process.worked();
        let strace = Strace::attach(server.process.0, self.case.call, None)?;
        visit_all(&mut guests, &tally, || thread::sleep(self.time));
        row.worked = server.process.worked() - before;
        row.heard = strace.detach();
        row.heard.injected = row.heard.short;
        let counts = tally.counts();
        (row.served, row.broken, row.errors) = (counts.served, counts.broken(), counts.errors());
        row.faults.extend(counts.faults.iter().cloned());
        let is_well = row.served > 0 && row.broken == 0;
        row.demand(is_well, || "guests should not have noticed".to_owned());
        row.demand(row.heard.short > 0, || "every call was whole".to_owned());
        let returns = comes_true(|| Calm::of(&server, &folder) == calm);
        row.demand(returns, || {
            format!("{:?} was {calm:?}", Calm::of(&server, &folder))
        });
        Ok(())
    }
}
