extension String {
  /// The text as a part of a URL (RFC 3986): all but unreserved characters as the numbers of their bytes.
  ///
  /// - Parameter kept: characters that stay as well, such as the slashes of a path.
  package func percentEncoded(keeping kept: String = "") -> String {
    let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~\(kept)".utf8)
    return utf8.map { byte in
      if unreserved.contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}
