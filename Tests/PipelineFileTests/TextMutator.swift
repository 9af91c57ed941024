import TestSupport

/// Makes texts that resemble pipelines, from a seed: the same seed gives the same texts.
struct TextMutator {
  private var generator: Seeded

  init(seed: UInt64) { generator = Seeded(seed: seed) }

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(max(bound, 1))) }

  mutating func next() -> [UInt8] {
    var bytes = Self.seeds[below(Self.seeds.count)]
    for _ in 0...below(1 + below(6)) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let position = below(bytes.count + 1)
    switch below(9) {
    case 0:
      if position < bytes.count { bytes[position] ^= 1 << UInt8(below(8)) }
    case 1:
      if position < bytes.count { bytes[position] = UInt8(below(256)) }
    case 2:
      bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: position)
    case 3:
      bytes.removeSubrange(position..<min(bytes.count, position + below(20)))
    case 4:
      bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + below(60))], at: below(bytes.count + 1))
    case 5:
      bytes = Array(bytes.prefix(position))
    case 6:
      bytes.insert(contentsOf: Array(repeatElement(Self.pieces[below(Self.pieces.count)], count: below(40)).joined()), at: position)
    case 7:
      let other = Self.seeds[below(Self.seeds.count)]
      bytes = Array(bytes.prefix(position)) + other.suffix(below(other.count + 1))
    default:
      if position < bytes.count { bytes[position] = Self.marks[below(Self.marks.count)] }
    }
  }

  private static let marks = Array("{}[]:,-?&*!|>'\"%@`#$~<= \n\t0129.eE+".utf8)

  private static let pieces: [[UInt8]] =
    [
      "*a", "&a ", "!!bool ", "<<: ", "${A}", "${", "$${", "\n  ", "\n", "- ", "? ", ": ", "{", "}", "[", "]", "1e999", "-1",
      "99999999999999999999", "0x7f",
      ".nan", "null", "~", "\"", "'", "|\n", ">-\n", "#", "%", "\t", "---\n", "...\n", "\u{FEFF}", "\u{2028}", "é", "🛰", "\\uD800", "\\x00",
      "\\U0010FFFF", "!<tag:%FF>",
      "auto", "none", "true", "512", "8GB", "60s", "20%", "06:00", "\"#12abEF\"", "{min: 0, max: 1}", "classes", "overlap: 1\n", "{name}",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF5, 0x80], [0x0D], [0xC2, 0x85]]

  private static let seeds: [[UInt8]] = [
    pipelineText(),
    "input:\n  sources: [a/*.tif, \"b/**\"]\n  bands: [4, 3, 2]\n  scale: [{min: 0, max: 1}, {min: 0, max: 2}, {min: -1, max: 3}]\n  settle: 1h30m\nmodel:\n  checkpoint: ${A}/n.pth\n  classes: {a: \"#112233\", no: \"#445566\"}\n  mean: [1, 2, 3]\noutput:\n  directory: o\n  name: \"{folder}/{file}\"\n",
    "input: {sources: x}\nmodel:\n  checkpoint: n\n  classes:\n    built: [house, road]\n    rest: [sea]\ninference: {tile: [512, 1024], overlap: 64, scales: [0.5, 1], memory: 8GB, workers: &w 3}\nvectors: {minimumConfidence: {built: 60}, simplify: {method: smooth, tolerance: 1}}\noutput: {directory: o, formats: [gpkg, csv], merge: only}\nrun: {retry: {limit: *w, after: 2d}, maxFailures: 20%, until: 06:00}\n",
    "---\n# only\n? input\n: sources: |\n    a\n    b\nmodel: !!map {checkpoint: >-\n  x\n  y}\n\"output\": {'directory': \"\\u00e9\\n\"}\n...\n",
    "",
  ].map { Array($0.utf8) }
}
