import CGDAL

/// Calls `body` with the crs of PROJ's registers that are like one, the likeliest first, until it answers something.
///
/// - Parameter least: the confidence, in percent, below which a crs is passed over.
func firstMatch<Result>(of handle: OGRSpatialReferenceH, least: Int32, _ body: (OGRSpatialReferenceH) -> Result?) -> Result? {
  var count: Int32 = 0
  var confidences: UnsafeMutablePointer<Int32>?
  guard let matches = OSRFindMatches(handle, nil, &count, &confidences) else { return nil }
  defer {
    OSRFreeSRSArray(matches)
    orthoweave_free(confidences)
  }
  for index in 0..<Int(count) where (confidences?[index] ?? 0) >= least {
    if let match = matches[index], let result = body(match) { return result }
  }
  return nil
}
