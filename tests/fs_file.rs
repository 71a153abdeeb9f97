//! Files, opened, read and written, and handed over from and to std, with std's files as the oracle.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::{ErrorKind, IoSlice, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use fs_tools::{
    TempDir, cancelled, caught, holding, pattern, read_ahead, read_exactly, run, with_a_held_pool,
};
use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use toque::fs::{File, OpenOptions};

mod fs_tools;

#[test]
fn files_and_their_futures_can_be_sent_and_shared() {
    fn both<T: Send + Sync>() {}
    fn sent<T: Send>(_: T) {}
    both::<File>();
    let _: fn(&File, &mut File) = |shared, file| {
        sent(shared.sync_all());
        sent(shared.set_len(0));
        sent(shared.metadata());
        sent(shared.try_clone());
        sent(file.read(&mut []));
        sent(File::open("menu"));
    };
}

#[test]
fn what_was_written_and_synced_is_in_the_file() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::create(dir.at("x")).await?;
        file.write_all(b"one sandwich").await?;
        file.sync_all().await?;
        assert_eq!(fs::read(dir.at("x"))?, b"one sandwich");
        file.write_all(b", please").await?;
        file.sync_data().await?;
        assert_eq!(fs::read(dir.at("x"))?, b"one sandwich, please");
        Ok(())
    });
}

#[test]
fn a_flush_and_a_close_wait_for_the_write() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::create(dir.at("x")).await?;
        file.write_all(b"tea").await?;
        file.flush().await?;
        assert_eq!(fs::read(dir.at("x"))?, b"tea");
        file.write_all(b"pot").await?;
        file.close().await?;
        assert_eq!(fs::read(dir.at("x"))?, b"teapot");
        Ok(())
    });
}

#[test]
fn a_file_larger_than_the_buffer_goes_through_whole() {
    run(async {
        let dir = TempDir::new();
        let contents = pattern(5 * 1024 * 1024 + 3);
        let mut file = File::create_new(dir.at("large")).await?;
        assert_eq!(file.write(&contents).await?, 2 * 1024 * 1024);
        file.write_all(&contents[2 * 1024 * 1024..]).await?;
        file.flush().await?;
        assert!(fs::read(dir.at("large"))? == contents);

        file.seek(SeekFrom::Start(0)).await?;
        let mut read = Vec::new();
        file.read_to_end(&mut read).await?;
        assert!(read == contents);
        Ok(())
    });
}

#[test]
fn a_hole_is_read_as_zeros() {
    const FAR: u64 = 1 << 30;
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "start").await?;
        assert_eq!(file.seek(SeekFrom::Start(FAR)).await?, FAR);
        file.write_all(b"end").await?;
        assert_eq!(file.metadata().await?.len(), FAR + 3);
        file.seek(SeekFrom::End(-5)).await?;
        assert_eq!(read_exactly(&mut file, 5).await?, b"\0\0end");
        Ok(())
    });
}

#[test]
fn the_buffer_has_the_size_it_was_given() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        assert_eq!(file.max_buf_size(), 2 * 1024 * 1024);
        file.set_max_buf_size(3);
        assert_eq!(file.read(&mut [0; 10]).await?, 3);
        assert_eq!(file.write(b"abcdef").await?, 3);
        file.flush().await?;
        assert_eq!(fs::read(dir.at("file"))?, b"012abc6789");
        assert_eq!(file.try_clone().await?.max_buf_size(), 3);
        Ok(())
    });
}

#[test]
fn a_buffer_of_no_bytes_is_a_panic_that_names_the_caller() {
    let dir = TempDir::new();
    let mut file = File::from_std(fs::File::create(dir.at("x")).unwrap());
    let panic = caught(|| file.set_max_buf_size(0));
    panic.assert_names(file!(), &["`File::set_max_buf_size`", "one at least"]);
}

#[test]
fn slices_are_written_in_one_piece_and_empty_ones_not_at_all() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::create(dir.at("x")).await?;
        let parts = [b"so".as_slice(), b"", b"up"].map(IoSlice::new);
        assert_eq!(file.write_vectored(&parts).await?, 4);
        assert_eq!(file.write(b"").await?, 0);
        file.set_max_buf_size(3);
        assert_eq!(file.write_vectored(&parts).await?, 3);
        file.flush().await?;
        assert_eq!(fs::read(dir.at("x"))?, b"soupsou");
        assert_eq!(file.read(&mut []).await?, 0);
        Ok(())
    });
}

#[test]
fn open_options_say_what_may_be_done() {
    run(async {
        let dir = TempDir::new();
        let path = dir.file("x", "old");
        assert!(
            File::create_new(&path)
                .await
                .is_err_and(|error| error.kind() == ErrorKind::AlreadyExists)
        );
        let missing = File::open(dir.at("missing")).await;
        assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
        let nothing = OpenOptions::new().open(&path).await;
        assert_eq!(nothing.unwrap_err().kind(), ErrorKind::InvalidInput);

        let mut log = File::options().append(true).open(&path).await?;
        log.write_all(b", new").await?;
        log.flush().await?;
        assert_eq!(fs::read(&path)?, b"old, new");

        let mut std = fs::OpenOptions::new();
        std.write(true).truncate(true);
        drop(OpenOptions::from(std).open(&path).await?);
        assert_eq!(fs::read(&path)?, b"");

        let private = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(dir.at("private"))
            .await?;
        assert_eq!(private.metadata().await?.mode() & 0o777, 0o600);

        symlink(&path, dir.at("link"))?;
        let no_follow = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
        let link = OpenOptions::new()
            .read(true)
            .custom_flags(no_follow)
            .open(dir.at("link"))
            .await;
        assert_eq!(
            link.unwrap_err().raw_os_error(),
            Some(rustix::io::Errno::LOOP.raw_os_error())
        );
        Ok(())
    });
}

#[test]
fn permissions_and_times_can_be_set() {
    run(async {
        let dir = TempDir::new();
        let file = holding(&dir, "x").await?;
        file.set_permissions(Permissions::from_mode(0o640)).await?;
        assert_eq!(fs::metadata(dir.at("file"))?.mode() & 0o777, 0o640);
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
        file.set_modified(then).await?;
        assert_eq!(fs::metadata(dir.at("file"))?.modified()?, then);
        file.set_times(toque::fs::FileTimes::new().set_accessed(then))
            .await?;
        assert_eq!(fs::metadata(dir.at("file"))?.accessed()?, then);
        Ok(())
    });
}

#[test]
fn a_file_of_stds_keeps_its_position() {
    run(async {
        let dir = TempDir::new();
        let mut std = fs::File::open(dir.file("x", "0123456789"))?;
        std.seek(SeekFrom::Start(4))?;
        let mut file = File::from_std(std); // tokio#6374: took it for 0
        assert_eq!(file.seek(SeekFrom::Current(1)).await?, 5);
        assert_eq!(read_exactly(&mut file, 1).await?, b"5");

        read_ahead(&mut file, 4).await?;
        let mut std = file.into_std().await;
        let mut rest = String::new();
        std.read_to_string(&mut rest)?;
        assert_eq!(rest, "6789");
        Ok(())
    });
}

#[test]
fn into_std_waits_for_what_is_under_way() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "").await?;
        file.write_all(&pattern(100_000)).await?;
        let std = file.into_std().await;
        assert_eq!(std.metadata()?.len(), 100_000);

        let file = File::from_std(std);
        while cancelled(file.sync_all()).await.is_some() {}
        file.into_std().await; // tokio's panics: the cancelled call has the file too
        Ok(())
    });
}

#[test]
fn try_into_std_gives_a_busy_file_back() {
    let (runtime, release) = with_a_held_pool();
    let dir = TempDir::new();
    let std = fs::File::create(dir.at("x")).unwrap();
    runtime.block_on(async {
        let mut file = File::from_std(std)
            .try_into_std()
            .map(File::from_std)
            .unwrap();
        file.write_all(b"soup").await.unwrap();
        let mut file = file.try_into_std().unwrap_err();
        drop(release);
        file.flush().await.unwrap();
        let std = file.try_into_std().unwrap();
        assert_eq!(std.metadata().unwrap().len(), 4);
    });
}

#[test]
fn try_into_std_gives_a_file_with_something_to_tell_back() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::open(dir.file("x", "0123456789")).await?;
        read_ahead(&mut file, 4).await?;
        let mut file = loop {
            match file.try_into_std() {
                Err(back) if read_is_done(&back) => break back,
                Err(back) => file = back,
                Ok(_) => panic!("bytes were lost"),
            }
        };
        assert_eq!(read_exactly(&mut file, 4).await?, b"0123");

        file.write_all(b"x").await?;
        file.metadata().await?;
        let mut file = file.try_into_std().unwrap_err();
        file.flush().await.unwrap_err();
        Ok(())
    });
}

/// Whether the descriptor's position has moved.
fn read_is_done(file: &File) -> bool {
    rustix::fs::tell(file).unwrap() > 0
}
