//! A lunch time, recorded: what the chef did when, to be opened in a viewer (<https://ui.perfetto.dev>).
//!
//! `cargo run --example trace` writes `lunch.json` to the system's directory for temporary files, or to the path that is given, and prints
//! ```text
//! four guests were served
//! the chef polled each of: block_on, oven, guest 1, guest 2, guest 3, guest 4
//! nothing was dropped
//! ```

use std::rc::Rc;
use std::time::Duration;

use toque::local::Mutex;
use toque::task::Builder;
use toque::time::sleep;
use toque::trace::Trace;

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).map(Into::into);
    let path = path.unwrap_or_else(|| std::env::temp_dir().join("lunch.json"));
    let trace = Trace::new(10_000);
    lunch_time(&trace, |line| println!("{line}"))?;
    trace.write_to(std::fs::File::create(&path)?)?;
    eprintln!("written to {}", path.display());
    Ok(())
}

/// Says each line to `say`, so that a test can listen.
pub(crate) fn lunch_time(trace: &Trace, say: impl Fn(&str)) -> std::io::Result<()> {
    let runtime = toque::Builder::new_current_thread().record(trace).build()?;
    let served = runtime.block_on(async {
        let (oven, order) = toque::local::mpsc::channel(1);
        Builder::new().name("oven").spawn(bake(order))?;
        let knife = Rc::new(Mutex::new(()));
        let mut guests = Vec::new();
        for number in 1..=4 {
            let guest = serve(knife.clone(), oven.clone());
            guests.push(
                Builder::new()
                    .name(&format!("guest {number}"))
                    .spawn(guest)?,
            );
        }
        let mut served = 0;
        for guest in guests {
            guest.await.map_err(std::io::Error::other)?;
            served += 1;
        }
        std::io::Result::Ok(served)
    })?;
    assert_eq!(served, 4);
    say("four guests were served");
    let file = trace.to_json();
    let names = [
        "block_on", "oven", "guest 1", "guest 2", "guest 3", "guest 4",
    ];
    let polled = names.iter().filter(|name| {
        let poll = format!(r#""cat":"poll","name":"{name}""#);
        file.contains(&poll)
    });
    let polled: Vec<_> = polled.copied().collect();
    say(&format!("the chef polled each of: {}", polled.join(", ")));
    match trace.dropped() {
        0 => say("nothing was dropped"),
        dropped => say(&format!("{dropped} events were dropped")),
    }
    Ok(())
}

type Loaf = toque::local::oneshot::Sender<&'static str>;

/// Bread is baked one after the other.
async fn bake(mut order: toque::local::mpsc::Receiver<Loaf>) {
    while let Some(loaf) = order.recv().await {
        sleep(Duration::from_millis(2)).await;
        let _ = loaf.send("bread"); // if the guest has gone, nobody eats it
    }
}

/// There is one knife: who cuts keeps the others waiting, and not the chef.
async fn serve(knife: Rc<Mutex<()>>, oven: toque::local::mpsc::Sender<Loaf>) {
    let (loaf, bread) = toque::local::oneshot::channel();
    if oven.send(loaf).await.is_err() {
        return;
    }
    let _bread = bread.await;
    let _cuts = knife.lock().await;
    sleep(Duration::from_millis(1)).await;
}
