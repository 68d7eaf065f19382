/// How figures look: one style sheet for all of them, the same in a file of its own and in a page.
///
/// Colours are light unless a screen asks for dark, so that print and converters, which do not know
/// media queries, get the light ones.
enum FigureStyle {
  /// The column of a two-column page, 86 mm, in points.
  static let columnWidth = 244.0
  /// Both columns and the gap between them, 178 mm.
  static let pageWidth = 504.0
  /// Sizes of text in points: 7 is the least that journals take.
  static let tickSize = 7.0
  static let labelSize = 8.0

  /// How many colours tell categories apart before they come again with other marks.
  static let categoryCount = 7
  /// How many steps the colours of an ordered series have.
  static let stepCount = 12

  /// The colours of categories: those of Okabe and Ito ("Color Universal Design", 2008), blue and
  /// vermillion first, without the yellow that is hard to see on white; grey is the last. The dark
  /// ones have the same hues, lightened to a contrast of at least 5 with the background.
  private static let categories: [(light: String, dark: String)] = [
    ("#0072b2", "#4ba3e3"), ("#d55e00", "#f28544"), ("#009e73", "#2fc29a"),
    ("#cc79a7", "#e6a3c6"), ("#e69f00", "#f5bd3d"), ("#56b4e9", "#a5dbff"),
    ("#5f5f5f", "#c4c4c4"),
  ]

  /// The style sheet of a figure, for all figures of a document.
  static let sheet: String = {
    var css = """
      .espalier-figure{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans","DejaVu Sans",\
      sans-serif;font-size:\(Coordinate.text(tickSize))px;background:#fff;color:#1b1b1b}
      .espalier-figure text{fill:#1b1b1b;stroke:none}
      .espalier-figure .muted{fill:#5c5c5c}
      .espalier-figure .label{font-size:\(Coordinate.text(labelSize))px}
      .espalier-figure .sup{font-size:\(FigureLabel.exponentScale)em}
      .espalier-figure .halo{paint-order:stroke;stroke:#fff;stroke-width:2px;stroke-linejoin:round}
      .espalier-figure .axis{fill:none;stroke:#5c5c5c;stroke-width:.6}
      .espalier-figure .rule{fill:none;stroke:#e3e3e3;stroke-width:.5}
      .espalier-figure .zero{fill:none;stroke:#8c8c8c;stroke-width:.6;stroke-dasharray:2 1.5}
      .espalier-figure .hatch{fill:none;stroke:#8c8c8c;stroke-width:.5}
      .espalier-figure .ink{color:#1b1b1b}
      .espalier-figure .paper{fill:#fff}
      .espalier-figure .line{fill:none;stroke:currentColor;stroke-width:1.1;stroke-linejoin:round}
      .espalier-figure .thin{fill:none;stroke:currentColor;stroke-width:.7}
      .espalier-figure .thick{fill:none;stroke:currentColor;stroke-width:1.8}
      .espalier-figure .band{fill:currentColor;fill-opacity:.17}
      .espalier-figure .bar{fill:currentColor;fill-opacity:.45;stroke:currentColor;stroke-width:.5}
      .espalier-figure .box{fill:currentColor;fill-opacity:.14;stroke:currentColor;stroke-width:.8}
      .espalier-figure .mark{fill:currentColor;stroke:currentColor;stroke-width:.4}
      .espalier-figure .point{fill:currentColor;fill-opacity:.55}
      .espalier-figure .hollow{fill:#fff;stroke:currentColor;stroke-width:.9}
      .espalier-figure .d1{stroke-dasharray:3.2 1.6}
      .espalier-figure .d2{stroke-dasharray:1 1.4}
      .espalier-figure .small{font-size:5.5px}
      .espalier-figure .value{font-size:6px}
      .espalier-figure text.onlight{fill:#111}
      .espalier-figure text.ondark{fill:#fff}
      .espalier-figure .ring{fill:none;stroke-width:.7}
      .espalier-figure .ring.onlight{stroke:#111}
      .espalier-figure .ring.ondark{stroke:#fff}
      .espalier-figure .lead{fill:none;stroke:currentColor;stroke-width:.5;stroke-opacity:.7}
      .espalier-figure text.named{fill:currentColor}
      .espalier-figure .cross{fill:none;stroke:currentColor;stroke-width:1}

      """
    for (index, color) in categories.enumerated() {
      css += ".espalier-figure .s\(index){color:\(color.light)}\n"
    }
    for step in 0..<stepCount {
      css += ".espalier-figure .q\(step){color:\(Self.step(step, from: 0.05, to: 0.84))}\n"
    }
    css += """
      @media screen and (prefers-color-scheme:dark){
      .espalier-figure{background:#16181c;color:#e6e6e6}
      .espalier-figure text{fill:#e6e6e6}
      .espalier-figure .muted{fill:#a9adb3}
      .espalier-figure .halo{stroke:#16181c}
      .espalier-figure .axis{stroke:#a9adb3}
      .espalier-figure .rule{stroke:#31353b}
      .espalier-figure .zero,.espalier-figure .hatch{stroke:#7d828a}
      .espalier-figure .ink{color:#e6e6e6}
      .espalier-figure .paper,.espalier-figure .hollow{fill:#16181c}

      """
    for (index, color) in categories.enumerated() {
      css += ".espalier-figure .s\(index){color:\(color.dark)}\n"
    }
    for step in 0..<stepCount {
      css += ".espalier-figure .q\(step){color:\(Self.step(step, from: 0.42, to: 1))}\n"
    }
    return css + "}\n"
  }()

  private static func step(_ step: Int, from low: Double, to high: Double) -> String {
    SequentialColors.viridis.color(
      at: low + (high - low) * Double(step) / Double(stepCount - 1)
    ).hex
  }
}
