import json

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
)

from .. import program
from .common import OrthoweaveAlgorithm


class VerifyAlgorithm(OrthoweaveAlgorithm):
    ID = "verify"
    TITLE = "Verify outputs"
    HELP = (
        "Compares every published file of an output directory with its checksum.\n\n"
        "<b>Deep</b> reads the outputs as a GIS would, too: valid polygons, sums, layout of the rasters. The next run redoes damaged sources."
    )

    INPUT = "INPUT"
    DEEP = "DEEP"

    def initAlgorithm(self, configuration=None):
        self.addParameter(QgsProcessingParameterFile(self.INPUT, self.tr("Output directory"), QgsProcessingParameterFile.Folder))
        self.addParameter(QgsProcessingParameterBoolean(self.DEEP, self.tr("Deep"), False))
        for name, title in (("SOURCES", "Sources"), ("FILES", "Files"), ("DAMAGED", "Damaged sources")):
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(title)))

    def processAlgorithm(self, parameters, context, feedback):
        arguments = ["verify", self.parameterAsFile(parameters, self.INPUT, context), "--json"]
        if self.parameterAsBoolean(parameters, self.DEEP, context):
            arguments.append("--deep")
        result = json.loads(program.run(arguments, feedback, accepted=(0, 3)).output)
        for problem in result["problems"]:
            feedback.reportError(problem if isinstance(problem, str) else json.dumps(problem, ensure_ascii=False))
        return {"SOURCES": result["sources"], "FILES": result["files"], "DAMAGED": len(result["damaged"])}
