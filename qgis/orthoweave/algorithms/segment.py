import glob
import json
import os

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import program
from .common import OrthoweaveAlgorithm, load

OUTLINES = ["none", "visvalingam", "smooth"]


class SegmentAlgorithm(OrthoweaveAlgorithm):
    ID = "segment"
    TITLE = "Segment orthophotos"
    HELP = (
        "Runs a segmentation network over orthophotos and writes a class raster and clean polygons for each.\n\n"
        "<b>Orthophotos</b>: raster layers that are files. <b>Mosaic</b> takes them as one seamless image, for sheets that lie side by side.\n\n"
        "<b>Checkpoint</b>: a .pth or .safetensors file of a trained network. Normalization and class names come from the file; where they are missing, the "
        "message names the lines to add under <b>Further settings</b>, such as <tt>model: {mean: [123.7, 116.3, 103.5], std: [58.4, 57.1, 57.4]}</tt>.\n\n"
        "<b>Outlines</b>: exact pixel edges, or borders simplified or smoothed to a tolerance; neighbors keep a common border. <b>Right angles</b> suit buildings.\n\n"
        "The settings are written to pipeline.json in the output folder. <tt>orthoweave run pipeline.json</tt> repeats the run, and does only what is new."
    )

    INPUT = "INPUT"
    MOSAIC = "MOSAIC"
    CHECKPOINT = "CHECKPOINT"
    MINIMUM_AREA = "MINIMUM_AREA"
    OUTLINE = "OUTLINE"
    TOLERANCE = "TOLERANCE"
    REGULAR = "REGULAR"
    CLASSES = "CLASSES"
    SETTINGS = "SETTINGS"
    OUTPUT = "OUTPUT"
    LOAD = "LOAD"

    def initAlgorithm(self, configuration=None):
        self.addParameter(QgsProcessingParameterMultipleLayers(self.INPUT, self.tr("Orthophotos"), QgsProcessing.TypeRaster))
        self.addParameter(QgsProcessingParameterFile(self.CHECKPOINT, self.tr("Checkpoint"), fileFilter="Checkpoints (*.pth *.pt *.safetensors);;All files (*)"))
        self.addParameter(QgsProcessingParameterBoolean(self.MOSAIC, self.tr("Mosaic: the orthophotos are sheets of one image"), False))
        self.addParameter(
            QgsProcessingParameterNumber(
                self.MINIMUM_AREA, self.tr("Smallest polygon (square meters; smaller ones join their neighbor)"), QgsProcessingParameterNumber.Double, 0.0, minValue=0.0
            )
        )
        self.addParameter(
            QgsProcessingParameterEnum(
                self.OUTLINE,
                self.tr("Outlines"),
                [self.tr("Exact pixel edges"), self.tr("Simplified"), self.tr("Smooth")],
                defaultValue=0,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                self.TOLERANCE, self.tr("Tolerance of simplified or smooth outlines (meters)"), QgsProcessingParameterNumber.Double, 0.5, minValue=0.0
            )
        )
        regular = QgsProcessingParameterString(self.REGULAR, self.tr("Right angles for these classes (names with commas)"), "", optional=True)
        classes = QgsProcessingParameterString(self.CLASSES, self.tr("Only these classes (names with commas; empty: all)"), "", optional=True)
        settings = QgsProcessingParameterString(
            self.SETTINGS, self.tr("Further settings (sections of the pipeline file, as YAML)"), "", multiLine=True, optional=True
        )
        for parameter in (regular, classes, settings):
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.FlagAdvanced)
            self.addParameter(parameter)
        self.addParameter(QgsProcessingParameterBoolean(self.LOAD, self.tr("Load the results"), True))
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, self.tr("Output folder")))
        self.addOutput(QgsProcessingOutputNumber("POLYGONS", self.tr("Polygons")))
        self.addOutput(QgsProcessingOutputNumber("SOURCES", self.tr("Sources done or unchanged")))

    def processAlgorithm(self, parameters, context, feedback):
        sources = self.files(parameters, context)
        folder = self.parameterAsString(parameters, self.OUTPUT, context)
        os.makedirs(folder, exist_ok=True)
        pipeline = self.settings(parameters, context, sources, folder)
        path = os.path.join(folder, "pipeline.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(pipeline, file, indent=2, ensure_ascii=False)
            file.write("\n")
        outcome = program.run(["run", "--progress", "json", "--log-format", "json", path], feedback, accepted=(0, 3))
        layers = os.path.join(folder, "layers")
        with open(os.path.join(layers, ".orthoweave", "reports", "latest.json"), encoding="utf-8") as file:
            report = json.load(file)
        done = [source for source in report["sources"] if source["state"] in ("done", "unchanged")]
        if outcome.code == 3 and not done:
            raise QgsProcessingException(outcome.reason)
        if self.parameterAsBoolean(parameters, self.LOAD, context):
            for source in done:
                name = source["name"]
                for file in sorted(glob.glob(os.path.join(glob.escape(os.path.join(layers, name)), "*"))):
                    if file.endswith(".gpkg"):
                        load(file, name, context)
                    elif file.endswith(".classes.tif"):
                        load(file, f"{name} classes", context)
        return {
            self.OUTPUT: folder,
            "POLYGONS": sum(source.get("polygons") or 0 for source in done),
            "SOURCES": len(done),
        }

    def files(self, parameters, context):
        """Paths of the chosen layers. Raises where one is not a file."""
        paths = []
        for layer in self.parameterAsLayerList(parameters, self.INPUT, context):
            path = layer.source().split("|")[0]
            if not os.path.isfile(path):
                raise QgsProcessingException(f"{layer.name()} is not a file on this computer; export it as a GeoTIFF first")
            paths.append(os.path.abspath(path))
        if not paths:
            raise QgsProcessingException("no orthophoto was chosen")
        return paths

    def settings(self, parameters, context, sources, folder):
        """The pipeline: what the dialog says, and below it what stands in the further settings."""
        pipeline = {
            "input": {"sources": sources, "settle": "0s"},
            "model": {"checkpoint": self.parameterAsFile(parameters, self.CHECKPOINT, context)},
            "output": {"directory": os.path.join(folder, "layers"), "formats": ["classes", "confidence", "gpkg"]},
        }
        if self.parameterAsBoolean(parameters, self.MOSAIC, context):
            pipeline["input"]["mosaic"] = True
        vectors = {}
        area = self.parameterAsDouble(parameters, self.MINIMUM_AREA, context)
        if area > 0:
            vectors["minimumArea"] = area
        outline = OUTLINES[self.parameterAsEnum(parameters, self.OUTLINE, context)]
        if outline != "none":
            vectors["simplify"] = {"method": outline, "tolerance": self.parameterAsDouble(parameters, self.TOLERANCE, context)}
        for key, parameter in (("regularize", self.REGULAR), ("classes", self.CLASSES)):
            names = [name.strip() for name in self.parameterAsString(parameters, parameter, context).split(",")]
            if any(names):
                vectors[key] = [name for name in names if name]
        if vectors:
            pipeline["vectors"] = vectors
        return merged(pipeline, further(self.parameterAsString(parameters, self.SETTINGS, context)))


def further(text):
    """Sections that the user wrote, as values."""
    if not text.strip():
        return {}
    try:
        import yaml
    except ImportError:
        raise QgsProcessingException("further settings need Python's yaml module (python3-yaml)")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise QgsProcessingException(f"the further settings are not valid YAML: {error}")
    if not isinstance(value, dict) or not all(isinstance(section, dict) for section in value.values()):
        raise QgsProcessingException("the further settings must be sections, such as inference: {tile: 768}")
    return value


def merged(first, second):
    """The first value with the keys of the second in their place."""
    result = dict(first)
    for key, value in second.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and isinstance(result.get(key), dict) else value
    return result
