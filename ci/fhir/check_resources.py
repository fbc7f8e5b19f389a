"""Reads every FHIR resource of a folder with fhir.resources and fails when one is not valid.

The package's models of R4B are used: code systems, value sets and concept maps are the same in R4 and R4B.

usage: check_resources.py FOLDER KIND...   each KIND is a resource type that must be there
"""

import importlib
import json
import pathlib
import sys
from collections import Counter

from pydantic import ValidationError


def main() -> int:
    folder, kinds = pathlib.Path(sys.argv[1]), sys.argv[2:]
    counts: Counter[str] = Counter()
    wrong = 0
    for path in sorted(folder.glob("*.json")):
        resource = json.loads(path.read_text(encoding="utf-8"))
        kind = resource.get("resourceType", "")
        model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
        try:
            model.model_validate(resource)
        except ValidationError as error:
            wrong += 1
            print(f"{path.name}: {error}", file=sys.stderr)
        counts[kind] += 1
    for kind in kinds:
        if not counts[kind]:
            wrong += 1
            print(f"no {kind} in {folder}", file=sys.stderr)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    print(f"valid FHIR: {told}" if not wrong else f"{wrong} wrong of: {told}")
    return 1 if wrong or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
