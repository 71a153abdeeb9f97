//! A member of a `join!`: a future that keeps its output until the others have theirs.

use std::convert::Infallible;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

pin_project! {
    /// One future of a `try_join!`. `T` is what it gives if it does not fail.
    #[derive(Debug)]
    #[allow(missing_docs)] // the fields, where the macro takes no documentation
    #[project = MemberState]
    #[project_replace = MemberContent]
    pub enum Member<F, T> {
        /// Polled until it is ready.
        Running {
            #[pin]
            future: F,
        },
        /// Ready before the others.
        Done { output: T },
        /// The macro is ready.
        Taken,
    }
}

impl<F, T> Member<F, T> {
    /// A member that is still to be polled.
    pub fn new<I, E>(future: I) -> Self
    where
        I: IntoFuture<Output = Result<T, E>, IntoFuture = F>,
    {
        Self::Running {
            future: future.into_future(),
        }
    }

    /// Ready if the output is there. An error is not kept: it ends the macro.
    pub fn poll<E>(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        let MemberState::Running { future } = self.as_mut().project() else {
            return Poll::Ready(Ok(()));
        };
        let output = ready!(future.poll(cx))?;
        self.set(Self::Done { output });
        Poll::Ready(Ok(()))
    }

    /// The output.
    ///
    /// # Panics
    /// If it is not there.
    pub fn take(self: Pin<&mut Self>) -> T {
        match self.project_replace(Self::Taken) {
            MemberContent::Done { output } => output,
            _ => unreachable!("every member has been polled until it was ready"),
        }
    }
}

pin_project! {
    /// A future whose output can't be an error: so `join!` is a `try_join!` that can't fail.
    #[derive(Debug)]
    pub struct NeverFails<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> NeverFails<F> {
    /// The future with `Ok` around its output.
    pub fn new(future: impl IntoFuture<IntoFuture = F>) -> Self {
        Self {
            future: future.into_future(),
        }
    }
}

impl<F: Future> Future for NeverFails<F> {
    type Output = Result<F::Output, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx).map(Ok)
    }
}
