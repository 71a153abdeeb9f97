use std::future::ready;

async fn not_a_future() {
    toque::select! {
        _ = 5 => {}
        () = ready(()) => {}
    }
}

async fn handlers_disagree() -> u32 {
    toque::select! {
        () = ready(()) => 1,
        () = ready(()) => "two",
    }
}

async fn not_its_pattern() {
    toque::select! {
        Some(()) = ready(Ok::<(), ()>(())) => {}
        () = ready(()) => {}
    }
}

async fn not_a_condition() {
    toque::select! {
        () = ready(()), if 1 => {}
    }
}

async fn borrowed_twice() {
    async fn add(sum: &mut u32) {
        *sum += 1;
    }
    let mut sum = 0;
    toque::select! {
        () = add(&mut sum) => {}
        () = add(&mut sum) => {}
    }
}

fn main() {}
