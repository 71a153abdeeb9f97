//! Socket options that several types have: each a method to read it and one to set it, written once.
//! Used inside the `impl` of a type that is `AsFd`.

/// An option of a socket, by rustix's functions of it. Last come the parts of the examples: what makes a `socket`, what holds
/// of it at first, and a value to be set.
macro_rules! option {
    (
        $(#[$meta:meta])*
        $get:ident: $get_doc:literal,
        $set:ident: $set_doc:literal,
        $type:ty, $sockopt_get:ident, $sockopt_set:ident;
        $socket:expr, $at_first:literal, $then:literal
    ) => {
        #[doc = $get_doc]
        ///
        /// # Errors
        /// As the system reports them.
        ///
        #[doc = $crate::net::faces::example!(get $socket, $at_first)]
        $(#[$meta])*
        pub fn $get(&self) -> std::io::Result<$type> {
            Ok(rustix::net::sockopt::$sockopt_get(self)?)
        }

        #[doc = $set_doc]
        ///
        /// # Errors
        /// As the system reports them.
        ///
        #[doc = $crate::net::faces::example!(set $get, $set, $socket, $then)]
        $(#[$meta])*
        pub fn $set(&self, value: $type) -> std::io::Result<()> {
            Ok(rustix::net::sockopt::$sockopt_set(self, value)?)
        }
    };
}

macro_rules! ttl_options {
    ($socket:expr) => {
        $crate::net::options::option!(
            ttl: "The value of `IP_TTL`.",
            set_ttl: "Sets `IP_TTL`: how many hops its packets may take.",
            u32, ip_ttl, set_ip_ttl;
            $socket, "assert_ne!(socket.ttl()?, 0);", "32"
        );
    };
}

/// Of TCP's sockets, connected or not.
macro_rules! tcp_options {
    ($socket:expr) => {
        $crate::net::options::option!(
            nodelay: "Whether small writes go out at once (`TCP_NODELAY`).",
            set_nodelay: "Sets `TCP_NODELAY`: small writes go out at once instead of being gathered until the last one is \
                          acknowledged.",
            bool, tcp_nodelay, set_tcp_nodelay;
            $socket, "assert!(!socket.nodelay()?); // they are gathered, at first", "true"
        );
        $crate::net::options::option!(
            linger: "How long closing waits for unsent data (`SO_LINGER`).",
            set_linger: "Sets `SO_LINGER`. A duration above zero makes closing block the thread for as long: seldom what a \
                         single-threaded program wants. Zero makes closing a reset, and unsent data is thrown away.",
            Option<std::time::Duration>, socket_linger, set_socket_linger;
            $socket, "assert_eq!(socket.linger()?, None); // closing does not wait", "Some(std::time::Duration::ZERO)"
        );

        /// Sets `SO_LINGER` to zero: closing is a reset, and unsent data is thrown away.
        ///
        /// # Errors
        /// As the system reports them.
        ///
        #[doc = $crate::net::faces::example!(set_zero_linger $socket)]
        pub fn set_zero_linger(&self) -> std::io::Result<()> {
            self.set_linger(Some(std::time::Duration::ZERO))
        }
    };
}

/// The mark that routers see.
macro_rules! traffic_class_options {
    ($socket:expr, $socket_v6:expr) => {
        /// The value of `IP_TOS`: the mark that routers see on its IPv4 packets.
        ///
        /// # Errors
        /// As the system reports them.
        ///
        #[doc = $crate::net::faces::example!(tos_v4 $socket)]
        #[cfg(not(any(target_os = "solaris", target_os = "illumos", target_os = "haiku", windows)))]
        pub fn tos_v4(&self) -> std::io::Result<u32> {
            Ok(rustix::net::sockopt::ip_tos(self)?.into())
        }

        /// Sets `IP_TOS`. Some values need privileges.
        ///
        /// # Errors
        /// `InvalidInput` for more than 255, or as the system reports them.
        ///
        #[doc = $crate::net::faces::example!(set_tos_v4 $socket)]
        #[cfg(not(any(target_os = "solaris", target_os = "illumos", target_os = "haiku", windows)))]
        pub fn set_tos_v4(&self, tos: u32) -> std::io::Result<()> {
            let tos = u8::try_from(tos).map_err(|_| std::io::ErrorKind::InvalidInput)?;
            Ok(rustix::net::sockopt::set_ip_tos(self, tos)?)
        }

        $crate::net::options::option!(
            #[cfg(not(windows))]
            tclass_v6: "The value of `IPV6_TCLASS`: the mark that routers see on its IPv6 packets.",
            set_tclass_v6: "Sets `IPV6_TCLASS`. Some values need privileges.",
            u32, ipv6_tclass, set_ipv6_tclass;
            $socket_v6, "assert_eq!(socket.tclass_v6()?, 0); // nothing special", "0x10"
        );
    };
}

pub(in crate::net) use {option, tcp_options, traffic_class_options, ttl_options};
