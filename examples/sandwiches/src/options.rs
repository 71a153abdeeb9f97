//! The command line and the environment: what the service does, where and within which limits.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::Parser;
use clap::builder::BoolishValueParser;
use toque::http::ServerConfig;

use crate::app::Settings;
use crate::layers::token::Token;
use crate::log::Format;
use crate::store::{self, Durability};
use crate::window::Window;

/// A sandwich service on toque. Times are such as 500ms, 10s or 5m. Each flag is in the environment too.
#[derive(Debug, Clone, Parser)]
#[command(name = "sandwiches", version)]
pub struct Options {
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "SANDWICHES_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// An SQLite file, created if it is not there; or postgres://user:password@host:port/database
    #[arg(
        long,
        env = "SANDWICHES_DB",
        default_value = "sandwiches.db",
        hide_env_values = true
    )]
    pub db: OsString,

    /// What an answered change survives: 'power', a power cut; 'process', only the end of the program
    #[arg(long, env = "SANDWICHES_DURABILITY", default_value = "power")]
    pub durability: Durability,

    /// Threads that serve, each with a runtime of its own, on one port
    #[arg(long, env = "SANDWICHES_THREADS", default_value_t = 1, value_parser = at_least_one)]
    pub threads: usize,

    /// Connections at a time, over all threads; more wait in the system's queue
    #[arg(long, env = "SANDWICHES_MAX_CONNECTIONS", default_value_t = 16384, value_parser = at_least_one)]
    pub max_connections: usize,

    /// Requests at work at a time; one more is 503
    #[arg(long, env = "SANDWICHES_MAX_REQUESTS", default_value_t = 1024, value_parser = at_least_one)]
    pub max_requests: usize,

    /// WebSockets at a time, which are not among the connections any more; one more is 503
    #[arg(long, env = "SANDWICHES_MAX_SOCKETS", default_value_t = 1024, value_parser = at_least_one)]
    pub max_sockets: usize,

    /// The largest body, in bytes
    #[arg(long, env = "SANDWICHES_MAX_BODY", default_value_t = 65536, value_parser = at_least_one)]
    pub max_body: usize,

    /// From a connection to its first byte; a TLS handshake counts
    #[arg(long, env = "SANDWICHES_FIRST_BYTE_TIMEOUT", default_value = "10s", value_parser = time)]
    pub first_byte_timeout: Duration,

    /// For the head of a request
    #[arg(long, env = "SANDWICHES_HEAD_TIMEOUT", default_value = "30s", value_parser = time)]
    pub head_timeout: Duration,

    /// For a whole request to arrive
    #[arg(long, env = "SANDWICHES_REQUEST_TIMEOUT", default_value = "60s", value_parser = time)]
    pub request_timeout: Duration,

    /// For a body on which nothing moves
    #[arg(long, env = "SANDWICHES_BODY_TIMEOUT", default_value = "20s", value_parser = time)]
    pub body_timeout: Duration,

    /// For a client that does not read its answer
    #[arg(long, env = "SANDWICHES_WRITE_TIMEOUT", default_value = "30s", value_parser = time)]
    pub write_timeout: Duration,

    /// For an idle connection between two requests
    #[arg(long, env = "SANDWICHES_IDLE_TIMEOUT", default_value = "65s", value_parser = time)]
    pub idle_timeout: Duration,

    /// Between 'not ready' and the stop: a load balancer's time to look elsewhere
    #[arg(long, env = "SANDWICHES_NOTICE", default_value = "0s", value_parser = time)]
    pub notice: Duration,

    /// For requests in flight when the service stops
    #[arg(long, env = "SANDWICHES_DRAIN_TIMEOUT", default_value = "10s", value_parser = time)]
    pub drain_timeout: Duration,

    /// How long each of the steps of an order takes
    #[arg(long, env = "SANDWICHES_PACE", default_value = "1s", value_parser = time)]
    pub pace: Duration,

    /// The longest silence on a stream of events
    #[arg(long, env = "SANDWICHES_KEEP_ALIVE", default_value = "15s", value_parser = time)]
    pub keep_alive: Duration,

    /// The origins whose web pages may use the API; none by default
    #[arg(
        long = "cors-origin",
        env = "SANDWICHES_CORS_ORIGIN",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<HeaderValue>,

    /// A file with the token that changes need
    #[arg(long, env = "SANDWICHES_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,

    /// The token itself: in the environment alone, since others can read a command line
    #[arg(
        env = "SANDWICHES_TOKEN",
        hide = true,
        hide_env_values = true,
        long = "token-from-environment"
    )]
    token: Option<String>,

    /// The certificate chain, PEM
    #[arg(long, env = "SANDWICHES_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's key, PEM
    #[arg(long, env = "SANDWICHES_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// How the log is written
    #[arg(long, env = "SANDWICHES_LOG", value_enum, default_value = "plain")]
    pub log: Format,

    /// Tell the six steps of each GET of a sandwich in the log
    #[arg(long)]
    pub steps: bool,

    /// Show the chef at work on a page, /kitchen: for a demonstration, since it shows the service's inside to all who can reach it.
    /// A button there blocks the chef for a second; it needs the token, or, if there is none, is for this machine alone
    #[arg(long, env = "SANDWICHES_KITCHEN", value_parser = BoolishValueParser::new())]
    pub kitchen: bool,

    /// Let GET /sandwiches/{id}?slow_ms=500 take that long (to try things out, not for the open net)
    #[arg(long)]
    pub allow_slow: bool,
}

impl Options {
    /// What the store has to know.
    pub fn store(&self) -> store::Options {
        store::Options {
            durability: self.durability,
            ..store::Options::default()
        }
    }

    /// What the handlers have to know.
    ///
    /// # Errors
    /// The token's file cannot be read.
    pub fn settings(&self) -> Result<Settings, String> {
        let from_file = self.token_file.as_deref().map(Token::read).transpose()?;
        let from_environment = self.token.as_deref().and_then(Token::new);
        Ok(Settings {
            allow_slow: self.allow_slow,
            steps: self.steps,
            token: from_file.or(from_environment),
            cors_origins: self.cors_origins.clone(),
            body_max: self.max_body,
            requests_max: self.max_requests,
            sockets_max: self.max_sockets,
            keep_alive: self.keep_alive,
            window: self.kitchen.then(|| Window::new(self.threads)),
        })
    }

    /// What each thread's server has to know.
    pub fn server(&self) -> ServerConfig {
        ServerConfig::new()
            .first_byte(self.first_byte_timeout)
            .headers(self.head_timeout)
            .request(self.request_timeout)
            .body_idle(self.body_timeout)
            .write_idle(self.write_timeout)
            .keep_alive(self.idle_timeout)
            .drain_timeout(self.drain_timeout)
            .max_connections(self.max_connections.div_ceil(self.threads))
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

/// `500ms`, `10s`, `5m`.
fn time(text: &str) -> Result<Duration, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return Err("a whole number with ms, s or m behind it".to_owned()),
    };
    let number: u64 = number.parse().map_err(|error| format!("{error}"))?;
    let ms = number.checked_mul(ms).ok_or("too long")?;
    Ok(Duration::from_millis(ms))
}
