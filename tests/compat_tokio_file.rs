//! tokio's traits on `fs::File`, as tokio's extension methods use them.
#![cfg(unix)]

use std::fs;
use std::future::poll_fn;
use std::io::{self, IoSlice, SeekFrom};
use std::pin::Pin;

use fs_tools::{Result, TempDir, run, with_a_held_pool};
use tokio::io::{AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};
use toque::fs::File;

mod fs_tools;

async fn read(file: &mut File, n: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; n];
    let mut buf = ReadBuf::new(&mut bytes);
    poll_fn(|cx| Pin::new(&mut *file).poll_read(cx, &mut buf)).await?;
    let n = buf.filled().len();
    bytes.truncate(n);
    Ok(bytes)
}

async fn complete(file: &mut File) -> io::Result<u64> {
    poll_fn(|cx| Pin::new(&mut *file).poll_complete(cx)).await
}

/// As tokio's `AsyncSeekExt::seek`.
async fn seek(file: &mut File, target: SeekFrom) -> io::Result<u64> {
    complete(file).await?;
    Pin::new(&mut *file).start_seek(target)?;
    complete(file).await
}

async fn write(file: &mut File, bytes: &[u8]) -> io::Result<usize> {
    poll_fn(|cx| Pin::new(&mut *file).poll_write(cx, bytes)).await
}

async fn flush(file: &mut File) -> io::Result<()> {
    poll_fn(|cx| Pin::new(&mut *file).poll_flush(cx)).await
}

#[test]
fn a_file_is_written_sought_and_read() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::create_new(dir.at("x")).await?;
        assert!(file.is_write_vectored());
        assert_eq!(write(&mut file, b"0123").await?, 4);
        let slices = [b"45".as_slice(), b"67"].map(IoSlice::new);
        let written = poll_fn(|cx| Pin::new(&mut file).poll_write_vectored(cx, &slices)).await?;
        assert_eq!(written, 4);
        assert_eq!(seek(&mut file, SeekFrom::End(-3)).await?, 5);
        assert_eq!(read(&mut file, 2).await?, b"56");
        assert_eq!(seek(&mut file, SeekFrom::Current(-4)).await?, 3);
        assert_eq!(read(&mut file, 100).await?, b"34567");
        assert_eq!(read(&mut file, 100).await?, b"");
        poll_fn(|cx| Pin::new(&mut file).poll_shutdown(cx)).await?;
        assert_eq!(fs::read(dir.at("x"))?, b"01234567");
        Ok(())
    });
}

#[test]
fn a_seek_starts_only_when_the_file_is_idle() {
    let (runtime, release) = with_a_held_pool();
    let dir = TempDir::new();
    let mut file = File::from_std(fs::File::create(dir.at("x")).unwrap());
    let test = async {
        write(&mut file, b"soup").await?;
        let error = Pin::new(&mut file)
            .start_seek(SeekFrom::Start(1))
            .unwrap_err();
        assert!(error.to_string().contains("pending"), "{error}");
        drop(release);
        assert_eq!(seek(&mut file, SeekFrom::Start(1)).await?, 1);
        write(&mut file, b"ou").await?;
        flush(&mut file).await?;
        assert_eq!(fs::read(dir.at("x"))?, b"soup");
        Ok(()) as Result
    };
    runtime.block_on(test).unwrap();
}

#[test]
fn the_error_of_a_write_is_told_by_the_seek_that_follows() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::open(dir.file("x", "soup")).await?;
        write(&mut file, b"x").await?;
        seek(&mut file, SeekFrom::Start(0)).await.unwrap_err();
        Ok(())
    });
}

#[test]
fn a_read_that_follows_a_seek_waits_for_it() {
    run(async {
        let dir = TempDir::new();
        let mut file = File::open(dir.file("x", "0123456789")).await?;
        Pin::new(&mut file).start_seek(SeekFrom::Start(7))?;
        assert_eq!(read(&mut file, 100).await?, b"789");
        Ok(())
    });
}
