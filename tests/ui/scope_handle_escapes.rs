//! A child's handle may not leave the scope.

fn main() {
    let _ = toque::scope(async |s| s.spawn(async { 1 }));
}
