import CGDAL
import CGDALGate
import Foundation
import Synchronization

/// GDAL as this process uses it: a few drivers, a closed network, errors kept for the caller instead of printed, a fixed cache.
public enum GDALLibrary {
  /// Registers the drivers and sets the options that hold for the whole process. Cheap after the first call.
  ///
  /// Nobody else may call `GDALAllRegister`: GDAL 3.6 crashes, now and then, where two threads register drivers for the first time.
  public static func start() { _ = heldBack }

  /// Lets drivers open files that this program does not open by itself: those of `input.drivers`. Names in any case.
  ///
  /// - Throws: `unsupported` for a driver that does more than reading the file that it is given.
  public static func allow(_ drivers: [String]) throws(GeodataError) {
    start()
    for name in drivers where GDALGetDriverByName(name) == nil {
      if let reason = DriverTable.refused[name.lowercased()], name != "PostgreSQL" {
        throw GeodataError(
          .unsupported, file: "", reason: "the GDAL driver \(name) is not used, as it \(reason)",
          remedy: "remove it from input.drivers, and convert its files to GeoTIFF")
      }
      heldBack.register(name)
    }
  }

  /// Drivers that are registered, and those that are kept apart until a pipeline names them.
  private static let heldBack: HeldBackDrivers = {
    ProcessEnvironment.fix()
    let options = [
      // A folder of ten thousand sources is not listed again for each of them.
      "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
      // Statistics and the like are never written beside a source.
      "GDAL_PAM_ENABLED": "YES",
      // Same bytes every day: GeoPackage stamps and DBF dates.
      "OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",
      "GDAL_NUM_THREADS": "1",
      // Reading pixels of a damaged file is an error, never a warning that leaves zeros.
      "GTIFF_IGNORE_READ_ERRORS": "NO",
      "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES",
      // A VRT is data; code in it is never run.
      "GDAL_VRT_ENABLE_PYTHON": "NO",
      // No dataset of one source is handed to another that names the same file.
      "VRT_SHARED_SOURCE": "NO",
      // No query here needs its functions, which databases of others could call, and each opening would look for PROJ's tables again.
      "SPATIALITE_LOAD": "NO",
      // GDAL would take more options from the home folder and from /etc.
      "GDAL_CONFIG_FILE": "/dev/null",
      // Reading a compressed file would leave another one beside it.
      "CPL_VSIL_GZIP_WRITE_PROPERTIES": "NO",
      // A file that is fetched is asked for as it is now, and a server that says nothing is given up.
      "CPL_VSIL_CURL_NON_CACHED": "/vsicurl/:/vsis3/:/vsigs/:/vsiaz/",
      "GDAL_HTTP_CONNECTTIMEOUT": "30",
      "GDAL_HTTP_LOW_SPEED_LIMIT": "100",
      "GDAL_HTTP_LOW_SPEED_TIME": "60",
    ]
    for (key, value) in options { CPLSetConfigOption(key, value) }
    CPLSetErrorHandler(quietHandler)
    OSRSetPROJEnableNetwork(0)
    GDALAllRegister()
    orthoweave_gate_install()
    GDALSetCacheMax64(64_000_000)
    return HeldBackDrivers()
  }()

  /// The endings of file names, in lower case and without a dot, that each of GDAL's raster drivers names as its own, whether it may open files
  /// here or not.
  public static var endingsByDriver: [String: Set<String>] { heldBack.endings }

  /// GDAL's version as it names itself, such as "3.6.2".
  public static var version: String {
    String(cString: GDALVersionInfo("RELEASE_NAME"))
  }
}

/// The drivers that GDAL has, but for those of `DriverTable`.
private final class HeldBackDrivers: Sendable {
  /// By name in lower case.
  private let drivers: Mutex<[String: Driver]>
  /// Of all raster drivers that GDAL has.
  let endings: [String: Set<String>]

  /// GDAL never frees a driver, and guards its list of them by a lock of its own.
  private struct Driver: @unchecked Sendable { let handle: GDALDriverH }

  /// Takes all drivers out of GDAL that are not in the table.
  init() {
    endings = GDALLibrary.registeredEndings()
    let kept = Dictionary(uniqueKeysWithValues: DriverTable.kept.map { ($0.name, $0.use) })
    var others: [String: Driver] = [:]
    for index in stride(from: GDALGetDriverCount() - 1, through: 0, by: -1) {
      guard let driver = GDALGetDriver(index), let text = GDALGetDriverShortName(driver) else { continue }
      let name = String(cString: text)
      switch kept[name] {
      case .opens: break
      case .opensVectors: GDALSetMetadataItem(driver, GDAL_DCAP_RASTER, nil, nil)
      case .creates: orthoweave_gate_forbid_opening(driver)
      case .onDemand, nil:
        GDALDeregisterDriver(driver)
        others[name.lowercased()] = Driver(handle: driver)
      }
    }
    drivers = Mutex(others)
  }

  func register(_ name: String) {
    drivers.withLock { drivers in
      // GDAL adds it at the end of its list: a thread that goes through the list at the moment misses none.
      if let driver = drivers.removeValue(forKey: name.lowercased()) { GDALRegisterDriver(driver.handle) }
    }
  }
}

/// GDAL keeps the last error for `CPLGetLastErrorMsg`; nothing is printed.
private let quietHandler: CPLErrorHandler = { _, _, _ in }

/// The last CPL error of this thread, without its line breaks; empty where there is none.
func lastErrorMessage() -> String {
  guard let text = CPLGetLastErrorMsg() else { return "" }
  return String(cString: text)
    .split(whereSeparator: \.isNewline).joined(separator: " ")
    .trimmingCharacters(in: .whitespaces)
}

/// The one place where a CPL status becomes an error.
///
/// Clears the thread's error state, makes the call, and throws where the call answers a failure *or* where CPL holds one:
/// several GDAL functions return success and only leave an error behind.
func checked(
  _ code: GeodataError.Code, file: String, _ doing: String, remedy: String = "", _ call: () -> CPLErr
) throws(GeodataError) {
  CPLErrorReset()
  let status = call()
  guard status.rawValue >= CE_Failure.rawValue || CPLGetLastErrorType().rawValue >= CE_Failure.rawValue else { return }
  throw failure(code, file: file, doing, remedy: remedy)
}

/// The same for calls that answer with a handle or another optional value.
func checkedHandle<Value>(
  _ code: GeodataError.Code, file: String, _ doing: String, remedy: String = "", _ call: () -> Value?
) throws(GeodataError) -> Value {
  CPLErrorReset()
  guard let value = call() else { throw failure(code, file: file, doing, remedy: remedy) }
  return value
}

/// The same for OGR calls.
func checkedOGR(
  _ code: GeodataError.Code, file: String, _ doing: String, remedy: String = "", _ call: () -> OGRErr
) throws(GeodataError) {
  CPLErrorReset()
  guard call() != OGRERR_NONE else { return }
  throw failure(code, file: file, doing, remedy: remedy)
}

private func failure(
  _ code: GeodataError.Code, file: String, _ doing: String, remedy: String
) -> GeodataError {
  let message = lastErrorMessage()
  return GeodataError(
    code, file: file, reason: message.isEmpty ? "\(doing) failed" : "\(doing) failed (\(message))", remedy: remedy)
}
