import Foundation
import Glibc

/// Refuses a file that a command is to write where that would destroy something: what the command reads, or what is not a regular file.
///
/// - Throws: `RunError` (wrongCall).
package func checkOutputFile(_ path: String, reading inputs: [String]) throws(RunError) {
  var existing = stat()
  guard stat(path, &existing) == 0 else { return }
  guard existing.st_mode & S_IFMT == S_IFREG else {
    throw RunError(.wrongCall, file: path, reason: "is not a regular file", remedy: "give the name of a file to write")
  }
  for input in inputs {
    var read = stat()
    guard stat(input, &read) == 0, read.st_dev == existing.st_dev, read.st_ino == existing.st_ino else { continue }
    throw RunError(.wrongCall, file: path, reason: "would overwrite a file that is read", remedy: "give another file")
  }
}
