//! The scripts as they are run by hand: long.

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "takes ten minutes and a release build: cargo test -p trouble --test scripts -- --ignored"]
fn ten_minutes_of_bad_manners_leave_nothing() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/soak");
    let status = Command::new(script).arg("10m").status().unwrap();
    assert!(status.success(), "its table is above");
}
