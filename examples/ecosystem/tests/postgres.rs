//! tokio-postgres on toque, with a real server: `connect_raw` takes toque's streams by its feature `tokio-io`, and the connection is
//! a task like any other. tokio-postgres's own `connect` is not there: it would bring tokio's runtime.
//!
//! Needs PostgreSQL's programs (Debian: `apt-get install postgresql`). Without them each test says that it is skipped.

mod postgres_server;

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use ecosystem::run::{Result, run};
use futures_util::future::try_join_all;
use postgres_server::Server;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Notification};
use toque::compat::tokio_io::Io;
use toque::io::{AsyncRead, AsyncWrite};
use toque::net::{TcpStream, UnixStream};
use toque::sync::mpsc;
use toque::task::JoinHandle;

/// How a connection has ended.
type End = JoinHandle<std::result::Result<(), tokio_postgres::Error>>;

fn config() -> Config {
    let mut config = Config::new();
    config.user("cook").dbname("postgres");
    config
}

/// Connects over TCP. The connection itself is a task; it ends when the client is dropped, or with an error.
async fn connect(server: &Server) -> Result<(Client, End)> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).await?;
    stream.set_nodelay(true)?;
    let (client, connection) = config().connect_raw(stream, NoTls).await?;
    Ok((client, toque::spawn(connection)))
}

/// Runs a test with the shared server, if there is one.
fn with_server(test: impl AsyncFnOnce(&'static Server) -> Result) {
    if let Some(server) = Server::shared() {
        run(test(server));
    }
}

#[test]
fn queries_are_answered_over_tcp() {
    with_server(async |server| {
        let (client, end) = connect(server).await?;
        client
            .batch_execute("CREATE TEMP TABLE menu (name text, price int)")
            .await?;
        let insert = client.prepare("INSERT INTO menu VALUES ($1, $2)").await?;
        for (name, price) in [("soup", 4), ("bread", 1)] {
            assert_eq!(client.execute(&insert, &[&name, &price]).await?, 1);
        }
        let rows = client
            .query("SELECT name FROM menu ORDER BY price", &[])
            .await?;
        let names: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(names, ["bread", "soup"]);
        drop(client);
        end.await??; // in good order
        Ok(())
    });
}

#[test]
fn queries_are_answered_over_a_unix_socket() {
    with_server(async |server| {
        let stream = UnixStream::connect(&server.socket).await?;
        let (client, connection) = config().connect_raw(stream, NoTls).await?;
        let end = toque::spawn(connection);
        let row = client.query_one("SELECT repeat('x', 1000000)", &[]).await?;
        assert_eq!(row.get::<_, &str>(0).len(), 1_000_000);
        drop(client);
        end.await??;
        Ok(())
    });
}

#[test]
fn queries_of_many_callers_are_pipelined_on_one_connection() {
    with_server(async |server| {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).await?;
        let writes = Rc::new(Cell::new(0));
        // It has the traits of futures-io; `Io` gives it tokio's.
        let stream = Io::new(Counted(stream, writes.clone()));
        let (client, connection) = config().connect_raw(stream, NoTls).await?;
        toque::spawn(connection);
        let double = client.prepare("SELECT 2 * $1::int").await?;
        writes.set(0);

        let answers = (0..500).map(|n: i32| {
            let (client, double) = (&client, &double);
            async move { client.query_one(double, &[&n]).await.map(|row| row.get(0)) }
        });
        let answers: Vec<i32> = try_join_all(answers).await?;
        assert!(answers.into_iter().eq((0..500).map(|n| 2 * n)));
        // One after the other, each would have been a write of its own.
        assert!(writes.get() < 50, "{} writes", writes.get());
        Ok(())
    });
}

/// A stream that counts its writes.
struct Counted(TcpStream, Rc<Cell<usize>>);

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        AsyncRead::poll_read(Pin::new(&mut self.0), cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.1.set(self.1.get() + 1);
        AsyncWrite::poll_write(Pin::new(&mut self.0), cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(&mut self.0), cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_close(Pin::new(&mut self.0), cx)
    }
}

#[test]
fn a_notification_of_one_connection_is_heard_by_another() {
    with_server(async |server| {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).await?;
        let (listener, connection) = config().connect_raw(stream, NoTls).await?;
        let mut heard = listen(connection);
        listener.batch_execute("LISTEN orders").await?;

        let (cook, _) = connect(server).await?;
        for order in ["soup", "bread"] {
            cook.execute("SELECT pg_notify('orders', $1)", &[&order])
                .await?;
        }
        for order in ["soup", "bread"] {
            let notification = heard.recv().await.unwrap();
            assert_eq!(notification.channel(), "orders");
            assert_eq!(notification.payload(), order);
        }
        drop(listener);
        assert!(heard.recv().await.is_none());
        Ok(())
    });
}

/// Drives a connection, and passes on what the server says unasked.
fn listen(
    mut connection: Connection<TcpStream, tokio_postgres::tls::NoTlsStream>,
) -> mpsc::UnboundedReceiver<Notification> {
    let (tell, heard) = mpsc::unbounded_channel();
    toque::spawn(async move {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notification) = message.unwrap() {
                let _ = tell.send(notification);
            }
        }
    });
    heard
}

/// A query that ends by force only.
const SLEEP: &str = "SELECT pg_sleep(3600)";

/// Asks the server until a query of another connection runs.
async fn has_begun(onlooker: &Client, query: &str) -> Result {
    let running = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query = $1";
    while onlooker.query(running, &[&query]).await?.is_empty() {}
    Ok(())
}

#[test]
fn a_cancelled_query_is_an_error_and_the_connection_goes_on() {
    with_server(async |server| {
        let (client, _) = connect(server).await?;
        let (onlooker, _) = connect(server).await?;
        let cancel = async {
            has_begun(&onlooker, SLEEP).await?;
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).await?;
            client
                .cancel_token()
                .cancel_query_raw(stream, NoTls)
                .await?;
            Result::Ok(())
        };
        let (slept, cancelled) = toque::join!(client.execute(SLEEP, &[]), cancel);
        cancelled?;
        assert_eq!(slept.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED));
        let row = client.query_one("SELECT 1", &[]).await?;
        assert_eq!(row.get::<_, i32>(0), 1);
        Ok(())
    });
}

#[test]
fn a_query_that_took_too_long_for_its_caller_leaves_the_connection_in_order() {
    with_server(async |server| {
        let (client, _) = connect(server).await?;
        let (holder, _) = connect(server).await?;
        holder.execute("SELECT pg_advisory_lock(1)", &[]).await?;
        let waits = client.execute("SELECT pg_advisory_lock(1)", &[]);
        toque::time::timeout(Duration::from_millis(10), waits)
            .await
            .unwrap_err();
        // The server goes on with it: the next one has to wait for its end.
        holder.execute("SELECT pg_advisory_unlock(1)", &[]).await?;
        let row = client.query_one("SELECT 1", &[]).await?;
        assert_eq!(row.get::<_, i32>(0), 1);
        Ok(())
    });
}

#[test]
fn a_server_that_is_killed_is_an_error() {
    let Some(server) = Server::start() else {
        return;
    };
    run(async {
        let (client, end) = connect(&server).await?;
        let (onlooker, _) = connect(&server).await?;
        let query = async { client.execute(SLEEP, &[]).await };
        let port = server.port;
        let kill = async {
            has_begun(&onlooker, SLEEP).await?;
            toque::spawn_blocking(move || drop(server)).await?;
            Result::Ok(())
        };
        let (slept, killed) = toque::join!(query, kill);
        killed?;
        slept.unwrap_err();
        // Postgres says why before it goes, and that is how the connection ends.
        let _ = end.await?;
        let error = client.query("SELECT 1", &[]).await.unwrap_err();
        assert!(error.is_closed(), "{error}");
        TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap_err();
        Ok(())
    });
}
