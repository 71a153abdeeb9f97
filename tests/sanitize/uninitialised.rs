//! A decision by memory that nobody has written, planted: memcheck must find it, which asan and tsan can't. Run by scripts/sanitize.

use std::mem::MaybeUninit;

fn main() {
    let memory: Box<MaybeUninit<u64>> = Box::new_uninit();
    let pointer = std::hint::black_box(Box::into_raw(memory));
    // SAFETY: none: this is the fault.
    if unsafe { pointer.cast::<u64>().read_volatile() } == 7 {
        println!("seven");
    }
}
