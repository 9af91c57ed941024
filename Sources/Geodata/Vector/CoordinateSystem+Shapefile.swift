import CGDAL
import Synchronization

/// What a .prj loses of a crs, by its WKT, where it was asked before.
private let known = Mutex<[String: String?]>([:])

extension CoordinateSystem {
  /// Finds out whether the .prj of a Shapefile can say this crs: ESRI's form of WKT knows fewer kinds than others.
  ///
  /// - Throws: `unsupported` where it cannot, or where a reader would take it for another one.
  public func requireShapefile() throws(GeodataError) {
    let fault: String?
    if let found = known.withLock({ $0[wkt] }) {
      fault = found
    } else {
      fault = try shapefileFault()
      known.withLock {
        if $0.count >= 200 { $0 = [:] }
        $0[wkt] = .some(fault)
      }
    }
    guard let fault else { return }
    throw GeodataError(
      .unsupported, file: "", reason: "the .prj of a Shapefile cannot hold \(self): \(fault)",
      remedy: "leave shp out of output.formats, or set vectors.crs")
  }

  private func shapefileFault() throws(GeodataError) -> String? {
    let written = try withHandle { (handle) throws(GeodataError) -> CoordinateSystem? in
      var text: UnsafeMutablePointer<CChar>?
      let status = withStringList(["FORMAT=WKT1_ESRI"]) { OSRExportToWktEx(handle, &text, orthoweave_const_list($0)) }
      defer { orthoweave_free(text) }
      guard status == OGRERR_NONE, let text, let back = OSRNewSpatialReference(nil) else { return nil }
      defer { OSRDestroySpatialReference(back) }
      var lines: [UnsafeMutablePointer<CChar>?] = [text, nil]
      return OSRImportFromESRI(back, &lines) == OGRERR_NONE ? CoordinateSystem(handle: back) : nil
    }
    if let written { return difference(from: written, over: nil) } else { return "it has no such form" }
  }
}
