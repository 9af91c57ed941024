import CGDAL
import Frames
import GeoTypes

/// The transformer that GDAL's warper asks where a pixel of the ground lies in the picture.
///
/// GDAL looks into the beginning of its argument (`orthoweave_transformer`), and ends it by its own cleanup.
enum FrameTransformer {
  private final class Box {
    let frame: PlacedFrame
    /// Pixels of the picture for each of the raster that is read in its place: an overview.
    let ratio: Point

    init(_ frame: PlacedFrame, ratio: Point) {
      self.frame = frame
      self.ratio = ratio
    }
  }

  /// - Returns: an argument for `function`; GDAL's view owns it from then on.
  static func make(_ frame: PlacedFrame) -> UnsafeMutableRawPointer? { make(Box(frame, ratio: Point(x: 1, y: 1))) }

  private static func make(_ box: Box) -> UnsafeMutableRawPointer? {
    let context = Unmanaged.passRetained(box)
    let made = orthoweave_transformer_make(
      context.toOpaque(), function,
      { argument in
        guard let argument else { return }
        if let box = orthoweave_transformer_context(argument) { Unmanaged<Box>.fromOpaque(box).release() }
        orthoweave_free(argument)
      },
      { argument, x, y in
        guard let argument, let context = orthoweave_transformer_context(argument) else { return nil }
        let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
        return FrameTransformer.make(Box(box.frame, ratio: Point(x: box.ratio.x * x, y: box.ratio.y * y)))
      })
    if made == nil { context.release() }
    return made
  }

  static let function: GDALTransformerFunc = { argument, toSource, count, x, y, _, success in
    guard let argument, let x, let y, let success, let context = orthoweave_transformer_context(argument) else { return 0 }
    let count = Int(count)
    // The way back is not asked for: extent and resolution are ours.
    guard toSource != 0 else {
      for index in 0..<count { success[index] = 0 }
      return 1
    }
    let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
    let pixels = box.frame.lattice.picturePixels((0..<count).map { Point(x: x[$0], y: y[$0]) })
    for (index, pixel) in pixels.enumerated() {
      success[index] = pixel == nil ? 0 : 1
      if let pixel { (x[index], y[index]) = (pixel.x / box.ratio.x, pixel.y / box.ratio.y) }
    }
    return 1
  }
}

extension RasterDataset {
  /// A north-up view of the ground that a picture shows, whose last band is alpha: positions in the picture are off by at most
  /// `GroundLattice.bound`.
  ///
  /// - Parameters:
  ///   - nodata: a value that does not count in any band; `nil` for the file's own.
  ///   - ignoresAlpha: whether a band tagged as alpha is a band like others.
  ///   - nearest: whether values may not be mixed (palettes).
  func view(_ frame: PlacedFrame, nodata: Double?, ignoresAlpha: Bool, nearest: Bool) throws(GeodataError) -> RasterDataset {
    let described = (1...bandCount).map(describe(band:))
    let alpha = ignoresAlpha ? nil : described.lastIndex(where: \.isAlpha).map { $0 + 1 }
    let bands = (1...bandCount).filter { $0 != alpha }
    let invalid = bands.compactMap { described[$0 - 1].nodata ?? nodata }
    guard let transformer = FrameTransformer.make(frame), let options = GDALCreateWarpOptions() else {
      throw GeodataError(.tooLarge, file: path, reason: "there is not enough memory for its view")
    }
    defer { GDALDestroyWarpOptions(options) }
    return try adoptView { dataset in
      options.pointee.hSrcDS = dataset
      options.pointee.eResampleAlg = nearest ? GRA_NearestNeighbour : GRA_Bilinear
      options.pointee.nBandCount = Int32(bands.count)
      options.pointee.panSrcBands = orthoweave_integers(bands.count)
      options.pointee.panDstBands = orthoweave_integers(bands.count)
      for (index, band) in bands.enumerated() {
        options.pointee.panSrcBands[index] = Int32(band)
        options.pointee.panDstBands[index] = Int32(index + 1)
      }
      options.pointee.nSrcAlphaBand = Int32(alpha ?? 0)
      options.pointee.nDstAlphaBand = Int32(bands.count + 1)
      if invalid.count == bands.count {
        options.pointee.padfSrcNoDataReal = orthoweave_doubles(bands.count)
        for (index, value) in invalid.enumerated() { options.pointee.padfSrcNoDataReal[index] = value }
      }
      options.pointee.pfnTransformer = FrameTransformer.function
      options.pointee.pTransformerArg = transformer
      // XSCALE and YSCALE keep the kernel the same everywhere. The grid of samples finds the picture where only a corner of a block shows it.
      for (key, value) in [
        ("XSCALE", "1"), ("YSCALE", "1"), ("UNIFIED_SRC_NODATA", "YES"), ("INIT_DEST", "0"), ("SAMPLE_GRID", "YES"), ("SAMPLE_STEPS", "64"),
        ("SOURCE_EXTRA", "8"),
      ] {
        options.pointee.papszWarpOptions = CSLSetNameValue(options.pointee.papszWarpOptions, key, value)
      }
      var coefficients = frame.geotransform.coefficients
      return GDALCreateWarpedVRT(dataset, Int32(frame.size.width), Int32(frame.size.height), &coefficients, options)
    }
  }
}
