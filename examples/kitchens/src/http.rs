//! As much of HTTP/1 as a sandwich needs: requests out of bytes, and answers into bytes. No I/O: the models read and write.
//!
//! A request's body is not read. What may have one (anything but a plain GET) is the last request of its connection.

use std::borrow::Cow;

use httparse::{Header, Status};

/// The longest head of a request, in bytes.
const LONGEST: usize = 8 * 1024;
/// How much is read at a time, in bytes. A browser's head fits in two.
const ROOM: usize = 1024;
const MOST_HEADERS: usize = 32;

/// What has come from a guest, and has not been understood yet.
#[derive(Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    /// How many of `bytes` are from the guest. The rest is room.
    filled: usize,
}

pub(crate) struct Request {
    /// What is asked for, or what to answer if it can't be understood.
    pub(crate) target: Result<Target, Answer>,
    /// Whether the connection is closed after the answer.
    pub(crate) last: bool,
}

pub(crate) struct Target {
    pub(crate) method: String,
    /// Without a query.
    pub(crate) path: String,
}

impl Inbox {
    /// Where the next bytes may be read to.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        if self.bytes.len() == self.filled {
            self.bytes.resize(self.filled + ROOM, 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// So many bytes have been put into `space`.
    pub(crate) fn filled(&mut self, length: usize) {
        self.filled += length;
    }

    /// The next request, if all of its head is here.
    pub(crate) fn take(&mut self) -> Option<Request> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        match head.parse(&self.bytes[..self.filled]) {
            Ok(Status::Complete(length)) => {
                let request = Request::from_head(&head);
                self.bytes.copy_within(length..self.filled, 0);
                self.filled -= length;
                Some(request)
            }
            Ok(Status::Partial) if self.filled < LONGEST => None,
            Ok(Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                Some(Request::fault(Answer::TOO_LONG))
            }
            Err(_) => Some(Request::fault(Answer::NONSENSE)),
        }
    }
}

impl Request {
    fn from_head(head: &httparse::Request<'_, '_>) -> Request {
        let (Some(method), Some(path)) = (head.method, head.path) else {
            return Request::fault(Answer::NONSENSE);
        };
        let path = path.split('?').next().unwrap_or_default();
        Request {
            target: Ok(Target {
                method: method.to_owned(),
                path: path.to_owned(),
            }),
            last: method != "GET" || head.version == Some(0) || head.headers.iter().any(ends),
        }
    }

    fn fault(answer: Answer) -> Request {
        Request {
            target: Err(answer),
            last: true,
        }
    }
}

/// Whether the header says that the connection ends with this request, or that there is a body, which is not read.
fn ends(header: &Header<'_>) -> bool {
    let is = |name: &str| header.name.eq_ignore_ascii_case(name);
    let closes = || {
        header
            .value
            .split(|&byte| byte == b',')
            .any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
    };
    is("content-length") || is("transfer-encoding") || (is("connection") && closes())
}

#[derive(Clone)]
pub(crate) struct Answer {
    /// The code, and its name.
    status: &'static str,
    body: Cow<'static, str>,
}

impl Answer {
    pub(crate) const NONSENSE: Answer = Answer::problem("400 Bad Request");
    pub(crate) const NOT_FOUND: Answer = Answer::problem("404 Not Found");
    /// All routes are GET's; the header that says so is added in `to_bytes`.
    pub(crate) const WRONG_METHOD: Answer = Answer::problem("405 Method Not Allowed");
    pub(crate) const TOO_LONG: Answer = Answer::problem("431 Request Header Fields Too Large");
    pub(crate) const FULL: Answer = Answer::problem("503 Service Unavailable");

    pub(crate) fn ok(body: String) -> Answer {
        Answer {
            status: "200 OK",
            body: body.into(),
        }
    }

    const fn problem(status: &'static str) -> Answer {
        Answer {
            status,
            body: Cow::Borrowed("null"),
        }
    }

    pub(crate) fn to_bytes(&self, last: bool) -> Vec<u8> {
        let Answer { status, body } = self;
        let length = body.len();
        let allow = if status.starts_with("405") {
            "allow: GET\r\n"
        } else {
            ""
        };
        let connection = if last { "connection: close\r\n" } else { "" };
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{allow}{connection}\r\n{body}"
        )
        .into_bytes()
    }
}
