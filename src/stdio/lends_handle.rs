//! Standard input, output and error as handles, by std's traits.

use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, RawHandle};

use super::{Stderr, Stdin, Stdout};

macro_rules! lends_handle {
    ($type:ident) => {
        impl AsHandle for $type {
            fn as_handle(&self) -> BorrowedHandle<'_> {
                self.std().as_handle()
            }
        }

        impl AsRawHandle for $type {
            fn as_raw_handle(&self) -> RawHandle {
                self.std().as_raw_handle()
            }
        }
    };
}

lends_handle!(Stdin);
lends_handle!(Stdout);
lends_handle!(Stderr);
