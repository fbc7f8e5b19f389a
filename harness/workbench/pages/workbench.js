// The pages work without this script. With it they bring themselves up to date, copy values, take dropped files and know a few keys.
(function () {
  "use strict";
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };
  var body = document.body;
  var said = document.getElementById("said");
  function say(text) {
    if (!said || !text) return;
    said.textContent = "";
    setTimeout(function () { said.textContent = text; }, 50);
  }

  // Copying
  function copied(button, done) {
    var before = button.dataset.word || button.textContent;
    button.dataset.word = before;
    button.textContent = done ? "Copied" : "Could not copy";
    say(button.textContent);
    setTimeout(function () { button.textContent = before; }, 1600);
  }
  function copy(text, button) {
    function old() {
      var area = document.createElement("textarea");
      area.value = text;
      area.setAttribute("aria-hidden", "true");
      document.body.appendChild(area);
      area.select();
      var done = document.execCommand("copy");
      area.remove();
      button.focus();
      copied(button, done);
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { copied(button, true); }, old);
    } else old();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button.copy");
    if (!button) return;
    if (button.dataset.from) {
      var lines = all(".tx", document.getElementById(button.dataset.from)).map(function (line) { return line.textContent; });
      copy(lines.join("\r") + "\r", button);
    } else copy(button.dataset.text || "", button);
  });
  function wake(root) {
    all("button.copy[hidden], .scripted[hidden]", root).forEach(function (e) { e.hidden = false; });
    all(".unscripted", root).forEach(function (e) { e.hidden = true; });
  }
  wake(document);

  // A form that was changed and not sent is not replaced, and leaving it is asked about.
  var dirty = new Set();
  document.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("form[method=post]");
    if (form) dirty.add(form);
  });
  document.addEventListener("submit", function (event) { dirty.delete(event.target); });
  addEventListener("beforeunload", function (event) {
    var lost = Array.from(dirty).some(function (form) { return form.isConnected && !form.hasAttribute("data-loose"); });
    if (lost) event.preventDefault();
  });

  // Live parts: every element with data-live is exchanged for its newer self when something happened.
  function busy(part) {
    if (part.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(document.activeElement.tagName)) return true;
    return Array.from(dirty).some(function (form) { return form.isConnected && (part.contains(form) || form.contains(part)); });
  }
  function refresh() {
    return fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" }).then(function (answer) {
      if (!answer.ok) return null;
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      var next = new DOMParser().parseFromString(text, "text/html");
      var news = [];
      all("[data-live]").forEach(function (part) {
        var fresh = next.getElementById(part.id);
        if (!fresh || fresh.outerHTML === part.dataset.was) return;
        if (part.outerHTML === fresh.outerHTML) return;
        var tell = fresh.dataset.tell || "";
        if (tell && tell !== (part.dataset.tell || "")) news.push(tell);
        if (busy(part)) {
          var note = part.querySelector(".stale");
          if (note) note.hidden = false;
          return;
        }
        var open = all("details[open][id]", part).map(function (d) { return d.id; });
        var kept = document.importNode(fresh, true);
        wake(kept);
        part.replaceWith(kept);
        open.forEach(function (id) { var d = document.getElementById(id); if (d) d.open = true; });
      });
      if (news.length) say(news.join(". "));
    });
  }
  var revision = Number(body.dataset.revision || "0");
  var failures = 0;
  function follow() {
    fetch("/live?after=" + revision + "&at=" + encodeURIComponent(location.pathname), { cache: "no-store" }).then(function (answer) {
      if (!answer.ok) throw new Error("no answer");
      return answer.json();
    }).then(function (now) {
      if (failures > 1) say("The program answers again");
      failures = 0;
      var lost = document.getElementById("lost");
      if (lost) lost.hidden = true;
      if (now.revision !== revision || now.others !== body.dataset.others) {
        revision = now.revision;
        body.dataset.others = now.others;
        refresh().then(follow, follow);
      } else follow();
    }).catch(function () {
      failures += 1;
      var lost = document.getElementById("lost");
      if (lost && failures > 1) lost.hidden = false;
      setTimeout(follow, Math.min(10000, 500 * failures));
    });
  }
  if (body.dataset.revision !== undefined && window.fetch && window.DOMParser) follow();

  // Files: dropped or chosen; too large ones are told before they are sent.
  function size(bytes) {
    if (bytes >= 1e9) return (bytes / 1e9).toFixed(1) + " GB";
    if (bytes >= 1e6) return (bytes / 1e6).toFixed(1) + " MB";
    return Math.ceil(bytes / 1e3) + " kB";
  }
  function tooLarge(input) {
    var limit = Number(input.dataset.limit || "0");
    var told = document.getElementById(input.dataset.told);
    var big = limit && Array.from(input.files).find(function (f) { return f.size > limit; });
    if (told) {
      told.textContent = big ? big.name + " is " + size(big.size) + ": files up to " + size(limit) + " are taken" : "";
      told.hidden = !big;
    }
    if (big) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    return !!big;
  }
  document.addEventListener("change", function (event) {
    if (event.target.type === "file") tooLarge(event.target);
  });
  document.addEventListener("submit", function (event) {
    var large = all("input[type=file]", event.target).some(tooLarge);
    if (large) { event.preventDefault(); return; }
    var button = event.submitter;
    if (button && event.target.enctype === "multipart/form-data") button.textContent = "Sending ...";
  });
  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var zone = event.target.closest && event.target.closest(".drop");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      var input = zone.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      dirty.add(input.form);
      if (!tooLarge(input)) {
        say(input.files.length === 1 ? input.files[0].name + " is ready to be added" : input.files.length + " files are ready to be added");
        var title = input.form.querySelector("[name=title]");
        if (title && !title.value) title.focus(); else input.form.requestSubmit();
      }
    });
  });

  // The whole checklist at once
  document.addEventListener("click", function (event) {
    var all_seen = event.target.closest && event.target.closest("[data-all-seen]");
    if (!all_seen) return;
    all("input[value=seen]", all_seen.form).forEach(function (choice) {
      var group = all_seen.form.querySelectorAll("input[name='" + choice.name + "']:checked");
      if (group.length === 0 || group[0].value === "open") choice.checked = true;
    });
    dirty.add(all_seen.form);
    say("Every item that was open is marked as seen; save the checklist to keep it");
  });

  // Boxes of what is open
  document.addEventListener("click", function (event) {
    var tick = event.target.closest && event.target.closest("[data-tick-open]");
    if (!tick) return;
    all("input[data-open]", tick.form).forEach(function (box) { box.checked = true; });
    say("Every step that is open is ticked");
  });

  // Keys, only for those who ask for them
  var keys = document.getElementById("keys");
  var wants = false;
  try { wants = localStorage.getItem("titer-keys") === "yes"; } catch (e) { wants = false; }
  if (keys) {
    keys.checked = wants;
    keys.addEventListener("change", function () {
      wants = keys.checked;
      try { localStorage.setItem("titer-keys", wants ? "yes" : "no"); } catch (e) { return; }
    });
  }
  document.addEventListener("keydown", function (event) {
    if (!wants || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
    var link = document.querySelector("a[data-key='" + (/^[a-z]$/.test(event.key) ? event.key : "none") + "']");
    if (link) { event.preventDefault(); link.click(); }
  });
})();
