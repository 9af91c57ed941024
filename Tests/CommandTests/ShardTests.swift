import Foundation
import TestSupport
import Testing

@Suite struct ShardTests {
  @Test func aShardOfAnotherKernelSetIsRefusedUnlessItsWorkIsAnother() throws {
    let scene = try Scene()
    // Rows of segments for two shards.
    try scene.raster("tall.tif", width: 40, height: 4_400)
    func run(shard: String, _ inference: String) throws -> ProgramResult {
      try scene.pipeline(inference: inference, output: "formats: [classes]")
      return try scene.run("--shard", shard)
    }
    let first = try run(shard: "0/2", "tile: 128, overlap: 32, kernels: portable")
    #expect(first.status == 0 && scene.published().isEmpty, "\(first.error)")
    let other = try run(shard: "1/2", "tile: 128, overlap: 32")
    if try scene.report()["kernels"] as? String != "portable" {
      #expect(other.status == 2 && other.error.contains("inference.kernels: portable"), "\(other.error)")
    }
    // What the first shard left is of no concern to a run with other settings.
    for shard in ["0/2", "1/2"] {
      let result = try run(shard: shard, "tile: 128, overlap: 40")
      #expect(result.status == 0, "\(result.error)")
    }
    #expect(scene.published().keys.contains("tall/tall.classes.tif"))
  }

  @Test func whatIsAskedForAgainAndWhatIsIncompleteIsPublishedByShards() throws {
    let scene = try Scene()
    try scene.raster("tall.tif", width: 40, height: 4_400)
    try scene.pipeline(inference: "tile: 128, overlap: 32", output: "formats: [classes, gpkg]")
    func shards(_ option: String = "--verbose") throws -> [Int] {
      try (0..<2).map { shard in
        let result = try scene.run("--shard", "\(shard)/2", option)
        #expect(result.status == 0, "\(result.error)")
        return try #require(try scene.report()["done"] as? Int)
      }
    }
    #expect(try shards() == [0, 1])
    let first = scene.published()
    #expect(try shards() == [0, 0])
    #expect(try shards("--force") == [0, 1])
    #expect(scene.published()["tall/tall.classes.tif"] == first["tall/tall.classes.tif"])
    try FileManager.default.removeItem(atPath: scene.folder("layers/tall/tall.gpkg"))
    #expect(try shards().reduce(0, +) == 1)
    #expect(scene.published().keys.sorted() == first.keys.sorted())
  }
}
