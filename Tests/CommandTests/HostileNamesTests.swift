import Foundation
import TestSupport
import Testing

/// Names of classes, sources and texts of a pipeline that break out of markup, tables and queries where they are not escaped, through the whole program
/// and all formats.
@Suite(.enabled(if: Program.find("python3") != nil, "python3 is not here")) struct HostileNamesTests {
  private static let classes = ["Gebäude & Höfe", "수면", "水域", "<b>\"x\"</b>", "=1+1", "x'); DROP TABLE y; --", "@SUM(A1)"]

  private func run() throws -> Scene {
    let scene = try Scene("hostile")
    try scene.raster("=1+1.tif", width: 90, height: 70)
    try scene.raster("<b>\"x\"<b>.tif", width: 60, height: 60, column: 200)
    let names = try String(decoding: JSONSerialization.data(withJSONObject: Self.classes, options: .withoutEscapingSlashes), as: UTF8.self)
    try scene.folder.write(
      """
      input: {sources: [in/], settle: 0s}
      model: {checkpoint: \(Scene.checkpoint), classes: \(names)}
      inference: {tile: 128, overlap: 32}
      output:
        directory: layers
        formats: [classes, confidence, probabilities, gpkg, shp, csv, geojson, fgb, preview, stac, qgis]
        merge: true
        incidents: \(names)
      run: {metrics: metrics.prom}
      about:
        title: "<i>Höfe & \\"more\\"</i>"
        abstract: "=1+1]]> <!-- [% 1 %]"
        license: CC0-1.0
        attribution: "<script>alert(1)</script> [% 1 %]"
        contact: "'><img src=x>"
        keywords: ["<k>", "수면"]
      """, to: "pipeline.yaml")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    return scene
  }

  /// Documents are read by others' parsers, which must find the names as they are and nothing that a name made.
  @Test func namesStayTextInEveryFormat() throws {
    let scene = try run()
    let python = try #require(Program.find("python3"))
    let names = try String(decoding: JSONSerialization.data(withJSONObject: Self.classes), as: UTF8.self)
    let read = try Program.run(python, ["-c", Self.script, scene.folder("layers"), scene.folder("metrics.prom"), names])
    #expect(read.status == 0, "\(read.output)\(read.error)")
    #expect(read.output == "csv geojson gpkg html json prom qgz txt xml\n", "\(read.output)")
    let verified = try Program.run(Program.orthoweave, ["verify", "--deep", "layers"], in: scene.folder.path)
    #expect(verified.status == 0, "\(verified.output)\(verified.error)")
  }

  private static let script = #"""
    import csv, glob, json, os, re, sqlite3, sys, xml.etree.ElementTree as tree, zipfile
    root, metrics, names = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    read = set()
    texts = lambda node: {text.strip() for text in node.itertext()} | {value for part in node.iter() for value in part.attrib.values()}
    bare = lambda text: text.replace("{http://www.w3.org/1999/xhtml}", "")
    files = sorted(glob.glob(glob.escape(root) + "/**", recursive=True))
    for path in filter(os.path.isfile, files):
        if "/.orthoweave/" in path: continue
        ending = path.rsplit(".", 1)[-1]
        if ending in ("qml", "qmd", "sld", "xml"):
            document = tree.parse(path).getroot()
            assert not {"b", "script", "img", "i", "k"} & {bare(part.tag) for part in document.iter()}, path
            if ending in ("qml", "sld"): assert set(names) <= texts(document), path
            read.add("xml")
        elif ending == "qgz":
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                document = tree.fromstring(archive.read(archive.namelist()[0]))
            assert set(names) <= texts(document), path
            # A page takes what stands between these for an expression.
            assert not any("[%" in item.get("labelText", "") for item in document.iter("LayoutItem")), path
            read.add("qgz")
        elif ending == "html":
            document = tree.fromstring(open(path, encoding="utf-8").read().split("\n", 1)[1])
            tags = {part.tag for part in document.iter()}
            assert not {"b", "script", "i", "k"} & tags and all(part.get("src", "data:").startswith(("data:", "..")) for part in document.iter("img")), path
            assert not any(name.startswith("on") for part in document.iter() for name in part.attrib), path
            whole = " ".join(texts(document))
            assert any(name in whole for name in names), path
            read.add("html")
        elif ending == "csv":
            for row in csv.reader(open(path, encoding="utf-8", newline="")):
                for cell in row: assert not re.match(r"\s*[=+@]|\s*-(?![\d.]+$)", cell), (path, cell)
            read.add("csv")
        elif ending == "gpkg":
            file = sqlite3.connect("file:" + path.replace("?", "%3f").replace("#", "%23") + "?mode=ro", uri=True)
            layer = file.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchone()[0].replace('"', '""')
            assert {row[0] for row in file.execute(f'SELECT class FROM "{layer}"')} <= set(names), path
            assert [row[0] for row in file.execute("SELECT description FROM gpkg_data_column_constraints ORDER BY value")] == names, path
            for row in file.execute("SELECT metadata FROM gpkg_metadata"): tree.fromstring(row[0])
            read.add("gpkg")
        elif ending in ("json", "geojson"):
            document = json.load(open(path, encoding="utf-8"))
            if ending == "geojson": assert {feature["properties"]["class"] for feature in document["features"]} <= set(names), path
            for link in document.get("links", []): assert re.match(r"[\w./%~-]+$", link["href"], re.ASCII), link
            for asset in document.get("assets", {}).values():
                assert re.match(r"[\w./%~-]+$", asset["href"], re.ASCII), asset
                for band in asset.get("bands", []):
                    shown = band.get("classification:classes")
                    if shown: assert [entry["title"] for entry in shown] == names and all(re.match(r"[\w-]+$", entry["name"], re.ASCII) for entry in shown)
            read.add(ending)
        elif path.endswith("README.txt"):
            text = open(path, encoding="utf-8").read()
            assert all(name in text for name in names), path
            read.add("txt")
    label = r'[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"'
    for line in open(metrics, encoding="utf-8"):
        assert line.startswith("#") or re.match(rf'[a-z_]+(\{{({label},?)*\}})? [-+.\deEinfNa]+$', line.rstrip("\n")), line
    read.add("prom")
    print(*sorted(read))
    """#
}
