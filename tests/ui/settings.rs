#[toque::main(worker_threads = 4)]
async fn threads() {}

#[toque::main(flavor = "multi_thread")]
async fn multi_thread() {}

#[toque::main(flavor = "threaded")]
async fn other_flavor() {}

#[toque::main(flavor)]
async fn no_value() {}

#[toque::main(soup = 1)]
async fn unknown() {}

#[toque::main(current_thread)]
async fn a_value_without_a_name() {}

#[toque::main(start_paused = "yes")]
async fn not_a_boolean() {}

#[toque::main(rng_seed = -1)]
async fn not_a_seed() {}

#[toque::main(rng_seed = 1, flavor = "local", rng_seed = 2)]
async fn twice() {}

#[toque::main(crate = "12 dishes")]
async fn not_a_path() {}

#[toque::main(, flavor = "local")]
async fn a_comma_too_many() {}

fn main() {}
