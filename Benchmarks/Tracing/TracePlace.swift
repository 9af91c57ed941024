import Foundation
import GeoTypes
import Geodata
import Glibc

/// The georeferencing that a map is given, and the classes of its layers.
struct TracePlace {
  /// UTM 45N.
  let crs: CoordinateSystem
  /// Pixels of 15 cm.
  let geotransform = Geotransform(352_000, 0.15, 0, 3_057_000, 0, -0.15)

  static let source = "bench/sheet"
  static let classNames = ["building", "land", "road", "vegetation", "water", "field"]

  static func name(_ classID: Int) -> String { classNames.indices.contains(classID) ? classNames[classID] : "class \(classID)" }

  init() throws { crs = try CoordinateSystem("EPSG:32645") }

  /// Waits until the file's bytes are on the disk.
  func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw TraceFailure("\(path): cannot be opened") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw TraceFailure("\(path): cannot be synced") }
  }
}
