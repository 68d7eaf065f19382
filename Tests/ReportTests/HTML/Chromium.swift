import Foundation
import Report
import TestSupport

/// Opens pages in headless Chromium and reads what a script in them finds.
struct Chromium {
  struct Missing: Error, CustomStringConvertible {
    let description =
      "chromium is missing, without which the report cannot be looked at: apt-get install chromium"
  }

  /// What the script found in one page.
  struct Findings: Decodable {
    let page: String
    let width: Int
    let isDark: Bool
    /// Texts outside their figure or over each other, and pages that are too wide.
    let problems: [String]
    let heading: String
    /// How the first rows read after each step with the table of runs.
    let steps: [String: String]
  }

  struct Outcome {
    var findings: [Findings] = []
    /// What the browser logged beside them.
    var messages: [String] = []
  }

  private static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Opens a page and everything framed in it.
  static func open(_ page: URL, isDark: Bool, in folder: URL) throws -> Outcome {
    guard let path else { throw Missing() }
    let log = folder.appending(path: "log-\(isDark)")
    try ChildProgram(
      [
        "/usr/bin/env", "timeout", "60", path, "--headless", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run", "--disable-extensions", "--enable-logging=stderr",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1400,1000",
        "--user-data-dir=\(folder.appending(path: "profile-\(isDark)").path)", "--dump-dom",
      ] + (isDark ? ["--blink-settings=preferredColorScheme=0"] : []) + [page.absoluteString],
      error: log.path
    ).wait()
    var outcome = Outcome()
    for line in try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
    where line.contains("CONSOLE") {
      if let start = line.range(of: "FINDINGS "), let end = line.range(of: "\", source:") {
        outcome.findings.append(
          try JSONDecoder().decode(
            Findings.self, from: Data(line[start.upperBound..<end.lowerBound].utf8)))
      } else {
        outcome.messages.append(String(line))
      }
    }
    return outcome
  }

  /// The script that looks at a page. It is no part of any report.
  static let harness = #"""
    (function () {
      var found = {page: document.title, width: window.innerWidth, problems: [], steps: {},
        isDark: matchMedia("(prefers-color-scheme: dark)").matches,
        heading: (document.querySelector("h1") || {textContent: ""}).textContent};
      var root = document.documentElement;
      if (root.scrollWidth > root.clientWidth) {
        found.problems.push("the page is " + root.scrollWidth + " wide in " + root.clientWidth);
      }
      document.querySelectorAll("svg.espalier-figure").forEach(function (svg) {
        var box = svg.getBoundingClientRect(), level = [];
        svg.querySelectorAll("text").forEach(function (text) {
          var b = text.getBoundingClientRect();
          if (b.left < box.left - 0.5 || b.right > box.right + 0.5
            || b.top < box.top - 0.5 || b.bottom > box.bottom + 0.5) {
            found.problems.push("outside its figure: " + text.textContent);
          }
          if (!text.hasAttribute("transform")) level.push([b, text.textContent]);
        });
        var unit = box.width / svg.viewBox.baseVal.width;
        level.forEach(function (one, i) {
          level.slice(0, i).forEach(function (other) {
            var x = Math.min(one[0].right, other[0].right) - Math.max(one[0].left, other[0].left);
            var y = Math.min(one[0].bottom, other[0].bottom) - Math.max(one[0].top, other[0].top);
            if (x > 0.5 * unit && y > 2.5 * unit) {
              found.problems.push("over each other: " + one[1] + " | " + other[1]);
            }
          });
        });
      });
      function step(name) {
        var rows = document.querySelectorAll("#run-table tbody tr");
        var first = rows.length ? Array.from(rows[0].cells).slice(1).map(function (cell) {
          return cell.textContent; }).join(" ") : "";
        found.steps[name] = document.getElementById("run-status").textContent + ": " + first;
      }
      function head(name) {
        return Array.from(document.querySelectorAll("#run-table th")).find(function (th) {
          return th.textContent === name; });
      }
      if (document.getElementById("run-table")) {
        step("start");
        var accuracy = head("accuracy");
        if (accuracy) {
          accuracy.querySelector("button").click();
          step("ascending " + head("accuracy").getAttribute("aria-sort"));
          accuracy.querySelector("button").click();
          step("descending " + head("accuracy").getAttribute("aria-sort"));
        }
        var state = document.getElementById("run-state");
        var failed = Array.from(state.options).find(function (o) { return o.textContent === "failed"; });
        if (failed) {
          state.value = failed.value;
          state.dispatchEvent(new Event("change"));
          step("failed");
        }
        var search = document.getElementById("run-search");
        search.value = "no run has this";
        search.dispatchEvent(new Event("input"));
        step("nothing");
        var link = document.querySelector("a[data-cell]");
        if (link) {
          link.click();
          step("cell");
          var back = document.querySelector("#run-table a");
          found.steps.back = back ? String(document.querySelector(back.hash) === link.parentNode) : "none";
        }
        document.querySelector("#run-controls button").click();
        var next = document.querySelectorAll("#run-pager button")[1];
        next.click();
        step("next");
      }
      console.log("FINDINGS " + JSON.stringify(found));
    })();
    """#
}
