import Foundation
import NeuralNetwork
import Testing

struct BenchmarkTests {
  @Test(arguments: [1, 2, 3])
  func measuresEveryRoundOfAllWorkers(_ workers: Int) throws {
    let network = try Fixtures.network(Fixtures.path("isanet_r18w4.pth"))
    let result = try NetworkBenchmark.measure(network, height: 40, width: 48, workers: workers, tiles: 2, rounds: 3)
    #expect(result.rounds.count == 3)
    #expect(result.fastest > 0 && result.fastest <= result.secondsPerTile)
    #expect(result.arenaBytes == network.arenaBytes(height: 40, width: 48))
    let json = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
    #expect(json.contains("\"seconds_per_tile\":"))
  }

  @Test func profileListsTheOperationsInOrder() throws {
    let network = try Fixtures.network(Fixtures.path("fanet18_narrow.pth"))
    let profile = try NetworkBenchmark.profile(network, height: 64, width: 64, tiles: 2)
    #expect(profile.first?.name == "stem.0")
    #expect(profile.last?.name == "logits")
    #expect(profile.allSatisfy { $0.calls == 2 && $0.fastest <= $0.seconds })
  }
}
