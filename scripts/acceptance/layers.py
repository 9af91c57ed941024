"""Opens published layers in QGIS and compares what it reads of them with what was published. usage: layers.py LAYERS PAGES"""
import glob
import os
import sys

from qgis.core import (QgsApplication, QgsLayoutExporter, QgsProject, QgsRasterLayer, QgsVectorLayer)

TITLE = "Land cover of the samples & more"
ABSTRACT = "Made-up scenes; <b>nothing</b> of it is real."
LICENSE = "CC0-1.0"

QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
faults, checks, pages = [], 0, 0


def check(condition, path, what):
    global checks
    checks += 1
    if not condition:
        faults.append(f"{path}: {what}")


def describes(layer, path):
    """Title, abstract, lineage, license and contact, read back through QGIS."""
    layer.loadDefaultMetadata()
    metadata = layer.metadata()
    check(metadata.title().startswith(TITLE), path, f"has the title '{metadata.title()}'")
    check(metadata.abstract() == ABSTRACT, path, f"has the abstract '{metadata.abstract()}'")
    check(metadata.licenses() == [LICENSE], path, f"has the licenses {metadata.licenses()}")
    check(metadata.rights() == ["© Höfe & Söhne"], path, f"has the rights {metadata.rights()}")
    check(any("Software: orthoweave" in step for step in metadata.history()), path, f"has the lineage {metadata.history()}")
    check([contact.email for contact in metadata.contacts()] == ["gis@example.org"], path, "has no contact")
    words = sum(metadata.keywords().values(), [])
    check("수면" in words, path, f"has the keywords {words}")


root, target = sys.argv[1:]
for receipt in sorted(glob.glob(root + "/*/**/receipt.json", recursive=True)):
    if "/.orthoweave/" in receipt:
        continue
    directory = os.path.dirname(receipt)
    for path in sorted(glob.glob(glob.escape(directory) + "/*")):
        ending = path.rsplit(".", 1)[-1]
        if ending in ("gpkg", "shp", "geojson", "fgb"):
            layer = QgsVectorLayer(path + "|layerid=0" if ending == "gpkg" else path, "layer", "ogr")
            check(layer.isValid(), path, "does not load")
            if not layer.isValid() or (ending == "geojson" and layer.featureCount() == 0):
                continue
            check(layer.renderer().type() == "categorizedSymbol", path, f"is drawn as {layer.renderer().type()}")
            index = layer.fields().indexFromName("area_m2")
            check(index >= 0 and layer.attributeAlias(index) == "Area (m²)", path, "has no alias for area_m2")
            describes(layer, path)
        elif ending == "tif":
            layer = QgsRasterLayer(path, "layer")
            check(layer.isValid(), path, "does not load")
            describes(layer, path)
        elif ending == "qgz":
            project = QgsProject.instance()
            check(project.read(path), path, "cannot be read")
            layers = project.mapLayers()
            check(len(layers) >= 2, path, f"has {len(layers)} layers")
            for name, layer in layers.items():
                check(layer.isValid(), path, f"has the layer {name} without its data ({layer.source()})")
                check(layer.crs().isValid(), path, f"has the layer {name} without a crs")
            check(project.crs().isValid(), path, "has no crs")
            polygons = layers.get("polygons_of_classes")
            check(polygons is not None and polygons.renderer().type() == "categorizedSymbol", path, "has polygons without colors")
            check(project.metadata().title().startswith(TITLE), path, "has no title")
            check([group.name() for group in project.layerTreeRoot().findGroups()][:1] == ["Polygons"], path, "has no groups")
            layout = project.layoutManager().layoutByName("Page")
            check(layout is not None, path, "has no page")
            if layout is None:
                continue
            kinds = sorted(type(item).__name__ for item in layout.items() if type(item).__name__.startswith("QgsLayoutItem"))
            for kind in ("QgsLayoutItemMap", "QgsLayoutItemLegend", "QgsLayoutItemScaleBar", "QgsLayoutItemLabel", "QgsLayoutItemPicture"):
                check(kind in kinds, path, f"has no {kind} among {kinds}")
            settings = QgsLayoutExporter.ImageExportSettings()
            settings.dpi = 96
            page = f"{target}/{os.path.basename(path)[:-4]}-{os.path.basename(os.path.dirname(directory))}.png"
            check(QgsLayoutExporter(layout).exportToImage(page, settings) == QgsLayoutExporter.Success, path, "cannot be printed")
            pages += 1
            project.clear()

for fault in faults:
    print(fault, file=sys.stderr)
print(f"QGIS: {checks} checks, {pages} pages printed, {len(faults)} faults")
sys.stdout.flush()
sys.stderr.flush()
# QGIS does not always survive its own end while layers are alive.
os._exit(1 if faults or pages == 0 else 0)
