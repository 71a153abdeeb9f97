//! Standard input, output and error as descriptors, by std's traits.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use super::{Stderr, Stdin, Stdout};

macro_rules! lends_fd {
    ($type:ident) => {
        impl AsFd for $type {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.std().as_fd()
            }
        }

        impl AsRawFd for $type {
            fn as_raw_fd(&self) -> RawFd {
                self.std().as_raw_fd()
            }
        }
    };
}

lends_fd!(Stdin);
lends_fd!(Stdout);
lends_fd!(Stderr);
