import Foundation
import GeoTypes
import Geodata
import Report
import RunState

/// A small picture of a published preview.
enum PreviewThumbnail {
  /// The longer side in pixels.
  private static let side = 420
  private static let quality = 80

  /// `nil` where the source has no preview, or it cannot be read: the page does without.
  static func of(_ source: SourceName, in output: OutputDirectory) -> PageContent.Preview? {
    let file = "\(source.leaf).preview.png"
    guard let receipt = try? output.receipt(source), receipt.files.contains(where: { $0.name == file }),
      let raster = try? RasterSource(path: "\(output.published(source))/\(file)"), let picture = try? raster.picture(side: side)
    else { return nil }
    var rgb: [UInt8] = []
    rgb.reserveCapacity(picture.size.area * 3)
    for pixel in 0..<picture.size.area { rgb.append(contentsOf: picture.rgba[4 * pixel..<4 * pixel + 3]) }
    let samples = PictureSamples(size: picture.size, bands: 3, values: .bytes(rgb))
    guard let jpeg = try? PictureWriter.jpeg(samples, quality: quality) else { return nil }
    return PageContent.Preview(jpeg: jpeg, size: picture.size, link: "../\(percentEncoded("\(source.text)/\(file)"))")
  }

  /// A relative path as that of a URL (RFC 3986): unreserved characters and slashes as they are.
  private static func percentEncoded(_ path: String) -> String {
    let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    return path.utf8.map { kept.contains($0) ? String(UnicodeScalar($0)) : String(format: "%%%02X", $0) }.joined()
  }
}
