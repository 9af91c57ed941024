import Frames
import Geodata
import PipelineFile

extension Pipeline.Frames {
  /// How pictures are placed; `nil` where they are not.
  var options: FrameOptions? {
    var options = FrameOptions()
    switch metadata {
    case .none: return nil
    case .auto: options.looksBeside = true
    case .exif: break
    case .table(let path): options.table = path.resolved
    }
    options.columns = columns
    options.terrain =
      switch ground {
      case .sea: .level(0)
      case .level(let height): .level(height)
      case .model(let path): .model(path.resolved)
      }
    options.settings.vertical =
      switch vertical {
      case .auto: .auto
      case .geoid: .geoid
      case .ellipsoid: .ellipsoid
      case .takeoff: .takeoff
      }
    options.settings.takeoff = takeoff
    if let width = camera.sensorWidth {
      let k = camera.distortion
      options.settings.lens = FrameSettings.Lens(
        sensorWidth: width, focalLength: camera.focalLength,
        distortion: k.count == 5 ? Distortion(k1: k[0], k2: k[1], p1: k[2], p2: k[3], k3: k[4]) : .none)
    }
    options.settings.sigma = FrameSigma(position: sigma.position, height: sigma.height, attitude: sigma.attitude)
    options.settings.minimumDip = minimumDip
    options.settings.maximumPixel = maximumPixel
    options.readsPicture = infer == .image
    return options
  }
}
