import Foundation
import Geodata

/// Reads STAC documents. Those on the network are read some ahead, so that a catalog of a thousand items is not a thousand answers waited for.
struct STACDocuments {
  /// Bytes.
  private static let largest = 64_000_000
  /// Bytes of a document that may be read ahead, and of all that are held so.
  private static let largestAhead = 4_000_000
  private static let mostAhead = 32_000_000

  private var ahead: [ExactText: Result<Data, GeodataError>] = [:]
  private var bytesAhead = 0
  private let check: @Sendable () throws -> Void

  /// - Parameter check: asked between what is asked of servers; what it throws ends the search.
  init(check: @escaping @Sendable () throws -> Void) { self.check = check }

  /// The members of a document.
  ///
  /// - Parameters:
  ///   - place: an address or an absolute path.
  ///   - next: what will be read after it, in this order.
  /// - Throws: `RunError` (surroundings) where it cannot be read.
  mutating func object(_ place: String, next: some Sequence<String>) throws -> [String: Any] {
    let shown = RemoteAddress.withoutQuery(place)
    func unreadable(_ reason: String, _ remedy: String) -> RunError {
      RunError(.surroundings, file: shown, reason: "the STAC document cannot be read: \(reason)", remedy: remedy)
    }
    let data: Data
    if RemoteAddress.isRemote(place) {
      do { data = try fetched(place, next) } catch let error as GeodataError { throw unreadable(error.reason, error.remedy) }
    } else {
      guard FolderListings.entry(place, name: "").kind == .file, let handle = FileHandle(forReadingAtPath: place),
        let read = try? handle.read(upToCount: Self.largest + 1)
      else { throw unreadable("there is no such file", "check input.sources") }
      guard read.count <= Self.largest else { throw unreadable("it has more than \(bytes(Self.largest))", "name one below it") }
      data = read
    }
    guard let members = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
      throw unreadable("it is not a JSON object", "check it")
    }
    return members
  }

  private mutating func fetched(_ place: String, _ next: some Sequence<String>) throws -> Data {
    if ahead[ExactText(place)] == nil, bytesAhead < Self.mostAhead {
      let others = next.prefix(ServerQuestions.atOnce - 1).filter { RemoteAddress.isRemote($0) && ahead[ExactText($0)] == nil }
      let places = [place] + others
      let read = try ServerQuestions.answers(to: places) { [check] place -> Result<Data, GeodataError>? in
        do {
          return .success(try RemoteFiles.bytes(of: RemoteAddress(place), atMost: Self.largestAhead, check: check))
        } catch let error as GeodataError {
          // A large one is read in its turn.
          return error.code == .tooLarge ? nil : .failure(error)
        }
      }
      for case (let place, let answer?) in zip(places, read) {
        ahead[ExactText(place)] = answer
        bytesAhead += Self.count(answer)
      }
    }
    guard let answer = ahead.removeValue(forKey: ExactText(place)) else {
      return try RemoteFiles.bytes(of: RemoteAddress(place), atMost: Self.largest, check: check)
    }
    bytesAhead -= Self.count(answer)
    return try answer.get()
  }

  private static func count(_ answer: Result<Data, GeodataError>) -> Int { (try? answer.get().count) ?? 0 }
}
