internal import CPixels

/// Brings rows of RGB pixels from one width to another, as ``ResampleAxis`` plans it and as fast as
/// this processor can.
@safe
struct RowResampler: ~Copyable {
  private let axis: ResampleAxis
  private let plan: OpaquePointer

  /// `plain` asks for the way that every processor goes.
  init(from width: Int, to target: Int, plain: Bool = false) {
    axis = ResampleAxis(from: width, to: target)
    guard let plan = unsafe axis.withCAxis({ unsafe cpixels_plan_rows(width, $0, plain ? 1 : 0) })
    else { fatalError("no memory for the plan of a row of \(target) pixels") }
    unsafe self.plan = plan
  }

  deinit { unsafe cpixels_free_plan(plan) }

  /// Resamples `rows` rows, at least one, that follow each other. `followed` says that one more byte
  /// can be read behind them.
  func resample(
    _ source: UnsafePointer<UInt8>, rows: Int, followed: Bool,
    to target: UnsafeMutablePointer<UInt8>
  ) {
    unsafe axis.withCAxis { axis in
      unsafe cpixels_resample_rows(plan, axis, source, rows, followed ? 1 : 0, target)
    }
  }
}
