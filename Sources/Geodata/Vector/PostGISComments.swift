/// What the table and its columns mean, as the database itself tells.
enum PostGISComments {
  static let table = "Polygons of land cover, written by Orthoweave. Rows of one pipeline are replaced by its runs."

  static let columns: [String: String] = {
    let own = [
      "fid": "Number of the row in this table; changes when the source is done again.", "geom": "The polygon.",
      "pipeline": "The pipeline that the row belongs to.",
    ]
    return LayerColumn.polygons.reduce(into: own) { $0[$1.name] = $1.meaning }
  }()
}
