//! The figures: how much a chef has to do, in numbers.

use serde_json::{Value, json};
use toque::runtime::RuntimeMetrics;

use super::note::micros;

/// Counters go up from the start; times are in microseconds.
pub(super) fn of(metrics: &RuntimeMetrics) -> Value {
    json!({
        "alive": metrics.num_alive_tasks(),
        "spawned": metrics.spawned_tasks_count(),
        "queue": metrics.worker_local_queue_depth(0),
        "polls": metrics.worker_poll_count(0),
        "turns": metrics.turn_count(),
        "parks": metrics.worker_park_count(0),
        "wakes_here": metrics.worker_local_schedule_count(0),
        "wakes_elsewhere": metrics.remote_schedule_count(),
        "timers": metrics.num_timers(),
        "sources": metrics.io_driver_fd_registered_count() - metrics.io_driver_fd_deregistered_count(),
        "blocking_threads": metrics.num_blocking_threads(),
        "blocking_idle": metrics.num_idle_blocking_threads(),
        "blocking_queue": metrics.blocking_queue_depth(),
        "busy": micros(metrics.worker_total_busy_duration(0)),
        "parked": micros(metrics.worker_total_parked_duration(0)),
        "lag_p50": micros(metrics.loop_lag_quantile(0.5)),
        "lag_p99": micros(metrics.loop_lag_quantile(0.99)),
        "lag_max": micros(metrics.loop_lag_max()),
    })
}
