"""Within QGIS: its window with the sheets and the layers of a run, and the plugin's dialog, as pictures. Called by scripts/docs-pictures."""

import glob
import os
import sys

sys.path.insert(0, "/usr/share/qgis/python/plugins")
import processing  # noqa: F401  its dialogs need it
from processing.core.Processing import Processing
from processing.gui.AlgorithmDialog import AlgorithmDialog
from qgis.core import QgsApplication, QgsPointXY, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QToolBar
from qgis.utils import iface, loadPlugin, startPlugin

scene, pictures = os.environ["SCENE"], os.environ["PICTURES"]


def save(widget, name):
    widget.grab().save(os.path.join(pictures, name), "JPG", 82)


def show():
    project = QgsProject.instance()
    for path in sorted(glob.glob(f"{scene}/my-orthophotos/*.tif")):
        project.addMapLayer(QgsRasterLayer(path, os.path.basename(path)))
    for node in project.layerTreeRoot().findLayers():
        node.setExpanded(False)
    for path in sorted(glob.glob(f"{scene}/layers/*/*.gpkg")):
        name = os.path.splitext(os.path.basename(path))[0]
        layer = QgsVectorLayer(path, name)
        if not layer.isValid():
            raise RuntimeError(f"{path} is not a layer")
        layer.setOpacity(0.7)
        project.addMapLayer(layer)
        extent = layer.extent()
        project.setCrs(layer.crs())
    window = iface.mainWindow()
    for bar in window.findChildren(QToolBar):
        bar.setVisible(bar.objectName() in ("mFileToolBar", "mMapNavToolBar", "mAttributesToolBar"))
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")
    window.resize(1200, 760)
    window.show()
    QTimer.singleShot(1000, lambda: zoom(extent))


def zoom(extent):
    # A part, so that single polygons are seen.
    canvas, center = iface.mapCanvas(), extent.center()
    extent.scale(0.4)
    canvas.setExtent(extent)
    canvas.setCenter(QgsPointXY(center.x() - extent.width() * 0.45, center.y() - extent.height() * 0.45))
    canvas.refresh()
    QTimer.singleShot(3000, finish)


def finish():
    iface.mapCanvas().waitWhileRendering()
    save(iface.mainWindow(), "start-map.jpg")
    loadPlugin("orthoweave")
    startPlugin("orthoweave")
    Processing.initialize()
    sheet = sorted(glob.glob(f"{scene}/my-orthophotos/*.tif"))[0]
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("orthoweave:segment")
    dialog = AlgorithmDialog(algorithm, False, iface.mainWindow())
    dialog.setParameters({"INPUT": [sheet], "CHECKPOINT": "sample.pth"})
    dialog.resize(900, 620)
    dialog.show()
    QgsApplication.processEvents()
    save(dialog, "start-dialog.jpg")
    sys.stdout.flush()
    # QGIS asks whether to save the project.
    os._exit(0)


def guarded(step):
    def call():
        try:
            step()
        except Exception as error:
            print(f"pictures: {error}", file=sys.stderr, flush=True)
            os._exit(1)

    return call


show, finish = guarded(show), guarded(finish)
QTimer.singleShot(1000, show)
