import Dispatch
import Synchronization

/// A value that is made on another thread while this one goes on, and waited for where it is used.
final class Later<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)
  private let group = DispatchGroup()

  init(_ make: @escaping @Sendable () -> Value) {
    DispatchQueue.global().async(group: group) { [self] in
      let value = make()
      made.withLock { $0 = value }
    }
  }

  /// The value, if it is there already.
  var ready: Value? { made.withLock { $0 } }

  var value: Value {
    group.wait()
    guard let value = made.withLock({ $0 }) else {
      preconditionFailure("what a group did is done when it was waited for")
    }
    return value
  }
}
