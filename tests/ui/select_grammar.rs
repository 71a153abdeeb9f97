use std::future::ready;

async fn nothing() {
    toque::select! {}
}

async fn no_arrow() {
    toque::select! {
        () = ready(()) {}
    }
}

async fn no_handler() {
    toque::select! {
        () = ready(()),
        () = ready(()) => {}
    }
}

async fn no_comma() {
    toque::select! {
        () = ready(()) => 1
        () = ready(()) => 2
    }
}

async fn else_comes_last() {
    toque::select! {
        else => 1,
        () = ready(()) => 2,
    }
}

fn main() {}
