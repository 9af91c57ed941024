import glob
import json
import os

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsVectorLayer,
)

from .. import program
from .common import OrthoweaveAlgorithm, load

METHODS = ["none", "visvalingam", "douglas-peucker", "smooth"]


class TraceAlgorithm(OrthoweaveAlgorithm):
    ID = "trace"
    TITLE = "Trace class raster"
    HELP = (
        "Traces a raster of class ids (0 to 254) to polygons without gaps or overlaps, also when their borders are simplified or smoothed.\n\n"
        "The raster's nodata value and 255 are not classes. Names and colors come from its color table and categories."
    )

    INPUT = "INPUT"
    MINIMUM_AREA = "MINIMUM_AREA"
    METHOD = "METHOD"
    TOLERANCE = "TOLERANCE"
    OUTPUT = "OUTPUT"
    LOAD = "LOAD"

    def initAlgorithm(self, configuration=None):
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, self.tr("Class raster")))
        self.addParameter(
            QgsProcessingParameterNumber(
                self.MINIMUM_AREA, self.tr("Smallest polygon (square meters; smaller ones join their neighbor)"), QgsProcessingParameterNumber.Double, 0.0, minValue=0.0
            )
        )
        self.addParameter(
            QgsProcessingParameterEnum(
                self.METHOD,
                self.tr("Outlines"),
                [self.tr("Exact pixel edges"), self.tr("Visvalingam"), self.tr("Douglas-Peucker"), self.tr("Smooth")],
                defaultValue=0,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(self.TOLERANCE, self.tr("Tolerance of the outlines (meters)"), QgsProcessingParameterNumber.Double, 0.5, minValue=0.0)
        )
        self.addParameter(QgsProcessingParameterBoolean(self.LOAD, self.tr("Load the result"), True))
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, self.tr("Output folder")))
        self.addOutput(QgsProcessingOutputNumber("POLYGONS", self.tr("Polygons")))

    def processAlgorithm(self, parameters, context, feedback):
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        path = layer.source().split("|")[0] if layer is not None else ""
        if not os.path.isfile(path):
            raise QgsProcessingException("the class raster is not a file on this computer; export it as a GeoTIFF first")
        folder = self.parameterAsString(parameters, self.OUTPUT, context)
        vectors = {"minimumArea": self.parameterAsDouble(parameters, self.MINIMUM_AREA, context)}
        method = METHODS[self.parameterAsEnum(parameters, self.METHOD, context)]
        if method != "none":
            vectors["simplify"] = {"method": method, "tolerance": self.parameterAsDouble(parameters, self.TOLERANCE, context)}
        program.run(["trace", path, "--output", folder, "--formats", "gpkg", "--vectors", json.dumps(vectors)], feedback)
        name = os.path.basename(path).rsplit(".", 1)[0].removesuffix(".classes")
        written = glob.glob(os.path.join(glob.escape(os.path.join(folder, name)), "*.gpkg"))
        if len(written) != 1:
            raise QgsProcessingException(f"no GeoPackage was found in {os.path.join(folder, name)}")
        if self.parameterAsBoolean(parameters, self.LOAD, context):
            load(written[0], name, context)
        return {self.OUTPUT: folder, "POLYGONS": QgsVectorLayer(written[0], name, "ogr").featureCount()}
