import Foundation
import FuzzTargets
import TestSupport
import Testing

@Suite struct CorpusTests {
  /// A crash ends the test process.
  @Test(arguments: FuzzTarget.allCases)
  func everyInputOfTheCorpusIsReadOrRefused(target: FuzzTarget) throws {
    let folder = Places.root + "/Tests/FuzzTargets/Corpora/" + target.rawValue
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(!names.isEmpty)
    for name in names {
      let bytes = [UInt8](try #require(FileManager.default.contents(atPath: folder + "/" + name)))
      let seconds = ContinuousClock().measure { target.read(bytes) }
      #expect(seconds < .seconds(10), "\(name)")
    }
    target.read([])
  }
}
