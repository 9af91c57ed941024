import Testing

@testable import orthoweave

@Suite struct ProgressBarTests {
  @Test func theLineIsNeverWiderThanTheTerminal() {
    let summary = "42 %, source 3 of 7, 120 of 480 tiles, 1.25 Mpx/s, 3 min left"
    for columns in 0...200 {
      for share in [0, 0.42, 1, 1.5, -1] {
        let line = ProgressBar.text(share: share, summary: summary, columns: columns)
        #expect(line.count <= max(0, columns - 1), "\(columns): \(line)")
      }
    }
    #expect(ProgressBar.text(share: 0.5, summary: "50 %", columns: 1) == "")
    #expect(ProgressBar.text(share: 0.5, summary: "50 %", columns: 4) == "50 ")
    #expect(ProgressBar.text(share: 0.5, summary: "50 %", columns: 14) == "████···· 50 %")
    #expect(ProgressBar.text(share: 0.5, summary: "50 %", columns: 80).hasPrefix(String(repeating: "█", count: 12) + "·"))
  }
}
