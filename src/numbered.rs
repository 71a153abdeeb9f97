//! A map by numbers that are given out in order: pairs in a vector, looked up by halving.
//!
//! New numbers come at the end, or near it. Old ones leave a gap, which is closed with the others when there are more gaps than pairs;
//! memory is given back then. So it costs what a `BTreeMap` does, and is compiled anew for each type of value in a fifth of the code. A
//! `BTreeMap` took 2.5 % of the crate each, and there were eleven (2026-11-30).

/// Pairs that there is room for at any time, so that a few come and go without memory.
const SPARE: usize = 8;

/// Values by number.
#[derive(Debug)]
pub(crate) struct Numbered<V> {
    /// In the order of their numbers. A gap is `None`.
    pairs: Vec<(u64, Option<V>)>,
    gaps: usize,
}

impl<V> Numbered<V> {
    pub(crate) const fn new() -> Self {
        Self {
            pairs: Vec::new(),
            gaps: 0,
        }
    }

    /// Where the number is, or belongs.
    fn place(&self, number: u64) -> Result<usize, usize> {
        if self.pairs.last().is_none_or(|(last, _)| *last < number) {
            return Err(self.pairs.len()); // a new one, most often
        }
        self.pairs
            .binary_search_by_key(&number, |(number, _)| *number)
    }

    /// Puts a value there. Gives back the one that was.
    pub(crate) fn insert(&mut self, number: u64, value: V) -> Option<V> {
        let place = match self.place(number) {
            Ok(place) => place,
            Err(place) => {
                self.pairs.insert(place, (number, None));
                self.gaps += 1;
                place
            }
        };
        let before = self.pairs[place].1.replace(value);
        self.gaps -= usize::from(before.is_none());
        before
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<V> {
        let place = self.place(number).ok()?;
        let value = self.pairs[place].1.take()?;
        self.gaps += 1;
        if self.gaps > self.pairs.len() / 2 {
            self.pairs.retain(|(_, value)| value.is_some());
            self.gaps = 0;
            self.pairs.shrink_to(2 * self.pairs.len() + SPARE);
        }
        Some(value)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.len() == self.gaps
    }

    /// All of them, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        let pairs = self.pairs.iter();
        pairs.filter_map(|(number, value)| Some((*number, value.as_ref()?)))
    }

    /// Takes all of them out.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = V> {
        self.gaps = 0;
        self.pairs.drain(..).filter_map(|(_, value)| value)
    }
}

#[cfg_attr(loom, allow(dead_code, reason = "there is no runtime"))]
impl<V> Numbered<V> {
    pub(crate) fn get(&self, number: u64) -> Option<&V> {
        let place = self.place(number).ok()?;
        self.pairs[place].1.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        let place = self.place(number).ok()?;
        self.pairs[place].1.as_mut()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_does_what_a_b_tree_does() {
        let (mut numbered, mut model) = (Numbered::new(), BTreeMap::new());
        let mut state = 1_u64;
        let mut below = |limit| {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (state >> 33) % limit
        };
        for step in 0..4_000 {
            // Nearly in order, as numbers come, and none is far behind.
            let number = step / 10 + below(40);
            match below(3) {
                0 => assert_eq!(numbered.insert(number, step), model.insert(number, step)),
                1 => assert_eq!(numbered.get_mut(number), model.get_mut(&number)),
                _ => assert_eq!(numbered.remove(number), model.remove(&number)),
            }
            assert_eq!(numbered.get(number), model.get(&number));
            assert!(
                numbered
                    .iter()
                    .eq(model.iter().map(|(n, value)| (*n, value)))
            );
            let gaps = numbered.pairs.len() - model.len();
            assert_eq!(numbered.gaps, gaps);
            assert!(gaps <= numbered.pairs.len() / 2);
            assert_eq!(numbered.is_empty(), model.is_empty());
        }
        assert!(!model.is_empty());
        assert!(numbered.drain().eq(model.into_values()));
        assert_eq!(numbered.iter().count(), 0);
    }
}
