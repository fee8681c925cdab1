public import PrometheusMetrics

extension DispatchMetrics {
  private static let small: [Double] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256]

  /// What the dispatcher's metrics are about, for their exposition.
  public static let descriptions = [
    MetricDescription(
      "captionmesh_requests_total",
      "Requests answered, by pipeline, outcome (completed, rejected before admission, failed, "
        + "cancelled, expired, remembered: answered before) and gRPC status."),
    MetricDescription(
      "captionmesh_request_duration_seconds",
      "From a request's arrival to its answer, by pipeline and outcome."),
    MetricDescription(
      "captionmesh_request_attempts",
      "Attempts that an admitted request took: 1, and one more for each time that a task was "
        + "handed out again.", buckets: [1, 2, 3, 4, 5, 6, 9]),
    MetricDescription("captionmesh_requests_admitted_total", "Requests let in."),
    MetricDescription(
      "captionmesh_admitted_bytes_total", "Bytes of the requests let in, as clients sent them."),
    MetricDescription("captionmesh_requests_in_flight", "Requests let in and not answered yet."),
    MetricDescription(
      "captionmesh_payload_bytes", "Bytes of all payloads that the dispatcher holds."),
    MetricDescription(
      "captionmesh_reserved_bytes",
      "Bytes that the payloads grow to before they leave; what admission counts."),
    MetricDescription(
      "captionmesh_limit_requests", "The most requests that are in flight at a time."),
    MetricDescription("captionmesh_limit_bytes", "The most bytes that are reserved at a time."),
    MetricDescription(
      "captionmesh_answer_memory_bytes", "Bytes of the answers that are remembered."),
    MetricDescription("captionmesh_queue_depth", "Requests that wait before the stage."),
    MetricDescription(
      "captionmesh_queue_wait_seconds",
      "How long a request waited before the stage until a worker got it."),
    MetricDescription(
      "captionmesh_batch_size", "Requests that a worker of the stage got together.",
      buckets: small),
    MetricDescription(
      "captionmesh_stage_duration_seconds",
      "A request's share of the time that a worker computed its batch."),
    MetricDescription(
      "captionmesh_stage_in_flight", "Tasks of the stage that workers hold."),
    MetricDescription(
      "captionmesh_tasks_requeued_total",
      "Tasks of the stage that go to another worker because the first was lost, stuck or unable."),
    MetricDescription("captionmesh_workers", "Connected workers of the stage, by state."),
    MetricDescription(
      "captionmesh_credit", "Tasks more that the stage's workers have said they take."),
    MetricDescription(
      "captionmesh_worker_resident_memory_bytes",
      "Resident memory of the stage's workers together."),
    MetricDescription(
      "captionmesh_late_results_total",
      "Results dropped because their tasks had been given to other workers."),
    MetricDescription(
      "captionmesh_stale_results_total", "Results dropped because nobody had asked for them."),
    MetricDescription("captionmesh_workers_lost_total", "Workers whose connection broke."),
    MetricDescription(
      "captionmesh_workers_suspended_total",
      "Times that a connected worker was silent or made no progress and got no work."),
    MetricDescription(
      "captionmesh_workers_refused_total", "Workers that were not let in."),
    MetricDescription(
      "captionmesh_restarts_total",
      "Processes that the supervisor started again after they had ended unasked, by role."),
    MetricDescription(
      "captionmesh_traces_written_total", "Requests whose spans are in the trace's file."),
    MetricDescription(
      "captionmesh_traces_dropped_total",
      "Requests whose spans are not, because the disk was too slow or full."),
    MetricDescription("captionmesh_ready", "1 when every stage has a worker that takes work."),
    MetricDescription("captionmesh_build_info", "1; the label tells the version."),
    MetricDescription(
      "process_resident_memory_bytes", "Resident memory of the dispatcher's process."),
  ]
}
