import Synchronization

/// The user's hand on a running session. May be used before the session begins and after it ends.
package final class ExecutionControl: Sendable {
  package enum Wish: Hashable, Sendable {
    /// Start nothing more; running jobs come to a good end within seconds or are ended.
    case drain
    /// End everything at once.
    case stop
  }

  private struct State: Sendable {
    var wishes: [Wish] = []
    var listener: (@Sendable (Wish) -> Void)?
  }

  private let state = Mutex(State())

  package init() {}

  package func wish(_ wish: Wish) {
    let listener = state.withLock { state in
      if state.listener == nil { state.wishes.append(wish) }
      return state.listener
    }
    listener?(wish)
  }

  /// Hands over what was wished before, and from now on at once.
  func listen(_ listener: @escaping @Sendable (Wish) -> Void) {
    let earlier = state.withLock { state in
      state.listener = listener
      defer { state.wishes = [] }
      return state.wishes
    }
    for wish in earlier { listener(wish) }
  }

  func stopListening() {
    state.withLock { $0.listener = { _ in } }
  }
}
