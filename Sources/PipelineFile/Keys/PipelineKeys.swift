import Basics

/// The table of all keys: the one source of what the reader takes, the schema says and the documents show.
enum PipelineKeys {
  static let root = Record<Pipeline>(fields: [
    .table("input", \.input, input, "Which rasters, and how their pixels become what the network sees."),
    .table("model", \.model, model, "The checkpoint, and settings that it does not contain."),
    .table("inference", \.inference, inference, "How the network is applied to a source."),
    .table("vectors", \.vectors, vectors, "Which regions become polygons, and of what shape."),
    .table("output", \.output, output, "What is written, and where."),
    .table("run", \.run, run, "How an unattended run behaves."),
    .table("about", \.about, about, "What the layers say about themselves, besides how they were made."),
  ])

  /// All keys and the tables that hold them, each before what is below it.
  static let all: [KeyDescription] = root.descriptions.flatMap(\.flattened)

  static let input = Record<Pipeline.Input>(fields: [
    .key(
      "sources", \.sources, .sources, default: nil,
      "Files, folders (`**` for all subfolders, except links) and globs, on disk or at addresses (`https://`, `s3://`, `gs://`, `az://`, `/vsizip/`, `/vsitar/`), and STAC documents, as `{stac: document, asset: key or role}`."
    ),
    .key(
      "mosaic", \.mosaic, .boolean, default: "false",
      "Whether all sources are neighboring sheets, processed as one seamless source named after the pipeline."),
    .key(
      "bands", \.bands, .bands, default: "auto",
      "Bands for the network's channels; auto takes red, green and blue by band descriptions, else by color interpretation, else bands 1, 2, 3. Names may be either."
    ),
    .key(
      "scale", \.scale, .scale, default: "none",
      "Maps min…max of the stored values linearly to 0…255 and clamps; required if a band is not 8-bit (a run proposes the line). A list has one range per band."
    ),
    .key(
      "nodata", \.nodata, .optional("none", .number("a number")), default: "none", "An additional nodata value, besides those in the file."),
    .key(
      "nodataTolerance", \.nodataTolerance, .number("a number from 0", from: 0), default: "0",
      "Values this close to nodata also count as nodata if they are connected to the raster's edge: for collars in files with lossy compression. Every source is read one more time."
    ),
    .key(
      "alpha", \.alpha, .alpha, default: "auto",
      "The alpha from which a pixel is valid; auto is anything above 0, or the middle if alpha has lossy compression; none treats a band tagged as alpha like any other band."
    ),
    .key(
      "crs", \.crs, .optional("none", .text("a crs such as EPSG:25833")), default: "none",
      "The crs of sources that name none and have no .prj file beside them; others keep theirs."),
    .key(
      "dem", \.dem, .optional("none", .path("a GeoTIFF of heights")), default: "none",
      "Heights for sources that are placed by rational polynomials (RPC), in place of their mean height."),
    .key(
      "resolution", \.resolution,
      .word("native", .native, or: .word("model", .model, or: .number("a pixel size above 0", above: 0)) { .meters($0) }) { $0 },
      default: "native",
      "Pixel size in ground meters to which sources are resampled; model takes that of the pixels that the model was trained with."),
    .key(
      "gcp", \.gcp, .word, default: "auto",
      "How a source without a geotransform is placed by its ground control points: by a polynomial (auto, too) or by a thin plate spline (tps), which goes through all of them."
    ),
    .table("frames", \.frames, frames, "How pictures that are not orthophotos are placed by the camera's position and attitude."),
    .key(
      "area", \.area, .optional("none", .path("a vector file")), default: "none",
      "A vector file: only the area inside its polygons is processed."),
    .key(
      "date", \.date, .optional("none", .datePattern), default: "none",
      "Where the file name contains the day on which a file was taken, for files whose EXIF and TIFF tags do not say: {year}, {month} and {day} for digits, * for anything, such as \"*_{year}{month}{day}_*\"."
    ),
    .key(
      "drivers", \.drivers, .list(of: .text("a GDAL driver"), "a list of GDAL drivers", unique: { $0 }),
      default: "[GTiff, JPEG, PNG, JP2OpenJPEG]",
      "GDAL drivers that may open a source."),
    .key(
      "follow", \.follow, .word, default: "folder",
      "Which symbolic links among the sources are followed: folder, those that end within their folder; links, all."),
    .key(
      "settle", \.settle, .duration, default: "60s",
      "Files modified more recently than this are retried after all other sources, for at most this long; files that are still growing are left for the next run."
    ),
  ])

  static let model = Record<Pipeline.Model>(fields: [
    .key(
      "checkpoint", \.checkpoint, .path("a .pth or .safetensors file"), default: nil,
      "The trained network: mmsegmentation's .pth, a state dictionary, a Lightning checkpoint, safetensors, or a folder of save_pretrained."
    ),
    .key(
      "config", \.config, .optional("none", .path("a config.py")), default: "none",
      "The mmsegmentation configuration for a checkpoint that does not contain one."),
    .key("architecture", \.architecture, .word, default: "auto", "The network; auto recognizes it by its tensors."),
    .key(
      "classes", \.classes, .classes, default: "auto",
      "Names of the network's classes, in order; with colors; new classes as unions of old ones; or the name of a known data set such as potsdam. Auto takes the checkpoint's."
    ),
    .key(
      "mean", \.mean, .optional("auto", .channels("a list of numbers")), default: "auto",
      "Mean of each channel, subtracted from the pixels (0…255); auto takes the checkpoint's."),
    .key(
      "std", \.std, .optional("auto", .channels("a list of numbers above 0", above: 0)), default: "auto",
      "Standard deviation of each channel, by which pixels are divided; auto takes the checkpoint's."),
    .key("channels", \.channels, .word, default: "auto", "The network's channel order; auto takes the checkpoint's."),
    .key(
      "align_corners", \.alignCorners, .optional("auto", .boolean), default: "auto", "How the network resizes; auto takes the checkpoint's."
    ),
    .key(
      "resolution", \.resolution, .optional("auto", .number("a pixel size above 0", above: 0)), default: "auto",
      "Ground size in meters of the pixels that the model was trained with; auto takes the checkpoint's, if it has one. A source that differs by a factor of more than 1.5 causes a warning."
    ),
  ])

  static let inference = Record<Pipeline.Inference>(fields: [
    .key(
      "tile", \.tile, .tile, default: "auto",
      "What the network sees at once, in pixels; auto is the crop size in the checkpoint, else 512; fit is, for each source, the size between that and 1024 that infers the fewest pixels; whole is the source in one piece."
    ),
    .key(
      "overlap", \.overlap, .optional("auto", .integer(0...16383, "a whole number from 0 to 16383")), default: "auto",
      "Pixels that neighboring tiles share; auto is 128, or a quarter of a tile that is smaller than 512."),
    .key(
      "blend", \.blend, .word, default: "cosine",
      "How tiles are combined: with raised cosine weights; by their mean, as in mmsegmentation; or each pixel from the tile whose center is nearest."
    ),
    .key(
      "scales", \.scales, .list(of: .number("a number above 0, at most 8", above: 0, to: 8), "a list of numbers", unique: { String($0) }),
      default: "[1.0]",
      "Test-time augmentation: every tile is inferred at each of these scales."),
    .key(
      "flip", \.flip, .word, default: "none",
      "Test-time augmentation: tiles are also mirrored (horizontal), or rotated and mirrored in all 8 ways (d4)."),
    .key(
      "threshold", \.threshold, .optional("auto", .number("a probability from 0 to 1", from: 0, to: 1)), default: "auto",
      "For networks with one output: the probability from which a pixel is foreground; auto is the checkpoint's, else 0.3 for mmsegmentation's networks and 0.5 for others."
    ),
    .key(
      "precision", \.precision, .word, default: "float32",
      "Arithmetic of the products; bfloat16 is faster on processors that have it, and less accurate."),
    .key("kernels", \.kernels, .word, default: "auto", "Which kernel set runs; auto takes the best that the processor supports."),
    .key(
      "workers", \.workers, .optional("auto", .integer(1...1024, "a whole number from 1 to 1024")), default: "auto",
      "Tiles inferred at once; auto is the number of cores that cgroup and affinity allow."),
    .key(
      "memory", \.memory, .optional("auto", .byteSize), default: "auto",
      "A limit on memory, which is kept; sources that need more are processed in panels."),
  ])

  static let vectors = Record<Pipeline.Vectors>(fields: [
    .key(
      "classes", \.classes, .word("all", .all, or: .classNames) { .names($0) }, default: "all",
      "Classes that become polygons; the others remain in the class raster only."),
    .key(
      "minimumArea", \.minimumArea, .number("a number from 0", from: 0), default: "0",
      "Square meters; smaller regions join a neighbor."),
    .key("minimumHole", \.minimumHole, .number("a number from 0", from: 0), default: "0", "Square meters; smaller holes are filled."),
    .key(
      "connectivity", \.connectivity, .connectivity, default: "4",
      "Whether pixels that touch only at a corner belong together (8) or not (4)."),
    .key(
      "minimumConfidence", \.minimumConfidence, .minimumConfidence, default: "0",
      "Percent, for all classes or by class ({ship: 60}); regions whose mean confidence is lower are left out."),
    .table(
      "simplify", \.simplify, simplify, default: "{method: none, tolerance: 0}", "How borders are simplified; shared borders stay shared."),
    .key(
      "regularize", \.regularize, .list(of: .text("a class"), "a list of classes", atLeast: 0, unique: { $0 }), default: "[]",
      "Classes whose polygons get right angles, such as buildings."),
    .key(
      "shape", \.shape, .boolean, default: "false",
      "Whether polygons have length_m, width_m and axis_deg of the smallest rectangle around them, their compactness (1 for a circle), and length, width and direction along the middle of strands (medial_m, medial_w_m, medial_deg)."
    ),
    .key(
      "thickness", \.thickness, .thickness, default: "none",
      "Least and greatest thickness in micrometers, by class ({sheen: [0.04, 0.3]}, after the Bonn Agreement's appearance code): polygons have vol_min_l and vol_max_l, in liters."
    ),
    .key(
      "nearest", \.nearest, .nearest, default: "none",
      "For a class, another class ({oil slick: ship}): its polygons name the nearest object of that class, with the distance and the direction to it (near_class, near_id, near_src, near_m, near_deg)."
    ),
    .key(
      "crs", \.crs, .word("source", .source, or: .text("a crs such as EPSG:4326")) { .code($0) }, default: "source",
      "Coordinate system of the polygons."),
  ])

  static let simplify = Record<Pipeline.Simplify>(fields: [
    .key(
      "method", \.method, .word, default: "none",
      "visvalingam removes triangles under tolerance²/2; douglas-peucker removes points nearer than the tolerance; smooth rounds."),
    .key(
      "tolerance", \.tolerance, .number("a number from 0", from: 0), default: "0",
      "Meters; smooth needs none. Regular outlines lie within it, too; without it, within 1.5 pixels."),
  ])

  static let output = Record<Pipeline.Output>(fields: [
    .key("directory", \.directory, .path("a folder"), default: nil, "The folder for everything that is written; created if it is missing."),
    .key(
      "create", \.create, .word, default: "auto",
      "Whether a run may start a new output directory: auto, but not in an empty folder, where a disk may not be mounted; always; never."),
    .key(
      "formats", \.formats, .list(of: .word, "a list of formats", unique: { $0.rawValue }),
      default: "[classes, confidence, gpkg, shp, csv, preview]",
      "What is written for each source."),
    .key(
      "merge", \.merge, .merge, default: "false",
      "Whether all sources' polygons are also (true) or only (only) written as one merged layer."),
    .key(
      "incidents", \.incidents, .list(of: .text("a class"), "a list of classes", atLeast: 0, unique: { $0 }), default: "[]",
      "Classes whose objects are listed for a duty officer, over all sources: incidents/incidents.csv, and a page, incidents/incidents.html. GeoPackages of the sources are written, too."
    ),
    .key(
      "name", \.name, .namePattern, default: "auto",
      "The folder of a source below the directory; auto is its path below the pattern's fixed folder, without extension. A pattern may contain {name}, {file}, {folder}, {extension}."
    ),
    .key("prune", \.prune, .boolean, default: "false", "Whether outputs of sources that are gone are removed."),
    .key("report", \.report, .boolean, default: "true", "Whether each run writes report/index.html, a page for people."),
    .key(
      "postgis", \.postgis, .optional("none", .postGIS), default: "none",
      "A PostGIS database: its connection string, or a table with connection, schema (default: public) and table (default: named after the pipeline); take the password from the environment."
    ),
  ])

  static let run = Record<Pipeline.Run>(fields: [
    .key(
      "verify", \.verify, .word, default: "metadata",
      "How a changed source is recognized: by size and modification time, or also by the SHA-256 of its content."),
    .table("retry", \.retry, retry, default: "{limit: 3, after: 1h}", "When a source that failed is tried again."),
    .key(
      "maxFailures", \.maxFailures, .optional("none", .limit(countFrom: 1)), default: "none",
      "Failed sources, a count or a share, at which the run stops."),
    .key(
      "timeLimit", \.timeLimit, .optional("none", .duration), default: "none",
      "How long one source may take; after that, it is stopped and recorded as failed; if it hangs while reading, it is abandoned after 10 more seconds."
    ),
    .key(
      "until", \.until, .optional("none", .timeOfDay), default: "none", "Local time at which the run ends cleanly; the next run resumes."),
    .key(
      "pruneLimit", \.pruneLimit, .limit(countFrom: 0), default: "10%",
      "Published sources, a count or a share, that one run may remove at most."),
    .key(
      "requireSources", \.requireSources, .optional("none", .integer(1...1_000_000_000, "a whole number from 1")), default: "none",
      "With fewer sources than this, the run ends with exit code 1 before anything is done, removed or merged."),
    .key(
      "failures", \.failures, .word, default: "every",
      "Whether a source that still fails gives exit code 3 in every run, or only when its failure is new."),
    .key(
      "metrics", \.metrics, .optional("none", .path("a file that ends in .prom")), default: "none",
      "A Prometheus textfile, replaced in one step after each run."),
    .table("notify", \.notify, notify, default: "{command: none, when: failure}", "Who is notified of how a run ended."),
  ])

  static let notify = Record<Pipeline.Notify>(fields: [
    .key(
      "command", \.command, .optional("none", .text("a command")), default: "none",
      "A shell command that gets the report on standard input and, in its environment, ORTHOWEAVE_OUTCOME (failure, recovery or done), ORTHOWEAVE_REPORT (the report's file) and ORTHOWEAVE_SUMMARY (a line)."
    ),
    .key(
      "when", \.when, .word, default: "failure",
      "failure: after a run that does not end with exit code 0, and after the first good one that follows; always: after each run."),
  ])

  static let retry = Record<Pipeline.Retry>(fields: [
    .key("limit", \.limit, .integer(0...1000, "a whole number from 0 to 1000"), default: "3", "How often; 0 is never."),
    .key("after", \.after, .duration, default: "1h", "How long after the first failure; the time doubles with each failure."),
  ])

  static let about = Record<About>(fields: [
    .key(
      "title", \.title, .optional("none", .text("a title")), default: "none",
      "The title of the layers; none calls them land cover. Layers of a source add the name of the source."),
    .key(
      "abstract", \.abstract, .optional("none", .text("a few sentences")), default: "none",
      "What the layers show, and what they are meant for; none lists the classes."),
    .key(
      "license", \.license, .optional("none", .license), default: "none",
      "The terms of use: an SPDX identifier such as CC-BY-4.0, or the address of a text."),
    .key(
      "attribution", \.attribution, .optional("none", .text("a line such as © Land survey 2026")), default: "none",
      "Whom to credit for the layers: owner and year of the imagery, for example."),
    .key(
      "contact", \.contact, .optional("none", .text("an address of mail, a URL or a name")), default: "none",
      "Whom to ask about the layers."),
    .key(
      "keywords", \.keywords, .list(of: .text("a keyword"), "a list of keywords", atLeast: 0, unique: { $0 }), default: "[]",
      "Words under which catalogs list the layers."),
  ])
}
