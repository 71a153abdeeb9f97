//! Buffers: how few calls they make of many, and what is where.

mod io_tools;

use io_tools::{Bytes, run, script, taking};
use toque::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, BufStream, BufWriter,
    Cursor, SeekFrom, duplex, join,
};

#[test]
fn a_buffered_reader_gives_back_what_is_in_it() {
    run(async {
        let mut reader = BufReader::with_capacity(4, script(&[Bytes(b"bread and soup")]));
        assert_eq!(reader.read_u8().await.unwrap(), b'b');
        assert_eq!(reader.buffer(), b"rea");
        assert_eq!(reader.get_ref().longest, 4);
        let mut rest = String::new();
        reader.into_inner().read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "d and soup");
    });
}

#[test]
fn many_small_writes_are_one() {
    run(async {
        let mut writer = BufWriter::new(taking(usize::MAX));
        for _ in 0..100 {
            writer.write_all(b"soup").await.unwrap();
        }
        assert_eq!((writer.get_ref().writes, writer.buffer().len()), (0, 400));
        writer.flush().await.unwrap();
        let inner = writer.into_inner();
        assert_eq!(
            (inner.writes, inner.taken.len(), inner.flushes),
            (1, 400, 1)
        );
    });
}

#[test]
fn shutting_a_buffered_writer_down_writes_the_rest() {
    run(async {
        let mut writer = BufWriter::with_capacity(8, taking(3));
        writer.write_all(b"soup").await.unwrap();
        writer.shutdown().await.unwrap();
        assert_eq!(writer.get_ref().taken, b"soup");
        assert_eq!(writer.get_ref().closes, 1);
    });
}

/// A connection that is buffered for writing is read as before: mini-redis' is made so.
#[test]
fn a_buffered_writer_lets_reads_through() {
    run(async {
        let (near, mut far) = duplex(16);
        let mut near = BufWriter::new(near);
        far.write_all(b"soup").await.unwrap();
        let mut buf = [0; 4];
        near.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"soup");

        let mut lines = BufWriter::new(join(&b"bread\n"[..], Vec::new())).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "bread");
    });
}

#[test]
fn a_buffered_stream_is_buffered_both_ways() {
    run(async {
        let stream = join(script(&[Bytes(b"one\ntwo\n")]), taking(usize::MAX));
        let mut stream = BufStream::with_capacity(64, 64, stream);
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        for _ in 0..4 {
            stream.write_all(line.as_bytes()).await.unwrap();
        }
        assert_eq!(stream.get_ref().reader().longest, 64);
        assert_eq!(stream.get_ref().writer().writes, 0);
        stream.flush().await.unwrap();
        assert_eq!(stream.get_ref().writer().writes, 1);
        stream.read_line(&mut line).await.unwrap();
        assert_eq!(line, "one\ntwo\n");
        stream.shutdown().await.unwrap();
        let (_, writer) = stream.into_inner().into_inner();
        assert_eq!(
            (&writer.taken[..], writer.closes),
            (&b"one\none\none\none\n"[..], 1)
        );
    });
}

#[test]
fn a_seek_writes_what_is_buffered_first_and_forgets_what_was_read() {
    run(async {
        let mut file = BufStream::new(Cursor::new(b"bread soup".to_vec()));
        assert_eq!(file.read_u8().await.unwrap(), b'b');
        assert_eq!(file.stream_position().await.unwrap(), 1);
        file.write_all(b"R").await.unwrap();
        file.seek(SeekFrom::Start(6)).await.unwrap();
        let mut rest = String::new();
        file.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "soup");
        assert_eq!(file.into_inner().into_inner(), b"bRead soup");
    });
}
