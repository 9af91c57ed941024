import Basics
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
    guard let jpeg = try? PictureWriter.jpeg(picture, quality: quality) else { return nil }
    return PageContent.Preview(jpeg: jpeg, size: picture.size, link: "../" + "\(source.text)/\(file)".percentEncoded(keeping: "/"))
  }
}
