//! The tree: a future for each node. Each combinator gets its children as futures of one type, so that bytes can say which.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use toque::Scope;
use toque::{join, select, try_join};

use super::book::{Book, State};
use super::kind::{Kind, Mode, Plan};
use super::rules;
use crate::bytes::Bytes;

/// Most nodes of a tree, and most generations below the root.
const MOST: usize = 40;
const DEPTH: usize = 4;

/// What a leaf panics with if it is told to: its number. Unwound past the panic hook: it is no failure.
pub(super) struct Planted(pub(super) usize);

/// A node's future. It tells the book of all that happens to it, and judges its own polls.
pub(super) struct Node {
    number: usize,
    book: Book,
    inner: Pin<Box<dyn Future<Output = usize>>>,
}

/// Makes a node and all below it.
pub(super) fn grow(book: &Book, bytes: &Bytes, parent: Option<usize>, depth: usize) -> Node {
    let byte = bytes.next().unwrap_or(0);
    let kind = if depth == DEPTH || book.len() >= MOST {
        Kind::leaf(byte)
    } else {
        Kind::of(
            byte,
            if byte % 16 >= 12 || byte % 16 == 2 {
                bytes.next().unwrap_or(0)
            } else {
                0
            },
        )
    };
    let number = book.enter(parent, kind);
    let children = (0..kind.width()).map(|_| grow(book, bytes, Some(number), depth + 1));
    let children: Vec<_> = children.collect();
    Node {
        number,
        book: book.clone(),
        inner: future(book.clone(), number, kind, children),
    }
}

fn future(
    book: Book,
    number: usize,
    kind: Kind,
    children: Vec<Node>,
) -> Pin<Box<dyn Future<Output = usize>>> {
    match (kind, <[Node; 3]>::try_from(children)) {
        (
            Kind::Select {
                is_biased,
                has_third,
            },
            Ok(children),
        ) => Box::pin(first_of(children, is_biased, has_third)),
        (Kind::SelectEven, Ok(children)) => Box::pin(first_even_of(children)),
        (Kind::Join { is_biased }, Ok(children)) => Box::pin(all_of(children, is_biased)),
        (Kind::TryJoin, Ok(children)) => Box::pin(all_even_of(children)),
        (Kind::Scope(modes), Ok(children)) => Box::pin(scope_of(book, number, children, modes)),
        (Kind::Leaf(plan), Err(_)) => Box::pin(leaf(book, number, plan)),
        (_, Err(mut child)) => Box::pin(caught(child.remove(0))),
        (Kind::Leaf(_) | Kind::Catch, Ok(_)) => unreachable!("it has fewer children"),
    }
}

impl Future for Node {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let this = &mut *self;
        let poll = this.book.begin(this.number);
        let polled = catch_unwind(AssertUnwindSafe(|| this.inner.as_mut().poll(cx)));
        let state = match &polled {
            Ok(Poll::Pending) => State::Pending,
            Ok(Poll::Ready(output)) => State::Ready(*output),
            Err(payload) => match payload.downcast_ref() {
                Some(Planted(leaf)) => State::Panicked(*leaf),
                None => State::Fresh, // a failure
            },
        };
        if state != State::Fresh {
            this.book.end(this.number, state);
            rules::judge(&this.book.pages(), this.number, poll, state);
        }
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.book.dropped(self.number);
    }
}

async fn leaf(book: Book, number: usize, plan: Plan) -> usize {
    poll_fn(|cx| {
        let mut entry = book.entry(number);
        entry.waker = Some(cx.waker().clone());
        let is_first = entry.state == State::Fresh;
        let is_open = entry.is_open;
        drop(entry);
        match plan {
            Plan::Ready => Poll::Ready(()),
            Plan::Yield if is_first => {
                book.wake(number, false);
                Poll::Pending
            }
            Plan::Wait | Plan::WaitAndPanic if !is_open => Poll::Pending,
            Plan::Yield | Plan::Wait => Poll::Ready(()),
            Plan::Panic | Plan::WaitAndPanic => resume_unwind(Box::new(Planted(number))),
        }
    })
    .await;
    number
}

async fn first_of([one, two, three]: [Node; 3], is_biased: bool, has_third: bool) -> usize {
    if is_biased {
        select! {
            biased;
            output = one => output,
            output = two => output,
            output = three, if has_third => output,
        }
    } else {
        select! {
            output = one => output,
            output = two => output,
            output = three, if has_third => output,
        }
    }
}

/// What is no child's output.
pub(super) const NONE: usize = 501;

async fn even(node: Node) -> Result<usize, usize> {
    let output = node.await;
    if output % 2 == 0 {
        Ok(output)
    } else {
        Err(output)
    }
}

async fn first_even_of([one, two, three]: [Node; 3]) -> usize {
    select! {
        Ok(output) = even(one) => output,
        Ok(output) = even(two) => output,
        Ok(output) = even(three) => output,
        else => NONE,
    }
}

/// Outputs are added so that the sum is no even number by chance alone.
pub(super) fn sum(outputs: impl IntoIterator<Item = usize>) -> usize {
    outputs.into_iter().sum::<usize>() % 1000
}

async fn all_of([one, two, three]: [Node; 3], is_biased: bool) -> usize {
    let (one, two, three) = if is_biased {
        join!(biased; one, two, three)
    } else {
        join!(one, two, three)
    };
    sum([one, two, three])
}

async fn all_even_of([one, two, three]: [Node; 3]) -> usize {
    match try_join!(even(one), even(two), even(three)) {
        Ok((one, two, three)) => sum([one, two, three]),
        Err(odd) => odd,
    }
}

/// Ready with nothing if the node panics.
async fn caught(mut node: Node) -> usize {
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut node).poll(cx)));
        polled.unwrap_or_else(|payload| {
            assert!(payload.is::<Planted>(), "a failure");
            Poll::Ready(NONE)
        })
    })
    .await
}

/// Awaits, detaches and aborts its children as the modes say. Its output is the sum of those that it has awaited.
async fn scope_of(book: Book, number: usize, children: [Node; 3], modes: [Mode; 3]) -> usize {
    toque::scope(async move |s| {
        let mut outputs = Vec::new();
        let mut handles = Vec::new();
        for (child, mode) in children.into_iter().zip(modes) {
            let child_number = child.number;
            let handle = match mode {
                Mode::Terminate => s.spawn(terminate(s, book.clone(), number, child)),
                _ => s.spawn(child),
            };
            match mode {
                Mode::Detach | Mode::Terminate => {
                    book.entry(child_number).is_detached = true;
                    continue;
                }
                Mode::AbortAtOnce => abort(&book, child_number, || handle.abort()),
                Mode::Await | Mode::Keep | Mode::AbortLater => {}
            }
            handles.push((child_number, mode, handle));
        }
        for (child, mode, handle) in &mut handles {
            if *mode == Mode::Await {
                match handle.await {
                    Ok(output) => outputs.push(output),
                    Err(error) => {
                        let payload = error.into_panic().downcast::<Planted>();
                        let Planted(leaf) = *payload.expect("what it has panicked with");
                        let mut entry = book.entry(*child);
                        assert_eq!(entry.state, State::Panicked(leaf));
                        entry.is_read = true;
                    }
                }
            }
        }
        for (child, mode, handle) in &handles {
            if *mode == Mode::AbortLater {
                abort(&book, *child, || handle.abort());
            }
        }
        let output = sum(outputs);
        book.entry(number).returned = Some(output);
        for (child, _, _) in &handles {
            book.entry(*child).is_detached = true;
        }
        output
    })
    .await
}

fn abort(book: &Book, child: usize, abort: impl FnOnce()) {
    let mut entry = book.entry(child);
    entry.is_aborted = !entry.has_ended();
    drop(entry);
    abort();
}

async fn terminate(s: &Scope<'_, '_, usize>, book: Book, scope: usize, child: Node) -> usize {
    let output = child.await;
    book.entry(scope).verdict.get_or_insert(output);
    s.terminate(output).await
}
