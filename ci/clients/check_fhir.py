"""Reads FHIR R4B resources on standard input (one JSON document) with a reader that is not ours, and asks for what a forecast must have.

usage: titer forecast ... --format fhir | check_fhir.py
"""

import json
import sys

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.immunizationevaluation import ImmunizationEvaluation
from fhir.resources.R4B.immunizationrecommendation import ImmunizationRecommendation

KINDS = {
    "ImmunizationEvaluation": ImmunizationEvaluation,
    "ImmunizationRecommendation": ImmunizationRecommendation,
}


def main() -> int:
    document = json.load(sys.stdin)
    Bundle.model_validate(document)
    seen = {name: 0 for name in KINDS}
    for entry in document["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        KINDS[kind].model_validate(resource)
        seen[kind] += 1
    if seen["ImmunizationRecommendation"] != 1:
        print(f"one ImmunizationRecommendation is expected: {seen}", file=sys.stderr)
        return 1
    if seen["ImmunizationEvaluation"] == 0:
        print("no ImmunizationEvaluation", file=sys.stderr)
        return 1
    print(f"FHIR R4B: {seen['ImmunizationEvaluation']} evaluations and 1 recommendation are valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
