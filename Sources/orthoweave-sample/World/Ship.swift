import Foundation

enum ShipKind {
  case freighter, tanker, container, ferry, trawler, motorboat, yacht
}

struct Ship {
  var x: Double
  var y: Double
  /// Where the bow points.
  var angle: Double
  var length: Double
  var beam: Double
  var kind: ShipKind
  /// 0 at anchor … 1 at full speed.
  var speed: Double
  var hull: Reflectance
  var number: UInt32
  var seed: UInt64
}

extension World {
  /// The ships whose hull or wake may touch a rectangle.
  func ships(x0: Double, y0: Double, x1: Double, y1: Double) -> [Ship] {
    grid(side: 190, reach: 330, share: 0.3, salt: 0x5A1, x0, y0, x1, y1, isSmall: false)
      + grid(side: 62, reach: 90, share: 0.17, salt: 0x5B2, x0, y0, x1, y1, isSmall: true)
  }

  private func grid(
    side: Double, reach: Double, share: Double, salt: UInt64, _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, isSmall: Bool
  ) -> [Ship] {
    var result: [Ship] = []
    for row in Int(((y0 - reach) / side).rounded(.down))...Int(((y1 + reach) / side).rounded(.down)) {
      for column in Int(((x0 - reach) / side).rounded(.down))...Int(((x1 + reach) / side).rounded(.down)) {
        var dice = Dice(column, row, seed ^ salt)
        guard dice.chance(share) else { continue }
        // Away from the cell's edge, so that two of a kind never meet.
        let x = (Double(column) + dice.from(0.3, to: 0.7)) * side
        let y = (Double(row) + dice.from(0.3, to: 0.7)) * side
        let depth = -Double(height(x, y))
        guard depth > (isSmall ? 1.0 : 2.4) else { continue }
        let lane = dice.from(0, to: 2 * .pi)
        let kind: ShipKind
        let length: Double
        if isSmall {
          kind = dice.chance(0.5) ? .yacht : .motorboat
          length = dice.from(6, to: 14)
        } else {
          let large = depth > 5
          kind =
            large ? dice.pick([.freighter, .tanker, .container, .ferry, .trawler]) : dice.pick([.trawler, .trawler, .ferry, .freighter])
          switch kind {
          case .freighter: length = dice.from(48, to: 92)
          case .tanker: length = dice.from(60, to: 110)
          case .container: length = dice.from(70, to: 120)
          case .ferry: length = dice.from(28, to: 56)
          default: length = dice.from(16, to: 30)
          }
        }
        let slim = kind == .yacht ? 0.29 : kind == .motorboat ? 0.34 : kind == .trawler ? 0.27 : 0.165
        let anchored = kind == .yacht || kind == .motorboat ? dice.chance(0.5) : dice.chance(0.35)
        let hulls: [Reflectance] = [
          .screen(52, 60, 76, infrared: 0.1), .screen(132, 48, 42, infrared: 0.26), .screen(60, 60, 62, infrared: 0.1),
          .screen(38, 74, 110, infrared: 0.1),
          .screen(200, 200, 196, infrared: 0.5), .screen(58, 92, 72, infrared: 0.14),
        ]
        let hull = isSmall ? (dice.chance(0.85) ? Paint.white : dice.pick(hulls)) : dice.pick(hulls)
        result.append(
          Ship(
            x: x, y: y, angle: anchored ? wind + .pi + dice.from(-0.3, to: 0.3) : lane, length: length,
            beam: length * slim * dice.from(0.92, to: 1.1), kind: kind,
            speed: anchored ? 0 : dice.from(0.35, to: 1), hull: hull, number: UInt32(truncatingIfNeeded: dice.next()) | 1, seed: dice.next()
          ))
      }
    }
    return result
  }
}
