"""The sample classes: names, colours (RGB), and the ids that follow from their order. 255 is unlabelled.

The generator (Sources/orthoweave-sample) writes the same ids.
"""
CLASSES = ('building', 'road', 'vegetation', 'water', 'bare land', 'oil slick', 'ship')
PALETTE = [[200, 62, 58], [122, 122, 134], [74, 142, 66], [58, 124, 190], [214, 188, 132], [84, 44, 112], [250, 196, 24]]
