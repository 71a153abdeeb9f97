//! A map for few: pairs in a vector, in the order of their numbers. For what a process or a runtime has by the dozen.
//!
//! A `BTreeMap` of each value's type would be compiled anew, 2 % of the crate and 10 KiB of every program each (2026-11-30).

/// Values by number.
#[derive(Debug)]
pub(crate) struct Few<V> {
    pairs: Vec<(u64, V)>,
}

impl<V> Few<V> {
    pub(crate) const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Where the number is, or belongs.
    fn place(&self, number: u64) -> Result<usize, usize> {
        self.pairs
            .binary_search_by_key(&number, |(number, _)| *number)
    }

    /// Puts a value there. Gives back the one that was.
    pub(crate) fn insert(&mut self, number: u64, value: V) -> Option<V> {
        match self.place(number) {
            Ok(place) => Some(std::mem::replace(&mut self.pairs[place].1, value)),
            Err(place) => {
                self.pairs.insert(place, (number, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<V> {
        let place = self.place(number).ok()?;
        Some(self.pairs.remove(place).1)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.pairs.iter().map(|(_, value)| value)
    }

    /// Takes all of them out.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = V> {
        self.pairs.drain(..).map(|(_, value)| value)
    }
}

#[cfg_attr(loom, allow(dead_code, reason = "there is no runtime"))]
impl<V> Few<V> {
    pub(crate) fn get(&self, number: u64) -> Option<&V> {
        let place = self.place(number).ok()?;
        Some(&self.pairs[place].1)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rng::Rng;

    #[test]
    fn it_does_what_a_b_tree_does() {
        let (mut few, mut model) = (Few::new(), BTreeMap::new());
        let rng = Rng::new(1);
        for step in 0..1_000 {
            let number = u64::from(rng.below(20));
            if rng.below(2) == 0 {
                assert_eq!(few.insert(number, step), model.insert(number, step));
            } else {
                assert_eq!(few.remove(number), model.remove(&number));
            }
            assert_eq!(few.get(number), model.get(&number));
            assert!(few.values().eq(model.values()));
        }
        assert!(few.drain().eq(model.into_values()));
        assert_eq!(few.values().count(), 0);
    }
}
