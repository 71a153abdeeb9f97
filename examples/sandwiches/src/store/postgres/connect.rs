//! Connecting: from a URL to a client, with the connection at work in a task of its own.
//!
//! tokio-postgres brings the protocol, toque the sockets: `connect_raw` takes any stream.

use std::io;
use std::path::Path;
use std::time::Duration;

use futures_lite::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::config::Host;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Notification};
use toque::net::{TcpStream, UnixStream};
use toque::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use toque::task::AbortOnDrop;

use crate::store::{Cause, Durability, Options, StoreError};

const PORT: u16 = 5432;

/// Which server, and how to be treated there.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// From the URL, with our settings added.
    config: Config,
    /// How long a connection may take, and any answer.
    pub(super) patience: Duration,
}

/// A connection to the server. Dropped, it is closed at once, whatever it was at.
#[derive(Debug)]
pub(super) struct Session {
    /// Sends statements to the task.
    pub(super) client: Client,
    /// What other sessions have told this one, if it listens; ends with the connection.
    pub(super) notes: UnboundedReceiver<Notification>,
    /// The task that moves the bytes. Aborted, so that one stuck in a dead network does not stay behind.
    _task: AbortOnDrop,
}

impl Target {
    /// # Errors
    /// The text is no URL of a server.
    pub(super) fn new(url: &str, options: &Options) -> Result<Target, Cause> {
        let mut config: Config = url.parse()?;
        if config.get_hosts().is_empty() {
            return Err("the URL names no host".into());
        }
        let commit = match options.durability {
            Durability::Power => "on",
            Durability::Process => "off",
        };
        let own = config.get_options().unwrap_or_default();
        let timeout = options.patience.as_millis().max(1);
        // Ours come first: where both name a setting, the URL's counts.
        let all = format!("-c synchronous_commit={commit} -c statement_timeout={timeout} {own}");
        config.options(all);
        if config.get_application_name().is_none() {
            config.application_name("sandwiches");
        }
        Ok(Target {
            config,
            patience: options.patience,
        })
    }

    /// A new connection, to the first of the hosts that takes it.
    pub(super) async fn connect(&self) -> Result<Session, StoreError> {
        let mut last = StoreError::unavailable("no host");
        for (n, host) in self.config.get_hosts().iter().enumerate() {
            let ports = self.config.get_ports();
            let port = *ports.get(n).or(ports.first()).unwrap_or(&PORT);
            match self.within(self.connect_to(host, port)).await {
                Ok(session) => return Ok(session),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn connect_to(&self, host: &Host, port: u16) -> Result<Session, StoreError> {
        match host {
            Host::Tcp(name) => {
                let stream = TcpStream::connect((name.as_str(), port)).await;
                let stream = stream.map_err(StoreError::unavailable)?;
                stream.set_nodelay(true).map_err(StoreError::unavailable)?;
                self.greet(stream).await
            }
            Host::Unix(folder) => {
                let stream = UnixStream::connect(socket(folder, port)).await;
                self.greet(stream.map_err(StoreError::unavailable)?).await
            }
        }
    }

    /// Introduces us to the server at the other end, and starts the task.
    async fn greet<S>(&self, stream: S) -> Result<Session, StoreError>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let (client, connection) = self.config.connect_raw(stream, NoTls).await?;
        let (told, notes) = unbounded_channel();
        let task = toque::spawn(drive(connection, told));
        Ok(Session {
            client,
            notes,
            _task: AbortOnDrop::new(task.abort_handle()),
        })
    }

    /// The future's answer, or `Unavailable` if it takes too long.
    pub(super) async fn within<T, E: Into<StoreError>>(
        &self,
        future: impl Future<Output = Result<T, E>>,
    ) -> Result<T, StoreError> {
        match toque::time::timeout(self.patience, future).await {
            Ok(answer) => answer.map_err(Into::into),
            Err(_) => Err(StoreError::unavailable(io::Error::new(
                io::ErrorKind::TimedOut,
                "the server takes too long",
            ))),
        }
    }
}

/// Where a server that listens on this port has its socket.
fn socket(folder: &Path, port: u16) -> std::path::PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// Moves bytes until the connection ends. Why it ends is told to whoever waits for an answer.
async fn drive<S>(mut connection: Connection<S, NoTlsStream>, told: UnboundedSender<Notification>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
        if let AsyncMessage::Notification(note) = message {
            let _ = told.send(note); // the session is being dropped, and this task with it
        }
    }
}
