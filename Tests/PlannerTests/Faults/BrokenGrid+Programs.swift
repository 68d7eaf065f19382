extension BrokenGrid {
  static let programs: [BrokenGrid] = [
    BrokenGrid(
      "unknown program",
      "program: python\n",
      messages: [
        "g.yaml:1:10: there is no program “python”; write `program: builtin`, or a mapping "
          + "with `command` or `shell` for one of yours"
      ]),
    BrokenGrid(
      "program does nothing",
      """
      program: {retries: 2}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:10: the program says neither `command` nor `shell` nor `name: builtin`; "
          + "add `command: [program, argument, …]`"
      ]),
    BrokenGrid(
      "command and shell",
      """
      program: {command: [a], shell: a}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:32: “command” and “shell” do not go together under program; remove one "
          + "of the two"
      ]),
    BrokenGrid(
      "command is a text",
      """
      program: {command: python train.py}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:20: program.command must be a list, but is “python train.py”"
      ]),
    BrokenGrid(
      "empty command",
      """
      program: {command: []}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:20: program.command must have at least 1 entry"
      ]),
    BrokenGrid(
      "command without a program",
      """
      program: {command: ["", a]}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:21: program.command names no program; put the program's name first"
      ]),
    BrokenGrid(
      "empty shell",
      """
      program: {shell: "  "}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:18: program.shell names no program; put the program's name first"
      ]),
    BrokenGrid(
      "misspelt program key",
      """
      program: {comand: [a]}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:11: unknown key “comand” under program; did you mean “command”?"
      ]),
    BrokenGrid(
      "unknown placeholder",
      """
      program: {command: [run, "--lr={learning_rat}", "{other}"]}
      axes: {learning_rate: [1], seed: [2]}
      """,
      messages: [
        "g.yaml:1:26: the placeholder {learning_rat} names no parameter of this grid; did "
          + "you mean {learning_rate}?",
        "g.yaml:1:49: the placeholder {other} names no parameter of this grid; the grid "
          + "has learning_rate, seed; for plain braces write {{other}}",
      ]),
    BrokenGrid(
      "placeholder in a shell",
      """
      program:
        shell: |
          awk '{print}' {x}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:2:10: the placeholder {print} names no parameter of this grid; the grid "
          + "has x; for plain braces write {{print}}"
      ]),
    BrokenGrid(
      "prefix is no axis",
      """
      program: {command: [a], prefix: stp}
      axes: {step: [1, 2]}
      """,
      messages: [
        "g.yaml:1:33: the prefix “stp” is not an axis; did you mean “step”?"
      ]),
    BrokenGrid(
      "prefix is not an integer",
      """
      program: {command: [a], prefix: step}
      axes: {step: [1, 2.5]}
      """,
      messages: [
        "g.yaml:1:33: the prefix axis “step” has the value 2.5; its values count steps: "
          + "integers from 0"
      ]),
    BrokenGrid(
      "bad resources",
      """
      program: {command: [a], resources: {cpus: 0, memory: 4 Gigs, time: soon, gpu: 1}}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:43: program.resources.cpus is 0, but must be from 1 to 4096",
        "g.yaml:1:54: program.resources.memory must be an amount of memory such as 512 MiB "
          + "or 4 GiB, but is “4 Gigs”",
        "g.yaml:1:68: program.resources.time must be a duration such as 90s or 1h 30m, but "
          + "is “soon”",
        "g.yaml:1:74: unknown key “gpu” under program.resources; did you mean “gpus”?",
      ]),
    BrokenGrid(
      "GPUs that nobody gives out",
      """
      program: {command: [a], resources: {gpus: 1}}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:43: warning: program.resources.gpus is on record only; Espalier gives out no GPUs; "
          + "say with -j how many jobs may run at once"
      ]),
    BrokenGrid(
      "bad growth",
      """
      program:
        command: [a]
        resources: {memory: 1 GiB, growth: {memory: 0.5, time: fast, cpus: 2}}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:3:47: program.resources.growth.memory is 0.5, but must be from 1 to 100",
        "g.yaml:3:58: program.resources.growth.time must be a number, but is “fast”",
        "g.yaml:3:58: program.resources.growth.time grows a limit that is not there; give `time` "
          + "under resources, or remove the factor",
        "g.yaml:3:64: unknown key “cpus” under program.resources.growth; there are memory, time",
      ]),
    BrokenGrid(
      "growth of nothing",
      """
      program: {command: [a], resources: {growth: {memory: 2}}}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:54: program.resources.growth.memory grows a limit that is not there; give "
          + "`memory` under resources, or remove the factor"
      ]),
    BrokenGrid(
      "bad retries",
      """
      program: {command: [a], retries: -1}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:34: program.retries is -1, but must be from 0 to 1000"
      ]),
    BrokenGrid(
      "retries in words",
      """
      program: {command: [a], retries: twice}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:34: program.retries must be an integer, but is “twice”"
      ]),
    BrokenGrid(
      "prefix of the built-in program",
      """
      parameters: {model: tiny}
      program: {name: builtin, prefix: step}
      """,
      messages: [
        "g.yaml:2:26: “name” and “prefix” do not go together under program; remove one of the two"
      ]),
    BrokenGrid(
      "preset of an external program",
      """
      program: {command: [a]}
      preset: hot
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:2:9: presets belong to the built-in program; remove the key, or use `include`"
      ]),
    BrokenGrid(
      "reserved name",
      """
      program: {command: [a]}
      parameters: {label: 1}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:2:14: “label” has a meaning of its own and cannot name a parameter; choose "
          + "another name"
      ]),
    BrokenGrid(
      "bad parameter name",
      """
      program: {command: [a]}
      axes: {2x: [1], "a b": [1]}
      """,
      messages: [
        "g.yaml:2:8: “2x” cannot be a name; use letters, digits, _ and -, beginning with a letter",
        "g.yaml:2:17: “a b” cannot be a name; use letters, digits, _ and -, beginning with "
          + "a letter",
      ]),
    BrokenGrid(
      "bad variable",
      """
      program: {command: [a], environment: {"A=B": 1}}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:39: “A=B” cannot be a name; use letters, digits, _ and -, beginning with "
          + "a letter"
      ]),
    BrokenGrid(
      "external zip with a gap",
      """
      program: {command: [a]}
      axes:
        s: [{a: 1, b: 2}, {a: 3}]
      """,
      messages: [
        "g.yaml:1:1: the parameter “b” has no value and no default; give it one under "
          + "`parameters`, or make it an axis"
      ]),
    BrokenGrid(
      "not a number in an external axis",
      """
      program: {command: [a]}
      axes: {x: [1, .nan]}
      """,
      messages: [
        "g.yaml:2:15: axes.x[1] is .nan, but must be finite"
      ]),
    BrokenGrid(
      "nul in a command",
      """
      program: {command: [a, "b\\0"]}
      axes: {x: [1]}
      """,
      messages: [
        "g.yaml:1:24: program.command[1] contains the character U+0000; remove it"
      ]),
  ]
}
