//! The guide: how such a runtime is built, how one wake goes through this one, and what to do with it.
//!
//! Thirteen chapters, from a coffee machine to a kitchen, are the project's book (`docs/book`), page for page, and here so that they lie
//! beside the items they speak of. Chapters 0 to 6 build a small runtime in one file, `examples/tutorial/src/lib.rs`; from chapter 7
//! on it is toque itself. Every program that is shown is run by the project's tests, and so is every solution of an exercise.
//!
//! - [`one_wake`]: what exactly happens between a packet's arrival and the line after `.await`.
//! - [`patterns`]: shared state, limits, pools, background work, an end in good order.
//! - [`migrating`]: from tokio to toque.
//! - [`when_not`]: when to use something else.
//!
//! The module exists in the documentation only, and is never compiled into a program.

pub mod chapter_00_kitchen {
    #![doc = include_str!("chapter_00_kitchen.md")]
}
pub mod chapter_01_recipe {
    #![doc = include_str!("chapter_01_recipe.md")]
}
pub mod chapter_02_bell {
    #![doc = include_str!("chapter_02_bell.md")]
}
pub mod chapter_03_chef {
    #![doc = include_str!("chapter_03_chef.md")]
}
pub mod chapter_04_next_room {
    #![doc = include_str!("chapter_04_next_room.md")]
}
pub mod chapter_05_demultiplexer {
    #![doc = include_str!("chapter_05_demultiplexer.md")]
}
pub mod chapter_06_time {
    #![doc = include_str!("chapter_06_time.md")]
}
pub mod chapter_07_event_loop {
    #![doc = include_str!("chapter_07_event_loop.md")]
}
pub mod chapter_08_fairness {
    #![doc = include_str!("chapter_08_fairness.md")]
}
pub mod chapter_09_blocking {
    #![doc = include_str!("chapter_09_blocking.md")]
}
pub mod chapter_10_service {
    #![doc = include_str!("chapter_10_service.md")]
}
pub mod chapter_11_trust {
    #![doc = include_str!("chapter_11_trust.md")]
}
pub mod chapter_12_beyond {
    #![doc = include_str!("chapter_12_beyond.md")]
}
pub mod migrating {
    #![doc = include_str!("../../docs/migrating.md")]
}
pub mod one_wake {
    #![doc = include_str!("one_wake.md")]
}
pub mod patterns {
    #![doc = include_str!("../../docs/patterns.md")]
}
pub mod when_not {
    #![doc = include_str!("../../docs/when-not.md")]
}
