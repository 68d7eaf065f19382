import Glibc

/// The soft limit of open files, raised while a session with many slots needs more.
struct OpenFiles: ~Copyable {
  /// The limit that children are to get back; 0 when nothing was changed.
  let original: UInt64
  private let before: rlimit

  /// - Parameter slots: each may need this many descriptors: three pipes, a process descriptor, a log
  ///   and what the starting of a process holds for a moment.
  init(slots: Int) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    before = limit
    let needed = rlim_t(64 + 12 * slots)
    guard limit.rlim_cur < needed, limit.rlim_cur < limit.rlim_max else {
      original = 0
      return
    }
    limit.rlim_cur = min(needed, limit.rlim_max)
    original =
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
      ? UInt64(before.rlim_cur) : 0
  }

  deinit {
    guard original != 0 else { return }
    var limit = before
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
