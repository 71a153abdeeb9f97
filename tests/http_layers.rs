//! The layers of `http`: what tower's and tower-http's do on tokio's timers, on toque's.

mod http_tools;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use http_tools::*;
use hyper::body::{Body, Frame};
use hyper::{Request, Response, StatusCode};
use toque::http::{
    Deadline, RateLimitLayer, RequestBodyTimeoutLayer, SseKeepAlive, SseKeepAliveLayer,
    TimeoutBody, TimeoutLayer, service_fn,
};
use toque::time::{Instant, sleep};
use tower_layer::Layer;
use tower_service::Service;

async fn call<S: Service<R>, R>(service: &mut S, request: R) -> Result<S::Response, S::Error> {
    poll_fn(|cx| service.poll_ready(cx)).await?;
    service.call(request).await
}

/// A service that takes so many seconds.
async fn slow(request: Request<u64>) -> Answer {
    sleep(secs(request.into_body())).await;
    ok("soup")
}

#[test]
fn a_handler_that_is_late_is_answered_for_with_the_status_of_the_layer() {
    paused(async {
        let start = Instant::now();
        let mut service = TimeoutLayer::new(secs(5)).layer(service_fn(slow));
        assert_eq!(
            call(&mut service, Request::new(4)).await.unwrap().status(),
            200
        );
        let late = call(&mut service, Request::new(6)).await.unwrap();
        assert_eq!(late.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(start.elapsed(), secs(4 + 5));

        let layer = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, secs(1));
        let late = call(&mut layer.layer(service_fn(slow)), Request::new(6)).await;
        assert_eq!(late.unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
    });
}

/// A body that gives each of its parts after a pause.
struct Paced {
    parts: Vec<(Duration, &'static str)>,
    pause: Option<Pin<Box<toque::time::Sleep>>>,
}

impl Paced {
    fn new(parts: &[(Duration, &'static str)]) -> Self {
        let parts = parts.iter().rev().copied().collect();
        Self { parts, pause: None }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(&(pause, part)) = self.parts.last() else {
            return Poll::Ready(None);
        };
        let sleeping = self.pause.get_or_insert_with(|| Box::pin(sleep(pause)));
        std::task::ready!(sleeping.as_mut().poll(cx));
        self.pause = None;
        self.parts.pop();
        Poll::Ready(Some(Ok(Frame::data(part.into()))))
    }
}

#[test]
fn a_body_that_stops_coming_is_an_error_for_its_reader() {
    paused(async {
        let read = service_fn(|request: Request<TimeoutBody<Paced>>| request.into_body().collect());
        let mut service = RequestBodyTimeoutLayer::new(secs(5)).layer(read);
        let steady = Paced::new(&[(secs(4), "so"), (secs(4), "up")]);
        let body = call(&mut service, Request::new(steady)).await.unwrap();
        assert_eq!(body.to_bytes(), "soup");

        let start = Instant::now();
        let stuck = Paced::new(&[(secs(4), "so"), (secs(6), "up")]);
        let error = call(&mut service, Request::new(stuck)).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Deadline::BodyIdle));
        assert_eq!(start.elapsed(), secs(4 + 5));
    });
}

#[test]
fn calls_beyond_the_rate_wait_and_clones_count_together() {
    paused(async {
        let start = Instant::now();
        let times = Rc::new(RefCell::new(Vec::new()));
        let noted = times.clone();
        let layer = RateLimitLayer::new(2, secs(10));
        let service = layer.layer(service_fn(move |_: ()| {
            noted.borrow_mut().push(start.elapsed().as_secs());
            async { Ok::<_, Infallible>(()) }
        }));
        let calls: Vec<_> = (0..5)
            .map(|_| {
                let mut service = service.clone();
                toque::spawn(async move { call(&mut service, ()).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(*times.borrow(), [0, 0, 10, 10, 20]);
    });
}

#[test]
#[should_panic(expected = "before `poll_ready` was ready")]
fn a_call_without_leave_panics() {
    paused(async {
        let layer = RateLimitLayer::new(1, secs(1));
        let mut service = layer.layer(service_fn(|_: ()| async { Ok::<_, Infallible>(()) }));
        let _ = service.call(()).await;
    });
}

#[test]
fn an_event_stream_gets_a_comment_where_it_is_idle() {
    paused(async {
        let events = Paced::new(&[
            (secs(1), "data: a\n\n"),
            (secs(35), "data: b\n\n"),
            (secs(10), "data: c\n\n"),
        ]);
        let start = Instant::now();
        let mut body = SseKeepAlive::new(events, secs(15));
        let mut seen = Vec::new();
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            seen.push((
                start.elapsed().as_secs(),
                String::from_utf8(data.into()).unwrap(),
            ));
        }
        let expected = [
            (1, "data: a\n\n"),
            (16, ":\n\n"),
            (31, ":\n\n"),
            (36, "data: b\n\n"),
            (46, "data: c\n\n"),
        ];
        assert_eq!(seen, expected.map(|(at, data)| (at, data.to_owned())));
    });
}

#[test]
fn no_comment_gets_into_the_midst_of_an_event() {
    paused(async {
        let events = Paced::new(&[(secs(1), "data: a"), (secs(100), "b\n\n")]);
        let body = SseKeepAlive::new(events, secs(15));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "data: ab\n\n");
    });
}

#[test]
fn answers_that_are_no_event_streams_pass_as_they_are() {
    paused(async {
        for (kind, comments) in [
            ("text/plain", false),
            ("Text/Event-Stream; charset=utf-8", true),
        ] {
            let mut service =
                SseKeepAliveLayer::new(secs(15)).layer(service_fn(move |_: ()| async move {
                    let body = Paced::new(&[(secs(20), "data: a\n\n")]);
                    Ok::<_, Infallible>(
                        Response::builder()
                            .header("content-type", kind)
                            .body(body)
                            .unwrap(),
                    )
                }));
            let answer = call(&mut service, ()).await.unwrap();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body.starts_with(b":\n\n"), comments, "{kind}");
        }
        let full = service_fn(|_: ()| async {
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("soup"))))
        });
        let answer = call(&mut SseKeepAliveLayer::new(secs(15)).layer(full), ())
            .await
            .unwrap();
        assert_eq!(
            answer.body().size_hint().exact(),
            Some(4),
            "its length is known as before"
        );
        assert!(SseKeepAlive::new(Empty::<Bytes>::new(), secs(1)).is_end_stream());
    });
}
