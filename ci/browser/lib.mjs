// What the browser tests of the workbench share: the program, the browser, and what is looked for on every page.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const wrong = [];
export const counts = { looks: 0 };
export const tell = (what) => { wrong.push(what); console.error(what); };

// The program, started again and again in one folder.
export class Program {
  constructor(titer, plan, folder, more = []) {
    this.titer = titer;
    this.plan = plan;
    this.folder = folder;
    this.more = more;
    this.listen = '127.0.0.1:0';
  }

  async start() {
    const args = ['workbench', this.plan, '--state', join(this.folder, 'work.sqlite'), '--listen', this.listen, ...(this.url ? [] : this.more)];
    this.child = spawn(this.titer, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

export function watch(page, origin) {
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
export function stumbles() {
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
  for (const caption of document.querySelectorAll('caption:not(.said)')) {
    if (shown(caption) && caption.getBoundingClientRect().width < 60) out.push(`the caption "${caption.textContent}" has no room`);
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
export async function look(program, path) {
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
    counts.looks += 2;
    await context.close();
  }
}

// The keyboard reaches what the mouse does: the skip link first, then everything in order, and focus is seen.
export async function keyboard(page, program, path) {
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

export async function value(page, name) {
  return page.locator('dl.facts > div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('code').innerText();
}

export async function state(page) {
  return page.locator('#state').innerText();
}

export async function expect(page, what, found) {
  if (!String(found).includes(what)) tell(`${page.url()}: expected "${what}", found "${String(found).slice(0, 200)}"`);
}
