public import Geodata

/// Sources of a merged layer, by their crs: one layer can hold those of one crs only.
public struct CRSGroups {
  private var groups: [(crs: CoordinateSystem?, names: [String])] = []

  public init() {}

  public var isEmpty: Bool { groups.isEmpty }

  /// Adds a source to the group of its crs; `nil` is a group of its own.
  public mutating func add(_ name: String, _ crs: CoordinateSystem?) {
    if let index = groups.firstIndex(where: { Self.isSame($0.crs, crs) }) {
      groups[index].names.append(name)
    } else {
      groups.append((crs, [name]))
    }
  }

  /// Why one layer cannot hold them all, in a sentence; `nil` where it can.
  public var conflict: String? {
    guard groups.count > 1 else { return nil }
    let systems = groups.map {
      "\($0.crs?.description ?? "no crs"): \($0.names.prefix(3).joined(separator: ", "))\($0.names.count > 3 ? ", …" : "")"
    }
    return "the sources differ in crs (\(systems.joined(separator: "; "))), so that no merged layer can be made"
  }

  private static func isSame(_ first: CoordinateSystem?, _ second: CoordinateSystem?) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    return first.isEquivalent(to: second)
  }
}
