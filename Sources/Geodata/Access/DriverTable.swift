/// Which GDAL drivers this program has: all others are taken out of GDAL once it has registered them.
///
/// A driver is a way in. Whoever lays a file into the folder of the sources chooses by its content which driver opens it, also where GDAL
/// looks for a mask or overviews beside it.
enum DriverTable {
  struct Entry {
    var name: String
    var use: Use
    var reason: String
  }

  enum Use {
    /// Files are opened with it, and perhaps written.
    case opens
    /// Files are opened as vectors only, though the driver knows rasters, too.
    case opensVectors
    /// Something is created with it; it opens nothing.
    case creates
    /// Registered where the pipeline names a database.
    case onDemand
  }

  static let kept: [Entry] = [
    Entry(name: "GTiff", use: .opens, reason: "orthophotos, masks, overviews, published rasters"),
    Entry(name: "JPEG", use: .opens, reason: "orthophotos; pixels within a GeoTIFF"),
    Entry(name: "PNG", use: .opens, reason: "orthophotos, truths, previews"),
    Entry(name: "JP2OpenJPEG", use: .opens, reason: "orthophotos"),
    Entry(name: "VRT", use: .opens, reason: "virtual rasters that a pipeline names; warped views; the way to a COG"),
    Entry(name: "COG", use: .creates, reason: "published rasters"),
    Entry(name: "MEM", use: .creates, reason: "rasters on their way to a file; as a name it would be an address in memory"),
    Entry(name: "Memory", use: .creates, reason: "rows that PostgreSQL answers; it opens nothing"),
    Entry(name: "GPKG", use: .opensVectors, reason: "layers, areas, truths"),
    Entry(name: "FlatGeobuf", use: .opens, reason: "layers, areas, truths"),
    Entry(name: "ESRI Shapefile", use: .opens, reason: "layers, areas, truths"),
    Entry(name: "GeoJSON", use: .opens, reason: "layers, areas, truths"),
    Entry(name: "CSV", use: .opens, reason: "layers that are read again"),
    Entry(name: "KML", use: .opens, reason: "areas, truths"),
    Entry(name: "PostgreSQL", use: .onDemand, reason: "output.postgis"),
  ]

  /// Those that open areas, truths and layers, in the order in which they are asked.
  static let vectors = ["GPKG", "FlatGeobuf", "ESRI Shapefile", "GeoJSON", "KML", "CSV"]

  /// Drivers that no pipeline can have, with what they do besides reading the file that they are given.
  static let refused: [String: String] = {
    let reasons: [(String, [String])] = [
      (
        "reaches the network",
        [
          "WMS", "WCS", "WMTS", "WFS", "OAPIF", "OGCAPI", "CSW", "HTTP", "DAAS", "PLMOSAIC", "PLSCENES", "EEDA", "EEDAI", "NGW", "STACTA",
          "STACIT", "Elasticsearch", "Carto", "AmigoCloud", "GMLAS", "GML", "NAS", "KMLSUPEROVERLAY", "LIBKML", "GeoRSS", "ECW", "JP2ECW",
          "JPIPKAK", "GNMFile", "RASDAMAN", "SOAP", "CouchDB", "Cloudant", "GFT",
        ]
      ),
      (
        "reaches a database",
        [
          "PostgreSQL", "PostGISRaster", "MySQL", "MSSQLSpatial", "ODBC", "PGeo", "OCI", "GeoRaster", "HANA", "MongoDBv3", "GNMDatabase",
          "Walk",
        ]
      ),
      ("writes beside what it reads", ["MRF", "Rasterlite", "PCIDSK", "ESRIC"]),
      ("opens files by a library of its own", ["netCDF", "HDF4", "HDF4Image", "HDF5", "HDF5Image", "BAG", "FITS", "OGR_OGDI", "GPSBabel"]),
      ("takes a name for an address in memory, or for another file", ["MEM", "Memory", "DERIVED", "OGR_VRT"]),
    ]
    var refused: [String: String] = [:]
    for (reason, names) in reasons { for name in names { refused[name.lowercased()] = reason } }
    return refused
  }()
}
