"""Validates STAC documents with pystac. usage: stac.py DIRECTORY | ITEM.json...

Of an output directory: collection.json, model.json and all items, whose links are followed and whose checksums are compared. Single files, such as those of
`orthoweave model describe`, are validated alone. The core schemas come with pystac; those of extensions are the stand-ins in stac_schemas.py, and a document
that names another extension, or has fields of one that it does not name, is refused.
"""
import hashlib
import json
import os
import sys
import urllib.parse

import jsonschema
import pystac
from pystac.validation import JsonSchemaSTACValidator

from stac_schemas import SCHEMAS

PREFIXES = {"proj": "projection", "raster": "raster", "classification": "classification", "file": "file", "processing": "processing", "mlm": "mlm"}


class Offline(JsonSchemaSTACValidator):
    """Core schemas of pystac; for extensions those beside this script."""

    def validate_extension(self, stac_dict, stac_object_type, stac_version, extension_id, href=None):
        assert extension_id in SCHEMAS, f"no schema for {extension_id}"
        jsonschema.Draft7Validator(SCHEMAS[extension_id]).validate(stac_dict)
        return extension_id


validator = Offline()
seen = set()


def prefixes(value):
    """The prefixes of all fields, at any depth."""
    if isinstance(value, dict):
        for key, member in value.items():
            if ":" in key:
                yield key.split(":")[0]
            yield from prefixes(member)
    elif isinstance(value, list):
        for member in value:
            yield from prefixes(member)


def load(path, kind):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    extensions = document["stac_extensions"]
    seen.update(validator.validate(document, kind, "1.1.0", extensions)[1:])
    used = {PREFIXES[prefix] for prefix in prefixes(document) if prefix in PREFIXES}
    named = {extension.split("/")[3] for extension in extensions}
    assert used <= named, f"{path}: uses {used - named} without naming it"
    (pystac.Collection if kind == pystac.STACObjectType.COLLECTION else pystac.Item).from_dict(document)
    return document


def linked(document, path):
    for link in document["links"]:
        if "://" in link["href"]:
            continue
        assert not link["href"].startswith("/"), link
        target = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(link["href"])))
        assert os.path.exists(target), f"{path}: {link}"
        yield link["rel"], target


def compare(document, path):
    """Sizes and checksums of the files that assets name."""
    for asset in document["assets"].values():
        file = os.path.join(os.path.dirname(path), urllib.parse.unquote(asset["href"]))
        assert os.path.getsize(file) == asset["file:size"], file
        with open(file, "rb") as content:
            assert asset["file:checksum"] == "1220" + hashlib.sha256(content.read()).hexdigest(), file


def directory(folder):
    collection = load(folder + "/collection.json", pystac.STACObjectType.COLLECTION)
    links = list(linked(collection, folder + "/collection.json"))
    assert any(rel == "mlm:model" for rel, _ in links)
    compare(load(folder + "/model.json", pystac.STACObjectType.ITEM), folder + "/model.json")
    items = 0
    for rel, path in links:
        if rel != "item":
            continue
        item = load(path, pystac.STACObjectType.ITEM)
        assert {"collection", "parent", "mlm:model"} <= {rel for rel, _ in linked(item, path)}
        assert item["collection"] == collection["id"]
        compare(item, path)
        items += 1
    assert items > 0
    assert seen == set(SCHEMAS), f"no document names {set(SCHEMAS) - seen}"
    print(f"{items} items, a collection and a model are valid by the core and {len(seen)} extensions")


for argument in sys.argv[1:]:
    argument = os.path.abspath(argument)
    if os.path.isdir(argument):
        directory(argument)
    else:
        compare(load(argument, pystac.STACObjectType.ITEM), argument)
        print(f"{argument} is valid")
