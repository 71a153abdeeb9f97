//! A use after free, planted: asan must find it. Run by scripts/sanitize.

fn main() {
    let pointer = Box::into_raw(Box::new(7));
    // SAFETY: of `into_raw` just above.
    drop(unsafe { Box::from_raw(pointer) });
    // SAFETY: none: this is the fault.
    println!("{}", unsafe { std::hint::black_box(pointer).read_volatile() });
}
