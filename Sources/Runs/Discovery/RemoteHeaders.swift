import Geodata

/// What servers, and the tables of contents of archives, say of the files of sources.
struct RemoteHeaders {
  /// A file's address, and its query, which may be a secret.
  struct File: Sendable {
    var address: String
    var query: String
  }

  private var known: [String: Result<RemoteStatus, GeodataError>] = [:]
  private let check: @Sendable () throws -> Void

  /// - Parameter check: asked between what is asked of servers; what it throws ends the search.
  init(check: @escaping @Sendable () throws -> Void) { self.check = check }

  /// Asks for files on the network, several at once.
  mutating func ask(for files: [File]) throws {
    let files = files.filter { known[$0.address] == nil }
    let answers = try ServerQuestions.answers(to: files) { [check] in try Self.answer($0, check) }
    for (file, answer) in zip(files, answers) { known[file.address] = answer }
  }

  /// - Throws: `GeodataError` where there is no such file, or no answer.
  func status(of file: File) throws -> RemoteStatus { try (known[file.address] ?? Self.answer(file, check)).get() }

  private static func answer(_ file: File, _ check: () throws -> Void) throws -> Result<RemoteStatus, GeodataError> {
    do {
      return .success(try RemoteFiles.status(of: RemoteAddress(file.address + file.query), check: check))
    } catch let error as GeodataError {
      return .failure(error)
    }
  }
}
