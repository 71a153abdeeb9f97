//! The functions of `fs`, with `std::fs` as the oracle.
#![cfg(unix)]

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use fs_tools::{
    Result, TempDir, cancelled, pattern, run, wait_for_the_end_of, watched, with_a_held_pool,
};
use toque::fs as tfs;

mod fs_tools;

/// Demands that both give the same, or errors of one kind.
#[track_caller]
fn same<T: PartialEq + std::fmt::Debug>(ours: io::Result<T>, stds: io::Result<T>) {
    match (ours, stds) {
        (Ok(ours), Ok(stds)) => assert_eq!(ours, stds),
        (Err(ours), Err(stds)) => {
            assert_eq!(ours.kind(), stds.kind());
            assert_eq!(ours.raw_os_error(), stds.raw_os_error());
        }
        (ours, stds) => panic!("{ours:?} here, {stds:?} in std"),
    }
}

#[test]
fn the_futures_can_be_sent() {
    fn sent<T: Send>(_: T) {}
    let _: fn() = || {
        sent(tfs::read("menu"));
        sent(tfs::write("menu", "soup"));
        sent(tfs::read_dir("."));
        sent(tfs::set_permissions(
            "menu",
            fs::metadata("menu").unwrap().permissions(),
        ));
    };
}

#[test]
fn what_is_read_is_what_std_reads() {
    run(async {
        let dir = TempDir::new();
        let large = dir.file("large", pattern(5_000_000));
        let text = dir.file("text", "crème brûlée");
        let binary = dir.file("binary", [0xff, 0xfe]);
        for path in [
            &large,
            &text,
            &binary,
            &dir.at("missing"),
            &dir.path().into(),
        ] {
            same(tfs::read(path).await, fs::read(path));
            same(tfs::read_to_string(path).await, fs::read_to_string(path));
            same(tfs::try_exists(path).await, fs::exists(path));
            same(tfs::canonicalize(path).await, fs::canonicalize(path));
            same(tfs::read_link(path).await, fs::read_link(path));
            let len_of = |metadata: fs::Metadata| (metadata.len(), metadata.ino(), metadata.mode());
            same(
                tfs::metadata(path).await.map(len_of),
                fs::metadata(path).map(len_of),
            );
        }
        Ok(())
    });
}

#[test]
fn a_link_is_followed_or_looked_at_as_in_std() {
    run(async {
        let dir = TempDir::new();
        let file = dir.file("file", "soup");
        tfs::symlink(&file, dir.at("link")).await?;
        tfs::symlink("nowhere", dir.at("dangling")).await?;
        same(
            tfs::symlink(&file, dir.at("link")).await,
            symlink(&file, dir.at("link")),
        );
        for link in [dir.at("link"), dir.at("dangling")] {
            same(tfs::read_link(&link).await, fs::read_link(&link));
            same(tfs::try_exists(&link).await, fs::exists(&link));
            same(tfs::canonicalize(&link).await, fs::canonicalize(&link));
            let inode = |metadata: fs::Metadata| (metadata.ino(), metadata.is_symlink());
            same(
                tfs::metadata(&link).await.map(inode),
                fs::metadata(&link).map(inode),
            );
            let ours = tfs::symlink_metadata(&link).await.map(inode);
            same(ours, fs::symlink_metadata(&link).map(inode));
        }
        assert!(!tfs::try_exists(dir.at("dangling")).await?);
        tfs::remove_file(dir.at("link")).await?;
        assert_eq!(fs::read(&file)?, b"soup");
        Ok(())
    });
}

#[test]
fn what_is_written_is_what_was_given() {
    run(async {
        let dir = TempDir::new();
        let path = dir.at("file");
        tfs::write(&path, pattern(3_000_000)).await?;
        assert!(fs::read(&path)? == pattern(3_000_000));
        tfs::write(&path, "short").await?; // of what was there nothing is left
        assert_eq!(fs::read(&path)?, b"short");
        let nowhere = dir.at("missing/file");
        same(tfs::write(&nowhere, "x").await, fs::write(&nowhere, "x"));
        same(
            tfs::write(dir.path(), "x").await,
            fs::write(dir.path(), "x"),
        );
        Ok(())
    });
}

#[test]
fn a_copy_has_contents_and_permissions() {
    run(async {
        let dir = TempDir::new();
        let from = dir.file("from", pattern(100_000));
        fs::set_permissions(&from, fs::Permissions::from_mode(0o640))?;
        assert_eq!(tfs::copy(&from, dir.at("to")).await?, 100_000);
        assert_eq!(fs::read(dir.at("to"))?, pattern(100_000));
        assert_eq!(fs::metadata(dir.at("to"))?.mode() & 0o777, 0o640);
        same(
            tfs::copy(dir.at("missing"), dir.at("x")).await,
            fs::copy(dir.at("missing"), dir.at("x")),
        );
        same(
            tfs::copy(dir.path(), dir.at("x")).await,
            fs::copy(dir.path(), dir.at("x")),
        );
        Ok(())
    });
}

#[test]
fn names_are_given_changed_and_taken() {
    run(async {
        let dir = TempDir::new();
        let (a, b, c) = (dir.file("a", "soup"), dir.at("b"), dir.file("c", "old"));
        tfs::hard_link(&a, &b).await?;
        assert_eq!(fs::metadata(&a)?.ino(), fs::metadata(&b)?.ino());
        same(tfs::hard_link(&a, &b).await, fs::hard_link(&a, &b));
        tfs::rename(&a, &c).await?;
        assert_eq!(fs::read(&c)?, b"soup");
        same(tfs::rename(&a, &c).await, fs::rename(&a, &c));
        tfs::remove_file(&c).await?;
        assert!(!fs::exists(&c)?);
        same(tfs::remove_file(&c).await, fs::remove_file(&c));
        same(
            tfs::remove_file(dir.path()).await,
            fs::remove_file(dir.path()),
        );
        Ok(())
    });
}

#[test]
fn permissions_are_set() {
    run(async {
        let dir = TempDir::new();
        let path = dir.file("file", "x");
        let mut permissions = tfs::metadata(&path).await?.permissions();
        permissions.set_readonly(true);
        tfs::set_permissions(&path, permissions).await?;
        assert!(fs::metadata(&path)?.permissions().readonly());
        let missing = tfs::set_permissions(dir.at("x"), fs::Permissions::from_mode(0o600)).await;
        assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
        Ok(())
    });
}

#[test]
fn directories_are_made_and_removed() {
    run(async {
        let dir = TempDir::new();
        let (outer, inner) = (dir.at("outer"), dir.at("outer/inner"));
        same(tfs::create_dir(&inner).await, fs::create_dir(&inner));
        tfs::create_dir(&outer).await?;
        same(tfs::create_dir(&outer).await, fs::create_dir(&outer));
        tfs::create_dir_all(&inner).await?;
        tfs::create_dir_all(&inner).await?;
        same(tfs::remove_dir(&outer).await, fs::remove_dir(&outer));
        tfs::remove_dir(&inner).await?;
        assert!(!fs::exists(&inner)?);

        fs::create_dir_all(&inner)?;
        fs::write(inner.join("file"), "x")?;
        symlink(dir.file("kept", "soup"), inner.join("link"))?;
        tfs::remove_dir_all(&outer).await?;
        assert!(!fs::exists(&outer)?);
        assert_eq!(fs::read(dir.at("kept"))?, b"soup");
        same(
            tfs::remove_dir_all(&outer).await,
            fs::remove_dir_all(&outer),
        );
        Ok(())
    });
}

#[test]
fn a_call_that_has_begun_goes_on_when_it_is_cancelled() {
    let (runtime, release) = with_a_held_pool();
    let dir = TempDir::new();
    runtime.block_on(async {
        assert!(cancelled(tfs::write(dir.at("x"), "soup")).await.is_none());
    });
    drop(release);
    runtime.block_on(runtime.spawn_blocking(|| ())).unwrap(); // it has come behind the write
    assert_eq!(fs::read(dir.at("x")).unwrap(), b"soup");
}

#[test]
fn a_call_that_has_not_begun_when_the_runtime_ends_is_an_error() {
    watched(|| {
        let (runtime, release) = with_a_held_pool();
        let handle = runtime.handle().clone();
        let dir = TempDir::new();
        let mut write = Box::pin(tfs::write(dir.at("x"), "soup"));
        assert!(runtime.block_on(cancelled(&mut write)).is_none());
        let releaser = std::thread::spawn(move || {
            wait_for_the_end_of(&handle);
            drop(release);
        });
        drop(runtime);
        releaser.join().unwrap();
        let error = futures_lite::future::block_on(write).unwrap_err();
        assert!(error.to_string().contains("ended"), "{error}");
        assert!(!dir.at("x").exists());
    });
}

#[test]
fn a_path_with_a_nul_is_the_error_that_std_makes_of_it() {
    run(async {
        same(tfs::read("a\0b").await, fs::read("a\0b"));
        Ok(()) as Result
    });
}
