import ArgumentParser
import Foundation

/// The least ratios that a change may leave, from a file: what must not get slower, whatever the machine.
struct Limits: Decodable {
  /// By kernel set and kernel: the rate over that of multiply-adds in registers, of the same run. Above 1 where an algorithm saves operations.
  var kernels: [String: [String: Double]]
  /// By map: how many times faster than GDALPolygonize, to rings in memory.
  var trace: [String: Double]
  /// By map: how many times faster than GDALPolygonize, to a GeoPackage.
  var geopackage: [String: Double]

  /// - Throws: `ValidationError` where the file cannot be read or is not a table of limits.
  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else { throw ValidationError("\(path): cannot be read") }
    do { self = try JSONDecoder().decode(Limits.self, from: data) } catch {
      throw ValidationError("\(path): is not a table of limits (\(error))")
    }
  }

  /// A ratio that was measured.
  struct Ratio {
    var name: String
    var measured: Double
    var least: Double
  }

  /// Writes a line to standard error for each ratio under its limit.
  ///
  /// - Throws: `ExitCode.failure` if there is one, or if nothing was compared.
  static func check(_ ratios: [Ratio]) throws {
    guard !ratios.isEmpty else { throw ValidationError("none of the limits is for what was measured") }
    let missed = ratios.filter { $0.measured < $0.least }
    for ratio in missed {
      say(ratio.name + String(format: ": a ratio of %.2f; the limit is %.2f", ratio.measured, ratio.least))
    }
    guard missed.isEmpty else { throw ExitCode.failure }
    say("\(ratios.count) ratios are within their limits")
  }

  /// To standard error: standard output may be JSON.
  private static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
