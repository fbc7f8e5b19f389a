"""Calls a CDC SOAP endpoint through zeep, from its definition alone, and checks what comes back.

usage: zeep_client.py WSDL_URL USER PASSWORD FACILITY
"""

import pathlib
import re
import sys

import requests
import zeep
from zeep.exceptions import Fault
from zeep.transports import Transport

CDC = "{urn:cdc:iisb:2011}"
ECHO = ' a & <b> "c" \'d\' ]]> \u00fc \U0001F600\ttab\r\nline '


def check(condition, text):
    if not condition:
        sys.exit(f"zeep: FAILED: {text}")
    print(f"zeep: {text}")


def fault_of(call):
    """The fault that a call raises: its own name and the parts of the interface's detail element."""
    try:
        call()
    except Fault as fault:
        check(fault.detail is not None and len(fault.detail) == 1, "the fault has one detail element")
        detail = fault.detail[0]
        parts = {child.tag.removeprefix(CDC): child.text for child in detail}
        return fault, detail.tag.removeprefix(CDC), parts
    sys.exit("zeep: a fault was expected, an answer came")


def main(wsdl, user, password, facility):
    session = requests.Session()
    session.trust_env = False
    client = zeep.Client(wsdl, transport=Transport(session=session, timeout=30, operation_timeout=30))
    service = client.service

    echo = service.connectivityTest(echoBack=ECHO)
    check(echo == ECHO, "connectivityTest echoes exactly")

    message = (pathlib.Path(__file__).parent / "vxu.hl7").read_text(encoding="utf-8").replace("\n", "\r")
    control_id = message.split("|")[9]
    answer = service.submitSingleMessage(
        username=user, password=password, facilityID=facility, hl7Message=message
    )
    check(answer.startswith("MSH|^~\\&|"), "submitSingleMessage answers an HL7 message")
    check("\r" in answer, "its segments end in carriage returns")
    acknowledged = re.search(r"[\r\n]MSA\|(\w\w)\|([^|\r\n]*)", answer)
    check(acknowledged is not None, "it holds MSA")
    check(acknowledged.group(2) == control_id, "MSA-2 is the control id that was sent")
    check(acknowledged.group(1) in ("AA", "AE"), f"MSA-1 is {acknowledged.group(1)}")

    fault, name, parts = fault_of(
        lambda: service.submitSingleMessage(
            username=user, password=password + "x", facilityID=facility, hl7Message=message
        )
    )
    check(name == "SecurityFault", "a wrong password gives a SecurityFault")
    check(set(parts) == {"Code", "Reason", "Detail"}, "its detail has Code, Reason and Detail")
    check(re.fullmatch(r"-?\d+", parts["Code"] or "") is not None, "Code is an integer")
    check(parts["Reason"] == "Security", "Reason is Security")
    check(bool((parts["Detail"] or "").strip()), "Detail says something")
    check(fault.code.endswith(":Sender"), "the SOAP code is Sender")

    _, name, parts = fault_of(
        lambda: service.submitSingleMessage(
            username=user, password=password, facilityID=facility, hl7Message=message + message
        )
    )
    check(name == "MessageTooLargeFault", "two messages in one call give a MessageTooLargeFault")
    check(parts["Reason"] == "MessageTooLarge", "its Reason is MessageTooLarge")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
