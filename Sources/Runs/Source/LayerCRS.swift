package import Geodata
package import RunState

/// The crs that a source's outputs are meant to be in, as a receipt keeps it: a code, or WKT where there is none; absent without a crs.
package struct LayerCRS: Codable, Equatable {
  package var raster: String?
  package var layers: String?

  package init(raster: CoordinateSystem?, layers: CoordinateSystem?) {
    self.raster = raster.map { $0.authority ?? $0.wkt }
    self.layers = layers.map { $0.authority ?? $0.wkt }
  }
}

extension Receipt {
  /// The crs of the published layers; `nil` where the receipt does not say it.
  package var layerCRS: LayerCRS? {
    guard case .object(let members)? = details, let value = members["crs"] else { return nil }
    return try? value.decoded(as: LayerCRS.self)
  }
}
