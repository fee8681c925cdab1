import Tensor
import Testing

@Suite("Tensor")
struct TensorTests {
  @Test("a shape that overflows or has a negative extent is refused")
  func shapeValidation() {
    #expect(Shape(validating: [Int.max, 2]) == nil)
    #expect(Shape(validating: [3, -1]) == nil)
    #expect(Shape(validating: [])?.elementCount == 1)
    #expect(Shape(validating: [4, 0, 2])?.elementCount == 0)
  }

  @Test("slices share elements and keep order")
  func slicing() {
    let tensor = Tensor([2, 3], [Float](arrayLiteral: 0, 1, 2, 3, 4, 5))
    #expect(tensor[1].array(of: Float.self) == [3, 4, 5])
    #expect(tensor.reshaped(to: [3, 2])[2].array(of: Float.self) == [4, 5])
  }

  @Test("a stack holds its parts in order")
  func stacking() {
    let stack = Tensor(stacking: [Tensor([2], [Float(1), 2]), Tensor([2], [Float(3), 4])])
    #expect(stack.shape == [2, 2])
    #expect(stack.array(of: Float.self) == [1, 2, 3, 4])
  }

  @Test("bytes of the wrong number or alignment are refused")
  func adopting() {
    let buffer = AlignedBuffer(byteCount: 16)
    #expect(Tensor(viewing: buffer, at: 2, shape: [2], elementType: .float32) == nil)
    #expect(Tensor(viewing: buffer, at: 8, shape: [3], elementType: .float32) == nil)
    #expect(Tensor(viewing: buffer, at: 8, shape: [2], elementType: .float32) != nil)
    #expect(Tensor(copying: buffer.bytes, shape: [3], elementType: .float32) == nil)
    #expect(Tensor(copying: buffer.bytes, shape: [4], elementType: .float32) != nil)
  }
}
