import Basics
import Testing

/// Licenses that catalogs know, and what is written in their place.
@Suite struct LicenseTests {
  private func warning(_ license: String) -> String? {
    var about = About()
    about.license = license
    return about.licenseWarning
  }

  @Test(arguments: [
    "CC-BY-4.0", "ODbL-1.0", "CC-BY-4.0 OR ODbL-1.0", "(MIT OR Apache-2.0)", "LicenseRef-Own", "https://example.org/terms", "CC-BY-3.0-DE",
    "etalab-2.0",
    "GPL-2.0-or-later WITH Classpath-exception-2.0", "Beerware", "EUPL-1.2", "GPL-2.0+",
  ])
  func knownAndOtherLicensesNeedNoWord(_ license: String) { #expect(warning(license) == nil) }

  @Test(arguments: [
    ("cc-by-4.0", "'cc-by-4.0' is spelled CC-BY-4.0"), ("CCBY-4.0", "is spelled CC-BY-4.0"), ("CC-BY", "perhaps CC-BY-4.0 is meant"),
    ("ODBL", "perhaps ODbL-1.0"), ("GPLv3", "perhaps GPL-3.0-only"), ("LGPL-9.9", "'LGPL-9.9' is not in SPDX's list"),
    ("CC-BY-5.0", "is not in SPDX's list"),
    ("proprietary", "perhaps LicenseRef-proprietary"), ("CC0", "perhaps CC0-1.0"),
    ("CC-BY-4.0 OR odbl-1.0", "'odbl-1.0' is spelled ODbL-1.0"),
  ])
  func misspelledLicensesAreNamed(_ license: String, _ words: String) {
    #expect(
      warning(license)?.contains(words) == true && warning(license)?.hasPrefix("about.license: ") == true, "\(warning(license) ?? "nil")")
  }
}
