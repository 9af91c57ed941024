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
}
