import Kernels

extension EntropyMinimization {
  /// Halves the update that was just made until the divergence on its own samples is within a limit;
  /// after the most halvings the weights are again those from before. (The backtracking of TRPO,
  /// arXiv 1502.05477, appendix C, without its condition on the objective: on few samples that only adds
  /// noise.) The optimizer's moments are those of the gradient either way.
  ///
  /// - Parameters:
  ///   - limit: the course, or the divergence before the update where that is larger. (Of a tree the
  ///     latter is measured on the logits of its sampling, which may differ in the last digit.)
  ///   - given: the base model's logits of the rows; computed where they are `nil`.
  /// - Returns: the share of the update that was kept: 1, ½, ¼ and so on, or 0.
  /// - Throws: `TrainingError.lossNotFinite` where even the shortest update leaves no finite divergence;
  ///   the weights are then those from before.
  /// - Complexity: a forward pass of the model for each try.
  func keepWithin(
    _ limit: Double, on rows: MinimisedRows, reference given: Matrix?
  ) throws(TrainingError) -> Double {
    guard let reference, rows.weights.contains(where: { $0 != 0 }) else { return 1 }
    let weights = model.weights
    let before = previous.floats
    let base = given ?? rows.layout.forward(reference)
    var share = 1.0
    var isFinite = true
    for halvings in 0...Adaptation.mostHalvings {
      if halvings > 0 {
        share /= 2
        for index in weights.indices {
          weights[index] = 0.5 * weights[index] + 0.5 * before[index]
        }
      }
      let divergence = divergence(
        of: rows.layout.forward(model), from: base, weights: rows.weights)
      if divergence <= limit { return share }
      isFinite = divergence.isFinite
    }
    _ = weights.update(fromContentsOf: before)
    guard isFinite else { throw .lossNotFinite(step: step) }
    return 0
  }
}
