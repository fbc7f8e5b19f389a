// Plays a whole plan in a real browser, step by step, as a tester does who has an EHR beside the browser:
//
//   node plan.mjs TITER SCRIPTED_EHR [PLAN] [--pictures FOLDER] [--expect FILE]
//
// The EHR is the scripted one of the tests (harness/cli/examples/scripted_ehr): it is told each step in the driver's
// protocol, sends its messages to the SOAP address of the start page with the login that stands there, and says what it
// shows. Everything else is done in the pages: what it shows is typed into the tables, alerts are ticked, checklists are
// gone through, records are dropped as files, attestations are made. The program is killed with signal 9 in the middle and
// goes on. At the end every step must be finished, each judged by the means that --expect lists, and the reports must say
// whether the system is recognized.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'string' }, expect: { type: 'string' }, record: { type: 'string' } },
});

// As a driver: writes down what a driver is told of each step, and does nothing.
if (options.record) {
  for await (const line of createInterface({ input: process.stdin })) {
    const told = JSON.parse(line);
    if (told.hello) console.log(JSON.stringify({ ready: {} }));
    if (told.step) {
      appendFileSync(options.record, `${line}\n`);
      console.log(JSON.stringify({ cannot: { step: told.step.path, because: 'it is written down only' } }));
    }
    if (told.bye) break;
  }
  process.exit(0);
}

const { browser, expect, Program, state, tell, value, watch, wrong } = await import('./lib.mjs');
const titer = resolve(positionals[0]);
const scripted = resolve(positionals[1]);
const plan = positionals[2] ?? 'iip-v11';
const today = new Date().toISOString().slice(0, 10);

// What a driver is told of each step: the plan's data, resolved for today.
async function steps(folder) {
  const file = join(folder, 'steps.jsonl');
  const driver = `'${process.execPath}' '${fileURLToPath(import.meta.url)}' --record '${file}'`;
  const args = ['run', plan, '--role', 'ehr', '--as-of', today, '--out', join(folder, 'recorded'), '--driver', driver];
  const child = spawn(titer, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => { said += data; });
  await new Promise((done) => child.on('close', done));
  if (!existsSync(file)) throw new Error(`no step was told: ${said}`);
  const all = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line).step);
  return new Map(all.map((step) => [step.path, step]));
}

// The EHR, which keeps its record as long as it runs.
class Ehr {
  constructor(hello) {
    this.child = spawn(scripted, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.say({ hello });
  }

  say(line) { this.child.stdin.write(`${JSON.stringify(line)}\n`); }

  async hear() {
    const { value: line, done } = await this.lines.next();
    if (done) throw new Error('the scripted EHR ended');
    return JSON.parse(line);
  }

  async begin() { await this.hear(); }

  // Does a step; what it shows.
  async does(step) {
    this.say({ step });
    const told = await this.hear();
    if (told.cannot) throw new Error(`${step.path}: the scripted EHR cannot do it: ${told.cannot.because}`);
    return told.done;
  }

  end() { this.say({ bye: {} }); }
}

// What the EHR shows as a table for one of the page's inputs, with the column names of the page.
const columns = {
  doses: {
    date: 'Date', name: 'Vaccine', cvx: 'CVX', lot: 'Lot', source: 'Source', manufacturer: 'MVX', ndc: 'NDC', expires: 'Expires',
    completion: 'Status', refusal: 'Refusal', route: 'Route', site: 'Site', funding: 'Funding', eligibility: 'Eligibility',
    amount: 'Amount', unit: 'Unit',
  },
  forecast: { vaccine: 'Vaccine', due: 'Due', earliest: 'Earliest', overdue: 'Overdue', status: 'Status', dose: 'Dose', latest: 'Latest', cvx: 'CVX' },
  stock: { lot: 'Lot', doses: 'Doses', vaccine: 'Vaccine', ndc: 'NDC', expires: 'Expires', funding: 'Funding' },
  cohort: { patient: 'Patient', with: 'Why', birth_date: 'Birth date', id: 'ID' },
  reactions: { code: 'Code', text: 'Text', date: 'Date', after: 'After CVX', system: 'System' },
};
// Which input is which part of the patient.
const person = {
  family: 'family', given: 'given', middle: 'middle', suffix: 'suffix', birth: 'birth_date', sex: 'sex', id: 'ids', maiden: 'mothers_maiden_name',
  phone: 'phone', email: 'email', multiple: 'multiple_birth', order: 'birth_order',
};
columns.before = columns.doses;
columns['stock-before'] = columns.stock;

function table(kind, rows) {
  const named = columns[kind];
  const quoted = (text) => `"${String(text ?? '').replaceAll('"', '""')}"`;
  return [
    Object.values(named).join(','),
    ...rows.map((row) => Object.keys(named).map((key) => quoted(row[key])).join(',')),
  ].join('\n');
}

// Types what the EHR shows into the inputs that the page has; whether there was any.
async function type(page, answers) {
  const form = page.locator('#shown form');
  if (await form.count() === 0) return false;
  let typed = false;
  await page.locator('#shown details').evaluateAll((all) => all.forEach((d) => { d.open = true; }));
  for (const area of await form.locator('textarea.mono').all()) {
    const kind = await area.getAttribute('name');
    const rows = answers[kind.replace('-', '_')];
    if (!rows) continue;
    await area.fill(table(kind, rows));
    typed = true;
  }
  for (const way of answers.seen ?? []) {
    const box = form.locator('input[name=way]').and(page.locator(`[value=${JSON.stringify(way)}]`));
    if (await box.count()) { await box.check(); typed = true; }
  }
  for (const field of await form.locator('.row-fields .field').all()) {
    const name = await field.locator('label').innerText();
    const shown = (answers.fields ?? {})[name];
    if (shown) { await field.locator('input[name=value]').fill(shown); typed = true; }
  }
  for (const [name, key] of Object.entries(person)) {
    const shown = key === 'ids' ? answers.patient?.ids?.[0] : answers.patient?.[key];
    const input = form.locator(`#person-${name}`);
    if (shown && await input.count()) { await input.fill(shown); typed = true; }
  }
  if (answers.text && await form.locator('#t-text').count()) {
    await form.locator('#t-text').fill(answers.text);
    typed = true;
  }
  if (typed) {
    await form.getByRole('button', { name: 'Compare' }).click();
    if (await page.locator('#problem').count()) tell(`${page.url()}: ${await page.locator('#problem').innerText()}`);
  }
  return typed;
}

// Drops a file where evidence is dropped.
async function drop(page, path, title) {
  await page.getByLabel('What the file shows', { exact: true }).fill(title);
  const data = await page.evaluateHandle(([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: 'text/plain' }));
    return transfer;
  }, [basename(path), readFileSync(path, 'utf8')]);
  await page.locator('#evidence .drop').dispatchEvent('drop', { dataTransfer: data });
  await page.locator('.files', { hasText: basename(path) }).waitFor();
}

// One step, as a tester does it.
async function play(page, program, ehr, path, told) {
  const href = `step/${path.split('/').slice(1).map(encodeURIComponent).join('/')}`;
  await page.goto(program.url + href);
  const done = told ? await ehr.does(told) : null;
  if (told && ['send', 'transport'].includes(told.kind)) {
    // nothing is clicked: the page shows by itself what came
    await page.waitForFunction(() => document.querySelector('#state')?.innerText !== 'Open', null, { timeout: 30000 });
    return;
  }
  const answers = done?.answers ?? {};
  await type(page, answers);
  for (const file of done?.files ?? []) await drop(page, file.path, file.title);
  if (await page.getByRole('button', { name: 'It is done', exact: true }).count()) {
    await page.getByRole('button', { name: 'It is done', exact: true }).click();
    return;
  }
  if (await page.getByRole('button', { name: 'Attest', exact: true }).count()) {
    await page.getByLabel('Role or organization', { exact: true }).fill('product manager');
    await page.getByRole('button', { name: 'Attest', exact: true }).click();
    return;
  }
  if (/Open|To be done/.test(await state(page)) && await page.locator('#checklist').count()) {
    await page.getByRole('button', { name: 'All that is open was seen' }).click();
    await page.getByRole('button', { name: 'Save the checklist' }).click();
  }
}

async function picture(page, name) {
  if (options.pictures) await page.screenshot({ path: join(options.pictures, `workbench-${name}.png`) });
}

const folder = await mkdtemp(join(tmpdir(), 'titer-plan-'));
const program = new Program(titer, plan, folder, ['--as-of', today]);
const begin = Date.now();
const seconds = () => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
let ehr;
let count = 0;
try {
  const told = await steps(folder);
  console.log(`${told.size} steps are told to an EHR: ${seconds()}`);
  await program.start();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  watch(page, () => program.url);

  // who tests what
  await page.goto(program.url);
  await picture(page, 'start');
  ehr = new Ehr({
    protocol: 'titer-driver/1', plan, as_of: today, soap_url: await value(page, 'SOAP address'), http_url: await value(page, 'HTTP address'),
    username: await value(page, 'User'), password: await value(page, 'Password'), facility: await value(page, 'Facility'),
  });
  await ehr.begin();
  await page.getByLabel('Your name').fill('Ana Tester');
  await page.getByRole('button', { name: 'Keep my name' }).click();
  await page.getByLabel('Vendor').fill('Example Health Systems');
  await page.getByLabel('Product').fill('Scripted EHR');
  await page.getByLabel('Version').fill('1');
  await page.getByLabel('Testers').fill('Ana Tester');
  await page.locator('#system').getByRole('button', { name: 'Save' }).click();

  // the plan, from its first step to its last
  await page.goto(`${program.url}plan`);
  const paths = (await page.locator('#tree .steps a').evaluateAll((all) => all.map((a) => decodeURIComponent(a.getAttribute('href')))))
    .map((href) => href.replace('/step/', `${plan}/`));
  count = paths.length;
  if (plan === 'iip-v11' && count !== 84) tell(`the plan's page lists ${count} steps`);
  const slow = [];
  for (const [n, path] of paths.entries()) {
    const at = Date.now();
    await play(page, program, ehr, path, told.get(path));
    slow.push([Date.now() - at, path]);
    if (n === Math.floor(count / 2)) {
      await program.kill();
      await program.start();
      await page.reload();
      await expect(page, 'Ana Tester', await page.locator('#who').innerText());
      await page.goto(`${program.url}plan`);
      await picture(page, 'plan');
      console.log(`killed and started again after ${n + 1} of ${count} steps: ${seconds()}`);
    }
  }
  console.log(`${count} steps are done: ${seconds()}`);
  slow.sort((a, b) => b[0] - a[0]);
  console.log(`slowest: ${slow.slice(0, 5).map(([ms, path]) => `${path} ${ms} ms`).join(', ')}`);

  // the report is complete, and says what it must
  await page.goto(`${program.url}report`);
  const result = await (await page.request.get(`${program.url}report/result.json`)).json();
  const all = result.groups.flatMap((g) => g.cases.flatMap((c) => c.steps));
  const open = all.filter((s) => s.verdict === 'pending').map((s) => s.path);
  if (open.length) tell(`these steps are open: ${open.join(' ')}`);
  const bad = all.filter((s) => ['failed', 'error', 'inconclusive'].includes(s.verdict));
  for (const step of bad) tell(`${step.path} is ${step.verdict}: ${step.because}`);
  await expect(page, 'Every step is finished', await page.locator('main').innerText());
  const means = new Map();
  for (const step of all) {
    const key = `${step.verdict} ${step.judged}`;
    means.set(key, [...(means.get(key) ?? []), step.path.split('/').pop()]);
  }
  const lines = [...means].sort().map(([key, of]) => `${key}: ${of.join(' ')}`);
  const recognition = await (await page.request.get(`${program.url}report/recognition.json`)).json();
  lines.push(`recognition: ${recognition.decision}`);
  if (options.expect) {
    const wanted = readFileSync(options.expect, 'utf8').trim().split('\n');
    for (const line of lines) if (!wanted.includes(line)) tell(`not as it must be: ${line}`);
    for (const line of wanted) if (!lines.includes(line)) tell(`it must be: ${line}`);
  }
  if (!options.expect || wrong.length) console.log(lines.join('\n'));
  await picture(page, 'report');
} catch (error) {
  tell(error.stack ?? String(error));
} finally {
  if (ehr) ehr.end();
  await browser.close();
  if (program.child) await program.kill();
  await rm(folder, { recursive: true, force: true });
}
console.log(`${plan} in the browser: ${count} steps, ${seconds()}, ${wrong.length} wrong`);
process.exitCode = wrong.length ? 1 : 0;
