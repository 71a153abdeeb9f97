//! Children: their ends, and their pipes. Each test is run with pidfds and with SIGCHLD.
#![cfg(target_os = "linux")]

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use futures_lite::future::try_zip;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use process_tools::{
    Result, Telling, abroad, cancelled, is_foreign, let_others_run, run, state, until,
};
use toque::Runtime;
use toque::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use toque::signal::unix::{SignalKind, signal};

mod process_tools;

#[test]
fn each_wait_gives_the_same_status() {
    run(|telling| async move {
        let mut child = telling.shell("exit 7").spawn()?;
        assert!(child.id().is_some());
        for _ in 0..2 {
            assert_eq!(child.wait().await?.code(), Some(7));
            assert_eq!(child.try_wait()?.and_then(|status| status.code()), Some(7));
            assert_eq!(child.id(), None);
        }
        Ok(())
    });
}

#[test]
fn a_wait_may_be_cancelled_and_repeated() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let stdin = cat.stdin.take();
        cancelled(cat.wait()).await;
        cancelled(cat.wait()).await;
        assert!(cat.try_wait()?.is_none());
        drop(stdin);
        assert!(cat.wait().await?.success());
        Ok(())
    });
}

#[test]
fn a_task_that_waits_is_woken_by_the_end() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let stdin = cat.stdin.take();
        let waiter = toque::spawn(async move { cat.wait().await });
        let_others_run().await;
        assert!(!waiter.is_finished());
        drop(stdin);
        assert!(waiter.await??.success());
        Ok(())
    });
}

#[test]
fn the_end_of_one_child_does_not_end_the_wait_for_another() {
    run(|telling| async move {
        let (mut first, mut second) = (telling.cat()?, telling.cat()?);
        let first_stdin = first.stdin.take();
        let waiter = toque::spawn(async move { first.wait().await });
        assert!(second.wait().await?.success());
        let_others_run().await;
        assert!(!waiter.is_finished());
        drop(first_stdin);
        assert!(waiter.await??.success());
        Ok(())
    });
}

#[test]
fn a_child_that_has_ended_before_the_wait_is_waited_for() {
    run(|telling| async move {
        let mut child = telling.command("false").spawn()?;
        let pid = child.id().unwrap();
        until(|| state(pid) == Some('Z')).await;
        assert_eq!(child.wait().await?.code(), Some(1));
        assert_eq!(state(pid), None);
        Ok(())
    });
}

#[test]
fn a_child_that_has_ended_before_it_is_watched_is_waited_for() {
    run(|telling| async move {
        let mut child = telling.command("false").spawn_with(|std| {
            let child = std.spawn()?;
            while state(child.id()) != Some('Z') {
                std::thread::yield_now();
            }
            Ok(child)
        })?;
        assert_eq!(child.wait().await?.code(), Some(1)); // nothing tells of it any more
        Ok(())
    });
}

#[test]
fn wait_closes_the_standard_input() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        assert!(cat.wait().await?.success()); // with its input open it would run for ever
        assert!(cat.stdin.is_none());
        Ok(())
    });
}

#[test]
fn try_wait_leaves_the_standard_input_open() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        assert!(cat.try_wait()?.is_none());
        assert!(cat.stdin.is_some());
        let pid = cat.id().unwrap();
        drop(cat.stdin.take());
        until(|| state(pid) == Some('Z')).await;
        assert!(cat.try_wait()?.is_some_and(|status| status.success()));
        Ok(())
    });
}

#[test]
fn a_killed_child_says_so() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let _stdin = cat.stdin.take();
        cat.kill().await?;
        assert_eq!(cat.wait().await?.signal(), Some(9));
        Ok(())
    });
}

#[test]
fn to_kill_one_that_has_ended_is_no_error() {
    run(|telling| async move {
        let mut child = telling.command("true").spawn()?;
        let pid = child.id().unwrap();
        until(|| state(pid) == Some('Z')).await;
        child.start_kill()?; // a zombie
        assert!(child.wait().await?.success());
        child.start_kill()?; // reaped: the number may be another's
        child.kill().await?;
        assert!(child.wait().await?.success());
        Ok(())
    });
}

#[test]
fn output_with_both_pipes_full_does_not_deadlock() {
    const SIZE: usize = 1 << 20;
    run(|telling| async move {
        let script =
            format!("head -c {SIZE} /dev/zero >&2 & head -c {SIZE} /dev/zero; wait; exit 3");
        let output = telling.shell(&script).output().await?;
        assert_eq!((output.stdout.len(), output.stderr.len()), (SIZE, SIZE));
        assert_eq!(output.status.code(), Some(3));
        Ok(())
    });
}

#[test]
fn output_of_a_child_that_fills_standard_error_first_does_not_deadlock() {
    const SIZE: usize = 1 << 20;
    run(|telling| async move {
        let script = format!("head -c {SIZE} /dev/zero >&2; echo done");
        let output = telling.shell(&script).output().await?;
        assert_eq!(
            (&*output.stdout, output.stderr.len()),
            (&b"done\n"[..], SIZE)
        );
        Ok(())
    });
}

#[test]
fn a_mebibyte_goes_through_a_child() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let (mut stdin, mut stdout) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
        let sent: Vec<u8> = (0..1 << 20).map(|n| (n % 251) as u8).collect();
        let mut received = Vec::new();
        let write = async {
            stdin.write_all(&sent).await?;
            drop(stdin);
            Ok(())
        };
        try_zip(write, stdout.read_to_end(&mut received)).await?;
        assert!(received == sent);
        assert!(cat.wait().await?.success());
        Ok(())
    });
}

#[test]
fn wait_with_output_closes_the_standard_input() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        cat.stdin.as_mut().unwrap().write_all(b"soup").await?;
        let output = cat.wait_with_output().await?;
        assert_eq!(output.stdout, b"soup");
        Ok(())
    });
}

/// The flags of the child's own three, as it sees them.
const FLAGS: &str = "for n in 0 1 2; do sed -n 's/^flags:.//p' /proc/$$/fdinfo/$n; done";
const NONBLOCK: u32 = 0o4000;

#[test]
fn the_childs_ends_are_blocking() {
    run(|telling| async move {
        let mut command = telling.shell(FLAGS);
        let output = command.stdin(Stdio::piped()).output().await?;
        let flags = String::from_utf8(output.stdout)?;
        let flags: Vec<_> = flags
            .lines()
            .map(|line| u32::from_str_radix(line, 8).unwrap())
            .collect();
        assert_eq!(flags.len(), 3);
        assert!(flags.iter().all(|flags| flags & NONBLOCK == 0), "{flags:?}");
        Ok(())
    });
}

#[test]
fn what_one_child_says_another_hears() {
    run(|telling| async move {
        let mut echo = telling.command("echo");
        let mut echo = echo.arg("soup").stdout(Stdio::piped()).spawn()?;
        let said: Stdio = echo.stdout.take().unwrap().try_into()?;
        let mut tr = telling.command("tr");
        let output = tr.args(["a-z", "A-Z"]).stdin(said).output().await?;
        assert_eq!(output.stdout, b"SOUP\n");
        assert!(echo.wait().await?.success());
        Ok(())
    });
}

#[test]
fn a_descriptor_that_is_given_back_is_blocking() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let stdin = cat.stdin.take().unwrap().into_owned_fd()?;
        let stdout = cat.stdout.take().unwrap().into_owned_fd()?;
        for fd in [&stdin, &stdout] {
            let flags = rustix::fs::fcntl_getfl(fd)?;
            assert!(!flags.contains(rustix::fs::OFlags::NONBLOCK));
        }
        drop(stdin);
        assert!(cat.wait().await?.success());
        Ok(())
    });
}

#[test]
fn writing_to_a_child_that_has_ended_is_an_error() {
    run(|telling| async move {
        let mut child = telling.command("true");
        let mut child = child.stdin(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().unwrap();
        child.wait().await?;
        // Another test's child has what it was forked with, this pipe's reading end too, until it runs its own program.
        let error = loop {
            if let Err(error) = stdin.write(b"soup").await {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_a_wait_says_so() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let _stdin = cat.stdin.take();
        // With SIGCHLD the child is looked at first, so it must not have ended.
        abroad(|| async { is_foreign(cat.wait().await) });
        cat.kill().await?;
        Ok(())
    });
}

#[test]
fn children_of_others_are_not_reaped() {
    run(|telling| async move {
        let mut other = std::process::Command::new("false").spawn()?;
        let pid = other.id();
        until(|| state(pid) == Some('Z')).await;
        drop(telling.command("true").spawn()?);
        assert!(telling.command("true").status().await?.success());
        assert_eq!(state(pid), Some('Z'));
        assert_eq!(other.wait()?.code(), Some(1));
        Ok(())
    });
}

#[test]
fn where_sigchld_is_ignored_the_loss_is_told() -> Result {
    const INSIDE: &str = "TOQUE_TEST_IGNORES_SIGCHLD";
    if std::env::var_os(INSIDE).is_some() {
        return Runtime::new()?.block_on(async {
            let mut child = Command::new("true").spawn()?;
            for _ in 0..2 {
                let error = child.wait().await.unwrap_err();
                assert!(error.to_string().contains("SIGCHLD"), "{error}");
            }
            assert!(child.try_wait().is_err());
            assert_eq!(child.id(), None);
            child.start_kill()?; // reaches nobody
            // A listener is a handler, and so the end of being ignored.
            let mut cat = Telling::Sigchld.cat()?;
            assert!(cat.wait().await?.success());
            Ok(())
        });
    }
    let inside = std::process::Command::new("env")
        .arg("--ignore-signal=CHLD")
        .arg(std::env::current_exe()?)
        .args(["--exact", "where_sigchld_is_ignored_the_loss_is_told"])
        .env(INSIDE, "")
        .output()?;
    assert!(inside.status.success(), "{inside:?}");
    Ok(())
}

#[test]
#[allow(unsafe_code)] // `pre_exec` is
fn a_signal_to_a_fork_is_not_told_to_the_parent() {
    use rustix::process::{Signal, getpid, kill_process};

    run(|telling| async move {
        let mut listener = signal(SignalKind::user_defined1())?;
        let mut command = telling.command("true");
        let raise = || Ok(kill_process(getpid(), Signal::USR1)?);
        // SAFETY: two system calls, which are allowed there.
        unsafe { command.pre_exec(raise) };
        assert!(command.status().await?.success());
        cancelled(listener.recv()).await;
        Ok(())
    });
}

#[test]
fn a_timeout_may_end_a_wait() {
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let stdin = cat.stdin.take();
        let wait = toque::time::timeout(Duration::from_millis(1), cat.wait());
        assert!(wait.await.is_err());
        drop(stdin);
        assert!(cat.wait().await?.success());
        Ok(())
    });
}

/// Compiles only if the futures can go to another thread, as `Handle::spawn` wants it, and if a child can be taken apart.
/// Never called.
fn futures_can_be_sent(mut child: Child, command: &mut Command) {
    fn check<T: Send + 'static>(_: T) {}
    check(command.status());
    check(command.output());
    check(child.stdin);
    child.stdin = None;
    check(child.wait_with_output());
}

#[test]
fn children_can_be_sent_and_shared() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<Child>();
    check::<Command>();
    check::<ChildStdin>();
    check::<ChildStdout>();
    check::<ChildStderr>();
    let _: fn(Child, &mut Command) = futures_can_be_sent;
}

#[cfg(feature = "tokio-io")]
#[test]
fn pipes_have_tokios_traits_too() {
    fn reads<T: tokio::io::AsyncRead>() {}
    fn writes<T: tokio::io::AsyncWrite>() {}
    reads::<ChildStdout>();
    reads::<ChildStderr>();
    writes::<ChildStdin>();
}
