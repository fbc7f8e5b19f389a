// Calls a CDC SOAP endpoint through the npm package `soap`, from its definition alone, and checks what comes back.
//
// usage: node soap_client.mjs WSDL_URL USER PASSWORD FACILITY

import { readFileSync } from 'node:fs';
import soap from 'soap';

const [wsdl, user, password, facility] = process.argv.slice(2);
if (!facility) {
  console.error('usage: node soap_client.mjs WSDL_URL USER PASSWORD FACILITY');
  process.exit(2);
}

function check(condition, text) {
  if (!condition) {
    console.error(`soap: FAILED: ${text}`);
    process.exit(1);
  }
  console.log(`soap: ${text}`);
}

// The fault of a call: the name of its detail element and that element's parts.
async function faultOf(call) {
  try {
    await call();
  } catch (error) {
    const fault = error.root?.Envelope?.Body?.Fault;
    check(fault !== undefined, 'the error is a SOAP fault');
    const names = Object.keys(fault.Detail ?? {}).filter((name) => name !== 'attributes');
    check(names.length === 1, 'the fault has one detail element');
    return { name: names[0], parts: fault.Detail[names[0]], code: fault.Code?.Value, text: fault.Reason?.Text };
  }
  check(false, 'a fault was expected, an answer came');
}

// without preserveWhitespace this client trims what it reads
const options = { forceSoap12Headers: true, preserveWhitespace: true };
const client = await soap.createClientAsync(wsdl, options);

const echoBack = ' a & <b> "c" \'d\' ]]> \u00fc \u{1F600}\ttab\r\nline ';
const [echo] = await client.connectivityTestAsync({ echoBack });
check(echo.return === echoBack, 'connectivityTest echoes exactly');

const hl7Message = readFileSync(new URL('vxu.hl7', import.meta.url), 'utf8').replaceAll('\n', '\r');
const controlId = hl7Message.split('|')[9];
const credentials = { username: user, password, facilityID: facility };
const [answer] = await client.submitSingleMessageAsync({ ...credentials, hl7Message });
check(answer.return.startsWith('MSH|^~\\&|'), 'submitSingleMessage answers an HL7 message');
check(answer.return.includes('\r'), 'its segments end in carriage returns');
const acknowledged = /[\r\n]MSA\|(\w\w)\|([^|\r\n]*)/.exec(answer.return);
check(acknowledged !== null, 'it holds MSA');
check(acknowledged[2] === controlId, 'MSA-2 is the control id that was sent');
check(['AA', 'AE'].includes(acknowledged[1]), `MSA-1 is ${acknowledged[1]}`);

const text = (node) => (typeof node === 'object' ? node?.$value : node);
const wrong = await faultOf(() =>
  client.submitSingleMessageAsync({ ...credentials, password: `${password}x`, hl7Message }));
check(wrong.name === 'SecurityFault', 'a wrong password gives a SecurityFault');
check(/^-?\d+$/.test(String(text(wrong.parts.Code))), 'Code is an integer');
check(text(wrong.parts.Reason) === 'Security', 'Reason is Security');
check(String(text(wrong.parts.Detail) ?? '').trim() !== '', 'Detail says something');
check(String(text(wrong.code)).endsWith(':Sender'), 'the SOAP code is Sender');

const twice = await faultOf(() =>
  client.submitSingleMessageAsync({ ...credentials, hl7Message: hl7Message + hl7Message }));
check(twice.name === 'MessageTooLargeFault', 'two messages in one call give a MessageTooLargeFault');
check(text(twice.parts.Reason) === 'MessageTooLarge', 'its Reason is MessageTooLarge');
