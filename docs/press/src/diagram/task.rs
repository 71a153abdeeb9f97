//! A task's states, and what leads from one to the other.

use super::canvas::{Anchor, Area, Canvas, Line};
use Line::{Code, Name, Note};

fn area(x: i32, y: i32, width: i32, height: i32) -> Area {
    Area {
        x,
        y,
        width,
        height,
    }
}

pub(super) fn draw() -> Canvas {
    let mut canvas = Canvas::new(
        "A task's states. Spawned, it is ready: in the queue. Polled, it is running. Pending, it waits, in the table, until it is \
         woken and is ready again. Woken while it runs, it is ready again at once. It ends with an output, a panic or cancelled.",
        508,
    );
    let ready = area(110, 48, 220, 64);
    let running = area(110, 176, 220, 64);
    let waiting = area(14, 316, 190, 84);
    let over = area(232, 316, 194, 84);
    canvas.node(ready, &[Name("ready"), Code("in the Queue")]);
    canvas.warm(running, &[Name("running"), Code("in run_batch")]);
    canvas.node(
        waiting,
        &[
            Name("waiting"),
            Code("in the Table"),
            Note("somebody owes a wake"),
        ],
    );
    canvas.node(
        over,
        &[
            Name("over"),
            Code("JoinHandle: Result"),
            Note("the future is dropped"),
        ],
    );

    canvas.arrow(&[(220, 14), (220, ready.y)]);
    canvas.line(232, 32, Anchor::Start, Code("spawn"));
    canvas.arrow(&[(220, ready.bottom()), (220, running.y)]);
    canvas.line(232, 149, Anchor::Start, Note("its turn"));
    canvas.arrow(&[(160, running.bottom()), (110, waiting.y)]);
    canvas.line(126, 284, Anchor::End, Code("Pending"));
    canvas.arrow(&[(280, running.bottom()), (329, over.y)]);
    canvas.line(318, 264, Anchor::Start, Code("Ready(..)"));
    canvas.line(318, 284, Anchor::Start, Note("or a panic"));
    canvas.arrow(&[
        (40, waiting.y),
        (40, ready.waist()),
        (ready.x, ready.waist()),
    ]);
    canvas.upwards(32, 190, Note("woken: fn schedule"));
    canvas.arrow(&[
        (running.right(), running.waist()),
        (392, running.waist()),
        (392, ready.waist()),
        (ready.right(), ready.waist()),
    ]);
    canvas.upwards(416, 144, Note("woken meanwhile"));
    canvas.line(14, 430, Anchor::Start, Code("abort"));
    canvas.line(
        68,
        430,
        Anchor::Start,
        Note("marks the task and wakes it. When its turn"),
    );
    canvas.line(
        68,
        450,
        Anchor::Start,
        Note("comes, its future is dropped, not polled."),
    );
    canvas.line(
        14,
        476,
        Anchor::Start,
        Note("The runtime's end does that to each task that lives,"),
    );
    canvas.line(
        14,
        496,
        Anchor::Start,
        Note("on its own thread, before it returns."),
    );
    canvas
}
