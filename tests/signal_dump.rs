//! The dump on a signal, printed by a program of its own: to standard error, while a task blocks the loop.

use std::io::{BufRead, BufReader, Lines, Write as _};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use toque::signal::unix::SignalKind;

fn main() {
    if std::env::args().any(|argument| argument == "--child") {
        return child();
    }
    a_dump_is_printed_while_a_task_blocks_the_loop_and_when_it_does_no_more();
    what_cannot_be_caught_is_an_error();
    println!("ok");
}

/// Says `blocked` before it blocks its thread, and again when it does no more; ends when its input does.
fn child() {
    let mut builder = toque::Builder::new_current_thread();
    let builder = builder.dump_on_signal(SignalKind::quit());
    builder.build().unwrap().block_on(async {
        let never = toque::spawn(std::future::pending::<()>());
        let line = || std::io::stdin().lines().next().is_some();
        let blocks = async move {
            println!("blocked");
            line();
        };
        let soup = toque::task::Builder::new().name("soup").spawn(blocks);
        soup.unwrap().await.unwrap();
        println!("free");
        toque::spawn_blocking(line).await.unwrap();
        drop(never);
    });
    assert!(kill_process(rustix::process::getpid(), Signal::QUIT).is_ok());
    std::thread::sleep(Duration::from_millis(20));
    println!("the runtime has ended, and its thread with it");
}

struct Program {
    child: Child,
    said: Lines<BufReader<std::process::ChildStdout>>,
    printed: Lines<BufReader<ChildStderr>>,
}

impl Program {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--child").stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let printed = BufReader::new(child.stderr.take().unwrap()).lines();
        Self {
            child,
            said,
            printed,
        }
    }

    #[track_caller]
    fn says(&mut self, expected: &str) {
        assert_eq!(self.said.next().unwrap().unwrap(), expected);
    }

    fn quit(&self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::QUIT).unwrap();
    }

    /// The lines of one dump.
    fn dump(&mut self, tasks: usize) -> String {
        let lines: Vec<_> = self
            .printed
            .by_ref()
            .take(2 + tasks)
            .collect::<Result<_, _>>()
            .unwrap();
        lines.join("\n")
    }
}

fn a_dump_is_printed_while_a_task_blocks_the_loop_and_when_it_does_no_more() {
    let mut program = Program::start();
    program.says("blocked");
    program.quit();
    let dump = program.dump(2);
    assert!(
        dump.starts_with("toque: 2 tasks\nblock_on, called at "),
        "{dump}"
    );
    assert!(
        dump.contains("\"soup\", spawned at tests/signal_dump.rs"),
        "{dump}"
    );
    assert!(dump.contains(", is polled; 1 polls"), "{dump}");

    let mut input = program.child.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    program.says("free");
    program.quit();
    let dump = program.dump(1);
    assert!(dump.starts_with("toque: 1 tasks\n"), "{dump}");
    drop(input);
    program.says("the runtime has ended, and its thread with it");
    assert!(program.child.wait().unwrap().success());
    let mut rest = String::new();
    for line in program.printed {
        rest += &line.unwrap();
    }
    assert_eq!(rest, "", "nothing is printed after the end");
}

fn what_cannot_be_caught_is_an_error() {
    let mut builder = toque::Builder::new_current_thread();
    let builder = builder.dump_on_signal(SignalKind::from_raw(9));
    let error = builder.build().expect_err("SIGKILL");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}
