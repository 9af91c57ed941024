"""JSON Schemas of the STAC extensions that Orthoweave's documents name, by their identifiers.

The extensions' own schemas lie on the network and in no package. These stand in for them: written after the extensions' specifications, they ask for the
same types, patterns and required fields, and refuse fields with an extension's prefix that it does not have.
"""


def identifier(name, version):
    return f"https://stac-extensions.github.io/{name}/v{version}/schema.json"


def named(prefix, fields, **more):
    """An object in which fields of a prefix are those given; fields of others are free."""
    return {"type": "object", "properties": fields, "patternProperties": {f"^(?!{prefix}:)": True}, "additionalProperties": False, **more}


def each(schema):
    return {"type": "object", "additionalProperties": schema}


def listed(schema, least=1, **more):
    return {"type": "array", "items": schema, "minItems": least, **more}


TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer", "minimum": 0}
# The classes of the extension 2.0: a value and a name without spaces.
CLASSES = listed(
    {
        "type": "object",
        "required": ["value", "name"],
        "properties": {
            "value": {"type": "integer"},
            "name": {"type": "string", "pattern": "^[0-9A-Za-z_-]+$"},
            "title": TEXT,
            "description": TEXT,
            "color_hint": {"type": "string", "pattern": "^[0-9A-F]{6}$"},
            "nodata": {"type": "boolean"},
        },
    },
    uniqueItems=True,
)
CLASSIFIED = named("classification", {"classification:classes": CLASSES})
RASTER = named(
    "raster",
    {
        "raster:sampling": {"enum": ["area", "point"]},
        "raster:bits_per_sample": WHOLE,
        "raster:spatial_resolution": NUMBER,
        "raster:scale": NUMBER,
        "raster:offset": NUMBER,
        "raster:histogram": {"type": "object"},
    },
)
PROJECTED = named(
    "proj",
    {
        "proj:code": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_]+:[A-Za-z0-9._]+$"},
        "proj:wkt2": {"type": ["string", "null"]},
        "proj:projjson": {"type": ["object", "null"]},
        "proj:geometry": {"type": "object"},
        "proj:bbox": {"type": "array", "items": NUMBER, "oneOf": [{"minItems": n, "maxItems": n} for n in (4, 6)]},
        "proj:centroid": {"type": "object", "required": ["lat", "lon"]},
        "proj:shape": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "proj:transform": {"type": "array", "items": NUMBER, "oneOf": [{"minItems": n, "maxItems": n} for n in (6, 9)]},
    },
)
FILE = named(
    "file",
    {
        "file:byte_order": {"enum": ["big-endian", "little-endian"]},
        # SHA-256 as a multihash: its code, its 32 bytes.
        "file:checksum": {"type": "string", "pattern": "^1220[0-9a-f]{64}$"},
        "file:header_size": WHOLE,
        "file:size": WHOLE,
    },
)
PROCESSED = named(
    "processing",
    {
        "processing:expression": {"type": "object", "required": ["format", "expression"]},
        "processing:lineage": TEXT,
        "processing:level": TEXT,
        "processing:facility": TEXT,
        "processing:software": each(TEXT),
        "processing:version": TEXT,
    },
)
TASKS = listed(
    {
        "enum": [
            "regression", "classification", "scene-classification", "detection", "object-detection", "segmentation", "semantic-segmentation",
            "instance-segmentation", "panoptic-segmentation", "similarity-search", "generative", "image-captioning", "super-resolution",
        ]
    },
    uniqueItems=True,
)
ARRAY = {
    "type": "object",
    "required": ["shape", "dim_order", "data_type"],
    "properties": {
        "shape": listed({"type": "integer", "minimum": -1}),
        "dim_order": listed({"type": "string", "pattern": "^[a-z_-]+$"}, uniqueItems=True),
        "data_type": {"enum": [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)] + ["float16", "float32", "float64"]},
    },
}
BANDS = listed({"oneOf": [TEXT, {"type": "object", "required": ["name"], "properties": {"name": TEXT}}]}, least=0)
SCALING = {
    "type": "object",
    "required": ["type"],
    "oneOf": [
        {"properties": {"type": {"const": "z-score"}, "mean": NUMBER, "stddev": NUMBER}, "required": ["mean", "stddev"]},
        {"properties": {"type": {"enum": ["min-max", "clip"]}, "minimum": NUMBER, "maximum": NUMBER}, "required": ["minimum", "maximum"]},
        {"properties": {"type": {"enum": ["offset", "scale"]}, "value": NUMBER}, "required": ["value"]},
    ],
}
MODEL = named(
    "mlm",
    {
        "mlm:name": {"type": "string", "pattern": "^[a-zA-Z][a-zA-Z0-9_.-]+[a-zA-Z0-9]$"},
        "mlm:architecture": TEXT,
        "mlm:framework": {"enum": ["PyTorch"]},
        "mlm:framework_version": TEXT,
        "mlm:tasks": TASKS,
        "mlm:total_parameters": WHOLE,
        "mlm:memory_size": WHOLE,
        "mlm:input": listed(
            {
                "type": "object",
                "required": ["name", "bands", "input"],
                "properties": {
                    "name": TEXT, "bands": BANDS, "input": ARRAY, "value_scaling": {"oneOf": [{"type": "null"}, listed(SCALING)]},
                    "pre_processing_function": {"type": ["object", "null"]},
                },
            }
        ),
        "mlm:output": listed(
            {
                "type": "object",
                "required": ["name", "tasks", "result"],
                "properties": {
                    "name": TEXT, "tasks": TASKS, "result": ARRAY, "classification:classes": CLASSES,
                    "post_processing_function": {"type": ["object", "null"]},
                },
            }
        ),
        "mlm:hyperparameters": {"type": "object", "minProperties": 1},
        # Of an asset.
        "mlm:artifact_type": TEXT,
        "mlm:compile_method": TEXT,
        "mlm:entrypoint": TEXT,
    },
)
IS_MODEL = {"required": ["roles"], "properties": {"roles": {"type": "array", "contains": {"const": "mlm:model"}}}}
HAS_BANDS = {"properties": {"mlm:input": {"contains": {"properties": {"bands": {"minItems": 1}}}}}}


def in_bands(schema):
    """In assets of STAC 1.1: in them, and in their bands."""
    return {"allOf": [schema, {"properties": {"bands": listed(schema)}}]}


ITEM = {"type": "object", "required": ["type", "properties", "assets"]}
SCHEMAS = {
    identifier("projection", "2.0.0"): {**ITEM, "properties": {"properties": PROJECTED, "assets": each(PROJECTED)}},
    identifier("raster", "2.0.0"): {**ITEM, "properties": {"assets": each(in_bands(RASTER))}},
    identifier("classification", "2.0.0"): {**ITEM, "properties": {"properties": CLASSIFIED, "assets": each(in_bands(CLASSIFIED))}},
    identifier("file", "2.1.0"): {"type": "object", "required": ["assets"], "properties": {"assets": each(FILE)}},
    identifier("processing", "1.2.0"): {
        "type": "object",
        "if": {"properties": {"type": {"const": "Collection"}}},
        "then": {
            "required": ["providers"],
            "properties": {
                "providers": {
                    "type": "array",
                    "items": PROCESSED,
                    "contains": {
                        "required": ["roles", "processing:software"],
                        "properties": {"roles": {"contains": {"enum": ["producer", "processor"]}}},
                    },
                }
            },
        },
        "else": {**ITEM, "properties": {"properties": PROCESSED, "assets": each(PROCESSED)}},
    },
    identifier("mlm", "1.4.0"): {
        **ITEM,
        "properties": {
            "properties": {
                "allOf": [
                    MODEL,
                    {"required": ["mlm:name", "mlm:architecture", "mlm:tasks", "mlm:input", "mlm:output"]},
                    {"not": {"anyOf": [{"required": [f"mlm:{field}"]} for field in ("artifact_type", "compile_method", "entrypoint")]}},
                    {"if": HAS_BANDS, "then": {"required": ["bands"], "properties": {"bands": listed({"type": "object", "required": ["name"]})}}},
                ]
            },
            "assets": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "allOf": [
                        MODEL,
                        {"not": {"anyOf": [{"required": [f"mlm:{field}"]} for field in ("name", "input", "output", "hyperparameters")]}},
                        {"if": IS_MODEL, "then": {"required": ["mlm:artifact_type"]}, "else": {"not": {"required": ["mlm:artifact_type"]}}},
                    ]
                },
                # One of them is the model.
                "not": {"additionalProperties": {"not": IS_MODEL}},
            },
        },
    },
}
