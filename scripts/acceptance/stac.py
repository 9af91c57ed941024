"""Validates collection.json, model.json and all items of an output directory with pystac, and follows their links. usage: stac.py DIRECTORY

The core schemas come with pystac. Those of extensions would come over the network: in their place stands a schema that takes anything, and what the
extensions require is checked here.
"""
import hashlib
import json
import os
import sys
import urllib.parse

import pystac
from pystac.validation import JsonSchemaSTACValidator

folder = os.path.abspath(sys.argv[1])


class Offline(JsonSchemaSTACValidator):
    """Core schemas of pystac; for extensions a schema that takes anything."""

    def validate_extension(self, stac_dict, stac_object_type, stac_version, extension_id, href=None):
        return extension_id


validator = Offline()
items = 0


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def linked(document, path):
    for link in document["links"]:
        if "://" in link["href"]:
            continue
        assert not link["href"].startswith("/"), link
        target = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(link["href"])))
        assert os.path.exists(target), f"{path}: {link}"
        yield link["rel"], target


collection = load(folder + "/collection.json")
validator.validate_core(collection, pystac.STACObjectType.COLLECTION, "1.1.0")
pystac.Collection.from_dict(collection)
links = list(linked(collection, folder + "/collection.json"))
assert any(rel == "mlm:model" for rel, _ in links)
model = load(folder + "/model.json")
validator.validate_core(model, pystac.STACObjectType.ITEM, "1.1.0")
for key in ("mlm:name", "mlm:architecture", "mlm:tasks", "mlm:input", "mlm:output"):
    assert key in model["properties"], key
assert all("mlm:artifact_type" in asset for asset in model["assets"].values() if "mlm:model" in asset["roles"])
for rel, path in links:
    if rel != "item":
        continue
    item = load(path)
    validator.validate_core(item, pystac.STACObjectType.ITEM, "1.1.0")
    pystac.Item.from_dict(item)
    assert {"collection", "parent", "mlm:model"} <= {rel for rel, _ in linked(item, path)}
    assert item["collection"] == collection["id"]
    for asset in item["assets"].values():
        file = os.path.join(os.path.dirname(path), urllib.parse.unquote(asset["href"]))
        assert os.path.getsize(file) == asset["file:size"], file
        with open(file, "rb") as content:
            assert asset["file:checksum"] == "1220" + hashlib.sha256(content.read()).hexdigest(), file
        for band in asset.get("bands", []):
            for entry in band.get("classification:classes", []):
                assert {"value", "name", "title", "color_hint"} <= entry.keys(), entry
    items += 1
assert items > 0
print(f"{items} items, a collection and a model are valid")
