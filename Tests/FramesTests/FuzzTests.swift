import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Frames
@testable import Geodata

@Suite struct XMPTests {
  private func packet(_ description: String) -> String {
    "<?xpacket begin='' id='W5M0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
      + description + "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
  }

  private func value(_ properties: [FrameTags.Property], _ space: String, _ name: String) -> String? {
    properties.first { $0.space == space && $0.name == name }?.value
  }

  @Test func attributesElementsAndListsAreRead() {
    let found = XMPPacket.properties(
      of: packet(
        "<rdf:Description rdf:about='' xmlns:a='http://a/' xmlns:b='http://b/' a:One='+1.5'><b:Two>2</b:Two>"
          + "<b:Many><rdf:Seq><rdf:li>3</rdf:li><rdf:li>4</rdf:li></rdf:Seq></b:Many></rdf:Description>"))
    #expect(value(found, "http://a/", "One") == "+1.5")
    #expect(value(found, "http://b/", "Two") == "2")
    #expect(value(found, "http://b/", "Many") == "3,4")
  }

  @Test func prefixesMeanWhatTheyAreDeclaredToMean() {
    let found = XMPPacket.properties(
      of: packet(
        "<rdf:Description xmlns:zz='http://www.dji.com/drone-dji/1.0/' zz:GimbalYawDegree='35' drone-dji:GimbalPitchDegree='-80'/>"))
    #expect(value(found, "http://www.dji.com/drone-dji/1.0/", "GimbalYawDegree") == "35")
    #expect(!found.contains { $0.name == "GimbalPitchDegree" })
  }

  @Test func brokenPacketsGiveWhatTheyHold() {
    #expect(XMPPacket.properties(of: "").isEmpty)
    #expect(XMPPacket.properties(of: "no XML").isEmpty)
    #expect(XMPPacket.properties(of: String(repeating: "<a>", count: 50_000)).isEmpty)
    #expect(XMPPacket.properties(of: String(repeating: "x", count: 2_000_000)).isEmpty)
  }
}

/// Mutated tags and tables: placed or refused, never a trap. ORTHOWEAVE_FUZZ sets how many, and has the counts printed.
@Suite struct MutationTests {
  private static let wanted = ProcessInfo.processInfo.environment["ORTHOWEAVE_FUZZ"].flatMap(Int.init)
  private static let count = wanted ?? 1500

  private func tell(_ what: String, _ placed: Int, _ refused: Int) {
    if Self.wanted != nil { print("\(what): \(placed) placed, \(refused) refused") }
  }

  private static let packet = """
    <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
    xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" xmlns:Camera="http://pix4d.com/camera/1.0" drone-dji:AltitudeType="RtkAlt"
    drone-dji:GpsLatitude="+54.134959649" drone-dji:GpsLongitude="+15.143333097" drone-dji:AbsoluteAltitude="+120.000"
    drone-dji:GimbalRollDegree="+0.00" drone-dji:GimbalYawDegree="+35.00" drone-dji:GimbalPitchDegree="-80.00" drone-dji:DewarpFlag="0"
    drone-dji:DewarpData="2026-03-14;443.76,443.76,1,2,-.26,.11,.0001,-.00004,-.035" Camera:Yaw="20" Camera:Pitch="400/100" Camera:Roll="1"
    Camera:PrincipalPoint="3.21,2.385" Camera:PerspectiveDistortion="-0.08,0.03,0.0,0.0005,-0.0003" Camera:VertCS="EPSG:5773"/>
    </rdf:RDF></x:xmpmeta>
    """

  private static let exif = [
    "GPSLatitude": "(54) (8) (5.8547)", "GPSLatitudeRef": "N", "GPSLongitude": "(15) (8) (35.9991)", "GPSLongitudeRef": "E",
    "GPSAltitude": "(120)", "GPSAltitudeRef": "0x00", "FocalLength": "(10.6)", "FocalPlaneXResolution": "(426.667)",
    "FocalPlaneResolutionUnit": "3", "FocalLengthIn35mmFilm": "24", "PixelXDimension": "640", "PixelYDimension": "480", "Orientation": "6",
    "DateTimeOriginal": "2026:06:01 10:11:12", "GPSDateStamp": "2026:06:01", "GPSTimeStamp": "(10) (11) (12)",
  ]

  private static let table = """
    File,Precision Time Stamp,Sensor Latitude,Sensor Longitude,Sensor True Altitude,Platform Heading Angle,Platform Pitch Angle,\
    Platform Roll Angle,Sensor Relative Azimuth Angle,Sensor Relative Elevation Angle,Sensor Relative Roll Angle,\
    Sensor Horizontal Field of View,Sensor Vertical Field of View
    a.jpg,1780308670000000,54.136,15.147,260,300,4,-20,255,-40,0,30,22.7
    """

  private static let numbers = [
    "0", "-0", "1e308", "-1e308", "1e-320", "nan", "inf", "0/0", "1/0", "90", "-90", "180", "99999999999999999999", "",
  ]

  private func mutated(_ text: String, _ random: inout Seeded) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !bytes.isEmpty else { break }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...30, using: &random)))
      case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
      case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default:
        // A number becomes another one.
        guard let start = bytes[place...].firstIndex(where: { (48...57).contains($0) }) else { break }
        let end = bytes[start...].firstIndex { !(43...57).contains($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: Array((Self.numbers.randomElement(using: &random) ?? "").utf8))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A description that was taken must give a frame that can be asked anything.
  private func use(_ description: FrameDescription) {
    let frame = Frame(
      camera: description.camera,
      position: Position(longitude: description.longitude, latitude: description.latitude, height: description.height),
      rotation: description.rotation, ground: .level(0), minimumDip: 5)
    let footprint = frame.footprint(steps: 4)
    if let footprint { _ = frame.positionError(at: footprint.middlePixel, description.sigma) }
  }

  @Test func tagsArePlacedOrRefused() {
    var random = Seeded(seed: 21)
    var (placed, refused) = (0, 0)
    for _ in 0..<Self.count {
      var exif = Self.exif
      for key in exif.keys.sorted() where Int.random(in: 0..<8, using: &random) == 0 {
        exif[key] = Int.random(in: 0..<3, using: &random) == 0 ? nil : mutated(exif[key] ?? "", &random)
      }
      let packet = Int.random(in: 0..<4, using: &random) == 0 ? "" : mutated(Self.packet, &random)
      let tags = FrameTags(size: RasterSize(width: 640, height: 480), exif: exif, xmp: XMPPacket.properties(of: packet))
      do throws(FrameRefusal) {
        use(try FrameDescription(tags, settings: FrameSettings()))
        placed += 1
      } catch {
        #expect(!error.reason.isEmpty)
        refused += 1
      }
    }
    tell("tags", placed, refused)
    #expect(placed > Self.count / 20 && refused > Self.count / 20, "\(placed) placed, \(refused) refused")
  }

  @Test func tablesArePlacedOrRefused() {
    var random = Seeded(seed: 22)
    var (placed, refused) = (0, 0)
    for _ in 0..<Self.count {
      do throws(FrameRefusal) {
        let table = try SensorTable(mutated(Self.table, &random), name: "a.csv")
        use(try table.description(of: "a.jpg", size: RasterSize(width: 640, height: 480), settings: FrameSettings()))
        placed += 1
      } catch {
        #expect(!error.reason.isEmpty)
        refused += 1
      }
    }
    tell("tables", placed, refused)
    #expect(placed > Self.count / 20 && refused > Self.count / 20, "\(placed) placed, \(refused) refused")
  }

  /// The heads of pictures: EXIF and XMP as bytes.
  @Test func picturesAreReadOrRefused() throws {
    let folder = try TemporaryFolder("frames")
    let original = try #require(FileManager.default.contents(atPath: Places.sampleData + "/flight/h135.jpg"))
    var random = Seeded(seed: 23)
    var options = RasterSourceOptions()
    options.frames = FrameOptions()
    var (placed, refused) = (0, 0)
    for _ in 0..<max(40, Self.count / 20) {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 2..<2600, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try bytes.write(to: URL(fileURLWithPath: folder("a.jpg")))
      do throws(GeodataError) {
        let source = try RasterSource(path: folder("a.jpg"), options: options)
        #expect(source.frame != nil)
        placed += 1
      } catch {
        #expect(!error.reason.isEmpty)
        refused += 1
      }
    }
    tell("pictures", placed, refused)
    #expect(placed > 0 && refused > 0, "\(placed) placed, \(refused) refused")
  }
}
