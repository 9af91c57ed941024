/// Identifiers of SPDX's list that layers are mostly given under, and what people write in their place. The whole list is not known here.
enum License {
  private static let usual =
    [
      "CC0-1.0", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "DL-DE-BY-2.0", "DL-DE-ZERO-2.0", "etalab-2.0", "OGL-UK-1.0", "OGL-UK-2.0",
      "OGL-UK-3.0",
      "OGL-Canada-2.0", "OGC-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "NLOD-1.0", "NLOD-2.0", "MIT", "MIT-0",
      "ISC",
      "Zlib", "Unlicense", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MPL-2.0", "EUPL-1.1", "EUPL-1.2", "GPL-2.0-only",
      "GPL-2.0-or-later",
      "GPL-3.0-only", "GPL-3.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "AGPL-3.0-only",
      "AGPL-3.0-or-later", "GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0",
    ] + creativeCommons

  private static let creativeCommons = ["BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND"].flatMap { terms in
    ["1.0", "2.0", "2.5", "3.0", "4.0"].map { "CC-\(terms)-\($0)" }
  }

  /// By letters and digits alone.
  private static let others = [
    "ccby": "CC-BY-4.0", "ccbysa": "CC-BY-SA-4.0", "cc0": "CC0-1.0", "publicdomain": "CC0-1.0", "odbl": "ODbL-1.0", "odcodbl": "ODbL-1.0",
    "odcby": "ODC-By-1.0", "pddl": "PDDL-1.0", "apache2": "Apache-2.0", "apache": "Apache-2.0", "gplv3": "GPL-3.0-only",
    "gpl3": "GPL-3.0-only",
    "gplv2": "GPL-2.0-only", "agplv3": "AGPL-3.0-only", "lgplv3": "LGPL-3.0-only", "ogl30": "OGL-UK-3.0", "ogl3": "OGL-UK-3.0",
    "dldeby": "DL-DE-BY-2.0", "dldezero": "DL-DE-ZERO-2.0", "dlde20": "DL-DE-BY-2.0", "proprietary": "LicenseRef-proprietary",
  ]

  /// Beginnings whose identifiers are all known, but for those of countries.
  private static let families = ["cc-", "cc0", "odbl", "odc-", "pddl", "dl-de", "ogl-uk", "apache-2", "gpl", "lgpl", "agpl"]

  private static func plain(_ text: some StringProtocol) -> String { String(text.lowercased().filter { $0.isLetter || $0.isNumber }) }

  /// What is doubtful about an identifier; `nil` where nothing is known against it.
  static func doubt(_ identifier: String) -> String? {
    if usual.contains(identifier) || identifier.hasPrefix("LicenseRef-") || identifier.hasPrefix("DocumentRef-") { return nil }
    let form = plain(identifier)
    if let known = usual.first(where: { plain($0) == form }) { return "'\(identifier)' is spelled \(known) in SPDX's list" }
    if let known = others[form] { return "'\(identifier)' is not in SPDX's list; perhaps \(known) is meant" }
    // CC-BY-3.0-DE: of a country.
    if creativeCommons.contains(where: { identifier.hasPrefix($0 + "-") }) { return nil }
    guard families.contains(where: { identifier.lowercased().hasPrefix($0) }) else { return nil }
    return "'\(identifier)' is not in SPDX's list (https://spdx.org/licenses), as far as it is known here"
  }
}
