//! The SQLite store: the suite, and what only a file can go through.

mod store_suite;
mod support;

use std::sync::Arc;

use sandwiches::store::{Options, Store, sqlite::SqliteStore};
use store_suite::{Place, store_suite};
use support::Folder;

store_suite!(Some(place()));

fn place() -> Place {
    let folder = Folder::new();
    let path = folder.db();
    Place {
        open: Box::new(move |options: Options| {
            let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, &options).unwrap());
            Box::pin(async { store })
        }),
        shared: false,
        _keep: Box::new(folder),
    }
}
