//! The sandwich service's start: reads the command line, opens the store, serves until SIGINT or SIGTERM.
//!
//! ```text
//! $ cargo run --release -p sandwiches
//! sandwiches on http://127.0.0.1:3000, kept in sandwiches.db
//! try: curl -i http://127.0.0.1:3000/sandwiches -H 'content-type: application/json' -d '{"name":"BLT","ingredients":["bacon","lettuce","tomato"]}'
//! ```
//!
//! The log goes to standard error. `--help` tells the options. The first SIGINT or SIGTERM lets requests in flight
//! finish and exits with 0, the second ends the process at once.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use futures_rustls::TlsAcceptor;
use sandwiches::options::Options;
use sandwiches::signals::Bell;
use sandwiches::window::Window;
use sandwiches::{App, Settings, Store, descriptors, log, store, tls};
use toque::Core;
use toque::http::{Listener, Report};
use toque::net::TcpListener;
use toque::sync::{Semaphore, SetOnce};
use toque::task::{self, AbortOnDropHandle};
use toque::time::{sleep, timeout};
use tracing::{error, info};

/// Threads of each runtime's blocking pool. SQLite has one writer and few readers, so more would only wait for one
/// another.
const BLOCKING: usize = 16;
/// How long WebSocket connections have to say goodbye, and threads to wait for one another, beyond the drain's time.
const GOODBYE: Duration = Duration::from_secs(2);

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let options = Options::parse();
    log::install(options.log);
    descriptors::take_all();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("sandwiches: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A thread for each core that serves; the first one does what is done once.
fn run(options: Options) -> Outcome {
    let mut runtime = toque::Builder::new_current_thread();
    runtime.max_blocking_threads(BLOCKING);
    let house = House::new(options)?;
    if let Some(window) = &house.settings.window {
        window.watch(&mut runtime);
    }
    let ends = toque::Cores::new(house.options.threads)
        .runtime(runtime)
        .thread_name("chef")
        .run(async |core| house.work(&core).await)?;
    ends.into_iter()
        .try_for_each(|end| end.unwrap_or_else(|_| Err("a thread panicked".into())))
}

/// What the threads have in common.
struct House {
    options: Options,
    /// Those of the options that handlers know.
    settings: Settings,
    /// With a certificate.
    tls: Option<TlsAcceptor>,
    /// Set by the first thread.
    app: SetOnce<App>,
    /// A permit from each of the others, once it has served.
    served: Semaphore,
}

impl House {
    fn new(options: Options) -> Result<House, String> {
        let tls = match (&options.tls_cert, &options.tls_key) {
            (Some(chain), Some(key)) => Some(tls::acceptor(chain, key)?),
            _ => None,
        };
        Ok(House {
            settings: options.settings()?,
            served: Semaphore::new(0),
            app: SetOnce::new(),
            tls,
            options,
        })
    }

    /// One thread's work. If it ends early, so do all.
    async fn work(&self, core: &Core) -> Outcome {
        if let Some(window) = &self.settings.window {
            window.show(core.index());
        }
        let outcome = if core.index() == 0 {
            self.lead(core).await
        } else {
            let outcome = self.follow(core).await;
            self.served.add_permits(1);
            outcome
        };
        core.stop();
        outcome
    }

    /// Opens the store, serves and cooks, and closes the store when all have served.
    async fn lead(&self, core: &Core) -> Outcome {
        let options = &self.options;
        let store = self.open_store().await?;
        let app = App::new(Arc::clone(&store), self.settings.clone());
        // The bell comes before the address is told: whoever reads it may send a signal at once.
        let bell = Bell::install()?;
        let listener = self.listen(core, options.listen).await?;
        greet(listener.local_addr()?, options);
        let _ = self.app.set(app.clone()); // nobody else sets it
        let kitchen = app.kitchen.clone().work(options.pace);
        let kitchen = task::Builder::new().name("kitchen").spawn(kitchen)?;
        let kitchen = AbortOnDropHandle::new(kitchen);
        toque::join!(
            self.serve(listener, &app),
            self.close_in_time(core, &bell, &app)
        );
        self.wait_for_others(&app).await;
        let _ = timeout(GOODBYE, kitchen).await; // what it could not give back has a lease that ends
        store.close().await?;
        info!("closed");
        Ok(())
    }

    /// The store; with a window, one whose calls are seen there.
    async fn open_store(&self) -> Result<Arc<dyn Store>, store::OpenError> {
        let options = &self.options;
        let store = store::open(&options.db, options.store()).await?;
        Ok(match self.settings.window {
            Some(_) => Window::noting(store),
            None => store,
        })
    }

    /// Begins to close once a signal has come, or another thread has ended.
    async fn close_in_time(&self, core: &Core, bell: &Bell, app: &App) {
        toque::select! {
            () = bell.rung() => self.take_leave(app).await,
            () = core.stopped() => {}
        }
        app.closing.cancel();
    }

    /// Serves on for as long as a load balancer needs to look elsewhere.
    async fn take_leave(&self, app: &App) {
        let options = &self.options;
        app.leaving.cancel();
        if !options.notice.is_zero() {
            info!("not ready any more, serving on for {:?}", options.notice);
            sleep(options.notice).await;
        }
        info!("closing, within {:?}", options.drain_timeout);
    }

    /// Waits for the goodbyes of WebSockets, and until all threads have served: they need the store.
    async fn wait_for_others(&self, app: &App) {
        let _ = timeout(GOODBYE, app.sockets_closed()).await; // late or not, the store is closed
        let others = self.options.threads - 1;
        let patience = self.options.drain_timeout + GOODBYE; // one that has panicked gives no permit
        let _ = timeout(patience, self.served.acquire_many(others as u32)).await;
    }

    /// Serves, as the first thread does.
    async fn follow(&self, core: &Core) -> Outcome {
        let app = toque::select! {
            app = self.app.wait() => app.clone(),
            () = core.stopped() => return Ok(()),
        };
        let listener = self.listen(core, self.options.listen).await?;
        self.serve(listener, &app).await;
        Ok(())
    }

    async fn listen(&self, core: &Core, address: SocketAddr) -> Result<TcpListener, String> {
        let listener = if core.count() == 1 {
            TcpListener::bind(address).await // a port of ours alone: a second start is refused
        } else {
            core.listen(address).await
        };
        listener.map_err(|error| format!("{address}: {error}"))
    }

    async fn serve(&self, listener: TcpListener, app: &App) {
        let report = match &self.tls {
            Some(tls) => self.attend(tls::listener(listener, tls.clone()), app).await,
            None => self.attend(listener, app).await,
        };
        info!("served: {report}");
    }

    async fn attend(&self, listener: impl Listener + 'static, app: &App) -> Report {
        let closing = app.closing.clone();
        let server = toque::http::serve(listener, sandwiches::app(app.clone()))
            .config(self.options.server())
            .with_graceful_shutdown(async move { closing.cancelled().await });
        app.metrics.watch(server.handle());
        server.await
    }
}

fn greet(address: SocketAddr, options: &Options) {
    let (scheme, insecure) = match options.tls_cert {
        Some(_) => ("https", "-k "),
        None => ("http", ""),
    };
    say(&format!(
        "sandwiches on {scheme}://{address}, kept in {}\n\
         try: curl -i {insecure}{scheme}://{address}/sandwiches -H 'content-type: application/json' \
         -d '{{\"name\":\"BLT\",\"ingredients\":[\"bacon\",\"lettuce\",\"tomato\"]}}'\n",
        store::shown(&options.db)
    ));
}

/// To standard output, if anybody listens: `println!` would panic on a closed pipe.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
