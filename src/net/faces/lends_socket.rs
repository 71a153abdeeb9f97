//! The traits of what stands for a descriptor on Windows: a socket.

/// What lends its socket, by way of its field.
macro_rules! descriptor_faces {
    ($type:ident => $field:ident $(.$method:ident())*) => {
        impl std::os::windows::io::AsSocket for $type {
            fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
                self.$field$(.$method())*.as_socket()
            }
        }

        impl std::os::windows::io::AsRawSocket for $type {
            fn as_raw_socket(&self) -> std::os::windows::io::RawSocket {
                self.$field$(.$method())*.as_raw_socket()
            }
        }
    };
}

pub(in crate::net) use descriptor_faces;
