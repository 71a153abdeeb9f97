//! Who has called: the address of the client, in the extensions of its requests.

/// The address of the client: an extension of every request that [`serve`](super::serve()) gives to its service.
///
/// `A` is [`std::net::SocketAddr`] for TCP, and [`toque::net::unix::SocketAddr`](crate::net::unix::SocketAddr) for Unix
/// sockets. With the feature `axum` it is an extractor.
///
/// # Example
/// ```
/// use toque::http::ConnectInfo;
///
/// fn who<B>(request: &hyper::Request<B>) -> Option<std::net::SocketAddr> {
///     let ConnectInfo(addr) = request.extensions().get()?;
///     Some(*addr)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectInfo<A>(pub A);
