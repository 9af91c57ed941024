import Foundation
import Glibc
import TestSupport
import Testing

/// The page that a run leaves for people.
@Suite struct ReportPageTests {
  @Test func aNightIsShownAndComparedWithTheOneBefore() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 120, height: 90)
    try scene.raster("b.tif", width: 60, height: 60, column: 400)
    try scene.pipeline(output: "formats: [classes, gpkg, preview], prune: true", more: "run: {pruneLimit: 100%}")
    #expect(try scene.run().status == 0)
    let first = try #require(scene.page())
    #expect(first.contains("a: done") && first.contains("b: done") && first.contains("There is no earlier run to compare with"))
    #expect(first.contains("data:image/jpeg;base64,") && first.contains("../a/a.preview.png"))

    try scene.raster("a.tif", width: 120, height: 120, row: 300)
    try scene.folder.write("not a picture", to: "in/c.tif")
    unlink(scene.folder("in/b.tif"))
    #expect(try scene.run().status == 3)
    let second = try #require(scene.page())
    #expect(second.contains("a: done") && !second.contains("b: done") && second.contains("removed"))
    #expect(second.contains("in/c.tif: ") && second.contains("Sources failed (exit code 3)") && second.contains(">Change<"))

    #expect(try scene.run().status == 3)
    let third = try #require(scene.page())
    #expect(third.contains("a: unchanged") && !third.contains("id=\"changes\"") && third.contains("in/c.tif: "))
  }

  @Test func aFileThatIsNotOursStaysAndIsSaid() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    try scene.folder.write("<p>mine</p>", to: "layers/report/index.html")
    let result = try scene.run()
    #expect(result.status == 1 && result.error.contains("layers/report/index.html: was not written by this program"), "\(result.error)")
    #expect(scene.page() == "<p>mine</p>" && scene.published()["a/a.classes.tif"] != nil)
    #expect(try scene.report()["exitCode"] as? Int == 1)
    try scene.pipeline(output: "formats: [classes], report: false")
    let without = try scene.run()
    #expect(without.status == 0 && without.error.contains("1 unchanged"))
  }

  @Test func aSourceOfThatNameHasTheRightOfWay() throws {
    let scene = try Scene()
    try scene.raster("Report.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect((plan.error + plan.output).contains("a source is called 'report'"))
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("a source is called 'report'"))
    #expect(scene.page() == nil && scene.published()["Report/Report.classes.tif"] != nil)
  }

  @Test func aDamagedHistoryIsReportedAndBegunAgain() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes, gpkg]")
    #expect(try scene.run().status == 0)
    let history = scene.folder("layers/.orthoweave/history.json")
    var bytes = try #require(FileManager.default.contents(atPath: history))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: history))
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("history.json: does not match its own checksum"), "\(result.error)")
    let page = try #require(scene.page())
    #expect(page.contains("a: unchanged") && page.contains("id=\"areas\""))
  }

  @Test func shardsMakeOnePageAndATrialLeavesIt() throws {
    let scene = try Scene()
    for name in ["a", "b", "c", "d"] { try scene.raster(name + ".tif", width: 60, height: 60) }
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run("--shard", "0/2").status == 0)
    #expect(try #require(scene.page()).contains("1 of 2 shards reported so far"))
    #expect(try scene.run("--shard", "1/2").status == 0)
    let page = try #require(scene.page())
    #expect(page.contains("2 of 2 shards reported so far"))
    for name in ["a", "b", "c", "d"] { #expect(page.contains("\(name): done")) }
    #expect(try scene.run("--only", "a", "--window", "0,0,20,20").status == 0)
    #expect(scene.page() == page)
  }
}
