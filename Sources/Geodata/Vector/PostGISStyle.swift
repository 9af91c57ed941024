/// A style for a table, where QGIS looks for it: in the table `layer_styles` of the database.
extension PostGISTable {
  /// Stores the pipeline's style where it is not there as it is, as the default unless the table has another one already.
  ///
  /// - Returns: false where there is no table to style yet.
  /// - Throws: `unwritable` where the database cannot be reached, or this user may not write there.
  @discardableResult
  public static func storeStyle(_ qml: String, sld: String, of target: PostGISTarget) throws(GeodataError) -> Bool {
    let database = try PostGISDatabase(target)
    guard try database.tableExists() else { return false }
    if try !database.isTrue("to_regclass('layer_styles') IS NOT NULL") {
      // As QGIS makes it.
      try database.run(
        "CREATE TABLE IF NOT EXISTS layer_styles (id SERIAL PRIMARY KEY, f_table_catalog varchar, f_table_schema varchar, f_table_name varchar, "
          + "f_geometry_column varchar, styleName text, styleQML xml, styleSLD xml, useAsDefault boolean, description text, "
          + "owner varchar(63) DEFAULT CURRENT_USER, ui xml, update_time timestamp DEFAULT CURRENT_TIMESTAMP, type varchar)")
    }
    let place =
      "f_table_catalog = current_database() AND f_table_schema = \(SQL.literal(target.schema)) AND f_table_name = \(SQL.literal(target.table)) "
      + "AND f_geometry_column = 'geom'"
    let name = SQL.literal("classes of \(target.pipeline)")
    let style = "XMLPARSE(DOCUMENT \(SQL.literal(qml)))"
    if try database.isTrue(
      "EXISTS (SELECT 1 FROM layer_styles WHERE \(place) AND styleName = \(name) AND styleQML::text = (\(style))::text)")
    {
      return true
    }
    try database.run("DELETE FROM layer_styles WHERE \(place) AND styleName = \(name)")
    try database.run(
      "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, "
        + "description) SELECT current_database(), \(SQL.literal(target.schema)), \(SQL.literal(target.table)), 'geom', \(name), \(style), "
        + "XMLPARSE(DOCUMENT \(SQL.literal(sld))), NOT EXISTS (SELECT 1 FROM layer_styles WHERE \(place) AND useAsDefault), 'Classes in their colors'"
    )
    return true
  }
}
