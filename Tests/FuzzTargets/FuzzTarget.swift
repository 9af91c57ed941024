import Checkpoints
import Crypto
import Foundation
import Frames
import GeoTypes
import Geodata
import NeuralNetwork
import PipelineFile
import RunState
import Runs

/// A reader of foreign bytes. Whatever these are, it answers or throws; a crash, a hang or a leak is a fault.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The state of a checkpoint as `torch.save` writes it: a pickle.
  case pickle
  /// A safetensors header, or a whole file where it does not begin with "{".
  case safetensors
  /// The text of an mmengine configuration.
  case config
  /// A pipeline file.
  case yaml
  /// A `.npy` array.
  case numpy
  /// The XML of a virtual raster, which is judged before GDAL opens it.
  case vrt
  /// A segment file of a source's work directory, its checksum put right.
  case segments
  /// What the head of a picture says of how it was taken: lines of EXIF values as GDAL writes them ("GPSLatitude=(54) (8) (5.8)"), an empty line, an XMP packet.
  case tags
  /// A CSV table of pictures.
  case table

  public func read(_ bytes: [UInt8]) {
    switch self {
    case .pickle: checkpoint(Self.streamStart + bytes)
    case .safetensors: checkpoint(bytes.first == UInt8(ascii: "{") ? Self.safetensors(bytes) : bytes)
    case .config:
      let metadata = ["format": "pt", "config": String(decoding: bytes, as: UTF8.self)]
      let tensor: [String: Any] = ["dtype": "F32", "shape": [16], "data_offsets": [0, 64]]
      let names: [String: Any] = ["__metadata__": metadata, "decode_head.conv_seg.weight": tensor]
      guard let header = try? JSONSerialization.data(withJSONObject: names) else { return }
      checkpoint(Self.safetensors(Array(header)))
    case .yaml: _ = try? PipelineReader.read(bytes: bytes, file: "fuzz.yaml", folder: "/nowhere", environment: ["HOME": "/nowhere"])
    case .numpy: _ = try? NumPyArray(npy: bytes, file: "fuzz.npy")
    case .vrt: _ = try? VirtualRaster.names(in: bytes, path: "fuzz.vrt")
    case .segments:
      _ = SegmentHeader(Self.sealed(bytes)[...])
      guard bytes.count > 2 else { return }
      _ = try? SegmentPlanes(decoding: Array(bytes[2...]), area: Int(bytes[0]) + 1, planeCount: Int(bytes[1]) % 4 + 1)
    case .tags: place { (settings) throws(FrameRefusal) in try FrameDescription(Self.frameTags(bytes), settings: settings) }
    case .table:
      place { (settings) throws(FrameRefusal) in
        try SensorTable(String(decoding: bytes, as: UTF8.self), name: "fuzz.csv").description(
          of: "a.jpg", size: Self.size, settings: settings)
      }
    }
  }

  private static let size = RasterSize(width: 640, height: 480)

  private static func frameTags(_ bytes: [UInt8]) -> FrameTags {
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
    var exif: [String: String] = [:]
    for line in parts[0].split(separator: "\n") {
      let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { exif[String(pair[0])] = String(pair[1]) }
    }
    return FrameTags(size: size, exif: exif, xmp: parts.count > 1 ? XMPPacket.properties(of: String(parts[1])) : [])
  }

  /// Asks a picture that is placed for all that layers ask it for.
  private func place(_ describe: (FrameSettings) throws(FrameRefusal) -> FrameDescription) {
    var (tagsAlone, settings) = (FrameSettings(), FrameSettings())
    tagsAlone.minimumDip = 0.01
    (settings.vertical, settings.takeoff, settings.lens) = (.takeoff, 4, FrameSettings.Lens(sensorWidth: 13.2, focalLength: 8.8))
    for settings in [tagsAlone, settings] {
      guard let description = try? describe(settings) else { continue }
      let position = Position(longitude: description.longitude, latitude: description.latitude, height: description.height)
      let frame = Frame(
        camera: description.camera, position: position, rotation: description.rotation, ground: .level(0), minimumDip: settings.leastDip)
      guard let footprint = frame.footprint(steps: 4) else { continue }
      _ = frame.positionError(at: footprint.middlePixel, description.sigma)
      _ = frame.pixelSize(at: footprint.middlePixel)
      for outline in footprint.outline { _ = frame.pixel(of: outline) }
    }
  }

  /// Reads a checkpoint and what is known of its network.
  private func checkpoint(_ bytes: [UInt8]) {
    guard let checkpoint = try? Checkpoint.read(bytes: bytes, file: "fuzz") else { return }
    _ = try? NetworkDescription(checkpoint)
    for name in checkpoint.names.prefix(20) { _ = try? checkpoint.floats(name) }
  }

  /// Magic number, protocol and system of PyTorch's stream format, before the state.
  private static let streamStart: [UInt8] =
    [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    + [0x80, 0x02, 0x4d, 0xe9, 0x03, 0x2e, 0x80, 0x02, 0x7d, 0x2e]

  /// A file of a header and 64 bytes of tensors.
  private static func safetensors(_ header: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + [UInt8](repeating: 1, count: 64)
  }

  /// The first 136 bytes with their SHA-256 behind them, as a segment's header is.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let head = Array("OWSEGMNT".utf8) + bytes.prefix(128) + [UInt8](repeating: 0, count: max(0, 128 - bytes.count))
    return head + Array(SHA256.hash(data: head))
  }
}

/// libFuzzer's entry; `ORTHOWEAVE_FUZZ_TARGET` names the reader.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  chosen.read(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

private let chosen: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["ORTHOWEAVE_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    fatalError("set ORTHOWEAVE_FUZZ_TARGET to one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return target
}()
