public import Tensor

extension Matrix where Scalar == Float {
  /// Copies the elements of a float32 or float16 tensor with as many of them; this matrix must be
  /// contiguous.
  public func copyElements(from tensor: Tensor) {
    switch tensor.elementType {
    case .float16: HalfPrecision.widen(tensor.elements(as: Float16.self), into: self)
    default: copyElements(from: tensor.array(of: Float.self))
    }
  }
}

extension Tensor {
  /// A float32 tensor rounded to half precision.
  public func halved() -> Tensor {
    Tensor(shape, of: Float16.self) { target in
      HalfPrecision.narrow(elements(as: Float.self), into: &target)
    }
  }
}
