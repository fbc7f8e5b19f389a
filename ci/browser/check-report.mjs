// Looks at HTML reports in a real browser, at phone, desktop and print width, light and dark, with and without scripts:
//
//   node check-report.mjs REPORT.html|URL...                 says what is wrong, exits 1 when something is
//   node check-report.mjs REPORT.html --screenshot OUT.png   takes a picture instead
//        [--width 1280] [--height 900] [--dark] [--print] [--whole] [--unfold] [--at ID]
//   node check-report.mjs REPORT.html --pdf OUT.pdf          prints instead
//
// The address of a page that a server on this machine serves may stand for a file; its links may then lead to that server.
// Nothing may overflow, every link must lead to something that is then seen, nothing may be asked of another host, and the
// console must stay silent. The browser is /usr/bin/chromium, or what CHROMIUM names.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    screenshot: { type: 'string' },
    pdf: { type: 'string' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '900' },
    dark: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    unfold: { type: 'boolean', default: false },
    at: { type: 'string' },
  },
});
if (files.length === 0) {
  console.error('usage: node check-report.mjs REPORT.html... [--screenshot OUT.png | --pdf OUT.pdf]');
  process.exit(2);
}

const address = (file) => (/^https?:/.test(file) ? file : pathToFileURL(resolve(file)).href);

// One browser, with a new profile of its own; every look gets a context of its own.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

async function browse({ width, height, scripts = true, dark = false, print = false }, work) {
  const context = await browser.newContext({
    viewport: { width, height },
    javaScriptEnabled: scripts,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  try {
    const page = await context.newPage();
    if (print) await page.emulateMedia({ media: 'print', colorScheme: dark ? 'dark' : 'light' });
    await work(page);
  } finally {
    await context.close();
  }
}

// In the page: what reaches past the edges, unless it scrolls on its own.
function overflowing() {
  const edge = document.documentElement.clientWidth;
  const out = [];
  const scrolls = (node) => {
    for (let n = node.parentElement; n && n !== document.body; n = n.parentElement) {
      if (/(auto|scroll|hidden)/.test(getComputedStyle(n).overflowX)) return true;
    }
    return false;
  };
  const name = (n) => n.tagName.toLowerCase() + (n.id ? `#${n.id}` : '') + (n.getAttribute('class') ? `.${n.getAttribute('class')}` : '');
  if (document.scrollingElement.scrollWidth > edge) {
    out.push(`the page is ${document.scrollingElement.scrollWidth} wide in a window of ${edge}`);
  }
  for (const node of document.body.querySelectorAll('*')) {
    if (node.closest('.skip') || node.closest('symbol')) continue;
    const box = node.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if ((box.right > edge + 1 || box.left < -1) && !scrolls(node)) {
      out.push(`${name(node)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    }
  }
  return out.slice(0, 10);
}

async function check(file) {
  const url = address(file);
  const served = /^https?:/.test(url);
  const allowed = (asked) => asked.startsWith('data:')
    || (served ? new URL(asked).origin === new URL(url).origin : asked.split('#')[0] === url);
  const wrong = [];
  let links = 0;
  let looks = 0;
  const views = [];
  for (const [name, width, height] of [['phone', 390, 844], ['small phone', 360, 740], ['desktop', 1280, 900]]) {
    for (const scripts of [true, false]) {
      views.push({ name, width, height, scripts, follow: scripts && name === 'desktop' });
    }
  }
  views.push({ name: 'dark phone', width: 390, height: 844, dark: true });
  // A4 without the page's margins, at 96 dots an inch
  views.push({ name: 'print', width: 688, height: 1000, print: true });

  for (const view of views) {
    const where = `${file}, ${view.name}${view.scripts === false ? ' without scripts' : ''}`;
    const tell = (what) => wrong.push(`${where}: ${what}`);
    await browse(view, async (page) => {
      page.on('request', (request) => {
        const asked = request.url();
        if (!allowed(asked)) tell(`asks for ${asked}`);
      });
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) tell(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => tell(`script: ${error.message}`));
      await page.goto(url);
      for (const out of await page.evaluate(overflowing)) tell(out);
      looks += 1;

      // Each filter leaves exactly the cases that it names, by style alone.
      const filtered = await page.evaluate(() => {
        const bad = [];
        for (const choice of document.querySelectorAll('[name=show]')) {
          choice.checked = true;
          const id = choice.id.replace('show-', '');
          for (const one of document.querySelectorAll('.case')) {
            const shown = getComputedStyle(one).display !== 'none';
            const wanted = id === 'all' || one.classList.contains(`has-${id}`);
            if (shown !== wanted) bad.push(`the filter ${id} ${shown ? 'shows' : 'hides'} ${one.id || 'a case'}`);
          }
        }
        const all = document.getElementById('show-all');
        if (all) all.checked = true;
        return bad.slice(0, 5);
      });
      if (!view.print) for (const bad of filtered) tell(bad);

      // Every link leads to something; with scripts it is also unfolded, which one width shows.
      const [followed, lost, elsewhere] = await page.evaluate(async ({ follow, served }) => {
        const elsewhere = [];
        const targets = new Set([...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')));
        const lost = [];
        for (const target of targets) {
          if (served && !target.startsWith('#')) {
            elsewhere.push(new URL(target, location.href).href);
            continue;
          }
          const found = target.startsWith('#') && document.getElementById(target.slice(1));
          if (!found) {
            lost.push(`the link ${target} leads nowhere`);
            continue;
          }
          if (!follow) continue;
          const heard = new Promise((done) => addEventListener('hashchange', done, { once: true }));
          location.hash = target;
          await heard;
          if (found.parentElement.closest('details:not([open])')) {
            lost.push(`the link ${target} leads to something that stays folded`);
          }
        }
        return [targets.size, lost.slice(0, 10), elsewhere];
      }, { follow: view.follow === true, served });
      links += followed;
      for (const what of lost) tell(what);
      for (const target of elsewhere) {
        if (!allowed(target)) tell(`the link ${target} leads to another host`);
        else if (view.follow) {
          const answer = await page.request.get(target);
          if (!answer.ok()) tell(`the link ${target} answers ${answer.status()}`);
        }
      }

      // Unfolded it must fit as well.
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
      for (const out of await page.evaluate(overflowing)) tell(`unfolded: ${out}`);
      looks += 1;
      if (view.print) {
        const pdf = await page.pdf({ preferCSSPageSize: true, format: 'A4' });
        if (!pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) tell('does not print');
      }
    });
  }
  return { wrong, links, looks };
}

try {
  if (options.screenshot || options.pdf) {
    const view = {
      width: Number(options.width),
      height: Number(options.height),
      dark: options.dark,
      print: options.print || Boolean(options.pdf),
    };
    await browse(view, async (page) => {
      await page.goto(address(files[0]) + (options.at ? `#${options.at}` : ''));
      if (options.unfold) {
        await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
      }
      if (options.pdf) await page.pdf({ path: options.pdf, preferCSSPageSize: true, format: 'A4' });
      else await page.screenshot({ path: options.screenshot, fullPage: options.whole });
    });
  } else {
    let failed = 0;
    for (const file of files) {
      const { wrong, links, looks } = await check(file);
      for (const what of wrong) console.error(what);
      failed += wrong.length;
      console.log(`${file}: ${looks} looks, ${links} links followed, ${wrong.length} wrong`);
      if (links === 0) {
        console.error(`${file}: no link was found, so nothing was checked`);
        failed += 1;
      }
    }
    process.exitCode = failed ? 1 : 0;
  }
} finally {
  await browser.close();
}
