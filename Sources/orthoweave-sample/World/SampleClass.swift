/// The sample classes, by the ids of the class raster.
enum SampleClass: UInt8, CaseIterable {
  case building, road, vegetation, water, bareLand, oilSlick, ship

  var name: String {
    switch self {
    case .building: "building"
    case .road: "road"
    case .vegetation: "vegetation"
    case .water: "water"
    case .bareLand: "bare land"
    case .oilSlick: "oil slick"
    case .ship: "ship"
    }
  }

  /// Red, green, blue; the same as in SampleData/training/config.py.
  var color: (UInt8, UInt8, UInt8) {
    switch self {
    case .building: (200, 62, 58)
    case .road: (122, 122, 134)
    case .vegetation: (74, 142, 66)
    case .water: (58, 124, 190)
    case .bareLand: (214, 188, 132)
    case .oilSlick: (84, 44, 112)
    case .ship: (250, 196, 24)
    }
  }
}
