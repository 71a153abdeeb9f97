//! The examples of methods that are written once: each is the same for all types that have the method, but for `sample!`.
//! Used in `doc` attributes only, one a line there: rustfmt moves longer ones about.

/// An example that runs in a runtime: these lines, and hidden around them what they need.
macro_rules! in_runtime {
    ($($line:expr),+ $(,)?) => {
        concat!(
            "# Example\n```\n# fn main() -> std::io::Result<()> {\n# toque::Runtime::new()?.block_on(async {\n",
            $($line, "\n",)+
            "# Ok(())\n# })\n# }\n```",
        )
    };
}

/// The example of a method.
macro_rules! example {
    (try_read $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            $crate::net::faces::sample!(wait Read),
            "let mut order = [0; 16];",
            "let n = ours.try_read(&mut order)?;",
            "assert_eq!(&order[..n], b\"soup\");",
            "assert!(ours.try_read(&mut order).is_err()); // `WouldBlock`: there is no more",
        )
    };
    (try_read_vectored $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::io::IoSliceMut;",
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            $crate::net::faces::sample!(wait Read),
            "let (mut first, mut rest) = ([0; 1], [0; 16]);",
            "let mut bufs = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut rest)];",
            "assert_eq!(ours.try_read_vectored(&mut bufs)?, 4);",
            "assert_eq!((&first, &rest[..3]), (b\"s\", &b\"oup\"[..]));",
        )
    };
    (try_write $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "ours.writable().await?;",
            "assert_eq!(ours.try_write(b\"soup\")?, 4);",
            "while ours.try_write(&[0; 4096]).is_ok() {} // until there is no more room",
            "let error = ours.try_write(b\"soup\").unwrap_err();",
            "assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);",
        )
    };
    (try_write_vectored $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::io::IoSlice;",
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "ours.writable().await?;",
            "let (head, body) = (IoSlice::new(b\"order: \"), IoSlice::new(b\"soup\"));",
            "assert_eq!(ours.try_write_vectored(&[head, body])?, 11);",
        )
    };
    (readable $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::io::ErrorKind;",
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            "let n = loop {",
            "    ours.readable().await?; // no buffer is needed until then",
            concat!("    match ours.try_", $crate::net::faces::sample!(read $type), "(&mut [0; 16]) {"),
            "        Err(error) if error.kind() == ErrorKind::WouldBlock => continue, // a false alarm",
            "        result => break result?,",
            "    }",
            "};",
            "assert_eq!(n, 4);",
        )
    };
    (poll_readable $type:ident, $poll:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::{future::poll_fn, io::ErrorKind};",
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            "let n = loop {",
            concat!("    poll_fn(|cx| ours.", stringify!($poll), "(cx)).await?;"),
            concat!("    match ours.try_", $crate::net::faces::sample!(read $type), "(&mut [0; 16]) {"),
            "        Err(error) if error.kind() == ErrorKind::WouldBlock => continue, // a false alarm",
            "        result => break result?,",
            "    }",
            "};",
            "assert_eq!(n, 4);",
        )
    };
    (writable $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "ours.writable().await?; // what is sent need not be made up before",
            concat!("assert_eq!(ours.try_", $crate::net::faces::sample!(write $type), "(b\"soup\")?, 4);"),
        )
    };
    (poll_writable $type:ident, $poll:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::future::poll_fn;",
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            concat!("poll_fn(|cx| ours.", stringify!($poll), "(cx)).await?;"),
            concat!("assert_eq!(ours.try_", $crate::net::faces::sample!(write $type), "(b\"soup\")?, 4);"),
        )
    };
    (ready $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use toque::io::Interest;",
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            concat!("let ready = ours.ready(Interest::", $crate::net::faces::sample!(interest $type), ").await?;"),
            concat!("assert!(ready.", $crate::net::faces::sample!(is_so $type), "());"),
        )
    };
    (try_io $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use toque::io::Interest;",
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            $crate::net::faces::sample!(wait Read),
            "let waiting = ours.try_io(Interest::READABLE, || Ok(rustix::io::ioctl_fionread(&ours)?))?;",
            "assert_eq!(waiting, 4); // so many bytes",
        )
    };
    (async_io $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use toque::io::Interest;",
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            "let mut order = [0; 16];",
            "let n = ours.async_io(Interest::READABLE, || Ok(rustix::io::read(&ours, &mut order)?)).await?;",
            "assert_eq!(&order[..n], b\"soup\");",
        )
    };
    (from_std $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::os::fd::AsRawFd;",
            concat!("use toque::net::", stringify!($type), ";"),
            "",
            $crate::net::faces::sample!(std $type),
            "let fd = socket.as_raw_fd();",
            concat!("let socket = ", stringify!($type), "::from_std(socket)?;"),
            "assert_eq!(socket.as_raw_fd(), fd); // it is the same descriptor",
        )
    };
    (into_std $type:ident) => {
        $crate::net::faces::in_runtime!(
            concat!("use toque::net::", stringify!($type), ";"),
            "",
            $crate::net::faces::sample!(std $type),
            concat!("let socket = ", stringify!($type), "::from_std(socket)?;"),
            "let socket = socket.into_std()?;",
            "socket.set_nonblocking(false)?; // as it was",
            "# assert!(socket.take_error()?.is_none());",
        )
    };
    (split $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "let mut ours = ours;",
            "let (reader, writer) = ours.split();",
            "assert_eq!(writer.try_write(b\"soup\")?, 4);",
            "theirs.try_write(b\"at once\")?;",
            "reader.ready(toque::io::Interest::READABLE).await?;",
            "assert_eq!(reader.try_read(&mut [0; 16])?, 7);",
        )
    };
    (into_split $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "let (reader, writer) = ours.into_split();",
            "let order = toque::spawn(async move { writer.try_write(b\"soup\") }); // it takes the writer along",
            "assert_eq!(order.await??, 4);",
            "theirs.try_write(b\"at once\")?;",
            "reader.ready(toque::io::Interest::READABLE).await?;",
            "assert_eq!(reader.try_read(&mut [0; 16])?, 7);",
        )
    };
    (take_error $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "assert!(ours.take_error()?.is_none());",
        )
    };
    (wait $type:ident, $wait:ident, $before:literal, $result:literal, ($($with:literal),*), $after:literal) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            $before,
            concat!("let ", $result, " = ours.", stringify!($wait), "(", $($with,)* ").await?;"),
            $after,
        )
    };
    (poll $type:ident, $poll:ident, $before:literal, $result:literal, ($($with:literal),*), $after:literal) => {
        $crate::net::faces::in_runtime!(
            "use std::future::poll_fn;",
            $crate::net::faces::sample!(pair $type),
            $before,
            concat!("let ", $result, " = poll_fn(|cx| ours.", stringify!($poll), "(cx", $(", ", $with,)* ")).await?;"),
            $after,
        )
    };
    (try $type:ident, $try:ident, $direction:ident, $before:literal, $result:literal, ($($with:literal),*), $after:literal) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            $before,
            $crate::net::faces::sample!(wait $direction),
            concat!("let ", $result, " = ours.", stringify!($try), "(", $($with,)* ")?;"),
            $after,
        )
    };
    (local_addr $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "assert!(ours.local_addr()?.is_unnamed()); // of a pair; TCP has one",
        )
    };
    (peer_addr $type:ident) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "assert!(ours.peer_addr()?.is_unnamed()); // of a pair; TCP has one",
        )
    };
    (pipe_from_file $function:ident $type:ident, $check:literal) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "let file = std::fs::File::from(ours.into_blocking_fd()?); // as it comes from elsewhere",
            concat!("let ours = pipe::", stringify!($type), "::", stringify!($function), "(file)?;"),
            $check,
        )
    };
    (pipe_from_fd $function:ident $type:ident, $check:literal) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            "let fd = ours.into_blocking_fd()?; // as it comes from elsewhere",
            concat!("let ours = pipe::", stringify!($type), "::", stringify!($function), "(fd)?;"),
            $check,
        )
    };
    (pipe_try_io $type:ident, $op:literal) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair $type),
            $crate::net::faces::sample!(prepare $type),
            concat!("ours.", $crate::net::faces::sample!(able $type), "().await?;"),
            $op,
        )
    };
    (pipe_into_blocking_fd $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::process::{Command, Stdio};",
            $crate::net::faces::sample!(pair $type),
            "let ours = Stdio::from(ours.into_blocking_fd()?);",
            "# let _open = theirs;",
            "let mut child = Command::new(\"true\").stdin(ours).spawn()?; // or its `stdout`",
            "assert!(child.wait()?.success());",
        )
    };
    (pipe_into_nonblocking_fd $type:ident) => {
        $crate::net::faces::in_runtime!(
            "use std::os::fd::AsRawFd;",
            $crate::net::faces::sample!(pair $type),
            "# let _open = theirs;",
            "let number = ours.as_raw_fd();",
            "assert_eq!(ours.into_nonblocking_fd()?.as_raw_fd(), number); // it is the same descriptor",
        )
    };
    (half_peek $split:literal) => {
        $crate::net::faces::in_runtime!(
            $crate::net::faces::sample!(pair TcpStream),
            "let mut ours = ours;",
            concat!("let (reader, _writer) = ours.", $split, "();"),
            "theirs.try_write(b\"soup\")?;",
            "let mut order = [0; 16];",
            "let n = reader.peek(&mut order).await?;",
            "assert_eq!(&order[..n], b\"soup\");",
            "assert_eq!(reader.try_read(&mut order)?, 4); // still there",
        )
    };
    (half_poll_peek $split:literal) => {
        $crate::net::faces::in_runtime!(
            "use std::future::poll_fn;",
            $crate::net::faces::sample!(pair TcpStream),
            "let mut ours = ours;",
            concat!("let (reader, _writer) = ours.", $split, "();"),
            "theirs.try_write(b\"soup\")?;",
            "let mut order = [0; 16];",
            "let n = poll_fn(|cx| reader.poll_peek(cx, &mut order)).await?;",
            "assert_eq!(&order[..n], b\"soup\");",
            "assert_eq!(reader.try_read(&mut order)?, 4); // still there",
        )
    };
    (get $socket:expr, $at_first:literal) => {
        $crate::net::faces::in_runtime!(
            $socket,
            $at_first,
        )
    };
    (set $get:ident, $set:ident, $socket:expr, $then:literal) => {
        $crate::net::faces::in_runtime!(
            $socket,
            concat!("socket.", stringify!($set), "(", $then, ")?;"),
            concat!("assert_eq!(socket.", stringify!($get), "()?, ", $then, ");"),
        )
    };
    (set_zero_linger $socket:expr) => {
        $crate::net::faces::in_runtime!(
            $socket,
            "socket.set_zero_linger()?; // away with who misbehaves",
            "assert_eq!(socket.linger()?, Some(std::time::Duration::ZERO));",
        )
    };
    (tos_v4 $socket:expr) => {
        $crate::net::faces::in_runtime!(
            $socket,
            "assert_eq!(socket.tos_v4()?, 0); // nothing special",
        )
    };
    (set_tos_v4 $socket:expr) => {
        $crate::net::faces::in_runtime!(
            $socket,
            "socket.set_tos_v4(0x10)?; // low delay",
            "assert_eq!(socket.tos_v4()?, 0x10);",
        )
    };
}

pub(in crate::net) use {example, in_runtime};
