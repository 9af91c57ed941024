import Foundation

extension RasterDataset {
  /// The name of the compression where stored values may differ from what was saved; `nil` where they are exact.
  var lossyCompression: String? {
    let compression = metadata("COMPRESSION", domain: "IMAGE_STRUCTURE") ?? ""
    let isReversible = metadata("COMPRESSION_REVERSIBILITY", domain: "IMAGE_STRUCTURE")?.hasPrefix("LOSSLESS")
    switch driver {
    case "JPEG": return "JPEG"
    case "JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID": return isReversible == true ? nil : "JPEG 2000"
    case "WEBP": return isReversible == true ? nil : "WebP"
    case "ECW", "MrSID": return driver
    default: break
    }
    switch compression.uppercased() {
    case let name where name.contains("JPEG2000"): return isReversible == true ? nil : "JPEG 2000"
    case let name where name.contains("JPEG"): return "JPEG"
    case "WEBP": return isReversible == true ? nil : "WebP"
    case "JXL": return isReversible == true ? nil : "JPEG XL"
    case let name where name.hasPrefix("LERC"):
      let error = metadata("MAX_Z_ERROR", domain: "IMAGE_STRUCTURE").flatMap { Double($0) } ?? 0
      return error > 0 ? "LERC" : nil
    default: return nil
    }
  }
}
