import GeoTypes
import Testing
import Tools

@Suite struct SeamLayoutTests {
  @Test func gridsOfBothCropsAreHalfATileStrideApart() throws {
    let region = Window(column: 10, row: 0, width: 1000, height: 500)
    let layout = try #require(SeamLayout(region: region, tile: RasterSize(width: 512, height: 512), overlap: 128))
    // One tile is enough for the height: only columns are shifted.
    #expect(layout.first == Window(column: 10, row: 0, width: 808, height: 500))
    #expect(layout.second == Window(column: 202, row: 0, width: 808, height: 500))
    #expect(layout.compared == Window(column: 330, row: 0, width: 360, height: 500))
    // Tiles of a crop: 0 ..< 512 and 296 ..< 808; relative to the compared part, 320 and 128 pixels further left.
    #expect(layout.columnSeams == [296, 404, 512].flatMap { [$0 - 320, $0 - 128] }.sorted())
    #expect(layout.rowSeams.isEmpty)
    #expect(layout.distance == 8)
  }

  @Test func aSourceOfOneTileHasNoSeams() {
    #expect(
      SeamLayout(region: Window(column: 0, row: 0, width: 600, height: 600), tile: RasterSize(width: 512, height: 512), overlap: 128) == nil
    )
  }
}
