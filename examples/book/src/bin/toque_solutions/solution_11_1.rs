//! The same seed, the same choices.

use std::io;

use toque::Builder;

// ANCHOR: main
/// Twenty choices between two branches that are both ready.
fn choices(seed: u64) -> io::Result<String> {
    let runtime = Builder::new_current_thread().rng_seed(seed).build()?;
    Ok(runtime.block_on(async {
        let mut choices = String::new();
        for _ in 0..20 {
            toque::select! {
                () = async {} => choices.push('a'),
                () = async {} => choices.push('b'),
            }
        }
        choices
    }))
}

pub(crate) fn main() -> io::Result<()> {
    let first = choices(1)?;
    println!("seed 1 twice, the same: {}", first == choices(1)?);
    let others = (2..10).map(choices).collect::<io::Result<Vec<_>>>()?;
    let differ = others.iter().any(|other| *other != first);
    println!("other seeds, others: {differ}");
    Ok(())
}
// ANCHOR_END: main
