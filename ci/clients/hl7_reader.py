"""Reads generated messages with the package `hl7` and compares every segment and field with how Titer reads them.

Standard input has one JSON object a line: `text`, the message, and `segments`, its segments as lists of a name and the
fields. Ends with exit code 1 at the first difference, or when fewer messages could be compared than the argument says.
"""

import json
import sys

import hl7


def fields(segment):
    """Name and fields of a segment; of a header the separator is field 1."""
    return [str(field) for field in segment]


def main(floor):
    compared = refused = values = 0
    for number, line in enumerate(sys.stdin, 1):
        made = json.loads(line)
        try:
            message = hl7.parse(made["text"])
        except Exception as error:  # whatever it cannot read is counted
            refused += 1
            print(f"message {number} is refused: {error}", file=sys.stderr)
            continue
        theirs = [fields(segment) for segment in message]
        if theirs != made["segments"]:
            for a, b in zip(theirs, made["segments"]):
                if a != b:
                    print(f"message {number}: {a!r} and Titer {b!r}")
                    return 1
            print(f"message {number}: {len(theirs)} segments and Titer {len(made['segments'])}")
            return 1
        compared += 1
        values += sum(len(segment) - 1 for segment in theirs)
    print(f"{compared} messages with {values} fields are read alike, {refused} refused")
    return 0 if compared >= floor else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
