import FileWriting
import Foundation
import Testing

@Test func aStoredZipIsWhatOthersRead() throws {
  let files: [(name: String, content: [UInt8])] = [
    ("a.txt", Array("text".utf8)), ("수면/é.bin", (0..<70_000).map { UInt8($0 % 251) }), ("empty", []),
  ]
  let bytes = try #require(StoredZip.bytes(files))
  #expect(StoredZip.bytes(files) == bytes)
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).zip").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try Data(bytes).write(to: URL(fileURLWithPath: path))
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  let script =
    "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, i.file_size) for i in z.infolist()])"
  process.arguments = ["python3", "-c", script, path]
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  #expect(said == "None [('a.txt', 4), ('수면/é.bin', 70000), ('empty', 0)]\n")
}
