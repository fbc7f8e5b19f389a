// Works through a whole plan in a real browser, as a tester would, against the program that is built:
//
//   node workbench.mjs TITER [PLAN] [--pictures FOLDER]
//
// It starts `titer workbench`, fills in every step by what its page says, sends the messages that wait, kills the program with
// signal 9 in the middle and goes on, sends a file of 1 GB that must be refused, and looks at every page at phone, desktop and
// print width, light and dark, with and without scripts: nothing may overflow, every field must have a name, every text must
// have enough contrast, nothing may be asked of another host, and the console must stay silent. The browser is
// /usr/bin/chromium, or what CHROMIUM names.
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'string' } },
});
const titer = resolve(positionals[0] ?? 'target/debug/titer');
const plan = positionals[1] ?? resolve(here, '../../harness/workbench/tests/plans/small');

const wrong = [];
let looks = 0;
const tell = (what) => { wrong.push(what); console.error(what); };

// The program, started again and again in one folder.
class Program {
  constructor(folder) {
    this.folder = folder;
    this.listen = '127.0.0.1:0';
  }

  async start() {
    const args = ['workbench', plan, '--state', join(this.folder, 'work.sqlite'), '--listen', this.listen];
    this.child = spawn(titer, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    await new Promise((done, failed) => {
      this.child.on('exit', (code) => failed(new Error(`titer workbench ended with ${code}`)));
      this.child.stdout.on('data', (data) => {
        text += data;
        if (text.includes('stop it with')) done();
      });
    });
    this.child.removeAllListeners('exit');
    this.greeting = text;
    this.url = text.match(/open\s+(\S+)/)[1];
    this.listen = new URL(this.url).host;
  }

  kill() {
    return new Promise((done) => {
      this.child.on('exit', done);
      this.child.kill('SIGKILL');
    });
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

function watch(page, origin) {
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(origin()) && !asked.startsWith('data:')) tell(`${page.url()}: asks for ${asked}`);
  });
  page.on('console', (message) => {
    // what a browser says of an answer with a status of 400 and more, and of a program that is gone, is meant here
    const text = message.text();
    if (/status of (4\d\d|50[07])|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE/.test(text)) return;
    if (['error', 'warning'].includes(message.type())) tell(`${page.url()}: console: ${text}`);
  });
  page.on('pageerror', (error) => tell(`${page.url()}: script: ${error.message}`));
}

// In the page: what a reader, a keyboard or a screen reader would stumble over.
function stumbles() {
  const out = [];
  const edge = document.documentElement.clientWidth;
  const shown = (n) => { const b = n.getBoundingClientRect(); return b.width > 0 && b.height > 0 && getComputedStyle(n).visibility !== 'hidden'; };
  const name = (n) => n.tagName.toLowerCase() + (n.id ? `#${n.id}` : '') + (n.getAttribute('class') ? `.${n.getAttribute('class')}` : '');
  const scrolls = (node) => {
    for (let n = node.parentElement; n && n !== document.body; n = n.parentElement) {
      if (/(auto|scroll|hidden)/.test(getComputedStyle(n).overflowX)) return true;
    }
    return false;
  };
  if (document.scrollingElement.scrollWidth > edge) out.push(`the page is ${document.scrollingElement.scrollWidth} wide in a window of ${edge}`);
  for (const node of document.body.querySelectorAll('*')) {
    if (node.closest('.skip, .said, symbol, svg') || !shown(node)) continue;
    const box = node.getBoundingClientRect();
    if ((box.right > edge + 1 || box.left < -1) && !scrolls(node)) out.push(`${name(node)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)}`);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), textarea, select')) {
    const labels = field.labels ? [...field.labels].map((l) => l.textContent.trim()).join('') : '';
    if (!labels && !field.getAttribute('aria-label')) out.push(`${name(field)} ${field.name} has no name`);
  }
  for (const control of document.querySelectorAll('a[href], button, summary')) {
    if (shown(control) && !(control.textContent.trim() || control.getAttribute('aria-label'))) out.push(`${name(control)} has no name`);
  }
  let last = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const level = Number(heading.tagName[1]);
    if (level > last + 1) out.push(`the heading "${heading.textContent.trim()}" skips a level`);
    last = level;
  }
  // contrast of every text with what is behind it, WCAG 2.1 AA
  const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return { r: m[0], g: m[1], b: m[2], a: m[3] ?? 1 }; };
  const lum = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const c = parse(getComputedStyle(n).backgroundColor);
      if (c.a > 0.99) return c;
    }
    return { r: 255, g: 255, b: 255, a: 1 };
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(node) || node.closest('.said, .skip, title, svg, option') || !shown(node)) continue;
    seen.add(node);
    const style = getComputedStyle(node);
    const back = behind(node);
    if (matchMedia('(prefers-color-scheme: dark)').matches && back.r === 255 && !node.closest('.paper') && getComputedStyle(document.body).backgroundColor === 'rgba(0, 0, 0, 0)') continue;
    const [a, b] = [lum(parse(style.color)), lum(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) out.push(`"${walker.currentNode.data.trim().slice(0, 40)}" has a contrast of ${ratio.toFixed(2)}`);
  }
  return out.slice(0, 12);
}

// Looks at a page in every way.
async function look(program, path) {
  const views = [
    { name: 'desktop', width: 1280, height: 900 },
    { name: 'phone', width: 390, height: 844 },
    { name: 'small phone', width: 360, height: 740, scripts: false },
    { name: 'dark', width: 1280, height: 900, dark: true },
    { name: 'print', width: 688, height: 1000, print: true },
  ];
  for (const view of views) {
    const context = await browser.newContext({
      viewport: { width: view.width, height: view.height },
      javaScriptEnabled: true,
      colorScheme: view.dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    watch(page, () => program.url);
    // without scripts: the page's own script is not given to it
    if (view.scripts === false) await page.route('**/workbench.js', (route) => route.fulfill({ body: '', contentType: 'text/javascript' }));
    if (view.print) await page.emulateMedia({ media: 'print' });
    await page.goto(program.url + path.replace(/^\//, ''));
    for (const what of await page.evaluate(stumbles)) tell(`${path}, ${view.name}: ${what}`);
    await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
    for (const what of await page.evaluate(stumbles)) tell(`${path}, ${view.name}, unfolded: ${what}`);
    looks += 2;
    await context.close();
  }
}

// The keyboard reaches what the mouse does: the skip link first, then everything in order, and focus is seen.
async function keyboard(page, program, path) {
  await page.goto(program.url + path);
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.className);
  if (first !== 'skip') tell(`${path}: the first stop of the keyboard is ${first}`);
  await page.keyboard.press('Enter');
  const all = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, select, summary')]
    .filter((n) => { const b = n.getBoundingClientRect(); return b.width > 0 && !n.disabled && !n.closest('details:not([open]) > :not(summary)') && n.closest('main'); }).length);
  const reached = new Set();
  for (let i = 0; i < all + 30; i += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const n = document.activeElement;
      if (!n || n === document.body || !n.closest('main')) return null;
      n.dataset.stop ??= String(Math.random());
      const style = getComputedStyle(n);
      const mark = n.matches('.choices input') ? getComputedStyle(n.nextElementSibling) : style;
      return { id: n.dataset.stop, group: n.type === 'radio' ? n.name : '', seen: mark.outlineStyle !== 'none' };
    });
    if (stop === null) { if (reached.size) break; continue; }
    if (!stop.seen) tell(`${path}: the focus is not seen`);
    reached.add(stop.group || stop.id);
  }
  if (reached.size < 5) tell(`${path}: the keyboard reaches only ${reached.size} places`);
}

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

async function value(page, name) {
  return page.locator('dl.facts > div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('code').innerText();
}

// The example that a step's page shows, with a control id of its own.
async function example(page, program, step, id, change = (m) => m) {
  await page.goto(`${program.url}step/${step}`);
  const lines = await page.locator('#example-message .tx').evaluateAll((all) => all.map((n) => n.textContent));
  const fields = lines.join('\r').split('|');
  fields[9] = id;
  return change(fields.join('|') + '\r');
}

async function state(page) {
  return page.locator('#state').innerText();
}

async function expect(page, what, found) {
  if (!String(found).includes(what)) tell(`${page.url()}: expected "${what}", found "${String(found).slice(0, 200)}"`);
}

const folder = await mkdtemp(join(tmpdir(), 'titer-workbench-'));
const program = new Program(folder);
try {
  await program.start();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  watch(page, () => program.url);

  // Start: who, what, how to connect
  await page.goto(program.url);
  await picture(page, 'start');
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
  await picture(page, 'plan');
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
console.log(`the workbench: a whole plan, ${looks} looks, ${wrong.length} wrong`);
process.exitCode = wrong.length ? 1 : 0;
