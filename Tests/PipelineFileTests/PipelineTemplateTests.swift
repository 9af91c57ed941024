import PipelineFile
import Testing

struct PipelineTemplateTests {
  @Test func theTemplateIsAPipelineWithDefaults() throws {
    let template = PipelineTemplate(sources: ["*.tif"], checkpoint: "models/net.pth")
    let pipeline = try read(template.rendered())
    #expect(pipeline.input.sources.map(\.written) == ["*.tif"])
    #expect(pipeline.inference == Pipeline.Inference() && pipeline.vectors == Pipeline.Vectors() && pipeline.run == Pipeline.Run())
    #expect(pipeline.input.bands == .auto && pipeline.input.scale == Pipeline.Scale.none)
  }

  @Test func findingsAreFilledIn() throws {
    var template = PipelineTemplate(sources: ["a/*.tif", "b.tif"], checkpoint: "/m/net.pth")
    template.findings = ["12 files, 4 bands\nof 16 bit", "EPSG:32633\r\u{85}injected: true\u{2028}more: true"]
    template.modelFindings = ["ISANet, ResNet-18"]
    template.classes = ["no", "a: b", "c\nd"]
    template.tile = .size(height: 512, width: 256)
    template.bands = .names(["red", "no", "x, y"])
    template.scale = .perBand([.init(min: 0, max: 1), .init(min: 0.5, max: 3000), .init(min: -1, max: 2)])
    template.mosaic = true
    template.normalization = .init(mean: [0, 0.5, 123.675], std: [255, 255, 79.3], whose: "a line\nbreak")
    let pipeline = try read(template.rendered())
    #expect(pipeline.input.mosaic)
    #expect(pipeline.input.bands == .names(["red", "no", "x, y"]))
    #expect(pipeline.input.scale == template.scale)
    #expect(pipeline.inference.tile == .size(height: 512, width: 256))
    #expect(pipeline.model.mean == [0, 0.5, 123.675] && pipeline.model.std == [255, 255, 79.3])
  }

  @Test func anyNameComesBackAsItWas() throws {
    let names = [
      "plain.tif", "**/*.tif", "*.tif", "with blank.tif", " lead", "trail ", "a: b", "a #b", "- x", "\"quoted\"", "it's", "back\\slash",
      "${HOME}/x", "$x", "시설/정사.tif", "é{a,b}.tif", "[x].tif",
      "&a", "*a", "!t", "%x", "@x", "`x`", "null", "~", "true", "12", "tab\there", "line\nbreak", "\u{7f}x", "a\u{FEFF}bom", "\u{2028}",
      "?", "🛰.tif", "a,b", "x:",
    ]
    for name in names {
      var template = PipelineTemplate(sources: [name], checkpoint: name)
      // Outputs may not lie within the sources.
      template.directory = name.contains("**") ? "/elsewhere" : name
      let pipeline = try read(template.rendered())
      #expect(pipeline.input.sources.map(\.resolved) == ["/data/project/" + name], "\(name)")
      #expect(pipeline.model.checkpoint.resolved == "/data/project/" + name)
      template.scale = .all(.init(min: 12, max: 3400.5))
      template.classes = [name]
      #expect(try read(template.rendered()).input.scale == template.scale)
    }
  }
}
