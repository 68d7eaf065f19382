import Kernels
import LanguageModel

/// What the model computes for an update.
enum RowLayout {
  /// Each distinct sample on its own.
  case packed(PackedBatch)
  /// Each distinct prefix once.
  case tree(SampleTree)

  /// Logits of the rows under a model's weights.
  func forward(_ model: Transformer) -> Matrix {
    switch self {
    case .packed(let batch): model.forward(batch)
    case .tree(let tree): model.forward(tree)
    }
  }
}
