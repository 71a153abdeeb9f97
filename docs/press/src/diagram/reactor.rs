//! The reactor pattern: the three boxes of every description of it, by toque's names.

use super::canvas::{Anchor, Area, Canvas, Line};
use Line::{Code, Name, Note};

/// A row of the loop.
fn row(y: i32, height: i32) -> Area {
    let (x, width) = (28, 330);
    Area {
        x,
        y,
        width,
        height,
    }
}

pub(super) fn draw() -> Canvas {
    let mut canvas = Canvas::new(
        "The reactor pattern in toque. The event loop, fn turn, runs what is in the event queue. A task that is pending has left \
         its waker with the event demultiplexer, the injector or the timers. What is ready there calls the waker, which puts the \
         task back into the queue.",
        562,
    );
    let frame = Area {
        x: 10,
        y: 10,
        width: 420,
        height: 542,
    };
    canvas.frame(frame);
    canvas.line(28, 38, Anchor::Start, Name("Event loop"));
    canvas.line(132, 38, Anchor::Start, Code("fn turn, src/runtime/mod.rs"));

    let queue = row(56, 78);
    let task = row(176, 58);
    let reactor = row(276, 98);
    let injector = row(390, 68);
    let timers = row(474, 68);
    canvas.node(
        queue,
        &[
            Name("1. Event queue"),
            Code("Executor, src/executor/local.rs"),
            Note("runs what is ready, 61 polls at most"),
        ],
    );
    canvas.warm(task, &[Name("Your task"), Code("poll")]);
    canvas.node(
        reactor,
        &[
            Name("2. Event demultiplexer"),
            Code("Reactor, src/reactor/mod.rs"),
            Note("asks the kernel, for all sockets at once:"),
            Note("the only place where the thread sleeps"),
        ],
    );
    canvas.node(
        injector,
        &[
            Name("3. What other threads have sent"),
            Code("Injector, src/executor/injector.rs"),
        ],
    );
    canvas.node(
        timers,
        &[
            Name("4. Who has slept enough"),
            Code("Timers, src/timers.rs"),
        ],
    );

    canvas.arrow(&[(190, queue.bottom()), (190, task.y)]);
    canvas.line(202, 159, Anchor::Start, Note("polls it"));
    canvas.arrow(&[(190, task.bottom()), (190, reactor.y)]);
    canvas.line(202, 259, Anchor::Start, Note("pending: left its waker"));
    for from in [timers, injector, reactor] {
        canvas.arrow(&[
            (from.right(), from.waist()),
            (392, from.waist()),
            (392, queue.waist()),
            (queue.right(), queue.waist()),
        ]);
    }
    canvas.upwards(416, 250, Note("a wake puts the task into the queue"));
    canvas
}
