/// Where a file's name holds the day on which the image was taken: `{year}`, `{month}` and `{day}` stand for four, two and two digits, `*` for any
/// characters, others for themselves. The whole name has to match, its extension included.
public struct DatePattern: Sendable, Hashable {
  private enum Token: Sendable, Hashable {
    case character(Character)
    case any
    case year, month, day

    /// How many characters it takes; `any` takes any number.
    var length: Int {
      switch self {
      case .character: 1
      case .any: 0
      case .year: 4
      case .month, .day: 2
      }
    }
  }

  private let tokens: [Token]

  /// `nil` where the text does not hold each of the three once, or another brace.
  public init?(_ text: String) {
    var tokens: [Token] = []
    var rest = Substring(text)
    while let first = rest.first {
      if let (name, token) = [("{year}", Token.year), ("{month}", .month), ("{day}", .day)].first(where: { rest.hasPrefix($0.0) }) {
        tokens.append(token)
        rest = rest.dropFirst(name.count)
        continue
      }
      guard first != "{", first != "}" else { return nil }
      tokens.append(first == "*" ? .any : .character(first))
      rest = rest.dropFirst()
    }
    guard [Token.year, .month, .day].allSatisfy({ token in tokens.count { $0 == token } == 1 }) else { return nil }
    self.tokens = tokens
  }

  /// The day in a file's name; `nil` where the name does not match or the digits are not a day.
  ///
  /// Where `*` could end in several places, the first that gives a match counts.
  public func date(in name: String) -> AcquisitionDate? {
    let characters = Array(name)
    // Where to try again: one character more for the last `any`.
    var again: (token: Int, position: Int)?
    var (token, position) = (0, 0)
    var (year, month, day) = (0, 0, 0)
    while true {
      if token == tokens.count, position == characters.count {
        return AcquisitionDate(year: year, month: month, day: day)
      }
      if token < tokens.count, tokens[token] == .any {
        again = (token + 1, position)
        token += 1
        continue
      }
      if token < tokens.count, let next = Self.take(tokens[token], characters, position) {
        switch tokens[token] {
        case .year: year = next
        case .month: month = next
        case .day: day = next
        case .character, .any: break
        }
        position += tokens[token].length
        token += 1
        continue
      }
      guard let last = again, last.position < characters.count else { return nil }
      again = (last.token, last.position + 1)
      (token, position) = (last.token, last.position + 1)
    }
  }

  /// The number that a token of fixed length takes there (0 for a character); `nil` where it does not fit.
  private static func take(_ token: Token, _ characters: [Character], _ position: Int) -> Int? {
    guard position + token.length <= characters.count else { return nil }
    if case .character(let character) = token { return characters[position] == character ? 0 : nil }
    let digits = characters[position..<(position + token.length)]
    guard digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(String(digits)) else { return nil }
    switch token {
    case .month: return (1...12).contains(number) ? number : nil
    case .day: return (1...31).contains(number) ? number : nil
    case .year, .character, .any: return number
    }
  }
}
