//! HTTP/1 input beside a strict reading of RFC 9112: whatever bytes come, and however they are cut, the server takes the same
//! requests from them as the RFC does.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus_http.rs with those it has found.
//!
//! Checked: the server never panics; what it serves is what the strict reader has read, request by request, so an ambiguous one
//! is never served, nor two of it; every plain request is served; each answer can be read, and is of the request in its place;
//! the connection ends in its time; all this is the same in one piece and in many. And the verdict of src/http/heads.rs on the
//! same bytes is the same wherever they are cut.

#[path = "http/answers.rs"]
mod answers;
#[path = "../../src/http/heads.rs"]
#[allow(dead_code, unreachable_pub)]
mod heads;
#[path = "http/reader.rs"]
mod reader;
#[path = "http/server.rs"]
mod server;
#[path = "http/text.rs"]
mod text;

use heads::Heads;
use reader::{Reading, Request};
use server::{Body, Served};
use text::Text;

/// Obeys `data` to its end.
pub(crate) fn run(data: &[u8]) {
    let text = Text::decode(data);
    let whole = text.pieces.concat();
    if whole.starts_with(b"PRI ") {
        return; // HTTP/2, if that is built in
    }
    let runs_ahead = check_heads(&whole, &text.pieces);
    let reading = Reading::of(&whole);
    let [in_one, in_many] = [vec![whole], text.pieces.clone()].map(|pieces| {
        let (served, answers) = server::serve(pieces, text.closes);
        check_served(&served, &reading);
        answers::check(&answers, &served);
        served
    });
    assert!(
        runs_ahead || in_one == in_many,
        "cut, it is read otherwise: {in_one:?}, {in_many:?}"
    );
}

/// In how many places bytes are cut, for one time each. Most runs are shorter, and are cut everywhere.
const CUTS: usize = 64;

/// Where bytes that come in these pieces are spoiled, and whether some run ahead of the answer to a wish for another protocol.
fn look<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Option<usize>, bool) {
    let mut heads = Heads::default();
    heads.start();
    let mut before = 0;
    for piece in pieces {
        if let Some(at) = heads.look(piece) {
            return (Some(before + at), heads.runs_ahead());
        }
        before += piece.len();
    }
    (None, heads.runs_ahead())
}

/// Heads are spoiled wherever the bytes are cut. True if that is not so, since they run ahead of an answer, or behind it if they are cut.
fn check_heads(bytes: &[u8], pieces: &[Vec<u8>]) -> bool {
    let (verdict, runs_ahead) = look([bytes]);
    if runs_ahead {
        return true;
    }
    for at in (0..bytes.len()).step_by(bytes.len() / CUTS + 1) {
        let (one, other) = bytes.split_at(at);
        assert_eq!(look([one, other]).0, verdict, "cut at {at}");
    }
    assert_eq!(look(bytes.chunks(1)).0, verdict, "byte by byte");
    let in_pieces = look(pieces.iter().map(Vec::as_slice)).0;
    assert_eq!(in_pieces, verdict, "in pieces");
    false
}

/// The server has served what the strict reader has read, and no more.
fn check_served(served: &[Served], reading: &Reading) {
    for (served, request) in served.iter().zip(&reading.requests) {
        check_request(served, request);
    }
    let (there, most) = (reading.requests.len(), reading.at_most());
    assert!(served.len() <= most, "{served:?}, and not {reading:?}");
    let plain = reading
        .requests
        .iter()
        .take_while(|request| request.is_plain);
    let least = plain.count().min(there);
    assert!(served.len() >= least, "{served:?}, and not {reading:?}");
}

fn check_request(served: &Served, request: &Request) {
    assert_eq!(served.method.as_bytes(), request.method, "{request:?}");
    assert_eq!(served.target.as_bytes(), request.target, "{request:?}");
    match (&served.body, &request.body) {
        (Body::Whole(body), Some(expected)) => assert_eq!(body, expected, "{request:?}"),
        (Body::Whole(_), None) => assert!(!request.lacks_its_end(), "{request:?}"),
        (Body::Broken, Some(_)) if request.is_plain => panic!("{request:?} is whole"),
        (Body::Broken, _) => {}
    }
}
