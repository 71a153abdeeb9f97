//! Crowds: more connections than the service has descriptors for, and ten thousand that say nothing.

mod support;

use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use support::program::{Program, figure};
use support::{Client, Folder, make, until};

/// Idle connections, all of them served.
const CROWD: u64 = 10_000;
/// Descriptors besides: the store's, the listener's, the test's own.
const BESIDES: u64 = 200;

#[test]
fn without_descriptors_it_neither_spins_nor_ends_and_serves_again_when_there_are_some() {
    let folder = Folder::new();
    let program = Program::within("-n 40", folder.db());
    let mut first = program.client();
    let path = make(&mut first, "BLT");
    assert_eq!(first.call("GET", &path).status, 200);

    // The system connects them; the service has no descriptors for all.
    let mut clients: Vec<Client> = (0..60).map(|_| program.client()).collect();
    clients
        .iter_mut()
        .for_each(|client| client.send("GET", "/healthz"));
    until("the limit is reached", || {
        figure(&mut first, "accept_errors_total") > 0
    });

    let before = program.worked();
    sleep(Duration::from_secs(1)); // the time in which a spin shows
    let worked = program.worked() - before;
    assert!(
        worked < Duration::from_millis(100),
        "it spins: {worked:?} of a second"
    );
    assert_eq!(
        first.call("GET", &path).status,
        200,
        "who was let in is served"
    );

    let late = clients.split_off(40);
    drop(clients);
    for mut client in late {
        assert_eq!(client.receive().status, 200, "who waited is served");
    }
    until("there is room", || {
        figure(&mut first, "connections_open") == 1
    });
    assert_eq!(program.client().call("GET", &path).status, 200);
}

#[test]
fn it_takes_as_many_descriptors_as_it_may() {
    let folder = Folder::new();
    let program = Program::within("-S -n 40", folder.db());

    let mut clients: Vec<Client> = (0..60).map(|_| program.client()).collect();

    for client in &mut clients {
        assert_eq!(client.call("GET", "/healthz").status, 200);
    }
}

/// Whether the system lets this process and the program have as many descriptors as a crowd needs. From then on this one has them.
fn has_room() -> bool {
    let limit = getrlimit(Resource::Nofile);
    if limit.maximum.is_some_and(|hard| hard < CROWD + BESIDES) {
        eprintln!(
            "skipped: ten thousand connections need {} descriptors (ulimit -Hn)",
            CROWD + BESIDES
        );
        return false;
    }
    sandwiches::descriptors::take_all();
    true
}

#[test]
fn ten_thousand_idle_connections_are_served_and_cost_little() {
    if !has_room() {
        return;
    }
    let folder = Folder::new();
    let program = Program::with(folder.db(), &["--idle-timeout", "10m"]);
    let mut watch = program.client();
    let path = make(&mut watch, "BLT");
    assert_eq!(watch.call("GET", &path).status, 200);
    let (sockets, before) = (program.sockets(), program.memory());

    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..CROWD {
        let mut client = program.client();
        client.send("GET", "/healthz");
        clients.push(client);
    }
    for client in &mut clients {
        assert_eq!(client.receive().status, 200);
    }

    assert_eq!(figure(&mut watch, "connections_open"), CROWD + 1);
    for client in clients.iter_mut().step_by(100) {
        assert_eq!(
            client.call("GET", &path).status,
            200,
            "idle, and not forgotten"
        );
    }
    assert_eq!(program.client().call("GET", &path).status, 200);
    let each = (program.memory() - before) / CROWD;
    assert!(each < 32 << 10, "{each} bytes a connection");

    drop(clients);
    until("all have gone", || {
        figure(&mut watch, "connections_open") == 1
    });
    until("their sockets too", || program.sockets() == sockets);
}
