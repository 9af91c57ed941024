import CGDAL
import Foundation

/// Why GDAL's network file systems could not do something, in words of this program: what servers answer may repeat parts of secrets.
struct RemoteFailure: Error {
  var reason: String
  var remedy = ""
  /// Whether another try may succeed.
  var isTransient = false

  private static let credentials = "check the credentials in the environment (AWS_…, GS_…, AZURE_…), or the URL's signature"

  static let ofArchive = RemoteFailure(reason: "it is not in the archive, or the archive cannot be read", remedy: "check the address")

  func error(_ address: RemoteAddress) -> GeodataError { GeodataError(.unreadable, file: address.text, reason: reason, remedy: remedy) }

  /// Whether the thread's last call met a server that sends whole files only.
  static var isOfServerWithoutRanges: Bool { lastErrorMessage().contains("Range downloading not supported") }

  /// What the thread's last call met.
  static func last() -> RemoteFailure {
    let number = Int32(VSIGetLastErrorNo())
    let text = VSIGetLastErrorMsg().map { String(cString: $0) } ?? ""
    let all = text + " " + lastErrorMessage()
    switch number {
    case VSIE_AWSAccessDenied, VSIE_AWSInvalidCredentials, VSIE_AWSSignatureDoesNotMatch:
      return RemoteFailure(reason: "access is denied, or credentials are missing", remedy: credentials)
    case VSIE_AWSBucketNotFound: return RemoteFailure(reason: "there is no such bucket", remedy: "correct the address")
    case VSIE_AWSObjectNotFound: return RemoteFailure(reason: "there is no such file", remedy: "correct the address")
    default: break
    }
    if let code = status(in: all) { return of(code) }
    if let range = all.range(of: "CURL error: ") {
      // curl names the host, not the path.
      let told = all[range.upperBound...].prefix { $0 != "?" }.prefix(200)
      return RemoteFailure(
        reason: "the server cannot be reached (\(told.trimmingCharacters(in: .whitespaces)))", remedy: "check the network",
        isTransient: true)
    }
    return RemoteFailure(
      reason: "the server gives no usable answer", remedy: "check the address, the network and the credentials", isTransient: true)
  }

  private static func of(_ code: Int) -> RemoteFailure {
    switch code {
    case 401, 403: RemoteFailure(reason: "access is denied (HTTP status \(code))", remedy: credentials)
    case 404, 410: RemoteFailure(reason: "there is no such file (HTTP status \(code))", remedy: "correct the address")
    case 408, 425, 429, 500...599:
      RemoteFailure(reason: "the server fails (HTTP status \(code))", remedy: "try again later", isTransient: true)
    default: RemoteFailure(reason: "the server refuses (HTTP status \(code))", remedy: "check the address")
    }
  }

  /// "HTTP response code: 404 - …", "HTTP error code : 503".
  private static func status(in text: String) -> Int? {
    guard let match = text.firstMatch(of: /HTTP (?:response|error) code(?: on [^ ]*)? ?: ?([0-9]{3})/) else { return nil }
    return Int(match.1)
  }
}
