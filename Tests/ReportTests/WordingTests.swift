import Foundation
import Testing

@testable import Report

@Suite struct WordingTests {
  @Test(arguments: [
    (0.0, 0, "0"), (999, 0, "999"), (1000, 0, "1,000"), (1_234_567.89, 1, "1,234,567.9"), (-1234.5, 1, "−1,234.5"), (-0.01, 1, "0.0"),
    (.nan, 0, "–"), (.infinity, 2, "–"), (1e20, 0, "100,000,000,000,000,000,000"),
  ]) func numbersAreGrouped(_ value: Double, _ decimals: Int, _ text: String) {
    #expect(Wording.number(value, decimals: decimals) == text)
  }

  @Test(arguments: [
    (0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1 min 01 s"), (3599.6, "1 h 00 min"), (90_000, "25 h 00 min"), (-1, "–"), (.infinity, "–"),
  ]) func durationsAreReadable(_ seconds: Double, _ text: String) { #expect(Wording.duration(seconds) == text) }

  @Test func areasOfATableShareAUnit() {
    #expect(AreaScale(.squareMeters, largest: 99_999).text(1234.56) == "1,234.6 m²")
    #expect(AreaScale(.squareMeters, largest: 100_000).text(100_000) == "10.00 ha")
    #expect(AreaScale(.squareMeters, largest: 1e8).text(1.5e8) == "150.00 km²")
    #expect(AreaScale(.pixels, largest: 1e9).text(1_000_000) == "1,000,000 px")
    #expect(AreaScale(.squareMeters, largest: 1e5).change(-25_000) == "−2.50 ha")
    #expect(AreaScale(.squareMeters, largest: 1e8).change(1) == "±0")
    #expect(AreaScale(.squareMeters, largest: 1).change(0) == "0")
  }

  @Test func timesAreThoseOfTheZone() throws {
    let date = Date(timeIntervalSince1970: 1_795_749_300)
    let zone = try #require(TimeZone(secondsFromGMT: -(3 * 3600 + 1800)))
    #expect(Wording.moment(date, zone) == "2026-11-26 23:45")
    #expect(Wording.offset(date, zone) == "UTC−03:30")
    #expect(Wording.offset(date, SampleContent.utc) == "UTC")
  }
}
