/// A head that takes several maps side by side, all enlarged to the first one's size (mmsegmentation's `resize_concat`).
struct JoiningHead: DecodeHead {
  let head: any DecodeHead
  let alignCorners: Bool

  var weightBytes: Int { head.weightBytes }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let finest = features[0]
    let joined = program.map(height: finest.height, width: finest.width, channels: features.reduce(0) { $0 + $1.channels })
    var used = 0
    for (index, feature) in features.enumerated() {
      let part = joined.channels(used..<(used + feature.channels))
      used += feature.channels
      if index == 0 {
        program.copy(feature, into: part, name: "join.0")
      } else {
        program.resize(feature, into: part, alignCorners: alignCorners, name: "join.\(index)")
      }
    }
    program.note("fcn_in", joined)
    return head.record([joined], in: &program)
  }
}
