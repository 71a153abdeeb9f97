//! toque: one chef, alone in the kitchen, with a task for each connection.
//!
//! Nobody stands still: what a task waits for is looked after by the reactor, and the chef goes on with another. The price is that the
//! code says `await` where it waits, and that none of it may block.

use std::io;
use std::rc::Rc;

use toque::io::{Async, AsyncReadExt, AsyncWriteExt};
use toque::net::{TcpListener, TcpStream};
use toque::sync::CancellationToken;
use toque::task::TaskTracker;

use crate::door::Door;
use crate::http::{Inbox, Request};
use crate::menu::Menu;
use crate::steps::Order;

pub(crate) fn serve(door: Door, menu: Menu) -> io::Result<()> {
    toque::Runtime::new()?.block_on(cook(door, Rc::new(menu)))
}

async fn cook(door: Door, menu: Rc<Menu>) -> io::Result<()> {
    let (listener, bell) = door.into_parts();
    let (listener, bell) = (TcpListener::from_std(listener)?, Async::new(bell)?);
    let last_call = CancellationToken::new();
    let guests = TaskTracker::new();
    for number in 1.. {
        let guest = toque::select! {
            biased; // the bell is heard however many guests come
            rung = bell.readable() => {
                rung?;
                break;
            }
            accepted = listener.accept() => accepted,
        };
        match guest {
            Ok((guest, _)) => {
                let (menu, last_call) = (menu.clone(), last_call.clone());
                guests.spawn(async move { wait_on(guest, number, &menu, &last_call).await });
            }
            Err(error) => eprintln!("accept: {error}"), // waits by itself while descriptors are out
        }
    }
    drop(listener);
    last_call.cancel();
    guests.close();
    guests.wait().await;
    Ok(())
}

/// Serves a guest until they leave. `waiter::wait_on` is its twin, which waits on the thread.
async fn wait_on(
    mut guest: TcpStream,
    number: u64,
    menu: &Menu,
    last_call: &CancellationToken,
) -> io::Result<()> {
    let mut inbox = Inbox::default();
    let mut order = Order::first_of(number, menu.steps);
    while let Some(request) = next(&mut guest, &mut inbox, last_call).await? {
        order.step(1, "the request arrives at the event loop");
        let answer = menu.answer(&request, order).await;
        let last = request.last || last_call.is_cancelled();
        guest.write_all(&answer.to_bytes(last)).await?;
        if last {
            break;
        }
        order = order.next();
    }
    Ok(())
}

/// `None` when the guest has left, or has nothing to say at the last call.
async fn next(
    guest: &mut TcpStream,
    inbox: &mut Inbox,
    last_call: &CancellationToken,
) -> io::Result<Option<Request>> {
    loop {
        if let Some(request) = inbox.take() {
            return Ok(Some(request));
        }
        let length = toque::select! {
            biased; // what has been said before the last call is heard
            length = guest.read(inbox.space()) => length?,
            () = last_call.cancelled() => return Ok(None),
        };
        if length == 0 {
            return Ok(None);
        }
        inbox.filled(length);
    }
}
