//! Frames: what goes over the wire, in the Redis serialization protocol (RESP 2).

use std::io;

use toque::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use toque::net::TcpStream;

/// The longest bulk string and the most entries of an array that are read.
const LIMIT: usize = 1 << 20;

/// A value on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// `+OK`
    Simple(String),
    /// `-ERR …`
    Error(String),
    /// `:1`
    Integer(i64),
    /// `$4`, then as many bytes.
    Bulk(Vec<u8>),
    /// `$-1`
    Null,
    /// `*2`, then as many frames.
    Array(Vec<Frame>),
}

/// Reads and writes frames on a connection.
#[derive(Debug)]
pub struct Connection {
    stream: BufStream<TcpStream>,
}

impl Connection {
    /// Takes over a stream.
    pub fn new(socket: TcpStream) -> Connection {
        Connection {
            stream: BufStream::new(socket),
        }
    }

    /// The next frame; none at the end of the connection.
    ///
    /// # Errors
    /// `InvalidData` for what is no frame, `UnexpectedEof` in the middle of one, or those of the stream.
    pub async fn read_frame(&mut self) -> io::Result<Option<Frame>> {
        let Some(line) = self.read_line().await? else {
            return Ok(None);
        };
        if !line.starts_with('*') {
            return self.read_value(&line).await.map(Some);
        }
        let mut frames = Vec::new();
        for _ in 0..length(&line)?.ok_or_else(|| invalid(&line))? {
            let line = self
                .read_line()
                .await?
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            frames.push(self.read_value(&line).await?);
        }
        Ok(Some(Frame::Array(frames)))
    }

    async fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let n = (&mut self.stream)
            .take(LIMIT as u64)
            .read_line(&mut line)
            .await?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(Some(line.to_string())),
            None if n == 0 => Ok(None),
            None => Err(invalid(&line)),
        }
    }

    async fn read_value(&mut self, line: &str) -> io::Result<Frame> {
        let (kind, rest) = line.split_at_checked(1).ok_or_else(|| invalid(line))?;
        Ok(match kind {
            "+" => Frame::Simple(rest.to_string()),
            "-" => Frame::Error(rest.to_string()),
            ":" => Frame::Integer(rest.parse().map_err(|_| invalid(line))?),
            "$" => match length(line)? {
                None => Frame::Null,
                Some(length) => self.read_bulk(length).await?,
            },
            _ => return Err(invalid(line)),
        })
    }

    async fn read_bulk(&mut self, length: usize) -> io::Result<Frame> {
        let mut bytes = vec![0; length + 2];
        self.stream.read_exact(&mut bytes).await?;
        if !bytes.ends_with(b"\r\n") {
            return Err(invalid("a bulk string"));
        }
        bytes.truncate(length);
        Ok(Frame::Bulk(bytes))
    }

    /// Writes a frame, and sends it.
    ///
    /// # Errors
    /// Those of the stream.
    pub async fn write_frame(&mut self, frame: &Frame) -> io::Result<()> {
        if let Frame::Array(frames) = frame {
            self.stream
                .write_all(format!("*{}\r\n", frames.len()).as_bytes())
                .await?;
            for frame in frames {
                self.write_value(frame).await?;
            }
        } else {
            self.write_value(frame).await?;
        }
        self.stream.flush().await
    }

    async fn write_value(&mut self, frame: &Frame) -> io::Result<()> {
        match frame {
            Frame::Simple(text) => {
                self.stream
                    .write_all(format!("+{text}\r\n").as_bytes())
                    .await
            }
            Frame::Error(text) => {
                self.stream
                    .write_all(format!("-{text}\r\n").as_bytes())
                    .await
            }
            Frame::Integer(n) => self.stream.write_all(format!(":{n}\r\n").as_bytes()).await,
            Frame::Null => self.stream.write_all(b"$-1\r\n").await,
            Frame::Bulk(bytes) => {
                self.stream
                    .write_all(format!("${}\r\n", bytes.len()).as_bytes())
                    .await?;
                self.stream.write_all(bytes).await?;
                self.stream.write_all(b"\r\n").await
            }
            Frame::Array(_) => Err(invalid("an array within an array")),
        }
    }
}

/// The number behind `*` or `$`; none if it is -1.
fn length(line: &str) -> io::Result<Option<usize>> {
    match line[1..].parse::<i64>() {
        Ok(-1) => Ok(None),
        Ok(n) => match usize::try_from(n) {
            Ok(n) if n <= LIMIT => Ok(Some(n)),
            _ => Err(invalid(line)),
        },
        Err(_) => Err(invalid(line)),
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("invalid frame: {what:?}"),
    )
}
