/// What the table and its columns mean, as the database itself tells.
enum PostGISComments {
  static let table = "Polygons of land cover, written by Orthoweave. Rows of one pipeline are replaced by its runs."

  static let columns: [String: String] = [
    "fid": "Number of the row in this table; changes when the source is done again.",
    "geom": "The polygon.",
    "id": "Number of the polygon in its source, from 1.",
    "class_id": "Number of the class, as in the class raster.",
    "class": "Name of the class.",
    "source": "The source that the polygon was found in.",
    "pixels": "Pixels of the source in the polygon.",
    "area_m2": "Area on the ground in square meters.",
    "area_px": "Area in pixels.",
    "perim_m": "Length of all rings on the ground in meters.",
    "perim_px": "Length of all rings in pixels.",
    "conf_mean": "Mean confidence of the pixels in percent.",
    "conf_min": "Least confidence in percent.",
    "conf_max": "Greatest confidence in percent.",
    "edge": "1 where the polygon touches the edge of its source.",
    "lon": "Longitude of a point inside, in degrees on WGS 84.",
    "lat": "Latitude of that point.",
    "date": "Day on which the source was taken, if it is known.",
    "sigma_m": "One standard error of the position of that point, along its worst axis, in meters.",
    "length_m": "Longer side of the smallest rectangle around the polygon, in meters.",
    "width_m": "Shorter side of that rectangle, in meters.",
    "axis_deg": "Direction of the longer side in degrees from north.",
    "compact": "4π · area / perimeter²: 1 for a circle.",
    "vol_min_l": "Least volume in liters, by the thickness of the class.",
    "vol_max_l": "Greatest volume in liters, by the thickness of the class.",
    "pipeline": "The pipeline that the row belongs to.",
  ]
}
