"""Finds the orthoweave program, runs it, and passes on its progress, its messages and the order to stop."""

import json
import os
import selectors
import shutil
import signal
import subprocess
import threading

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import QgsProcessingException

SETTING = "ORTHOWEAVE_PROGRAM"

# What the exit codes mean (docs/exit-codes.md).
REASONS = {
    1: "it was stopped by its surroundings, such as a full disk or a missing folder",
    2: "the settings, the checkpoint or the call are not valid",
    3: "some sources failed",
    4: "another run holds the output directory",
    130: "it was interrupted",
}


def find():
    """The path of the program: the provider's setting, else the one on the PATH."""
    chosen = (ProcessingConfig.getSetting(SETTING) or "").strip()
    if chosen:
        if os.path.isfile(chosen) and os.access(chosen, os.X_OK):
            return chosen
        raise QgsProcessingException(
            f"{chosen} is not a program; set Settings > Options > Processing > Providers > Orthoweave, or leave it empty"
        )
    found = shutil.which("orthoweave")
    if found is None:
        raise QgsProcessingException(
            "orthoweave is not on the PATH; install it, or name it in Settings > Options > Processing > Providers > Orthoweave"
        )
    return found


class Outcome:
    """What a finished call left: its exit code, its standard output, and the last error that it named."""

    def __init__(self, code, output, error):
        self.code = code
        self.output = output
        self.error = error

    @property
    def reason(self):
        said = REASONS.get(self.code, f"it ended with exit code {self.code}")
        return f"orthoweave: {said}" + (f"\n{self.error}" if self.error else "")


def run(arguments, feedback, accepted=(0,)):
    """Runs the program and returns its Outcome.

    Messages go to the feedback as they come. A canceled feedback sends SIGINT, which ends a run within two seconds; what is finished is kept.
    Raises QgsProcessingException where the exit code is not among the accepted ones.
    """
    command = [find(), *arguments]
    feedback.pushCommandInfo(" ".join(command))
    said = _Messages(feedback)
    output = []
    canceled = False
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # The feedback is spoken to from this thread alone: standard output, which is only kept, has a thread of its own.
        keeper = threading.Thread(target=lambda: output.append(process.stdout.read()))
        keeper.start()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stderr, selectors.EVENT_READ)
            while True:
                if feedback.isCanceled() and not canceled:
                    canceled = True
                    process.send_signal(signal.SIGINT)
                if selector.select(0.1):
                    some = os.read(process.stderr.fileno(), 65536)
                    if not some:
                        break
                    said.take(some)
        keeper.join()
    said.take(b"\n")
    outcome = Outcome(process.returncode, b"".join(output).decode("utf-8", "replace"), said.error)
    if canceled:
        raise QgsProcessingException("canceled; what was finished is kept, and the next run resumes there")
    if outcome.code not in accepted:
        raise QgsProcessingException(outcome.reason)
    return outcome


class _Messages:
    """Splits what the program writes to standard error into lines, and passes them on by their kind."""

    def __init__(self, feedback):
        self.feedback = feedback
        self.error = ""
        self.rest = b""

    def take(self, some):
        *lines, self.rest = (self.rest + some).split(b"\n")
        for line in lines:
            self.read(line.decode("utf-8", "replace"))

    def read(self, line):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.say("error" if line.startswith(("error", "orthoweave:")) else "info", line)
        elif "message" in value:
            source = value.get("source")
            self.say(value.get("level", "info"), (f"{source}: " if source else "") + str(value["message"]))
        elif "share" in value:
            self.feedback.setProgress(_percent(value))

    def say(self, level, text):
        if level == "error":
            self.error = text
            self.feedback.reportError(text)
        elif level == "warning":
            self.feedback.pushWarning(text)
        elif text:
            self.feedback.pushInfo(text)


def _percent(progress):
    """Percent of all sources, from the share of the one that is worked on."""
    count = max(1, progress.get("sourceCount", 1))
    number = min(count, max(1, progress.get("sourceNumber", 1)))
    return 100 * (number - 1 + progress.get("share", 0)) / count
