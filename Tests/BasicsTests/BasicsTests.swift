import Basics
import TestSupport
import Testing

struct CSVTextTests {
  @Test(arguments: ["=1+1", "+A1", "-2", "@SUM(A1)", "  =x", "\t=y", "\r\n=z"])
  func aSpreadsheetSeesNoFormula(_ text: String) {
    #expect(CSVText.quoted(text).hasPrefix("\"'"))
    #expect(CSVText.field(text).drop { $0 == "\"" }.hasPrefix("'"))
  }

  @Test func ordinaryTextStaysAsItIs() {
    #expect(CSVText.quoted("oil \"slick\"") == "\"oil \"\"slick\"\"\"")
    #expect(CSVText.quoted("a-b") == "\"a-b\"")
    #expect(CSVText.field("a-b 바다") == "a-b 바다")
  }

  @Test(arguments: ["a,b", "a\"b", "a\nb", "a\r\nb"])
  func fieldsThatNeedQuotesHaveThem(_ text: String) {
    #expect(CSVText.field(text) == CSVText.quoted(text))
  }
}

struct ColorTests {
  @Test func hexadecimalTextIsReadInEitherCaseAndWrittenInLower() {
    #expect(Color(hex: "#0aF00c")?.hex == "#0af00c")
    #expect(Color(red: 0, green: 0, blue: 7).hex == "#000007")
  }

  @Test(arguments: ["", "#", "0aF00c", "#0aF00", "#0aF00cc", "#0aF00g", "#+12345", "#٠٠٠٠٠٠"])
  func otherTextIsNotAColor(_ text: String) { #expect(Color(hex: text) == nil) }
}

struct HeapTests {
  @Test func elementsComeOutInOrder() {
    var random = Seeded(seed: 3)
    for count in 0..<70 {
      let items = (0..<count).map { _ in Int.random(in: 0..<20, using: &random) }
      var heap = Heap<Int>()
      items.forEach { heap.push($0) }
      var sorted: [Int] = []
      while let item = heap.pop() { sorted.append(item) }
      #expect(sorted == items.sorted())
    }
  }

  @Test func pushingBetweenPopsKeepsTheSmallestFirst() {
    var random = Seeded(seed: 4)
    var heap = Heap<Int>()
    var twin: [Int] = []
    for _ in 0..<2000 {
      if Bool.random(using: &random) || twin.isEmpty {
        let item = Int.random(in: 0..<1000, using: &random)
        heap.push(item)
        twin.append(item)
      } else {
        twin.sort(by: >)
        #expect(heap.pop() == twin.popLast())
      }
    }
  }
}

struct FaultTests {
  private struct Example: Fault {
    var file = ""
    var reason = "cannot be read"
    var remedy = ""
    var description: String { line }
  }

  @Test func theLineHoldsWhatThereIs() {
    #expect("\(Example())" == "cannot be read")
    #expect("\(Example(file: "a.tif"))" == "a.tif: cannot be read")
    #expect("\(Example(remedy: "replace it"))" == "cannot be read; replace it")
    #expect("\(Example(file: "a.tif", remedy: "replace it"))" == "a.tif: cannot be read; replace it")
  }
}

struct TextTableTests {
  @Test func columnsAreAsWideAsTheirWidestCell() {
    var table = TextTable(["name", "n"])
    table.add(["바다", "1"])
    table.add(["river bed", "1000"])
    #expect(table.text == "name          n\n바다          1\nriver bed  1000")
    table.isAlignedLeft = true
    #expect(table.text == "name       n\n바다       1\nriver bed  1000")
  }
}
