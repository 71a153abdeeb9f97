//! The sandwich service's own router and store, served by `axum::serve` on tokio's `current_thread`.
//! `scripts/load` runs it beside the service: `service-on-tokio DATABASE` prints its address, and serves until it is killed.
//!
//! The store calls `toque::spawn_blocking` and `toque::time::timeout`, which want a runtime of toque on their thread. So one is
//! entered before tokio's begins, for good, and is never run: its pool's threads wake tasks of tokio by their wakers. What
//! that costs tokio is nothing in a poll, and less than its own timer in a timeout: toque's wheel takes it, and nobody turns the
//! wheel, so a query that waits for more than five seconds would not be told. Nobody cooks: the load places no orders.
//!
//! `axum::serve` has none of the deadlines of `toque::http::serve`, and is let off them: it is what axum's users write.

use std::error::Error;

use axum::serve::ListenerExt;
use sandwiches::{App, Settings, store};

/// As in the service.
const BLOCKING: usize = 16;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let database = std::env::args_os().nth(1).ok_or("where is the database?")?;
    let mut pool = toque::Builder::new_current_thread();
    let pool = pool.max_blocking_threads(BLOCKING).build()?;
    let store = pool.block_on(store::open(&database, store::Options::default()))?;
    let app = App::new(store, Settings::default());

    let _entered = pool.enter();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true); // it may be closed already
        });
        axum::serve(listener, sandwiches::app(app)).await?;
        Ok(())
    })
}
