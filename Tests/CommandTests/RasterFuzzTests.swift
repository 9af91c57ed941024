import TestSupport
import Testing

/// A sample of `make fuzz`.
@Suite(.enabled(if: Places.hasShared && Program.find("python3") != nil, "the shared test data or python3 are not here"))
struct RasterFuzzTests {
  @Test(arguments: [("plan", 1000), ("run", 100)])
  func mutatedRastersAreDoneOrRefusedAndNothingElseHappens(mode: String, count: Int) throws {
    let scene = try TemporaryFolder("fuzz")
    let environment = [
      "ORTHOWEAVE_BINARY": Program.orthoweave, "ORTHOWEAVE_SHARED": Places.shared ?? "", "FUZZ_FOUND": scene("found"), "FUZZ_SEED": "7",
    ]
    let result = try Program.run(
      Places.root + "/scripts/fuzz-rasters", [mode, "\(count)"], in: scene.path, environment: environment, seconds: 900)
    print(result.output.split(separator: "\n").last ?? "")
    #expect(result.status == 0, "\(result.output.suffix(2000))\(result.error.suffix(1000))")
  }
}
