extension Transformer {
  /// Generates after each prompt, all together with a key-value cache. Identical prompts are
  /// computed once, finished sequences make room for others.
  ///
  /// A token is drawn from one uniform number by inverting the cumulative distribution over the
  /// token ids in ascending order, so any other code that has the same logits and numbers draws the
  /// same sample. Each generation depends on its prompt and numbers alone, not on the other prompts,
  /// and its logits are those of `forward` to the last bit.
  ///
  /// - Parameter uniform: a number in [0, 1) for (index of the prompt in `prompts`, index of the new
  ///   token: 0 for the first). Not called at temperature 0.
  /// - Precondition: no prompt is empty; tokens are ids of the vocabulary.
  package func generate(
    prompts: [[Int32]], settings: SamplingSettings,
    uniform: (_ sequence: Int, _ position: Int) -> Float
  ) -> [Generation] {
    guard !prompts.isEmpty, settings.maximumNewTokens > 0 else {
      return prompts.map { _ in Generation() }
    }
    var decoder = Decoder(self, prompts: prompts, settings: settings)
    while decoder.isBusy {
      decoder.admit(uniform)
      decoder.step(uniform)
    }
    decoder.verify()
    return decoder.generations
  }
}
