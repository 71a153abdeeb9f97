//! A file as a handle, by std's traits.

use std::os::windows::io::{
    AsHandle, AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle, RawHandle,
};

use super::File;

impl From<OwnedHandle> for File {
    fn from(handle: OwnedHandle) -> Self {
        Self::from_std(handle.into())
    }
}

impl AsHandle for File {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.std().as_handle()
    }
}

impl AsRawHandle for File {
    fn as_raw_handle(&self) -> RawHandle {
        self.std().as_raw_handle()
    }
}

impl FromRawHandle for File {
    /// # Safety
    /// The handle is open, and nobody else owns it.
    unsafe fn from_raw_handle(handle: RawHandle) -> Self {
        // SAFETY: the caller hands over an open handle that is its own: the same promise.
        let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
        handle.into()
    }
}
