import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

/// What the environment of a run must not change.
struct SurroundingsTests {
  /// Variables that change what GDAL, PROJ or a library below them do, with values that would show.
  static let variables: [String: String] = [
    "GDAL_GEOREF_SOURCES": "NONE", "GTIFF_IGNORE_READ_ERRORS": "YES", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO",
    "GDAL_SKIP": "GTiff,GPKG,COG", "OGR_SKIP": "GPKG", "GDAL_DRIVER_PATH": "/nowhere", "GDAL_DATA": "/nowhere", "GDAL_NUM_THREADS": "7",
    "GDAL_CACHEMAX": "1", "GDAL_SWATH_SIZE": "1", "GDAL_TIFF_OVR_BLOCKSIZE": "64", "GDAL_TIFF_INTERNAL_MASK": "NO",
    "GDAL_TIFF_ENDIANNESS": "BIG", "GDAL_TIFF_DEFLATE_SUBCODEC": "ZLIB", "GDAL_VALIDATE_CREATION_OPTIONS": "NO",
    "GDAL_FILENAME_IS_UTF8": "NO", "GDAL_PAM_PROXY_DIR": "/tmp/nowhere", "GDAL_MAX_DATASET_POOL_SIZE": "2", "GDAL_FORCE_CACHING": "YES",
    "GDAL_BAND_BLOCK_CACHE": "HASHSET", "GDAL_VRT_ENABLE_PYTHON": "YES", "GDAL_ALLOW_LARGE_LIBJPEG_MEM_ALLOC": "NO",
    "GDAL_OVR_CHUNKYSIZE": "1", "GDAL_HTTP_PROXY": "127.0.0.1:9", "GTIFF_LINEAR_UNITS": "BROKEN", "GTIFF_POINT_GEO_IGNORE": "TRUE",
    "GTIFF_REPORT_COMPD_CS": "YES", "GTIFF_SRS_SOURCE": "EPSG", "GTIFF_HONOUR_NEGATIVE_SCALEY": "YES", "GTIFF_WRITE_TOWGS84": "YES",
    "GTIFF_VIRTUAL_MEM_IO": "YES", "GTIFF_DIRECT_IO": "YES", "GTIFF_DELETE_ON_ERROR": "NO", "GTIFF_DONT_WRITE_BLOCKS": "YES",
    "OGR_CURRENT_DATE": "1999-01-01T00:00:00.000Z", "OGR_GPKG_NUM_THREADS": "4", "OGR_GPKG_FOREIGN_KEY_CHECK": "YES",
    "OGR_SQLITE_PRAGMA": "page_size=1024", "OGR_SQLITE_CACHE": "1", "OGR_SQLITE_JOURNAL": "DELETE",
    "OGR_ENABLE_PARTIAL_REPROJECTION": "YES",
    "OGR_CT_FORCE_TRADITIONAL_GIS_ORDER": "NO", "OGR_CT_OP_SELECTION": "FIRST_MATCHING", "OGR_CT_USE_SRS_COORDINATE_EPOCH": "NO",
    "OGR_APPLY_GEOM_SET_PRECISION": "YES", "OGR_WKT_PRECISION": "3", "OGR_WKT_ROUND": "NO", "OGR_GEOJSON_MAX_OBJ_SIZE": "1",
    "OGR_ORGANIZE_POLYGONS": "SKIP", "OGR_STROKE_CURVE": "TRUE", "OGR_DEBUG_ORGANIZE_POLYGONS": "YES", "OGR_FORCE_ASCII": "YES",
    "OSR_DEFAULT_AXIS_MAPPING_STRATEGY": "AUTHORITY_COMPLIANT", "OSR_USE_APPROX_TMERC": "YES", "OSR_STRIP_TOWGS84": "YES",
    "OSR_ADD_TOWGS84_ON_EXPORT_TO_WKT1": "YES", "OSR_WKT_FORMAT": "WKT1_ESRI", "OSR_USE_ETMERC": "YES",
    "CPL_DEBUG": "ON", "CPL_LOG": "/dev/null", "CPL_TIMESTAMP": "YES", "CPL_TMPDIR": "/nowhere", "CPL_MAX_ERROR_REPORTS": "0",
    "CPL_VSIL_USE_TEMP_FILE_FOR_RANDOM_WRITE": "YES", "CPL_VSIL_DEFLATE_CHUNK_SIZE": "1K", "VSI_CACHE": "TRUE", "VSI_CACHE_SIZE": "1",
    "PROJ_DATA": "/nowhere", "PROJ_LIB": "/nowhere", "PROJ_NETWORK": "ON", "PROJ_AUX_DB": "/nowhere", "PROJ_DEBUG": "3",
    "PROJ_NETWORK_ENDPOINT": "http://127.0.0.1:9", "PROJ_USER_WRITABLE_DIRECTORY": "/tmp/nowhere",
    "PROJ_IGNORE_CELESTIAL_BODY": "YES", "PROJ_SKIP_READ_USER_WRITABLE_DIRECTORY": "NO",
    "ESRI_XML_PAM": "YES", "USE_RRD": "YES", "SHAPE_ENCODING": "CP1252", "SHAPE_2GB_LIMIT": "YES", "SHAPE_REWIND_ON_WRITE": "NO",
    "SQLITE_USE_OGR_VFS": "YES", "SQLITE_LIST_ALL_TABLES": "YES", "CREATE_METADATA_TABLES": "NO", "SPATIALITE_SECURITY": "relaxed",
    "JPEG_QUALITY": "1", "JPEGMEM": "1", "PNG_ZLEVEL": "1", "COG_TMP_COMPRESSION": "NONE", "VRT_SHARED_SOURCE": "YES",
    "VRT_VIRTUAL_OVERVIEWS": "YES", "TIFF_USE_OVR": "YES", "CENTER_LONG": "YES", "CHECK_WITH_INVERT_PROJ": "YES",
    "CONVERT_YCBCR_TO_RGB": "NO",
    "THRESHOLD": "1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "CURL_CA_BUNDLE": "/nowhere",
  ]

  private func scene() throws -> Scene {
    let scene = try Scene("surroundings")
    try scene.raster("a.tif", width: 200, height: 180) { x, y in x + y > 60 }
    try scene.raster("b.tif", width: 150, height: 140, column: 190, crs: "EPSG:4326", geotransform: .init(10, 1e-5, 0, 50, 0, -1e-5))
    try scene.pipeline(
      output: "formats: [classes, confidence, gpkg, shp, csv, geojson, fgb, preview, stac]",
      more: "vectors: {simplify: {method: douglas-peucker, tolerance: 1}}")
    return scene
  }

  @Test func noVariableOfGDALOrPROJChangesAByte() throws {
    let plain = try scene()
    #expect(try plain.run().status == 0)
    let other = try scene()
    // Files of options in the home folder, and one that is named.
    try other.folder.write(
      "[configoptions]\nGDAL_GEOREF_SOURCES=NONE\nOGR_CURRENT_DATE=1999-01-01T00:00:00.000Z\n", to: "home/.gdal/gdalrc")
    try other.folder.write("[configoptions]\nGTIFF_POINT_GEO_IGNORE=TRUE\nOSR_WKT_FORMAT=WKT1_ESRI\n", to: "gdalrc")
    let home = ["HOME": other.folder("home"), "GDAL_CONFIG_FILE": other.folder("gdalrc")]
    let result = try other.run(environment: Self.variables.merging(home) { $1 })
    #expect(result.status == 0, "\(result.error)")
    let (expected, found) = (plain.published(), other.published())
    #expect(expected.keys.sorted() == found.keys.sorted())
    for (name, bytes) in expected where !name.hasSuffix("receipt.json") { #expect(found[name] == bytes, "\(name) differs") }
    #expect(Self.variables.count >= 60)
  }

  @Test func aFileOfOptionsInTheHomeFolderIsNotRead() throws {
    let plain = try scene()
    #expect(try plain.run().status == 0)
    let other = try scene()
    try other.folder.write(
      "[configoptions]\nGDAL_GEOREF_SOURCES=NONE\nOGR_CURRENT_DATE=1999-01-01T00:00:00.000Z\n", to: "home/.gdal/gdalrc")
    #expect(try other.run(environment: ["HOME": other.folder("home")]).status == 0)
    let found = other.published()
    for (name, bytes) in plain.published() where !name.hasSuffix("receipt.json") { #expect(found[name] == bytes, "\(name) differs") }
  }

  /// A pipeline may take any variable all the same.
  @Test func aPipelineMayNameAVariableThatGDALKnows() throws {
    let scene = try scene()
    try scene.folder.write(
      """
      input: {sources: ["${GDAL_DATA}/"], settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      inference: {tile: 128, overlap: 32}
      output: {directory: layers, formats: [classes]}
      """, to: "pipeline.yaml")
    #expect(try scene.run(environment: ["GDAL_DATA": scene.folder("in")]).status == 0)
  }
}
