import Kernels

/// One call of `generate` under way: the sequences that are being generated, each in a slot of the
/// cache, and those that wait for one.
///
/// Few slots, refilled as sequences finish, keep the caches of all live sequences near the processor
/// and the products tall until the end. Results do not depend on it, as no row depends on another.
struct Decoder {
  /// Slots: a multiple of the twelve rows of a product's tile.
  static let slotCount = 24
  /// Prompt tokens that are computed in one pass, if there is more than one prompt.
  static let promptTokens = 2048

  /// A sequence in a slot.
  private struct Live {
    var sequence: Int
    var slot: Int
  }

  private let model: Transformer
  private let prompts: [[Int32]]
  private let settings: SamplingSettings
  private let draw: TokenDraw
  private let layout: DecodeLayout
  private let base: UnsafeMutablePointer<Float>
  private let head: UnsafePointer<Float>
  /// Indices of the prompts, those of equal prompts next to each other, in order of appearance.
  private let order: [Int]
  private var admitted = 0
  /// The prompt in the prompt slot.
  private var sharedPrompt: [Int32] = []
  private var freeSlots: [Int]
  private var live: [Live] = []
  // Of the live sequences, in their order: last token, its position, slot.
  private var tokens: [Int32] = []
  private var positions: [Int32] = []
  private var slots: [Int] = []
  /// For each slot and token a byte that says whether the token has occurred.
  private var seen: [UInt8]
  private var batch = PackedBatch()
  private(set) var generations: [Generation]

  init(_ model: Transformer, prompts: [[Int32]], settings: SamplingSettings) {
    self.model = model
    self.prompts = prompts
    self.settings = settings
    draw = TokenDraw(
      temperature: Float(settings.temperature), topP: Float(settings.topP),
      repetitionPenalty: Float(settings.repetitionPenalty))
    let longest = prompts.reduce(0) { max($0, $1.count) } + settings.maximumNewTokens
    layout = DecodeLayout(
      model.configuration, slots: min(Self.slotCount, prompts.count), tokens: longest)
    base = model.decodeArena(count: layout.count)
    layout.plan.mark(base)
    head = model.packedHead(base + layout.headPanels)
    model.rotary.grow(to: longest)
    order = Self.grouped(prompts)
    freeSlots = Array((0..<layout.slots).reversed())
    seen = Array(repeating: 0, count: layout.slots * model.configuration.vocabularySize)
    generations = prompts.map { _ in Generation() }
  }

  private static func grouped(_ prompts: [[Int32]]) -> [Int] {
    var firsts: [[Int32]: Int] = [:]
    let groups = prompts.indices.map { index in
      let first = firsts[prompts[index], default: index]
      firsts[prompts[index]] = first
      return (first: first, index: index)
    }
    return groups.sorted { ($0.first, $0.index) < ($1.first, $1.index) }.map(\.index)
  }

  var isBusy: Bool { !live.isEmpty || admitted < order.count }

  private var slotSize: Int { layout.cache.slotSize }

  /// In a checked build stops where something was written between the buffers.
  func verify() { layout.plan.verify(base) }

  // MARK: Prompts

  /// Gives free slots to waiting sequences, if there are enough of both to be worth a pass, and draws
  /// their first tokens.
  mutating func admit(_ uniform: (Int, Int) -> Float) {
    while admitted < order.count, live.isEmpty || freeSlots.count * 4 >= layout.slots {
      admitSome(uniform)
    }
  }

  private mutating func admitSome(_ uniform: (Int, Int) -> Float) {
    // Sequences whose prompt is new, or that of the sequence before, as long as slots last.
    batch.removeAll()
    var newcomers: [(sequence: Int, slot: Int, row: Int?)] = []
    var last = sharedPrompt
    while admitted < order.count, let slot = freeSlots.last {
      let prompt = prompts[order[admitted]]
      if prompt != last {
        guard
          batch.tokens.isEmpty || batch.tokens.count + prompt.count <= Self.promptTokens
        else { break }
        batch.append(prompt, logitsAt: prompt.count - 1..<prompt.count)
        last = prompt
      }
      let row = batch.sequenceCount - 1
      newcomers.append((order[admitted], slot, row < 0 ? nil : row))
      freeSlots.removeLast()
      admitted += 1
    }
    // Before a new prompt takes the prompt slot, the sequences of the one that is there.
    for newcomer in newcomers where newcomer.row == nil {
      copyPrompt(
        to: newcomer.slot, from: layout.promptSlot, prompts[newcomer.sequence])
      begin(newcomer.sequence, slot: newcomer.slot, logits: base + layout.promptLogits, uniform)
    }
    guard let logits = computePrompts(newcomers) else { return }
    for newcomer in newcomers {
      guard let row = newcomer.row else { continue }
      begin(
        newcomer.sequence, slot: newcomer.slot, logits: logits.base + row * logits.columns, uniform)
    }
  }

  /// Draws the first token of a sequence whose prompt is in its slot.
  private mutating func begin(
    _ sequence: Int, slot: Int, logits: UnsafePointer<Float>, _ uniform: (Int, Int) -> Float
  ) {
    let prompt = prompts[sequence]
    markSeen(prompt, slot: slot)
    accept(
      drawToken(logits, sequence: sequence, slot: slot, uniform),
      Live(sequence: sequence, slot: slot), position: prompt.count)
  }

  /// Computes the new prompts and puts their keys and values into the slots of the sequences that
  /// have them; the last one also into the prompt slot, if more sequences wait for it.
  private mutating func computePrompts(
    _ newcomers: [(sequence: Int, slot: Int, row: Int?)]
  ) -> Matrix? {
    guard !batch.tokens.isEmpty else { return nil }
    let layout = self.layout
    let base = self.base
    let batch = self.batch
    let width = model.configuration.projectionWidth
    let shared = admitted < order.count && prompts[order[admitted]] == prompts[order[admitted - 1]]
    var targets = newcomers.compactMap { newcomer in newcomer.row.map { (newcomer.slot, $0) } }
    if shared { targets.append((layout.promptSlot, batch.sequenceCount - 1)) }
    let logits = model.inferPrompts(batch) { layer, projections in
      let cache = base + layout.cache(ofLayer: layer)
      for (slot, row) in targets {
        fillCache(
          slot: cache + slot * layout.cache.slotSize,
          projections: projections + batch.starts[row] * width,
          count: batch.starts[row + 1] - batch.starts[row], position: 0, shape: layout.cache)
      }
    }
    sharedPrompt = []
    if shared {
      sharedPrompt = prompts[order[admitted]]
      (base + layout.promptLogits).update(
        from: logits.base + (batch.sequenceCount - 1) * logits.columns, count: logits.columns)
    }
    return logits
  }

  private func copyPrompt(to slot: Int, from source: Int, _ prompt: [Int32]) {
    for layer in 0..<model.configuration.layers {
      let cache = base + layout.cache(ofLayer: layer)
      copyCache(
        to: cache + slot * slotSize, from: cache + source * slotSize, count: prompt.count,
        shape: layout.cache)
    }
  }

  private mutating func markSeen(_ prompt: [Int32], slot: Int) {
    let vocabulary = model.configuration.vocabularySize
    for i in slot * vocabulary..<(slot + 1) * vocabulary { seen[i] = 0 }
    for token in prompt { seen[slot * vocabulary + Int(token)] = 1 }
  }

  // MARK: Tokens

  /// Computes one token of every live sequence.
  mutating func step(_ uniform: (Int, Int) -> Float) {
    guard !live.isEmpty else { return }
    let logits = model.decode(
      tokens: tokens, positions: positions, slots: slots, head: head, layout, base)
    let columns = model.configuration.vocabularySize
    let before = live
    let reached = positions
    live.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    for (row, current) in before.enumerated() {
      accept(
        drawToken(
          logits + row * columns, sequence: current.sequence, slot: current.slot, uniform),
        current, position: Int(reached[row]) + 1)
    }
  }

  private func drawToken(
    _ row: UnsafePointer<Float>, sequence: Int, slot: Int, _ uniform: (Int, Int) -> Float
  ) -> DrawnToken {
    let vocabulary = model.configuration.vocabularySize
    let number =
      draw.temperature == 0 ? 0 : uniform(sequence, generations[sequence].tokens.count)
    return seen.withUnsafeBufferPointer { seen in
      Kernels.drawToken(
        row, count: vocabulary, seen: seen.baseAddress! + slot * vocabulary, draw: draw,
        uniform: number, scratch: base + layout.scratch)
    }
  }

  /// Appends a token, whose place in the sequence is `position`, and keeps the sequence alive or
  /// frees its slot.
  private mutating func accept(_ drawn: DrawnToken, _ current: Live, position: Int) {
    let sequence = current.sequence
    generations[sequence].tokens.append(drawn.token)
    generations[sequence].logProbabilities.append(drawn.logProbability)
    generations[sequence].entropies.append(drawn.entropy)
    seen[current.slot * model.configuration.vocabularySize + Int(drawn.token)] = 1
    if drawn.token == settings.stopToken {
      generations[sequence].finished = true
    }
    if generations[sequence].finished
      || generations[sequence].tokens.count == settings.maximumNewTokens
    {
      freeSlots.append(current.slot)
    } else {
      live.append(current)
      tokens.append(drawn.token)
      positions.append(Int32(position))
      slots.append(current.slot)
    }
  }
}
