#!/usr/bin/env python3
"""Holds grids/grid.schema.json against draft 7's own schema, and every shipped grid against it, with
the implementation of Python's jsonschema.

    pip install jsonschema ruamel.yaml
    python3 tools/golden/check_schema.py
"""

import json
import pathlib
import sys

import jsonschema
from ruamel.yaml import YAML

grids = pathlib.Path(__file__).resolve().parents[2] / "grids"
schema = json.loads((grids / "grid.schema.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
faults = 0
for path in sorted(grids.rglob("*.yaml")):
    grid = YAML(typ="safe", pure=True).load(path.read_text())
    for error in validator.iter_errors(json.loads(json.dumps(grid))):
        faults += 1
        print(f"{path}: {'/'.join(map(str, error.path))}: {error.message}")
    # A misspelt key must be found.
    if validator.is_valid({**grid, "axis": {}}):
        faults += 1
        print(f"{path}: an unknown key is taken")
sys.exit(1 if faults else 0)
