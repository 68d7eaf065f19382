import Synchronization

/// Messages on their way to the owner: whoever puts the first one in wakes it, and it takes all that
/// have come by then, so that one commit serves many.
final class Inbox<Message: Sendable>: Sendable {
  private struct State: Sendable {
    var messages: [Message] = []
    var isAwake = false
  }

  private let state = Mutex(State())

  /// Puts a message in and says whether the owner has to be woken.
  func put(_ message: Message) -> Bool {
    state.withLock { state in
      state.messages.append(message)
      defer { state.isAwake = true }
      return !state.isAwake
    }
  }

  /// All messages so far, in their order; when there are none the owner may sleep.
  func take() -> [Message] {
    state.withLock { state in
      defer { state.messages = [] }
      if state.messages.isEmpty { state.isAwake = false }
      return state.messages
    }
  }
}
