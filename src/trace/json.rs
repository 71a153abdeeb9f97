//! The file: a record as the JSON of Chrome's trace events, which Perfetto reads too.
//! A runtime is a process there, its chef and the world are threads, and its tasks are nestable asynchronous events.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::executor::recorder::{Event, Moment, Record, Span, WaitsOn, Wake, Who};
use crate::json::quoted;
use crate::waits::Wait;

/// The lane of polls, and of sleep.
const CHEF: u32 = 1;
/// The lane of what comes from outside.
const WORLD: u32 = 2;

/// All of it. A line for each event, so that it can be read and searched.
pub(super) fn document(records: &[Record]) -> String {
    let mut file = File::default();
    for (number, record) in records.iter().enumerate() {
        Runtime::new(number + 1, record).write(&mut file);
    }
    let dropped: u64 = records.iter().map(|record| record.dropped).sum();
    format!(
        "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"dropped\":{dropped}}},\"traceEvents\":[\n{}\n]}}\n",
        file.lines.join(",\n")
    )
}

#[derive(Default)]
struct File {
    lines: Vec<String>,
    /// The last arrow's number.
    arrows: u64,
}

/// One runtime's part.
struct Runtime<'a> {
    number: usize,
    record: &'a Record,
    /// Who has which number.
    names: HashMap<u64, &'a Who>,
    /// The first moment that nothing was dropped after: what an arrow comes from is there only from then on.
    complete_from: Moment,
}

impl<'a> Runtime<'a> {
    fn new(number: usize, record: &'a Record) -> Self {
        let names = record.events.iter().filter_map(|event| match event {
            Event::Life { task, who, .. } => Some((*task, who)),
            _ => None,
        });
        let polls = record.events.iter().filter_map(|event| match event {
            Event::Poll { span, .. } => Some(span.begin),
            _ => None,
        });
        let first_poll = polls.min().unwrap_or(Moment::MAX);
        Self {
            number,
            record,
            names: names.collect(),
            complete_from: if record.dropped == 0 { 0 } else { first_poll },
        }
    }

    fn write(&self, file: &mut File) {
        file.lines
            .push(self.title("process_name", 0, &format!("runtime {}", self.number)));
        file.lines.push(self.title("thread_name", CHEF, "chef"));
        file.lines.push(self.title("thread_name", WORLD, "world"));
        for event in &self.record.events {
            match event {
                Event::Poll { task, span } => {
                    file.lines.push(self.slice(
                        CHEF,
                        "poll",
                        &self.name(*task),
                        *span,
                        Some(*task),
                    ));
                }
                Event::Park(span) => file
                    .lines
                    .push(self.slice(CHEF, "park", "park", *span, None)),
                Event::Wake { wake, task, polled } => self.arrow(file, *wake, *task, *polled),
                Event::Ready { .. } | Event::Wait { .. } | Event::Life { .. } => {}
            }
        }
        self.write_tasks(file);
    }

    /// The lanes of the tasks, one after the other, so that what begins and ends at the same moment is nested as it was. What a task did
    /// comes before its end in the record, and the futures of several `block_on` have one number.
    fn write_tasks(&self, file: &mut File) {
        let mut stretches = HashMap::<u64, Vec<String>>::new();
        for event in &self.record.events {
            let (task, name, span) = match event {
                Event::Ready { task, span } => (*task, "ready".to_owned(), *span),
                Event::Wait { task, span, on } => (*task, label(on), *span),
                Event::Life { task, span, who } => {
                    let stretches = stretches.remove(task).unwrap_or_default();
                    self.write_life(file, *task, *span, who, stretches);
                    continue;
                }
                Event::Poll { .. } | Event::Park(_) | Event::Wake { .. } => continue,
            };
            let lane = stretches.entry(task).or_default();
            lane.push(self.border('b', task, &name, span.begin, ""));
            lane.push(self.border('e', task, &name, span.end, ""));
        }
    }

    fn write_life(
        &self,
        file: &mut File,
        task: u64,
        span: Span,
        who: &Who,
        stretches: Vec<String>,
    ) {
        let name = self.name(task);
        let place = quoted(&who.location.to_string());
        let place = format!(r#","args":{{"spawned at":{place}}}"#);
        file.lines
            .push(self.border('b', task, &name, span.begin, &place));
        file.lines.extend(stretches);
        file.lines.push(self.border('e', task, &name, span.end, ""));
    }

    fn name(&self, task: u64) -> String {
        let who = self.names.get(&task);
        let name = who.and_then(|who| who.name.as_deref());
        name.map_or_else(|| format!("task {task}"), str::to_owned)
    }

    fn title(&self, what: &str, lane: u32, title: &str) -> String {
        format!(
            r#"{{"ph":"M","pid":{},"tid":{lane},"name":"{what}","args":{{"name":"{title}"}}}}"#,
            self.number
        )
    }

    fn slice(&self, lane: u32, kind: &str, name: &str, span: Span, task: Option<u64>) -> String {
        let mut slice = format!(
            r#"{{"ph":"X","pid":{},"tid":{lane},"cat":"{kind}","name":{},"ts":{},"dur":{}"#,
            self.number,
            quoted(name),
            micros(span.begin),
            micros(span.end - span.begin),
        );
        if let Some(task) = task {
            let _ = write!(slice, r#","args":{{"task":{task}}}"#); // a text can be written
        }
        slice + "}"
    }

    /// The begin or the end of a stretch in a task's lane.
    fn border(&self, phase: char, task: u64, name: &str, at: Moment, more: &str) -> String {
        format!(
            r#"{{"ph":"{phase}","pid":{},"tid":{CHEF},"cat":"task","id":"{task}","name":{},"ts":{}{more}}}"#,
            self.number,
            quoted(name),
            micros(at),
        )
    }

    fn arrow(&self, file: &mut File, wake: Wake, task: u64, polled: Moment) {
        if wake.at < self.complete_from {
            return; // the slice that it comes from was dropped
        }
        let from = match wake.by {
            Some(_) => CHEF,
            None => {
                let name = format!("wakes {}", self.name(task));
                let span = Span {
                    begin: wake.at,
                    end: wake.at + 1, // an arrow comes from a slice that takes some time
                };
                file.lines
                    .push(self.slice(WORLD, "wake", &name, span, Some(task)));
                WORLD
            }
        };
        file.arrows += 1;
        let end = |phase: &str, lane, at| {
            format!(
                r#"{{"ph":{phase},"pid":{},"tid":{lane},"cat":"wake","id":{},"name":"wake","ts":{}}}"#,
                self.number,
                file.arrows,
                micros(at),
            )
        };
        let (begins, ends) = (
            end("\"s\"", from, wake.at),
            end("\"f\",\"bp\":\"e\"", CHEF, polled),
        );
        file.lines.extend([begins, ends]);
    }
}

/// What a task waits for, in a few words.
fn label(on: &WaitsOn) -> String {
    let Some(first) = &on.first else {
        return "waits".to_owned();
    };
    let first = match first {
        Wait::Timer(_) => "a timer".to_owned(),
        Wait::Read(descriptor) => format!("{descriptor} to be readable"),
        Wait::Write(descriptor) => format!("{descriptor} to be writable"),
        Wait::Task(number) => format!("the end of task {number}"),
        Wait::Sync(call) => call.to_string(),
    };
    match on.others {
        0 => format!("waits for {first}"),
        others => format!("waits for {first}, or {others} more"),
    }
}

/// Microseconds, as the format wants them, to the nanosecond.
fn micros(nanos: u64) -> String {
    format!("{}.{:03}", nanos / 1000, nanos % 1000)
}
