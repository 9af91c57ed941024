"""Whether the polygons of a GeoPackage are a coverage: no gap, no overlap, no border that only one neighbor has bent.

usage: coverage.py LAYER.gpkg RASTER.json RASTER.raw [exact]    (gdalinfo -json and the pixels of the class raster; 255 is nodata)

exact: along the pixels' sides, where a neighbor's straight border needs no vertex in which two others meet it; then areas decide alone.
"""

import json
import sqlite3
import sys

import numpy
import shapely


def geometries(path):
    """The polygons of the one layer, and the pixels that they hold."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    table = connection.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchone()[0]
    shapes, pixels = [], 0
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
    for blob, count in connection.execute(f'SELECT geom, pixels FROM "{table}"'):
        # GeoPackage: a head of 8 bytes and a box before the WKB.
        shapes.append(shapely.from_wkb(blob[8 + envelope[(blob[3] >> 1) & 7]:]))
        pixels += count
    return numpy.array(shapes), pixels


def main(layer, description, raw, kind="simplified"):
    with open(description) as file:
        about = json.load(file)
    width, height = about["size"]
    valid = int((numpy.fromfile(raw, numpy.uint8, width * height) != 255).sum())
    shapes, pixels = geometries(layer)
    faults = []
    if pixels != valid:
        faults.append(f"the polygons hold {pixels} pixels, the raster {valid}")

    # From the crs to pixels: areas that are small beside the coordinates lose no digits.
    c = about.get("geoTransform", [0, 1, 0, 0, 0, 1])
    determinant = c[1] * c[5] - c[2] * c[4]

    def to_pixels(points):
        x, y = points[:, 0] - c[0], points[:, 1] - c[3]
        return numpy.stack([(c[5] * x - c[2] * y) / determinant, (c[1] * y - c[4] * x) / determinant], axis=1)

    invalid = int((~shapely.is_valid(shapes)).sum())
    if invalid:
        faults.append(f"{invalid} polygons are invalid")
    # Vertices as they are in the file: neighbors must agree in every bit. (Wider gaps show as holes of the union; GEOS takes narrow
    # parts at the raster's edge for gaps when it is asked for wide ones.)
    bad = 0
    if kind != "exact":
        # Beside nodata, narrow tongues of it would count as gaps: there, only holes of the union tell.
        gap = abs(determinant) ** 0.5 / 2 if valid == width * height else 0
        edges = shapely.coverage_invalid_edges(shapes, gap_width=gap)
        bad = int((~shapely.is_empty(edges)).sum())
        if bad:
            first = edges[~shapely.is_empty(edges)][:1]
            faults.append(f"{bad} polygons overlap, leave gaps or have borders of their own, the first at {first}")

    flat = shapely.transform(shapes, to_pixels)
    total = float(shapely.area(flat).sum())
    union = shapely.union_all(flat)
    # Half a millionth of a pixel for each polygon: what the crs's coordinates can say.
    rounding = 1e-6 * max(1, len(shapes))
    if abs(total - union.area) > rounding:
        faults.append(f"areas sum up to {total:.6f} pixels, their union has {union.area:.6f}")
    parts = shapely.get_parts(union)
    if valid == width * height:
        if abs(total - valid) > rounding:
            faults.append(f"areas sum up to {total:.6f} pixels of {valid}")
        holes = sum(shapely.get_num_interior_rings(part) for part in parts)
        if len(parts) != 1 or holes:
            faults.append(f"the union has {len(parts)} parts and {holes} holes")
    else:
        if abs(total - valid) > 0.02 * valid + 4:
            faults.append(f"areas sum up to {total:.1f} pixels of {valid}")
        rings = [ring for part in parts for ring in shapely.get_rings(part)[1:]]
        narrow = sum(shapely.area(shapely.polygons(ring)) < 0.5 for ring in rings)
        if narrow:
            faults.append(f"{narrow} holes of the union are smaller than half a pixel: no nodata, but gaps")
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    nodata = "" if valid == width * height else f", {width * height - valid} pixels of nodata"
    print(
        f"{len(shapes)} polygons, {vertices} vertices, {invalid} invalid, {bad} with gaps or overlaps beside them; "
        f"sum {total:.4f}, union {union.area:.4f}, valid {valid} pixels{nodata}")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
