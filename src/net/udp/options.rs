//! The options of a UDP socket: broadcast, multicast, and what routers see.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::UdpSocket;
use crate::net::faces::sample;
use crate::net::options::{option, traffic_class_options, ttl_options};

impl UdpSocket {
    option!(
        broadcast: "Whether it may send to broadcast addresses (`SO_BROADCAST`).",
        set_broadcast: "Sets `SO_BROADCAST`: it may send to broadcast addresses.",
        bool, socket_broadcast, set_socket_broadcast;
        sample!(udp), "assert!(!socket.broadcast()?); // lest it happens by mistake", "true"
    );
    option!(
        multicast_loop_v4: "Whether its own IPv4 multicast comes back to this machine (`IP_MULTICAST_LOOP`).",
        set_multicast_loop_v4: "Sets `IP_MULTICAST_LOOP`: its own IPv4 multicast comes back to this machine.",
        bool, ip_multicast_loop, set_ip_multicast_loop;
        sample!(udp), "assert!(socket.multicast_loop_v4()?);", "false"
    );
    option!(
        multicast_ttl_v4: "How many hops its IPv4 multicast may take (`IP_MULTICAST_TTL`).",
        set_multicast_ttl_v4: "Sets `IP_MULTICAST_TTL`: how many hops its IPv4 multicast may take. One, as at first, keeps it \
                               in the local network.",
        u32, ip_multicast_ttl, set_ip_multicast_ttl;
        sample!(udp), "assert_eq!(socket.multicast_ttl_v4()?, 1); // no farther than this network", "4"
    );
    option!(
        multicast_loop_v6: "Whether its own IPv6 multicast comes back to this machine (`IPV6_MULTICAST_LOOP`).",
        set_multicast_loop_v6: "Sets `IPV6_MULTICAST_LOOP`: its own IPv6 multicast comes back to this machine.",
        bool, ipv6_multicast_loop, set_ipv6_multicast_loop;
        sample!(udp_v6), "assert!(socket.multicast_loop_v6()?);", "false"
    );
    ttl_options!(sample!(udp));
    traffic_class_options!(sample!(udp), sample!(udp_v6));

    /// Joins the IPv4 multicast group `multiaddr` on the interface that has the address `interface`; unspecified, the system
    /// chooses one.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use std::net::Ipv4Addr;
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let radio = UdpSocket::bind("0.0.0.0:0").await?;
    /// let channel = Ipv4Addr::new(239, 7, 0, 7);
    /// radio.join_multicast_v4(channel, Ipv4Addr::LOCALHOST)?;
    /// // What is sent to 239.7.0.7 and this port, on that interface, can now be received.
    /// assert!(radio.join_multicast_v4(channel, Ipv4Addr::LOCALHOST).is_err()); // once is enough
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn join_multicast_v4(&self, multiaddr: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.io.get().join_multicast_v4(&multiaddr, &interface)
    }

    /// Joins the IPv6 multicast group `multiaddr` on the interface with the index `interface`; 0 lets the system choose.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use std::net::Ipv6Addr;
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let Ok(radio) = UdpSocket::bind("[::]:0").await else { return Ok(()) }; // not every machine has IPv6
    /// let loopback = 1; // the interface's index, on Linux
    /// let channel: Ipv6Addr = "ff01::7".parse().unwrap();
    /// if radio.join_multicast_v6(&channel, loopback).is_ok() {
    ///     radio.leave_multicast_v6(&channel, loopback)?;
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn join_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io.get().join_multicast_v6(multiaddr, interface)
    }

    /// Leaves what [`join_multicast_v4`](Self::join_multicast_v4) has joined.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use std::net::Ipv4Addr;
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let radio = UdpSocket::bind("0.0.0.0:0").await?;
    /// let channel = Ipv4Addr::new(239, 7, 0, 7);
    /// radio.join_multicast_v4(channel, Ipv4Addr::LOCALHOST)?;
    /// radio.leave_multicast_v4(channel, Ipv4Addr::LOCALHOST)?;
    /// assert!(radio.leave_multicast_v4(channel, Ipv4Addr::LOCALHOST).is_err()); // it is out
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn leave_multicast_v4(&self, multiaddr: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.io.get().leave_multicast_v4(&multiaddr, &interface)
    }

    /// Leaves what [`join_multicast_v6`](Self::join_multicast_v6) has joined.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use std::net::Ipv6Addr;
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let Ok(radio) = UdpSocket::bind("[::]:0").await else { return Ok(()) }; // not every machine has IPv6
    /// let channel: Ipv6Addr = "ff01::7".parse().unwrap();
    /// assert!(radio.leave_multicast_v6(&channel, 1).is_err()); // it has not joined
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn leave_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io.get().leave_multicast_v6(multiaddr, interface)
    }
}
