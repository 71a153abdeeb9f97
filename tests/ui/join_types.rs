use std::future::ready;

async fn not_a_future() {
    toque::join!(ready(()), 5);
}

async fn not_a_result() {
    let _ = toque::try_join!(ready(Ok::<(), ()>(())), ready(()));
}

async fn errors_disagree() {
    let _ = toque::try_join!(ready(Ok::<u8, ()>(1)), ready(Ok::<u8, u8>(2)));
}

/// Nothing of the macro's own is in the scope of its futures.
async fn no_names_leak() {
    toque::join!(async {
        let _ = Poll::Ready(members);
    });
}

fn main() {}
