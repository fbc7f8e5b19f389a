// Works through a whole plan in a real browser, as a tester would, against the program that is built:
//
//   node workbench.mjs TITER [PLAN] [--pictures FOLDER]
//
// It starts `titer workbench`, fills in every step by what its page says, sends the messages that wait, kills the program with
// signal 9 in the middle and goes on, sends a file of 1 GB that must be refused, and looks at every page at phone, desktop and
// print width, light and dark, with and without scripts: nothing may overflow, every field must have a name, every text must
// have enough contrast, nothing may be asked of another host, and the console must stay silent. The browser is
// /usr/bin/chromium, or what CHROMIUM names.
import { createServer } from 'node:http';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { browser, counts, expect, keyboard, look, Program, state, tell, value, watch, wrong } from './lib.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'string' } },
});
const titer = resolve(positionals[0] ?? 'target/debug/titer');
const plan = positionals[1] ?? resolve(here, '../../harness/workbench/tests/plans/small');

const line = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

async function picture(page, name) {
  if (!options.pictures) return;
  await page.screenshot({ path: join(options.pictures, `workbench-${name}.png`) });
}

// A message as the EHR sends it, with the login of the start page.
async function send(program, login, message) {
  const answer = await fetch(`${program.url}hl7`, {
    method: 'POST',
    headers: {
      'content-type': 'application/hl7-v2',
      authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`,
      facilityid: login.facility,
    },
    body: message,
  });
  if (!answer.ok) tell(`a message was answered with ${answer.status}`);
  return answer.text();
}

// The example that a step's page shows, with a control id of its own.
async function example(page, program, step, id, change = (m) => m) {
  await page.goto(`${program.url}step/${step}`);
  const lines = await page.locator('#example-message .tx').evaluateAll((all) => all.map((n) => n.textContent));
  const fields = lines.join('\r').split('|');
  fields[9] = id;
  return change(fields.join('|') + '\r');
}

// An EHR's FHIR interface that has the plan's dose, and wants a token.
async function fhir(program, page) {
  await page.goto(`${program.url}step/W-1/report`);
  const lines = await page.locator('#example-message .tx').evaluateAll((all) => all.map((n) => n.textContent));
  const iso = (day) => day.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3');
  const field = (segment, n) => iso(lines.find((l) => l.startsWith(segment)).split('|')[n]);
  const patient = {
    resourceType: 'Patient', id: 'p1', birthDate: field('PID', 7), gender: 'male', identifier: [{ value: '1111' }],
    name: [{ family: 'Duncan', given: ['Lance', 'Gaige'] }],
  };
  const dose = {
    resourceType: 'Immunization', id: 'i1', status: 'completed', primarySource: true, occurrenceDateTime: field('RXA', 3), lotNumber: 'IIPVAXN01',
    vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '110' }] },
  };
  const bundle = (...all) => ({ resourceType: 'Bundle', type: 'searchset', entry: all.map((resource) => ({ resource })) });
  const server = createServer((request, response) => {
    const kind = request.url.replace(/^\/fhir\//, '').replace(/\?.*/, '');
    const let_in = request.headers.authorization === 'Bearer quiet-owl-77';
    const known = { metadata: { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', software: { name: 'Maple EHR' } }, Patient: bundle(patient), Immunization: bundle(dose) };
    response.writeHead(let_in ? 200 : 401, { 'content-type': 'application/fhir+json' });
    response.end(let_in ? JSON.stringify(known[kind] ?? bundle()) : '');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

const folder = await mkdtemp(join(tmpdir(), 'titer-workbench-'));
const program = new Program(titer, plan, folder);
try {
  await program.start();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  watch(page, () => program.url);

  // Start: who, what, how to connect
  await page.goto(program.url);
  const login = { user: await value(page, 'User'), password: await value(page, 'Password'), facility: await value(page, 'Facility') };
  await page.getByRole('button', { name: 'Copy Password' }).click();
  await expect(page, login.password, await page.evaluate(() => navigator.clipboard.readText()));
  await page.getByLabel('Your name').fill('Ana Tester');
  await page.getByRole('button', { name: 'Keep my name' }).click();
  await expect(page, 'Ana Tester', await page.locator('#who').innerText());
  await page.getByLabel('Product').fill('Our EHR');
  await page.getByLabel('Version').fill('4.2');
  await page.locator('#system').getByRole('button', { name: 'Save' }).click();
  await expect(page, 'Saved', await page.locator('main').innerText());

  // From the start page alone: next step, done
  await page.getByRole('link', { name: /^Open step/ }).click();
  await page.getByRole('button', { name: 'It is done' }).click();
  await expect(page, 'Done', await state(page));
  await page.getByRole('link', { name: /^Next open/ }).click();

  // Checklist
  await page.getByRole('button', { name: 'All that is open was seen' }).click();
  await page.getByRole('button', { name: 'Save the checklist' }).click();
  await expect(page, 'Passed', await state(page));
  await page.getByRole('link', { name: /scan/ }).last().click();

  // Bar code and evidence by drag and drop
  if (await page.locator('.codes svg').count() !== 1) tell('the bar code is not drawn');
  await page.getByLabel('What the file shows', { exact: true }).fill('the recorded dose');
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['a picture'], 'dose.png', { type: 'image/png' }));
    return transfer;
  });
  await page.locator('#evidence .drop').dispatchEvent('drop', { dataTransfer: data });
  await page.locator('.files', { hasText: 'dose.png' }).waitFor();

  // The EHR's FHIR interface stands for an eye: a wrong login is told at the form, the right one is kept nowhere
  const interface_ = await fhir(program, page);
  await page.goto(`${program.url}step/W-1/scan`);
  await page.locator('#fhir-box > summary').click();
  await page.getByLabel('Base address', { exact: true }).fill(`http://127.0.0.1:${interface_.address().port}/fhir`);
  await page.getByLabel('Access token', { exact: true }).fill('loud-owl-88');
  await page.getByRole('button', { name: 'Read it now' }).click();
  await expect(page, 'GET metadata is refused with HTTP status 401', await page.locator('#fhir').innerText());
  await page.getByLabel('Access token', { exact: true }).fill('quiet-owl-77');
  await page.getByRole('button', { name: 'Read it now' }).click();
  await page.locator('#fhir-read').waitFor();
  await expect(page, 'The patient, 1 dose read', await page.locator('#fhir-read').innerText());
  if ((await page.content()).includes('owl-')) tell('the page shows the token');
  await page.locator('#fhir').scrollIntoViewIfNeeded();
  await picture(page, 'fhir');
  await page.getByRole('button', { name: 'Read it now' }).click();
  await page.locator('#fhir-read').waitFor();
  interface_.close();

  // An alert: one way is enough
  await page.goto(`${program.url}step/W-1/warn`);
  await page.getByRole('checkbox', { name: 'the lot is marked' }).check();
  await page.getByRole('button', { name: 'Compare' }).click();

  // A message arrives while its page is open: the page shows it by itself and says so
  const report = await example(page, program, 'W-1/report', 'BROWSER-1');
  await page.goto(`${program.url}step/W-1/report`);
  await expect(page, 'Waiting for the message', await page.locator('#arrived').innerText());
  const answer = await send(program, login, report);
  await expect(page, 'MSA|AE|BROWSER-1', answer);
  await page.locator('#arrived', { hasText: 'The message as it arrived' }).waitFor({ timeout: 15000 });
  await page.waitForFunction(() => document.getElementById('said').textContent !== '', null, { timeout: 15000 });
  await page.goto(`${program.url}step/W-1/report#arrived`);
  await picture(page, 'message');
  await page.locator('#arrived').getByRole('link', { name: 'Field by field' }).first().click();
  await expect(page, 'Patient Name', await page.locator('main').textContent());

  // kill -9, and on again where it stopped; a form that was open is not lost
  await page.goto(`${program.url}step/W-1/warning`);
  await page.getByLabel('For the report', { exact: true }).fill('written before the program was killed');
  await program.kill();
  await program.start();
  await page.getByRole('button', { name: 'Save the comment' }).click();
  await expect(page, 'before the program was started again', await page.locator('#problem').innerText());
  await page.getByRole('button', { name: 'Save the comment' }).click();
  await expect(page, 'written before', await page.getByLabel('For the report', { exact: true }).inputValue());
  await page.goto(`${program.url}step/W-1/report`);
  await expect(page, 'The message as it arrived', await page.locator('#arrived').innerText());

  // What the user saw of the answer
  await page.goto(`${program.url}step/W-1/warning`);
  await page.getByRole('button', { name: 'All that is open was seen' }).click();
  await page.getByRole('button', { name: 'Save the checklist' }).click();
  await expect(page, 'Passed', await state(page));

  // A message that fits two steps waits for the tester
  const alike = await example(page, program, 'W-2/first', 'BROWSER-2');
  await send(program, login, alike);
  await page.goto(`${program.url}messages`);
  await page.getByRole('link', { name: /^VXU/ }).first().click();
  await page.getByRole('radio', { name: /W-2.first/ }).check({ force: true });
  await page.getByRole('button', { name: 'It is for this step' }).click();
  await expect(page, 'The message as it arrived', await page.locator('#arrived').innerText());

  // Pasted by hand
  const pasted = await example(page, program, 'R-1/second', 'BROWSER-3');
  await page.goto(`${program.url}step/R-1/second`);
  await page.locator('#give').click();
  await page.getByLabel('Paste the message', { exact: true }).fill(pasted.replaceAll('\r', '\n'));
  await page.getByRole('button', { name: 'Judge it for this step' }).click();
  await expect(page, 'The message as it arrived', await page.locator('#arrived').innerText());

  // Tables
  const day = await page.evaluate(() => { const d = new Date(); d.setUTCMonth(d.getUTCMonth() + 2); return d.toISOString().slice(0, 10); });
  await page.goto(`${program.url}step/R-1/due`);
  await page.getByLabel('Recommendations that it shows', { exact: true }).fill('Vaccine,Due\n,\n');
  await page.getByLabel('Recommendations that it shows', { exact: true }).fill(`Due\tVaccine\n${day}\t\n`);
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page, 'has no vaccine', await page.locator('#problem').innerText());
  await page.getByLabel('Recommendations that it shows', { exact: true }).fill(`Vaccine,Due\nDTaP,${day}\nHib,${day}\n`);
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.goto(`${program.url}step/R-1/stock`);
  await page.getByLabel('Stock before the step', { exact: true }).fill('Lot,Doses\nIIPVAXN01,10\n');
  await page.getByLabel('Stock that it shows now', { exact: true }).fill('Lot,Doses\nIIPVAXN01,9\n');
  await page.getByRole('button', { name: 'Compare' }).click();

  // A document as text, and a file of 1 GB that is told before it is sent, and refused when it is sent all the same
  const large = join(folder, 'large.bin');
  const handle = await open(large, 'w');
  await handle.truncate(1_000_000_000);
  await handle.close();
  await page.goto(`${program.url}step/R-1/record`);
  await page.getByLabel('What the file shows', { exact: true }).fill('a very large file');
  await page.getByLabel('Screenshots, printed records, notes', { exact: true }).setInputFiles(large);
  await expect(page, 'files up to 100', await page.locator('#evidence-file-told').innerText());
  await page.getByRole('button', { name: 'Add the files' }).click();
  await page.evaluate(() => {
    const form = document.querySelector('#evidence form[enctype]');
    HTMLFormElement.prototype.submit.call(form);
  });
  await page.locator('#problem').waitFor({ timeout: 120000 });
  await expect(page, 'large.bin is larger than 100 MB', await page.locator('#problem').innerText());
  await expect(page, 'a very large file', await page.getByLabel('What the file shows', { exact: true }).inputValue());
  const record = join(folder, 'record.txt');
  await writeFile(record, 'Immunization record of Lena Duncan\nPEDIARIX\n');
  await page.getByLabel('Screenshots, printed records, notes', { exact: true }).setInputFiles(record);
  await page.getByRole('button', { name: 'Add the files' }).click();
  await page.locator('.files', { hasText: 'record.txt' }).waitFor();

  // Attested
  await page.goto(`${program.url}step/R-1/portal`);
  await expect(page, 'Ana Tester', await page.getByLabel('Name', { exact: true }).inputValue());
  await page.getByRole('button', { name: 'Attest' }).click();
  await expect(page, 'Attested', await state(page));

  // A connection test by SOAP
  const envelope = '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:u="urn:cdc:iisb:2011"><soap:Body><u:connectivityTest><u:echoBack>hello</u:echoBack></u:connectivityTest></soap:Body></soap:Envelope>';
  const echo = await fetch(`${program.url}soap`, {
    method: 'POST',
    headers: { 'content-type': 'application/soap+xml; charset=utf-8; action="urn:cdc:iisb:2011:connectivityTest"' },
    body: envelope,
  });
  await expect(page, 'hello', await echo.text());

  // What is still open is settled by the tester, with a reason
  for (let round = 0; round < 20; round += 1) {
    await page.goto(`${program.url}plan?show=open`);
    const next = page.locator('#tree .steps a').first();
    if (await next.count() === 0) break;
    await next.click();
    await page.locator('#result').getByRole('radio', { name: 'passed', exact: true }).check({ force: true });
    await page.getByLabel('Reason', { exact: true }).fill('looked at by the tester');
    await page.getByRole('button', { name: 'Set the result' }).click();
    if (round === 19) tell(`${page.url()}: stays open`);
  }
  await page.goto(`${program.url}plan`);
  await page.goto(`${program.url}report`);
  await expect(page, 'Every step is finished', await page.locator('main').innerText());
  for (const name of await page.locator('table a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))) {
    const got = await page.request.get(new URL(name, program.url).href);
    if (!got.ok()) tell(`${name} answers ${got.status()}`);
    if ((await got.body()).length < 200) tell(`${name} is empty`);
  }

  // Undo of one's own last act makes it incomplete again
  await page.goto(`${program.url}history`);
  await page.getByRole('button', { name: /^Take back/ }).click();
  await expect(page, 'Taken back', await page.locator('main').innerText());

  // Two testers at once: the other one's change appears here
  const other = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const ben = await other.newPage();
  watch(ben, () => program.url);
  await ben.goto(program.url);
  await ben.getByLabel('Your name').fill('Ben');
  await ben.getByRole('button', { name: 'Keep my name' }).click();
  await page.goto(`${program.url}step/W-1/select`);
  await ben.goto(`${program.url}step/W-1/select`);
  await page.locator('#who', { hasText: 'Ben (on this page)' }).waitFor({ timeout: 15000 });
  await ben.getByRole('radio', { name: 'not seen' }).first().check({ force: true });
  await ben.getByRole('button', { name: 'Save the checklist' }).click();
  await page.locator('#checklist', { hasText: '1 not seen' }).waitFor({ timeout: 15000 });
  await other.close();

  // Keys, when they are asked for
  await page.locator('footer summary').click();
  await page.locator('#keys').check();
  await page.locator('h1').click();
  await page.keyboard.press('n');
  await page.waitForURL(/scan/);
  await page.keyboard.press('p');
  await page.waitForURL(/plan/);

  for (const path of ['', 'step/W-1/scan', 'step/W-1/select']) await keyboard(page, program, path);

  // The first page reads well to a screen reader
  await page.goto(program.url);
  const tree = await page.locator('body').ariaSnapshot();
  for (const needed of ['link "Skip to the page"', 'navigation "Pages"', 'main', 'heading "Connect your EHR to this program"', 'textbox "Your name"', 'button "Copy SOAP address"']) {
    if (!tree.includes(needed)) tell(`the tree of the start page has no ${needed}`);
  }

  const pages = ['/', '/plan', '/step/W-1/select', '/step/W-1/scan', '/step/W-1/warn', '/step/W-1/report', '/step/W-1/warning', '/step/R-1/due', '/step/R-1/record', '/step/R-1/portal', '/messages', '/report', '/history', '/nowhere-at-all'];
  const first = (await (await fetch(`${program.url}messages`)).text()).match(line('/messages/').source + '\\d+');
  if (first) pages.push(first[0]);
  for (const path of pages) await look(program, path);
} catch (error) {
  tell(error.stack ?? String(error));
} finally {
  await browser.close();
  if (program.child) await program.kill();
  await rm(folder, { recursive: true, force: true });
}
console.log(`the workbench: a whole plan, ${counts.looks} looks, ${wrong.length} wrong`);
process.exitCode = wrong.length ? 1 : 0;
