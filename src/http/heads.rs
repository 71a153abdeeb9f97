//! The heads of HTTP/1 requests, as they pass on their way to hyper: what hyper would let through is spoiled here.
//!
//! That is a head with both `Content-Length` and `Transfer-Encoding`, of which hyper hides the former (RFC 9112, 6.3 and 11.2),
//! and a line that ends without a CR (2.2). A proxy might read two requests where we read one. The end of such a line becomes a
//! NUL, which hyper refuses: so the 400 comes behind the answers to the requests before it, and the connection ends.
//!
//! Where the next head begins is known as long as bodies have a `Content-Length`. Behind a chunked body, or where the client asks
//! for another protocol, nothing is looked at any more.

/// Where the bytes of a connection are.
#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    /// What has come of a line whose end has not. No longer than hyper lets a head become.
    line: Vec<u8>,
    fields: Fields,
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
}

/// What the head has told so far.
#[derive(Debug, Default)]
struct Fields {
    length: Option<u64>,
    is_chunked: bool,
    /// The bytes behind the head may be of another protocol.
    upgrades: bool,
}

/// The head, or its end, is to be refused.
struct Spoiled;

impl Heads {
    /// The next bytes begin a request.
    pub(super) fn start(&mut self) {
        self.at = At::Start;
    }

    /// Looks at the bytes that come next. `Some` is the index of the one to spoil.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        while from < bytes.len() {
            let rest = &bytes[from..];
            from += match self.at {
                At::Elsewhere => return None,
                At::Body(left) => self.skip(left, rest.len()),
                At::Start | At::Head => match self.look_at_line(rest) {
                    Ok(n) => n,
                    Err((n, Spoiled)) => return Some(from + n - 1),
                },
            };
        }
        None
    }

    /// Passes over a body, or as much as there is of it.
    fn skip(&mut self, left: u64, there: usize) -> usize {
        let n = usize::try_from(left).map_or(there, |left| left.min(there));
        let left = left - n as u64;
        self.at = if left == 0 { At::Start } else { At::Body(left) };
        n
    }

    /// Takes a line, or as much as there is of it, and tells how many bytes that were.
    fn look_at_line(&mut self, bytes: &[u8]) -> Result<usize, (usize, Spoiled)> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.line.extend_from_slice(bytes);
            return Ok(bytes.len());
        };
        let taken = if self.line.is_empty() {
            self.take(&bytes[..end])
        } else {
            let mut line = std::mem::take(&mut self.line);
            line.extend_from_slice(&bytes[..end]);
            self.take(&line)
        };
        let n = end + 1;
        taken.map(|()| n).map_err(|spoiled| {
            self.at = At::Elsewhere;
            (n, spoiled)
        })
    }

    /// Takes a whole line, without its LF.
    fn take(&mut self, line: &[u8]) -> Result<(), Spoiled> {
        let line = line.strip_suffix(b"\r").ok_or(Spoiled)?;
        match (&self.at, line) {
            (At::Head, b"") => self.end(),
            (At::Head, _) => return self.fields.take(line),
            (_, b"") => {} // RFC 9112, 2.2: an empty line before a request is passed over
            _ => {
                self.fields.upgrades = line.starts_with(b"CONNECT ");
                self.at = At::Head;
            }
        }
        Ok(())
    }

    /// The head is whole.
    fn end(&mut self) {
        let fields = std::mem::take(&mut self.fields);
        self.at = match fields.length {
            _ if fields.is_chunked || fields.upgrades => At::Elsewhere,
            None | Some(0) => At::Start,
            Some(length) => At::Body(length),
        };
    }
}

impl Fields {
    fn take(&mut self, line: &[u8]) -> Result<(), Spoiled> {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return Ok(()); // hyper refuses it
        };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if name.eq_ignore_ascii_case(b"content-length") {
            // One that is no number is refused by hyper, and so are two that differ.
            let value = std::str::from_utf8(value).unwrap_or_default();
            self.length = Some(value.trim().parse().unwrap_or_default());
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            self.upgrades = true;
        }
        if self.is_chunked && self.length.is_some() {
            return Err(Spoiled);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "heads_tests.rs"]
mod tests;
