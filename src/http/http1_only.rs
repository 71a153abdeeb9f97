//! Without the feature `http2`, every client is taken to speak HTTP/1.

use ::hyper::body::{Body, Incoming};
use ::hyper::rt::{Read, Write};
use ::hyper::{Request, Response};
use tower_service::Service;

use super::config::ServerConfig;
use super::http1;
use super::service::{BoxError, Waiter};
use super::stream::Watched;

/// There is nothing to be configured of HTTP/2.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {}

/// Serves a connection to its end.
pub(super) async fn attend<T, S, A, B>(
    stream: Watched<T>,
    waiter: Waiter<S, A>,
    config: &ServerConfig,
) where
    T: Read + Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: 'static>
        + Clone
        + 'static,
    A: Clone + Send + Sync + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    http1::attend(stream, waiter, config).await
}
