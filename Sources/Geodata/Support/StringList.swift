import CGDAL

/// A CSL string list ("KEY=VALUE" options, metadata) for the time of one call.
///
/// - Parameters:
///   - strings: the entries.
///   - body: gets the list, which GDAL must not keep.
func withStringList<Result, Failure: Error>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) throws(Failure) -> Result
) throws(Failure) -> Result {
  var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  for string in strings { list = CSLAddString(list, string) }
  defer { CSLDestroy(list) }
  return try body(list)
}

/// The entries of a list that GDAL keeps.
func strings(of list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
  guard let list else { return [] }
  var result: [String] = []
  var index = 0
  while let entry = list[index] {
    result.append(String(cString: entry))
    index += 1
  }
  return result
}
