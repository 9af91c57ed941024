import Foundation
import TestSupport

/// What a program asked of files and of the network, as strace saw it.
struct SystemCallTrace {
  /// Where strace is missing, or may not watch other processes, nothing can be proved.
  static let isPossible: Bool = {
    guard let strace = Program.find("strace") else { return false }
    return (try? Program.run(strace, ["-f", "-y", "-o", "/dev/null", "/bin/true"], seconds: 20).status) == 0
  }()

  /// Real paths of files that were opened for reading.
  var read: Set<String> = []
  /// Real paths of files opened for writing, and names of what was made, renamed, removed or changed.
  var written: Set<String> = []
  /// Calls that would reach the network or other processes.
  var sockets: [String] = []
  var result: ProgramResult
  /// Where the program starts; it stays there.
  private let start: String

  /// Runs a program to its end.
  init(_ program: String, _ arguments: [String], in folder: String, environment: [String: String] = [:]) throws {
    let log = try TemporaryFolder("trace")
    start = folder
    let strace = Program.find("strace") ?? "strace"
    let options = ["-f", "-y", "-qq", "-s", "4096", "-e", "trace=%file,%network", "-o", log("log")]
    result = try Program.run(strace, options + [program] + arguments, in: folder, environment: environment, seconds: 300)
    let text = String(decoding: FileManager.default.contents(atPath: log("log")) ?? Data(), as: UTF8.self)
    for line in text.split(separator: "\n") { note(line) }
  }

  private static let changing = [
    "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat", "symlink", "symlinkat", "chmod",
    "fchmodat", "chown", "lchown", "fchownat", "truncate", "mknod", "mknodat", "utime", "utimes", "utimensat", "setxattr", "lsetxattr",
    "creat",
  ]

  /// One line: process number, call, arguments, `= result`; descriptors are followed by their path in angle brackets.
  private mutating func note(_ line: Substring) {
    let text = line.drop { $0.isNumber || $0 == " " }
    guard let parenthesis = text.firstIndex(of: "(") else { return }
    let call = String(text[..<parenthesis])
    let succeeded = !text.contains(") = -1 ") && !text.contains(") = ?")
    if ["open", "openat", "openat2"].contains(call) {
      guard succeeded, let path = Self.resultPath(text) else { return }
      if ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].contains(where: text.contains) { written.insert(path) } else { read.insert(path) }
    } else if Self.changing.contains(call) {
      if succeeded { written.formUnion(Self.names(in: text, start: start)) }
    } else if ["socket", "connect", "sendto", "sendmsg", "bind", "listen"].contains(call) {
      sockets.append(String(text))
    }
  }

  private static func resultPath(_ text: Substring) -> String? {
    guard let equals = text.range(of: ") = ", options: .backwards), let start = text[equals.upperBound...].firstIndex(of: "<") else {
      return nil
    }
    return String(text[text.index(after: start)...].prefix { $0 != ">" })
  }

  /// The quoted texts of a call, relative ones joined to the folder before them, or to the one in which the program runs.
  private static func names(in text: Substring, start: String) -> [String] {
    var names: [String] = []
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    for index in stride(from: 1, to: parts.count, by: 2) {
      let name = String(parts[index])
      // An open file without a name, which `open` has counted, gets one.
      if index == 1, text.hasPrefix("linkat("), name.hasPrefix("/proc/self/fd/") { continue }
      if name.hasPrefix("/") {
        names.append(name)
      } else if parts[index - 1].contains("<"), let folder = parts[index - 1].split(separator: "<").last?.split(separator: ">").first {
        names.append("\(folder)/\(name)")
      } else {
        names.append("\(start)/\(name)")
      }
    }
    return names
  }
}
