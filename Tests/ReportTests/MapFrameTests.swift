import Foundation
import GeoTypes
import Testing

@testable import Report

@Suite struct MapFrameTests {
  @Test func outlinesOnBothSidesOf180DegreesLieBesideEachOther() throws {
    let outlines = MapFrame.unwrapped([
      SampleContent.square(179.9, -17), SampleContent.square(-179.9, -17), SampleContent.square(539.95, -17),
    ])
    let longitudes = outlines.flatMap { $0.map(\.x) }
    #expect((longitudes.max() ?? 0) - (longitudes.min() ?? 0) < 0.3)
    let frame = try #require(MapFrame(outlines))
    #expect(frame.place(outlines[0][0]).x < frame.place(outlines[2][0]).x && frame.place(outlines[2][0]).x < frame.place(outlines[1][0]).x)
  }

  @Test func everythingLiesInTheDrawingWithNorthUp() throws {
    for outlines in [
      [SampleContent.square(8, 47)], [SampleContent.square(8, 47, 1e-9)],
      [SampleContent.square(-70, -80, 5), SampleContent.square(100, 89, 0.9)],
      [SampleContent.square(0, 0, 0.01), SampleContent.square(0, 60, 0.01)],
      [SampleContent.square(0, 0, 0.01), SampleContent.square(100, 0, 0.01)],
    ] {
      let frame = try #require(MapFrame(MapFrame.unwrapped(outlines)))
      for point in MapFrame.unwrapped(outlines).joined() {
        let place = frame.place(point)
        #expect((0...MapFrame.width).contains(place.x) && (0...frame.height).contains(place.y), "\(place)")
      }
      #expect(frame.place(Point(x: outlines[0][0].x, y: outlines[0][0].y + 0.1)).y < frame.place(outlines[0][0]).y)
    }
    #expect(MapFrame([]) == nil)
  }

  @Test func theScaleIsThatOfTheGround() throws {
    // A degree of latitude is 111.2 km on the sphere, at any latitude.
    for latitude in [0.0, 47, -70] {
      let outline = SampleContent.square(10, latitude, 0.1)
      let frame = try #require(MapFrame([outline]))
      let meters = abs(frame.place(outline[0]).y - frame.place(outline[3]).y) * frame.metersPerUnit
      #expect(abs(meters / 11_132 - 1) < 0.003, "\(meters)")
    }
  }
}
