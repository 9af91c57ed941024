import os

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.evaluate import EvaluateAlgorithm
from .algorithms.segment import SegmentAlgorithm
from .algorithms.trace import TraceAlgorithm
from .algorithms.verify import VerifyAlgorithm
from .program import SETTING

ICON = os.path.join(os.path.dirname(__file__), "icon.svg")


class OrthoweaveProvider(QgsProcessingProvider):
    def id(self):
        return "orthoweave"

    def name(self):
        return "Orthoweave"

    def icon(self):
        return QIcon(ICON)

    def load(self):
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        ProcessingConfig.addSetting(
            Setting(self.name(), SETTING, "The orthoweave program (empty: found on the PATH)", "", valuetype=Setting.FILE)
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self):
        ProcessingConfig.removeSetting(SETTING)

    def loadAlgorithms(self):
        for algorithm in (SegmentAlgorithm, TraceAlgorithm, EvaluateAlgorithm, VerifyAlgorithm):
            self.addAlgorithm(algorithm())
