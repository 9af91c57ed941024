import Drawing
import Foundation
import Geodata
import NeuralNetwork
import Runs

/// What this machine and its libraries can do, for people who wonder why a run is slow or fails.
public struct DoctorRequest: Sendable {
  public init() {}

  /// What was found on this machine.
  public struct Report: Sendable, Encodable {
    /// One thing that was checked.
    public struct Check: Sendable, Encodable {
      public var name: String
      public var value: String
      public var isFine: Bool
    }

    public var checks: [Check]
    public var isFine: Bool { checks.allSatisfy(\.isFine) }
  }

  /// Checks libraries, drivers, kernels and speed; takes some seconds.
  public func perform() -> Report {
    var checks: [Report.Check] = []
    func add(_ name: String, _ value: String, _ isFine: Bool = true) { checks.append(.init(name: name, value: value, isFine: isFine)) }
    for (name, version) in Versions.current.table.sorted(by: { $0.key < $1.key }) { add(name, version, version != "none") }
    for driver in [
      "GTiff", "COG", "JPEG", "PNG", "JP2OpenJPEG", "VRT", "GPKG", "ESRI Shapefile", "CSV", "GeoJSON", "FlatGeobuf", "PostgreSQL",
    ] {
      let has = GDALLibrary.hasDriver(driver)
      add("GDAL driver \(driver)", has ? "there" : "missing", has || ["JP2OpenJPEG", "PostgreSQL", "VRT"].contains(driver))
    }
    do {
      let utm = try CoordinateSystem("EPSG:32633")
      _ = try CoordinateTransformation(from: utm, to: CoordinateSystem("EPSG:4326"))
      add("PROJ data", "found")
    } catch { add("PROJ data", "\(error)", false) }
    let scripts = InstalledFonts.scripts
    add(
      "letters for previews",
      (scripts.there.isEmpty ? "none" : scripts.there.joined(separator: ", "))
        + (scripts.missing.isEmpty ? "" : "; boxes for \(scripts.missing.joined(separator: ", ")): install a font, such as fonts-noto-cjk"),
      !scripts.missing.contains("Latin"))
    add("cores allowed", "\(Machine.cores)")
    let memory = AllowedMemory.current
    add("memory allowed", "\(bytes(memory.bytes)) by \(memory.source)")
    let set = KernelSet.best
    add(
      "kernel set", "\(set.rawValue) (available: \(KernelSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")))",
      set != .portable)
    let speed = KernelSpeed(set: set)
    add("OpenBLAS kernel", LinearAlgebraLibrary.kernel)
    add("arithmetic in registers", String(format: "%.0f GFLOP/s on a core", speed.possible / 1e9))
    let share = speed.product / speed.possible
    add(
      "product 4096 × 256 × 256",
      String(format: "%.0f GFLOP/s on a core, %.0f %% of that", speed.product / 1e9, share * 100), share > 0.5)
    return Report(checks: checks)
  }
}
