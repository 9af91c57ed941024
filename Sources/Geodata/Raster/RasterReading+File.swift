import CGDAL

extension RasterReading {
  /// The reading of one file, from what was decided about it.
  init(plan: BandPlan, rule: ValidityRule, scale: [RasterSourceOptions.Range], canBeSparse: Bool, crs system: CoordinateSystem?) {
    bands = plan.bands.indices.map { index in
      let description = plan.descriptions[index].description
      return Band(
        number: plan.bands[index], role: plan.roles[index], name: description.isEmpty ? nil : description,
        nodata: rule.nodata.map { NumberText.of($0[index]) })
    }
    bandsBy = plan.choice
    type = plan.descriptions[0].typeName
    if !plan.givesBytes { self.scale = scale.map { Range(min: $0.min, max: $0.max) } }
    switch rule.mask {
    case .none: break
    case .dataset(let mask, let alpha):
      if mask { validity.mask = "mask" }
      validity.alpha = alpha.map { Alpha(band: $0) }
    case .perBand: validity.mask = "masks of the bands"
    }
    validity.pipelineNodata = rule.extra?.first
    validity.leavesOutAbsentBlocks = canBeSparse
    validity.leavesOutNonFinite = plan.descriptions.contains { [GDT_Float32, GDT_Float64].contains($0.type) }
    crs = system?.description
    crsFrom = system == nil ? nil : "file"
  }
}
