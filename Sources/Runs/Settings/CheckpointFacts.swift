package import Basics
package import Checkpoints
package import NeuralNetwork

extension Checkpoint {
  /// Names and colors of the classes as the file has them, which may be fewer or more than the network's.
  package func ownClasses(_ description: NetworkDescription) -> (names: [String], palette: [Color]) {
    var names = metadata.classNames ?? []
    var palette = metadata.palette ?? []
    if description.outputs == 1, names.count == 1 {
      // mmsegmentation names what the one output finds; the rest has no name and no color.
      names.insert(names[0] == "background" ? "rest" : "background", at: 0)
      if palette.count == 1 { palette.insert(Color(red: 0, green: 0, blue: 0), at: 0) }
    }
    return (names, palette)
  }

  /// What the file says of its training, for provenance.
  package var training: [String: String] {
    var known: [String: String] = [:]
    known["data set"] = metadata.datasetType
    known["framework"] = metadata.frameworkVersion
    known["iterations"] = metadata.iterations.map { "\($0)" }
    return known
  }
}
