//! Pipes, anonymous and named, through the public API, on every kind of reactor.
#![cfg(target_os = "linux")]

use std::future::poll_fn;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use futures_lite::future::try_zip;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use net_tools::{
    Result, TempPath, abroad, cancelled, is_foreign, let_others_run, run, would_block,
};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::pipe::PipeFlags;
use toque::io::Interest;
use toque::net::unix::pipe::{OpenOptions, Receiver, Sender, pipe};
use toque::{Runtime, spawn};

mod net_tools;

/// A named pipe.
fn fifo() -> Result<TempPath> {
    let path = TempPath::new();
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, path.as_ref(), FileType::Fifo, mode, 0)?;
    Ok(path)
}

/// Compiles only if the futures can go to another thread, as `Handle::spawn` wants it. Never called.
fn futures_can_be_sent(sender: &Sender, receiver: &Receiver) {
    fn check<T: Send>(_: T) {}
    check(sender.writable());
    check(receiver.ready(Interest::READABLE));
}

#[test]
fn both_ends_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<Sender>();
    check::<Receiver>();
    let _: fn(&Sender, &Receiver) = futures_can_be_sent;
}

#[test]
fn a_mebibyte_goes_through_whole_and_then_comes_the_end() {
    run(|| async {
        let (mut sender, mut receiver) = pipe()?;
        let sent: Vec<u8> = (0..1 << 20).map(|n| (n % 251) as u8).collect();
        let mut received = Vec::new();
        let write = async {
            sender.write_all(&sent).await?;
            drop(sender);
            Ok(())
        };
        try_zip(write, receiver.read_to_end(&mut received)).await?;
        assert!(received == sent);
        Ok(())
    });
}

#[test]
fn the_reader_of_an_emptied_pipe_sees_the_writer_close() {
    run(|| async {
        let (mut sender, mut receiver) = pipe()?;
        sender.write_all(b"soup").await?;
        let mut buf = [0; 8];
        assert_eq!(receiver.read(&mut buf).await?, 4);
        let reader = spawn(async move {
            let end = receiver.read(&mut [0; 8]).await;
            let ready = receiver.ready(Interest::READABLE).await;
            (end, ready)
        });
        let_others_run().await;
        assert!(!reader.is_finished());
        drop(sender);
        let (end, ready) = reader.await?;
        assert_eq!(end?, 0);
        assert!(ready?.is_read_closed());
        Ok(())
    });
}

#[test]
fn data_and_the_end_before_anyone_reads_are_both_seen() {
    run(|| async {
        let (mut sender, mut receiver) = pipe()?;
        sender.write_all(b"soup").await?;
        drop(sender);
        let_others_run().await;
        let mut buf = [0; 8];
        assert_eq!(receiver.read(&mut buf).await?, 4);
        assert_eq!(receiver.read(&mut buf).await?, 0);
        assert_eq!(receiver.read(&mut buf).await?, 0);
        Ok(())
    });
}

#[test]
fn a_short_read_of_one_packet_is_not_the_last() {
    run(|| async {
        let flags = PipeFlags::DIRECT | PipeFlags::CLOEXEC;
        let (receiver, sender) = rustix::pipe::pipe_with(flags)?;
        let mut receiver = Receiver::from_owned_fd(receiver)?;
        rustix::io::write(&sender, b"soup")?;
        rustix::io::write(&sender, b"bread")?;
        receiver.readable().await?; // so that the event is behind us
        let_others_run().await;
        let mut buf = [0; 64];
        assert_eq!(receiver.read(&mut buf).await?, 4);
        assert_eq!(receiver.read(&mut buf).await?, 5);
        Ok(())
    });
}

#[test]
fn a_full_pipe_says_would_block_and_becomes_writable_when_it_is_read() {
    run(|| async {
        let (sender, mut receiver) = pipe()?;
        let mut sent = 0;
        while let Ok(n) = sender.try_write(&[7; 4096]) {
            sent += n;
        }
        would_block(sender.try_write(b"soup"));
        cancelled(sender.writable()).await;
        cancelled(sender.ready(Interest::WRITABLE)).await;
        let writer = spawn(async move { (&sender).write_all(b"soup").await });
        let_others_run().await;
        assert!(!writer.is_finished());
        receiver.read_exact(&mut vec![0; sent]).await?;
        let mut got = [0; 4];
        receiver.read_exact(&mut got).await?;
        assert_eq!(&got, b"soup");
        writer.await??;
        Ok(())
    });
}

#[test]
fn a_writer_that_waits_learns_that_its_last_reader_is_gone() {
    run(|| async {
        let (mut sender, receiver) = pipe()?;
        let writer = spawn(async move {
            let error = sender.write_all(&vec![7; 1 << 20]).await.unwrap_err();
            let ready = sender.ready(Interest::WRITABLE).await.unwrap();
            (error.kind(), ready.is_write_closed())
        });
        let_others_run().await;
        assert!(!writer.is_finished());
        drop(receiver);
        assert_eq!(writer.await?, (ErrorKind::BrokenPipe, true));
        Ok(())
    });
}

#[test]
fn cancelled_waits_lose_nothing() {
    run(|| async {
        let (sender, receiver) = pipe()?;
        cancelled(receiver.readable()).await;
        cancelled(receiver.ready(Interest::READABLE)).await;
        cancelled((&receiver).read(&mut [0; 8])).await;
        would_block(receiver.try_read(&mut [0; 8]));
        sender.try_write(b"soup")?;
        poll_fn(|cx| receiver.poll_read_ready(cx)).await?;
        assert_eq!(receiver.try_read(&mut [0; 8])?, 4);
        poll_fn(|cx| sender.poll_write_ready(cx)).await?;
        Ok(())
    });
}

#[test]
fn of_many_readers_each_gets_a_byte() {
    run(|| async {
        let (mut sender, receiver) = pipe()?;
        let receiver = Arc::new(receiver);
        let readers: Vec<_> = (0..20)
            .map(|_| {
                let receiver = receiver.clone();
                spawn(async move { (&*receiver).read(&mut [0]).await })
            })
            .collect();
        let_others_run().await;
        sender.write_all(&[7; 20]).await?;
        for reader in readers {
            assert_eq!(reader.await??, 1);
        }
        Ok(())
    });
}

#[test]
fn an_operation_that_the_type_does_not_know_is_noted() {
    run(|| async {
        let (sender, receiver) = pipe()?;
        let read = || Ok(rustix::io::read(&receiver, &mut [0; 8])?);
        would_block(receiver.try_io(read));
        let write = || Ok(rustix::io::write(&sender, b"soup")?);
        assert_eq!(sender.try_io(write)?, 4);
        receiver.readable().await?;
        assert_eq!(receiver.try_io(read)?, 4);
        Ok(())
    });
}

#[test]
fn a_named_pipe_connects_who_opens_it() {
    run(|| async {
        let path = fifo()?;
        // Nobody to write to.
        let error = OpenOptions::new().open_sender(&path).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(6));
        let mut receiver = OpenOptions::new().open_receiver(&path)?;
        let mut sender = OpenOptions::new().open_sender(&path)?;
        let reader = spawn(async move {
            let mut all = String::new();
            receiver.read_to_string(&mut all).await.map(|_| all)
        });
        let_others_run().await;
        sender.write_all(b"soup").await?;
        sender.close().await?; // does nothing
        let_others_run().await;
        sender.write_all(b"bread").await?;
        drop(sender);
        assert_eq!(reader.await??, "soupbread");
        Ok(())
    });
}

#[test]
fn a_receiver_waits_for_its_first_sender() {
    run(|| async {
        let path = fifo()?;
        let mut receiver = OpenOptions::new().open_receiver(&path)?;
        let reader = spawn(async move {
            let mut all = String::new();
            receiver.read_to_string(&mut all).await.map(|_| all)
        });
        let_others_run().await;
        assert!(!reader.is_finished());
        OpenOptions::new().open_sender(&path)?.try_write(b"soup")?;
        assert_eq!(reader.await??, "soup");
        Ok(())
    });
}

#[test]
fn what_was_written_before_the_receiver_was_made_is_read() {
    run(|| async {
        let (receiver, sender) = rustix::pipe::pipe()?;
        rustix::io::write(&sender, b"soup")?;
        let mut receiver = Receiver::from_owned_fd(receiver)?;
        assert_eq!(receiver.read(&mut [0; 8]).await?, 4);
        Ok(())
    });
}

#[test]
fn opened_for_both_a_sender_needs_no_receiver_and_a_receiver_outlives_its_senders() {
    run(|| async {
        let path = fifo()?;
        let mut sender = OpenOptions::new().read_write(true).open_sender(&path)?;
        sender.write_all(b"soup").await?;
        let mut receiver = OpenOptions::new().read_write(true).open_receiver(&path)?;
        drop(sender);
        let mut buf = [0; 8];
        assert_eq!(receiver.read(&mut buf).await?, 4);
        cancelled(receiver.read(&mut buf)).await; // no end
        let sender = OpenOptions::new().open_sender(&path)?;
        sender.try_write(b"bread")?;
        assert_eq!(receiver.read(&mut buf).await?, 5);
        Ok(())
    });
}

#[test]
fn what_is_no_pipe_is_refused_unless_it_is_asked_for() {
    run(|| async {
        let path = TempPath::new();
        std::fs::write(&path, "soup")?;
        let error = OpenOptions::new().open_receiver(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = OpenOptions::new().open_sender(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        // A file on a disk can't be polled.
        let unchecked = OpenOptions::new().unchecked(true).open_receiver(&path);
        assert_eq!(unchecked.unwrap_err().kind(), ErrorKind::PermissionDenied);
        let (near, mut far) = std::os::unix::net::UnixStream::pair()?;
        let mut socket = Receiver::from_owned_fd_unchecked(near.into())?;
        far.write_all(b"soup")?;
        assert_eq!(socket.read(&mut [0; 8]).await?, 4);
        Ok(())
    });
}

#[test]
fn the_wrong_end_of_a_pipe_is_refused() {
    run(|| async {
        let (receiver, sender) = rustix::pipe::pipe()?;
        let error = Sender::from_owned_fd(receiver).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = Receiver::from_file(sender.into()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        Ok(())
    });
}

fn is_non_blocking(fd: impl AsFd) -> Result<bool> {
    Ok(rustix::fs::fcntl_getfl(fd)?.contains(OFlags::NONBLOCK))
}

#[test]
fn the_descriptor_comes_back_as_it_is_wanted() {
    run(|| async {
        let (sender, receiver) = pipe()?;
        assert!(is_non_blocking(&sender)?);
        let sender: OwnedFd = sender.into_blocking_fd()?;
        assert!(!is_non_blocking(&sender)?);
        let receiver = receiver.into_nonblocking_fd()?;
        assert!(is_non_blocking(&receiver)?);
        std::fs::File::from(sender).write_all(b"soup")?;
        let mut got = [0; 4];
        std::fs::File::from(receiver).read_exact(&mut got)?;
        assert_eq!(&got, b"soup");

        let (receiver, sender) = rustix::pipe::pipe()?;
        let mut sender = Sender::from_file(sender.into())?;
        let mut receiver = Receiver::from_file(receiver.into())?;
        assert!(is_non_blocking(&receiver)?);
        sender.write_all(b"soup").await?;
        receiver.read_exact(&mut got).await?;
        Ok(())
    });
}

#[test]
fn on_a_foreign_thread_both_ends_answer_with_an_error() {
    run(|| async {
        let (sender, receiver) = pipe()?;
        sender.try_write(b"soup")?;
        abroad(|| async {
            is_foreign((&receiver).read(&mut [0; 8]).await);
            is_foreign(receiver.try_read(&mut [0; 8]));
            is_foreign(receiver.readable().await);
            is_foreign((&sender).write(b"soup").await);
            is_foreign(sender.ready(Interest::WRITABLE).await);
        });
        assert_eq!((&receiver).read(&mut [0; 8]).await?, 4);
        std::thread::spawn(move || drop(sender)).join().unwrap();
        assert_eq!((&receiver).read(&mut [0; 8]).await?, 0);
        Ok(())
    });
}

#[test]
fn dropped_after_its_runtime_a_sender_is_closed() {
    let (sender, receiver) = Runtime::new().unwrap().block_on(async { pipe().unwrap() });
    drop(sender);
    let mut receiver = std::fs::File::from(receiver.into_blocking_fd().unwrap());
    assert_eq!(receiver.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
#[should_panic(expected = "no toque runtime on this thread")]
fn outside_of_a_runtime_a_pipe_cannot_be_made() {
    let _ = pipe();
}
