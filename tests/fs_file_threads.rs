//! Files and their runtimes: dropped, ended, none, another; and what the executor does meanwhile.
#![cfg(unix)]

use std::fs;
use std::io::{Read, SeekFrom, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
use std::os::unix::fs::FileExt;
use std::thread;

use fs_tools::{
    PATIENCE, TempDir, cancelled, holding, let_others_run, read_ahead, read_exactly, run,
    wait_for_the_end_of, watched, with_a_held_pool,
};
use futures_lite::future::block_on;
use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use toque::Runtime;
use toque::fs::File;

mod fs_tools;

#[test]
fn a_write_under_way_is_finished_when_the_file_is_dropped() {
    let (runtime, release) = with_a_held_pool();
    let dir = TempDir::new();
    let std = fs::File::create(dir.at("x")).unwrap();
    runtime.block_on(async {
        let mut file = File::from_std(std);
        file.write_all(b"soup").await.unwrap();
        drop(file);
        assert_eq!(fs::read(dir.at("x")).unwrap(), b"", "the pool is held");
        drop(release);
    });
    drop(runtime); // waits for the pool
    assert_eq!(fs::read(dir.at("x")).unwrap(), b"soup");
}

#[test]
fn a_write_that_has_not_begun_when_the_runtime_ends_is_done() {
    watched(|| {
        let (runtime, release) = with_a_held_pool();
        let handle = runtime.handle().clone();
        let dir = TempDir::new();
        let std = fs::File::create(dir.at("x")).unwrap();
        runtime.block_on(async {
            File::from_std(std).write_all(b"soup").await.unwrap();
        });
        let release = thread::spawn(move || {
            wait_for_the_end_of(&handle);
            drop(release);
        });
        let report = runtime.shutdown(PATIENCE);
        release.join().unwrap();
        assert!(report.running_jobs.is_empty());
        assert_eq!(fs::read(dir.at("x")).unwrap(), b"soup");
    });
}

#[test]
fn after_the_runtimes_end_operations_give_an_error_and_lose_nothing() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let dir = TempDir::new();
    let mut file = runtime.block_on(holding(&dir, "0123456789")).unwrap();
    runtime.block_on(read_ahead(&mut file, 6)).unwrap();
    drop(runtime);

    let ended = |result: std::io::Result<u64>| {
        let error = result.unwrap_err();
        assert!(error.to_string().contains("ended"), "{error}");
    };
    let entered = handle.enter();
    block_on(async {
        assert_eq!(read_exactly(&mut file, 2).await.unwrap(), b"01"); // what was read ahead
        ended(file.seek(SeekFrom::Current(0)).await);
        ended(file.write(b"x").await.map(|_| 0));
        ended(file.metadata().await.map(|_| 0));
        ended(file.sync_all().await.map(|()| 0));
        ended(File::open(dir.at("file")).await.map(|_| 0));
        ended(toque::fs::read(dir.at("file")).await.map(|_| 0));
    });
    drop(entered);

    run(async {
        assert_eq!(read_exactly(&mut file, 8).await?, b"23456789");
        Ok(())
    });
}

#[test]
fn outside_of_a_runtime_an_error_names_the_remedy() {
    let dir = TempDir::new();
    let mut file = File::from_std(fs::File::open(dir.file("x", "soup")).unwrap());
    block_on(async {
        let error = file.read(&mut [0; 4]).await.unwrap_err();
        assert!(error.to_string().contains("block_on"), "{error}");
        let error = File::open(dir.at("x")).await.unwrap_err();
        assert!(error.to_string().contains("block_on"), "{error}");
        assert_eq!(file.into_std().await.metadata().unwrap().len(), 4);
    });
}

#[test]
fn what_a_refused_write_was_given_is_not_written_later() {
    let dir = TempDir::new();
    let mut file = File::from_std(fs::File::create(dir.at("x")).unwrap());
    block_on(file.write(b"nobody has accepted this")).unwrap_err();
    run(async {
        file.write_all(b"soup").await?;
        file.flush().await?;
        assert_eq!(fs::read(dir.at("x"))?, b"soup");
        Ok(())
    });
}

#[test]
fn a_file_works_in_any_runtime_and_goes_from_one_to_another() {
    let dir = TempDir::new();
    let runtime = Runtime::new().unwrap();
    let mut file = runtime.block_on(holding(&dir, "0123456789")).unwrap();
    runtime.block_on(read_ahead(&mut file, 6)).unwrap();
    let handle = runtime.handle().clone();
    let mut file = thread::spawn(move || {
        run(async {
            assert_eq!(read_exactly(&mut file, 8).await?, b"01234567");
            assert!(cancelled(file.write(b"xy")).await.is_some());
            Ok(())
        });
        file
    })
    .join()
    .unwrap();
    runtime.block_on(file.flush()).unwrap();
    assert_eq!(fs::read(dir.at("file")).unwrap(), b"01234567xy");

    thread::spawn(move || handle.block_on(async { file.seek(SeekFrom::Start(1)).await.unwrap() }))
        .join()
        .unwrap();
}

/// The other end of a named pipe comes only after others have run: who waits for it must not be the executor.
#[test]
fn the_executor_goes_on_while_a_file_is_waited_for() {
    run(async {
        let dir = TempDir::new();
        let fifo = dir.at("fifo");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, mode, 0)?;
        let path = fifo.clone();
        let reader = toque::spawn(async move {
            let mut file = File::open(path).await?;
            let mut text = String::new();
            file.read_to_string(&mut text).await?;
            Ok::<_, std::io::Error>(text)
        });
        let_others_run().await;
        let mut writer = File::options().write(true).open(&fifo).await?;
        let_others_run().await;
        assert!(!reader.is_finished());
        writer.write_all(b"soup").await?;
        writer.flush().await?;
        drop(writer);
        assert_eq!(reader.await??, "soup");
        Ok(())
    });
}

#[allow(unsafe_code)] // std's `FromRawFd` is what is tested
#[test]
fn a_file_made_of_a_number_owns_it() {
    run(async {
        let (reader, writer) = rustix::pipe::pipe()?;
        // SAFETY: the number is of this moment, and nobody else has it.
        let mut file = unsafe { File::from_raw_fd(writer.into_raw_fd()) };
        file.write_all(b"soup").await?;
        file.flush().await?;
        drop(file);
        rustix::io::ioctl_fionbio(&reader, true)?; // without an end, an error instead of a wait
        let mut text = String::new();
        fs::File::from(reader).read_to_string(&mut text)?; // to the end that only a close makes
        assert_eq!(text, "soup");
        Ok(())
    });
}

#[test]
fn the_descriptor_is_closed_with_the_file() {
    run(async {
        let (reader, writer) = rustix::pipe::pipe()?;
        let mut file = File::from(writer);
        assert!(file.as_raw_fd() >= 0);
        file.write_all(b"soup").await?;
        file.flush().await?;
        drop(file);
        let mut text = String::new();
        fs::File::from(reader).read_to_string(&mut text)?; // to the end that only a close makes
        assert_eq!(text, "soup");
        Ok(())
    });
}

#[test]
fn std_and_toque_may_write_one_file_in_turn() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        let mut std = fs::OpenOptions::new().write(true).open(dir.at("file"))?;
        assert_eq!(read_exactly(&mut file, 2).await?, b"01");
        std.write_at(b"ab", 2)?;
        std.write_all(b"xy")?;
        assert_eq!(read_exactly(&mut file, 2).await?, b"ab"); // no more was read than was asked for
        Ok(())
    });
}
