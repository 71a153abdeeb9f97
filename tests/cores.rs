//! More than one chef: every core runs, they reach each other, they share a port, they stop together.

mod tools;

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net;
use std::sync::Mutex;
use std::thread;

use futures_lite::AsyncWriteExt;
use tools::caught;
use toque::net::TcpListener;
use toque::sync::Barrier;
use toque::{Core, Cores, cores};

/// The outputs of cores none of which has panicked.
fn all<T>(outputs: Vec<thread::Result<T>>) -> Vec<T> {
    let not_panicked =
        |output: thread::Result<T>| output.unwrap_or_else(|_| panic!("a core panicked"));
    outputs.into_iter().map(not_panicked).collect()
}

#[test]
fn each_core_has_a_thread_and_a_runtime_of_its_own() {
    let seen = Mutex::new(HashSet::new());
    let outputs = cores(3, async |core| {
        let runtime = toque::Handle::current().id();
        assert_eq!(runtime, core.handle(core.index()).id());
        seen.lock()
            .unwrap()
            .insert((thread::current().id(), runtime));
        (core.index(), core.count())
    });
    assert_eq!(all(outputs.unwrap()), [(0, 3), (1, 3), (2, 3)]);
    assert_eq!(seen.into_inner().unwrap().len(), 3);
}

#[test]
fn a_core_spawns_on_every_other() {
    let all_have_answers = Barrier::new(3);
    let outputs = cores(3, async |core| {
        let mut places = Vec::new();
        for handle in core.handles() {
            let place = handle.spawn(async { toque::Handle::current().id() });
            places.push(place.await.unwrap() == handle.id());
        }
        all_have_answers.wait().await;
        places
    });
    assert_eq!(all(outputs.unwrap()), vec![vec![true; 3]; 3]);
}

#[test]
fn a_panic_of_one_core_stops_the_others_and_is_given_back() {
    let outputs = cores(3, async |core| {
        if core.index() == 1 {
            panic!("burnt");
        }
        core.stopped().await;
        core.index()
    });
    let outputs = outputs.unwrap();
    let panicked: Vec<_> = outputs.iter().map(Result::is_err).collect();
    assert_eq!(panicked, [false, true, false]);
    let payload = outputs.into_iter().nth(1).unwrap().unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"burnt"));
}

#[test]
fn a_core_that_ends_does_not_stop_the_others() {
    let outputs = cores(2, async |core| {
        if core.index() == 1 {
            // The other's runtime has gone once this says so.
            while !core
                .handle(0)
                .spawn(async {})
                .await
                .is_err_and(|error| error.is_cancelled())
            {
                toque::task::yield_now().await;
            }
            assert!(!core.stop_token().is_cancelled());
        }
        core.index()
    });
    assert_eq!(all(outputs.unwrap()), [0, 1]);
}

/// Answers each connection with the core's index, until told to stop.
async fn answer(core: &Core, listener: &TcpListener) -> io::Result<usize> {
    let mut answered = 0;
    loop {
        let (mut stream, _) = toque::select! {
            connection = listener.accept() => connection?,
            () = core.stopped() => return Ok(answered),
        };
        stream
            .write_all(&[u8::try_from(core.index()).unwrap()])
            .await?;
        answered += 1;
    }
}

/// What a client is answered.
fn ask(addr: net::SocketAddr) -> u8 {
    let mut stream = net::TcpStream::connect(addr).unwrap();
    stream.write_all(b"?").unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    answer[0]
}

#[test]
fn cores_share_a_port_and_every_connection_is_answered() {
    const CLIENTS: usize = 64;
    let all_listen = Barrier::new(2);
    let answers = Mutex::new(Vec::new());
    let outputs = cores(2, async |core| {
        let listener = core.listen("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        all_listen.wait().await;
        if core.index() == 0 {
            let everybody_stops = core.clone();
            let clients = toque::spawn_blocking(move || {
                let answers: Vec<_> = (0..CLIENTS).map(|_| ask(addr)).collect();
                everybody_stops.stop();
                answers
            });
            let answered = answer(&core, &listener).await.unwrap();
            let clients = clients.await.unwrap();
            answers.lock().unwrap().extend(clients);
            return (addr, answered);
        }
        (addr, answer(&core, &listener).await.unwrap())
    });
    let outputs = all(outputs.unwrap());
    assert_eq!(outputs[0].0, outputs[1].0, "one port");
    let by_core: Vec<_> = outputs.iter().map(|(_, answered)| *answered).collect();
    let answers = answers.into_inner().unwrap();
    let by_answer: Vec<_> = (0..2)
        .map(|core| answers.iter().filter(|answer| **answer == core).count())
        .collect();
    assert_eq!(by_core, by_answer);
    assert_eq!(by_core.iter().sum::<usize>(), CLIENTS);
}

#[test]
fn a_port_that_somebody_else_has_is_an_error() {
    let taken = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let outputs = cores(1, async |core| core.listen(addr).await.unwrap_err().kind());
    assert_eq!(all(outputs.unwrap()), [io::ErrorKind::AddrInUse]);
}

#[cfg(target_os = "linux")]
#[test]
fn pinned_threads_have_a_processor_each() {
    use rustix::thread::sched_getaffinity;

    let allowed = sched_getaffinity(None).unwrap().count();
    let outputs = Cores::available().pinned(true).run(async |_| {
        let mine = sched_getaffinity(None).unwrap();
        assert_eq!(mine.count(), 1);
        (0..1024).find(|cpu| mine.is_set(*cpu)).unwrap()
    });
    let processors: HashSet<_> = all(outputs.unwrap()).into_iter().collect();
    assert_eq!(processors.len(), usize::try_from(allowed).unwrap());
}

#[test]
fn settings_that_make_no_sense_are_refused_where_they_are_made() {
    caught(|| cores(0, async |_| {})).assert_names(file!(), &["at least one"]);
    caught(|| Cores::new(1).thread_name("a\0b")).assert_names(file!(), &["NUL"]);
}
