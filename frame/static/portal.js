/*
 * What the portal adds where script runs. Every page works without it; nothing here decides anything.
 */
(function () {
  "use strict";

  // An open menu closes when the person goes elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // A pop-up can be put away; what it says stands elsewhere too.
  document.addEventListener("click", function (event) {
    const close = event.target.closest(".toast .close");
    if (close) close.closest(".toast").remove();
  });

  // It is brief: after a while it goes by itself, unless somebody is reading it.
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "toasts") return;
    sessionStorage.setItem("told", document.getElementById("toasts-after").value);
    const fresh = event.target.querySelectorAll(".toast");
    window.setTimeout(function () {
      fresh.forEach(function (toast) {
        if (!toast.matches(":hover") && !toast.contains(document.activeElement)) toast.remove();
      });
    }, 20000);
  });

  // What comes from elsewhere, as where somebody was signed out meanwhile, is no part of this page.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.boosted) return;
    const asked = new URL(event.detail.requestConfig.path, window.location.href);
    if (new URL(event.detail.xhr.responseURL).pathname !== asked.pathname) event.detail.shouldSwap = false;
  });

  // No look for news while the page is hidden or somebody is reading the pop-up.
  document.addEventListener("htmx:beforeRequest", function (event) {
    const toasts = document.getElementById("toasts");
    if (event.target !== toasts) return;
    if (document.hidden || toasts.matches(":hover") || toasts.contains(document.activeElement)) event.preventDefault();
  });

  // Going from page to page does not put off the look for news, nor show again what was shown.
  const news = document.getElementById("toasts");
  if (news) {
    const every = Number(news.dataset.every) * 1000;
    const after = document.getElementById("toasts-after");
    const due = function () { if (!document.hidden) htmx.trigger(news, "due"); };
    after.value = Math.max(Number(after.value), Number(sessionStorage.getItem("told")));
    const left = Number(sessionStorage.getItem("looked")) + every - Date.now();
    window.setTimeout(due, Math.min(Math.max(left, 1000), every));
    document.addEventListener("visibilitychange", due);
    news.addEventListener("htmx:afterRequest", function () { sessionStorage.setItem("looked", Date.now()); });
  }

  // After a mistake, or in a window, reading starts there.
  document.addEventListener("DOMContentLoaded", function () {
    const first = document.querySelector("[data-first-focus]");
    if (first) first.focus();
    // On a narrow screen the tabs are a strip: the page one is on stands in view
    const tab = document.querySelector(".tabs [aria-current]");
    const strip = tab && tab.parentElement;
    if (tab) strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
  });

  // Numbers that are asked for on the telephone can be copied, and the button says that they were.
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () {
        button.firstChild.textContent = button.dataset.done;
      });
    });
  });

  // What is left of an hour is counted down beside its end; a screen reader hears of it now and then only.
  document.querySelectorAll("[data-left]").forEach(function (box) {
    const clock = box.querySelector("[data-clock]");
    const said = box.querySelector("[data-said]");
    const notes = Array.from(box.querySelectorAll("[data-from]"));
    const end = Date.now() + Number(box.dataset.left) * 1000;
    let last = null;
    const tick = function () {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      const due = notes.filter(function (note) { return left <= Number(note.dataset.from); }).pop() || null;
      clock.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      if (due !== last && clock.hidden === false) said.textContent = due.textContent;
      last = due;
      clock.hidden = false;
      if (left === 0) {
        box.classList.add("countdown-over");
        window.clearInterval(timer);
      }
    };
    const timer = window.setInterval(tick, 1000);
    tick();
  });

  // Whoever goes elsewhere with something typed and not kept is asked first.
  let unsaved = false;
  document.querySelectorAll("form[data-unsaved]").forEach(function (form) {
    form.addEventListener("input", function () { unsaved = true; });
    form.addEventListener("submit", function () { unsaved = false; });
  });
  window.addEventListener("beforeunload", function (event) {
    if (unsaved) event.preventDefault();
  });

  // A button that goes with a box stays off until the box is ticked; without script the server says so.
  const heed = function () {
    document.querySelectorAll("button[data-when]").forEach(function (button) {
      button.disabled = !document.getElementById(button.dataset.when).checked;
    });
  };
  document.addEventListener("change", heed);
  window.addEventListener("pageshow", heed);

  // A form that is on its way is not sent twice; coming back to it makes it ready again.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });
})();
