//! The PostgreSQL store: the suite, and what only a server can go through.
//!
//! Needs PostgreSQL's programs (Debian: `apt-get install postgresql`); without them each test says that it is skipped.

mod store_suite;
mod support;

use std::sync::Arc;

use sandwiches::store::{Options, Store, postgres::PostgresStore};
use store_suite::{Place, store_suite};
use support::postgres::Server;

store_suite!(place());

fn place() -> Option<Place> {
    Some(at(Server::shared()?.database()))
}

fn at(url: String) -> Place {
    Place {
        open: Box::new(move |options: Options| {
            let url = url.clone();
            Box::pin(async move {
                let store = PostgresStore::open(&url, &options).await.unwrap();
                Arc::new(store) as Arc<dyn Store>
            })
        }),
        shared: true,
        _keep: Box::new(()),
    }
}
