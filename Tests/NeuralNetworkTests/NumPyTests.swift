import Foundation
import NeuralNetwork
import Testing

struct NumPyTests {
  private func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-\(UUID().uuidString)-\(name)").path
  }

  @Test(arguments: [[], [0], [5], [2, 3], [1, 3, 4, 5]])
  func whatIsWrittenIsReadAgain(_ shape: [Int]) throws {
    let path = temporary("array.npy")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let array = NumPyArray(shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0) * 0.37 - 1 })
    try array.write(path: path)
    #expect(try NumPyArray(path: path) == array)
  }

  @Test func archiveKeepsNamesAndOrder() throws {
    let path = temporary("arrays.npz")
    defer { try? FileManager.default.removeItem(atPath: path) }
    var archive = NumPyArchive()
    archive.append("logits", NumPyArray(shape: [2, 2], values: [1, 2, 3, 4]))
    archive.append("isa_in", NumPyArray(shape: [1], values: [-.infinity]))
    try archive.write(path: path)
    let read = try NumPyArchive(path: path)
    #expect(read.arrays.map(\.name) == ["logits", "isa_in"])
    #expect(read["logits"] == archive["logits"])
    #expect(read["isa_in"] == archive["isa_in"])
    #expect(read["other"] == nil)
  }

  @Test(arguments: [
    "", "not an array", "\u{93}NUMPY", "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 1000000000000), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "{'descr': '<f8', 'fortran_order': False, 'shape': (9,), }",
  ])
  func headersThatLieAreRefused(_ header: String) throws {
    let path = temporary("bad.npy")
    defer { try? FileManager.default.removeItem(atPath: path) }
    var bytes: [UInt8] = []
    if header.hasPrefix("{") {
      bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [0, 0, 0, 0]
    } else {
      bytes = Array(header.utf8)
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: NetworkError.self) { try NumPyArray(path: path) }
    #expect(error?.description.hasPrefix(path) == true)
  }

  @Test func missingFileIsNamed() {
    let error = #expect(throws: NetworkError.self) { try NumPyArray(path: "/nowhere/x.npy") }
    #expect(error?.code == .unreadable)
  }
}
