import Evaluation
import Geodata
import Runs

extension EvaluationSetup {
  /// As the counters take labels: everything that does not count is 255 by then.
  var rule: LabelRule { LabelRule(classes: classes, ignore: LabelTable.ignored) }

  /// How a file's class ids become those of the reference, with a note where that is not plain.
  func match(_ names: [String], of file: String, _ notes: inout EvaluationNotes) -> ClassNames.Match {
    let match = reference.match(names)
    switch match {
    case .same: break
    case .byNumber: notes.add(file, "names none of the classes \(reference.listing): they are compared by number")
    case .byName(let table) where table.enumerated().contains(where: { $0.element != nil && $0.element != $0.offset }):
      notes.add(file, "has its classes in another order: they are compared by name")
    case .byName: break
    }
    return match
  }

  /// What the labels of a truth raster become.
  ///
  /// - Parameter names: by the truth's labels, or by the ids of its palette.
  func labels(
    _ names: [String], _ pair: EvaluationPair, _ options: EvaluateRequest.Options, _ notes: inout EvaluationNotes
  ) -> LabelTable {
    guard remap.isEmpty, !options.reduceZeroLabel else {
      // Who changes labels speaks of numbers.
      let table = LabelTable(classes: classes, ignored: ignored, remap: remap, reduceZeroLabel: options.reduceZeroLabel)
      for (label, name) in names.enumerated().prefix(256) where !name.isEmpty {
        let id = Int(table[label])
        guard id < classes, let own = reference.id(named: name), own != id else { continue }
        notes.add(pair.truth, "its label \(label), '\(name)', counts as '\(self.names[id])', as the changes of labels say")
      }
      return table
    }
    let source = palette == nil ? pair.truth : "the palette"
    guard case .byName(let table) = match(names, of: source, &notes) else { return LabelTable(classes: classes, ignored: ignored) }
    return LabelTable(classes: classes, ignored: ignored, byName: table)
  }

  /// The polygons of a truth in the pixels of a prediction.
  ///
  /// - Throws: `RunError` (wrongCall), `GeodataError`.
  func polygons(_ layer: VectorReader, _ path: String, _ polygons: Polygons, _ prediction: LabelRaster) throws -> PolygonTruth {
    switch polygons {
    case .of: return try PolygonTruth(layer, path: path, for: prediction, outside: 0, classes: classes) { _ in .of(1) }
    case .field(let name):
      guard let column = layer.fieldNames.firstIndex(of: name) else {
        throw RunError(
          .wrongCall, file: path, reason: "has no column '\(name)'", remedy: "it has \(layer.fieldNames.joined(separator: ", "))")
      }
      return try PolygonTruth(layer, path: path, for: prediction, outside: nil, classes: classes) { meaning(of: $0[column]) }
    }
  }

  /// What a value in the column of classes means: a name, else an id.
  private func meaning(of value: FieldValue) -> PolygonTruth.Meaning {
    let text: String
    switch value {
    case .null: return .leftOut(.noClass, nil)
    case .integer(let number): text = "\(number)"
    case .real(let number):
      text = number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    case .text(let written):
      text = written.trimmingSpaces
      if text.isEmpty { return .leftOut(.noClass, "''") }
    }
    guard let id = reference.id(of: text) else { return .leftOut(.unknownClass, "'\(text)'") }
    if ignored.contains(id) { return .leftOut(.ignored, text) }
    return 0..<classes ~= id ? .of(UInt8(id)) : .leftOut(.unknownClass, text)
  }
}
