//! The strict reader: what RFC 9112 takes for requests, and nothing that it only tolerates. Written from the RFC, not from toque
//! or hyper, and with all the bytes at once.

/// What the bytes of a connection are.
#[derive(Debug)]
pub(super) struct Reading {
    /// In their order. The last may lack the end of its body.
    pub(super) requests: Vec<Request>,
    /// What follows on them.
    rest: Rest,
}

#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: Vec<u8>,
    pub(super) target: Vec<u8>,
    /// None if it has no end, or none that is certain.
    pub(super) body: Option<Vec<u8>>,
    /// Whether nobody could take offence at it: it must be served.
    pub(super) is_plain: bool,
    /// What it says of what follows.
    then: Then,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Then {
    #[default]
    Next,
    /// No request follows.
    Close,
    /// Nobody looks strictly any more at what follows.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Nothing that could be served: the end, the beginning of a head, or what is to be refused.
    Nothing,
    /// The RFC does not say, or says that either will do.
    Unknown,
}

/// Why there is no request.
enum No {
    /// It has not come whole.
    Incomplete,
    /// It must not be served.
    Refused,
    /// It may be refused or served, and what follows is uncertain.
    Unknown,
}

impl Request {
    /// Whether bytes of its body have certainly not come.
    pub(super) fn lacks_its_end(&self) -> bool {
        self.body.is_none() && self.then != Then::Unknown
    }
}

impl Reading {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut reader = Reader(bytes);
        let mut requests = Vec::new();
        loop {
            let rest = match reader.request() {
                Ok(request) => {
                    let (then, is_whole) = (request.then, request.body.is_some());
                    requests.push(request);
                    match then {
                        Then::Next if is_whole => continue,
                        Then::Next | Then::Close => Rest::Nothing,
                        Then::Unknown => Rest::Unknown,
                    }
                }
                Err(No::Incomplete | No::Refused) => Rest::Nothing,
                Err(No::Unknown) => Rest::Unknown,
            };
            return Self { requests, rest };
        }
    }

    /// How many requests may be served.
    pub(super) fn at_most(&self) -> usize {
        match self.rest {
            Rest::Nothing => self.requests.len(),
            Rest::Unknown => usize::MAX,
        }
    }
}

/// What is not read yet.
struct Reader<'a>(&'a [u8]);

/// What the fields of a head say.
#[derive(Default)]
struct Fields {
    length: Option<u64>,
    is_chunked: bool,
    is_plain: bool,
    then: Then,
}

impl<'a> Reader<'a> {
    /// A line without its end; a bare LF or CR in it makes it no line.
    fn line(&mut self) -> Result<&'a [u8], No> {
        let at = self.0.iter().position(|&byte| byte == b'\n');
        let Some(line) = at.map(|at| &self.0[..at]) else {
            return Err(No::Incomplete);
        };
        self.0 = &self.0[line.len() + 1..];
        let line = line.strip_suffix(b"\r").ok_or(No::Refused)?;
        if line.contains(&b'\r') || line.contains(&0) {
            return Err(No::Refused);
        }
        Ok(line)
    }

    fn request(&mut self) -> Result<Request, No> {
        let mut line = self.line()?;
        while line.is_empty() {
            line = self.line()?; // 2.2: at least one empty line is to be ignored
        }
        let (method, target, is_1_0) = request_line(line)?;
        let mut fields = Fields {
            is_plain: (method == b"GET" || method == b"POST") && !is_1_0 && is_plain_path(target),
            ..Fields::default()
        };
        loop {
            match self.line()? {
                b"" => break,
                line => fields.take(line)?,
            }
        }
        if is_1_0 && fields.then == Then::Next {
            fields.then = Then::Unknown; // it depends on what else it says
        }
        if is_1_0 && fields.is_chunked {
            return Err(No::Unknown);
        }
        if method == b"CONNECT" || method == b"PRI" {
            return Err(No::Unknown);
        }
        let mut request = Request {
            method: method.to_vec(),
            target: target.to_vec(),
            is_plain: fields.is_plain,
            then: fields.then,
            body: None,
        };
        request.body = match self.body(&fields) {
            Ok(body) => Some(body),
            Err(No::Incomplete | No::Refused) => None,
            Err(No::Unknown) => {
                request.then = Then::Unknown;
                None
            }
        };
        request.is_plain &= request.body.is_some();
        Ok(request)
    }

    fn body(&mut self, fields: &Fields) -> Result<Vec<u8>, No> {
        if fields.is_chunked {
            return self.chunks();
        }
        let length = usize::try_from(fields.length.unwrap_or(0)).map_err(|_| No::Incomplete)?;
        let (body, rest) = self.0.split_at_checked(length).ok_or(No::Incomplete)?;
        self.0 = rest;
        Ok(body.to_vec())
    }

    fn chunks(&mut self) -> Result<Vec<u8>, No> {
        let mut body = Vec::new();
        loop {
            let mut parts = self.line()?.splitn(2, |&byte| byte == b';');
            let size = parts.next().expect("there is always a first");
            if size.is_empty() || size.len() > 8 || !size.iter().all(u8::is_ascii_hexdigit) {
                return Err(No::Unknown); // white space, or nonsense
            }
            let size = std::str::from_utf8(size).expect("hexadecimal digits");
            let size = usize::from_str_radix(size, 16).expect("as many as fit");
            if size == 0 {
                return self.trailers().map(|()| body);
            }
            let (chunk, rest) = self.0.split_at_checked(size).ok_or(No::Incomplete)?;
            body.extend(chunk);
            self.0 = rest;
            match self.0 {
                [b'\r', b'\n', ..] => self.0 = &self.0[2..],
                [] | [b'\r'] => return Err(No::Incomplete),
                _ => return Err(No::Unknown),
            }
        }
    }

    fn trailers(&mut self) -> Result<(), No> {
        loop {
            match self.line()? {
                b"" => return Ok(()),
                line => Fields::default().take(line).map_err(|_| No::Unknown)?,
            }
        }
    }
}

/// Method, target, and whether it is HTTP/1.0.
fn request_line(line: &[u8]) -> Result<(&[u8], &[u8], bool), No> {
    let mut words = line.split(|&byte| byte == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let (Some(method), Some(target), Some(version), None) = (method, target, version, words.next())
    else {
        return Err(No::Refused);
    };
    let is_1_0 = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        _ => return Err(No::Refused),
    };
    if method.is_empty() || !method.iter().all(|byte| is_token(*byte)) || target.is_empty() {
        return Err(No::Refused);
    }
    Ok((method, target, is_1_0))
}

impl Fields {
    fn take(&mut self, line: &[u8]) -> Result<(), No> {
        let colon = line
            .iter()
            .position(|byte| *byte == b':')
            .ok_or(No::Refused)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
            return Err(No::Refused); // 5.1: no space before the colon; 5.2: no folding
        }
        if value
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t')
        {
            return Err(No::Refused);
        }
        match name.to_ascii_lowercase().as_slice() {
            b"content-length" => self.take_length(value)?,
            b"transfer-encoding" if self.is_chunked => return Err(No::Unknown),
            b"transfer-encoding" if value.eq_ignore_ascii_case(b"chunked") => {
                self.is_chunked = true
            }
            b"transfer-encoding" if self.length.is_some() => return Err(No::Refused),
            b"transfer-encoding" => return Err(No::Unknown),
            b"connection" if value == b"close" => self.then = Then::Close,
            b"host" | b"x" => {}
            b"connection" if value == b"upgrade" => self.is_plain = false,
            b"connection" => (self.is_plain, self.then) = (false, Then::Unknown),
            _ => self.is_plain = false,
        }
        if self.is_chunked && self.length.is_some() {
            return Err(No::Refused); // 6.1: not forbidden to serve, but who does must close; toque refuses
        }
        Ok(())
    }

    fn take_length(&mut self, value: &[u8]) -> Result<(), No> {
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return Err(No::Refused);
        }
        let digits = std::str::from_utf8(value).expect("digits");
        let length = digits.parse().map_err(|_| No::Refused)?;
        if self.length.is_some_and(|other| other != length) {
            return Err(No::Refused);
        }
        self.length = Some(length);
        Ok(())
    }
}

fn is_plain_path(target: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(byte);
    target.starts_with(b"/") && target.iter().all(is_plain)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
