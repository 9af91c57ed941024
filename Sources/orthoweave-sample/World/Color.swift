/// Linear reflectance: red, green, blue, near infrared; 0…1.
typealias Reflectance = SIMD4<Float>

extension SIMD4<Float> {
  /// A color as one sees it on a screen (sRGB, 0…255), made linear, with near infrared beside.
  static func screen(_ red: Float, _ green: Float, _ blue: Float, infrared: Float) -> SIMD4<Float> {
    SIMD4(linear(red), linear(green), linear(blue), infrared)
  }

  private static func linear(_ value: Float) -> Float {
    let v = value / 255
    // sRGB's curve as a polynomial: exact enough for paint, and the same on every machine.
    return v * (v * (v * 0.305306011 + 0.682171111) + 0.012522878)
  }

  func mixed(with other: SIMD4<Float>, _ share: Float) -> SIMD4<Float> { self + (other - self) * share }
}

/// The paints.
enum Paint {
  static let grass = Reflectance.screen(92, 112, 62, infrared: 0.42)
  static let dryGrass = Reflectance.screen(150, 142, 96, infrared: 0.36)
  static let lawn = Reflectance.screen(92, 116, 64, infrared: 0.46)
  static let meadowFlower = Reflectance.screen(142, 148, 84, infrared: 0.42)
  static let youngCrop = Reflectance.screen(92, 122, 68, infrared: 0.5)
  static let beet = Reflectance.screen(58, 96, 46, infrared: 0.54)
  static let ripeCrop = Reflectance.screen(188, 168, 104, infrared: 0.38)
  static let rape = Reflectance.screen(182, 172, 76, infrared: 0.44)
  static let stubble = Reflectance.screen(178, 160, 122, infrared: 0.34)
  static let soil = Reflectance.screen(132, 108, 84, infrared: 0.24)
  static let darkSoil = Reflectance.screen(102, 82, 66, infrared: 0.2)
  static let sand = Reflectance.screen(212, 196, 160, infrared: 0.5)
  static let wetSand = Reflectance.screen(150, 134, 106, infrared: 0.22)
  static let gravel = Reflectance.screen(176, 168, 154, infrared: 0.32)
  static let rock = Reflectance.screen(122, 116, 108, infrared: 0.2)
  static let asphalt = Reflectance.screen(104, 104, 106, infrared: 0.13)
  static let freshAsphalt = Reflectance.screen(78, 78, 82, infrared: 0.08)
  static let concrete = Reflectance.screen(180, 176, 168, infrared: 0.36)
  static let paving = Reflectance.screen(150, 142, 134, infrared: 0.28)
  static let marking = Reflectance.screen(226, 226, 222, infrared: 0.55)
  static let dirtRoad = Reflectance.screen(182, 164, 134, infrared: 0.36)
  static let forestFloor = Reflectance.screen(58, 64, 42, infrared: 0.22)
  static let white = Reflectance.screen(236, 236, 232, infrared: 0.7)
  static let pool = Reflectance.screen(92, 186, 206, infrared: 0.04)
}
