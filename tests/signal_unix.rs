//! Signals, raised to this very process. It is shared by all tests here, so each has a kind of its own.
#![cfg(unix)]

use std::io::ErrorKind;
use std::sync::mpsc;
use std::thread;

use net_tools::{Result, cancelled, run};
use rustix::process::{Signal as Number, getpid, kill_process};
use toque::Runtime;
use toque::signal::unix::{Signal, SignalKind, signal};

mod net_tools;

/// Sends a signal to this process. Its handler may run a little later, on any thread.
fn raise(kind: SignalKind) {
    let number = Number::from_named_raw(kind.as_raw_value()).unwrap();
    kill_process(getpid(), number).unwrap();
}

#[test]
fn a_signal_is_heard() {
    run(|| async {
        let mut listener = signal(SignalKind::user_defined1())?;
        cancelled(listener.recv()).await;
        raise(SignalKind::user_defined1());
        assert_eq!(listener.recv().await, Some(()));
        Ok(())
    });
}

#[test]
fn a_task_that_waits_is_woken() {
    run(|| async {
        let mut listener = signal(SignalKind::pipe())?;
        let waiter = toque::spawn(async move { listener.recv().await });
        net_tools::let_others_run().await;
        assert!(!waiter.is_finished());
        raise(SignalKind::pipe());
        assert_eq!(waiter.await?, Some(()));
        Ok(())
    });
}

#[test]
fn every_listener_of_every_runtime_hears_it() {
    let (ready, is_ready) = mpsc::channel();
    let listen = |ready: mpsc::Sender<()>| {
        move || {
            Runtime::new().unwrap().block_on(async {
                let mut first = signal(SignalKind::user_defined2()).unwrap();
                let mut second = signal(SignalKind::user_defined2()).unwrap();
                ready.send(()).unwrap();
                first.recv().await;
                second.recv().await;
            });
        }
    };
    let threads = [(); 3].map(|()| thread::spawn(listen(ready.clone())));
    for _ in &threads {
        is_ready.recv().unwrap();
    }
    raise(SignalKind::user_defined2());
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn several_before_it_is_asked_are_told_as_one() {
    const RAISED: usize = 5;
    run(|| async {
        let mut listener = signal(SignalKind::hangup())?;
        let mut witness = signal(SignalKind::hangup())?;
        for _ in 0..RAISED {
            raise(SignalKind::hangup());
            // The witness was made later, so its bell is rung after the other's.
            witness.recv().await;
        }
        listener.recv().await;
        // All have been delivered, and the witness has heard them all: nothing is left to come.
        cancelled(listener.recv()).await;
        Ok(())
    });
}

#[test]
fn a_cancelled_wait_loses_nothing() {
    run(|| async {
        let mut listener = signal(SignalKind::quit())?;
        let mut witness = signal(SignalKind::quit())?;
        cancelled(listener.recv()).await;
        raise(SignalKind::quit());
        witness.recv().await;
        assert_eq!(listener.recv().await, Some(()));
        Ok(())
    });
}

#[test]
fn a_listener_made_anew_hears_of_no_old_signal() {
    run(|| async {
        let dropped = signal(SignalKind::window_change())?;
        let mut witness = signal(SignalKind::window_change())?;
        raise(SignalKind::window_change());
        witness.recv().await;
        drop(dropped);
        let mut anew = signal(SignalKind::window_change())?;
        cancelled(anew.recv()).await;
        raise(SignalKind::window_change());
        assert_eq!(anew.recv().await, Some(()));
        Ok(())
    });
}

#[test]
fn without_listeners_the_default_action_stays_off() {
    run(|| async {
        drop(signal(SignalKind::alarm())?);
        raise(SignalKind::alarm()); // it would end the process
        let mut listener = signal(SignalKind::alarm())?;
        raise(SignalKind::alarm());
        assert_eq!(listener.recv().await, Some(()));
        Ok(())
    });
}

#[test]
fn a_runtime_that_ends_takes_no_listener_of_another_with_it() {
    run(|| async {
        let mut listener = signal(SignalKind::io())?;
        let orphan = thread::spawn(|| {
            let runtime = Runtime::new().unwrap();
            runtime
                .block_on(async { signal(SignalKind::io()) })
                .unwrap()
        });
        let orphan = orphan.join().unwrap();
        raise(SignalKind::io());
        assert_eq!(listener.recv().await, Some(()));
        drop(orphan);
        raise(SignalKind::io());
        assert_eq!(listener.recv().await, Some(()));
        Ok(())
    });
}

/// alexcrichton/tokio-signal#36: the first listener to go took all others of its event loop along.
#[test]
fn a_dropped_listener_takes_no_other_of_its_runtime_with_it() {
    run(|| async {
        let urgent = SignalKind::from_raw(Number::URG.as_raw());
        let dropped = [signal(urgent)?, signal(urgent)?];
        let mut same = signal(urgent)?;
        let continued = SignalKind::from_raw(Number::CONT.as_raw());
        let mut other = signal(continued)?;
        drop(dropped);
        raise(urgent);
        assert_eq!(same.recv().await, Some(()));
        raise(continued);
        assert_eq!(other.recv().await, Some(()));
        Ok(())
    });
}

#[test]
fn ctrl_c_is_sigint() {
    run(|| async {
        let mut witness = signal(SignalKind::interrupt())?;
        let waiter = toque::spawn(toque::signal::ctrl_c());
        net_tools::let_others_run().await;
        raise(SignalKind::interrupt());
        witness.recv().await;
        waiter.await??;
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_it_panics_with_the_remedy() {
    run(|| async {
        let mut listener = signal(SignalKind::terminate())?;
        let panic = thread::spawn(move || futures_lite::future::block_on(listener.recv()))
            .join()
            .unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(
            text.contains("`Signal::recv`") && text.contains("`signal`"),
            "{text}"
        );
        Ok(())
    });
}

#[test]
#[should_panic(expected = "`signal`: no toque runtime on this thread")]
fn outside_of_a_runtime_it_panics() {
    let _ = signal(SignalKind::child());
}

#[test]
fn what_cannot_be_caught_is_an_error() {
    let kinds = [
        Number::KILL,
        Number::STOP,
        Number::ILL,
        Number::FPE,
        Number::SEGV,
    ];
    let numbers = kinds.map(Number::as_raw).into_iter().chain([0, -1, 1000]);
    Runtime::new().unwrap().block_on(async {
        for number in numbers {
            let error = signal(SignalKind::from_raw(number)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{number}: {error}");
        }
    });
}

#[test]
fn kinds_are_the_systems_numbers() {
    let kinds = [
        (SignalKind::alarm(), Number::ALARM),
        (SignalKind::child(), Number::CHILD),
        (SignalKind::hangup(), Number::HUP),
        (SignalKind::interrupt(), Number::INT),
        (SignalKind::io(), Number::IO),
        (SignalKind::pipe(), Number::PIPE),
        (SignalKind::quit(), Number::QUIT),
        (SignalKind::terminate(), Number::TERM),
        (SignalKind::user_defined1(), Number::USR1),
        (SignalKind::user_defined2(), Number::USR2),
        (SignalKind::window_change(), Number::WINCH),
    ];
    for (kind, number) in kinds {
        assert_eq!(kind.as_raw_value(), number.as_raw());
        assert_eq!(SignalKind::from(i32::from(kind)), kind);
    }
}

/// Compiles only if a listener can go where its task goes, as `Handle::spawn` wants it. Never called.
fn futures_can_be_sent(listener: &mut Signal) {
    fn check<T: Send>(_: T) {}
    check(listener.recv());
    check(toque::signal::ctrl_c());
}

#[test]
fn listeners_can_be_sent_and_shared() -> Result {
    fn check<T: Send + Sync + Unpin>() {}
    check::<Signal>();
    let _: fn(&mut Signal) = futures_can_be_sent;
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn listeners_that_are_gone_leave_no_descriptors_behind() {
    fn open() -> usize {
        std::fs::read_dir("/proc/self/fd").unwrap().count()
    }
    run(|| async {
        let before = open();
        for _ in 0..500 {
            drop(signal(SignalKind::from_raw(Number::URG.as_raw()))?);
        }
        assert!(open() < before + 250, "other tests have some meanwhile");
        Ok(())
    });
}
