import Basics
import Checkpoints
import Foundation
package import Layers
import NeuralNetwork
package import PipelineFile
import Tiling

/// Names and colors of the classes that come out, and how the network's own become them.
struct ClassSetup {
  var catalog: ClassCatalog
  var merge: ClassMerge?

  init(_ pipeline: Pipeline, checkpoint: Checkpoint, description: NetworkDescription, warnings: inout [String]) throws {
    let count = description.classes
    var (names, palette) = checkpoint.ownClasses(description)
    let own = names
    merge = nil
    func check(_ given: Int, _ what: String) throws {
      guard given == count else {
        throw pipeline.error(
          at: "model.classes", reason: "\(what) \(given) classes, the network has \(count)",
          remedy: "name \(count) classes, in the order of their ids")
      }
    }
    switch pipeline.model.classes {
    case .auto, .merges: break
    case .names(let given):
      try check(given.count, "it names")
      names = given
    case .colors(let given):
      try check(given.count, "it names")
      names = given.map(\.name)
      palette = given.map(\.color)
    case .dataset(let name):
      guard let dataset = KnownDataset.named(name) else {
        throw pipeline.error(
          at: "model.classes", reason: "no data set is called '\(name)'",
          remedy: "use one of \(KnownDataset.all.map(\.name).joined(separator: ", "))")
      }
      try check(dataset.classNames.count, "the data set \(name) has")
      names = dataset.classNames
      palette = dataset.palette
    }
    if names.count != count {
      if !names.isEmpty {
        warnings.append("the checkpoint names \(names.count) classes, the network has \(count): they are numbered")
      } else {
        warnings.append(
          "the checkpoint does not name its \(count) classes: they are numbered; name them in model.classes"
            + (UsualModel(checkpoint, description).dataset.map { ", where \($0.name) would name as many" } ?? ""))
      }
      names = ClassCatalog.numbered(count)
    }
    if names == own { try Self.checkDistinct(names, checkpoint.file) }
    catalog = ClassCatalog(names: names, palette: palette)
    if case .merges(let merges) = pipeline.model.classes {
      (catalog, merge) = try Self.merged(merges, own: catalog, pipeline: pipeline)
    }
    try pipeline.checkClassNames(catalog)
  }

  /// Names of a pipeline are compared by who reads it; those of a checkpoint here.
  private static func checkDistinct(_ names: [String], _ file: String) throws {
    var known: Set<String> = []
    for (index, name) in names.enumerated() {
      let isBlank = name.allSatisfy(\.isWhitespace)
      guard isBlank || !known.insert(name).inserted else { continue }
      throw RunError(
        .wrongCall, file: file, reason: isBlank ? "its class \(index) has an empty name" : "two of its classes are called '\(name)'",
        remedy: "name the classes in model.classes")
    }
  }

  /// New classes in the order given; own classes that nobody names keep their name, behind them.
  private static func merged(
    _ merges: [Pipeline.ClassMerge], own: ClassCatalog, pipeline: Pipeline
  ) throws -> (ClassCatalog, ClassMerge) {
    var table = [UInt8?](repeating: nil, count: own.classes.count)
    var names: [String] = []
    var palette: [Color] = []
    for (new, merge) in merges.enumerated() {
      names.append(merge.name)
      for member in merge.members {
        guard let old = own.classes.first(where: { $0.name == member }) else {
          throw pipeline.error(
            at: "model.classes", reason: "the network has no class '\(member)'",
            remedy: "it has \(own.classes.map(\.name).joined(separator: ", "))")
        }
        table[old.id] = UInt8(new)
        if palette.count == new { palette.append(old.color) }
      }
      if palette.count == new { palette.append(.standard(new)) }
    }
    for entry in own.classes where table[entry.id] == nil {
      table[entry.id] = UInt8(names.count)
      names.append(entry.name)
      palette.append(entry.color)
    }
    return (ClassCatalog(names: names, palette: palette), ClassMerge(table: table.compactMap(\.self)))
  }

  /// Classes that `vectors` names have to be there.
}

extension Pipeline {
  /// Compares the classes that it names with those that there are.
  ///
  /// - Throws: `PipelineError` where there is no such class.
  package func checkClassNames(_ catalog: ClassCatalog) throws {
    let known = Set(catalog.classes.map(\.name))
    var named: [(key: String, names: [String])] = [
      ("vectors.regularize", vectors.regularize), ("vectors.thickness", vectors.thickness.keys.sorted()),
      ("vectors.nearest", Set(vectors.nearest.flatMap { [$0, $1] }).sorted()), ("output.incidents", output.incidents),
    ]
    if case .names(let names) = vectors.classes { named.append(("vectors.classes", names)) }
    if case .byClass(let table) = vectors.minimumConfidence { named.append(("vectors.minimumConfidence", table.keys.sorted())) }
    for (key, names) in named {
      for name in names where !known.contains(name) {
        throw error(
          at: key, reason: "there is no class '\(name)'", remedy: "there are \(catalog.classes.map(\.name).joined(separator: ", "))")
      }
    }
  }
}
