//! Two children may not both change the same thing.

fn main() {
    let mut count = 0;
    let _ = toque::scope(async |s| {
        s.spawn(async { count += 1 });
        s.spawn(async { count += 1 });
    });
}
