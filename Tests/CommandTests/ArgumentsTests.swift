import Foundation
import GeoTypes
import Runs
import TestSupport
import Testing

@testable import orthoweave

@Suite struct ArgumentsTests {
  @Test func wordsBecomeValues() {
    #expect(Window(argument: "1, 2,30,40") == Window(column: 1, row: 2, width: 30, height: 40))
    #expect(Shard(argument: "0/4") == Shard(index: 0, count: 4))
    #expect(LabelSet(argument: "5, 6,255")?.labels == [5, 6, 255])
    #expect(LabelSet(argument: "none")?.labels == [])
    #expect(LabelChanges(argument: "7:1, 9:0")?.newLabels == [7: 1, 9: 0])
  }

  @Test func wordsThatAreNotValidAreRefused() {
    for text in ["", "1,2,3", "1,2,3,4,5", "-1,0,5,5", "0,0,0,5", "0,0,5,x", "0,0,5,2147483648"] {
      #expect(Window(argument: text) == nil, "\(text)")
    }
    for text in ["", "1", "4/4", "-1/4", "0/0", "1/2/3", "0/100001", "a/b"] { #expect(Shard(argument: text) == nil, "\(text)") }
    for text in ["", "1,,2", "3000000000", "1.5", "x"] { #expect(LabelSet(argument: text) == nil, "\(text)") }
    for text in ["1", "1:2:3", "1:300", "1:2,1:3"] { #expect(LabelChanges(argument: text) == nil, "\(text)") }
  }

  @Test func aRefusalNamesTheOptionAndSaysWhatItTakes() throws {
    let result = try Program.run(Program.orthoweave, ["run", "night.yaml", "--window", "1,2,3"], in: NSTemporaryDirectory())
    #expect(result.status == 2 && result.error.contains("--window") && result.error.contains("C,R,W,H in pixels"), "\(result.error)")
  }
}
