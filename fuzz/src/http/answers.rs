//! The answers: a client's reading of what the server has sent.

use super::server::{Body, Served};

/// Each request that was served has its answer, in its place; behind them may come one that refuses what followed.
pub(super) fn check(mut bytes: &[u8], served: &[Served]) {
    for request in served {
        let has_body = !["HEAD", "CONNECT"].contains(&request.method.as_str());
        let Some((status, body)) = take(&mut bytes, has_body) else {
            assert_eq!(request.body, Body::Broken, "{request:?} has no answer");
            break;
        };
        match &request.body {
            Body::Whole(_) if !has_body => assert_eq!(status, 200),
            Body::Whole(sent) => assert_eq!((status, body), (200, sent.as_slice())),
            Body::Broken => assert!([400, 408].contains(&status), "{status}"),
        }
    }
    if let Some((status, body)) = take(&mut bytes, true) {
        assert!([400, 408, 414, 431].contains(&status), "{status}");
        assert_eq!(body, b"");
    }
    assert_eq!(bytes, b"", "and no more");
}

/// Takes an answer from the front: its status and its body. `None` at the end.
fn take<'a>(bytes: &mut &'a [u8], has_body: bool) -> Option<(u16, &'a [u8])> {
    if bytes.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, rest) = bytes.split_at(end.expect(&text) + 4);
    let head = std::str::from_utf8(head).expect(&text);
    let mut lines = head.split("\r\n");
    let status = lines.next().expect(&text);
    let status = status
        .strip_prefix("HTTP/1.1 ")
        .or(status.strip_prefix("HTTP/1.0 "));
    let status = status
        .and_then(|status| status[..3].parse().ok())
        .expect(&text);
    *bytes = rest;
    if status == 100 {
        return take(bytes, has_body);
    }
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().expect(&text));
    let (body, rest) = rest
        .split_at_checked(if has_body { length } else { 0 })
        .expect(&text);
    *bytes = rest;
    Some((status, body))
}
