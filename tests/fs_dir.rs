//! Directories: read entry by entry, and made by a builder.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirEntryExt, MetadataExt, symlink};

use fs_tools::{Result, TempDir, cancelled, run};
use toque::Runtime;
use toque::fs::{DirBuilder, ReadDir, read_dir};

mod fs_tools;

/// A directory of so many files, each as long as its number.
fn with_files(count: usize) -> TempDir {
    let dir = TempDir::new();
    for n in 0..count {
        dir.file(&format!("file-{n}"), vec![b'x'; n]);
    }
    dir
}

/// The names in what is left of a directory, sorted.
async fn names(entries: &mut ReadDir) -> Result<Vec<OsString>> {
    let mut names = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        names.push(entry.file_name());
    }
    names.sort();
    Ok(names)
}

fn names_by_std(dir: &TempDir) -> Vec<OsString> {
    let entries = fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn readers_entries_and_their_futures_can_be_sent() {
    fn both<T: Send + Sync>() {}
    fn sent<T: Send>(_: T) {}
    both::<ReadDir>();
    both::<toque::fs::DirEntry>();
    let _: fn(&mut ReadDir, &toque::fs::DirEntry) = |entries, entry| {
        sent(entries.next_entry());
        sent(entry.metadata());
        sent(entry.file_type());
    };
}

#[test]
fn every_entry_comes_once_whatever_the_batches() {
    for count in [0, 1, 31, 32, 33, 64, 100] {
        run(async move {
            let dir = with_files(count);
            let mut entries = read_dir(dir.path()).await?;
            let found = names(&mut entries).await?;
            assert_eq!(found.len(), count);
            assert_eq!(found, names_by_std(&dir));
            assert!(
                entries.next_entry().await?.is_none(),
                "the end stays the end"
            );
            Ok(())
        });
    }
}

#[test]
fn an_entry_says_of_itself_what_stds_says() {
    run(async {
        let dir = with_files(3);
        fs::create_dir(dir.at("dir"))?;
        symlink("nowhere", dir.at("link"))?;
        let stds: BTreeMap<_, _> = fs::read_dir(dir.path())?
            .map(|entry| entry.map(|entry| (entry.file_name(), entry)))
            .collect::<std::io::Result<_>>()?;
        let mut entries = read_dir(dir.path()).await?;
        let mut count = 0;
        while let Some(entry) = entries.next_entry().await? {
            let std = &stds[&entry.file_name()];
            assert_eq!(entry.path(), std.path());
            assert_eq!(entry.ino(), std.ino());
            assert_eq!(entry.file_type().await?, std.file_type()?);
            assert_eq!(entry.metadata().await?.len(), std.metadata()?.len());
            assert_eq!(
                entry.metadata().await?.ino(),
                std.ino(),
                "of the link itself"
            );
            count += 1;
        }
        assert_eq!(count, 5);
        Ok(())
    });
}

#[test]
fn a_cancelled_next_entry_loses_nothing() {
    run(async {
        let dir = with_files(100);
        let mut entries = read_dir(dir.path()).await?;
        let mut found = Vec::new();
        loop {
            let entry = match cancelled(entries.next_entry()).await {
                Some(entry) => entry?,
                None => entries.next_entry().await?,
            };
            let Some(entry) = entry else { break };
            found.push(entry.file_name());
        }
        found.sort();
        assert_eq!(found, names_by_std(&dir));
        Ok(())
    });
}

#[test]
fn a_batch_that_no_pool_takes_loses_nothing() {
    let dir = with_files(40);
    let runtime = Runtime::new().unwrap();
    let mut entries = runtime.block_on(read_dir(dir.path())).unwrap();
    let mut found = Vec::new();
    let error = futures_lite::future::block_on(async {
        loop {
            match entries.next_entry().await {
                Ok(entry) => found.push(entry.expect("there are more").file_name()),
                Err(error) => break error,
            }
        }
    });
    assert!(error.to_string().contains("block_on"), "{error}");
    found.extend(runtime.block_on(names(&mut entries)).unwrap());
    found.sort();
    assert_eq!(found, names_by_std(&dir));
}

#[test]
fn what_can_not_be_read_is_the_error_that_std_makes_of_it() {
    run(async {
        let dir = with_files(1);
        for path in [dir.at("missing"), dir.at("file-0")] {
            let ours = read_dir(&path).await.unwrap_err();
            assert_eq!(ours.kind(), fs::read_dir(&path).unwrap_err().kind());
        }
        Ok(())
    });
}

#[test]
fn an_entry_that_has_gone_is_not_found_but_has_a_name() {
    run(async {
        let dir = with_files(1);
        let mut entries = read_dir(dir.path()).await?;
        let entry = entries.next_entry().await?.expect("one entry");
        fs::remove_file(dir.at("file-0"))?;
        let error = entry.metadata().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(entry.file_name(), "file-0");
        assert!(entry.file_type().await?.is_file(), "as it was");
        Ok(())
    });
}

#[test]
fn a_builder_makes_directories_with_parents_and_permissions() {
    run(async {
        let dir = TempDir::new();
        let deep = dir.at("a/b/c");
        let error = DirBuilder::new().create(&deep).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&deep).await?;
        builder.create(&deep).await?;
        for path in [dir.at("a"), deep] {
            assert_eq!(fs::metadata(path)?.mode() & 0o777, 0o700);
        }
        let again = builder.recursive(false).create(dir.at("a")).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists);
        Ok(())
    });
}
