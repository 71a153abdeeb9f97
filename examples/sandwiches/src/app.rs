//! The app: what the handlers share, and the service that it makes of them.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use toque::sync::CancellationToken;

use crate::kitchen::Kitchen;
use crate::layers;
use crate::layers::crowd::Crowd;
use crate::layers::token::Token;
use crate::metrics::Metrics;
use crate::request::BODY_MAX;
use crate::routes;
use crate::sockets::Sockets;
use crate::store::Store;
use crate::window::Window;

/// What the handlers share: [`Shared`]. axum clones it for each of them, and for each request.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
#[derive(Debug)]
pub struct Shared {
    /// Where the sandwiches are.
    pub store: Arc<dyn Store>,
    /// Told of new orders.
    pub kitchen: Kitchen,
    /// What is counted.
    pub metrics: Metrics,
    /// What the command line says.
    pub settings: Settings,
    /// Cancelled when the service is to be taken out of the balance: it serves on, and says that it is not ready.
    pub leaving: CancellationToken,
    /// Cancelled when the service begins to close: streams that would never end come to their end then.
    pub closing: CancellationToken,
    /// Counts the requests at work, of all threads together.
    pub(crate) crowd: Crowd,
    /// WebSocket connections, which are no requests any more and which the server does not wait for.
    pub(crate) sockets: Sockets,
}

/// What the command line says about the API.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether `GET /sandwiches/{id}?slow_ms=500` takes that long. For tests and demonstrations.
    pub allow_slow: bool,
    /// Whether the six steps of each `GET /sandwiches/{id}` are told in the log.
    pub steps: bool,
    /// Asked of whoever wants to change something, if it is there.
    pub token: Option<Token>,
    /// Web pages of these origins may use the API.
    pub cors_origins: Vec<HeaderValue>,
    /// The largest body, in bytes.
    pub body_max: usize,
    /// The most requests at work at once; one more is 503.
    pub requests_max: usize,
    /// The most WebSockets at once; one more is 503.
    pub sockets_max: usize,
    /// How often a stream of events shows that it is alive.
    pub keep_alive: Duration,
    /// Through which the kitchen page sees the chefs, if there is such a page.
    pub window: Option<Arc<Window>>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            allow_slow: false,
            steps: false,
            token: None,
            cors_origins: Vec::new(),
            body_max: BODY_MAX,
            requests_max: 1024,
            sockets_max: 1024,
            keep_alive: Duration::from_secs(15),
            window: None,
        }
    }
}

impl App {
    /// An app on this store.
    pub fn new(store: Arc<dyn Store>, settings: Settings) -> App {
        let closing = CancellationToken::new();
        App(Arc::new(Shared {
            kitchen: Kitchen::new(Arc::clone(&store), closing.clone()),
            store,
            metrics: Metrics::default(),
            crowd: Crowd::new(settings.requests_max),
            settings,
            leaving: CancellationToken::new(),
            closing,
            sockets: Sockets::default(),
        }))
    }

    /// Waits until the WebSocket connections have said goodbye.
    pub async fn sockets_closed(&self) {
        self.sockets.closed().await;
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The service, as a tower `Service` that hyper can drive.
pub fn app(app: App) -> Router {
    let window = app.settings.window.as_ref();
    let routes = routes::all(window).with_state(app.clone());
    layers::around(routes, app)
}

/// The same around other routes: so tests see what becomes of a handler that panics.
pub fn around(routes: Router, app: App) -> Router {
    layers::around(routes, app)
}
