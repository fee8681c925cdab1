import Compute
import Testing

@Suite("Products by packed weights")
struct PackedMatrixTests {
  @Test(
    "as BLAS has them, whatever the extents",
    arguments: [
      (1, 1, 1), (3, 7, 5), (12, 32, 256), (13, 33, 257), (25, 31, 300), (48, 64, 512),
      (49, 100, 255), (97, 17, 700), (6, 513, 1), (0, 5, 5), (5, 0, 5), (5, 5, 0),
    ])
  func product(rows: Int, outputs: Int, inputs: Int) {
    check(rows, outputs, inputs, Float.self, tolerance: 1e-4)
    check(rows, outputs, inputs, Double.self, tolerance: 1e-12)
  }

  @Test("a row is the same to the last bit whatever rows are beside it")
  func rowsAlone() {
    let (rows, outputs, inputs) = (61, 70, 530)
    let x = Matrix(rows, inputs, numbers(rows * inputs, Float.self))
    let weights = PackedMatrix(Matrix(outputs, inputs, numbers(outputs * inputs, Float.self)))
    let together = Matrix<Float>(rows, outputs)
    together.product(x, weights)
    for count in 1...13 {
      let some = Matrix<Float>(count, outputs)
      let first = rows - count
      some.product(x[rows: first..<rows], weights)
      #expect(some.elements == together[rows: first..<rows].elements, "\(count) rows")
    }
  }

  private func check<Scalar: Real>(
    _ rows: Int, _ outputs: Int, _ inputs: Int, _ type: Scalar.Type, tolerance: Scalar
  ) {
    // Views with gaps between their rows, as slices of gates and weights have them.
    let x = Matrix(rows, inputs + 3, numbers(rows * (inputs + 3), type))[columns: 2..<inputs + 2]
    let weights = Matrix(outputs, inputs + 2, numbers(outputs * (inputs + 2), type))[
      columns: 1..<inputs + 1]
    let packed = PackedMatrix(weights)
    let turned = Matrix<Scalar>(inputs, outputs)
    for i in 0..<inputs { for j in 0..<outputs { turned[i, j] = weights[j, i] } }
    let packedTurned = PackedMatrix(turned, transposed: true)
    for accumulate in [false, true] {
      let start = numbers(rows * (outputs + 1), type)
      let results = (0..<3).map { _ in
        Matrix(rows, outputs + 1, start)[columns: 0..<outputs]
      }
      results[0].product(x, weights, transposeB: true, accumulate: accumulate)
      results[1].product(x, packed, accumulate: accumulate)
      results[2].product(x, packedTurned, accumulate: accumulate)
      let (plain, fast) = (results[0].elements, results[1].elements)
      let difference = zip(plain, fast).map { abs($0 - $1) }.max() ?? 0
      #expect(difference <= tolerance * Scalar(max(inputs, 1)).squareRoot())
      #expect(fast == results[2].elements, "turned weights")
    }
  }

  private func numbers<Scalar: Real>(_ count: Int, _ type: Scalar.Type) -> [Scalar] {
    (0..<count).map { Scalar(($0 * 7919 + 31) % 1009) / 504.5 - 1 }
  }
}
