/// A row-major matrix of `Float` or `Double` that can be written to: a view of memory that it
/// shares with the matrices it was sliced from, as NumPy's arrays do.
///
/// Copying the struct copies the view, not the numbers. Extents are checked by every operation, so
/// a mistake traps instead of reading beyond the memory. The compiler cannot check who writes when:
/// as with any shared array, whoever works in parallel gives each thread elements of its own.
public struct Matrix<Scalar: Real>: @unchecked Sendable {
  public let rows: Int
  public let columns: Int
  /// Elements from the start of one row to the start of the next.
  public let stride: Int
  let storage: MatrixStorage<Scalar>
  let offset: Int

  /// Makes a matrix of zeros.
  public init(_ rows: Int, _ columns: Int) {
    precondition(rows >= 0 && columns >= 0)
    self.rows = rows
    self.columns = columns
    self.stride = columns
    self.storage = MatrixStorage(count: rows * columns)
    self.offset = 0
  }

  /// Makes a matrix of the given elements, row after row.
  public init(_ rows: Int, _ columns: Int, _ elements: [Scalar]) {
    precondition(elements.count == rows * columns, "\(elements.count) for \(rows)×\(columns)")
    self.init(rows, columns)
    copyElements(from: elements)
  }

  private init(
    rows: Int, columns: Int, stride: Int, storage: MatrixStorage<Scalar>, offset: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.storage = storage
    self.offset = offset
  }

  /// The number of elements.
  public var count: Int { rows * columns }

  /// Whether the rows follow each other without a gap.
  public var isContiguous: Bool { stride == columns || rows <= 1 }

  /// The given rows, sharing memory.
  public subscript(rows range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(
      rows: range.count, columns: columns, stride: stride, storage: storage,
      offset: offset + range.lowerBound * stride)
  }

  /// The given columns, sharing memory.
  public subscript(columns range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(
      rows: rows, columns: range.count, stride: stride, storage: storage,
      offset: offset + range.lowerBound)
  }

  /// The same elements under other extents. The matrix must be contiguous.
  public func reshaped(_ rows: Int, _ columns: Int) -> Matrix {
    precondition(isContiguous && rows * columns == count, "\(self.rows)×\(self.columns)")
    return Matrix(rows: rows, columns: columns, stride: columns, storage: storage, offset: offset)
  }

  public subscript(row: Int, column: Int) -> Scalar {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return unsafe storage.base[offset + row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      unsafe storage.base[offset + row * stride + column] = newValue
    }
  }

  /// The first element; every element of a matrix that is not empty lies within the storage.
  var pointer: UnsafeMutablePointer<Scalar> { unsafe storage.base + offset }

  /// Copies the elements of a matrix of the same extents.
  public func copy(from source: Matrix) {
    precondition(rows == source.rows && columns == source.columns, "extents differ")
    for row in 0..<rows {
      unsafe (pointer + row * stride)
        .update(from: source.pointer + row * source.stride, count: columns)
    }
  }

  /// Copies elements, row after row, from an array with as many of them.
  public func copyElements(from elements: [Scalar]) {
    precondition(elements.count == count, "\(elements.count) elements for \(rows)×\(columns)")
    for row in 0..<rows {
      unsafe elements.withUnsafeBufferPointer { source in
        guard let first = source.baseAddress else { return }
        unsafe (pointer + row * stride).update(from: first + row * columns, count: columns)
      }
    }
  }

  /// Copies rows of `source` chosen by index: row i of this matrix becomes row `indices[i]`.
  public func gather(_ source: Matrix, rows indices: some RandomAccessCollection<Int>) {
    precondition(indices.count == rows && columns == source.columns, "extents differ")
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < source.rows, "row \(index) of \(source.rows)")
      unsafe (pointer + row * stride)
        .update(from: source.pointer + index * source.stride, count: columns)
    }
  }

  /// All elements, row after row.
  public var elements: [Scalar] {
    var result: [Scalar] = []
    result.reserveCapacity(count)
    for row in 0..<rows {
      unsafe result.append(
        contentsOf: UnsafeBufferPointer(start: pointer + row * stride, count: columns))
    }
    return result
  }
}

/// The memory that matrices view, freed with the last of them.
@safe
final class MatrixStorage<Scalar: Real> {
  let base: UnsafeMutablePointer<Scalar>

  init(count: Int) {
    let count = max(count, 1)
    let byteCount = count * MemoryLayout<Scalar>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    // As bytes: filling with a generic scalar calls a function for each.
    unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    unsafe base = raw.bindMemory(to: Scalar.self, capacity: count)
  }

  deinit { unsafe base.deallocate() }
}
