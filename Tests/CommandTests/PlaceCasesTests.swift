import Foundation
import TestSupport
import Testing

/// The shared cases of places, as whole runs: exit code and messages.
@Suite(.enabled(if: Places.shared.map { FileManager.default.fileExists(atPath: $0 + "/cases/rasters") } ?? false, "needs ../shared/cases"))
struct PlaceCasesTests {
  @Test(arguments: [
    ("crs-utm-us-ft", 0, "1 done"), ("geojson-modis-h18v00", 3, "the north pole lies in it (column 0, row 0)"),
    ("modis-pole-h18v00", 3, "the north pole lies in it"), ("gcps-tps-bent", 0, "m rms"), ("latlon-swapped-4326", 3, "latitudes of"),
    ("mosaic-half-pixel", 0, "2.tif lies 0.40 × 0.48 pixels off"),
    ("mosaic-overview-sheet", 3, "1 of its 3 sheets does not fit the others"),
    ("mosaic-south-up-one", 3, "2.tif (its rows run from south to north)"), ("southpole-station-3031", 0, "1 done"),
    ("sinusoidal-default", 0, "lie off the earth"), ("geocentric-4978", 3, "leave shp out of output.formats"),
    ("lat-over-90", 0, "latitude of 90.5°"), ("mars", 3, "leave geojson out of output.formats"),
    ("area-geojson-utm-no-crs", 3, "give a GeoPackage"),
  ])
  func sharedCase(_ name: String, _ status: Int, _ words: String) throws {
    let shared = try #require(Places.shared)
    let folder = try TemporaryFolder("place")
    let start = ContinuousClock.now
    let result = try Program.orthoweave(
      "run", "pipeline.yaml", in: "\(shared)/cases/rasters/\(name)",
      environment: ["ORTHOWEAVE_MODEL": Places.sampleData + "/models/sample.pth", "ORTHOWEAVE_OUT": folder("out")])
    #expect(Int(result.status) == status && result.error.contains(words), "\(result.error)")
    #expect(result.error.split(separator: "\n").allSatisfy { $0.utf8.count < 700 }, "\(result.error)")
    #expect(ContinuousClock.now - start < .seconds(60))
    guard status == 0 else { return }
    let verified = try Program.orthoweave("verify", "--deep", folder("out/\(name)"))
    #expect(verified.status == 0, "\(verified.error)")
  }
}
