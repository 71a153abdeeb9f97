//! A waiter: serves one guest from the first word to the last, and stands still whenever there is something to wait for.
//! Called by the three models that block; the chef's `wait_on` is its twin.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::http::{Answer, Inbox, Request};
use crate::last_call::LastCall;
use crate::menu::Menu;
use crate::steps::Order;

/// Serves a guest until they leave.
pub(crate) fn wait_on(
    mut guest: &TcpStream,
    number: u64,
    menu: &Menu,
    last_call: &LastCall,
) -> io::Result<()> {
    let mut inbox = Inbox::default();
    let mut order = Order::first_of(number, menu.steps);
    while let Some(request) = next(guest, &mut inbox, last_call)? {
        order.step(1, "the request arrives at its waiter");
        let answer = at_once(menu.answer(&request, order));
        let last = request.last || last_call.has_rung()?;
        guest.write_all(&answer.to_bytes(last))?;
        if last {
            break;
        }
        order = order.next();
    }
    Ok(())
}

/// `None` when the guest has left, or has nothing to say at the last call.
fn next(
    mut guest: &TcpStream,
    inbox: &mut Inbox,
    last_call: &LastCall,
) -> io::Result<Option<Request>> {
    loop {
        if let Some(request) = inbox.take() {
            return Ok(Some(request));
        }
        if !last_call.wait_for(guest)? {
            return Ok(None);
        }
        let length = guest.read(inbox.space())?;
        if length == 0 {
            return Ok(None);
        }
        inbox.filled(length);
    }
}

/// One answer and no more, to a guest for whom there is no waiter.
pub(crate) fn say(mut guest: &TcpStream, answer: &Answer) {
    // An error is a guest who has left.
    let _ = guest.write_all(&answer.to_bytes(true));
}

/// The result of a future that never waits: the store has slept on this thread before it answers.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => {
            unreachable!("a handler awaits the store only, and `OnTheThread` is ready")
        }
    }
}
