import CGDAL
import Synchronization

/// The text of a .prj and what it loses of a crs, by the crs's WKT, where it was asked before.
private let known = Mutex<[String: (text: String?, fault: String?)]>([:])

extension CoordinateSystem {
  /// Finds out whether the .prj of a Shapefile can say this crs: ESRI's form of WKT knows fewer kinds than others.
  ///
  /// - Throws: `unsupported` where it cannot, or where a reader would take it for another one.
  public func requireShapefile() throws(GeodataError) {
    guard let fault = try esriForm().fault else { return }
    throw GeodataError(
      .unsupported, file: "", reason: "the .prj of a Shapefile cannot hold \(self): \(fault)",
      remedy: "leave shp out of output.formats, or set vectors.crs")
  }

  /// The crs as a .prj has it; `nil` where that cannot say it.
  func esriText() throws(GeodataError) -> String? {
    let form = try esriForm()
    return form.fault == nil ? form.text : nil
  }

  /// The text of a .prj, and why a reader would take it for another crs; `nil` where it would not.
  private func esriForm() throws(GeodataError) -> (text: String?, fault: String?) {
    if let found = known.withLock({ $0[wkt] }) { return found }
    let form = try madeForm()
    known.withLock {
      if $0.count >= 200 { $0 = [:] }
      $0[wkt] = form
    }
    return form
  }

  private func madeForm() throws(GeodataError) -> (text: String?, fault: String?) {
    let found = try withHandle { (handle) throws(GeodataError) -> (text: String, back: CoordinateSystem)? in
      var text: UnsafeMutablePointer<CChar>?
      let status = withStringList(["FORMAT=WKT1_ESRI"]) { OSRExportToWktEx(handle, &text, orthoweave_const_list($0)) }
      defer { orthoweave_free(text) }
      guard status == OGRERR_NONE, let text, let back = OSRNewSpatialReference(nil) else { return nil }
      defer { OSRDestroySpatialReference(back) }
      var lines: [UnsafeMutablePointer<CChar>?] = [text, nil]
      guard OSRImportFromESRI(back, &lines) == OGRERR_NONE, let read = CoordinateSystem(handle: back) else { return nil }
      return (String(cString: text), read)
    }
    guard let found else { return (nil, "it has no such form") }
    return (found.text, difference(from: found.back, over: nil))
  }
}
