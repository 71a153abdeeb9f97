//! HTTP/1 input beside a strict reading of RFC 9112: whatever bytes come, and however they are cut, the server takes the same
//! requests from them as the RFC does.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus_http.rs with those it has found.
//!
//! Checked: the server never panics; what it serves is what the strict reader has read, request by request, so an ambiguous one
//! is never served, nor two of it; every plain request is served; each answer can be read, and is of the request in its place;
//! the connection ends in its time; all this is the same in one piece and in many. And the verdict of src/http/heads.rs on the
//! same bytes is the same wherever they are cut. But for requests that ask for another protocol: what comes together with one is not
//! served, what comes after its answer is.

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
    let has_wish = has_wish(&whole);
    if !has_wish {
        check_heads(&whole, &text.pieces);
    }
    let reading = Reading::of(&whole);
    let [in_one, in_many] = [vec![whole], text.pieces.clone()].map(|pieces| {
        let (served, answers) = server::serve(pieces, text.closes);
        check_served(&served, &reading);
        answers::check(&answers, &served);
        served
    });
    if has_wish {
        assert!(in_many.starts_with(&in_one), "{in_one:?} {in_many:?}");
    } else {
        assert_eq!(in_one, in_many, "cut, it is read otherwise");
    }
}

/// Whether a request may ask for another protocol.
fn has_wish(bytes: &[u8]) -> bool {
    let bytes = bytes.to_ascii_lowercase();
    let mut words = bytes.windows(8);
    words.any(|word| word == b"upgrade:" || word == b"connect ")
}

/// In how many places bytes are cut, for one time each. Most runs are shorter, and are cut everywhere.
const CUTS: usize = 64;

/// Where bytes that come in these pieces are spoiled.
fn spoiled<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<usize> {
    let mut heads = Heads::default();
    heads.start();
    let mut before = 0;
    for piece in pieces {
        if let Some(at) = heads.look(piece) {
            return Some(before + at);
        }
        before += piece.len();
    }
    None
}

fn check_heads(bytes: &[u8], pieces: &[Vec<u8>]) {
    let verdict = spoiled([bytes]);
    for at in (0..bytes.len()).step_by(bytes.len() / CUTS + 1) {
        let (one, other) = bytes.split_at(at);
        assert_eq!(spoiled([one, other]), verdict, "cut at {at}");
    }
    assert_eq!(spoiled(bytes.chunks(1)), verdict, "byte by byte");
    assert_eq!(
        spoiled(pieces.iter().map(Vec::as_slice)),
        verdict,
        "in pieces"
    );
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
