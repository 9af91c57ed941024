import Foundation
import TestSupport
import Testing

@testable import Geodata

@Suite struct RemoteAddressTests {
  @Test func bothFormsOfAnAddressAreOne() throws {
    for (written, text, path) in [
      ("https://host/a b/ü.tif?key=x#part", "https://host/a b/ü.tif", "/vsicurl/https://host/a%20b/%C3%BC.tif"),
      ("/vsicurl/https://host/a%20b.tif", "https://host/a%20b.tif", "/vsicurl/https://host/a%20b.tif"),
      ("HTTP://host:8080/a.tif", "HTTP://host:8080/a.tif", "/vsicurl/HTTP://host:8080/a.tif"),
      ("s3://bucket/a?.tif", "s3://bucket/a?.tif", "/vsis3/bucket/a?.tif"),
      ("/vsis3/bucket/a.tif", "s3://bucket/a.tif", "/vsis3/bucket/a.tif"),
      ("/vsigs/bucket/a.tif", "gs://bucket/a.tif", "/vsigs/bucket/a.tif"), ("az://box/a.tif", "az://box/a.tif", "/vsiaz/box/a.tif"),
      ("/vsizip//data/x.zip/a.tif", "/vsizip//data/x.zip/a.tif", "/vsizip//data/x.zip/a.tif"),
    ] {
      let address = try RemoteAddress(written)
      #expect(address.text == text && address.path == path, "\(written): \(address.text) \(address.path)")
      #expect(RemoteAddress.isRemote(written))
    }
    #expect(try RemoteAddress("https://host/a.tif?key=x").fullPath == "/vsicurl/https://host/a.tif?key=x")
    #expect(try RemoteAddress("https://host/a/b.tif").root == "https://host")
    #expect(try RemoteAddress("s3://bucket/a/b.tif").root == "s3://bucket")
  }

  @Test func otherAddressesAreRefused() {
    for written in [
      "ftp://host/a.tif", "file:///etc/passwd", "/vsicurl/file:///etc/passwd", "/vsicurl/ftp://host/a", "/vsicurl?url=http://host/a",
      "/vsimem/a",
      "/vsistdin/", "/vsigzip//data/a.gz", "/vsizip//vsicurl/http://host/a.zip/b", "/vsizip/{/vsis3/a/b.zip}/c", "https://a:b@host/c",
      "https:///c",
      "s3:///c", "https://host/../c", "https://host/./c", "https://host/a\nb", "https://host/a?b\u{0}c",
      "https://host/" + String(repeating: "a", count: 201),
    ] {
      let error = #expect(throws: GeodataError.self) { _ = try RemoteAddress(written) }
      #expect(error?.code == .unsupported && error?.description.contains("a:b") == false, "\(written)")
    }
    for path in ["a.tif", "/data/a.tif", "a:b", "://a", "C:/a", "in/http://x", "/data/s3://x"] {
      #expect(!RemoteAddress.isRemote(path), "\(path)")
    }
  }

  /// The claimed size of a file in an archive is what is copied, and no byte more.
  @Test func aFileThatChangesOrIsShorterThanItsArchiveSaysIsNotCopied() throws {
    let folder = try TemporaryFolder("remote")
    guard let python = Program.find("python3") else { return }
    let pack =
      "import zipfile\nwith zipfile.ZipFile('x.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('a/b.bin', bytes(100000) + b'end')"
    #expect(try Program.run(python, ["-c", pack], in: folder.path).status == 0)
    let address = try RemoteAddress("/vsizip/\(folder("x.zip"))/a/b.bin")
    let status = try RemoteFiles.status(of: address)
    #expect(status.size == 100_003 && status.changed > 0)
    try RemoteFiles.copy(address, status, to: folder("copy"))
    #expect(FileManager.default.contents(atPath: folder("copy")) == Data(count: 100_000) + Data("end".utf8))
    #expect(try RemoteFiles.list(RemoteAddress("/vsizip/\(folder("x.zip"))"))?.map(\.name) == ["a"])
    #expect(throws: GeodataError.self) { _ = try RemoteFiles.status(of: RemoteAddress("/vsizip/\(folder("x.zip"))/a/none.bin")) }
    // The archive is damaged in the middle of the compressed bytes.
    var bytes = try #require(FileManager.default.contents(atPath: folder("x.zip")))
    for index in 60..<80 { bytes[index] = 0xFF }
    try bytes.write(to: URL(fileURLWithPath: folder("x.zip")))
    #expect(throws: GeodataError.self) { try RemoteFiles.copy(address, status, to: folder("other")) }
    #expect(!FileManager.default.fileExists(atPath: folder("other")) && !FileManager.default.fileExists(atPath: folder("other.part")))
  }

  @Test func aLinkOutOfAnArchivesFolderMattersOnlyForTheArchiveItself() throws {
    let folder = try TemporaryFolder("remote")
    try folder.write("word", to: "private/secret.bin")
    // Members of a tar are bytes of the archive: a link in it leads nowhere.
    guard let tar = Program.find("tar") else { return }
    try FileManager.default.createDirectory(atPath: folder("in"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder("in/link.bin"), withDestinationPath: folder("private/secret.bin"))
    #expect(try Program.run(tar, ["-cf", "x.tar", "in"], in: folder.path).status == 0)
    let address = try RemoteAddress("/vsitar/\(folder("x.tar"))/in/link.bin")
    let status = try? RemoteFiles.status(of: address)
    #expect(status.map { $0.size == 0 } ?? true)
  }
}
