extension GridSpecification {
  /// Reads a specification back. Job tables hold some of grids that could not make claims or ask for measurements
  /// yet.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      about: try container.decodeIfPresent(String.self, forKey: .about),
      program: try container.decode(ProgramSpecification.self, forKey: .program),
      fixed: try container.decode(ParameterAssignment.self, forKey: .fixed),
      axes: try container.decode([Axis].self, forKey: .axes),
      variants: try container.decode([[Axis]].self, forKey: .variants),
      conditions: try container.decode([RunCondition].self, forKey: .conditions),
      replicateAxis: try container.decodeIfPresent(String.self, forKey: .replicateAxis),
      exclude: try container.decode([ParameterAssignment].self, forKey: .exclude),
      report: try container.decode(ReportSpecification.self, forKey: .report),
      claims: try container.decodeIfPresent([Claim].self, forKey: .claims) ?? [],
      measurements: try container.decodeIfPresent([String].self, forKey: .measurements) ?? [],
      stopping: try container.decodeIfPresent(Stopping.self, forKey: .stopping))
  }
}
