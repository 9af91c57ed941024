import Foundation
import GeoTypes

/// Which sightings are of one object: those of one class, in frames of one pass, whose outlines overlap once each may move by its error.
///
/// Two objects that one frame shows apart stay apart, unless another frame shows one in the place of both that is about as large as they are
/// together: then the first frame shows it in pieces.
struct SightingGroups {
  /// How far outlines may lie apart, in standard errors of their distance.
  static let reach = 2.0
  /// How large an object has to be that another frame shows in pieces, as a share of the pieces.
  static let wholeShare = 0.75
  /// With how many later frames a sighting is compared; those behind them follow by way of these.
  static let neighbors = 16

  private let sightings: [Sighting]
  private var sets: DisjointSets
  /// Members of the set whose root each one is.
  private var members: [[Int]]
  /// Sightings whose outlines overlap as they are.
  private var overlapping: [Set<Int>]

  private struct Link {
    var first: Int
    var second: Int
    /// The distance of the outlines in meters, and as a share of what errors allow.
    var gap: Double
    var share: Double
  }

  /// - Parameters:
  ///   - candidates: pairs whose outlines have to be compared.
  ///   - gap: the distance of two outlines in meters, 0 where they overlap.
  /// - Returns: the groups of two and more, members in the order of the sightings.
  static func find(_ sightings: [Sighting], _ candidates: [(Int, Int)], gap: (Int, Int) throws -> Double) rethrows -> [[Int]] {
    var links: [Link] = []
    for (first, second) in candidates {
      let reach = reach(sightings[first], sightings[second])
      let gap = try gap(first, second)
      if gap <= reach { links.append(Link(first: first, second: second, gap: gap, share: reach > 0 ? gap / reach : 0)) }
    }
    var groups = SightingGroups(sightings)
    for link in links where link.gap == 0 {
      groups.overlapping[link.first].insert(link.second)
      groups.overlapping[link.second].insert(link.first)
    }
    // The likeliest first: what is one object for sure decides what else can be.
    links.sort { first, second in
      let (one, two) = (groups.offset(first), groups.offset(second))
      return (first.share, one, first.first, first.second) < (second.share, two, second.first, second.second)
    }
    for link in links { groups.join(link) }
    return groups.members.filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }

  private init(_ sightings: [Sighting]) {
    self.sightings = sightings
    sets = DisjointSets(count: sightings.count)
    members = sightings.indices.map { [$0] }
    overlapping = Array(repeating: [], count: sightings.count)
  }

  private static func reach(_ first: Sighting, _ second: Sighting) -> Double {
    reach * (first.sigma * first.sigma + second.sigma * second.sigma).squareRoot()
  }

  /// How far the middles of two sightings' boxes lie apart for their errors.
  private func offset(_ link: Link) -> Double {
    let (first, second) = (sightings[link.first], sightings[link.second])
    let north = (first.bounds.minY + first.bounds.maxY - second.bounds.minY - second.bounds.maxY) / 2
    let east = (first.bounds.minX + first.bounds.maxX - second.bounds.minX - second.bounds.maxX) / 2 * cos(first.bounds.minY * .pi / 180)
    return (north * north + east * east) / max(1e-9, first.sigma * first.sigma + second.sigma * second.sigma)
  }

  private mutating func join(_ link: Link) {
    let (first, second) = (Int(sets.find(UInt32(link.first))), Int(sets.find(UInt32(link.second))))
    guard first != second, areOne(members[first], members[second]) else { return }
    let root = Int(sets.unite(UInt32(first), UInt32(second)))
    let other = root == first ? second : first
    members[root] += members[other]
    members[other] = []
  }

  /// Whether no frame that shows something of both speaks against it.
  private func areOne(_ first: [Int], _ second: [Int]) -> Bool {
    let shared = Set(first.map { sightings[$0].source }).intersection(second.map { sightings[$0].source })
    return shared.allSatisfy { frame in
      let others = (first + second).filter { sightings[$0].source != frame }
      func pieces(_ group: [Int], under whole: Int) -> Double {
        group.reduce(0) { $0 + (sightings[$1].source == frame && overlapping[whole].contains($1) ? sightings[$1].area : 0) }
      }
      return others.contains { whole in
        let (one, two) = (pieces(first, under: whole), pieces(second, under: whole))
        return one > 0 && two > 0 && sightings[whole].area >= Self.wholeShare * (one + two)
      }
    }
  }

  // MARK: - Candidates

  /// Pairs whose boxes lie near enough, the one of the earlier source first; sorted by sources, so that who reads outlines has neighbors at hand.
  ///
  /// - Parameter moments: when each source was taken; `nil` where that is not known.
  static func candidates(_ sightings: [Sighting], _ moments: [FrameMoment?]) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    for group in Dictionary(grouping: sightings.indices, by: { sightings[$0].classID }).values {
      let ordered = group.sorted { (sightings[$0].bounds.minX, $0) < (sightings[$1].bounds.minX, $1) }
      let sigma = group.reduce(0) { max($0, sightings[$1].sigma) }
      let width = group.reduce(0) { max($0, sightings[$1].bounds.maxX - sightings[$1].bounds.minX) }
      for index in group {
        let own = sightings[index]
        let margin = degrees(reach * (own.sigma * own.sigma + sigma * sigma).squareRoot(), at: own.bounds)
        var found: [Int] = []
        var position = firstIndex(of: ordered) { sightings[$0].bounds.minX >= own.bounds.minX - width - margin.x }
        while position < ordered.count, sightings[ordered[position]].bounds.minX <= own.bounds.maxX + margin.x {
          let other = ordered[position]
          position += 1
          let bounds = sightings[other].bounds
          guard sightings[other].source > own.source, bounds.maxX >= own.bounds.minX - margin.x, bounds.maxY >= own.bounds.minY - margin.y,
            bounds.minY <= own.bounds.maxY + margin.y,
            FrameMoment.mayBeOnePass(moments[own.source], moments[sightings[other].source])
          else { continue }
          found.append(other)
        }
        let nearest = Set(Set(found.map { sightings[$0].source }).sorted().prefix(neighbors))
        pairs += found.filter { nearest.contains(sightings[$0].source) }.map { (index, $0) }
      }
    }
    return pairs.sorted {
      let (one, two) = ((sightings[$0.0].source, sightings[$0.1].source), (sightings[$1.0].source, sightings[$1.1].source))
      return one == two ? $0 < $1 : one < two
    }
  }

  /// Meters as degrees of longitude and latitude, rather too many.
  private static func degrees(_ meters: Double, at bounds: Bounds) -> Point {
    let latitude = min(89.9, max(abs(bounds.minY), abs(bounds.maxY)))
    return Point(x: meters / (110_000 * cos(latitude * .pi / 180)), y: meters / 110_000)
  }

  /// The first position of a sorted list at which a condition holds.
  private static func firstIndex(of list: [Int], where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(list[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
