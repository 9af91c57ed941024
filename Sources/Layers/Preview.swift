public import GeoTypes

public final class Preview {
  public func draw(_ polygons: [Polygon], classID: Int) {}
}
