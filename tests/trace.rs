//! The trace: a file that a viewer can open, in which slices are nested, arrows have two ends, and nothing grows without bound.

mod tools;

use std::collections::BTreeMap;
use std::future::pending;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tools::{caught, let_others_run};
use toque::runtime::Runtime;
use toque::sync::oneshot;
use toque::task::yield_now;
use toque::trace::Trace;
use toque::{Builder, spawn};

const CHEF: u64 = 1;
const WORLD: u64 = 2;

fn recorded(trace: &Trace) -> Runtime {
    Builder::new_current_thread().record(trace).build().unwrap()
}

fn named<F: Future<Output = ()> + 'static>(name: &str, future: F) -> toque::JoinHandle<()> {
    let task = toque::task::Builder::new().name(name);
    task.spawn(future).unwrap()
}

/// The file, read by somebody else's parser.
struct File {
    events: Vec<Value>,
    dropped: u64,
}

/// Nanoseconds, of the file's microseconds.
fn nanos(value: &Value) -> u64 {
    (value.as_f64().unwrap() * 1000.0).round() as u64
}

impl File {
    fn of(trace: &Trace) -> Self {
        let mut file: Value = serde_json::from_str(&trace.to_json()).unwrap();
        let events = file["traceEvents"].take();
        Self {
            dropped: file["otherData"]["dropped"].as_u64().unwrap(),
            events: serde_json::from_value(events).unwrap(),
        }
    }

    fn phase(&self, phase: &str) -> impl Iterator<Item = &Value> {
        self.events
            .iter()
            .filter(move |event| event["ph"] == *phase)
    }

    /// Begin, end and name of the slices of a lane, in their order.
    fn slices(&self, lane: u64) -> Vec<(u64, u64, &str)> {
        let slices = self.phase("X").filter(|slice| slice["tid"] == lane);
        let mut slices: Vec<_> = slices
            .map(|slice| {
                let begin = nanos(&slice["ts"]);
                let end = begin + nanos(&slice["dur"]);
                (begin, end, slice["name"].as_str().unwrap())
            })
            .collect();
        slices.sort_unstable();
        slices
    }

    /// The names of the slices that arrows lead from and to, in their order.
    fn arrows(&self) -> Vec<(&str, &str)> {
        let starts = self
            .phase("s")
            .map(|start| (start["id"].as_u64().unwrap(), start));
        let mut starts: BTreeMap<_, _> = starts.collect();
        let mut arrows = Vec::new();
        for end in self.phase("f") {
            let start = starts.remove(&end["id"].as_u64().unwrap());
            let start = start.expect("each arrow has a start");
            let (from, to) = (nanos(&start["ts"]), nanos(&end["ts"]));
            assert!(from <= to, "an arrow leads into the past: {start} {end}");
            let lane = start["tid"].as_u64().unwrap();
            let mut polls = self.slices(CHEF).into_iter();
            let to = polls.find(|slice| slice.0 == to && slice.2 != "park");
            let mut froms = self.slices(lane).into_iter();
            let from = froms.find(|slice| slice.0 <= from && from <= slice.1);
            let (from, to) = (from.expect("a slice"), to.expect("a poll"));
            arrows.push((to.0, from.2, to.2));
        }
        assert_eq!(starts.len(), 0, "each arrow has an end");
        arrows.sort_unstable();
        arrows.into_iter().map(|(_, from, to)| (from, to)).collect()
    }

    /// What a task's lane has: its name, then the stretches in its life.
    fn lane(&self, name: &str) -> Vec<&str> {
        let mut starts = self.phase("b");
        let start = starts.find(|event| event["name"] == *name && !event["args"].is_null());
        let id = &start.expect("a lane of this name")["id"];
        let lane = self.phase("b").filter(|event| event["id"] == *id);
        lane.map(|event| event["name"].as_str().unwrap()).collect()
    }

    /// What holds of every trace.
    #[track_caller]
    fn check(&self) {
        let chef = self.slices(CHEF);
        for pair in chef.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "two at once on one lane: {pair:?}");
        }
        let mut open = BTreeMap::<&str, Vec<&Value>>::new();
        let mut last = BTreeMap::<&str, u64>::new();
        for event in &self.events {
            let id = event["id"].as_str().unwrap_or_default();
            match event["ph"].as_str().unwrap() {
                "b" => open.entry(id).or_default().push(event),
                "e" => {
                    let begin = open.get_mut(id).and_then(Vec::pop);
                    let begin = begin.expect("what ends has begun");
                    assert_eq!(begin["name"], event["name"], "nested as it was");
                }
                _ => continue,
            }
            let now = nanos(&event["ts"]);
            let before = last.insert(id, now).unwrap_or_default();
            assert!(before <= now, "in the order of time: {event}");
        }
        assert!(open.values().all(Vec::is_empty), "what begins ends");
        self.arrows();
    }
}

#[test]
fn a_wake_is_an_arrow_from_poll_to_poll() {
    let trace = Trace::new(1000);
    recorded(&trace).block_on(async {
        let (send, receive) = oneshot::channel::<()>();
        let woken = named("woken", async move { receive.await.unwrap() });
        let wakes = async move { send.send(()).unwrap() };
        named("wakes", wakes).await.unwrap();
        woken.await.unwrap();
    });
    let file = File::of(&trace);
    file.check();
    let arrows = file.arrows();
    let expected = [
        ("wakes block_on", "block_on"), // before anything is polled, by nobody's poll
        ("block_on", "woken"),
        ("block_on", "wakes"),
        ("wakes", "woken"),
        ("wakes", "block_on"),
    ];
    assert_eq!(arrows, expected);
    assert_eq!(file.dropped, 0);
}

#[test]
fn a_task_that_wakes_itself_in_its_poll_has_an_arrow_from_there() {
    let trace = Trace::new(1000);
    recorded(&trace).block_on(async { named("yields", yield_now()).await.unwrap() });
    let file = File::of(&trace);
    file.check();
    assert!(
        file.arrows().contains(&("yields", "yields")),
        "{:?}",
        file.arrows()
    );
    assert_eq!(file.lane("yields"), ["yields", "ready", "ready"]);
}

#[test]
fn what_comes_from_outside_comes_from_the_world_s_lane() {
    let trace = Trace::new(1000);
    recorded(&trace).block_on(async {
        let sleep = async { toque::time::sleep(Duration::from_millis(5)).await };
        named("sleeps", sleep).await.unwrap();
        let (send, receive) = oneshot::channel::<()>();
        let sends = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            send.send(()).unwrap();
        });
        named("hears", async move { receive.await.unwrap() })
            .await
            .unwrap();
        sends.join().unwrap();
    });
    let file = File::of(&trace);
    file.check();
    for task in ["sleeps", "hears"] {
        let from = format!("wakes {task}");
        assert!(file.arrows().contains(&(&from, task)), "{task}");
        assert!(file.slices(WORLD).iter().any(|slice| slice.2 == from));
    }
    let parks = file.slices(CHEF);
    let park = parks.iter().find(|slice| slice.2 == "park").unwrap();
    assert!(
        park.1 - park.0 > 1_000_000,
        "it has slept meanwhile: {park:?}"
    );
    assert_eq!(
        file.lane("sleeps"),
        ["sleeps", "ready", "waits for a timer", "ready"]
    );
    assert!(file.lane("hears")[2].starts_with("waits for oneshot::Receiver at tests/trace.rs:"));
}

#[test]
fn names_are_escaped_and_places_are_there() {
    let trace = Trace::new(1000);
    let name = "the \"quoted\" \\ soup\n\u{1}";
    recorded(&trace).block_on(async { named(name, async {}).await.unwrap() });
    let file = File::of(&trace);
    file.check();
    assert!(file.slices(CHEF).iter().any(|slice| slice.2 == name));
    let life = file.phase("b").find(|event| event["name"] == name).unwrap();
    let place = life["args"]["spawned at"].as_str().unwrap();
    assert!(place.starts_with("tests/trace.rs:"), "{place}");
}

#[test]
fn what_is_not_over_is_shown_as_if_it_were() {
    let trace = Trace::new(1000);
    let runtime = recorded(&trace);
    runtime.block_on(async {
        drop(named("waits", pending()));
        let_others_run().await;
        drop(named("is ready", pending()));
        let file = File::of(&trace);
        file.check();
        assert_eq!(file.lane("waits"), ["waits", "ready", "waits"]);
        assert_eq!(file.lane("is ready"), ["is ready", "ready"]);
        assert_eq!(file.slices(CHEF).last().unwrap().2, "block_on", "is polled");
    });
    drop(runtime);
    let file = File::of(&trace);
    file.check();
    assert_eq!(
        file.lane("waits"),
        ["waits", "ready", "waits", "ready"],
        "to be dropped"
    );
}

#[test]
fn memory_is_bounded_and_the_dropped_are_counted() {
    let trace = Trace::new(100);
    recorded(&trace).block_on(async {
        let yields = async {
            for _ in 0..1000 {
                yield_now().await;
            }
        };
        let (one, two) = (named("one", yields), named("two", yields_too()));
        one.await.unwrap();
        two.await.unwrap();
    });
    async fn yields_too() {
        for _ in 0..1000 {
            yield_now().await;
        }
    }
    let file = File::of(&trace);
    file.check();
    assert!(file.dropped > 5000, "{}", file.dropped);
    assert_eq!(file.dropped, trace.dropped());
    // An event is three lines at most: a slice of the world, and the ends of an arrow.
    assert!(
        (100..400).contains(&file.events.len()),
        "{}",
        file.events.len()
    );
    assert!(!file.arrows().is_empty());
}

#[test]
fn one_without_room_keeps_nothing() {
    let trace = Trace::new(0);
    recorded(&trace).block_on(async { named("soup", async {}).await.unwrap() });
    let file = File::of(&trace);
    file.check();
    assert_eq!(file.slices(CHEF), []);
    assert!(file.dropped > 0);
}

#[test]
fn a_poll_that_panics_ends() {
    let trace = Trace::new(1000);
    let runtime = recorded(&trace);
    drop(caught(|| runtime.block_on(async { panic!("on purpose") })));
    runtime.block_on(async { drop(spawn(async { panic!("on purpose") }).await) });
    File::of(&trace).check();
    let file = File::of(&trace);
    let lane = file.lane("block_on");
    assert_eq!(
        lane[..3],
        ["block_on", "ready", "block_on"],
        "of the first nothing but the panic"
    );
    assert_eq!(lane.len(), 6, "{lane:?}");
}

#[test]
fn each_runtime_is_a_process_of_its_own() {
    let trace = Trace::new(1000);
    for _ in 0..2 {
        recorded(&trace).block_on(async { named("soup", async {}).await.unwrap() });
    }
    let file = File::of(&trace);
    let polls = file.phase("X").filter(|slice| slice["name"] == "soup");
    let processes: Vec<_> = polls.map(|slice| slice["pid"].as_u64().unwrap()).collect();
    assert_eq!(processes, [1, 2]);
}
