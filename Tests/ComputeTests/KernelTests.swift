import Compute
import Foundation
import Testing

@Suite("Kernels against plain loops")
struct KernelTests {
  private func random(_ rows: Int, _ columns: Int, _ scale: Float = 3) -> Matrix<Float> {
    var generator = SystemRandomNumberGenerator()
    return Matrix(
      rows, columns,
      (0..<rows * columns).map { _ in Float.random(in: -scale...scale, using: &generator) })
  }

  @Test("sigmoid and tanh over the whole range of arguments")
  func activations() {
    let arguments: [Float] = stride(from: -100, through: 100, by: 0.37).map { Float($0) }
    let sigmoid = Matrix(1, arguments.count, arguments)
    let tanh = Matrix(1, arguments.count, arguments)
    sigmoid.sigmoid()
    tanh.tanh()
    for (index, x) in arguments.enumerated() {
      #expect(abs(Double(sigmoid[0, index]) - 1 / (1 + exp(-Double(x)))) < 2e-7)
      #expect(abs(Double(tanh[0, index]) - Foundation.tanh(Double(x))) < 4e-7)
    }
  }

  @Test("softmax and its denominator's logarithm, with large and infinite arguments")
  func softmax() {
    for columns in [1, 7, 64, 2539] {
      let x = random(3, columns, 50)
      if columns > 1 { x[1, 0] = -.infinity }
      let softmax = Matrix(3, columns, x.elements)
      let logSums = x.logSumExp()
      softmax.softmax()
      for row in 0..<3 {
        let most = (0..<columns).map { Double(x[row, $0]) }.max()!
        let sum = (0..<columns).reduce(0.0) { $0 + exp(Double(x[row, $1]) - most) }
        for column in 0..<columns {
          let expected = Double(x[row, column]) - most - log(sum)
          #expect(abs(Double(softmax[row, column]) - exp(expected)) < 1e-6)
        }
        #expect(abs(Double(logSums[row]) - most - log(sum)) < 2e-5)
      }
    }
  }

  @Test("products of slices, transposed or not, with one row and with several")
  func products() {
    for rows in [1, 5] {
      for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
        let a = random(9, 12)[rows: 1..<1 + (transposeA ? 7 : rows)][
          columns: 2..<2 + (transposeA ? rows : 7)]
        let b = random(12, 14)[rows: 3..<3 + (transposeB ? 6 : 7)][
          columns: 1..<1 + (transposeB ? 7 : 6)]
        let c = random(8, 9)[rows: 2..<2 + rows][columns: 3..<9]
        let before = Matrix(rows, 6, c.elements)
        c.product(
          a, transposeA: transposeA, b, transposeB: transposeB, scale: 0.5, accumulate: true)
        for row in 0..<rows {
          for column in 0..<6 {
            let sum = (0..<7).reduce(Float(0)) {
              $0 + (transposeA ? a[$1, row] : a[row, $1])
                * (transposeB ? b[column, $1] : b[$1, column])
            }
            #expect(abs(c[row, column] - before[row, column] - 0.5 * sum) < 1e-4)
          }
        }
        if rows == 1 && !transposeA {
          let same = Matrix(1, 6, before.elements)
          let half = Matrix(1, 7, a.elements.map { 0.5 * $0 })
          same.rowProduct(half, b, transposeB: transposeB, accumulate: true)
          for column in 0..<6 { #expect(abs(same[0, column] - c[0, column]) < 1e-4) }
        }
      }
    }
  }

  @Test("a row of a padded product does not depend on how many rows there are")
  func batchInvariance() {
    Parallel.setThreadsPerProduct(1)
    let (n, k) = (257, 130)
    let a = random(96, k)
    let b = random(n, k)
    let all = Matrix<Float>(96, n)
    all.product(a, b, transposeB: true)
    for count in [1, 5, 12, 13, 31, 75] {
      let rows = 0..<Matrix<Float>.paddedRowCount(count)
      let some = Matrix<Float>(rows.count, n)
      some.product(a[rows: rows], b, transposeB: true)
      let differences = zip(some[rows: 0..<count].elements, all.elements).count { $0 != $1 }
      #expect(differences == 0, "\(count) rows")
    }
  }

  @Test("the largest elements come in order, equal ones by column")
  func largest() {
    let row = Matrix<Float>(1, 8, [1, 5, 3, 5, 9, 5, -.infinity, 9])
    #expect(row.largest(4).map(\.column) == [4, 7, 1, 3])
    #expect(row.largest(20).count == 8)
    #expect(row.largest(0).isEmpty)
  }

  @Test(
    "the largest elements are those that sorting brings to the front", arguments: [1, 3, 70, 2538])
  func largestBySorting(columns: Int) {
    let row = Matrix<Float>(1, columns, (0..<columns).map { _ in Float(Int.random(in: 0..<400)) })
    let sorted = (0..<columns).sorted { (row[0, $1], $0) < (row[0, $0], $1) }
    let largest = row.largest(5)
    #expect(largest.map(\.column) == Array(sorted.prefix(5)))
    #expect(largest.allSatisfy { $0.value == row[0, $0.column] })
  }

  @Test("attention of several rows is that of plain loops, and each row's as if it were alone")
  func attention() {
    let (cells, n) = (9, 150)
    let (keys, queries, w) = (random(cells, n), random(5, n), random(1, n))
    let (values, before) = (random(cells, n + 2)[columns: 1..<n + 1], random(5, n))
    for activation in AttentionActivation.allCases {
      let scores = random(5, cells + 1)[columns: 0..<cells]
      let read = Matrix(5, n, before.elements)
      scores.attentionScores(
        keys: keys, queries: queries, w: w, bias: 0.5, activation: activation)
      read.weightedSums(scores, values, accumulate: true)
      for row in 0..<5 {
        for cell in 0..<cells {
          let sum = (0..<n).reduce(0.5) {
            let x = Double(keys[cell, $1]) + Double(queries[row, $1])
            return $0 + Double(w[0, $1]) * (activation == .relu ? max(x, 0) : Foundation.tanh(x))
          }
          #expect(abs(Double(scores[row, cell]) - sum) < 1e-3)
        }
        for column in 0..<n {
          let sum = (0..<cells).reduce(Double(before[row, column])) {
            $0 + Double(scores[row, $1]) * Double(values[$1, column])
          }
          #expect(abs(Double(read[row, column]) - sum) < 1e-2)
        }
        let one = row..<row + 1
        let (aloneScores, alone) = (
          Matrix<Float>(1, cells), Matrix(1, n, before[rows: one].elements)
        )
        aloneScores.attentionScores(
          keys: keys, queries: queries[rows: one], w: w, bias: 0.5, activation: activation)
        alone.weightedSums(aloneScores, values, accumulate: true)
        #expect(aloneScores.elements == scores[rows: one].elements)
        #expect(zip(alone.elements, read[rows: one].elements).count { $0 != $1 } == 0)
      }
    }
  }

  @Test("filling, scaling and averaging a slice leave the rest alone")
  func elements() {
    let whole = random(4, 40)
    let before = whole.elements
    let (slice, x) = (whole[rows: 1..<3][columns: 2..<37], random(2, 35))
    slice.fill(2)
    slice.scale(by: 3)
    slice.average(x, keep: 0.25)
    for row in 0..<4 {
      for column in 0..<40 {
        let inside = (1..<3).contains(row) && (2..<37).contains(column)
        let expected = inside ? 1.5 + 0.75 * x[row - 1, column - 2] : before[row * 40 + column]
        #expect(abs(whole[row, column] - expected) < 1e-6)
      }
    }
  }

  @Test("dropout keeps about the share it should, scales it, and repeats for the same seed")
  func dropout() {
    let x = Matrix<Float>(100, 100)
    x.fill(1)
    let first = Matrix<Float>(100, 100)
    let second = Matrix<Float>(100, 100)
    first.dropout(x, keep: 0.8, seed: 42)
    second.dropout(x, keep: 0.8, seed: 42)
    #expect(first.elements == second.elements)
    let kept = first.elements.filter { $0 != 0 }
    #expect(kept.allSatisfy { $0 == 1.25 })
    #expect(abs(kept.count - 8000) < 200)
    second.dropout(x, keep: 0.8, seed: 43)
    #expect(first.elements != second.elements)
    second.dropout(x, keep: 1, seed: 44)
    #expect(second.elements == x.elements)
  }
}
