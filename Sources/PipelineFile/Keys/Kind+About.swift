import Basics

extension Kind where Value == String {
  /// The terms under which layers may be used.
  static let license: Kind = {
    let expected = "an SPDX identifier such as CC-BY-4.0, or a URL"
    let text = Kind<String>.text(expected)
    return Kind(expected: expected, schema: text.schema) { node, reading in
      guard let license = text.read(node, &reading) else { return nil }
      guard About.isURL(license) || About.isSPDXExpression(license) else {
        reading.fail(
          .impossibleValue, at: node, "must be \(expected)", "other terms: LicenseRef- and a name of your own, or the address of their text"
        )
        return nil
      }
      return license
    }
  }()
}
