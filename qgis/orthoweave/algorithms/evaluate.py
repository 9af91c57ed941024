import json

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from .. import program
from .common import OrthoweaveAlgorithm


class EvaluateAlgorithm(OrthoweaveAlgorithm):
    ID = "evaluate"
    TITLE = "Evaluate against truth"
    HELP = (
        "Compares a class raster with the truth and reports intersection over union (IoU) and accuracy for each class.\n\n"
        "The truth is a class raster, a mask of colors, or a vector file. For a vector file, give either the class that its polygons are, or the column that names their classes."
    )

    PREDICTION = "PREDICTION"
    TRUTH = "TRUTH"
    CLASS = "CLASS"
    FIELD = "FIELD"
    IGNORE = "IGNORE"

    def initAlgorithm(self, configuration=None):
        self.addParameter(QgsProcessingParameterFile(self.PREDICTION, self.tr("Class raster (prediction)")))
        self.addParameter(QgsProcessingParameterFile(self.TRUTH, self.tr("Truth: class raster, mask of colors or vector file")))
        self.addParameter(QgsProcessingParameterString(self.CLASS, self.tr("Class that the truth's polygons are"), "", optional=True))
        self.addParameter(QgsProcessingParameterString(self.FIELD, self.tr("Column with the polygons' classes"), "", optional=True))
        self.addParameter(QgsProcessingParameterString(self.IGNORE, self.tr("Labels of the truth that do not count"), "255"))
        for name, title in (("MEAN_IOU", "Mean IoU (percent)"), ("ACCURACY", "Share of right pixels (percent)")):
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(title)))
        self.addOutput(QgsProcessingOutputString("TABLE", self.tr("IoU and accuracy by class")))

    def processAlgorithm(self, parameters, context, feedback):
        arguments = [
            "evaluate",
            self.parameterAsFile(parameters, self.PREDICTION, context),
            self.parameterAsFile(parameters, self.TRUTH, context),
            "--json",
            "--ignore",
            self.parameterAsString(parameters, self.IGNORE, context),
        ]
        for option, name in (("--class", self.CLASS), ("--field", self.FIELD)):
            value = self.parameterAsString(parameters, name, context)
            if value:
                arguments += [option, value]
        result = json.loads(program.run(arguments, feedback).output)
        lines = [f"{'class':24} {'IoU %':>7} {'acc. %':>7}"]
        for entry in result["classes"]:
            pixels = entry["pixels"]
            lines.append(f"{entry['name'][:24]:24} {_percent(pixels.get('iou'))} {_percent(pixels.get('accuracy'))}")
        for line in lines:
            feedback.pushConsoleInfo(line)
        return {"MEAN_IOU": _number(result.get("mIoU")), "ACCURACY": _number(result.get("aAcc")), "TABLE": "\n".join(lines)}


def _number(share):
    return None if share is None else 100 * share


def _percent(share):
    return f"{'':>7}" if share is None else f"{100 * share:7.2f}"
