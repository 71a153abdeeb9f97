//! The configuration of a server: its deadlines and its limits, each with its reason.

use std::time::Duration;

use super::protocol::Settings;

/// Deadlines and limits of a server. The table of them, with what a client sees, is in the [module's](super) documentation.
///
/// Each takes a value, or `None` for no limit.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::http::ServerConfig;
///
/// let config = ServerConfig::new()
///     .headers(Duration::from_secs(5))
///     .max_connections(1000)
///     .request(None); // uploads may take as long as they move at all
/// # drop(config);
/// ```
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub(super) first_byte: Option<Duration>,
    pub(super) headers: Option<Duration>,
    pub(super) keep_alive: Option<Duration>,
    pub(super) request: Option<Duration>,
    pub(super) body_idle: Option<Duration>,
    pub(super) write_idle: Option<Duration>,
    pub(super) drain_grace: Duration,
    pub(super) drain_timeout: Duration,
    pub(super) max_connections: Option<usize>,
    pub(super) max_requests_per_connection: Option<u64>,
    pub(super) max_headers: usize,
    pub(super) max_header_bytes: usize,
    /// Of HTTP/2, where that is compiled in.
    #[allow(dead_code, reason = "where it is not, nobody reads it")]
    pub(super) http2: Settings,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            first_byte: Some(Duration::from_secs(10)),
            headers: Some(Duration::from_secs(30)),
            // Longer than the 60 s after which load balancers leave an idle connection: they must be the first to.
            keep_alive: Some(Duration::from_secs(65)),
            request: Some(Duration::from_secs(300)),
            body_idle: Some(Duration::from_secs(30)),
            write_idle: Some(Duration::from_secs(30)),
            drain_grace: Duration::from_millis(500),
            drain_timeout: Duration::from_secs(10),
            max_connections: None,
            max_requests_per_connection: None,
            max_headers: 100,
            max_header_bytes: 64 << 10,
            http2: Settings::default(),
        }
    }
}

/// A setter of a limit that may be absent.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $limit:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(mut self, limit: impl Into<Option<$limit>>) -> Self {
            self.$name = limit.into();
            self
        }
    )*};
}

/// A setter of what there always is.
macro_rules! values {
    ($($(#[$doc:meta])* $name:ident: $value:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(mut self, value: $value) -> Self {
            self.$name = value;
            self
        }
    )*};
}

impl ServerConfig {
    /// The defaults.
    ///
    /// # Example
    /// ```
    /// use toque::http::ServerConfig;
    ///
    /// let config = ServerConfig::new(); // each limit has a default, and a method to change it
    /// println!("{config:?}");
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    limits! {
        /// How long a client may wait after connecting before it sends the first byte of its first request; a handshake
        /// counts. 10 s.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().first_byte(Duration::from_secs(2)); // who connects wants something
        /// assert!(format!("{config:?}").contains("first_byte: Some(2s)"));
        /// ```
        first_byte: Duration;
        /// How long the head of a request may take, from its first byte. 30 s.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().headers(Duration::from_secs(5)); // what slowloris lives on
        /// assert!(format!("{config:?}").contains("headers: Some(5s)"));
        /// ```
        headers: Duration;
        /// How long a connection may be idle between two requests. 65 s.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// // Longer than the load balancer's, so that it is the one who closes.
        /// let config = ServerConfig::new().keep_alive(Duration::from_secs(90));
        /// assert!(format!("{config:?}").contains("keep_alive: Some(90s)"));
        /// ```
        keep_alive: Duration;
        /// How long a whole request may take, head and body, from its first byte. The handler's own time counts only as long as
        /// it still waits for the body. 300 s.
        ///
        /// # Example
        /// ```
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().request(None); // uploads may last for hours
        /// assert!(format!("{config:?}").contains("request: None"));
        /// ```
        request: Duration;
        /// How long a client may send nothing in the midst of a body that is waited for. 30 s.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().body_idle(Duration::from_secs(10)); // but they must move
        /// assert!(format!("{config:?}").contains("body_idle: Some(10s)"));
        /// ```
        body_idle: Duration;
        /// How long a client may take nothing of what is to be sent to it. 30 s. It holds for upgraded connections too.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().write_idle(Duration::from_secs(10)); // as must downloads
        /// assert!(format!("{config:?}").contains("write_idle: Some(10s)"));
        /// ```
        write_idle: Duration;
        /// How many connections are served at a time. Those beyond it are not accepted: they wait in the listener's queue, and
        /// cost no descriptor. No limit by default.
        ///
        /// # Example
        /// ```
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().max_connections(1000); // fewer than there may be descriptors
        /// assert!(format!("{config:?}").contains("max_connections: Some(1000)"));
        /// ```
        max_connections: usize;
        /// How many requests a connection may bring; the last answer says `connection: close`. No limit by default.
        ///
        /// # Example
        /// ```
        /// use toque::http::ServerConfig;
        ///
        /// // So that clients spread anew over the instances from time to time.
        /// let config = ServerConfig::new().max_requests_per_connection(10_000);
        /// assert!(format!("{config:?}").contains("max_requests_per_connection: Some(10000)"));
        /// ```
        max_requests_per_connection: u64;
    }

    values! {
        /// How long, when the server stops, an idle connection is kept for a request that is on its way. 500 ms.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().drain_grace(Duration::ZERO); // a test need not wait
        /// assert!(format!("{config:?}").contains("drain_grace: 0ns"));
        /// ```
        drain_grace: Duration;
        /// How long, when the server stops, what is in flight may take to finish. Then it is cut off. 10 s.
        ///
        /// # Example
        /// ```
        /// use std::time::Duration;
        /// use toque::http::ServerConfig;
        ///
        /// // Shorter than what the supervisor waits before it kills.
        /// let config = ServerConfig::new().drain_timeout(Duration::from_secs(25));
        /// assert!(format!("{config:?}").contains("drain_timeout: 25s"));
        /// ```
        drain_timeout: Duration;
        /// How many header fields a request may have. Beyond: 431. 100.
        ///
        /// # Example
        /// ```
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().max_headers(50);
        /// assert!(format!("{config:?}").contains("max_headers: 50"));
        /// ```
        max_headers: usize;
        /// How many bytes the head of a request may have; hyper's buffer is bounded by the same. Beyond: 431. 64 KiB; not less
        /// than 8 KiB.
        ///
        /// # Example
        /// ```
        /// use toque::http::ServerConfig;
        ///
        /// let config = ServerConfig::new().max_header_bytes(16 * 1024); // cookies are not that long
        /// assert!(format!("{config:?}").contains("max_header_bytes: 16384"));
        /// ```
        max_header_bytes: usize;
    }
}
