import Basics
import Foundation
import GeoTypes
import Geodata
import Testing

@testable import Layers

struct IncidentTests {
  private func incident(_ name: String = "oil slick", sources: [String] = ["a"]) throws -> Incident {
    let columns = MergedColumns(LayerFields(isGeodesic: true, pixelArea: 1, extras: [.positionError, .shape, .volume, .nearest, .frames]))
    var values = [FieldValue](repeating: .null, count: columns.fields.count)
    func set(_ name: String, _ value: FieldValue) { values[columns.fields.firstIndex { $0.name == name } ?? 0] = value }
    set("class", .text(name))
    for (name, value) in [
      ("lon", -3.000_001), ("lat", 54.136_083_3), ("area_m2", 12_345.6), ("sigma_m", 4.4), ("vol_min_l", 3.7), ("vol_max_l", 61.728),
      ("length_m", 250), ("width_m", 60), ("axis_deg", 179.6), ("medial_m", 310), ("medial_w_m", 42), ("medial_deg", 12.4),
      ("near_m", 1234.5), ("near_deg", 359.7), ("conf_mean", 88.5),
    ] { set(name, .real(value)) }
    set("near_class", .text("ship"))
    set("time_first", .text("2026-06-01T10:00:00Z"))
    set("time_last", .text("2026-06-01T10:05:00Z"))
    return try #require(Incident(values, columns, sources.map { MergedRows.Sighting(source: $0, row: 1) }))
  }

  @Test(arguments: [
    (15.147_4, 54.136_083_3, "54°08.165'N 015°08.844'E"), (-0.000_001, -0.5, "00°30.000'S 000°00.000'E"),
    (179.999_999_9, 89.999_999_9, "90°00.000'N 180°00.000'E"), (-179.5, -1.999_999, "02°00.000'S 179°30.000'W"),
  ])
  func positionsAreInDegreesAndMinutes(_ longitude: Double, _ latitude: Double, _ expected: String) {
    #expect(IncidentText.position(longitude: longitude, latitude: latitude) == expected)
  }

  @Test func numbersAreAsAnOfficerSaysThem() {
    #expect(IncidentText.bearing(359.7) == "000°" && IncidentText.bearing(7) == "007°")
    #expect(IncidentText.axis(35) == "035°–215°" && IncidentText.axis(179.6) == "180°–000°")
    #expect(IncidentText.area(12_345.6) == "12\u{202F}300 m²" && IncidentText.area(1_234_567) == "1.23 km²")
    #expect(IncidentText.distance(4.456) == "4.46 m" && IncidentText.distance(12_345) == "12.3 km" && IncidentText.distance(0) == "0 m")
    #expect(IncidentText.liters(0.000_494...1_234_567) == "0.000494 to 1\u{202F}230\u{202F}000 L")
    #expect(IncidentText.time("2026-06-01T10:00:00Z") == "2026-06-01 10:00:00 UTC" && IncidentText.time("2026-06-01") == "2026-06-01")
  }

  /// Names that a spreadsheet would take for formulas, or a browser for markup, are text.
  @Test func hostileNamesAreText() throws {
    let names = ["<b>\"x\"</b>", "=1+1", "'><script>alert(1)</script>", "a\u{202E}gpj.exe\n&amp;"]
    for name in names {
      let incident = try incident(name, sources: [name])
      let thumbnail = IncidentPage.Thumbnail(
        source: name, jpeg: [1, 2, 3], size: RasterSize(width: 4, height: 3), rings: [[Point(x: 0, y: 0), Point(x: 1, y: 2)]])
      let page = String(
        decoding: IncidentPage.bytes([.init(incident, thumbnails: [thumbnail], notes: [name])], of: [incident], title: name, table: name),
        as: UTF8.self)
      #expect(!page.contains("<b>") && !page.contains("<script") && !page.contains("\u{202E}"), "\(page)")
      #expect(page.contains(MarkupText.escaped(name, for: .person)) && IncidentTable.text([incident]).count(where: { $0 == "\n" }) == 2)
      #expect(throws: Never.self) { _ = try XMLDocumentCheck.check(page.replacing("<!DOCTYPE html>", with: "")) }
      let fields = try #require(IncidentTable.text([incident]).split(separator: "\n").last)
      #expect(!fields.contains(",=") && !fields.contains(",\"="), "\(fields)")
    }
  }

  @Test func theTableHasAColumnForEachHeading() throws {
    let lines = IncidentTable.text([try incident(), try incident()]).split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == IncidentTable.header)
    #expect(
      lines[1]
        == "1,oil slick,54°08.165'N 003°00.000'W,54.1360833,-3.000001,4.4,12345.6,3.7,61.728,250.0,60.0,179.6,310.0,42.0,12.4,ship,1234.5,359.7,88.5,0,2026-06-01T10:00:00Z,2026-06-01T10:05:00Z,1,a,"
    )
  }

  @Test func thePageSaysWhatIsKnown() throws {
    let incident = try incident(sources: (0..<10).map { "p\($0)" })
    let entries = (0..<3).map { _ in IncidentPage.Entry(incident, thumbnails: [], notes: ["4 of 10 pictures are shown."]) }
    let page = String(decoding: IncidentPage.bytes(entries, of: [incident], title: "Slicks", table: "incidents.csv"), as: UTF8.self)
    for text in [
      "3. oil slick", "54°08.165&#39;N 003°00.000&#39;W", "4.40 m (one standard error)", "12\u{202F}300 m²", "3.70 to 61.7 L",
      "250 m × 60.0 m", "310 m × 42.0 m", "012°–192°", "Nearest ship", "1\u{202F}230 m toward 000°", "88.5 %",
      "2026-06-01 10:00:00 UTC to 2026-06-01 10:05:00 UTC", "p0, p1, p2, p3, p4, p5, p6, p7 and 2 more", "4 of 10 pictures are shown.",
    ] { #expect(page.contains(text), "\(text)\n\(page)") }
  }
}

/// Whether elements are closed in order.
private enum XMLDocumentCheck {
  struct Broken: Error { var place: String }

  static func check(_ text: String) throws {
    var open: [Substring] = []
    for match in text.matches(of: /<(\/?)([a-z0-9]+)((?:[^<>"]|"[^"<>]*")*)>/) {
      if match.3.hasSuffix("/") { continue }
      if match.1.isEmpty { open.append(match.2) } else if open.popLast() != match.2 { throw Broken(place: String(match.0)) }
    }
    guard open.isEmpty, text.count(where: { $0 == "<" }) == text.matches(of: /<(\/?)([a-z0-9]+)((?:[^<>"]|"[^"<>]*")*)>/).count else {
      throw Broken(place: "its end")
    }
  }
}
