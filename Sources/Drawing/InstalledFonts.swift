/// For which scripts this machine has letters.
public enum InstalledFonts {
  /// A script with a few of its letters.
  private static let samples = [
    (script: "Latin", letters: "Aäéßğ"), (script: "Cyrillic", letters: "Жя"), (script: "Greek", letters: "Ωλ"),
    (script: "Hangul", letters: "수면"),
    (script: "Chinese", letters: "水域"), (script: "Japanese", letters: "みカ"),
  ]

  /// Scripts for which no font is installed, and those for which one is.
  public static var scripts: (missing: [String], there: [String]) {
    let missing = samples.filter { TextLine($0.letters, size: 16).missing > 0 }.map(\.script)
    return (missing, samples.map(\.script).filter { !missing.contains($0) })
  }
}
