//! Writes that fail: who is told, how often, and what becomes of the bytes.
#![cfg(unix)]

use std::fs;
use std::io::{ErrorKind, Read, SeekFrom};

use fs_tools::{Result, TempDir, pattern, run};
use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use toque::fs::{File, OpenOptions};

mod fs_tools;

/// A file that can't be written.
async fn read_only(dir: &TempDir) -> Result<File> {
    Ok(File::open(dir.file("read-only", "0123456789")).await?)
}

const EBADF: i32 = rustix::io::Errno::BADF.raw_os_error();

#[test]
fn a_write_that_fails_is_told_by_the_flush_and_by_every_further_one() {
    run(async {
        let dir = TempDir::new();
        let mut file = read_only(&dir).await?;
        assert_eq!(file.write(b"x").await?, 1);
        for _ in 0..3 {
            let error = file.flush().await.unwrap_err(); // tokio#6325: the second says all is well
            assert_eq!(error.raw_os_error(), Some(EBADF));
        }
        assert_eq!(fs::read(dir.at("read-only"))?, b"0123456789");
        Ok(())
    });
}

#[test]
fn a_write_that_fails_is_told_by_whatever_comes_next() {
    run(async {
        let dir = TempDir::new();
        let told = |result: std::io::Result<u64>| {
            assert_eq!(result.unwrap_err().raw_os_error(), Some(EBADF));
        };
        for case in 0..8 {
            let mut file = read_only(&dir).await?;
            assert_eq!(file.write(b"x").await?, 1);
            told(match case {
                0 => file.write(b"y").await.map(|_| 0),
                1 => file.read(&mut [0; 4]).await.map(|_| 0),
                2 => file.seek(SeekFrom::Start(0)).await,
                3 => file.set_len(0).await.map(|()| 0),
                4 => file.sync_all().await.map(|()| 0), // tokio's says all is well
                5 => file.sync_data().await.map(|()| 0),
                6 => file.close().await.map(|()| 0),
                _ => {
                    file.metadata().await?;
                    file.try_clone().await?;
                    file.flush().await.map(|()| 0)
                }
            });
        }
        Ok(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_its_kind() {
    run(async {
        let mut full = OpenOptions::new().write(true).open("/dev/full").await?;
        full.write_all(b"x").await?;
        assert_eq!(
            full.flush().await.unwrap_err().kind(),
            ErrorKind::StorageFull
        );
        let error = toque::fs::write("/dev/full", "x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        Ok(())
    });
}

/// A pipe that is full for now stands for a disk that is.
#[test]
fn what_could_not_be_written_is_written_later_once() {
    run(async {
        let (reader, writer) = rustix::pipe::pipe()?;
        rustix::io::ioctl_fionbio(&writer, true)?;
        let mut reader = fs::File::from(reader);
        let mut file = File::from(writer);
        let contents = pattern(1_000_000);
        assert_eq!(file.write(&contents).await?, contents.len());

        let mut received = Vec::new();
        let mut refusals = 0;
        while let Err(error) = file.flush().await {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            refusals += 1;
            let mut buf = vec![0; 50_000];
            let n = reader.read(&mut buf)?;
            received.extend_from_slice(&buf[..n]);
        }
        assert!(refusals > 2);
        drop(file);
        reader.read_to_end(&mut received)?;
        assert!(received == contents);
        Ok(())
    });
}

/// Room for the rest comes between the failure and the seek: the seek tells of the failure all the same, and the next one goes on.
#[cfg(target_os = "linux")]
#[test]
fn an_error_is_told_though_there_would_be_room_by_now() {
    run(async {
        let (reader, writer) = rustix::pipe::pipe()?;
        rustix::io::ioctl_fionbio(&writer, true)?;
        let room = rustix::pipe::fcntl_getpipe_size(&writer)?;
        let mut file = File::from(writer);
        file.write_all(&pattern(room + 100)).await?;
        file.metadata().await?; // the write has failed by then
        fs::File::from(reader.try_clone()?).read_exact(&mut vec![0; room])?;
        let told = file.seek(SeekFrom::Start(0)).await.unwrap_err();
        assert_eq!(told.kind(), ErrorKind::WouldBlock);
        let own = file.seek(SeekFrom::Start(0)).await.unwrap_err();
        assert_eq!(own.kind(), ErrorKind::NotSeekable);
        Ok(())
    });
}
