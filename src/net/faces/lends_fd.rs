//! The traits of descriptors.

/// What lends its descriptor, by way of its field.
macro_rules! descriptor_faces {
    ($type:ident => $field:ident $(.$method:ident())*) => {
        impl std::os::fd::AsFd for $type {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.$field$(.$method())*.as_fd()
            }
        }

        impl std::os::fd::AsRawFd for $type {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.$field$(.$method())*.as_raw_fd()
            }
        }
    };
}

pub(in crate::net) use descriptor_faces;
