import CGDAL
import Foundation

/// The environment as far as it would change what GDAL, PROJ and the libraries below them do.
///
/// GDAL takes every option that nobody has set from the environment, under hundreds of names. A run gives the same bytes wherever it is
/// started, so all of them are removed.
public enum ProcessEnvironment {
  /// Beginnings of names. Those of cloud storage are not among them: no network is reached, and batch systems use some.
  private static let beginnings = [
    "GDAL", "OGR_", "OSR_", "OCT_", "CPL", "VSI_", "VSIL_", "VSICRYPT_", "VSICURL_", "VSIS3_", "VSIAZ_", "VSIWEBHDFS_", "PROJ_", "GTIFF_",
    "GEOTIFF_", "TIFF_", "JPEG_", "JSIMD_", "PNG_", "JP2_", "JP2OPENJPEG_", "GMLJP2", "OPENJPEG_", "OPJ_", "VRT_", "COG_", "MEM_", "GPKG_",
    "SHAPE_", "SHP_", "FLATGEOBUF_", "GEOJSON_", "KML_", "LIBKML_", "GML_", "CSV_", "SQLITE_", "SPATIALITE", "PG_", "PGSQL_", "TAB_",
    "OZI_",
    "RAW_", "RPC_", "GEOLOC_", "QHULL_", "NETCDF_", "HFA_", "ECW_", "WMS_", "MRF_",
  ]
  private static let names: Set<String> = [
    "ALLOW_GPKG_ZOOM_OTHER_EXTENSION", "ALLOW_OGR_SQL_FUNCTIONS_FROM_TRIGGER_AND_VIEW", "ALLOW_VIRTUAL_OGR_FROM_TRIGGER_AND_VIEW",
    "ATTRIBUTES_SKIP", "BLACKLISTED_OPENCL_VENDOR", "CENTER_LONG", "CHECK_DISK_FREE_SPACE", "CHECK_WITH_INVERT_PROJ", "COMPRESS_GEOM",
    "CONVERT_YCBCR_TO_RGB", "CREATE_GEOMETRY_COLUMNS", "CREATE_METADATA_TABLES", "CREATE_RASTER_TABLES", "CREATE_TRIGGERS",
    "DRIVER_WISHED", "DUMP_JP2_BOXES", "ESRI_XML_PAM", "GEOMETRY_AS_COLLECTION", "JPEGMEM", "MDBDRIVER_PATH", "OPENCL_USE_CPU",
    "PARTIAL_TILES_JOURNAL_MODE", "PGCLIENTENCODING", "PREFERRED_OPENCL_VENDOR", "PYTHONSO", "QGIS_HACK",
    "RESTRICT_OUTPUT_DATASET_UPDATE", "RL2_SHOW_ALL_PYRAMID_LEVELS", "THRESHOLD", "USE_OPENJPEG_SINGLE_TILE_OPTIM",
    "USE_OSR_FIND_MATCHES", "USE_RRD", "USE_SQLITE_DEBUG_MEMALLOC", "WARP_THREAD_CHUNK_SIZE",
  ]

  /// Like the variables of the other stores, it says where a source lies, and changes no pixel.
  private static let kept: Set<String> = ["CPL_GS_ENDPOINT"]

  /// Whether a variable is removed.
  package static func removes(_ name: String) -> Bool {
    !kept.contains(name) && (names.contains(name) || beginnings.contains(where: name.hasPrefix))
  }

  /// The variables as the process was started with them: what a pipeline may name.
  public static let original = ProcessInfo.processInfo.environment

  /// Removes what GDAL and PROJ would read. To be called first of all, while the process has one thread; cheap after the first call.
  public static func fix() { _ = fixed }

  private static let fixed: Void = {
    for name in original.keys where removes(name) { unsetenv(name) }
    // Grids and a database that a user may have laid into a folder of his own.
    setenv("PROJ_SKIP_READ_USER_WRITABLE_DIRECTORY", "YES", 1)
  }()
}
