//! Pinning: a thread is bound to one processor.

use std::io;

/// Binds this thread to one of the processors it may use: the one at `index`, counted round and round.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub(super) fn pin(index: usize) -> io::Result<()> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let allowed = sched_getaffinity(None)?;
    let mut processors = (0..CpuSet::MAX_CPU)
        .filter(|cpu| allowed.is_set(*cpu))
        .cycle();
    let Some(processor) = processors.nth(index) else {
        return Ok(()); // the system names none
    };
    let mut one = CpuSet::new();
    one.set(processor);
    Ok(sched_setaffinity(None, &one)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(super) fn pin(_: usize) -> io::Result<()> {
    Ok(())
}
