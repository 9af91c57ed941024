from qgis.core import QgsApplication

from .provider import OrthoweaveProvider


class OrthoweavePlugin:
    """Registers the provider while the plugin is loaded."""

    def __init__(self):
        self.provider = None

    def initProcessing(self):
        self.provider = OrthoweaveProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        self.initProcessing()

    def unload(self):
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
