//! Text: what the bytes of a run say to a server. A byte below 128 stands for itself, one above for a word of HTTP, so that the
//! fuzzer need not find it letter by letter.

/// Words, from 128 up.
const WORDS: [&str; 40] = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET /soup HTTP/1.1\r\nhost: toque\r\n\r\n",
    "POST / HTTP/1.1\r\n",
    "POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi",
    "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
    "HEAD / HTTP/1.1\r\n",
    "GET / HTTP/1.0\r\n",
    "CONNECT x:1 HTTP/1.1\r\n",
    "PUT /a%20b?c=d HTTP/1.1\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\n\n",
    "Content-Length: 5\r\n",
    "content-length: 0\r\n",
    "content-length:",
    "content-length : 3\r\n",
    "content-length: +3\r\n",
    "content-length: 3, 3\r\n",
    "content-length: 18446744073709551615\r\n",
    "Transfer-Encoding: chunked\r\n",
    "transfer-encoding: gzip, chunked\r\n",
    "transfer-encoding: identity\r\n",
    "transfer-encoding:\u{b}chunked\r\n",
    "connection: close\r\n",
    "connection: keep-alive\r\n",
    "expect: 100-continue\r\n",
    "upgrade: soup\r\nconnection: upgrade\r\n",
    "host: toque\r\n",
    "x: y\r\n",
    " folded\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    "1;a=b\r\nx\r\n",
    "0\r\ntrailer: x\r\n\r\n",
    " HTTP/1.1\r\n",
    "GET ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ": ",
];

/// The text is cut here.
const CUT: u8 = 255;
/// The next byte stands for itself.
const PLAIN: u8 = 254;

pub(super) struct Text {
    pub(super) pieces: Vec<Vec<u8>>,
    /// Whether the client shuts down its half after it.
    pub(super) closes: bool,
}

impl Text {
    pub(super) fn decode(data: &[u8]) -> Self {
        let mut pieces = vec![Vec::new()];
        let (first, rest) = data.split_first().unwrap_or((&0, &[]));
        let mut bytes = rest.iter().copied();
        while let Some(byte) = bytes.next() {
            if byte == CUT {
                pieces.push(Vec::new());
                continue;
            }
            let piece = pieces.last_mut().expect("there is always one");
            match byte {
                0..128 => piece.push(byte),
                PLAIN => piece.extend(bytes.next()),
                word => piece.extend(WORDS[usize::from(word - 128) % WORDS.len()].bytes()),
            }
        }
        Self {
            pieces,
            closes: first % 2 == 0,
        }
    }
}
