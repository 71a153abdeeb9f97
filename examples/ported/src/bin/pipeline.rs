//! `printf … | sort | head -n 1`, each a child, and this program between the first two.
//!
//! ```text
//! cargo run -p ported --bin pipeline
//! ```

use std::error::Error;
use std::process::Stdio;

use toque::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use toque::process::Command;

#[toque::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut printf = Command::new("printf")
        .arg(r"tomato\nbread\ncheese\n")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut sort = Command::new("sort")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;

    let mut to_sort = sort.stdin.take().expect("stdin was not captured");
    let mut lines = BufReader::new(printf.stdout.take().expect("stdout was not captured")).lines();
    let feed = toque::spawn(async move {
        while let Some(line) = lines.next_line().await? {
            println!("Line: {line}");
            to_sort.write_all(line.as_bytes()).await?;
            to_sort.write_all(b"\n").await?;
        }
        std::io::Result::Ok(())
    });

    let from_sort: Stdio = sort
        .stdout
        .take()
        .expect("stdout was not captured")
        .try_into()?;
    let head = Command::new("head")
        .args(["-n", "1"])
        .stdin(from_sort)
        .output();

    let (printf, sort, head, feed) = toque::join!(printf.wait(), sort.wait(), head, feed);
    feed??;
    println!("child status was: {}, {}", printf?, sort?);
    print!("First: {}", String::from_utf8(head?.stdout)?);
    Ok(())
}
