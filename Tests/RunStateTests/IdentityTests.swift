import Foundation
import RunState
import TestSupport
import Testing

struct IdentityTests {
  @Test func anOutputDirectoryKeepsItsIdentityWhereverItIs() throws {
    let folder = try TemporaryFolder("identity")
    let output = OutputDirectory(folder("a"))
    try output.prepare()
    #expect(try output.identity(making: false) == nil)
    let identity = try #require(try output.identity(making: true))
    #expect(identity.count == 32 && identity.allSatisfy(\.isHexDigit))
    #expect(try output.identity(making: true) == identity)
    try FileManager.default.moveItem(atPath: folder("a"), toPath: folder("b"))
    #expect(try OutputDirectory(folder("b")).identity(making: false) == identity)
    let other = OutputDirectory(folder("c"))
    try other.prepare()
    #expect(try other.identity(making: true) != identity)
    #expect(folder.files().allSatisfy { !$0.contains("tmp") })
  }
}
