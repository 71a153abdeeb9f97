//! A leak, planted: lsan, which comes with asan, must find it. Run by scripts/sanitize.

fn main() {
    std::hint::black_box(Box::leak(Box::new([7; 100])));
}
