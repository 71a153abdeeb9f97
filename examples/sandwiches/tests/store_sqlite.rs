//! The SQLite store: the suite, and what only a file can go through.

mod store_suite;
mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sandwiches::order::Step;
use sandwiches::sandwich::Draft;
use sandwiches::store::{
    Durability, Listing, OpenError, Options, Precondition, Store, StoreError, sqlite::SqliteStore,
};
use store_suite::{Place, all, in_time as run, make, order, store_suite};
use support::Folder;
use support::disk::SmallDisk;
use uuid::Uuid;

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

fn open(path: &Path, options: &Options) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(path, options).unwrap())
}

/// Waits for a lock only shortly.
fn impatient() -> Options {
    Options {
        patience: Duration::from_millis(200),
        ..Options::default()
    }
}

/// Another process' view of the file.
fn saboteur(path: &Path, sql: &str) -> Connection {
    let db = Connection::open(path).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    db.execute_batch(sql).unwrap();
    db
}

#[track_caller]
fn unavailable<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(
        matches!(result, Err(StoreError::Unavailable { .. })),
        "{result:?}"
    );
}

#[test]
fn a_thousand_at_once_share_a_few_commits() {
    run(async {
        let folder = Folder::new();
        let store = open(&folder.db(), &Options::default());
        // The lock holds up the first change until all others are queued.
        let lock = saboteur(&folder.db(), "BEGIN IMMEDIATE");
        let before = store.commits();
        let crowd: Vec<_> = (0..1000)
            .map(|n| {
                let store = Arc::clone(&store);
                toque::spawn(async move { make(&*store, &n.to_string()).await })
            })
            .collect();
        toque::task::yield_now().await;
        lock.execute_batch("COMMIT").unwrap();
        for one in crowd {
            one.await.unwrap();
        }
        let commits = store.commits() - before;
        assert!(
            commits <= 10,
            "one for the first and four for the rest, not {commits}"
        );
        let count: i64 = lock
            .query_row("SELECT count(*) FROM sandwiches", [], |row| row.get(0))
            .unwrap();
        assert_eq!(count, 1000);
    });
}

#[test]
fn a_refused_change_does_not_touch_those_it_is_committed_with() {
    run(async {
        let folder = Folder::new();
        let store = open(&folder.db(), &Options::default());
        let food = make(&*store, "0").await;
        let lock = saboteur(&folder.db(), "BEGIN IMMEDIATE");
        let before = store.commits();
        let crowd: Vec<_> = (0..90)
            .map(|n| {
                let (store, id) = (Arc::clone(&store), food.id);
                toque::spawn(async move {
                    match n % 3 {
                        0 => order(&*store, id).await.id == id,
                        1 => store.create_order(Uuid::now_v7(), None).await.is_ok(),
                        _ => {
                            let only = Precondition::version(1);
                            store.replace(id, only, Draft::named("x")).await.is_ok()
                        }
                    }
                })
            })
            .collect();
        toque::task::yield_now().await;
        lock.execute_batch("COMMIT").unwrap();
        let mut won = 0;
        for one in crowd {
            won += usize::from(one.await.unwrap());
        }
        assert_eq!(won, 1, "one of those that replaced the first version");
        assert!(store.commits() - before <= 3, "they came together");
        let events = store.events_since(None, 0, 1000).await.unwrap();
        let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=30).collect::<Vec<_>>());
    });
}

#[test]
fn a_file_that_is_locked_is_unavailable_and_free_again_later() {
    run(async {
        let folder = Folder::new();
        let store = open(&folder.db(), &impatient());
        let made = make(&*store, "BLT").await;
        let lock = saboteur(&folder.db(), "BEGIN EXCLUSIVE");

        let begun = Instant::now();
        let crowd = (0..300).map(|_| {
            let store = Arc::clone(&store);
            async move { store.create(Draft::named("x"), None).await }
        });
        for result in all(crowd).await {
            unavailable(result);
        }
        // Two groups at most, each for one timeout; 300 timeouts would be a minute.
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert_eq!(store.get(made.id).await.unwrap(), made, "readers read on");

        lock.execute_batch("ROLLBACK").unwrap();
        make(&*store, "LT").await;
        assert_eq!(
            store
                .list(Listing::default())
                .await
                .unwrap()
                .sandwiches
                .len(),
            2
        );
    });
}

#[test]
fn a_full_queue_is_unavailable_at_once() {
    /// The most changes that the writer takes at a time.
    const GROUP: usize = 256;
    const CROWD: usize = 2 * GROUP;
    run(async {
        let folder = Folder::new();
        let options = Options {
            queue: 2,
            ..Options::default()
        };
        let store = open(&folder.db(), &options);
        let lock = saboteur(&folder.db(), "BEGIN IMMEDIATE");
        let crowd: Vec<_> = (0..CROWD)
            .map(|_| {
                let store = Arc::clone(&store);
                toque::spawn(async move { store.create(Draft::named("x"), None).await })
            })
            .collect();
        toque::task::yield_now().await;
        // A group may be in the writer's hand, two are queued; the others do not wait for the lock.
        let refused = crowd.iter().filter(|one| one.is_finished()).count();
        assert!(refused >= CROWD - GROUP - 2, "{refused}");
        lock.execute_batch("ROLLBACK").unwrap();
        let mut made = 0;
        for one in crowd {
            made += usize::from(one.await.unwrap().is_ok());
        }
        assert_eq!(made, CROWD - refused);
    });
}

/// Stores large sandwiches until there is no room.
async fn fill(store: &dyn Store) -> Vec<Uuid> {
    let mut made = Vec::new();
    loop {
        let large = Draft {
            description: Some("x".repeat(20_000)),
            ..Draft::named("large")
        };
        match store.create(large, None).await {
            Ok(one) => made.push(one.into_inner().unwrap().id),
            Err(StoreError::Unavailable { .. }) => return made,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_full_file_is_unavailable_and_recovers_when_there_is_room() {
    run(async {
        let folder = Folder::new();
        let options = Options {
            max_pages: Some(100),
            ..Options::default()
        };
        let store = open(&folder.db(), &options);
        let made = fill(&*store).await;
        assert!(made.len() > 2);
        for id in &made {
            store.get(*id).await.unwrap();
        }
        assert_eq!(
            store
                .list(Listing {
                    limit: 100,
                    ..Listing::default()
                })
                .await
                .unwrap()
                .sandwiches
                .len(),
            made.len(),
            "what was refused is not there"
        );
        store.ping().await.unwrap();
        store.delete(made[0], Precondition::Exists).await.unwrap();
        make(&*store, "fits").await;
    });
}

#[test]
fn a_full_disk_is_unavailable_and_recovers_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    run(async {
        let path = disk.db();
        let ballast = path.with_file_name("ballast");
        fs::write(&ballast, vec![0; 300_000]).unwrap();
        let store = open(&path, &Options::default());
        let made = fill(&*store).await;
        assert!(made.len() > 2);
        for id in &made {
            store.get(*id).await.unwrap();
        }
        fs::remove_file(&ballast).unwrap();
        make(&*store, "fits").await;
        store.close().await.unwrap();
        check(&path);
    });
}

/// The file is sound, by SQLite's own judgement.
#[track_caller]
fn check(path: &Path) {
    let db = Connection::open(path).unwrap();
    let verdict: String = db
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}

#[track_caller]
fn refusal(path: &Path) -> OpenError {
    let error = SqliteStore::open(path, &impatient()).unwrap_err();
    let words = error.to_string();
    assert!(
        words.starts_with(&path.display().to_string()),
        "the file is named first: {words}"
    );
    error
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(saboteur(
        &folder.db(),
        "CREATE TABLE new (x); PRAGMA user_version = 99",
    ));
    let before = fs::read(folder.db()).unwrap();
    let error = refusal(&folder.db());
    assert!(
        matches!(
            error,
            OpenError::NewerSchema {
                found: 99,
                known: 2,
                ..
            }
        ),
        "{error:?}"
    );
    drop(saboteur(&folder.db(), "PRAGMA journal_mode = delete"));
    let after = fs::read(folder.db()).unwrap();
    assert_eq!(before.len(), after.len());
    let tables: i64 = Connection::open(folder.db())
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn what_is_no_store_is_refused_by_its_name() {
    let folder = Folder::new();
    let path = folder.db();
    fs::write(&path, "a shopping list".repeat(1000)).unwrap();
    assert!(matches!(refusal(&path), OpenError::Corrupt { .. }));

    fs::remove_file(&path).unwrap();
    drop(saboteur(&path, "CREATE TABLE soups (name TEXT)"));
    let error = refusal(&path);
    assert!(error.to_string().contains("another program's"), "{error}");

    let folder = path.parent().unwrap();
    assert!(matches!(refusal(folder), OpenError::Unreachable { .. }));
    let nowhere = folder.join("no such folder").join("x.db");
    assert!(matches!(refusal(&nowhere), OpenError::Unreachable { .. }));
}

#[test]
fn a_file_that_was_cut_short_is_refused_by_its_name() {
    let folder = Folder::new();
    let path = folder.db();
    run(async {
        let store = open(&path, &Options::default());
        for n in 0..200 {
            make(&*store, &n.to_string().repeat(100)).await;
        }
        store.close().await.unwrap();
    });
    let whole = fs::metadata(&path).unwrap().len();
    assert!(
        !path.with_extension("db-wal").exists(),
        "close leaves one file"
    );
    for cut in [whole / 2, 4096, 1000, 50] {
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(cut)
            .unwrap();
        let error = refusal(&path);
        assert!(
            matches!(error, OpenError::Corrupt { .. }),
            "{cut}: {error:?}"
        );
    }
}

#[test]
fn a_file_that_another_has_locked_at_the_start_is_unreachable() {
    let folder = Folder::new();
    run(async { open(&folder.db(), &impatient()).close().await.unwrap() });
    let lock = saboteur(&folder.db(), "BEGIN EXCLUSIVE");
    assert!(matches!(
        refusal(&folder.db()),
        OpenError::Unreachable { .. }
    ));
    lock.execute_batch("ROLLBACK").unwrap();
    open(&folder.db(), &impatient());
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date() {
    let folder = Folder::new();
    let id = Uuid::now_v7();
    let db = saboteur(
        &folder.db(),
        "CREATE TABLE sandwiches (
            id          BLOB PRIMARY KEY CHECK (length(id) = 16),
            name        TEXT NOT NULL,
            ingredients TEXT NOT NULL CHECK (json_valid(ingredients))
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 1",
    );
    let ingredients = r#"["Käse","bread"]"#;
    db.execute(
        "INSERT INTO sandwiches VALUES (?1, 'Käsebrot', ?2)",
        (id.as_bytes(), ingredients),
    )
    .unwrap();
    drop(db);
    run(async {
        let store = open(&folder.db(), &Options::default());
        let old = store.get(id).await.unwrap();
        assert_eq!((old.name.as_str(), old.version), ("Käsebrot", 1));
        assert_eq!(old.ingredients, ["Käse", "bread"]);
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let born = seconds as i64 * 1000 + i64::from(nanos / 1_000_000);
        assert_eq!(old.created_at.0, born, "the id says when it was made");
        let listing = Listing {
            ingredient: Some("KÄSE".to_owned()),
            ..Listing::default()
        };
        assert_eq!(store.list(listing).await.unwrap().sandwiches, [old]);
    });
}

#[test]
fn a_damaged_page_is_an_error_and_no_panic() {
    let folder = Folder::new();
    let path = folder.db();
    run(async {
        let store = open(&path, &Options::default());
        for n in 0..200 {
            make(&*store, &n.to_string().repeat(100)).await;
        }
        store.close().await.unwrap();
        // Everything but the first page, which holds the schema.
        let mut bytes = fs::read(&path).unwrap();
        bytes[4096..].fill(0xff);
        fs::write(&path, bytes).unwrap();
        let store = match SqliteStore::open(&path, &Options::default()) {
            Ok(store) => store,
            Err(error) => return assert!(matches!(error, OpenError::Corrupt { .. }), "{error}"),
        };
        let listing = store.list(Listing::default()).await;
        assert!(
            matches!(listing, Err(StoreError::Broken { .. })),
            "{listing:?}"
        );
        let made = store.create(Draft::named("x"), None).await;
        assert!(matches!(made, Err(StoreError::Broken { .. })), "{made:?}");
    });
}

#[test]
fn what_was_answered_survives_ten_kills() {
    survive_kills(10, Durability::Power);
}

#[test]
fn what_was_answered_survives_ten_kills_without_a_sync() {
    survive_kills(10, Durability::Process);
}

/// `cargo test -p sandwiches --test store_sqlite -- --ignored fifty`
#[test]
#[ignore = "takes a minute"]
fn what_was_answered_survives_fifty_kills() {
    survive_kills(50, Durability::Power);
}

/// Lets a child write, kills it, and looks for what it was told is stored; again and again on the same file.
fn survive_kills(rounds: u64, durability: Durability) {
    let folder = Folder::new();
    let mut promised = Vec::new();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "child_writes_until_it_is_killed",
                "--ignored",
                "--nocapture",
            ])
            .env("SANDWICHES_CHILD_DB", folder.db())
            .env(
                "SANDWICHES_CHILD_SYNC",
                (durability == Durability::Power).to_string(),
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut answers = lines.map_while(Result::ok).filter_map(|line| {
            let mut words = line
                .strip_prefix("stored ")?
                .split(' ')
                .map(str::parse::<Uuid>);
            Some((words.next()?.ok()?, words.next()?.ok()?))
        });
        // Some number between 1 and 150, another one each round.
        let before_the_kill = 1 + round.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 150;
        promised.extend(answers.by_ref().take(before_the_kill as usize));
        child.kill().unwrap();
        child.wait().unwrap();
        promised.extend(answers); // said before the kill, read after it
        verify(&folder.db(), &promised);
    }
    assert!(promised.len() as u64 >= rounds);
}

fn verify(path: &Path, promised: &[(Uuid, Uuid)]) {
    run(async {
        let store = open(path, &Options::default());
        for (food, placed) in promised {
            store.get(*food).await.unwrap();
            assert_eq!(store.get_order(*placed).await.unwrap().step, Step::Ready);
        }
        let mut events = Vec::new();
        while let page @ [_, ..] = &*store
            .events_since(None, events.len() as u64, 1000)
            .await
            .unwrap()
        {
            events.extend_from_slice(page);
        }
        let numbers = events.iter().map(|event| event.seq);
        assert!(numbers.eq(1..=events.len() as u64), "no gap");
        store.close().await.unwrap();
    });
    check(path);
}

#[test]
#[ignore = "run by the tests that kill it"]
fn child_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os("SANDWICHES_CHILD_DB") else {
        return;
    };
    let sync = std::env::var("SANDWICHES_CHILD_SYNC").unwrap() == "true";
    let options = Options {
        durability: if sync {
            Durability::Power
        } else {
            Durability::Process
        },
        ..Options::default()
    };
    run(async {
        let store = open(path.as_ref(), &options);
        all((0..8).map(|_| write_for_ever(Arc::clone(&store)))).await;
    });
}

async fn write_for_ever(store: Arc<SqliteStore>) {
    loop {
        let food = make(&*store, "BLT").await;
        let placed = order(&*store, food.id).await;
        store
            .append_event(placed.id, None, Step::Ready)
            .await
            .unwrap();
        let line = format!("stored {} {}\n", food.id, placed.id);
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
    }
}
