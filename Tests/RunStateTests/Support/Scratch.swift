import Foundation
import Synchronization
import Testing

@testable import RunState

/// A folder of its own for a test, removed with it.
final class Scratch: Sendable {
  let path: String

  init() throws {
    // In memory where that is possible: thousands of runs sync every file.
    let home = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    path = home + "/orthoweave-runstate-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let file = path + "/" + name
    try FileManager.default.createDirectory(atPath: Files.parent(file), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
  }

  func exists(_ name: String) -> Bool { access(path + "/" + name, F_OK) == 0 }
}

/// Everything below a folder: files with their bytes, links with their targets, folders.
func snapshot(_ folder: String, without left: (String) -> Bool = { _ in false }) throws -> [String: String] {
  var found: [String: String] = [:]
  try DirectoryTree.walk(folder) { (name, kind) throws(RunStateError) in
    if left(name) { return }
    switch kind {
    case .directory: found[name] = "folder"
    case .link: found[name] = "link " + (OutputDirectory.target(of: folder + "/" + name) ?? "?")
    case .file, .other: found[name] = "file " + (try Digest.sha256(file: folder + "/" + name))
    }
  }
  return found
}

/// Counts the operations and decides about one, or about all from one on.
final class FaultGate: Sendable {
  enum Fault: CaseIterable, CustomStringConvertible {
    case io, diskFull, half, crash, crashHalfWay

    var description: String {
      switch self {
      case .io: "EIO"
      case .diskFull: "ENOSPC"
      case .half: "EIO after the deed"
      case .crash: "crash"
      case .crashHalfWay: "crash in the deed"
      }
    }
  }

  private let count = Mutex(0)
  let at: Int
  let fault: Fault
  let exchanges: Bool
  let links: Bool

  init(at: Int = .max, _ fault: Fault = .io, exchanges: Bool = true, links: Bool = true) {
    self.links = links
    self.at = at
    self.fault = fault
    self.exchanges = exchanges
  }

  var calls: Int { count.withLock { $0 } }

  var operations: FileOperations {
    FileOperations { [self] operation, _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if number == at {
        switch fault {
        case .io, .crash: return .fail(EIO)
        case .diskFull: return .fail(ENOSPC)
        // What the file system cannot do is not half done either.
        case .half, .crashHalfWay:
          let cannot = operation == .exchange && !exchanges || (operation == .symbolicLink || operation == .link) && !links
          return cannot ? .fail(EIO) : .half(EIO)
        }
      }
      if number > at, fault == .crash || fault == .crashHalfWay { return .fail(EIO) }
      if operation == .exchange, !exchanges { return .fail(EINVAL) }
      if operation == .symbolicLink || operation == .link, !links { return .fail(EPERM) }
      return .proceed
    }
  }
}
