//! Follows the links of built pages: `links PATH…`, files or folders. Those that lead nowhere are told, and make it fail.

use std::process::ExitCode;

fn main() -> ExitCode {
    let paths: Vec<_> = std::env::args_os().skip(1).map(Into::into).collect();
    let (faults, followed) = press::links::faults(&paths);
    for fault in &faults {
        eprintln!("leads nowhere: {fault}");
    }
    println!("{followed} links followed");
    if faults.is_empty() && followed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
