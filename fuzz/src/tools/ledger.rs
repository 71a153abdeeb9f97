//! The ledger: which values of a run there are. Each tells of its drop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Rc<Book>);

#[derive(Debug, Default)]
struct Book {
    /// How many numbers were given out.
    made: Cell<usize>,
    /// The numbers of those that live, one entry for each clone.
    alive: RefCell<Vec<usize>>,
}

/// A value with a number.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) number: usize,
    ledger: Ledger,
}

impl Ledger {
    /// A new value, with the next number.
    pub(crate) fn value(&self) -> Value {
        let number = self.0.made.get();
        self.0.made.set(number + 1);
        self.enter(number)
    }

    /// How many values live.
    pub(crate) fn alive(&self) -> usize {
        self.0.alive.borrow().len()
    }

    fn enter(&self, number: usize) -> Value {
        self.0.alive.borrow_mut().push(number);
        Value {
            number,
            ledger: self.clone(),
        }
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        self.ledger.enter(self.number)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        let mut alive = self.ledger.0.alive.borrow_mut();
        let place = alive.iter().position(|number| *number == self.number);
        alive.swap_remove(place.expect("a value is dropped once"));
    }
}
