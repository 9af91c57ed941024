import Foundation

struct Tree {
  var x: Double
  var y: Double
  var radius: Double
  var height: Float
  var color: Reflectance
  var isConifer: Bool
  var number: UInt32
}

/// Paints crowns, each a lumpy dome of its own.
struct TreePainter {
  let lumps: Noise

  init(world: World) { lumps = Noise(world.seed ^ 0x5001) }

  func paint(_ tree: Tree, on canvas: inout Canvas) {
    let reach = tree.radius * 1.25
    let inverse = Float(1 / tree.radius)
    let offset = Double(tree.number % 4093)
    canvas.forRectangle(x: tree.x, y: tree.y, angle: 0, length: reach * 2, width: reach * 2) { canvas, index, a, b in
      let distance = (a * a + b * b).squareRoot() * inverse
      let lump = lumps(Double(a) / (tree.radius * 0.52) + offset, Double(b) / (tree.radius * 0.52))
      let leaf = lumps(Double(a) / 0.62 + offset, Double(b) / 0.62 + offset)
      let edge = distance + 0.17 * lump + 0.07 * leaf
      guard edge < 1 else { return }
      let dome = tree.isConifer ? 1 - edge : (1 - edge * edge).squareRoot()
      let z = tree.height * (tree.isConifer ? 0.25 + 0.75 * dome : 0.45 + 0.55 * dome) + 0.55 * lump + 0.35 * leaf
      guard z > canvas.height[index] else { return }
      canvas.height[index] = z
      canvas.object[index] = tree.number
      canvas.classID[index] = SampleClass.vegetation.rawValue
      // Gaps between leaves are dark; sprays at the top are pale.
      canvas.color[index] = tree.color * (0.74 + 0.3 * dome + 0.3 * leaf + 0.14 * lump)
      canvas.gloss[index] = 0
    }
  }
}

extension World {
  /// The tree of a cell of 4.6 m, if one grows there; the cell's neighbors do not matter.
  ///
  /// - density: 0…1 and its kind, for a place.
  func trees(x0: Double, y0: Double, x1: Double, y1: Double, density: (Double, Double) -> (share: Float, kind: TreeKind)) -> [Tree] {
    let side = 4.6
    var result: [Tree] = []
    for row in Int((y0 / side).rounded(.down))...Int((y1 / side).rounded(.down)) {
      for column in Int((x0 / side).rounded(.down))...Int((x1 / side).rounded(.down)) {
        var dice = Dice(column, row, seed ^ 0x7EE)
        let x = (Double(column) + dice.unit()) * side
        let y = (Double(row) + dice.unit()) * side
        let (share, kind) = density(x, y)
        guard Float(dice.unit()) < share else { continue }
        let conifer = kind == .wood && woodNoise(x / 160 + 40, y / 160) + Float(dice.from(-0.3, to: 0.3)) > 0.22
        let radius: Double
        switch kind {
        case .wood: radius = conifer ? dice.from(1.7, to: 3.1) : dice.from(2.2, to: 4.9)
        case .hedge: radius = dice.from(1.3, to: 3.4)
        case .garden: radius = dice.chance(0.5) ? dice.from(0.8, to: 1.6) : dice.from(1.7, to: 3.8)
        case .single: radius = dice.from(2, to: 5.4)
        case .orchard: radius = dice.from(1.5, to: 2.1)
        case .bush: radius = dice.from(0.7, to: 1.7)
        }
        let shade = Float(dice.from(0.72, to: 1.28))
        let warm = Float(dice.from(0, to: 1))
        let leaf: Reflectance =
          conifer
          ? .screen(48, 64, 46, infrared: 0.3)
          : Reflectance.screen(64, 90, 42, infrared: 0.46).mixed(with: .screen(96, 108, 54, infrared: 0.5), warm * warm)
        let height = Float(radius) * (conifer ? 4.2 : 2.6) * Float(dice.from(0.8, to: 1.15)) + 0.8
        result.append(
          Tree(
            x: x, y: y, radius: radius, height: height, color: leaf * shade, isConifer: conifer,
            number: UInt32(truncatingIfNeeded: dice.next()) | 1))
      }
    }
    return result
  }
}

extension World {
  /// The planted trees of an orchard, in rows of 5 meters.
  func orchardTrees(of block: Block) -> [Tree] {
    var result: [Tree] = []
    var dice = Dice(block.seed ^ 0x0C4)
    var u = (block.u0 / 5).rounded(.up) * 5 + 5
    while u < block.u1 - 7 {
      var v = block.v0 + 8
      while v < block.v1 - 8 {
        let (x, y) = place(u: u, v: v)
        let missing = dice.chance(0.06)
        let radius = dice.from(1.3, to: 1.9)
        let shade = Float(dice.from(0.85, to: 1.2))
        let number = UInt32(truncatingIfNeeded: dice.next()) | 1
        v += 4.2
        if missing || smoothHeight(x, y) < 4.6 || abs(coastRoad(x, y)) < 8 || riverDistance(x, y) < 14 { continue }
        result.append(
          Tree(
            x: x, y: y, radius: radius, height: 3.6, color: .screen(84, 108, 54, infrared: 0.5) * shade, isConifer: false, number: number))
      }
      u += 5
    }
    return result
  }
}

enum TreeKind {
  case wood, hedge, garden, single, orchard, bush
}
