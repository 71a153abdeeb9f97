//! Standard input, output and error, by children: this very program, told by a variable to be one.

mod tools;

use std::future::{Future, poll_fn};
use std::io::{self, BufRead, Read, Write};
use std::pin::pin;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tools::{PanickingWaker, poll_once, run};
use toque::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, stderr, stdin, stdout,
};
use toque::task::yield_now;
use toque::time::{sleep, timeout};

/// What a child is to be.
const ROLE: &str = "TOQUE_TEST_ROLE";

/// Longer than any of them takes, and shorter than a runtime waits for its pool (ten seconds).
const PROMPT: Duration = Duration::from_secs(8);

/// Starts this program as a child with a role, its three descriptors in pipes.
fn child(role: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["the_child", "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Not a test: what this program is as a child.
#[test]
fn the_child() {
    match std::env::var(ROLE).as_deref() {
        Ok("upper") => run(upper()).unwrap(),
        Ok("impatient") => run(impatient()).unwrap(),
        Ok("late") => late().unwrap(),
        Ok("flood") => run(flood()).unwrap(),
        Ok("unheard") => run(unheard()).unwrap(),
        Ok("beside a panic") => run(beside_a_panic()).unwrap(),
        _ => {}
    }
}

/// The output of a child that was given `input`, and then its end.
fn output(mut child: Child, input: &[u8]) -> (String, String) {
    let mut stdin: ChildStdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let texts = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{texts:?}");
    texts.into()
}

/// Waits until a line of the child's output has `text` in it.
fn wait_for(stream: &mut impl BufRead, text: &str) {
    let found = stream.lines().any(|line| line.unwrap().contains(text));
    assert!(found, "the child never said {text:?}");
}

async fn upper() -> io::Result<()> {
    let mut lines = BufReader::new(stdin()).lines();
    let mut out = BufWriter::new(stdout());
    let mut log = stderr();
    while let Some(line) = lines.next_line().await? {
        out.write_all(format!("<{}>\n", line.to_uppercase()).as_bytes())
            .await?;
        log.write_all(b"a line\n").await?;
    }
    out.flush().await?;
    log.flush().await
}

#[test]
fn what_comes_in_is_read_to_its_end_and_what_goes_out_arrives() {
    let (out, log) = output(child("upper"), b"bread\nsoup");
    assert!(out.contains("<BREAD>\n<SOUP>\n"), "{out}");
    assert!(log.contains("a line\na line\n"), "{log}");
}

async fn impatient() -> io::Result<()> {
    let read = timeout(Duration::from_millis(1), stdin().read(&mut [0; 8])).await;
    assert!(read.is_err());
    Ok(())
}

/// tokio's would hang until somebody presses a key; a job of the pool would hold it for ten seconds.
#[test]
fn a_read_under_way_does_not_keep_the_process() {
    let started = Instant::now();
    let mut child = child("impatient");
    let _open = child.stdin.take().unwrap();
    assert!(child.wait().unwrap().success());
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
}

/// Gives up a read, then reads again, by another handle, in another runtime.
fn late() -> io::Result<()> {
    run(impatient())?;
    println!("<gave up>");
    let mut line = String::new();
    run(async { BufReader::new(stdin()).read_line(&mut line).await })?;
    println!("<{}>", line.trim_end());
    Ok(())
}

#[test]
fn what_a_cancelled_read_was_waiting_for_is_there_for_the_next() {
    let mut child = child("late");
    let mut out = io::BufReader::new(child.stdout.take().unwrap());
    wait_for(&mut out, "<gave up>");
    child.stdin.take().unwrap().write_all(b"soup\n").unwrap();
    wait_for(&mut out, "<soup>");
    assert!(child.wait().unwrap().success());
}

/// Reads a byte, and another one while the waker of somebody else's read panics.
async fn beside_a_panic() -> io::Result<()> {
    std::panic::set_hook(Box::new(|_| {
        std::thread::sleep(Duration::from_millis(300)) // it takes its time
    }));
    let (mut ours, mut other, mut byte) = (stdin(), stdin(), [0]);
    let mut first = pin!(ours.read_exact(&mut byte));
    let waker = Arc::new(PanickingWaker).into();
    poll_fn(|cx| {
        assert!(first.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    assert!(poll_once(&mut other.read(&mut [0]), &waker).is_pending());
    println!("<waits>");
    first.await?;
    println!("<one>");
    timeout(PROMPT, ours.read_exact(&mut byte)).await??;
    println!("<two>");
    Ok(())
}

#[test]
fn a_waker_that_panics_keeps_no_other_read_from_its_answer() {
    let mut child = child("beside a panic");
    let mut out = io::BufReader::new(child.stdout.take().unwrap());
    let mut stdin = child.stdin.take().unwrap();
    for said in ["<waits>", "<one>"] {
        wait_for(&mut out, said);
        stdin.write_all(b"x").unwrap();
    }
    wait_for(&mut out, "<two>");
    assert!(child.wait().unwrap().success());
}

const FLOOD: usize = 1 << 20;

/// Writes more than a pipe holds, and counts the turns of another task meanwhile.
async fn flood() -> io::Result<()> {
    let mut out = stdout();
    let writing = toque::spawn(async move {
        out.write_all(&vec![b'#'; FLOOD]).await?;
        out.flush().await
    });
    sleep(Duration::from_millis(1)).await;
    while !writing.is_finished() {
        let mut log = stderr();
        log.write_all(b"<still cooking>\n").await?;
        log.flush().await?;
        yield_now().await;
        sleep(Duration::from_millis(20)).await;
    }
    writing.await.unwrap()?;
    std::process::exit(0) // the harness would wait for the lock of an output that is stuck
}

#[test]
fn a_reader_that_is_slow_blocks_nobody_and_a_flush_waits_for_it() {
    let mut child = child("flood");
    let mut log = io::BufReader::new(child.stderr.take().unwrap());
    for _ in 0..2 {
        wait_for(&mut log, "<still cooking>");
    }
    let mut out = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    let arrived = out.iter().filter(|byte| **byte == b'#').count();
    assert_eq!(arrived, FLOOD);
    drop(log); // nobody waits for what it says now
    child.wait().unwrap();
}

/// Waits until nobody reads its output, then writes.
async fn unheard() -> io::Result<()> {
    println!("<here>"); // the harness has said all it says before
    stdin().read_to_end(&mut Vec::new()).await?;
    let mut out = stdout();
    out.write_all(b"hello?\n").await?;
    let error = out.flush().await.unwrap_err();
    assert_eq!(out.flush().await.ok(), Some(())); // told once
    let mut log = stderr();
    log.write_all(format!("<{:?}>\n", error.kind()).as_bytes())
        .await?;
    log.flush().await?;
    std::process::exit(0) // the harness would fail to tell its result
}

#[test]
fn a_flush_tells_the_error_of_the_write_before() {
    let mut child = child("unheard");
    let mut out = io::BufReader::new(child.stdout.take().unwrap());
    wait_for(&mut out, "<here>");
    drop(out);
    let mut log = io::BufReader::new(child.stderr.take().unwrap());
    drop(child.stdin.take());
    wait_for(&mut log, "<BrokenPipe>");
    child.wait().unwrap();
}

#[test]
#[should_panic(expected = "no toque runtime on this thread")]
fn a_write_outside_of_a_runtime_panics() {
    let _ = futures_lite::future::block_on(stdout().write(b"hello?"));
}
