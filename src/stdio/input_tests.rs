use super::*;
use std::sync::Arc;
use std::task::Wake;

/// Refuses once, and counts how often it was asked after that.
struct Reader {
    refuses: bool,
    asked: usize,
}

impl Ask for Reader {
    fn ask(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.refuses) {
            return Err(io::Error::other("no thread"));
        }
        self.asked += 1;
        Ok(())
    }
}

struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

fn poll(taker: &Taker<'_, Reader>, waker: &Waker) -> Poll<io::Result<usize>> {
    taker.poll_read(&mut Context::from_waker(waker), &mut [0; 8])
}

#[test]
fn a_reader_that_refuses_is_asked_again() {
    let input = Input::new(Reader {
        refuses: true,
        asked: 0,
    });
    let taker = Taker::of(&input);
    assert!(matches!(poll(&taker, Waker::noop()), Poll::Ready(Err(_))));
    assert!(poll(&taker, Waker::noop()).is_pending());
    assert!(poll(&taker, Waker::noop()).is_pending());
    assert_eq!(input.state.lock().reader.asked, 1);
    input.answer(Ok(b"soup")).wake_all();
    assert!(matches!(poll(&taker, Waker::noop()), Poll::Ready(Ok(4))));
}

#[test]
fn a_taker_that_goes_leaves_no_waker() {
    let input = Input::new(Reader {
        refuses: false,
        asked: 0,
    });
    let nobody = Arc::new(Nobody);
    let taker = Taker::of(&input);
    assert!(poll(&taker, &Waker::from(nobody.clone())).is_pending());
    assert_eq!(Arc::strong_count(&nobody), 2);
    drop(taker);
    assert_eq!(Arc::strong_count(&nobody), 1);
}
