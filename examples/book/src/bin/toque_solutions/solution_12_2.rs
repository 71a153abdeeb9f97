//! A chef who faints.

use std::io;

use toque::Core;

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let ends = toque::cores(2, async |core: Core| {
        assert!(core.index() == 0, "chef 1 faints");
        core.stopped().await; // told by the other's panic
        "has closed in good order"
    })?;
    for (index, end) in ends.into_iter().enumerate() {
        println!("chef {index} {}", end.unwrap_or("has fainted"));
    }
    Ok(())
}
// ANCHOR_END: main
