import Foundation
import TestSupport
import Testing

/// No part of a password is printed, however the connection string is misspelt. Needs no database: none of these leads to one.
struct PasswordTests {
  private static let secrets = ["Hushtail9", "Quaggle7", "Vexmoor5"]

  static let connections = [
    // Not quoted, with a blank, a quote, an at sign, a slash, a percent sign, a backslash.
    "host=127.0.0.1 port=1 password=Hushtail9 Quaggle7 dbname=gis", "host=127.0.0.1 port=1 password=Hushtail9'Quaggle7 dbname=gis",
    "host=127.0.0.1 port=1 password=Hush=Hushtail9 Vexmoor5", "password=Hushtail9@Quaggle7 host=127.0.0.1 port=1",
    "host=127.0.0.1 port=1 password='Hushtail9", "host=127.0.0.1 port=1 password='Hushtail9 Quaggle7",
    "host=127.0.0.1 port=1 password=\\'Hushtail9 Vexmoor5",
    "postgresql://me:Hushtail9@Quaggle7@127.0.0.1:1/gis", "postgresql://me:Hushtail9/Quaggle7@127.0.0.1:1/gis",
    "postgresql://me:Hushtail9%Quaggle7@127.0.0.1:1/gis", "postgresql://me:Hushtail9%zz@127.0.0.1:1/gis",
    "postgres://me:Hushtail9#Quaggle7@127.0.0.1:1/gis",
    "postgresql://me:Hushtail9?Quaggle7=1@127.0.0.1:1/gis", "postgresql://me:Hushtail9 Quaggle7@127.0.0.1:1/gis",
    "postgresql://me:Hushtail9:Quaggle7@127.0.0.1:1/gis",
    // Misspelt keys and forms.
    "host=127.0.0.1 port=1 passwrd=Hushtail9", "host=127.0.0.1 port=1 pass word=Hushtail9", "host=127.0.0.1 port=Hushtail9", "Hushtail9",
    "=Hushtail9",
    "host=127.0.0.1:1:Hushtail9 password=Quaggle7", "postgresql:/me:Hushtail9@127.0.0.1/gis", "postgresql//me:Hushtail9@127.0.0.1:1/gis",
    "jdbc:postgresql://127.0.0.1:1/gis?user=me&password=Hushtail9", "PG:host=127.0.0.1 port=1 password=Hushtail9",
    "host=Hushtail9 password=Quaggle7 connect_timeout=2",
    "host=127.0.0.1 port=1 sslmode=Hushtail9", "host=127.0.0.1 port=1 options='-c Hushtail9' password=Quaggle7",
    "host=127.0.0.1 port=1 sslpassword=Hushtail9 sslkey=/nowhere",
    "host=127.0.0.1 port=1 passfile=/tmp/Hushtail9", "service=Hushtail9",
    "host=127.0.0.1 port=1 dbname=postgresql://me:Hushtail9@127.0.0.1:1/Quaggle7",
    "127.0.0.1:1:gis:me:Hushtail9", "postgresql://me@127.0.0.1:Hushtail9/gis", "postgresql://[::1:Hushtail9/gis",
    "host=127.0.0.1 port=1\npassword=Hushtail9 Quaggle7",
  ]

  @Test(arguments: connections) func noPartOfAPasswordIsPrinted(connection: String) throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 40, height: 40)
    try scene.folder.write(
      """
      input: {sources: [in/], settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      output: {directory: layers, formats: [classes, postgis], postgis: "${CONNECTION}"}
      """, to: "pipeline.yaml")
    for arguments in [["run", "pipeline.yaml"], ["run", "pipeline.yaml", "--log-format", "json"], ["plan", "pipeline.yaml", "--json"]] {
      let result = try Program.run(Program.orthoweave, arguments, in: scene.folder.path, environment: ["CONNECTION": connection])
      #expect([1, 2].contains(result.status), "\(result)")
      #expect(result.error.contains("PostGIS table public.pipeline"), "\(result.error)")
      for secret in Self.secrets { #expect(!(result.output + result.error).contains(secret), "\(result)") }
    }
    for file in scene.folder.files() where file.hasPrefix("layers") {
      let text = String(decoding: FileManager.default.contents(atPath: scene.folder(file)) ?? Data(), as: UTF8.self)
      for secret in Self.secrets { #expect(!text.contains(secret), "\(file)") }
    }
  }

  @Test func operations35APasswordOfOneLetterBlanksNothing() throws {
    let scene = try Scene()
    try scene.pipeline(output: "formats: [classes, postgis], postgis: \"host=127.0.0.1 port=1 password=p\"")
    try scene.raster("a.tif", width: 40, height: 40)
    let result = try scene.run()
    #expect(result.status == 1 && result.error.contains("PostGIS table public.pipeline: the database cannot be reached"), "\(result.error)")
  }
}
