//! Commands: what a child is told, and what becomes of those that can't be started.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::ErrorKind;
use std::process::Stdio;

use process_tools::{Result, run, state, until};
use rustix::io::Errno;
use rustix::process::{Pid, getpgid};
use toque::Runtime;
use toque::process::Command;

mod process_tools;

/// What a command says.
async fn said(command: &mut Command) -> Result<String> {
    Ok(String::from_utf8(command.output().await?.stdout)?)
}

#[test]
fn arguments_are_handed_on_as_they_are() {
    run(|telling| async move {
        let mut command = telling.shell(r#"printf '%s|' "$0" "$@""#);
        command.arg("a b").args(["$HOME", "*"]);
        assert_eq!(said(&mut command).await?, "a b|$HOME|*|");
        Ok(())
    });
}

#[test]
fn the_environment_is_what_was_set() {
    run(|telling| async move {
        let mut command = telling.command("/usr/bin/env");
        command
            .env_clear()
            .env("ONE", "1")
            .envs([("TWO", "2"), ("THREE", "3")]);
        command.env_remove("TWO");
        assert_eq!(said(&mut command).await?, "ONE=1\nTHREE=3\n");
        Ok(())
    });
}

#[test]
fn it_starts_in_the_directory_by_the_name_and_in_the_group_that_was_set() {
    run(|telling| async move {
        let mut command = telling.shell("pwd; echo $0");
        command.current_dir("/proc");
        assert_eq!(said(&mut command).await?, "/proc\nsh\n");

        let mut named = telling.command("sh");
        named
            .arg0("soup")
            .args(["-c", "tr '\\0' '\\n' </proc/$$/cmdline | head -n 1"]);
        assert_eq!(said(&mut named).await?, "soup\n");

        let mut leader = telling.command("cat");
        let mut leader = leader.stdin(Stdio::piped()).process_group(0).spawn()?;
        let pid = Pid::from_raw(leader.id().unwrap() as i32);
        assert_eq!(getpgid(pid)?, pid.unwrap());
        assert!(leader.wait().await?.success());
        Ok(())
    });
}

#[test]
fn user_and_group_are_what_was_set() {
    run(|telling| async move {
        let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
        let mut command = telling.shell("id -u; id -g");
        command.uid(uid.as_raw()).gid(gid.as_raw());
        assert_eq!(said(&mut command).await?, format!("{uid}\n{gid}\n"));
        Ok(())
    });
}

#[allow(unsafe_code)] // it is what is tested
#[test]
fn what_is_to_run_before_the_program_runs_in_the_child() {
    run(|telling| async move {
        let own = std::process::id();
        let mut command = telling.shell("exit 0");
        // SAFETY: it makes two system calls, and nothing else.
        unsafe {
            command.pre_exec(
                move || match rustix::process::getpid().as_raw_pid() as u32 == own {
                    true => Ok(()),
                    false => Err(rustix::io::Errno::XFULL.into()),
                },
            );
        }
        let error = command.status().await.unwrap_err();
        assert_eq!(
            error.raw_os_error(),
            Some(rustix::io::Errno::XFULL.raw_os_error())
        );
        Ok(())
    });
}

#[test]
fn what_cannot_be_started_is_an_error() {
    run(|telling| async move {
        let mut missing = telling.command("/no/such/program");
        assert_eq!(missing.spawn().unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(
            missing.status().await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert_eq!(
            missing.output().await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        let forbidden = telling.command("/proc/self/status").spawn().unwrap_err();
        assert_eq!(forbidden.kind(), ErrorKind::PermissionDenied);
        Ok(())
    });
}

#[test]
fn a_command_can_be_spawned_again() {
    run(|telling| async move {
        let mut command = telling.shell("exit 5");
        for _ in 0..2 {
            assert_eq!(command.status().await?.code(), Some(5));
        }
        Ok(())
    });
}

#[test]
fn status_starts_at_once_and_closes_pipes() {
    run(|telling| async move {
        let mut command = telling.shell("head -c 1048576 /dev/zero; cat");
        let status = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .status();
        status.await?; // it would hang on its full output, or on its open input
        Ok(())
    });
}

#[test]
fn a_command_goes_to_std_and_back() {
    let mut command = Command::new("echo");
    command.arg("soup").kill_on_drop(true);
    assert!(command.get_kill_on_drop());
    assert_eq!(command.as_std().get_program(), "echo");
    command.as_std_mut().arg("and bread");
    let command = Command::from(command.into_std());
    assert_eq!(command.as_std().get_args().len(), 2);
    assert!(!command.get_kill_on_drop());
}

#[test]
fn a_spawn_of_ones_own_is_called_once() {
    run(|telling| async move {
        let mut command = telling.command("true");
        let mut calls = 0;
        let mut child = command.spawn_with(|std| {
            calls += 1;
            std.spawn()
        })?;
        assert!(child.wait().await?.success());
        assert_eq!(calls, 1);
        let refused = command.spawn_with(|_| Err(ErrorKind::Other.into()));
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Other);
        Ok(())
    });
}

#[test]
fn a_child_that_was_waited_for_by_whoever_started_it_has_its_status() {
    run(|telling| async move {
        let mut child = telling.command("false").spawn_with(|std| {
            let mut child = std.spawn()?;
            child.wait()?;
            Ok(child)
        })?;
        child.start_kill()?; // nobody is hit
        assert_eq!(child.wait().await?.code(), Some(1));
        Ok(())
    });
}

#[test]
fn outside_of_a_runtime_nothing_is_started() {
    let mut started = None;
    let spawn = std::panic::AssertUnwindSafe(|| {
        Command::new("true").spawn_with(|std| {
            started = Some(());
            std.spawn()
        })
    });
    let panic = std::panic::catch_unwind(spawn).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.contains("`Command::spawn`: no toque runtime"),
        "{text}"
    );
    assert_eq!(started, None);
}

#[test]
fn without_descriptors_a_child_that_cannot_be_watched_is_killed_and_reaped() -> Result {
    const INSIDE: &str = "TOQUE_TEST_WITHOUT_DESCRIPTORS";
    if std::env::var_os(INSIDE).is_some() {
        return Runtime::new()?.block_on(async {
            let mut all = Vec::new();
            let mut pid = 0;
            let error = Command::new("sleep").arg("60").spawn_with(|std| {
                let child = std.spawn()?;
                pid = child.id();
                all.extend(std::iter::from_fn(|| File::open("/dev/null").ok()));
                Ok(child)
            });
            let error = error.unwrap_err();
            assert_eq!(
                error.raw_os_error(),
                Some(Errno::MFILE.raw_os_error()),
                "{error}"
            );
            drop(all);
            until(|| state(pid) == Some('Z')).await;
            assert!(Command::new("true").status().await?.success());
            until(|| state(pid).is_none()).await;
            Ok(())
        });
    }
    // In a process of its own, or other tests would be without descriptors too.
    let inside = std::process::Command::new(std::env::current_exe()?)
        .args([
            "--exact",
            "without_descriptors_a_child_that_cannot_be_watched_is_killed_and_reaped",
        ])
        .env(INSIDE, "")
        .output()?;
    assert!(inside.status.success(), "{inside:?}");
    Ok(())
}
