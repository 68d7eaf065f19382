import Artifacts
import CShims
import Dispatch
import Foundation
import Glibc
import Scheduler
import Synchronization

/// The owner's end of the guard (see guard.h): hands over what to start, and takes in on a thread of
/// its own what the programs say and how they end.
///
/// Programs have places, numbers that are used again once a program is gone.
final class ProgramGuard: Sendable {
  /// What all programs of a session have in common.
  struct Setting: Sendable {
    /// `NAME=value`, none of which a request names again.
    let environment: [String]
    let directory: String?
    /// The path of the journal without its number.
    let journal: String
    let firstJournal: Int
    let openFiles: UInt64
    let registry: Int32
    /// The places of the registry: that of the guard, then one for each program.
    let registryOffsets: [Int]
    /// Bytes of a journal after which the next is begun.
    var journalLength = 1 << 20

    var places: Int { registryOffsets.count - 1 }
  }

  /// What is made known, in the order in which it came.
  enum Word: Sendable {
    case program(Session.ProgramKey, ExternalProcess.Word)
    /// A journal was begun; what came before is in those before.
    case journal(Turn)
    /// Nothing more can be written down.
    case journalFailed(FileError)
    /// The guard is gone, and all its programs with it.
    case died(Death)
  }

  /// The step from one journal to the next.
  struct Turn: Sendable {
    /// The one that is full, and the attempts of which it has something to tell.
    let full: Int
    let tellsOf: Set<Session.ProgramKey>
    let next: Int
  }

  /// What a guard that died leaves.
  struct Death: Sendable {
    /// The first journal of the guard, which no other has.
    let firstJournal: Int
    /// The journals that were there then.
    let journals: [Int]
    /// The last one that it has made known, and the attempts of which that has something to tell.
    let lastJournal: Int
    let tellsOf: Set<Session.ProgramKey>
    /// Why it cannot be told what its programs had said, if it cannot.
    let failure: OwnershipError?
  }

  private struct State {
    var processes: [Int: ExternalProcess] = [:]
    /// Once the guard is gone nothing can be started.
    var isOver = false
    /// Its programs are gone too, and another may take its place.
    var isReplaceable = false
    var isDismissed = false
  }

  private let setting: Setting
  let pid: Int32
  private let socket: Int32
  private let state = Mutex(State())
  private let isGone = DispatchSemaphore(value: 0)
  private let post: @Sendable ([Word]) -> Void

  /// Whether it has died and another may take its place.
  var isReplaceable: Bool { state.withLock { $0.isReplaceable } }

  /// - Parameter post: called with what came together, on the listening thread or, of a program that
  ///   cannot be asked for, on another.
  init(
    _ setting: Setting, post: @escaping @Sendable ([Word]) -> Void
  ) throws(GuardFailure) {
    self.setting = setting
    self.post = post
    var guarding = espalier_guard()
    guarding.journal_number = Int32(setting.firstJournal)
    guarding.journal_length = UInt64(setting.journalLength)
    guarding.open_files = setting.openFiles
    guarding.registry = setting.registry
    guarding.registry_offset = Int64(setting.registryOffsets[0])
    guarding.places = Int32(setting.places)
    pid = withCStrings(setting.environment) { environment in
      withOptionalCString(setting.directory) { directory in
        setting.journal.withCString { journal in
          guarding.environment = environment
          guarding.directory = directory
          guarding.journal = journal
          return espalier_guard_start(&guarding)
        }
      }
    }
    guard pid > 0 else {
      throw GuardFailure(
        step: UInt32(bitPattern: guarding.failed_step), code: guarding.error,
        journal: setting.journal + String(setting.firstJournal))
    }
    socket = guarding.socket
    let thread = Thread { [self] in
      var listener = Listener(journal: setting.firstJournal)
      listen(&listener)
      end(listener)
    }
    thread.name = "espalier.programs"
    thread.start()
  }

  deinit {
    close(socket)
  }

  /// Starts a program in a place that is free. What becomes of it is told, whatever it is; `false`
  /// when the guard is gone and nothing will be.
  func start(_ request: ProgramRequest, _ process: ExternalProcess, at place: Int) -> Bool {
    let frame = request.frame(
      process.key, place: place, registryOffset: setting.registryOffsets[place + 1])
    let isThere = state.withLock { state in
      if !state.isOver { state.processes[place] = process }
      return !state.isOver
    }
    guard isThere else { return false }
    if frame.count > Int(ESPALIER_LONGEST_FRAME) {
      _ = state.withLock { $0.processes.removeValue(forKey: place) }
      let failure = SpawnFailure(step: .execute, path: request.path, code: E2BIG)
      // Not on this thread, which may be the owner's.
      DispatchQueue.global().async { [post] in
        post([.program(process.key, .notStarted(failure))])
      }
    } else {
      send(frame)
    }
    return true
  }

  /// Signals the whole process group of the program, if it is still there.
  func send(_ signal: Int32, to place: Int) {
    var head = espalier_frame()
    head.size = UInt32(MemoryLayout<espalier_frame>.size)
    head.type = UInt16(ESPALIER_FRAME_SIGNAL.rawValue)
    head.place = UInt32(place)
    head.value = signal
    send(withUnsafeBytes(of: head) { Array($0) })
    // Whatever has stopped the guard, it is to carry this out.
    kill(pid, SIGCONT)
  }

  /// Lets the guard end; no program may be running. Returns when it is gone and all is told: not for the
  /// queue on which that is taken in.
  func finish() {
    state.withLock { $0.isDismissed = true }
    shutdown(socket, Int32(SHUT_WR))
    kill(pid, SIGCONT)
    isGone.wait()
  }

  /// A guard that is gone makes it vanish, which its end will tell.
  private func send(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          socket, $0.baseAddress?.advanced(by: done), bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      done += count
    }
  }

  // MARK: - Listening

  /// What the listening thread keeps.
  private struct Listener {
    /// The journal that the guard writes, and the attempts of which it has something to tell.
    var journal: Int
    var tellsOf: Set<Session.ProgramKey> = []
  }

  private func listen(_ listener: inout Listener) {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var filled = 0
    while true {
      let count = buffer.withUnsafeMutableBytes {
        recv(socket, $0.baseAddress?.advanced(by: filled), $0.count - filled, 0)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
      var words: [Word] = []
      let taken = buffer.withUnsafeBytes {
        takeFrames(UnsafeRawBufferPointer(rebasing: $0[..<filled]), &listener, &words)
      }
      buffer.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[..<(filled - taken)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<filled]))
      }
      filled -= taken
      if !words.isEmpty { post(words) }
    }
  }

  /// Takes in whole frames and returns how many bytes they have.
  private func takeFrames(
    _ bytes: UnsafeRawBufferPointer, _ listener: inout Listener, _ words: inout [Word]
  ) -> Int {
    let headSize = MemoryLayout<espalier_frame>.size
    var done = 0
    while bytes.count - done >= headSize {
      let head = bytes.loadUnaligned(fromByteOffset: done, as: espalier_frame.self)
      guard Int(head.size) <= bytes.count - done else { break }
      take(
        head, UnsafeRawBufferPointer(rebasing: bytes[(done + headSize)..<(done + Int(head.size))]),
        &listener, &words)
      done += Int(head.size)
    }
    return done
  }

  private func take(
    _ head: espalier_frame, _ bytes: UnsafeRawBufferPointer, _ listener: inout Listener,
    _ words: inout [Word]
  ) {
    let type = UInt32(head.type)
    if type == ESPALIER_FRAME_JOURNAL.rawValue {
      let next = Int(head.value)
      words.append(
        .journal(Turn(full: listener.journal, tellsOf: listener.tellsOf, next: next)))
      listener = Listener(journal: next)
      return
    }
    if type == ESPALIER_FRAME_JOURNAL_FAILED.rawValue {
      let path = setting.journal + String(listener.journal)
      return words.append(.journalFailed(FileError(.write, path, code: head.value)))
    }
    let place = Int(head.place)
    let isLast =
      type == ESPALIER_FRAME_EXITED.rawValue || type == ESPALIER_FRAME_KILLED.rawValue
      || type == ESPALIER_FRAME_FAILED.rawValue
    let process = state.withLock {
      isLast ? $0.processes.removeValue(forKey: place) : $0.processes[place]
    }
    guard let process else { return }
    func post(_ word: ExternalProcess.Word) { words.append(.program(process.key, word)) }
    switch type {
    case ESPALIER_FRAME_STARTED.rawValue: process.hasStarted(head.value)
    case ESPALIER_FRAME_OUTPUT.rawValue:
      if process.readOutput(bytes, post) { listener.tellsOf.insert(process.key) }
    case ESPALIER_FRAME_ERROR.rawValue: process.readError(bytes)
    case ESPALIER_FRAME_EXITED.rawValue:
      listener.tellsOf.insert(process.key)
      process.end(.exited(head.value), post)
    case ESPALIER_FRAME_KILLED.rawValue: process.end(.signalled(head.value), post)
    case ESPALIER_FRAME_FAILED.rawValue:
      post(
        .notStarted(
          SpawnFailure(
            step: UInt32(head.detail), code: head.value, path: process.path,
            directory: setting.directory)))
    default: break
    }
  }

  /// The guard has ended. If it was not to, its programs have died with it: what they had started is
  /// ended, and what the guard had written down before it died is believed.
  private func end(_ listener: Listener) {
    let (processes, isDismissed) = state.withLock { state in
      defer {
        state.isOver = true
        state.processes = [:]
      }
      return (state.processes, state.isDismissed)
    }
    // It may have closed its socket and go on.
    if !isDismissed { kill(pid, SIGKILL) }
    while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    if !isDismissed { died(processes, listener) }
    isGone.signal()
  }

  private func died(_ processes: [Int: ExternalProcess], _ listener: Listener) {
    var journal = Journal()
    var numbers: [Int] = []
    var failure: OwnershipError?
    do throws(OwnershipError) {
      try Leftovers.endPrograms(registry: setting.registry)
      numbers = try Journal.numbers(prefix: setting.journal)
      journal = try Journal(prefix: setting.journal, wanted: Set(processes.values.map(\.key)))
    } catch {
      failure = error
    }
    var words: [Word] = []
    for (_, process) in processes.sorted(by: { $0.key < $1.key }) {
      let post = { (word: ExternalProcess.Word) in words.append(.program(process.key, word)) }
      let record = journal[process.key]
      process.readAgain(record?.lines ?? [], post)
      process.end(record?.status.map { .exited($0) } ?? .signalled(SIGKILL), post)
    }
    let death = Death(
      firstJournal: setting.firstJournal, journals: numbers, lastJournal: listener.journal,
      tellsOf: listener.tellsOf, failure: failure)
    state.withLock { $0.isReplaceable = true }
    // What it cannot be told of its programs comes first: then their ends are not recorded.
    post(failure == nil ? words + [.died(death)] : [.died(death)] + words)
  }

  /// The first of the journals that the guard writes.
  var firstJournal: Int { setting.firstJournal }
}

/// Why there is no guard.
package struct GuardFailure: Error, Hashable, Sendable {
  /// An `espalier_guard_step`.
  let step: UInt32
  let code: Int32
  /// The path of the journal that it was to begin.
  let journal: String

  /// Whether trying again a little later may help: the machine was short of something, or somebody
  /// killed it.
  var isTransient: Bool {
    step == ESPALIER_GUARD_DIED.rawValue || [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code)
  }
}

extension GuardFailure: CustomStringConvertible {
  package var description: String {
    let reason = SystemCall.words(for: code)
    switch step {
    case ESPALIER_GUARD_JOURNAL.rawValue: return FileError(.open, journal, code: code).description
    case ESPALIER_GUARD_CLONE.rawValue, ESPALIER_GUARD_MEMORY.rawValue,
      ESPALIER_GUARD_DESCRIPTORS.rawValue:
      return "the process that starts programs could not be made: \(reason)"
    case ESPALIER_GUARD_REGISTRY.rawValue:
      return "the process that starts programs could not be put on record: \(reason)"
    case ESPALIER_GUARD_DIED.rawValue:
      return "the process that starts programs ended before it had begun"
    default:
      return "the process that starts programs could not be set up (step \(step)): \(reason)"
    }
  }
}

/// A program to be started.
struct ProgramRequest: Sendable {
  /// The file to execute; relative to the directory of all programs.
  let path: String
  /// Beginning with the program's name.
  let arguments: [String]
  /// `NAME=value`, beside what all programs get.
  let environment: [String]
  /// Limit of its address space in bytes.
  let addressSpace: Int?

  /// The request in the guard's words.
  func frame(_ key: Session.ProgramKey, place: Int, registryOffset: Int) -> [UInt8] {
    var start = espalier_start()
    start.job = key.job.rawValue
    start.attempt = Int64(key.attempt.rawValue)
    start.registry_offset = Int64(registryOffset)
    start.address_space = UInt64(addressSpace ?? 0)
    start.arguments = UInt32(arguments.count)
    start.variables = UInt32(environment.count)
    var head = espalier_frame()
    head.type = UInt16(ESPALIER_FRAME_START.rawValue)
    head.place = UInt32(place)
    var bytes = withUnsafeBytes(of: head) { Array($0) }
    withUnsafeBytes(of: start) { bytes += $0 }
    for text in [path] + arguments + environment {
      // As everywhere in C, a zero byte ends a text.
      bytes += text.utf8.prefix { $0 != 0 }
      bytes.append(0)
    }
    withUnsafeBytes(of: UInt32(bytes.count)) { bytes.replaceSubrange(0..<4, with: $0) }
    return bytes
  }
}
