import TestSupport
import Testing

@testable import Evaluation

struct ObjectMatcherTests {
  /// Regions of two class maps, matched.
  private func counts(
    _ prediction: [[UInt8]], _ truth: [[UInt8]], classes: Int = 3, connectivity: RegionLabeler.Connectivity = .four,
    minimumPixels: UInt64 = 0,
    threshold: Double = 0.5
  ) -> ObjectCounts {
    var predicted = RegionLabeler(connectivity: connectivity, excluding: [0, 255])
    var labeled = RegionLabeler(connectivity: connectivity, excluding: [0, 255])
    var matcher = ObjectMatcher()
    for (prediction, truth) in zip(prediction, truth) {
      var ids = labeled.label(truth)
      for (column, value) in truth.enumerated() where value == 255 { ids[column] = ObjectMatcher.ignored }
      matcher.add(prediction: predicted.label(prediction), truth: ids)
    }
    return matcher.counts(
      classes: classes, threshold: threshold, minimumPixels: minimumPixels,
      predictedRegion: { (predicted.region(of: $0), Int(predicted.classID(of: $0))) },
      trueObject: { (labeled.region(of: $0), Int(labeled.classID(of: $0))) })
  }

  @Test func halfAnOverlapIsAMatchAndLessIsNone() {
    let found = counts(rows("1110", "0000", "1100"), rows("1111", "0000", "0111"))
    // 3 of 4, and 1 of 4.
    #expect(found.classes[1].matched == 1)
    #expect(found.classes[1].predicted == 2)
    #expect(found.classes[1].labeled == 2)
    #expect(found.classes[1].precision == 0.5)
    #expect(found.classes[1].recall == 0.5)
    #expect(found.classes[1].meanIoU == 0.75)
    #expect(counts(rows("1100"), rows("1111")).classes[1].matched == 1, "an IoU of 0.5 is enough")
    #expect(counts(rows("1100"), rows("2222")).classes[1].matched == 0, "another class")
  }

  @Test func twoHalvesOfAnObjectAreOneMatch() {
    let found = counts(rows("11011"), rows("11111"))
    #expect(found.classes[1].matched == 0)
    let halves = counts(rows("112211", "112211"), rows("111111", "111111"))
    #expect(halves.classes[1].matched == 0)
    #expect(counts(rows("1101"), rows("11.1"), minimumPixels: 2).classes[1].predicted == 1)
  }

  @Test func pixelsWithoutTruthDoNotCount() {
    let found = counts(rows("1111"), rows("11.."))
    #expect(found.classes[1].matched == 1)
    #expect(found.classes[1].meanIoU == 1)
    #expect(counts(rows("0011"), rows("11..")).classes[1].predicted == 0)
  }

  @Test func regionsThatMeetLaterAreOne() {
    // A U, a spiral, and a diagonal.
    #expect(counts(rows("101", "101", "111"), rows("000", "000", "000")).classes[1].predicted == 1)
    #expect(
      counts(rows("11111", "00001", "11101", "10001", "11111"), rows("00000", "00000", "00000", "00000", "00000")).classes[1].predicted == 1
    )
    #expect(counts(rows("10", "01"), rows("00", "00")).classes[1].predicted == 2)
    #expect(counts(rows("10", "01"), rows("00", "00"), connectivity: .eight).classes[1].predicted == 1)
    #expect(counts(rows("01", "10"), rows("00", "00"), connectivity: .eight).classes[1].predicted == 1)
  }

  /// The regions of a map by flooding it.
  private func flooded(_ map: [[UInt8]], eight: Bool) -> [[Int]] {
    var ids = map.map { $0.map { _ in 0 } }
    var next = 0
    for row in map.indices {
      for column in map[row].indices where ids[row][column] == 0 && map[row][column] != 255 {
        next += 1
        var waiting = [(row, column)]
        ids[row][column] = next
        while let (y, x) = waiting.popLast() {
          for (dy, dx) in [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)].prefix(eight ? 8 : 4) {
            let (ny, nx) = (y + dy, x + dx)
            guard map.indices.contains(ny), map[ny].indices.contains(nx), ids[ny][nx] == 0, map[ny][nx] == map[row][column] else {
              continue
            }
            ids[ny][nx] = next
            waiting.append((ny, nx))
          }
        }
      }
    }
    return ids
  }

  @Test(arguments: [RegionLabeler.Connectivity.four, .eight])
  func regionsAreThoseOfFlooding(connectivity: RegionLabeler.Connectivity) {
    var generator = Seeded(seed: 11)
    for _ in 0..<60 {
      let width = Int.random(in: 1...24, using: &generator)
      let height = Int.random(in: 1...24, using: &generator)
      let map = randomMap(width: width, height: height, values: [0, 1, 2, 255], &generator)
      var labeler = RegionLabeler(connectivity: connectivity)
      let provisional = map.map { labeler.label($0) }
      let expected = flooded(map, eight: connectivity == .eight)
      var pairs: Set<[Int]> = []
      for row in 0..<height {
        for column in 0..<width {
          pairs.insert([Int(labeler.region(of: provisional[row][column])), expected[row][column]])
          if map[row][column] != 255 { #expect(labeler.classID(of: provisional[row][column]) == map[row][column]) }
        }
      }
      // One to one.
      #expect(Set(pairs.map { $0[0] }).count == pairs.count && Set(pairs.map { $0[1] }).count == pairs.count)
    }
  }

  private func regions(_ ids: [[Int]], _ map: [[UInt8]], _ label: Int) -> Int {
    Set(zip(ids.flatMap(\.self), map.flatMap(\.self)).filter { Int($0.1) == label }.map(\.0)).count
  }

  @Test func randomMapsGiveTheNaiveMatches() {
    var generator = Seeded(seed: 12)
    for _ in 0..<40 {
      let truth = randomMap(width: 30, height: 20, values: [0, 1, 2], &generator)
      // Mostly the truth, so that there are matches.
      let prediction = truth.map {
        $0.map { Int.random(in: 0..<12, using: &generator) == 0 ? UInt8.random(in: 0...2, using: &generator) : $0 }
      }
      // An IoU above 0.5 can be had by one region only; exactly 0.5 is the first test's.
      let found = counts(prediction, truth, threshold: 0.5.nextUp)
      let (a, b) = (flooded(prediction, eight: false), flooded(truth, eight: false))
      var expected = [UInt64](repeating: 0, count: 3)
      for object in Set(b.flatMap(\.self)) {
        let pixels = (0..<20).flatMap { row in (0..<30).map { (row, $0) } }
        let inside = pixels.filter { b[$0][$1] == object }
        let label = truth[inside[0].0][inside[0].1]
        let matched = Set(inside.map { a[$0][$1] }).contains { region in
          let own = pixels.filter { a[$0][$1] == region }
          let overlap = inside.count { a[$0][$1] == region }
          return prediction[own[0].0][own[0].1] == label && Double(overlap) > 0.5 * Double(own.count + inside.count - overlap)
        }
        if matched { expected[Int(label)] += 1 }
      }
      for index in 1...2 {
        #expect(found.classes[index].matched == expected[index])
        #expect(found.classes[index].labeled == UInt64(regions(b, truth, index)))
        #expect(found.classes[index].predicted == UInt64(regions(a, prediction, index)))
      }
    }
  }
}
