//! Task-locals, plain and inherited.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use toque::task::yield_now;
use toque::{Runtime, spawn};

toque::task_local! {
    static NUMBER: u32;
    static TEXT: RefCell<String>;
    /// Follows `spawn`.
    #[inherit]
    static REQUEST: Rc<str>;
    #[inherit]
    static DEPTH: u32;
}

fn run(future: impl Future<Output = ()>) {
    Runtime::new().unwrap().block_on(future);
}

#[test]
fn a_value_is_there_within_its_scope_and_across_awaits() {
    run(async {
        assert!(NUMBER.try_with(|_| ()).is_err());
        let both = NUMBER.scope(1, async {
            yield_now().await;
            let inner = NUMBER.scope(2, async { NUMBER.get() }).await;
            (NUMBER.get(), inner)
        });
        assert_eq!(both.await, (1, 2));
        assert!(NUMBER.try_get().is_err());
    });
}

#[test]
fn two_tasks_have_each_their_own() {
    run(async {
        let tasks = [1, 2].map(|n| {
            spawn(NUMBER.scope(n, async move {
                for _ in 0..3 {
                    assert_eq!(NUMBER.get(), n);
                    yield_now().await;
                }
            }))
        });
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn a_plain_value_does_not_follow_spawn_and_an_inherited_one_does() {
    run(async {
        let plain = NUMBER.scope(1, async {
            spawn(async { NUMBER.try_get() }).await.unwrap()
        });
        assert!(plain.await.is_err());

        let follows = REQUEST.scope("GET /".into(), async {
            spawn(async {
                let grandchild = spawn(async {
                    yield_now().await;
                    REQUEST.get()
                });
                grandchild.await.unwrap()
            })
            .await
            .unwrap()
        });
        assert_eq!(&*follows.await, "GET /");
        assert!(REQUEST.try_get().is_err());
    });
}

#[test]
fn inherited_values_nest_and_do_not_leak_into_siblings() {
    run(async {
        let sibling = spawn(async {
            yield_now().await;
            DEPTH.try_get().is_err()
        });
        DEPTH
            .scope(1, async {
                let child = spawn(DEPTH.scope(2, async {
                    REQUEST
                        .scope("x".into(), async {
                            spawn(async { (DEPTH.get(), REQUEST.get().len()) })
                                .await
                                .unwrap()
                        })
                        .await
                }));
                assert_eq!(child.await.unwrap(), (2, 1));
                assert_eq!(DEPTH.get(), 1);
                assert!(REQUEST.try_get().is_err());
            })
            .await;
        assert!(sibling.await.unwrap());
    });
}

#[test]
fn a_destructor_sees_the_value_of_its_scope() {
    struct Reads<'a>(&'a Cell<u32>, &'a Cell<u32>);
    impl Drop for Reads<'_> {
        fn drop(&mut self) {
            self.0.set(NUMBER.get());
            self.1.set(DEPTH.get());
        }
    }
    run(async {
        let (plain, inherited) = (Cell::new(0), Cell::new(0));
        let reads = Reads(&plain, &inherited);
        let future = DEPTH.scope(
            6,
            NUMBER.scope(5, async move {
                let _reads = reads;
                std::future::pending::<()>().await;
            }),
        );
        let late = toque::time::timeout(std::time::Duration::from_millis(1), future);
        assert!(late.await.is_err());
        assert_eq!((plain.get(), inherited.get()), (5, 6));
    });
}

#[test]
fn a_panic_leaves_no_value_behind() {
    run(async {
        let panics = spawn(NUMBER.scope(1, DEPTH.scope(1, async { panic!("burnt") })));
        let _: toque::JoinError = panics.await.unwrap_err();
        assert!(NUMBER.try_get().is_err());
        assert!(DEPTH.try_get().is_err());
    });
    let caught = catch_unwind(AssertUnwindSafe(|| {
        NUMBER.sync_scope(1, || panic!("burnt"))
    }));
    let _ = caught.map_err(drop).map(|never: ()| never);
    assert!(NUMBER.try_get().is_err());
}

#[test]
fn the_value_can_be_taken_out() {
    run(async {
        let mut future = pin!(TEXT.scope(RefCell::default(), async {
            TEXT.with(|text| text.borrow_mut().push_str("soup"));
        }));
        future.as_mut().await;
        let taken: Option<RefCell<String>> = Pin::as_mut(&mut future).take_value();
        assert_eq!(taken.unwrap().into_inner(), "soup");
    });
}

#[test]
fn where_there_is_no_value_the_error_says_so() {
    let error = NUMBER.try_with(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "task-local value not set");
}

#[test]
#[should_panic(expected = "outside of its `scope`")]
fn asked_for_outside_it_panics() {
    NUMBER.with(|_| ());
}

/// Seen to fail: with a node for each scope around, the context grew with each generation, and its end overflowed the stack.
#[test]
fn a_task_that_spawns_its_successor_in_a_new_scope_leaves_no_value_behind() {
    toque::task_local! {
        #[inherit]
        static GENERATION: Guarded;
    }
    struct Guarded(Rc<Cell<usize>>);
    impl Drop for Guarded {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }

    fn generation(left: u32, alive: Rc<Cell<usize>>) -> Pin<Box<dyn Future<Output = ()>>> {
        alive.set(alive.get() + 1);
        let value = Guarded(alive.clone());
        Box::pin(GENERATION.scope(value, async move {
            assert!(alive.get() <= 2, "this one and its predecessor");
            yield_now().await;
            if left > 0 {
                drop(spawn(DEPTH.scope(left, generation(left - 1, alive))));
            }
        }))
    }

    run(async {
        let alive = Rc::new(Cell::new(0));
        drop(spawn(generation(100_000, alive.clone())));
        while alive.get() > 0 {
            yield_now().await;
        }
    });
}

/// Seen to fail: the process aborted, since the place of the current context had gone before.
#[test]
fn an_inherited_value_is_there_for_a_future_that_is_dropped_at_the_threads_end() {
    struct Reads(mpsc::Sender<u32>);
    impl Drop for Reads {
        fn drop(&mut self) {
            self.0.send(DEPTH.get()).unwrap();
        }
    }
    thread_local! {
        static KEPT: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>> = const { RefCell::new(None) };
    }

    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        KEPT.set(None); // so its destructor is registered before any other, and called last
        let reads = Reads(tell);
        let scope = DEPTH.scope(7, async move {
            let _reads = reads;
        });
        KEPT.set(Some(Box::pin(scope)));
        DEPTH.sync_scope(8, || assert_eq!(DEPTH.get(), 8));
    });
    thread.join().unwrap();
    assert_eq!(told.recv(), Ok(7));
}

/// Whichever way a task ends, its future's destructor sees what was inherited, and then that is gone.
#[test]
fn what_was_inherited_is_there_until_the_end_and_no_longer() {
    struct Reads(mpsc::Sender<Rc<str>>);
    impl Drop for Reads {
        fn drop(&mut self) {
            // Not an `unwrap`: the receiver may be gone, and this may be dropped by an unwinding.
            let _ = self
                .0
                .send(REQUEST.try_get().unwrap_or_else(|_| "nothing".into()));
        }
    }

    for way in [
        "ready",
        "panics",
        "aborted unpolled",
        "aborted",
        "runtime ends",
        "ends unpolled",
    ] {
        let value: Rc<str> = way.into();
        let (tell, told) = mpsc::channel();
        let runtime = Runtime::new().unwrap();
        runtime.block_on(REQUEST.scope(value.clone(), async move {
            let reads = Reads(tell);
            let task = spawn(async move {
                let _reads = reads;
                yield_now().await;
                assert_eq!(&*REQUEST.get(), way, "after an await");
                match way {
                    "ready" => {}
                    "panics" => std::panic::resume_unwind(Box::new(way)),
                    _ => std::future::pending().await,
                }
            });
            if way.ends_with("unpolled") {
                if way.starts_with("aborted") {
                    task.abort();
                }
                return;
            }
            for _ in 0..3 {
                yield_now().await;
            }
            if way == "aborted" {
                task.abort();
            }
            if way != "runtime ends" {
                let _ = task.await; // a panic is its outcome
            }
        }));
        drop(runtime);
        assert_eq!(told.recv().as_deref(), Ok(way));
        drop(told);
        assert_eq!(Rc::strong_count(&value), 1, "{way}: nobody keeps it");
    }
}
