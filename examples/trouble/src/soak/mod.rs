//! The soak: guests with good and with bad manners at both servers for a long time, and a look at the servers every few seconds.
//! Run as `trouble soak`, by `scripts/soak`.
//!
//! At the end all guests leave. Then tasks, descriptors and what the epolls look after must be exactly as they were at the start,
//! and memory about as it was early on; nothing may have grown by trend, and no guest with good manners may have noticed anything.

mod crowd;
mod figures;
mod verdict;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crowd::Crowd;
use figures::{Figures, Watch};

use crate::comes_true;
use crate::options::Options;
use crate::server::{Folder, Server};
use crate::tally::Tally;

/// How long nothing must have changed at a server that is left alone: longer than its deadlines.
const STILL: Duration = Duration::from_secs(4);
/// And for how long it may take until then.
const RESTLESS: Duration = Duration::from_secs(90);
/// Between two looks at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Looks in all; more than that if the time is long.
const LOOKS: u32 = 120;
/// Rows of the table.
const ROWS: usize = 12;

/// Whom the guests visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Echo,
    Service,
}

impl At {
    fn name(self) -> &'static str {
        match self {
            At::Echo => "echo",
            At::Service => "service",
        }
    }
}

/// Tells whether all is well.
pub(crate) fn run(options: &Options, time: Duration) -> bool {
    let all = [At::Echo, At::Service];
    let visited = all
        .into_iter()
        .filter(|at| at.name().starts_with(&options.only));
    let reports: Vec<Result<Report, String>> = thread::scope(|scope| {
        let visits: Vec<_> = visited
            .map(|at| scope.spawn(move || soak(at, options, time)))
            .collect();
        visits
            .into_iter()
            .map(|visit| visit.join().expect("a soak does not panic"))
            .collect()
    });
    let mut is_well = true;
    for report in reports {
        match report {
            Ok(report) => is_well &= report.tell(),
            Err(why) => {
                println!("**{why}**");
                is_well = false;
            }
        }
    }
    is_well
}

/// What was seen of one server.
struct Report {
    at: At,
    start: Figures,
    looks: Vec<(Duration, Figures)>,
    end: Figures,
    /// Of those with good manners, and of the others.
    served: u64,
    visits: u64,
    faults: Vec<String>,
}

fn soak(at: At, options: &Options, time: Duration) -> Result<Report, String> {
    let folder = Folder::new();
    let server = start(at, options, &folder)?;
    let crowd = Crowd::new(at, server.address, options.seed)?;
    let mut watch = Watch::new(at, &server, &folder)?;
    let start = warm_up(&crowd, &mut watch)?;
    let (tally, others) = (Tally::default(), Tally::default());
    let looks = crowd.visit(&tally, &others, || watch_for(time, &mut watch));
    comes_true(|| watch.look().is_ok_and(|now| now.is_calm_as(&start)));
    let mut faults = complaints(&tally);
    let end = watch.look().unwrap_or_else(|why| {
        faults.push(format!("no last look: {why}: {}", server.last_words()));
        looks.last().map_or(start, |(_, figures)| *figures)
    });
    faults.extend(verdict::judge(&start, &looks, &end));
    let (served, visits) = (tally.counts().served, others.counts().served);
    Ok(Report {
        at,
        start,
        looks,
        end,
        served,
        visits,
        faults,
    })
}

/// What those with good manners have to say.
fn complaints(tally: &Tally) -> Vec<String> {
    let counts = tally.counts();
    let mut all = counts.faults.clone();
    if counts.served == 0 || counts.broken() + counts.refused() > 0 {
        let errors = counts.errors();
        all.push(format!(
            "guests with good manners were not served: {errors}"
        ));
    }
    all
}

fn start(at: At, options: &Options, folder: &Folder) -> Result<Server, String> {
    let listen = ["--listen", "127.0.0.1:0"];
    if at == At::Echo {
        let mut command = options.echo.clone();
        if command.len() == 1 {
            command.push("native".to_owned());
        }
        return Server::start(&command, &listen);
    }
    let db = folder.db();
    // Short, so that some guests stall for longer than they may.
    let deadlines =
        ["first-byte", "head", "body", "write"].map(|name| format!("--{name}-timeout=3s"));
    // And no wait for the disk, which others may keep busy: the guests with good manners are to have their answers.
    let mut more = vec![
        "--durability=process",
        "--log=errors",
        "--pace=20ms",
        "--keep-alive=1s",
        "--db",
        &db,
    ];
    more.extend(deadlines.iter().map(String::as_str));
    Server::start(&options.service, &[&listen[..], &more[..]].concat())
}

/// A first visit of all kinds of guests, so that what is made once is there. Gives what is left when they have gone.
fn warm_up(crowd: &Crowd, watch: &mut Watch) -> Result<Figures, String> {
    let (tally, others) = (Tally::default(), Tally::default());
    crowd.visit(&tally, &others, || thread::sleep(Duration::from_secs(2)));
    become_still(watch)
}

/// What is left when nothing has changed for a while. The first look may find a guest who is just leaving.
fn become_still(watch: &mut Watch) -> Result<Figures, String> {
    let mut last = watch.look()?;
    let (begun, mut since) = (Instant::now(), Instant::now());
    while since.elapsed() < STILL {
        if begun.elapsed() > RESTLESS {
            return Err(format!("it is not still within {RESTLESS:?}"));
        }
        thread::sleep(STILL / 40);
        let now = watch.look()?;
        if !now.is_calm_as(&last) {
            since = Instant::now();
        }
        last = now;
    }
    Ok(last)
}

fn watch_for(time: Duration, watch: &mut Watch) -> Vec<(Duration, Figures)> {
    let pause = (time / LOOKS).min(LONGEST_PAUSE);
    let begun = Instant::now();
    let mut looks = Vec::new();
    while begun.elapsed() < time {
        thread::sleep(pause);
        match watch.look() {
            Ok(figures) => looks.push((begun.elapsed(), figures)),
            Err(_) => break, // the verdict will find that it has ended
        }
    }
    looks
}

impl Report {
    /// Prints it. Tells whether all is well.
    fn tell(&self) -> bool {
        let (at, last) = (self.at.name(), self.looks.len());
        println!("\n| {at}, after | memory, KiB | descriptors | watched | tasks | connections |");
        println!("|---|--:|--:|--:|--:|--:|");
        println!("| the start | {} |", self.start);
        for (time, figures) in self.looks.iter().step_by(last.div_ceil(ROWS).max(1)) {
            println!("| {:.0} s | {figures} |", time.as_secs_f64());
        }
        println!("| all have gone | {} |", self.end);
        println!(
            "\n{at}: {} calls were served, {} visits had bad manners.",
            self.served, self.visits
        );
        if let Some((early, late)) = verdict::trend(&self.looks) {
            println!(
                "{at}: memory's median in the second tenth {early} KiB, in the last {late} KiB."
            );
        }
        for fault in self.faults.iter().take(10) {
            println!("{at}: **{fault}**");
        }
        println!(
            "{at}: {}",
            if self.faults.is_empty() {
                "well"
            } else {
                "not well"
            }
        );
        self.faults.is_empty()
    }
}

/// Set when it is time to leave, also if what was done meanwhile panics.
struct Leave<'a>(&'a AtomicBool);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
