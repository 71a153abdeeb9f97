//! How each contestant runs a future: on one thread, with its I/O and timers on, inside a task.
//! Every operation in `ops/` starts here, so that no contestant is measured in a cheaper place than another.

use std::future::Future;

use smol::LocalExecutor;

/// Runs `work` as a task of a toque runtime.
pub(crate) fn toque<F>(work: F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let runtime = ::toque::Runtime::new().expect("toque has no runtime to offer");
    runtime.block_on(async { ::toque::spawn(work).await.expect("the work panicked") })
}

/// Runs `work` as a task of tokio's `current_thread`.
pub(crate) fn tokio<F>(work: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    current_thread().block_on(async { ::tokio::spawn(work).await.expect("the work panicked") })
}

/// Runs `work` as a task of a `LocalSet` on tokio's `current_thread`.
pub(crate) fn tokio_local<F>(work: F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let tasks = ::tokio::task::LocalSet::new();
    tasks.block_on(&current_thread(), async {
        ::tokio::task::spawn_local(work)
            .await
            .expect("the work panicked")
    })
}

fn current_thread() -> ::tokio::runtime::Runtime {
    ::tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("tokio has no runtime to offer")
}

/// The executor that tasks of smol spawn on.
pub(crate) type SmolExecutor = &'static LocalExecutor<'static>;

/// Runs the work as a task of smol's `LocalExecutor`. It is given the executor, which smol does not keep in a thread-local.
pub(crate) fn smol<F>(work: impl FnOnce(SmolExecutor) -> F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let executor: SmolExecutor = Box::leak(Box::new(LocalExecutor::new())); // the process ends with the operation
    ::smol::block_on(executor.run(executor.spawn(work(executor))))
}

/// Runs `work` as a task of monoio, on io_uring where the kernel has it.
pub(crate) fn monoio<F>(work: F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let mut runtime = ::monoio::RuntimeBuilder::<::monoio::FusionDriver>::new()
        .enable_timer()
        .build()
        .expect("monoio has no runtime to offer");
    runtime.block_on(async { ::monoio::spawn(work).await })
}
