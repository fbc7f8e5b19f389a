(function () {
  "use strict";
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  // What a link points at is shown, however deep it is folded away.
  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    if (!target) return;
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    var hidden = target.closest(".case");
    if (hidden && getComputedStyle(hidden).display === "none") document.getElementById("show-all").checked = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  // Paper cannot be unfolded. Messages of plain passes stay folded there: their hashes stand in the list of evidence.
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = all(".case:not([open]), .list:not([open])");
    folded.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () {
    folded.forEach(function (d) { d.open = false; });
  });

  all(".tools[hidden], .copy[hidden]").forEach(function (e) { e.hidden = false; });
  all("[data-fold]").forEach(function (button) {
    button.addEventListener("click", function () {
      all(".case").forEach(function (d) { d.open = button.dataset.fold === "open"; });
    });
  });
  all("[name=show]").forEach(function (choice) {
    choice.addEventListener("change", function () {
      if (choice.id !== "show-all") all("." + choice.id.replace("show-", "has-")).forEach(function (d) { d.open = true; });
    });
  });

  all(".copy").forEach(function (button) {
    button.addEventListener("click", function () {
      var text = all(".tx", document.getElementById(button.dataset.copy)).map(function (line) { return line.textContent; }).join("\n") + "\n";
      var area = document.createElement("textarea");
      area.value = text;
      document.body.appendChild(area);
      area.select();
      var done = document.execCommand("copy");
      area.remove();
      button.textContent = done ? "Copied" : "Could not copy";
      button.focus();
    });
  });
})();
