//! Files, read, written and sought: against std's files, and against a model.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::future::Future;
use std::io::{ErrorKind, IoSlice, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use fs_tools::{
    Chance, PATIENCE, Result, TempDir, cancelled, caught, let_others_run, pattern, run,
    wait_for_the_end_of, watched, with_a_held_pool,
};
use futures_lite::future::{block_on, try_zip};
use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use toque::Runtime;
use toque::fs::{File, OpenOptions};

mod fs_tools;

/// A file for reading and writing that holds `contents`.
async fn holding(dir: &TempDir, contents: impl AsRef<[u8]>) -> Result<File> {
    let path = dir.file("file", contents);
    Ok(OpenOptions::new().read(true).write(true).open(path).await?)
}

/// Begins a read of up to `n` bytes and drops it: they are read, and nobody takes them. One that is done at once is undone.
async fn read_ahead(file: &mut File, n: usize) -> Result {
    while let Some(taken) = cancelled(file.read(&mut vec![0; n])).await {
        let taken = i64::try_from(taken?)?;
        file.seek(SeekFrom::Current(-taken)).await?;
    }
    Ok(())
}

async fn read_exactly(file: &mut File, n: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; n];
    file.read_exact(&mut bytes).await?;
    Ok(bytes)
}

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

        file.rewind_to_start().await?;
        let mut read = Vec::new();
        file.read_to_end(&mut read).await?;
        assert!(read == contents);
        Ok(())
    });
}

trait Rewind {
    fn rewind_to_start(&mut self) -> impl Future<Output = std::io::Result<u64>>;
}

impl Rewind for File {
    async fn rewind_to_start(&mut self) -> std::io::Result<u64> {
        self.seek(SeekFrom::Start(0)).await
    }
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

// The state machine.

/// What a file should be: its contents and the user's position.
#[derive(Default)]
struct Model {
    contents: Vec<u8>,
    position: usize,
}

impl Model {
    fn read(&mut self, n: usize) -> &[u8] {
        let start = self.position.min(self.contents.len());
        let end = (start + n).min(self.contents.len());
        self.position += end - start;
        &self.contents[start..end]
    }

    fn write(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        if self.contents.len() < end {
            self.contents.resize(end, 0);
        }
        self.contents[self.position..end].copy_from_slice(bytes);
        self.position = end;
    }

    fn seek(&mut self, target: SeekFrom) -> Option<u64> {
        let position = match target {
            SeekFrom::Start(n) => n as i64,
            SeekFrom::Current(n) => self.position as i64 + n,
            SeekFrom::End(n) => self.contents.len() as i64 + n,
        };
        self.position = usize::try_from(position).ok()?;
        Some(position as u64)
    }
}

/// One operation on both.
async fn step(file: &mut File, model: &mut Model, chance: &mut Chance) -> Result {
    let n = chance.below(40);
    match chance.below(14) {
        0..=2 => {
            let mut buf = vec![0; n];
            let read = file.read(&mut buf).await?;
            // As many as the buffer takes, or what a cancelled read has left, or none at the end.
            assert!(read > 0 || n == 0 || model.position >= model.contents.len());
            assert_eq!(buf[..read], *model.read(read));
        }
        3 | 4 => {
            let bytes: Vec<u8> = (0..n).map(|_| chance.below(256) as u8).collect();
            let written = file.write(&bytes).await?;
            assert_eq!(written, n.min(file.max_buf_size()));
            model.write(&bytes[..written]);
        }
        5..=7 => {
            let n = n as i64 - 20;
            let target = match chance.below(3) {
                0 => SeekFrom::Start(n.unsigned_abs()),
                1 => SeekFrom::Current(n),
                _ => SeekFrom::End(n),
            };
            let found = file.seek(target).await;
            let position = model.position;
            match model.seek(target) {
                Some(expected) => assert_eq!(found?, expected),
                None => {
                    model.position = position;
                    assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidInput);
                }
            }
        }
        8 => drop(
            cancelled(file.read(&mut vec![0; n + 1]))
                .await
                .map(|read| model.read(read.unwrap()).len()),
        ),
        9 => {
            let end = chance.below(200);
            file.set_len(end as u64).await?;
            model.contents.resize(end, 0);
        }
        10 => file.flush().await?,
        11 => {
            drop(cancelled(file.sync_all()).await);
            drop(cancelled(file.flush()).await);
        }
        12 => assert_eq!(file.metadata().await?.len(), model.contents.len() as u64),
        _ => *file = file.try_clone().await?, // in the midst of whatever is under way
    }
    Ok(())
}

#[test]
fn any_sequence_of_operations_does_what_the_model_does() {
    for seed in 0..12 {
        run(async move {
            let dir = TempDir::new();
            let mut chance = Chance(seed);
            let mut file = holding(&dir, "").await?;
            file.set_max_buf_size(1 + chance.below(30));
            let mut model = Model::default();
            for _ in 0..200 {
                step(&mut file, &mut model, &mut chance).await?;
            }
            file.flush().await?;
            assert_eq!(fs::read(dir.at("file"))?, model.contents, "seed {seed}");
            let mut std = file.into_std().await;
            assert_eq!(std.stream_position()?, model.position as u64, "seed {seed}");
            Ok(())
        });
    }
}

#[test]
fn a_cancelled_read_loses_nothing() {
    run(async {
        let dir = TempDir::new();
        let contents = pattern(1000);
        let mut file = holding(&dir, &contents).await?;
        let mut read = Vec::new();
        for n in (1..20).cycle() {
            read_ahead(&mut file, n).await?;
            let mut buf = [0; 7];
            match file.read(&mut buf).await? {
                0 => break,
                n => read.extend_from_slice(&buf[..n]),
            }
        }
        assert!(read == contents);
        Ok(())
    });
}

#[test]
fn a_seek_starts_where_the_reader_is() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        read_ahead(&mut file, 8).await?;
        assert_eq!(read_exactly(&mut file, 2).await?, b"01");
        assert_eq!(file.seek(SeekFrom::Current(1)).await?, 3);
        assert_eq!(read_exactly(&mut file, 2).await?, b"34");
        Ok(())
    });
}

#[test]
fn a_seek_that_fails_leaves_what_was_read_ahead() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        for target in [
            SeekFrom::Current(-100),
            SeekFrom::Current(i64::MIN),
            SeekFrom::End(-100),
        ] {
            file.rewind_to_start().await?;
            read_ahead(&mut file, 8).await?;
            assert_eq!(read_exactly(&mut file, 2).await?, b"01");
            let error = file.seek(target).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(read_exactly(&mut file, 2).await?, b"23", "{target:?}");
        }
        Ok(())
    });
}

#[test]
fn a_write_goes_to_where_the_reader_is() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        read_ahead(&mut file, 8).await?;
        assert_eq!(read_exactly(&mut file, 2).await?, b"01");
        file.write_all(b"ab").await?;
        file.flush().await?;
        assert_eq!(fs::read(dir.at("file"))?, b"01ab456789");
        assert_eq!(read_exactly(&mut file, 2).await?, b"45");
        Ok(())
    });
}

#[test]
fn a_seek_cancelled_and_repeated_moves_once() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        while cancelled(file.seek(SeekFrom::Current(3))).await.is_some() {
            file.rewind_to_start().await?; // that one was done at once
        }
        assert_eq!(file.seek(SeekFrom::Current(3)).await?, 3);
        assert_eq!(read_exactly(&mut file, 1).await?, b"3");
        Ok(())
    });
}

#[test]
fn what_was_cut_off_is_not_read_from_the_buffer() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        read_ahead(&mut file, 8).await?;
        assert_eq!(read_exactly(&mut file, 1).await?, b"0");
        file.set_len(3).await?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest).await?;
        assert_eq!(rest, b"12");
        Ok(())
    });
}

#[test]
fn a_length_is_set_after_the_write_under_way() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "").await?;
        file.write_all(&pattern(100_000)).await?;
        file.set_len(5).await?;
        assert_eq!(fs::read(dir.at("file"))?, pattern(5));
        Ok(())
    });
}

#[test]
fn metadata_knows_of_the_write_under_way() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "").await?;
        file.write_all(&pattern(100_000)).await?;
        assert_eq!(file.metadata().await?.len(), 100_000);
        Ok(())
    });
}

#[test]
fn two_tasks_may_use_one_file() {
    run(async {
        let dir = TempDir::new();
        let file = Arc::new(holding(&dir, "").await?);
        let task = |file: Arc<File>| async move {
            for size in 0..20 {
                file.set_len(size).await?;
                file.sync_all().await?;
            }
            Ok::<_, std::io::Error>(())
        };
        try_zip(task(file.clone()), task(file.clone())).await?;
        assert_eq!(file.metadata().await?.len(), 19);
        Ok(())
    });
}

#[test]
fn a_clone_shares_the_position_of_the_reader() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        read_ahead(&mut file, 8).await?;
        assert_eq!(read_exactly(&mut file, 2).await?, b"01");
        let mut clone = file.try_clone().await?;
        assert_eq!(read_exactly(&mut clone, 2).await?, b"23");
        assert_eq!(read_exactly(&mut file, 2).await?, b"45");
        Ok(())
    });
}

// From and to std.

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
        drop(cancelled(file.sync_all()).await);
        drop(cancelled(file.metadata()).await);
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

// Errors.

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

// Cancelled, dropped, ended.

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
