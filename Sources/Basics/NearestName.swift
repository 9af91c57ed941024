/// The name that a misspelt one was probably meant to be.
package enum NearestName {
  /// The candidate with the smallest edit distance, the first on a tie; `nil` if none is near: more than a third of the name's
  /// letters (at least 2) would have to change.
  package static func of(_ name: String, among candidates: [String]) -> String? {
    let letters = Array(name.lowercased().unicodeScalars.prefix(65))
    guard letters.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = editDistance(letters, Array(candidate.lowercased().unicodeScalars))
      if distance <= max(2, letters.count / 3), distance < best?.distance ?? Int.max, distance < candidate.unicodeScalars.count {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbors, each counting 1 (optimal string alignment).
  static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var before: [Int] = []
    var previous = Array(0...second.count)
    for row in 0..<first.count {
      var current = [row + 1]
      for column in 0..<second.count {
        var cost = min(previous[column] + (first[row] == second[column] ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      before = previous
      previous = current
    }
    return previous[second.count]
  }
}
