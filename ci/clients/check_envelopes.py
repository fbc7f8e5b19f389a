"""Validates envelopes that Titer wrote: NIST's Schematron rules, the CDC schemas, and a schema of our own.

usage: check_envelopes.py SHARED ENVELOPES SCHEMA

SHARED is the folder with the reference material, ENVELOPES a folder of envelopes, SCHEMA the schema that our server gives
out. Envelopes in SOAP 1.2 go through SHARED/tools/check_soap.py, so they are named as it wants (`2011-soap12-fault-security.xml`).
All of them, SOAP 1.1 included, are validated against the published definition, which is stricter than the schema that the
tool uses, and against SCHEMA. Prints a line for each; exits with 1 when one does not pass.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from lxml import etree

XSD = "{http://www.w3.org/2001/XMLSchema}"


def judged_by_the_tool(shared, envelopes):
    """The lines of the tool that concern our envelopes."""
    with tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        soap = shared / "data" / "soap"
        (room / "nist").mkdir()
        shutil.copy(soap / "nist" / "soap_rules.sch", room / "nist")
        shutil.copytree(soap / "izgw", room / "izgw")
        (room / "samples").mkdir()
        for envelope in envelopes:
            shutil.copy(envelope, room / "samples")
        tool = shared / "tools" / "check_soap.py"
        run = subprocess.run(
            [sys.executable, str(tool)], cwd=room, capture_output=True, text=True, timeout=300
        )
        if run.returncode != 0:
            sys.exit(f"the reference tool failed:\n{run.stderr}")
        return run.stdout.splitlines()


def published_schema(shared):
    definition = etree.parse(shared / "data" / "soap" / "cdc-iis-2011-classic.wsdl")
    # on its own, so that the prefixes declared further up come along
    return etree.XMLSchema(etree.fromstring(etree.tostring(definition.find(f".//{XSD}schema"))))


def payload(envelope):
    """What the schema describes: the element in the body, or the one in a fault's detail."""
    body = next(e for e in envelope.getroot() if etree.QName(e).localname == "Body")
    element = body[0]
    if etree.QName(element).localname == "Fault":
        detail = next(e for e in element if etree.QName(e).localname in ("Detail", "detail"))
        element = detail[0]
    return etree.ElementTree(etree.fromstring(etree.tostring(element, with_tail=False)))


def main(shared, folder, schema):
    shared = pathlib.Path(shared)
    envelopes = sorted(pathlib.Path(folder).glob("*.xml"))
    bad = 0
    if not envelopes:
        sys.exit("there are no envelopes")
    twelve = [e for e in envelopes if e.name.startswith("2011-soap12-")]
    lines = judged_by_the_tool(shared, twelve)
    if len(lines) != len(twelve):
        sys.exit(f"the reference tool judged {len(lines)} of {len(twelve)} envelopes")
    for line in lines:
        good = " sch-ok " in line and line.endswith("xsd-ok")
        bad += not good
        print(("ok      " if good else "FAILED  ") + " ".join(line.split()))
    schemas = {"published": published_schema(shared), "ours": etree.XMLSchema(etree.parse(schema))}
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for envelope in envelopes:
        inside = payload(etree.parse(envelope, parser))
        for name, judge in schemas.items():
            good = judge.validate(inside)
            bad += not good
            why = "" if good else f": {judge.error_log[0].message}"
            print(f"{'ok      ' if good else 'FAILED  '}{envelope.name} {name} schema{why}")
    print(f"{len(envelopes)} envelopes, {bad} failures")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
