//! The state machine of a file: against a model, and each transition that has gone wrong elsewhere.
#![cfg(unix)]

use std::fs;
use std::io::{ErrorKind, Seek, SeekFrom};
use std::sync::Arc;

use fs_tools::{
    Chance, Result, TempDir, cancelled, holding, pattern, read_ahead, read_exactly, run,
};
use futures_lite::future::try_zip;
use futures_lite::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use toque::fs::File;

mod fs_tools;

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
            file.seek(SeekFrom::Start(0)).await?;
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
            file.seek(SeekFrom::Start(0)).await?; // that one was done at once
        }
        assert_eq!(file.seek(SeekFrom::Current(3)).await?, 3);
        assert_eq!(read_exactly(&mut file, 1).await?, b"3");
        Ok(())
    });
}

#[test]
fn a_seek_that_follows_a_cancelled_one_goes_where_it_says() {
    run(async {
        let dir = TempDir::new();
        let mut file = holding(&dir, "0123456789").await?;
        while cancelled(file.seek(SeekFrom::Start(3))).await.is_some() {}
        assert_eq!(file.seek(SeekFrom::Start(7)).await?, 7);
        while cancelled(file.seek(SeekFrom::Start(3))).await.is_some() {}
        assert_eq!(file.seek(SeekFrom::Current(1)).await?, 4);
        assert_eq!(read_exactly(&mut file, 1).await?, b"4");
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
