//! The feature `tracing`: a span for each task, and stalls as events, as a subscriber sees them that is made by hand.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use toque::sync::oneshot;
use toque::task::yield_now;
use toque::{Builder, spawn};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What a subscriber was told, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Told {
    fn tell(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("runtime::") || metadata.target().starts_with("toque::")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let name = fields.0.get("task.name").cloned().unwrap_or_default();
        assert_eq!(span.metadata().name(), "runtime.spawn");
        assert!(span.is_root());
        assert_eq!(fields.0["loc.file"], format!("{:?}", file!()));
        let id: u64 = fields.0["task.id"].parse().unwrap();
        self.tell(format!("spawn {name} {}", fields.0["loc.line"]));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        match event.metadata().target() {
            "runtime::waker" => self.tell(format!("wake {}", fields.0["task.id"])),
            target => self.tell(format!("{target} {}", fields.0["message"])),
        }
    }

    fn enter(&self, span: &Id) {
        self.tell(format!("enter {}", span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        self.tell(format!("exit {}", span.into_u64()));
    }

    fn try_close(&self, span: Id) -> bool {
        self.tell(format!("close {}", span.into_u64()));
        true
    }
}

#[test]
fn a_task_has_a_span_that_is_entered_at_each_poll() {
    let told = Told::default();
    let runtime = Builder::new_current_thread()
        .enable_task_spans()
        .build()
        .unwrap();
    let (id, line) = tracing::subscriber::with_default(told.clone(), || {
        runtime.block_on(async {
            let task = toque::task::Builder::new().name("soup");
            let (task, line) = (task.spawn(yield_now()).unwrap(), line!());
            let id = task.id();
            task.await.unwrap();
            (id, line)
        })
    });
    let expected = [
        format!("spawn \"soup\" {line}"),
        format!("enter {id}"),
        format!("wake {id}"),
        format!("exit {id}"),
        format!("enter {id}"),
        format!("exit {id}"),
        format!("close {id}"),
    ];
    assert_eq!(told.take(), expected);
}

#[test]
fn a_task_that_is_dropped_closes_its_span() {
    let told = Told::default();
    tracing::subscriber::with_default(told.clone(), || {
        let runtime = Builder::new_current_thread()
            .enable_task_spans()
            .build()
            .unwrap();
        let (send, receive) = oneshot::channel::<()>();
        let id = runtime.block_on(async {
            let task = spawn(receive);
            yield_now().await;
            task.id()
        });
        drop(runtime);
        let last = told.take().pop();
        assert_eq!(last, Some(format!("close {id}")));
        drop(send);
    });
}

#[test]
fn without_being_asked_for_there_are_none() {
    let told = Told::default();
    tracing::subscriber::with_default(told.clone(), || {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { spawn(yield_now()).await.unwrap() });
    });
    assert!(told.take().is_empty());
}

/// The watcher is a thread of its own, so it has the process' subscriber: this test is the only one that sets it.
#[test]
fn a_stall_is_an_event() {
    let told = Told::default();
    tracing::subscriber::set_global_default(told.clone()).unwrap();
    let mut builder = Builder::new_current_thread();
    let builder = builder.warn_on_stall(Duration::from_millis(20));
    builder.build().unwrap().block_on(async {
        let blocks = async { thread::sleep(Duration::from_millis(200)) };
        let task = toque::task::Builder::new().name("blocks").spawn(blocks);
        task.unwrap().await.unwrap();
    });
    let told = told.take();
    let stall = told
        .iter()
        .find(|text| text.starts_with("toque::stall task "));
    let stall = stall.unwrap_or_else(|| panic!("{told:?}"));
    assert!(
        stall.contains("\"blocks\", spawned at tests/runtime_spans.rs"),
        "{stall}"
    );
}

/// A subscriber that panics whatever it is told.
struct Grumpy;

impl Subscriber for Grumpy {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("runtime::")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        assert_ne!(
            fields.0.get("task.name").map(String::as_str),
            Some("\"unseen\"")
        );
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        panic!("an event");
    }

    fn enter(&self, _: &Id) {
        panic!("an entrance");
    }

    fn exit(&self, _: &Id) {
        panic!("an exit");
    }

    fn try_close(&self, _: Id) -> bool {
        panic!("a close");
    }
}

/// Seen to fail: the panic at a task's end aborted the process, and that at a wake lost the task, so that the runtime's end hung.
#[test]
fn a_subscriber_that_panics_keeps_no_task_from_its_work() {
    tracing::subscriber::with_default(Grumpy, || {
        let runtime = Builder::new_current_thread()
            .enable_task_spans()
            .build()
            .unwrap();
        let (sender, waker) = std::sync::mpsc::channel();
        let waits = runtime.spawn(std::future::poll_fn(move |cx| {
            sender.send(cx.waker().clone()).unwrap();
            Poll::<()>::Pending
        }));
        runtime.block_on(async {
            let named = toque::task::Builder::new().name("unseen");
            let task = named.spawn(async {
                yield_now().await;
                7
            });
            assert_eq!(task.unwrap().await.unwrap(), 7);
        });
        let waker = waker.recv().unwrap();
        let entered = runtime.enter();
        waker.wake_by_ref(); // while nobody runs
        drop(entered);
        thread::spawn(move || waker.wake()).join().unwrap();
        drop(runtime);
        assert!(waits.is_finished());
    });
}
