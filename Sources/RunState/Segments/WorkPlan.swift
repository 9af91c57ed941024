extension OutputDirectory {
  /// Writes the plan of a source's work, `plan.json`, so that all shards and later runs work by the same.
  public func writePlan(_ plan: some Encodable, _ source: SourceName) throws(RunStateError) {
    let path = try prepareWork(source) + "/plan.json"
    try operations.replace(path, with: try SealedJSON.seal(plan, file: path))
  }

  /// The plan of a source's work; `nil` if there is none or it is damaged; damage is reported through `warn`.
  public func plan<Plan: Decodable>(_ type: Plan.Type, _ source: SourceName) throws(RunStateError) -> Plan? {
    let path = work(source) + "/plan.json"
    do { return try SealedJSON.read(type, path) } catch {
      guard error.isOfContent else { throw error }
      warn("\(error); it will be computed again")
      return nil
    }
  }
}
