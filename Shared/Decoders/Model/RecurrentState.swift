import Compute

/// Hidden and cell states of the rows in a batch, with room to reorder them and to step them.
final class RecurrentState {
  private(set) var rows = 0
  private(set) var images: [Int] = []
  private var hiddenBuffers: [Matrix<Float>]
  private var cellBuffers: [Matrix<Float>]

  /// - Parameters:
  ///   - images: rows of the first state, one an image; what follows them is not used.
  ///   - capacity: the most beams there will be.
  init(images: Int, initial: InitialStateLayer<Float>.States, capacity: Int) {
    let capacity = max(capacity, images)
    hiddenBuffers = (0..<2).map { _ in Matrix(capacity, initial.hidden.columns) }
    cellBuffers = (0..<2).map { _ in Matrix(capacity, initial.cell.columns) }
    rows = images
    self.images = Array(0..<images)
    hidden[rows: 0..<rows].copy(from: initial.hidden[rows: 0..<rows])
    cell[rows: 0..<rows].copy(from: initial.cell[rows: 0..<rows])
  }

  /// The image of each run of neighbouring rows that belong to one: what is done once an image is
  /// done to its rows together.
  var imageRows: [(image: Int, rows: Range<Int>)] {
    var runs: [(image: Int, rows: Range<Int>)] = []
    for (row, image) in images.enumerated() {
      if let last = runs.last, last.image == image {
        runs[runs.count - 1].rows = last.rows.lowerBound..<row + 1
      } else {
        runs.append((image, row..<row + 1))
      }
    }
    return runs
  }

  /// The rows in use.
  var all: Range<Int> { 0..<rows }
  var hidden: Matrix<Float> { hiddenBuffers[0][rows: all] }
  var cell: Matrix<Float> { cellBuffers[0][rows: all] }

  /// Row i becomes the former row `parents[i]`.
  func select(parents: [Int]) {
    precondition(parents.count <= hiddenBuffers[0].rows, "\(parents.count) rows are too many")
    hiddenBuffers[1][rows: 0..<parents.count].gather(hidden, rows: parents)
    cellBuffers[1][rows: 0..<parents.count].gather(cell, rows: parents)
    images = parents.map { images[$0] }
    rows = parents.count
    swapBuffers()
  }

  /// One step of the cell from the gates before activation and without the hidden state's product.
  func advance(_ layer: RecurrentLayer<Float>, gates: Matrix<Float>) {
    layer.advance(
      gates, previousHidden: hidden, previousCell: cell, hidden: hiddenBuffers[1][rows: all],
      cell: cellBuffers[1][rows: all])
    swapBuffers()
  }

  private func swapBuffers() {
    hiddenBuffers.swapAt(0, 1)
    cellBuffers.swapAt(0, 1)
  }
}
