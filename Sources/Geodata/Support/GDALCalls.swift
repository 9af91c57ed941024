import CGDAL
import Foundation

/// GDAL as this process uses it: drivers registered once, errors kept for the caller instead of printed, a fixed cache.
public enum GDALLibrary {
  /// Registers the drivers and sets the options that hold for the whole process. Cheap after the first call.
  ///
  /// Nobody else may call `GDALAllRegister`: GDAL 3.6 crashes, now and then, where two threads register drivers for the first time.
  public static func start() { _ = started }

  private static let started: Void = {
    let options = [
      // A folder of ten thousand sources is not listed anew for each of them.
      "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
      // Statistics and the like are never written beside a source.
      "GDAL_PAM_ENABLED": "YES",
      // Same bytes every day: GeoPackage stamps and DBF dates.
      "OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",
      // Proxies for PAM would be written into the home folder.
      "GDAL_PAM_PROXY_DIR": "",
      "GDAL_NUM_THREADS": "1",
      // Reading pixels of a damaged file is an error, never a warning that leaves zeros.
      "GTIFF_IGNORE_READ_ERRORS": "NO",
      "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES",
      // A VRT is data; code in it is never run.
      "GDAL_VRT_ENABLE_PYTHON": "NO",
    ]
    for (key, value) in options where !value.isEmpty { CPLSetConfigOption(key, value) }
    CPLSetErrorHandler(quietHandler)
    GDALAllRegister()
    GDALSetCacheMax64(64_000_000)
  }()

  /// GDAL's version as it names itself, such as "3.6.2".
  public static var version: String {
    String(cString: GDALVersionInfo("RELEASE_NAME"))
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
