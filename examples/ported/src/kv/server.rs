//! The server: accepts so many connections at most, answers them, and ends when all have been told.

use std::future::Future;
use std::io;
use std::sync::Arc;

use toque::net::TcpListener;
use toque::sync::{Semaphore, broadcast, mpsc};
use toque::time::Duration;

use super::db::Db;
use super::frame::{Connection, Frame};

/// Connections at once.
const MAX_CONNECTIONS: usize = 250;

/// Serves until `shutdown` is ready, and every connection has seen it.
///
/// # Errors
/// Those of the listener.
pub async fn run(listener: TcpListener, shutdown: impl Future) -> io::Result<()> {
    let db = Db::new();
    let (notify_shutdown, _) = broadcast::channel(1);
    let (shutdown_complete_tx, mut shutdown_complete_rx) = mpsc::channel::<()>(1);
    let limit = Arc::new(Semaphore::new(MAX_CONNECTIONS));

    let accept = async {
        loop {
            let permit = limit.clone().acquire_owned().await;
            let permit = permit.map_err(io::Error::other)?;
            let (socket, _) = listener.accept().await?;
            let mut handler = Handler {
                db: db.clone(),
                connection: Connection::new(socket),
                shutdown: notify_shutdown.subscribe(),
                _shutdown_complete: shutdown_complete_tx.clone(),
            };
            toque::spawn(async move {
                if let Err(err) = handler.run().await {
                    eprintln!("connection error: {err}");
                }
                drop(permit);
            });
        }
    };
    let result = toque::select! {
        result = accept => result,
        _ = shutdown => Ok(()),
    };

    drop(notify_shutdown);
    drop(shutdown_complete_tx);
    let _ = shutdown_complete_rx.recv().await;
    db.shut_down();
    result
}

/// One connection.
struct Handler {
    db: Db,
    connection: Connection,
    shutdown: broadcast::Receiver<()>,
    /// Its end tells that of the connection.
    _shutdown_complete: mpsc::Sender<()>,
}

impl Handler {
    async fn run(&mut self) -> io::Result<()> {
        loop {
            let frame = toque::select! {
                frame = self.connection.read_frame() => frame?,
                _ = self.shutdown.recv() => return Ok(()),
            };
            let Some(frame) = frame else {
                return Ok(());
            };
            match Command::parse(frame) {
                Ok(Command::Subscribe(channel)) => return self.subscribe(channel).await,
                Ok(command) => {
                    let answer = command.apply(&self.db);
                    self.connection.write_frame(&answer).await?;
                }
                Err(problem) => {
                    let answer = Frame::Error(format!("ERR {problem}"));
                    self.connection.write_frame(&answer).await?;
                }
            }
        }
    }

    async fn subscribe(&mut self, channel: String) -> io::Result<()> {
        let mut messages = self.db.subscribe(channel.clone());
        let answer = [bulk("subscribe"), bulk(&channel), Frame::Integer(1)];
        self.connection
            .write_frame(&Frame::Array(answer.into()))
            .await?;
        loop {
            toque::select! {
                message = messages.recv() => match message {
                    Ok(message) => {
                        let answer = [bulk("message"), bulk(&channel), Frame::Bulk(message)];
                        self.connection.write_frame(&Frame::Array(answer.into())).await?;
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return Ok(()),
                },
                frame = self.connection.read_frame() => if frame?.is_none() {
                    return Ok(());
                },
                _ = self.shutdown.recv() => return Ok(()),
            }
        }
    }
}

fn bulk(text: &str) -> Frame {
    Frame::Bulk(text.as_bytes().to_vec())
}

/// What a client wants.
enum Command {
    Ping(Option<Vec<u8>>),
    Get(String),
    Set(String, Vec<u8>, Option<Duration>),
    Publish(String, Vec<u8>),
    Subscribe(String),
}

impl Command {
    fn parse(frame: Frame) -> Result<Command, String> {
        let Frame::Array(frames) = frame else {
            return Err("a command is an array".to_string());
        };
        let mut words = Vec::new();
        for frame in frames {
            match frame {
                Frame::Bulk(word) => words.push(word),
                other => return Err(format!("not a word of a command: {other:?}")),
            }
        }
        let name = words
            .first()
            .map(|word| word.to_ascii_lowercase())
            .unwrap_or_default();
        let mut words = words.into_iter().skip(1);
        let command = match name.as_slice() {
            b"ping" => Command::Ping(words.next()),
            b"get" => Command::Get(text(words.next())?),
            b"set" => {
                let (key, value) = (
                    text(words.next())?,
                    words.next().ok_or("a value is missing")?,
                );
                Command::Set(key, value, expiration(&mut words)?)
            }
            b"publish" => Command::Publish(
                text(words.next())?,
                words.next().ok_or("a message is missing")?,
            ),
            b"subscribe" => Command::Subscribe(text(words.next())?),
            _ => {
                return Err(format!(
                    "unknown command '{}'",
                    String::from_utf8_lossy(&name)
                ));
            }
        };
        match words.next() {
            None => Ok(command),
            Some(_) => Err("too many words".to_string()),
        }
    }

    fn apply(self, db: &Db) -> Frame {
        match self {
            Command::Ping(None) => Frame::Simple("PONG".to_string()),
            Command::Ping(Some(message)) => Frame::Bulk(message),
            Command::Get(key) => db.get(&key).map_or(Frame::Null, Frame::Bulk),
            Command::Set(key, value, expire) => {
                db.set(key, value, expire);
                Frame::Simple("OK".to_string())
            }
            Command::Publish(channel, message) => {
                let listeners = db.publish(&channel, message);
                Frame::Integer(listeners.try_into().unwrap_or(i64::MAX))
            }
            Command::Subscribe(_) => {
                Frame::Error("ERR a subscription takes its connection".to_string())
            }
        }
    }
}

/// `EX seconds`, `PX milliseconds`, or nothing.
fn expiration(words: &mut impl Iterator<Item = Vec<u8>>) -> Result<Option<Duration>, String> {
    let Some(unit) = words.next() else {
        return Ok(None);
    };
    let amount = text(words.next())?;
    let amount: u64 = amount.parse().map_err(|_| "not a number".to_string())?;
    match unit.to_ascii_lowercase().as_slice() {
        b"ex" => Ok(Some(Duration::from_secs(amount))),
        b"px" => Ok(Some(Duration::from_millis(amount))),
        _ => Err("neither EX nor PX".to_string()),
    }
}

fn text(word: Option<Vec<u8>>) -> Result<String, String> {
    let word = word.ok_or("a word is missing")?;
    String::from_utf8(word).map_err(|_| "not a text".to_string())
}
