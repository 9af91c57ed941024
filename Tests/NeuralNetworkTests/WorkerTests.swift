import NeuralNetwork
import Testing

struct WorkerTests {
  static let files = ["isanet_r18w4.pth", "isanet_b50w4.safetensors", "ann_r18w4.pth", "fanet18_narrow.pth"]

  @Test(arguments: files)
  func resultDependsOnNothingThatRanBefore(_ file: String) throws {
    let network = try Fixtures.network(Fixtures.path(file))
    let pixels = Fixtures.noise(height: 50, width: 67, channels: 3)
    let fresh = try network.logits(pixels, height: 50, width: 67)
    let worker = try network.makeWorker(height: 8, width: 8)
    // Other sizes, a larger arena, and an input that leaves NaN in every buffer.
    _ = try worker.logits(Fixtures.noise(height: 90, width: 30, channels: 3, seed: 2), height: 90, width: 30)
    _ = try worker.logits([Float](repeating: .nan, count: 100 * 100 * 3), height: 100, width: 100)
    #expect(try worker.logits(pixels, height: 50, width: 67) == fresh)
    #expect(allFinite(fresh))
  }

  @Test(arguments: files)
  func workersOnSeveralThreadsGiveTheSameBits(_ file: String) async throws {
    let network = try Fixtures.network(Fixtures.path(file))
    let pixels = Fixtures.noise(height: 64, width: 64, channels: 3)
    let alone = try network.logits(pixels, height: 64, width: 64)
    try await withThrowingTaskGroup(of: [Float].self) { group in
      for _ in 0..<4 { group.addTask { try network.logits(pixels, height: 64, width: 64) } }
      for try await logits in group { #expect(logits == alone) }
    }
  }

  @Test(arguments: KernelSet.allCases.filter(\.isAvailable))
  func kernelSetsAgree(_ kernels: KernelSet) throws {
    for file in Self.files {
      let pixels = Fixtures.noise(height: 75, width: 90, channels: 3)
      let expected = try Fixtures.network(Fixtures.path(file), options: NetworkOptions(kernels: .portable)).logits(
        pixels, height: 75, width: 90)
      let network = try Fixtures.network(Fixtures.path(file), options: NetworkOptions(kernels: kernels))
      #expect(network.kernels == kernels)
      #expect(relativeDistance(try network.logits(pixels, height: 75, width: 90), expected) < 5e-5, "\(file)")
    }
  }

  @Test func profileNamesEveryOperationOnce() throws {
    let network = try Fixtures.network(Fixtures.path("isanet_r18w4.pth"))
    let worker = try network.makeWorker(height: 64, width: 64)
    worker.isProfiling = true
    for _ in 0..<3 { _ = try worker.logits(Fixtures.noise(height: 64, width: 64, channels: 3), height: 64, width: 64) }
    let profile = worker.takeProfile()
    #expect(Set(profile.map(\.name)).count == profile.count)
    #expect(profile.allSatisfy { $0.calls == 3 && $0.seconds > 0 })
    #expect(profile.contains { $0.name == "isa.local.attention" })
    #expect(worker.takeProfile().isEmpty)
    #expect(abs(profile.reduce(0) { $0 + $1.gigaOperations } * 1e9 / network.operations(height: 64, width: 64) - 1) < 1e-9)
  }

  @Test func arenaHoldsWhatIsSaid() throws {
    let network = try Fixtures.network(Fixtures.path("isanet_r18w4.pth"))
    let worker = try network.makeWorker(height: 96, width: 128)
    #expect(worker.arenaBytes == network.arenaBytes(height: 96, width: 128))
    #expect(network.weightBytes > network.description.parameters * 4)
    // A larger input takes a larger arena, a smaller one none.
    _ = try worker.logits(Fixtures.noise(height: 64, width: 64, channels: 3), height: 64, width: 64)
    #expect(worker.arenaBytes == network.arenaBytes(height: 96, width: 128))
    _ = try worker.logits(Fixtures.noise(height: 128, width: 128, channels: 3), height: 128, width: 128)
    #expect(worker.arenaBytes == network.arenaBytes(height: 128, width: 128))
  }

  @Test(.enabled(if: ArithmeticPrecision.bfloat16.isAvailable, "needs AVX512_BF16"), arguments: files)
  func bfloat16IsCloseButNotEqual(_ file: String) throws {
    let pixels = Fixtures.noise(height: 75, width: 90, channels: 3)
    let exact = try Fixtures.network(Fixtures.path(file), options: NetworkOptions(kernels: .avx512)).logits(pixels, height: 75, width: 90)
    let options = NetworkOptions(kernels: .avx512, precision: .bfloat16)
    let rounded = try Fixtures.network(Fixtures.path(file), options: options).logits(pixels, height: 75, width: 90)
    let distance = relativeDistance(rounded, exact)
    // 8 bits: rounding the weights alone makes 2.4e-2 (the shared reference); sixteen narrow bottlenecks add theirs.
    #expect(distance > 1e-5 && distance < 0.15, "\(file): \(distance)")
    let error = #expect(throws: NetworkError.self) {
      try Fixtures.network(Fixtures.path(file), options: NetworkOptions(kernels: .portable, precision: .bfloat16))
    }
    #expect(error?.code == .option)
  }

  @Test func unavailableKernelSetsAndPrecisionsAreRefused() throws {
    for kernels in KernelSet.allCases where !kernels.isAvailable {
      let error = #expect(throws: NetworkError.self) {
        try Fixtures.network(Fixtures.path("ann_r18w4.pth"), options: NetworkOptions(kernels: kernels))
      }
      #expect(error?.code == .option)
    }
  }
}
