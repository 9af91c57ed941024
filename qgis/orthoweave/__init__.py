"""Orthoweave's algorithms for QGIS' Processing toolbox."""


def classFactory(interface):
    from .plugin import OrthoweavePlugin

    return OrthoweavePlugin()
