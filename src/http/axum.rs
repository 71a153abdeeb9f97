//! axum: handlers that are not `Send`, and the client's address as an extractor.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::axum::extract::{FromRequest, FromRequestParts, Request};
use ::axum::handler::Handler;
use ::axum::http::StatusCode;
use ::axum::http::request::Parts;
use ::axum::response::{IntoResponse, Response};

use super::connect_info::ConnectInfo;
use super::home::Home;

/// A handler whose future need not be `Send`. Made by [`local()`].
///
/// # Example
/// ```
/// use axum::{Router, routing::get};
/// use toque::http::{Local, local};
///
/// let menu: Local<_> = local(async || "soup");
/// let app: Router = Router::new().route("/", get(menu.clone())).route("/menu", get(menu));
/// # drop(app);
/// ```
pub struct Local<F> {
    handler: Home<F>,
}

/// An axum handler that is not `Send`, or whose future is not: it may hold an `Rc` across an await.
///
/// axum asks that handlers be `Send`, for runtimes of many threads. Here one thread makes the router and serves it, so what is
/// not `Send` stays where it is; that is checked at each use.
///
/// # Panics
/// The handler, not this function: if it is called, cloned or polled on another thread than that on which it was made. Make the
/// router on the thread of its runtime. Dropped elsewhere, a handler or its future is leaked, since it may not be dropped there.
///
/// # Example
/// ```
/// use axum::{Router, extract::Path, routing::get};
/// use std::{cell::Cell, rc::Rc};
/// use toque::http::local;
///
/// let served = Rc::new(Cell::new(0)); // one counter for all, without a lock
/// let app: Router = Router::new().route(
///     "/{order}",
///     get(local(async move |Path(order): Path<String>| {
///         served.set(served.get() + 1);
///         toque::task::yield_now().await;
///         format!("{order}, the {}th today", served.get())
///     })),
/// );
/// # drop(app);
/// ```
pub fn local<F>(handler: F) -> Local<F> {
    Local {
        handler: Home::new(handler),
    }
}

impl<F: Clone> Clone for Local<F> {
    fn clone(&self) -> Self {
        local(self.handler.get().clone())
    }
}

impl<F> fmt::Debug for Local<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").finish_non_exhaustive()
    }
}

/// A function of extractors, by the tuple of them. Sealed: it is implemented for closures and functions of up to eight.
///
/// # Example
/// ```
/// use axum::{Router, extract::Path, http::Method, routing::any};
///
/// let handler = toque::http::local(async |method: Method, Path(dish): Path<String>| {
///     format!("{method} {dish}") // a function of two extractors
/// });
/// let app: Router = Router::new().route("/{dish}", any(handler));
/// # drop(app);
/// ```
pub trait Call<Args>: sealed::Sealed<Args> {
    /// What it gives.
    type Future: Future<Output: IntoResponse>;

    /// Calls it.
    fn call(self, args: Args) -> Self::Future;
}

mod sealed {
    pub trait Sealed<Args> {}
}

macro_rules! calls {
    ($($arg:ident)*) => {
        impl<F, Fut, $($arg),*> sealed::Sealed<($($arg,)*)> for F
        where
            F: FnOnce($($arg),*) -> Fut,
        {
        }

        impl<F, Fut, $($arg),*> Call<($($arg,)*)> for F
        where
            F: FnOnce($($arg),*) -> Fut,
            Fut: Future<Output: IntoResponse>,
        {
            type Future = Fut;

            #[allow(non_snake_case, reason = "arguments by the names of their types")]
            fn call(self, ($($arg,)*): ($($arg,)*)) -> Fut {
                self($($arg),*)
            }
        }
    };
}

calls!();
calls!(A);
calls!(A B);
calls!(A B C);
calls!(A B C D);
calls!(A B C D E);
calls!(A B C D E G);
calls!(A B C D E G H);
calls!(A B C D E G H I);

impl<F, S, M, Args> Handler<(M, Args), S> for Local<F>
where
    F: Call<Args, Future: 'static> + Clone + 'static,
    Args: FromRequest<S, M> + 'static,
    S: Send + Sync + 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let handler = self.handler.get().clone();
        Box::pin(AtHome(Home::new(async move {
            match Args::from_request(request, &state).await {
                Ok(args) => handler.call(args).await.into_response(),
                Err(refusal) => refusal.into_response(),
            }
        })))
    }
}

/// A future that is polled at home.
struct AtHome<F>(Home<F>);

impl<F: Future> Future for AtHome<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.get_mut().0.get_mut().poll(cx)
    }
}

/// What a handler's client is told that asks for an address of the wrong kind, or under another server.
const NO_ADDRESS: &str =
    "`ConnectInfo` is put there by `toque::http::serve`, with the listener's type of address";

impl<S: Sync, A: Clone + Send + Sync + 'static> FromRequestParts<S> for ConnectInfo<A> {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let info = parts.extensions.get::<ConnectInfo<A>>();
        info.cloned()
            .ok_or((StatusCode::INTERNAL_SERVER_ERROR, NO_ADDRESS))
    }
}
