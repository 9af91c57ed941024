import CGDAL
import CGDALGate
import Foundation

/// A regular file that lies within a confinement, open for reading at any place, as GDAL names files: archives are looked into.
final class ConfinedFile {
  private let file: UnsafeMutablePointer<VSILFILE>
  private let confinement: Confinement
  /// Bytes.
  let size: Int

  /// `nil` where there is no such file, or it lies elsewhere, which counts as a refusal of the confinement.
  init?(_ path: String, in confinement: Confinement) {
    let opened = confinement.run {
      let size = Int(orthoweave_gate_file_size(path))
      return VSIFOpenL(path, "rb").map { (file: $0, size: size) }
    }
    guard let opened else { return nil }
    file = opened.file
    size = max(0, opened.size)
    self.confinement = confinement
  }

  deinit {
    let file = file
    confinement.run { _ = VSIFCloseL(file) }
  }

  /// Up to `count` bytes from an offset on; fewer where the file ends before.
  func bytes(at offset: UInt64 = 0, upTo count: Int) -> Data {
    confinement.run {
      guard VSIFSeekL(file, offset, SEEK_SET) == 0 else { return Data() }
      var bytes = Data(count: count)
      let got = bytes.withUnsafeMutableBytes { VSIFReadL($0.baseAddress, 1, $0.count, file) }
      return Data(bytes.prefix(got))
    }
  }
}
