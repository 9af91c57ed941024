extension Kind where Value == [String: Pipeline.Thickness] {
  static let thickness: Kind = {
    let expected = "[from, to] in micrometers above 0"
    let number = Kind<Double>.number("micrometers above 0", above: 0)
    let range = Kind<Pipeline.Thickness>(
      expected: expected, schema: ["type": "array", "items": number.schema, "minItems": 2, "maxItems": 2]
    ) { node, reading in
      guard let values = Kind<[Double]>.list(of: number, expected).read(node, &reading) else { return nil }
      guard values.count == 2, values[0] <= values[1] else {
        reading.fail(.impossibleValue, at: node, "must be \(expected): two numbers, the smaller one first")
        return nil
      }
      return Pipeline.Thickness(least: values[0], greatest: values[1])
    }
    return .word("none", [:], or: .table(of: range, "a table of [from, to] by class")) { pairs in
      Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
  }()
}
