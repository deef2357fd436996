/*
 * What My contacts adds where script runs: the field for the customer becomes a combobox (WAI-ARIA Authoring
 * Practices, "Editable combobox with list autocomplete"), and what is ticked stays ticked on other pages of the list.
 * htmx exchanges the list; here is what is said about it, and what happens when the portal answers otherwise.
 */
(function () {
  "use strict";

  const TYPING_PAUSE = 150;
  const ticked = new Map(); // by the address the form goes to: whom somebody ticked, on whatever page of the list
  let latest = 0;

  function start() {
    document.querySelectorAll("#contacts [data-with-script]").forEach(function (hint) {
      hint.hidden = false;
    });
    document.querySelectorAll("#contacts .combo").forEach(makeCombobox);
    document.querySelectorAll("form[data-ticks]").forEach(keepTicks);
  }

  function say(words) {
    document.getElementById("contacts-said").textContent = words;
  }

  // ------------------------------------------------------------------ combobox

  function makeCombobox(combo) {
    const input = combo.querySelector("input");
    const sheet = document.createElement("div");
    sheet.className = "combo-sheet";
    sheet.hidden = true;
    combo.append(sheet);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", "id_find_options");
    input.setAttribute("aria-keyshortcuts", "Alt+K");
    input.setAttribute("aria-expanded", "false");
    const chosen = input.value;
    let waiting = 0;
    let fits = false; // whether the list is that of the words that stand in the field now

    const options = () => Array.from(sheet.querySelectorAll("[role=option]"));
    const active = () => sheet.querySelector("[aria-selected=true]");

    // What is still to be asked, or to be answered, is of words that stand there no more
    function forget() {
      window.clearTimeout(waiting);
      latest += 1;
      fits = false;
    }

    function close() {
      forget();
      sheet.hidden = true;
      sheet.textContent = "";
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(option) {
      options().forEach(function (one) {
        one.setAttribute("aria-selected", String(one === option));
      });
      if (option) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function step(by) {
      const all = options();
      if (!all.length) return;
      const place = all.indexOf(active());
      mark(all[place < 0 ? (by > 0 ? 0 : all.length - 1) : (place + by + all.length) % all.length]);
    }

    function pick(option) {
      input.value = option.dataset.words;
      const url = option.dataset.url;
      close();
      window.htmx.ajax("GET", url, { source: "#contacts", target: "#contacts", select: "#contacts", swap: "outerHTML" });
    }

    async function look(then) {
      forget();
      const mine = latest;
      const words = input.value === chosen ? "" : input.value;
      const url = combo.dataset.options + "&find=" + encodeURIComponent(words);
      let answer;
      try {
        answer = await fetch(url, { credentials: "same-origin" });
      } catch {
        return; // the button beside the field still works, or says what is wrong
      }
      if (answer.redirected || !answer.ok) return window.location.reload(); // signed out, or nothing to do here any more
      const list = await answer.text();
      if (mine !== latest || document.activeElement !== input) return;
      sheet.innerHTML = list;
      sheet.hidden = false;
      fits = true;
      input.setAttribute("aria-expanded", String(options().length > 0));
      input.removeAttribute("aria-activedescendant");
      say(sheet.querySelector("[data-count]").textContent);
      if (then) then();
    }

    input.addEventListener("focus", function () {
      input.select();
    });
    input.addEventListener("input", function () {
      forget();
      mark(null);
      waiting = window.setTimeout(look, TYPING_PAUSE);
    });
    input.addEventListener("click", function () {
      if (sheet.hidden) look();
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const by = event.key === "ArrowDown" ? 1 : -1;
        event.preventDefault();
        if (event.altKey && by < 0) close();
        else if (!fits) look(event.altKey ? undefined : () => step(by));
        else step(by);
      } else if (event.key === "Enter" && active()) {
        event.preventDefault();
        pick(active());
      } else if (event.key === "Escape") {
        event.preventDefault();
        if (sheet.hidden) input.value = "";
        close();
      }
    });
    // The field keeps the focus while somebody points at the list
    sheet.addEventListener("mousedown", function (event) {
      event.preventDefault();
    });
    sheet.addEventListener("click", function (event) {
      const option = event.target.closest("[role=option]");
      if (option) pick(option);
    });
  }

  document.addEventListener("keydown", function (event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.code !== "KeyK") return;
    const input = document.getElementById("id_find");
    if (!input) return;
    event.preventDefault();
    input.focus();
  });

  // ------------------------------------------------------------------ ticks

  function keepTicks(form) {
    const key = form.getAttribute("action") + " " + form.elements.company.value;
    if (!ticked.has(key)) ticked.set(key, new Set());
    const people = ticked.get(key);
    const here = Array.from(form.querySelectorAll("input[name=person]"));
    const count = form.querySelector("[data-ticked]");

    function show() {
      count.textContent = count.dataset.ticked + " " + people.size;
    }

    here.forEach(function (box) {
      if (box.checked) people.add(box.value); // the browser remembers them when somebody comes back
      box.checked = people.has(box.value);
      box.addEventListener("change", function () {
        if (box.checked) people.add(box.value);
        else people.delete(box.value);
        show();
      });
    });
    form.addEventListener("formdata", function (event) {
      people.forEach(function (person) {
        if (!here.some((box) => box.value === person)) event.formData.append("person", person);
      });
    });
    show();
  }

  // ------------------------------------------------------------------ the list was exchanged

  function about(event) {
    return event.detail.target && event.detail.target.id === "contacts";
  }

  // Signed out, refused or lost on the way: the whole page says so
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!about(event) || event.detail.xhr.responseText.includes('id="contacts"')) return;
    event.detail.shouldSwap = false;
    window.location.assign(event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath);
  });
  document.addEventListener("htmx:sendError", function (event) {
    if (about(event)) window.location.assign(event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath);
  });
  document.addEventListener("htmx:afterSettle", function () {
    const contacts = document.getElementById("contacts");
    if (contacts.dataset.started) return;
    contacts.dataset.started = "yes";
    start();
    say(contacts.dataset.said);
    // What was pressed may be gone from the page; the list is what it was pressed for
    if (document.activeElement === document.body) document.getElementById("contacts-table")?.focus();
  });
  document.addEventListener("DOMContentLoaded", function () {
    document.getElementById("contacts").dataset.started = "yes";
    start();
  });
})();
