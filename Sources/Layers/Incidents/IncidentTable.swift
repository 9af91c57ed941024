import Basics
import FileWriting
import Foundation

/// The incidents as a CSV table, a line each.
public enum IncidentTable {
  static let header =
    "incident,class,position,lat,lon,sigma_m,area_m2,vol_min_l,vol_max_l,length_m,width_m,axis_deg,medial_m,medial_w_m,"
    + "medial_deg,near_class,near_m,near_deg,conf_mean,cut,time_first,time_last,n_frames,frames,key"

  /// Text that a spreadsheet would take for a formula gets an apostrophe in front; line ends and other control characters become spaces.
  public static func text(_ incidents: [Incident]) -> String {
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    var lines = [header]
    for (index, incident) in incidents.enumerated() {
      let fields: [String] = [
        "\(index + 1)", CSVText.field(IncidentText.plain(incident.className)),
        CSVText.field(IncidentText.position(longitude: incident.longitude, latitude: incident.latitude)), number(incident.latitude),
        number(incident.longitude), number(incident.sigma), number(incident.area), number(incident.liters?.lowerBound),
        number(incident.liters?.upperBound), number(incident.length), number(incident.width), number(incident.axis),
        number(incident.strand?.length), number(incident.strand?.width), number(incident.strand?.axis),
        CSVText.field(IncidentText.plain(incident.nearest?.className ?? "")), number(incident.nearest?.distance),
        number(incident.nearest?.azimuth),
        number(incident.confidence), incident.isCut ? "1" : "0", incident.first ?? "", incident.last ?? "", "\(incident.sources.count)",
        CSVText.field(IncidentText.plain(incident.sources.joined(separator: "; "))), incident.key,
      ]
      lines.append(fields.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  public static func write(_ incidents: [Incident], to path: String) throws {
    do throws(FileError) { try writeNewFile(path, Array(text(incidents).utf8)) } catch { throw LayersError(error) }
  }
}

extension Incident {
  /// The sources that show it, in order.
  public var sources: [String] {
    var names: [String] = []
    for sighting in sightings where names.last != sighting.source { names.append(sighting.source) }
    return names
  }
}
