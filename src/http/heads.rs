//! The heads of HTTP/1 requests, as they pass on their way to hyper: what hyper would let through is spoiled here.
//!
//! That is a head with both `Content-Length` and `Transfer-Encoding`, of which hyper hides the former (RFC 9112, 6.3 and 11.2),
//! and a line that ends without a CR (2.2). A proxy might read two requests where we read one. The end of such a line becomes a
//! NUL, which hyper refuses: so the 400 comes behind the answers to the requests before it, and the connection ends.
//!
//! Where the next head begins is known from the length of a body, or the sizes of its chunks. A client that asks for another
//! protocol gets an answer before it speaks on: what comes after it is of that protocol, and not shown here, or a head again. What
//! comes before may be of either. It is let through, and told: without that protocol the connection ends with the answer.
//!
//! A chunk's size with more zeros or blanks than anybody needs is spoiled too: hyper takes any number, and here they would be kept.

/// Where the bytes of a connection are.
#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    /// What has come of a line whose end has not. No longer than hyper lets a head become, or what stands behind a `LONGEST_SIZE`.
    line: Vec<u8>,
    fields: Fields,
    /// How many requests have begun.
    requests: u64,
    /// The last one has asked for another protocol.
    asks: bool,
    /// Something has come behind it, and before its answer.
    runs_ahead: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum At {
    /// Nothing is looked at.
    #[default]
    Elsewhere,
    /// Before a request line.
    Start,
    /// Among the fields of a head.
    Head,
    /// In a body of which so many bytes are to come.
    Body(u64),
    /// Before the size of a chunk.
    Size,
    /// In a chunk of which so many bytes are to come, with the end of its line.
    Chunk(u64),
    /// Behind the last chunk.
    Trailers,
}

/// What the head has told so far.
#[derive(Debug, Default)]
struct Fields {
    length: Option<u64>,
    is_chunked: bool,
    /// It asks for another protocol.
    upgrades: bool,
}

/// The most bytes of a chunk's size, with blanks: as many as hyper allows for what may stand behind it.
const LONGEST_SIZE: usize = 16 << 10;

/// The head, or its end, is to be refused.
struct Spoiled;

impl Heads {
    /// The next bytes begin a request.
    pub(super) fn start(&mut self) {
        self.at = At::Start;
    }

    /// The number of the request that asks for another protocol, if bytes of that may have come already.
    pub(super) fn runs_ahead(&self) -> Option<u64> {
        self.runs_ahead.then_some(self.requests)
    }

    /// Looks at the bytes of a read. `Some` is the index of the one to spoil.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.at == At::Start {
            self.asks = false; // hyper reads again when it has answered
        }
        let mut from = 0;
        while from < bytes.len() {
            let rest = &bytes[from..];
            from += match self.at {
                At::Elsewhere => return None,
                At::Start if self.asks => return self.run_ahead(),
                At::Body(left) => self.skip(left, rest.len(), At::Body, At::Start),
                At::Chunk(left) => self.skip(left, rest.len(), At::Chunk, At::Size),
                At::Start | At::Head | At::Size | At::Trailers => match self.look_at_line(rest) {
                    Ok(n) => n,
                    Err((n, Spoiled)) => return Some(from + n - 1),
                },
            };
        }
        None
    }

    #[cold]
    fn run_ahead(&mut self) -> Option<usize> {
        self.runs_ahead = true;
        self.at = At::Elsewhere;
        None
    }

    /// Passes over a body or a chunk, or as much as there is of it, and goes on with `then`.
    fn skip(&mut self, left: u64, there: usize, at: fn(u64) -> At, then: At) -> usize {
        let n = usize::try_from(left).map_or(there, |left| left.min(there));
        let left = left - n as u64;
        self.at = if left == 0 { then } else { at(left) };
        n
    }

    /// Takes a line, or as much as there is of it, and tells how many bytes that were.
    #[inline]
    fn look_at_line(&mut self, bytes: &[u8]) -> Result<usize, (usize, Spoiled)> {
        let n = through_lf(bytes);
        let piece = &bytes[..n];
        let taken = if self.line.is_empty() && piece.ends_with(b"\n") {
            self.take(piece)
        } else {
            self.join(piece)
        };
        taken.map(|()| n).map_err(|spoiled| {
            self.at = At::Elsewhere;
            (n, spoiled)
        })
    }

    /// Takes a further piece of a line, which may be its end.
    #[cold]
    fn join(&mut self, piece: &[u8]) -> Result<(), Spoiled> {
        self.line.extend_from_slice(piece);
        if self.at == At::Size && self.is_size_too_long() {
            self.line = Vec::new();
            return Err(Spoiled);
        }
        if !piece.ends_with(b"\n") {
            return Ok(());
        }
        let line = std::mem::take(&mut self.line);
        self.take(&line)
    }

    fn is_size_too_long(&self) -> bool {
        self.line.len() > LONGEST_SIZE && memchr::memchr(b';', &self.line).is_none()
    }

    /// Takes a whole line, with its end.
    #[inline]
    fn take(&mut self, line: &[u8]) -> Result<(), Spoiled> {
        let [line @ .., b'\r', b'\n'] = line else {
            return self.take_bare();
        };
        match (&self.at, line) {
            (At::Head, []) => self.end(),
            (At::Head, [first, ..]) if is_of_interest(*first) => return self.fields.take(line),
            (At::Size, _) => self.at = chunk(line),
            (At::Trailers, []) => self.at = At::Start,
            (At::Head | At::Trailers, _) => {}
            (_, []) => {} // RFC 9112, 2.2: an empty line before a request is passed over
            _ => {
                self.requests += 1;
                self.fields.upgrades = line.starts_with(b"CONNECT ");
                self.at = At::Head;
            }
        }
        Ok(())
    }

    /// A line without a CR. As a size hyper refuses it by itself, but a NUL there it would pass over.
    fn take_bare(&mut self) -> Result<(), Spoiled> {
        if self.at != At::Size {
            return Err(Spoiled);
        }
        self.at = At::Elsewhere;
        Ok(())
    }

    /// The head is whole.
    fn end(&mut self) {
        let fields = std::mem::take(&mut self.fields);
        self.asks = fields.upgrades;
        self.at = match fields.length {
            _ if fields.is_chunked => At::Size,
            None | Some(0) => At::Start,
            Some(length) => At::Body(length),
        };
    }
}

/// What follows on the line with a chunk's size. One that hyper refuses is the end of the connection.
fn chunk(line: &[u8]) -> At {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let digits = std::str::from_utf8(&line[..digits.count()]).unwrap_or_default();
    match u64::from_str_radix(digits, 16).map(|size| (size, size.checked_add(2))) {
        Ok((0, _)) => At::Trailers,
        Ok((_, Some(with_its_end))) => At::Chunk(with_its_end),
        _ => At::Elsewhere,
    }
}

impl Fields {
    fn take(&mut self, line: &[u8]) -> Result<(), Spoiled> {
        if let Some(value) = value(line, b"content-length") {
            // One that is no number is refused by hyper, and so are two that differ.
            let value = std::str::from_utf8(value).unwrap_or_default();
            self.length = Some(value.trim().parse().unwrap_or_default());
        } else if value(line, b"transfer-encoding").is_some() {
            self.is_chunked = true;
        } else if value(line, b"upgrade").is_some() {
            self.upgrades = true;
        }
        if self.is_chunked && self.length.is_some() {
            return Err(Spoiled);
        }
        Ok(())
    }
}

/// How many bytes there are up to the first LF and with it, or all.
#[inline]
fn through_lf(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1)
}

/// Whether a field's name may be one of those that are looked at. Most are not, and need no further look.
#[inline]
fn is_of_interest(first: u8) -> bool {
    matches!(first | 0x20, b'c' | b't' | b'u')
}

/// What stands behind the name and the colon, which follows at once or hyper refuses it. The colon is looked at first: it tells
/// most names apart.
#[inline]
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":")?;
    start.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
#[path = "heads_tests.rs"]
mod tests;
