//! Orphans: children that are dropped before their end, and what they leave. One test at a time: descriptors are counted.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use futures_lite::AsyncReadExt;
use process_tools::{Result, Telling, cancelled, run, state, until};
use toque::Runtime;
use toque::process::{Child, Command};

mod process_tools;

/// Held by each test.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn a_dropped_child_goes_on_and_is_reaped_at_its_end() {
    let _alone = alone();
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let pid = cat.id().unwrap();
        let (stdin, mut stdout) = (cat.stdin.take(), cat.stdout.take().unwrap());
        drop(cat);
        cancelled(stdout.read(&mut [0])).await;
        drop(stdin);
        assert_eq!(stdout.read(&mut [0]).await?, 0);
        until(|| state(pid).is_none()).await;
        Ok(())
    });
}

#[test]
fn kill_on_drop_kills_and_reaps() {
    let _alone = alone();
    run(|telling| async move {
        let mut command = telling.command("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut cat = command.kill_on_drop(true).spawn()?;
        let pid = cat.id().unwrap();
        let (_stdin, mut stdout) = (cat.stdin.take(), cat.stdout.take().unwrap());
        drop(cat);
        assert_eq!(stdout.read(&mut [0]).await?, 0);
        until(|| state(pid).is_none()).await;
        Ok(())
    });
}

#[test]
fn a_cancelled_output_kills_if_it_is_told_to() {
    let _alone = alone();
    run(|telling| async move {
        let (sender, mut receiver) = toque::net::unix::pipe::pipe()?;
        // Its input is a pipe that it writes its number to.
        let mut script = telling.shell("echo $$ >&0; exec sleep 60");
        script.stdin(Stdio::from(sender.into_blocking_fd()?));
        let mut output = Box::pin(script.kill_on_drop(true).output());
        let mut line = Vec::new();
        let read = async {
            while line.last() != Some(&b'\n') {
                let mut byte = [0];
                receiver.read_exact(&mut byte).await?;
                line.push(byte[0]);
            }
            Ok(())
        };
        let ended = async { output.as_mut().await.map(|_| ()) };
        futures_lite::future::or(read, ended).await?;
        drop(output);
        let pid: u32 = String::from_utf8(line)?.trim().parse()?;
        until(|| state(pid).is_none()).await;
        Ok(())
    });
}

#[test]
fn two_hundred_orphans_leave_no_zombie() {
    let _alone = alone();
    for telling in [Telling::Pidfd, Telling::Sigchld] {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let before = descriptors();
            let spawn = |_| telling.command("cat").stdin(Stdio::piped()).spawn();
            let mut children: Vec<Child> = (0..200).map(|n| spawn(n).unwrap()).collect();
            let pids: Vec<_> = children.iter().map(|child| child.id().unwrap()).collect();
            let stdins: Vec<_> = children
                .iter_mut()
                .map(|child| child.stdin.take())
                .collect();
            drop(children);
            drop(stdins);
            until(|| pids.iter().all(|pid| state(*pid).is_none())).await;
            until(|| descriptors() == before).await; // the task that has reaped the last is about to end
        });
        assert!(runtime.shutdown(Duration::ZERO).is_clean());
    }
}

#[test]
fn a_child_that_is_dropped_on_another_thread_is_reaped_at_home() {
    let _alone = alone();
    run(|telling| async move {
        let mut cat = telling.cat()?;
        let pid = cat.id().unwrap();
        let stdin = cat.stdin.take();
        thread::spawn(move || drop(cat)).join().unwrap();
        drop(stdin);
        until(|| state(pid).is_none()).await;
        Ok(())
    });
}

/// When a child is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dropped {
    /// While its runtime runs.
    Within,
    /// On its runtime's thread, when that does not run.
    Between,
    /// After its runtime.
    After,
}

/// Spawns a `cat` on a runtime that ends at once, and gives its number and its pipes.
fn outlives_its_runtime(telling: Telling, dropped: Dropped) -> Result<(u32, File, File)> {
    let runtime = Runtime::new()?;
    let (mut child, pid, stdin, stdout) = runtime.block_on(async {
        let mut cat = telling.cat()?;
        let stdin = cat.stdin.take().unwrap().into_owned_fd()?;
        let stdout = cat.stdout.take().unwrap().into_owned_fd()?;
        let pid = cat.id().unwrap();
        let kept = (dropped != Dropped::Within).then_some(cat);
        Result::Ok((kept, pid, stdin.into(), stdout.into()))
    })?;
    child = child.filter(|_| dropped == Dropped::After);
    let report = runtime.shutdown(Duration::ZERO);
    if dropped == Dropped::Within {
        let name = format!("the end of child {pid}");
        assert_eq!(report.tasks[0].name, Some(name), "{report}");
    }
    drop(child);
    Ok((pid, stdin, stdout))
}

#[test]
fn a_child_outlives_its_runtime_and_the_next_one_reaps_it() -> Result {
    let _alone = alone();
    for telling in [Telling::Pidfd, Telling::Sigchld] {
        for dropped in [Dropped::Within, Dropped::Between, Dropped::After] {
            let (pid, mut stdin, mut stdout) = outlives_its_runtime(telling, dropped)?;
            stdin.write_all(b"soup")?;
            let mut said = [0; 4];
            stdout.read_exact(&mut said)?;
            assert_eq!(&said, b"soup", "it goes on running");

            Runtime::new()?.block_on(async {
                assert!(Command::new("true").status().await?.success());
                drop(stdin);
                until(|| state(pid).is_none()).await;
                Result::Ok(())
            })?;
        }
    }
    Ok(())
}

#[test]
fn a_child_that_has_ended_without_a_runtime_is_reaped_by_the_next_spawn() -> Result {
    let _alone = alone();
    let (pid, stdin, mut stdout) = outlives_its_runtime(Telling::Pidfd, Dropped::Within)?;
    drop(stdin);
    assert_eq!(stdout.read(&mut [0])?, 0);
    Runtime::new()?.block_on(async {
        until(|| state(pid) == Some('Z')).await;
        let mut child = Command::new("true").spawn()?;
        assert_eq!(state(pid), None, "reaped before the spawn returns");
        child.wait().await?;
        Result::Ok(())
    })
}

#[test]
fn a_runtime_that_ends_kills_those_that_are_to_be_killed_on_drop() -> Result {
    let _alone = alone();
    let runtime = Runtime::new()?;
    let (pid, mut stdout): (_, File) = runtime.block_on(async {
        let mut command = Command::new("sleep");
        let mut sleep = command
            .arg("60")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = sleep.stdout.take().unwrap().into_owned_fd()?;
        let pid = sleep.id().unwrap();
        toque::spawn(async move { sleep.wait().await });
        toque::task::yield_now().await;
        Result::Ok((pid, stdout.into()))
    })?;
    drop(runtime);
    assert_eq!(stdout.read(&mut [0])?, 0, "it is dead");
    // For the next test, which may count what is open.
    Runtime::new()?.block_on(async {
        assert!(Command::new("true").status().await?.success());
        until(|| state(pid).is_none()).await;
        Ok(())
    })
}

#[test]
fn descriptors_come_back() {
    let _alone = alone();
    run(|telling| async move {
        assert!(telling.command("true").status().await?.success()); // what is kept for good is there from here on
        let before = descriptors();
        for _ in 0..50 {
            let output = telling.shell("cat").stdin(Stdio::piped()).output().await?;
            assert!(output.status.success());
            assert!(telling.command("/no/such/program").output().await.is_err());
        }
        assert_eq!(descriptors(), before);
        Ok(())
    });
}

#[test]
fn a_child_inherits_nothing_of_the_runtimes() -> Result {
    const LIST: &str = "ls /proc/$$/fd";
    let _alone = alone();
    let before = std::process::Command::new("sh")
        .args(["-c", LIST])
        .output()?;
    run(|telling| {
        let before = before.stdout.clone();
        async move {
            let mut other = telling.cat()?;
            let output = telling.shell(LIST).output().await?;
            assert_eq!(
                String::from_utf8(output.stdout)?,
                String::from_utf8(before)?
            );
            assert!(other.wait().await?.success());
            Ok(())
        }
    });
    Ok(())
}
