import Compute

/// Hidden and cell states of the rows in a batch, with room to reorder them and to step them.
final class RecurrentState {
  private(set) var rows = 0
  private(set) var images: [Int] = []
  private var hiddenBuffers: [Matrix<Float>]
  private var cellBuffers: [Matrix<Float>]

  init(initialHidden: Matrix<Float>, initialCell: Matrix<Float>, capacity: Int) {
    let capacity = max(capacity, initialHidden.rows)
    let size = initialHidden.columns
    hiddenBuffers = (0..<2).map { _ in Matrix(capacity, size) }
    cellBuffers = (0..<2).map { _ in Matrix(capacity, size) }
    rows = initialHidden.rows
    images = Array(0..<rows)
    hidden.copy(from: initialHidden)
    cell.copy(from: initialCell)
  }

  var hidden: Matrix<Float> { hiddenBuffers[0][rows: 0..<rows] }
  var cell: Matrix<Float> { cellBuffers[0][rows: 0..<rows] }

  /// Row i becomes the former row `parents[i]`.
  func select(parents: [Int]) {
    precondition(parents.count <= hiddenBuffers[0].rows, "\(parents.count) rows are too many")
    hiddenBuffers[1][rows: 0..<parents.count].gather(hidden, rows: parents)
    cellBuffers[1][rows: 0..<parents.count].gather(cell, rows: parents)
    images = parents.map { images[$0] }
    rows = parents.count
    swapBuffers()
  }

  /// One LSTM step from the gates before activation.
  func advance(gates: Matrix<Float>) {
    gates.lstmForward(
      previousCell: cell, cell: cellBuffers[1][rows: 0..<rows],
      hidden: hiddenBuffers[1][rows: 0..<rows])
    swapBuffers()
  }

  private func swapBuffers() {
    hiddenBuffers.swapAt(0, 1)
    cellBuffers.swapAt(0, 1)
  }
}
