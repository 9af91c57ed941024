import CGDAL

extension RasterReading {
  /// The reading of one file, from what was decided about it.
  init(
    plan: BandPlan, rule: ValidityRule, scale: [RasterSourceOptions.Range], canBeSparse: Bool, isInverted: Bool, gaps: VirtualGaps?,
    remarks: FileRemarks, placement: Placement
  ) {
    bands = plan.bands.indices.map { index in
      let description = plan.descriptions[index].description
      return Band(
        number: plan.bands[index], role: plan.roles[index], name: description.isEmpty ? nil : description,
        nodata: rule.nodata.map { NumberText.of($0[index]) })
    }
    bandsBy = plan.choice
    let others = plan.all.indices.filter { !plan.bands.contains($0 + 1) && rule.alpha?.band != $0 + 1 }.map { index in
      let band = plan.all[index]
      return Band(number: index + 1, role: band.interpretationName, name: band.description.isEmpty ? nil : band.description)
    }
    unread = others.isEmpty ? nil : others
    type = plan.descriptions[0].typeName
    if !plan.givesBytes { self.scale = scale.map { Range(min: $0.min, max: $0.max) } }
    calibration = remarks.calibration
    self.isInverted = isInverted
    validity = Validity(rule)
    validity.leavesOutAbsentBlocks = canBeSparse
    validity.leavesOutGaps = gaps.map { !$0.covered.isEmpty } ?? false
    validity.leavesOutNonFinite = plan.descriptions.contains { [GDT_Float32, GDT_Float64].contains($0.type) }
    crs = placement.crs?.description
    crsFrom = placement.crsFrom
    ignored = rule.ignored + remarks.ignored + placement.ignored
  }
}

extension RasterReading.Validity {
  fileprivate init(_ rule: ValidityRule) {
    self.init()
    switch rule.mask {
    case .none: break
    case .dataset(let isMask, _): mask = isMask ? "mask" : nil
    case .perBand: mask = "masks of the bands"
    case .view: mask = "coverage of the warped view, with the file's mask and nodata"
    }
    alpha = rule.alpha.map { RasterReading.Alpha(band: $0.band, from: $0.from, isPremultiplied: $0.full != nil) }
    pipelineNodata = rule.extra?.first
    tolerance = rule.tolerance > 0 ? rule.tolerance : nil
  }
}
