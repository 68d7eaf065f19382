"""The two grids that are disturbed: real jobs of the built-in program and of an external one."""

import os

BUILTIN = """\
name: builtin
program: builtin
parameters:
  preset: tiny
  method: em
  learning_rate: 2.0e-3
  evaluation_problems: 8
  selection_prompts: 8
  selection_samples: 8
axes:
  temperature: [0.5, 1.0]
  seed: {count: 3}
  step: {from: 0, to: 4}
report:
  rows: [temperature]
  columns: [step]
"""

EXTERNAL = """\
name: external
program:
  command: [sh, walk.sh, "{x}", "{seed}", "{step}"]
  prefix: step
axes:
  x: [1, 2, 3, 4]
  seed: {count: 3}
  step: {from: 1, to: 5}
report:
  rows: [x]
  columns: [step]
"""

# Keeps its place between attempts, holds a helper in its process group, and writes down outside of
# the results when it begins and when it ends well.
WALK = """\
x=$1 seed=$2 last=$3
echo "began $ESPALIER_RUN $ESPALIER_ATTEMPT" >> walks
sleep 600 &
helper=$!
place=$ESPALIER_CHECKPOINT_DIR/place
step=$(cat "$place" 2>/dev/null || echo 1)
[ "$step" -gt 1 ] || : > "$place.lines"
while [ "$step" -le "$last" ]; do
  sleep 0.03
  value=$(( (x * 31 + seed * 17 + step * step * 7) % 101 ))
  echo "{\\"step\\": $step, \\"metrics\\": {\\"value\\": $value}}" >> "$place.lines"
  tail -n 1 "$place.lines"
  step=$((step + 1))
  echo "$step" > "$place.new" && mv "$place.new" "$place"
done
cat "$place.lines"
kill $helper
echo "ended $ESPALIER_RUN $ESPALIER_ATTEMPT $$" >> walks
"""


def write(folder):
    """Puts both grids into a folder."""
    os.makedirs(folder, exist_ok=True)
    for name, text in [("builtin.yaml", BUILTIN), ("external.yaml", EXTERNAL), ("walk.sh", WALK)]:
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
