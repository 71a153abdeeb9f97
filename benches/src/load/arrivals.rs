//! Arrivals: connections that are made, say one word, hear it back, and are closed; some under way at any time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_linger;

use super::{Enough, Stopwatch, Target};
use crate::epoll::{Epoll, EventFlags};
use crate::figures::Figures;

const WORD: &[u8; 5] = b"hello";

/// Keeps `at_once` connections under way until it is enough.
pub(crate) fn arrivals(target: Target, at_once: usize, enough: Enough) -> Figures {
    let mut epoll = Epoll::new();
    let mut guests: Vec<TcpStream> = (0..at_once as u64)
        .map(|key| arrive(target, &epoll, key))
        .collect();
    let start = Instant::now();
    let watch = Stopwatch::start(target);
    let mut served = 0;
    while !enough.is_met(start, served) {
        epoll.wait(|epoll, key, _| {
            let guest = &mut guests[key as usize];
            guest
                .read_exact(&mut [0; WORD.len()])
                .expect("the server has left");
            leave(guest);
            *guest = arrive(target, epoll, key); // the old one is closed here
            served += 1;
        });
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the server is stuck"
        );
    }
    watch.stop(served)
}

/// The kernel makes the connection before the server knows of it, so this does not wait for the server.
fn arrive(target: Target, epoll: &Epoll, key: u64) -> TcpStream {
    let mut guest = target.connect();
    guest.write_all(WORD).expect("the server has left");
    epoll.add(&guest, key, EventFlags::IN);
    guest
}

/// Makes the close abrupt: a port that has to wait before it is used again would soon be missing.
fn leave(guest: &TcpStream) {
    set_socket_linger(guest, Some(Duration::ZERO)).expect("it is a socket");
}
