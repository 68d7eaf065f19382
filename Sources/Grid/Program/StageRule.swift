/// How runs turn into stages of one kind. A program lists its rules in the order of the walk; the
/// planner goes through them for each run, and the walk carries one *current state* (the model that
/// the next stage starts from).
package struct StageRule: Hashable, Sendable {
  /// What a stage of this kind leaves behind.
  package enum Product: Hashable, Sendable {
    /// A model, which becomes the current state: *prepare*.
    case state
    /// A model after `n` steps, where `n` is the value of `stepParameter`. The stage of n = 0 is the
    /// current state itself and makes no stage. The stages of one trajectory differ only in `n`;
    /// the ones with lower `n` lie on the way.
    case trajectory(stepParameter: String)
    /// A model after `n` steps of several methods: the phases of the schedule that `parameter` holds, of
    /// type `.schedule(of:)`, are stages of the kinds that bear the methods' names, each the trajectory
    /// that goes on from the last one. They are made by the earlier rules of these kinds, whether or not
    /// those hold for the run. This rule's own `kind` has no stages; its `parents` and `parameters` are
    /// all of theirs.
    case schedule(parameter: String, stepParameter: String)
    /// Something that later stages read, such as the selected prompts.
    case side
    /// Metrics of the current state, which become the run's.
    case measurement
    /// Metrics that an external process reports. With a prefix axis the stages that differ only in
    /// its value (an integer) make one trajectory, and one process fills them all.
    case process(prefix: String?)
  }

  /// What a stage of this kind is computed from.
  package enum Parent: Hashable, Sendable {
    /// The current state of the walk.
    case state
    /// The run's stage of the named kind, which must have come earlier in the walk. Left out for a
    /// run that has no such stage because its rule was skipped, and for one for which the condition
    /// does not hold: a stage that other stages of the run read and this one does not.
    case kind(String, when: ParameterCondition? = nil)
  }

  /// Two rules may share a kind where both make trajectories that differ only in the parameter that
  /// counts the steps: a program may train one way, then another, in either order.
  package let kind: String
  /// Raised when the results of this kind change; a part of the key.
  package let version: Int
  /// The rule is skipped for runs for which this does not hold.
  package let when: ParameterCondition?
  package let parents: [Parent]
  /// Names of the parameters that decide the result, without `stepParameter`.
  package let parameters: [String]
  package let product: Product
  /// What decides the result beside the parameters and belongs to every stage of this kind, such as
  /// an external program's command.
  package let constants: ParameterAssignment
  /// The measurement that a stage of this kind belongs to: a grid has such stages only if it asks for
  /// it. `nil` for what every grid has.
  ///
  /// No other stage may read one of a measurement, so that asking for another changes no key.
  package let measurement: String?

  package init(
    kind: String, version: Int, when: ParameterCondition? = nil, parents: [Parent],
    parameters: [String], product: Product, constants: ParameterAssignment = [:],
    measurement: String? = nil
  ) {
    self.kind = kind
    self.version = version
    self.when = when
    self.parents = parents
    self.parameters = parameters
    self.product = product
    self.constants = constants
    self.measurement = measurement
  }
}
