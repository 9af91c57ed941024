"""Within QGIS' Python: results are loaded with the classes' colors, an order to stop ends a run, and the dialog is drawn."""

import os
import sys
import threading
import time

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsProject

sheet, model, output, *pictures = sys.argv[1:]
sys.path[:0] = [os.environ["QGIS_PLUGINPATH"], "/usr/share/qgis/python/plugins"]
application = QgsApplication([], bool(pictures))
application.initQgis()

import processing
from processing.core.Processing import Processing

Processing.initialize()
from orthoweave.provider import OrthoweaveProvider

provider = OrthoweaveProvider()
QgsApplication.processingRegistry().addProvider(provider)
faults = []


class Feedback(QgsProcessingFeedback):
    def __init__(self):
        super().__init__()
        self.steps = []
        self.progressChanged.connect(self.steps.append)


# Results are loaded, in their classes' colors.
feedback, context = Feedback(), QgsProcessingContext()
context.setProject(QgsProject.instance())
parameters = {"INPUT": [sheet], "CHECKPOINT": model, "OUTPUT": output + "-loaded"}
processing.run("orthoweave:segment", parameters, feedback=feedback, context=context)
loaded = [context.temporaryLayerStore().mapLayer(key) for key in context.layersToLoadOnCompletion()]
kinds = sorted(layer.renderer().type() for layer in loaded)
if kinds != ["categorizedSymbol", "paletted"]:
    faults.append(f"the layers are drawn as {kinds}")
if not feedback.steps or feedback.steps[-1] != 100 or feedback.steps != sorted(feedback.steps):
    faults.append(f"the progress went {feedback.steps}")

# An order to stop ends the run soon, and the message says what is kept.
feedback = Feedback()
threading.Timer(1.5, feedback.cancel).start()
began = time.monotonic()
try:
    processing.run("orthoweave:segment", {"INPUT": [sheet], "CHECKPOINT": model, "SETTINGS": "inference: {tile: 64, overlap: 48}", "OUTPUT": output}, feedback=feedback)
    faults.append("a canceled run ended as if it were whole")
except QgsProcessingException as error:
    if "canceled" not in str(error):
        faults.append(f"canceled: {error}")
if time.monotonic() - began > 20:
    faults.append("canceling took more than 20 s")

if pictures:
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.utils import iface

    os.makedirs(pictures[0], exist_ok=True)
    for name in ("segment", "trace"):
        dialog = AlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById(f"orthoweave:{name}"))
        dialog.resize(1000, 720)
        dialog.show()
        application.processEvents()
        dialog.grab().save(os.path.join(pictures[0], f"{name}.png"))
        dialog.close()

for fault in faults:
    print(f"plugin: {fault}", file=sys.stderr)
sys.stdout.flush()
sys.stderr.flush()
# QGIS does not always survive its own end while layers are alive.
os._exit(1 if faults else 0)
