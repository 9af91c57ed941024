/// Turns the stair steps of an arc into long straight lines that cannot meet another border.
///
/// Each side of a pixel along the arc is crossed by a gate: the line between the centers of the two pixels that it parts, less a margin at either
/// end. A line that passes an arc's gates in their order, one after the other, stays in the squares between pixel centers around the arc's own
/// corners, which no other arc enters but at a node. So every arc can be drawn alone: no gap, no overlap, no crossing, and every pixel's center
/// stays on its side.
///
/// Lines run from gate to gate, each as far as it can; corners between two straight sides of three pixels and more stay. Then vertices slide
/// along their gates until the arc has as much area on either side as the exact border.
struct ArcSmoother {
  /// A point is written in parts of a pixel: 1 / 2^shift.
  let shift: Int32
  private let unit: Double
  /// The raster's last corner: its four corners stay, so that nothing leaves the raster.
  private let frame: Vertex

  /// How far from its middle a gate reaches; what the last check allows, for rounding.
  private static let reach = 0.4922
  private static let outerReach = 0.4961

  init(shift: Int32, frame: Vertex) {
    self.shift = shift
    self.frame = frame
    unit = Double(1 << Int(shift))
  }

  /// The arc in parts of a pixel: smoothed, or as it is where nothing is gained.
  ///
  /// - Parameters:
  ///   - points: Pixel corners from node to node; a closed arc ends with its first point.
  ///   - isRound: Whether the arc is closed without a node, so that its first point may go, too.
  func smooth(_ points: [Vertex], isRound: Bool) -> [Vertex] {
    let exact = points.map { Vertex(x: $0.x << shift, y: $0.y << shift) }
    guard points.count > 2 else { return exact }
    let path = GatePath(points, isRound: isRound, frame: frame)
    var line = path.straightened(reach: Self.reach)
    guard !line.isEmpty, line.count < points.count || isRound else { return exact }
    let allowed = 1e-4 * Double(path.gates)
    for _ in 0..<3 {
      if path.balance(&line, reach: Self.reach, outerReach: Self.outerReach, unit: unit) <= allowed {
        guard line.count <= points.count else { return exact }
        return line.map { stop in
          let place = path.position(of: stop)
          return Vertex(x: Int32((place.x * unit).rounded()), y: Int32((place.y * unit).rounded()))
        }
      }
      path.refine(&line)
      if line.count >= points.count { break }
    }
    return exact
  }
}

/// A place on the way along an arc: a pixel corner (`gate` even: corner gate / 2) or a point on a gate (odd: gate (gate - 1) / 2).
private struct Stop {
  var gate: Int
  /// How far to the side of the gate's middle.
  var offset = 0.0
  var isCorner: Bool { gate & 1 == 0 }
}

private struct Place {
  var x: Double
  var y: Double
}

/// An arc as the gates that it passes. Places along it are counted in half steps: corner 0 is 0, the first gate 1, corner 1 is 2, and so on.
private struct GatePath {
  let isClosed: Bool
  /// The corners after each step of one pixel, the first one included.
  private let corners: [Vertex]
  /// Whether a corner must stay.
  private let stays: [Bool]

  var gates: Int { corners.count - 1 }

  init(_ points: [Vertex], isRound: Bool, frame: Vertex) {
    var points = points
    isClosed = isRound
    func side(_ index: Int) -> Int {
      Int(abs(points[index + 1].x - points[index].x)) + Int(abs(points[index + 1].y - points[index].y))
    }
    // A corner stays between two sides of three pixels and more.
    let least = 3
    func isSquare(_ index: Int) -> Bool {
      if points[index].isCorner(of: frame) { return true }
      if index == 0 || index == points.count - 1 {
        return isRound && side(0) >= least && side(points.count - 2) >= least
      }
      return side(index - 1) >= least && side(index) >= least
    }
    if isClosed, !isSquare(0), let start = points.indices.first(where: { isSquare($0) }) {
      // A ring begins at a corner that stays, if it has one.
      points = Array(points[start..<points.count - 1] + points[0...start])
    }
    var corners: [Vertex] = [points[0]]
    var stays: [Bool] = [!isClosed || isSquare(0)]
    for index in 1..<points.count {
      var here = points[index - 1]
      let (dx, dy) = ((points[index].x - here.x).signum(), (points[index].y - here.y).signum())
      while here != points[index] {
        here = Vertex(x: here.x + dx, y: here.y + dy)
        corners.append(here)
        stays.append(false)
      }
      stays[stays.count - 1] = index == points.count - 1 ? stays[0] : isSquare(index)
    }
    self.corners = corners
    self.stays = stays
  }

  func position(of stop: Stop) -> Place {
    if stop.isCorner { return Place(x: Double(corners[stop.gate / 2].x), y: Double(corners[stop.gate / 2].y)) }
    let (middle, direction) = gate(stop.gate / 2 % gates)
    return Place(x: middle.x - direction.y * stop.offset, y: middle.y + direction.x * stop.offset)
  }

  /// A gate's middle and the direction of the step that it crosses.
  private func gate(_ index: Int) -> (middle: Place, direction: Place) {
    let (a, b) = (corners[index], corners[index + 1])
    return (
      Place(x: Double(a.x + b.x) / 2, y: Double(a.y + b.y) / 2), Place(x: Double(b.x - a.x), y: Double(b.y - a.y))
    )
  }

  /// What lies straight ahead of a stop.
  private struct View {
    /// A corner that a line must stop at, or the end, if it is seen.
    var end: Stop?
    /// The gates that a straight line reaches, one after the other, and between which offsets.
    var gates: [(gate: Int, from: Double, to: Double)] = []
    var reach: Int { end?.gate ?? gates.last?.gate ?? -1 }
  }

  /// The stops of a line that passes all gates in few straight pieces.
  ///
  /// Each piece goes as far as a straight line can. Where on the last gates it stops is chosen by what lies ahead from there: a long straight wall is seen
  /// only from places that are nearly on it.
  func straightened(reach: Double) -> [Stop] {
    // A ring without a corner that stays begins and ends on its first gate.
    var line = [stays[0] ? Stop(gate: 0) : Stop(gate: 1)]
    let last = stays[0] ? 2 * gates : 2 * gates + 1
    var here = view(from: line[0], last: last, reach: reach)
    while true {
      if let end = here.end {
        line.append(end)
        if end.gate == last { return line }
        here = view(from: end, last: last, reach: reach)
        continue
      }
      var best: (stop: Stop, view: View)?
      for back in [0, 1, 3] where back < here.gates.count {
        let window = here.gates[here.gates.count - 1 - back]
        let margin = 0.1 * (window.to - window.from)
        let (from, to) = (window.from + margin, window.to - margin)
        for offset in [min(max(0, from), to), from, to] {
          let stop = Stop(gate: window.gate, offset: offset)
          let ahead = view(from: stop, last: last, reach: reach)
          if ahead.reach > best?.view.reach ?? -1 { best = (stop, ahead) }
        }
      }
      guard let best else { return [] }
      line.append(best.stop)
      here = best.view
    }
  }

  private func view(from start: Stop, last: Int, reach: Double) -> View {
    let origin = position(of: start)
    var view = View()
    var (lower, upper): (Place?, Place?) = (nil, nil)
    guard start.gate < last else { return view }
    for place in start.gate + 1...last {
      if place & 1 == 0 {
        // A corner is a stop only where it must stay, and then no line runs past it.
        if stays[place / 2] || place == last {
          if sees(position(of: Stop(gate: place)), origin, lower, upper) { view.end = Stop(gate: place) }
          return view
        }
        continue
      }
      let (middle, direction) = gate(place / 2 % gates)
      let (x, y) = (middle.x - origin.x, middle.y - origin.y)
      let ahead = x * direction.x + y * direction.y
      if ahead <= 0.003 { return view }
      if place == last {
        // A ring ends where it began.
        if sees(middle, origin, lower, upper) { view.end = Stop(gate: place) }
        return view
      }
      let first = Place(x: x + direction.y * reach, y: y - direction.x * reach)
      let second = Place(x: x - direction.y * reach, y: y + direction.x * reach)
      if let old = lower { if cross(old, first) > 0 { lower = first } } else { lower = first }
      if let old = upper { if cross(old, second) < 0 { upper = second } } else { upper = second }
      guard let low = lower, let high = upper, cross(low, high) > 0 else { return view }
      // Where the outermost lines meet the gate.
      func offset(_ way: Place) -> Double {
        let part = ahead / (way.x * direction.x + way.y * direction.y)
        return -(part * way.x - x) * direction.y + (part * way.y - y) * direction.x
      }
      view.gates.append((place, offset(low), offset(high)))
    }
    return view
  }

  private func sees(_ target: Place, _ origin: Place, _ lower: Place?, _ upper: Place?) -> Bool {
    let way = Place(x: target.x - origin.x, y: target.y - origin.y)
    if let lower, cross(lower, way) < 0 { return false }
    if let upper, cross(upper, way) > 0 { return false }
    return true
  }

  private func cross(_ a: Place, _ b: Place) -> Double { a.x * b.y - a.y * b.x }

  /// Slides stops along their gates until the line has the exact border's area on either side; returns what is missing, in square pixels.
  func balance(_ line: inout [Stop], reach: Double, outerReach: Double, unit: Double) -> Double {
    let turnsAround = isClosed && !stays[0]
    var places = line.map { position(of: $0) }
    var missing = exactArea() - area(places)
    let movable = line.indices.filter { !line[$0].isCorner && !(turnsAround && $0 == line.count - 1) }
    func neighbors(_ index: Int) -> (Int, Int) {
      turnsAround && index == 0 ? (line.count - 2, 1) : (index - 1, index + 1)
    }
    /// The area that a stop's step of one pixel along its gate brings.
    func gain(_ index: Int) -> Double {
      let (a, b) = neighbors(index)
      let direction = gate(line[index].gate / 2 % gates).direction
      return cross(Place(x: -direction.y, y: direction.x), Place(x: places[b].x - places[a].x, y: places[b].y - places[a].y)) / 2
    }
    func move(_ index: Int, by wanted: Double) {
      let rate = gain(index)
      guard abs(rate) > 1e-9 else { return }
      let old = line[index].offset
      var step = min(max(old + wanted, -reach), reach) - old
      for _ in 0..<5 {
        let offset = ((old + step) * unit).rounded() / unit
        if offset == old { return }
        line[index].offset = offset
        if turnsAround, index == 0 { line[line.count - 1].offset = offset }
        places[index] = position(of: line[index])
        if turnsAround, index == 0 { places[line.count - 1] = places[0] }
        let (a, b) = neighbors(index)
        if fits(line[a], line[index], wraps: turnsAround && index == 0, outerReach), fits(line[index], line[b], wraps: false, outerReach) {
          missing -= (offset - old) * rate
          return
        }
        line[index].offset = old
        if turnsAround, index == 0 { line[line.count - 1].offset = old }
        places[index] = position(of: line[index])
        if turnsAround, index == 0 { places[line.count - 1] = places[0] }
        step /= 2
      }
    }
    for round in 0..<6 {
      if abs(missing) < 1e-6 || movable.isEmpty { break }
      if round < 2 {
        // All share in what is missing, those with a long base most.
        let rates = movable.map { gain($0) }
        let squares = rates.reduce(0) { $0 + $1 * $1 }
        guard squares > 0 else { break }
        let share = missing / squares
        for (index, rate) in zip(movable, rates) { move(index, by: share * rate) }
      } else {
        for index in movable {
          let rate = gain(index)
          if abs(rate) > 1e-9 { move(index, by: missing / rate) }
          if abs(missing) < 1e-6 { break }
        }
      }
    }
    return abs(exactArea() - area(line.map { position(of: $0) }))
  }

  /// Puts a stop on the middle gate of each piece that has one.
  func refine(_ line: inout [Stop]) {
    var finer: [Stop] = [line[0]]
    for index in 1..<line.count {
      let (a, b) = (line[index - 1], line[index])
      let middle = ((a.gate + b.gate) / 2) | 1
      if middle > a.gate, middle < b.gate, middle / 2 < gates {
        // On the line as it is, so that it still passes.
        let (from, to) = (position(of: a), position(of: b))
        let (center, direction) = gate(middle / 2)
        let along = (to.x - from.x) * direction.x + (to.y - from.y) * direction.y
        if along > 0 {
          let part = ((center.x - from.x) * direction.x + (center.y - from.y) * direction.y) / along
          let (x, y) = (from.x + part * (to.x - from.x) - center.x, from.y + part * (to.y - from.y) - center.y)
          finer.append(Stop(gate: middle, offset: -x * direction.y + y * direction.x))
        }
      }
      finer.append(b)
    }
    line = finer
  }

  /// Whether the line between two stops passes all gates between them.
  private func fits(_ a: Stop, _ b: Stop, wraps: Bool, _ reach: Double) -> Bool {
    let (from, to) = (position(of: a), position(of: b))
    let last = wraps ? 2 * gates + 1 : b.gate
    var place = (a.gate + 1) | 1
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    if !b.isCorner {
      let direction = gate(b.gate / 2 % gates).direction
      if dx * direction.x + dy * direction.y <= 0.05 { return false }
    }
    if !a.isCorner {
      let direction = gate(a.gate / 2 % gates).direction
      if dx * direction.x + dy * direction.y <= 0.05 { return false }
    }
    while place < last {
      let (middle, direction) = gate(place / 2 % gates)
      let along = dx * direction.x + dy * direction.y
      if along <= 0 { return false }
      let part = ((middle.x - from.x) * direction.x + (middle.y - from.y) * direction.y) / along
      let aside = -(from.x + part * dx - middle.x) * direction.y + (from.y + part * dy - middle.y) * direction.x
      if part <= 0 || part >= 1 || abs(aside) > reach { return false }
      place += 2
    }
    return true
  }

  /// The signed area under the exact border, up to a term that its ends decide.
  private func exactArea() -> Double {
    var sum = 0
    for index in 1..<corners.count {
      let (a, b) = (corners[index - 1], corners[index])
      sum += Int(a.x - corners[0].x) * Int(b.y - corners[0].y) - Int(b.x - corners[0].x) * Int(a.y - corners[0].y)
    }
    return Double(sum) / 2
  }

  private func area(_ places: [Place]) -> Double {
    var sum = 0.0
    let (x, y) = (Double(corners[0].x), Double(corners[0].y))
    for index in 1..<places.count {
      let (a, b) = (places[index - 1], places[index])
      sum += (a.x - x) * (b.y - y) - (b.x - x) * (a.y - y)
    }
    return sum / 2
  }
}
