import os

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon

ICON = os.path.join(os.path.dirname(os.path.dirname(__file__)), "icon.svg")


class OrthoweaveAlgorithm(QgsProcessingAlgorithm):
    """What the four algorithms share: names, help and the loading of results."""

    ID = TITLE = HELP = ""

    def name(self):
        return self.ID

    def displayName(self):
        return self.tr(self.TITLE)

    def shortHelpString(self):
        return self.tr(self.HELP)

    def icon(self):
        return QIcon(ICON)

    def createInstance(self):
        return type(self)()

    def tr(self, text):
        return QCoreApplication.translate("Orthoweave", text)


def load(path, title, context):
    """Has QGIS load a raster or the first layer of a vector file when the algorithm ends. Styles come with the files."""
    if path.endswith(".tif"):
        layer = QgsRasterLayer(path, title)
    else:
        layer = QgsVectorLayer(path, title, "ogr")
    if not layer.isValid():
        return False
    context.temporaryLayerStore().addMapLayer(layer)
    details = QgsProcessingContext.LayerDetails(title, context.project() or QgsProject.instance(), title)
    details.forceName = True
    context.addLayerToLoadOnCompletion(layer.id(), details)
    return True
