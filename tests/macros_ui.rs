//! The messages of the macros, as the compiler prints them: each points at the author's own line. They are compared with the
//! `.stderr` files of `tests/ui/`, which are those of Rust 1.95; `TRYBUILD=overwrite` writes them anew.

#[test]
fn errors_point_at_the_authors_own_line() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
