//! The scope may not leave itself: whoever has it could spawn after its end.

fn main() {
    let mut kept: Option<&toque::Scope<'_, '_, ()>> = None;
    let _ = toque::scope(async |s| {
        kept = Some(s);
    });
}
