//! The heads alone: what is spoiled, wherever the bytes are cut.

use super::Heads;

/// Where bytes that come in pieces of `n` are spoiled.
fn spoiled(bytes: &[u8], n: usize) -> Option<usize> {
    let mut heads = Heads::default();
    heads.start();
    let pieces = bytes.chunks(n).enumerate();
    pieces
        .filter_map(|(i, piece)| Some(i * n + heads.look(piece)?))
        .next()
}

/// Asserts that the line with these words is spoiled at its end, or none, however the bytes are cut.
fn assert_spoiled(bytes: &str, words: Option<&str>) {
    let end = words.map(|words| {
        let at = bytes.find(words).expect("the words are there");
        at + bytes[at..].find('\n').expect("the line ends")
    });
    for n in 1..=bytes.len() {
        assert_eq!(spoiled(bytes.as_bytes(), n), end, "{bytes:?} by {n}");
    }
}

#[test]
fn both_lengths_are_spoiled_at_the_second() {
    let get = "GET / HTTP/1.1\r\n";
    let chunked = "transfer-Encoding: chunked\r\n";
    let length = "Content-length: 2\r\n";
    assert_spoiled(&format!("{get}{length}{chunked}\r\n"), Some("transfer"));
    assert_spoiled(&format!("{get}{chunked}{length}\r\n"), Some("Content"));
    assert_spoiled(&format!("{get}{length}{length}\r\n"), None);
    // Behind another request, and behind a body that looks like a head.
    assert_spoiled(
        &format!("{get}\r\n{get}{length}\r\n\n\n{get}{length}{chunked}\r\n"),
        Some("transfer"),
    );
}

#[test]
fn a_line_without_a_cr_is_spoiled() {
    assert_spoiled("GET / HTTP/1.1\nhost: x\r\n\r\n", Some("GET"));
    assert_spoiled("GET / HTTP/1.1\r\nhost: x\n\r\n", Some("host"));
    let end = "GET / HTTP/1.1\r\nhost: x\r\n\n";
    assert_eq!(spoiled(end.as_bytes(), end.len()), Some(end.len() - 1));
}

#[test]
fn behind_a_chunked_body_both_lengths_are_spoiled_too() {
    let post = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n";
    let both = format!("{post}content-length: 2\r\n\r\n");
    for body in [
        "0\r\n\r\n",
        "2\r\n\n\n\r\n0\r\n\r\n",
        "a;x=y\r\n0123456789\r\n000\r\nsum: 1\r\n\r\n",
    ] {
        assert_spoiled(&format!("{post}\r\n{body}{both}"), Some("content-length"));
    }
    let trailer = format!("{post}\r\n0\r\nsum: 1\nx: y\r\n\r\n");
    assert_spoiled(&trailer, Some("sum"));
    // hyper takes none of these sizes.
    for size in ["", "+1\r", "x\r", "ffffffffffffffff\r", "1"] {
        assert_spoiled(&format!("{post}\r\n{size}\n{both}"), None);
    }
}

#[test]
fn what_is_no_head_is_let_through() {
    let body = "\n\ntransfer-encoding: x\ncontent-length: 2\n";
    let length = body.len();
    let post = format!("POST / HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}");
    assert_spoiled(&post.repeat(2), None);
    assert_spoiled(
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n",
        None,
    );
}

#[test]
fn what_comes_with_a_wish_for_another_protocol_is_let_through_and_told() {
    for wish in [
        "GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nupgrade: soup\r\ncontent-length: 1\r\n\r\n\n",
    ] {
        let mut heads = Heads::default();
        heads.start();
        assert_eq!(heads.look(wish.as_bytes()), None);
        assert_eq!(heads.runs_ahead(), None);
        assert_eq!(
            heads.look(b"GET / HTTP/1.1\n"),
            Some(14),
            "behind the answer"
        );

        let mut heads = Heads::default();
        heads.start();
        let get = "GET / HTTP/1.1\r\n\r\n";
        assert_eq!(heads.look(format!("{get}{wish}\n\n").as_bytes()), None);
        assert_eq!(heads.runs_ahead(), Some(2));
    }
}

#[test]
fn a_chunks_size_without_an_end_is_spoiled_and_not_kept() {
    for filler in [b'0', b' '] {
        let mut heads = Heads::default();
        heads.start();
        heads.look(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1");
        let mut pieces = std::iter::repeat_with(|| heads.look(&[filler; 1024]));
        assert_eq!(pieces.position(|spoiled| spoiled == Some(1023)), Some(15));
        assert_eq!(heads.line.capacity(), 0);
    }
}
