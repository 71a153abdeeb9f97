//! The PostgreSQL store: the suite, and what only a server can go through.
//!
//! Needs PostgreSQL's programs (Debian: `apt-get install postgresql`); without them each test says that it is skipped.

mod store_suite;
mod support;

use std::ffi::OsStr;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sandwiches::order::{Order, Step};
use sandwiches::sandwich::Draft;
use sandwiches::store::{
    self, Follow, OpenError, Options, Store, StoreError, postgres::PostgresStore,
};
use store_suite::{Place, all, make, options, order, store_suite};
use support::postgres::Server;

store_suite!(place());

fn place() -> Option<Place> {
    Some(at(Server::shared()?.database()))
}

fn at(url: String) -> Place {
    Place {
        open: Box::new(move |options: Options| {
            let url = url.clone();
            Box::pin(async move { open(&url, &options).await as Arc<dyn Store> })
        }),
        shared: true,
        _keep: Box::new(()),
    }
}

async fn open(url: &str, options: &Options) -> Arc<PostgresStore> {
    Arc::new(PostgresStore::open(url, options).await.unwrap())
}

/// Runs a test with the shared server, if there is one.
fn with_server<F: Future<Output = ()>>(test: impl FnOnce(&'static Server) -> F) {
    if let Some(server) = Server::shared() {
        store_suite::in_time(test(server));
    }
}

/// Asks again and again until the store answers.
async fn recovered<T>(mut call: impl AsyncFnMut() -> Result<T, StoreError>) -> T {
    let begun = Instant::now();
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(StoreError::Unavailable { retry_after, .. }) => {
                toque::time::sleep(retry_after.min(Duration::from_millis(100))).await;
            }
            Err(error) => panic!("{error}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it recovers");
    }
}

/// An order that takes the last step, whatever it takes.
async fn serve(store: &PostgresStore) -> Order {
    let food = recovered(async || store.create(Draft::named("x"), None).await).await;
    let food = food.into_inner().unwrap().id;
    let placed = recovered(async || store.create_order(food, None).await).await;
    placed.into_inner().unwrap()
}

#[test]
fn a_server_that_crashes_is_unavailable_and_found_again() {
    let Some(server) = Server::start() else {
        return;
    };
    store_suite::in_time(async {
        let store = open(&server.url("postgres"), &options()).await;
        let made = make(&*store, "BLT").await;
        let placed = order(&*store, made.id).await;
        let mut follow = Follow::new(Arc::clone(&store) as Arc<dyn Store>, None, 0);
        assert_eq!(follow.next().await.unwrap().unwrap().order, placed.id);

        server.down();
        for _ in 0..20 {
            let failed = store.get(made.id).await;
            assert!(
                matches!(failed, Err(StoreError::Unavailable { .. })),
                "{failed:?}"
            );
        }
        server.up();

        assert_eq!(recovered(async || store.get(made.id).await).await, made);
        let second = serve(&store).await;
        let event = recovered(async || follow.next().await).await.unwrap();
        assert_eq!(
            (event.seq, event.order),
            (2, second.id),
            "the feed goes on without a gap"
        );
        assert_eq!(store.free_connections(), options().connections);
    });
}

#[test]
fn connections_cut_by_the_server_are_made_anew() {
    with_server(async |server| {
        let url = server.database();
        let name = url.rsplit('/').next().unwrap();
        let store = open(&url, &options()).await;
        let mut follow = Follow::new(Arc::clone(&store) as Arc<dyn Store>, None, 0);
        for n in 1..=3 {
            let placed = serve(&store).await;
            let event = follow.next().await.unwrap().unwrap();
            assert_eq!((event.seq, event.order), (n, placed.id));
            server.sql(
                "postgres",
                &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
            );
        }
        recovered(async || store.ping().await).await;
    });
}

#[test]
fn news_come_from_other_instances_at_once() {
    with_server(async |server| {
        let url = server.database();
        let (here, there) = (open(&url, &options()).await, open(&url, &options()).await);
        let food = make(&*there, "BLT").await;
        let mut feed = here.subscribe();
        let begun = Instant::now();
        for _ in 0..8 {
            let placed = order(&*there, food.id).await;
            assert_eq!(feed.next().await.unwrap().order, placed.id);
        }
        // Without a notification each would wait for the look every five seconds.
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
    });
}

#[test]
fn news_that_came_while_nobody_listened_are_read_later() {
    with_server(async |server| {
        let url = server.database();
        let name = url.rsplit('/').next().unwrap();
        let store = open(&url, &options()).await;
        let mut feed = store.subscribe();
        let first = serve(&store).await;
        assert_eq!(feed.next().await.unwrap().order, first.id);

        // The listener is cut off and finds the door closed; the calls keep the connections they have.
        server.sql(
            "postgres",
            &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
        );
        let cut = server.sql(
            "postgres",
            &format!(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '{name}'
                 AND (query LIKE 'LISTEN%' OR query LIKE 'SELECT seq, order_id%')"
            ),
        );
        assert_eq!(cut, "t\n");
        let missed = serve(&store).await;
        server.sql(
            "postgres",
            &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
        );

        let event = feed.next().await.unwrap();
        assert_eq!((event.seq, event.order), (2, missed.id));
    });
}

#[test]
fn a_statement_that_takes_too_long_is_unavailable() {
    with_server(async |server| {
        let url = server.database();
        let patience = Duration::from_millis(300);
        let store = open(
            &url,
            &Options {
                patience,
                connections: 2,
                ..Options::default()
            },
        )
        .await;
        let made = make(&*store, "BLT").await;
        let other = open(&url, &options()).await;
        let lock = "BEGIN; LOCK TABLE sandwiches; SELECT pg_sleep(60)";
        let name = url.rsplit('/').next().unwrap();
        let mut saboteur = server.background(name, lock);
        recovered_lock(&other, server, name).await;

        let crowd = (0..6).map(|_| {
            let (store, id) = (Arc::clone(&store), made.id);
            async move { store.get(id).await }
        });
        for result in all(crowd).await {
            assert!(
                matches!(result, Err(StoreError::Unavailable { .. })),
                "{result:?}"
            );
        }

        server.sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()");
        saboteur.wait().unwrap();
        assert_eq!(recovered(async || store.get(made.id).await).await, made);
        assert_eq!(store.free_connections(), 2);
    });
}

/// Waits until the table is locked.
async fn recovered_lock(other: &PostgresStore, server: &Server, name: &str) {
    let sql = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'sandwiches'::regclass";
    while server.sql(name, sql).trim() == "0" {
        other.ping().await.unwrap();
    }
}

#[test]
fn instances_that_start_at_once_agree_on_the_schema() {
    with_server(async |server| {
        let url = server.database();
        let stores = all((0..6).map(|_| {
            let url = url.clone();
            async move { open(&url, &options()).await }
        }))
        .await;
        let made = make(&*stores[0], "BLT").await;
        assert_eq!(stores[5].get(made.id).await.unwrap(), made);
    });
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    with_server(async |server| {
        let url = server.database();
        open(&url, &options()).await.close().await.unwrap();
        let name = url.rsplit('/').next().unwrap();
        server.sql(name, "UPDATE sandwich_schema SET version = 99");
        let error = PostgresStore::open(&url, &options()).await.unwrap_err();
        assert!(
            matches!(
                error,
                OpenError::NewerSchema {
                    found: 99,
                    known: 1,
                    ..
                }
            ),
            "{error:?}"
        );
        assert_eq!(
            server.sql(name, "SELECT version FROM sandwich_schema"),
            "99\n"
        );
    });
}

#[test]
fn a_password_opens_the_door_and_is_never_told() {
    with_server(async |server| {
        server.sql(
            "postgres",
            "CREATE ROLE guest LOGIN SUPERUSER PASSWORD 'p@ss:w0rd'",
        );
        let url = server.database();
        let url = |password: &str| url.replace("cook@", &format!("guest:{password}@"));
        let store = open(&url("p%40ss%3Aw0rd"), &options()).await;
        make(&*store, "BLT").await;
        assert!(!format!("{store:?}").contains("w0rd"));

        let error = PostgresStore::open(&url("wr0ng"), &options())
            .await
            .unwrap_err();
        let words = format!("{error} {error:?}");
        assert!(matches!(error, OpenError::Unreachable { .. }), "{words}");
        assert!(
            words.contains("postgres://guest@127.0.0.1") && !words.contains("wr0ng"),
            "{words}"
        );
        assert!(words.contains("password authentication failed"), "{words}");
    });
}

#[test]
fn the_server_may_be_reached_by_its_socket() {
    with_server(async |server| {
        let url = server.database();
        let name = url.rsplit('/').next().unwrap();
        let place = server.socket_url(name);
        let store = store::open(OsStr::new(&place), options()).await.unwrap();
        make(&*store, "BLT").await;
        store.close().await.unwrap();
    });
}

#[test]
fn what_is_no_server_is_refused_in_time() {
    store_suite::in_time(async {
        let impatient = Options {
            patience: Duration::from_millis(300),
            ..Options::default()
        };
        // It listens, and never says a word.
        let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let silent = silent.local_addr().unwrap();
        let closed = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        for place in [
            format!("postgres://cook@{silent}/menu"),
            format!("postgres://cook@{closed}/menu"),
            "postgres://cook@%2Fnowhere/menu".to_owned(),
            "postgres://".to_owned(),
            "postgres://cook@127.0.0.1:port/menu".to_owned(),
            "postgresql://cook@127.0.0.1/menu?no_such_setting=1".to_owned(),
        ] {
            let error = store::open(OsStr::new(&place), impatient.clone())
                .await
                .unwrap_err();
            assert!(
                matches!(error, OpenError::Unreachable { .. }),
                "{place}: {error:?}"
            );
        }
    });
}

#[test]
fn a_place_is_shown_without_its_password() {
    for (place, shown) in [
        ("sandwiches.db", "sandwiches.db"),
        ("a:b@c/x?y", "a:b@c/x?y"),
        ("postgres://u:p@h:1/d", "postgres://u@h:1/d"),
        ("postgres://u:p@q@h/d", "postgres://u@h/d"),
        ("postgresql://u@h/d?password=p", "postgresql://u@h/d"),
        ("postgres://h", "postgres://h"),
    ] {
        assert_eq!(store::shown(OsStr::new(place)), shown);
    }
}

#[test]
fn steps_of_a_cancelled_call_are_all_or_none() {
    with_server(async |server| {
        let url = server.database();
        let store = open(
            &url,
            &Options {
                connections: 1,
                ..options()
            },
        )
        .await;
        let food = make(&*store, "BLT").await;
        let placed = order(&*store, food.id).await;
        for polls in 0..40 {
            let call = store.append_event(placed.id, None, Step::Searching);
            store_suite::poll_and_drop(call, polls % 4).await;
        }
        let events = store.events_since(None, 0, 1000).await.unwrap();
        let name = url.rsplit('/').next().unwrap();
        let counter = server.sql(name, "SELECT seq FROM event_counter");
        assert_eq!(counter.trim(), events.len().to_string());
        let open = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'";
        assert_eq!(
            server.sql(name, open).trim(),
            "0",
            "no transaction is left open"
        );
    });
}
