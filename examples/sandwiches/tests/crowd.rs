//! Crowds: more connections than the service has descriptors for, and ten thousand that say nothing.

mod support;

use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::program::{Program, figure};
use support::{Client, Folder, make, until};

/// Idle connections, all of them served.
const CROWD: u64 = 10_000;
/// Descriptors besides: the store's, the listener's, the test's own.
const BESIDES: u64 = 200;

#[test]
fn without_descriptors_it_neither_spins_nor_ends_and_serves_again_when_there_are_some() {
    let folder = Folder::new();
    let program = Program::within(40, folder.db(), &[]);
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

/// As many descriptors as the system lets this process have, if they are enough.
fn room() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(u64::MAX).min(1 << 20);
    if hard < CROWD + BESIDES {
        eprintln!(
            "skipped: ten thousand connections need {} descriptors (ulimit -Hn)",
            CROWD + BESIDES
        );
        return None;
    }
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(hard),
            ..limit
        },
    )
    .unwrap();
    Some(hard)
}

#[test]
fn ten_thousand_idle_connections_are_served_and_cost_little() {
    let Some(descriptors) = room() else { return };
    let folder = Folder::new();
    let program = Program::within(descriptors, folder.db(), &["--idle-timeout", "10m"]);
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
