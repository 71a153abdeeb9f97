//! The methods of readers: what they bring, where they stop, and what is left of them when they are cancelled.

mod io_tools;
mod tools;

use std::io::ErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_lite::StreamExt;
use io_tools::{Bytes, Fail, Step, Wait, buffered, cancelled, kind, run, script};
use tools::{Count, counting};
use toque::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeekExt, Cursor, SeekFrom,
};

#[test]
fn read_exact_fills_the_buffer_from_several_reads_and_tells_its_length() {
    run(async {
        let mut reader = script(&[Bytes(b"so"), Wait, Bytes(b"up and")]);
        let (polls, mut buf) = (Count::default(), [0; 4]);
        let read = counting(polls.clone(), reader.read_exact(&mut buf)).await;
        assert_eq!((read.unwrap(), &buf), (4, b"soup"));
        assert_eq!(polls.get(), 2);
        assert_eq!(reader.read_exact(&mut []).await.unwrap(), 0);
    });
}

#[test]
fn read_exact_fails_at_an_early_end() {
    run(async {
        let mut reader = script(&[Bytes(b"sou")]);
        let result = reader.read_exact(&mut [0; 4]).await;
        assert_eq!(kind(result), ErrorKind::UnexpectedEof);
    });
}

#[test]
fn a_number_is_read_in_either_order_of_its_bytes() {
    run(async {
        let mut reader = &b"\x01\x02\x01\x02\xff\xff\xff\xfe\0\0\x80\x3f"[..];
        assert_eq!(reader.read_u16().await.unwrap(), 0x0102);
        assert_eq!(reader.read_u16_le().await.unwrap(), 0x0201);
        assert_eq!(reader.read_i32().await.unwrap(), -2);
        assert_eq!(reader.read_f32_le().await.unwrap(), 1.0);
        assert_eq!(kind(reader.read_u8().await), ErrorKind::UnexpectedEof);
    });
}

#[test]
fn a_number_may_come_in_pieces() {
    run(async {
        let mut reader = script(&[Bytes(b"\x01"), Wait, Bytes(b"\x02\x03"), Bytes(b"\x04")]);
        assert_eq!(reader.read_u32().await.unwrap(), 0x0102_0304);
    });
}

#[test]
fn read_to_end_appends_and_counts_what_it_appended() {
    run(async {
        let mut reader = script(&[Bytes(b"br"), Wait, Bytes(b"ead")]);
        let mut buf = b"more ".to_vec();
        assert_eq!(reader.read_to_end(&mut buf).await.unwrap(), 5);
        assert_eq!(buf, b"more bread");
    });
}

#[test]
fn a_cancelled_read_to_end_leaves_what_it_has_read_and_nothing_else() {
    run(async {
        let mut reader = script(&[Bytes(b"br"), Wait, Bytes(b"ead")]);
        let mut buf = Vec::new();
        cancelled(reader.read_to_end(&mut buf)).await;
        assert_eq!(buf, b"br");
        assert_eq!(reader.read_to_end(&mut buf).await.unwrap(), 3);
        assert_eq!(buf, b"bread");
    });
}

#[test]
fn what_came_before_an_error_stays() {
    run(async {
        let steps = [Bytes(b"br"), Fail(ErrorKind::ConnectionReset)];
        let (mut buf, mut text) = (Vec::new(), String::from("more "));
        let result = script(&steps).read_to_end(&mut buf).await;
        assert_eq!(kind(result), ErrorKind::ConnectionReset);
        assert_eq!(buf, b"br");
        let result = script(&steps).read_to_string(&mut text).await;
        assert_eq!(kind(result), ErrorKind::ConnectionReset);
        assert_eq!(text, "more br");
    });
}

/// Or each poll would zero all of it again.
#[test]
fn read_to_end_offers_a_large_buffer_bit_by_bit() {
    run(async {
        let mut reader = script(&[Bytes(b"bread")]);
        let mut buf = Vec::with_capacity(1 << 20);
        reader.read_to_end(&mut buf).await.unwrap();
        assert!(reader.longest <= 64 * 1024, "{} bytes", reader.longest);
    });
}

#[test]
fn read_to_string_takes_a_character_that_comes_in_two_pieces() {
    run(async {
        let mut reader = script(&[Bytes(b"cr\xc3"), Wait, Bytes(b"\xa8me")]);
        let mut text = String::from("more ");
        assert_eq!(reader.read_to_string(&mut text).await.unwrap(), 6);
        assert_eq!(text, "more crème");
    });
}

#[test]
fn what_is_no_text_leaves_the_string_as_it_was() {
    run(async {
        let mut text = String::from("more ");
        let result = script(&[Bytes(b"\xff")]).read_to_string(&mut text).await;
        assert_eq!(kind(result), ErrorKind::InvalidData);
        let mut reader = buffered(&[Bytes(b"\xff\nbread\n")]);
        assert_eq!(
            kind(reader.read_line(&mut text).await),
            ErrorKind::InvalidData
        );
        assert_eq!(text, "more ");
        assert_eq!(reader.read_line(&mut text).await.unwrap(), 6);
        assert_eq!(text, "more bread\n");
    });
}

#[test]
fn read_line_appends_a_line_with_its_end_and_then_says_that_there_is_none() {
    run(async {
        let mut reader = buffered(&[Bytes(b"one\ntw"), Wait, Bytes(b"o")]);
        let mut text = String::new();
        assert_eq!(reader.read_line(&mut text).await.unwrap(), 4);
        assert_eq!(reader.read_line(&mut text).await.unwrap(), 3);
        assert_eq!(text, "one\ntwo");
        assert_eq!(reader.read_line(&mut text).await.unwrap(), 0);
    });
}

/// That is why its documentation says that it is not cancel safe.
#[test]
fn a_cancelled_read_line_leaves_the_string_as_it_was_and_loses_the_beginning() {
    run(async {
        let mut reader = buffered(&[Bytes(b"tw"), Wait, Bytes(b"o\n")]);
        let mut text = String::from("one ");
        cancelled(reader.read_line(&mut text)).await;
        assert_eq!(text, "one ");
        reader.read_line(&mut text).await.unwrap();
        assert_eq!(text, "one o\n");
    });
}

#[test]
fn a_cancelled_read_until_goes_on_where_it_was() {
    run(async {
        let mut reader = buffered(&[Bytes(b"bre"), Wait, Bytes(b"ad;soup")]);
        let mut buf = Vec::new();
        cancelled(reader.read_until(b';', &mut buf)).await;
        assert_eq!(buf, b"bre");
        assert_eq!(reader.read_until(b';', &mut buf).await.unwrap(), 3);
        assert_eq!(buf, b"bread;");
        assert_eq!(reader.read_until(b';', &mut buf).await.unwrap(), 4);
        assert_eq!(buf, b"bread;soup");
    });
}

/// Steps of one byte each, with a wait before each.
fn byte_by_byte(bytes: &'static [u8]) -> Vec<Step> {
    bytes
        .chunks(1)
        .flat_map(|byte| [Wait, Bytes(byte)])
        .collect()
}

#[test]
fn lines_are_the_same_however_the_reader_is_cut() {
    const TEXT: &[u8] = b"one\r\n\ntwo \r x\nthr\xc3\xa9e";
    run(async {
        let whole = [Bytes(TEXT)];
        let halves = [Bytes(&TEXT[..4]), Wait, Bytes(&TEXT[4..])];
        for steps in [&whole[..], &halves, &byte_by_byte(TEXT)] {
            let mut lines = buffered(steps).lines();
            for line in ["one", "", "two \r x", "thrée"] {
                assert_eq!(lines.next_line().await.unwrap().as_deref(), Some(line));
            }
            assert_eq!(lines.next_line().await.unwrap(), None);
        }
    });
}

#[test]
fn a_cancelled_next_line_loses_nothing() {
    run(async {
        let mut lines = buffered(&[Bytes(b"so"), Wait, Bytes(b"up"), Wait]).lines();
        cancelled(lines.next_line()).await;
        cancelled(lines.next_line()).await;
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "soup");
        assert_eq!(lines.next_line().await.unwrap(), None);
    });
}

#[test]
fn a_line_that_is_no_text_is_an_error_and_the_next_one_follows() {
    run(async {
        let mut lines = buffered(&[Bytes(b"\xff\nsoup\n")]).lines();
        assert_eq!(kind(lines.next_line().await), ErrorKind::InvalidData);
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "soup");
    });
}

#[test]
fn an_error_in_the_middle_of_a_line_loses_nothing() {
    run(async {
        let steps = [Bytes(b"so"), Fail(ErrorKind::TimedOut), Bytes(b"up\n")];
        let mut lines = buffered(&steps).lines();
        assert_eq!(kind(lines.next_line().await), ErrorKind::TimedOut);
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "soup");
    });
}

/// tokio-rs/tokio PR 8400: the half of a character was a panic, or lost.
#[test]
fn an_error_in_the_middle_of_a_character_loses_nothing() {
    run(async {
        let steps = [
            Bytes(b"ab\xc3"),
            Fail(ErrorKind::TimedOut),
            Bytes(b"\xa9cd\nghi\n"),
        ];
        let mut lines = buffered(&steps).lines();
        assert_eq!(kind(lines.next_line().await), ErrorKind::TimedOut);
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "abécd");
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "ghi");
    });
}

/// rust-lang/futures-rs#2784: the stream said the same error for ever.
#[test]
fn a_stream_of_lines_goes_on_after_what_is_no_text_and_ends() {
    run(async {
        let mut lines = (&b"soup\naur\xe9lie\nbread"[..]).lines();
        assert_eq!(lines.next().await.unwrap().unwrap(), "soup");
        assert_eq!(
            lines.next().await.unwrap().unwrap_err().kind(),
            ErrorKind::InvalidData
        );
        assert_eq!(lines.next().await.unwrap().unwrap(), "bread");
        assert!(lines.next().await.is_none());
    });
}

#[test]
fn segments_are_cut_at_the_delimiter_and_a_cancelled_one_loses_nothing() {
    run(async {
        let steps = [Bytes(b"bread;;so"), Wait, Bytes(b"up")];
        let mut segments = buffered(&steps).split(b';');
        assert_eq!(segments.next_segment().await.unwrap().unwrap(), b"bread");
        assert_eq!(segments.next_segment().await.unwrap().unwrap(), b"");
        cancelled(segments.next_segment()).await;
        assert_eq!(segments.next_segment().await.unwrap().unwrap(), b"soup");
        assert_eq!(segments.next_segment().await.unwrap(), None);
    });
}

#[test]
fn lines_and_segments_are_streams() {
    run(async {
        let lines: Vec<_> = (&b"a\nb"[..]).lines().map(Result::unwrap).collect().await;
        assert_eq!(lines, ["a", "b"]);
        let segments = AsyncBufReadExt::split(&b"a;b"[..], b';');
        let segments: Vec<_> = segments.map(Result::unwrap).collect().await;
        assert_eq!(segments, [b"a", b"b"]);
    });
}

#[test]
fn fill_buf_shows_what_is_there_and_consume_drops_what_was_used() {
    run(async {
        let mut reader = buffered(&[Wait, Bytes(b"bread")]);
        assert_eq!(reader.fill_buf().await.unwrap(), b"bread");
        AsyncBufReadExt::consume(&mut reader, 2);
        assert_eq!(reader.fill_buf().await.unwrap(), b"ead");
    });
}

/// A reader at its end, which is ready once: a socket whose task has an operation left.
struct ReadyOnce(bool);

impl AsyncRead for ReadyOnce {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        unreachable!("this one is buffered")
    }
}

impl AsyncBufRead for ReadyOnce {
    fn poll_fill_buf(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<std::io::Result<&[u8]>> {
        if std::mem::take(&mut self.0) {
            return Poll::Ready(Ok(&[]));
        }
        Poll::Pending
    }

    fn consume(self: Pin<&mut Self>, _: usize) {}
}

#[test]
fn fill_buf_asks_once_for_the_end() {
    run(async {
        assert_eq!(ReadyOnce(true).fill_buf().await.unwrap(), b"");
    });
}

#[test]
fn take_and_chain_end_where_they_should() {
    run(async {
        let mut text = String::new();
        let first = (&b"bread and soup"[..]).take(5);
        let mut both = first.chain(&b", please"[..]);
        both.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "bread, please");
    });
}

#[test]
fn a_position_can_be_set_and_told() {
    run(async {
        let mut menu = Cursor::new(b"bread soup");
        assert_eq!(menu.seek(SeekFrom::End(-4)).await.unwrap(), 6);
        assert_eq!(menu.read_u8().await.unwrap(), b's');
        assert_eq!(menu.stream_position().await.unwrap(), 7);
        assert_eq!(menu.rewind().await.unwrap(), 0);
        assert_eq!(menu.read_u8().await.unwrap(), b'b');
        let before_the_start = menu.seek(SeekFrom::Current(-9)).await;
        assert_eq!(kind(before_the_start), ErrorKind::InvalidInput);
    });
}

#[test]
fn the_futures_of_send_readers_are_send() {
    fn is_send<T: Send>(_: T) {}
    fn of<R: AsyncBufRead + Unpin + Send>(mut reader: R) {
        is_send(reader.read(&mut []));
        is_send(reader.read_exact(&mut []));
        is_send(reader.read_u64());
        is_send(reader.read_line(&mut String::new()));
        is_send(reader.fill_buf());
        is_send(reader.lines().next_line());
    }
    of(&b""[..]);
}
