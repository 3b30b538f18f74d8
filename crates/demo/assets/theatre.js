"use strict";
document.documentElement.classList.add("scripted");
addEventListener("DOMContentLoaded", () => {
  const $ = id => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let current = 1, timer = 0;
  // the page with code for a framework has no drawing
  if (!$("steps")) return $("help-open").remove();

  // the drawing and its panel

  const last = () => all(".panel").length;

  function show(number, moved) {
    current = Math.min(Math.max(number, 1), last());
    all(".panel").forEach((panel, at) => panel.classList.toggle("current", at + 1 === current));
    all(".m").forEach((arrow, at) => {
      arrow.classList.toggle("current", at + 1 === current);
      arrow.classList.toggle("later", at + 1 > current);
      if (at + 1 === current) arrow.setAttribute("aria-current", "step");
      else arrow.removeAttribute("aria-current");
    });
    $("scrub").value = current;
    $("scrub").setAttribute("aria-valuetext", $("arrow-" + current).textContent);
    $("position").textContent = current + " of " + last();
    $("back").disabled = current === 1;
    $("forward").disabled = current === last();
    const panel = $("message-" + current);
    if (moved) {
      reveal($("arrow-" + current));
      panel.parentElement.scrollTop = 0;
    }
    const hash = panel.querySelector(".hash");
    if (hash) compute(hash, moved && !still.matches);
    tick();
  }

  function reveal(element) {
    const box = element.getBoundingClientRect();
    if (box.top < 136 || box.bottom > innerHeight - 16) element.scrollIntoView({ block: "center" });
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    $("play").textContent = "Play";
    $("play").setAttribute("aria-pressed", "false");
  }

  function play() {
    if (timer) return pause();
    if (current === last()) show(1, true);
    timer = setInterval(() => current < last() ? show(current + 1, true) : pause(), 2500);
    $("play").textContent = "Pause";
    $("play").setAttribute("aria-pressed", "true");
  }

  // the secret and its hash

  async function sha256(text) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  }
  const hex = bytes => [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
  const base64url = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function compute(box, slowly) {
    if (!/^[\w-]{43}$/.test(box.dataset.verifier) || !crypto.subtle) return;
    const bytes = await sha256(box.dataset.verifier), digits = hex(bytes), code = box.querySelector(".hex");
    if (!slowly) return;
    let shown = 0;
    const typing = setInterval(() => {
      shown += 4;
      code.textContent = digits.slice(0, shown);
      if (shown >= digits.length) clearInterval(typing);
    }, 40);
  }

  async function guess(input) {
    const box = input.closest(".hash"), challenge = base64url(await sha256(input.value));
    const same = challenge === box.querySelector(".challenge").textContent;
    box.querySelector(".said").textContent = same ? "The same hash: this is the secret."
      : "Another hash, " + challenge.slice(0, 12) + "…: refused.";
  }

  function tick() {
    for (const left of all(".panel.current .left")) {
      const seconds = Math.max(0, Math.ceil((left.dataset.until - Date.now()) / 1000));
      left.textContent = seconds + " s";
      left.closest(".life").querySelector("progress").value = seconds;
    }
  }

  // actions: the form is sent, and the part of the page that changed is replaced

  async function send(form, button) {
    const id = form.dataset.part, part = $(id);
    part.setAttribute("aria-busy", "true");
    button.disabled = true;
    const answer = await fetch(button.getAttribute("formaction") || form.getAttribute("action"), {
      method: "POST", headers: { "airside-demo-part": "1" }, body: new URLSearchParams(new FormData(form)),
    }).catch(() => null);
    part.removeAttribute("aria-busy");
    button.disabled = false;
    if (!answer) return tell(part, "The demonstration has ended: start it again.");
    const html = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = html.body.firstElementChild;
    if (!answer.ok || !next || next.id !== id) return tell(part, html.body.textContent);
    const kept = button.id;
    part.replaceWith(document.adoptNode(next));
    if (id === "steps") { pause(); show(1); }
    if (id === "attacks") held = [];
    const result = id !== "attacks" && $(id).querySelector("h4, .mark");
    if (result && id !== "steps") reveal(result);
    if (kept) $(kept)?.focus({ preventScroll: true });
    else button.focus({ preventScroll: true });
  }

  // the live log: each line as it happens, and a stopwatch from an alarm to the guard's refusal

  let begun = 0, held = [];

  function happened(html) {
    if ($("live-pause").getAttribute("aria-pressed") === "true") return held.push(html);
    const line = new DOMParser().parseFromString(html, "text/html").body.firstElementChild, list = $("live-lines");
    list.append(document.adoptNode(line));
    while (list.children.length > 30) list.firstElementChild.remove();
    list.parentElement.scrollTop = list.scrollHeight;
    if ("starts" in line.dataset) { begun = performance.now(); run(); }
    if ("took" in line.dataset) { begun = 0; $("stopwatch").textContent = line.dataset.took + " ms"; }
  }

  function run() {
    if (!begun) return;
    $("stopwatch").textContent = still.matches ? "…" : Math.round(performance.now() - begun) + " ms";
    if (!still.matches) requestAnimationFrame(run);
  }

  function hold(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    button.textContent = on ? "Go on" : "Pause";
    if (!on) for (const html of held.splice(0)) happened(html);
  }

  if ($("live-pause")) new EventSource("/live").onmessage = event => happened(event.data);

  function tell(part, text) {
    const note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = text;
    part.append(note);
  }

  // events

  document.addEventListener("submit", event => {
    if (!event.target.dataset.part) return;
    event.preventDefault();
    send(event.target, event.submitter || event.target.querySelector("button"));
  });
  document.addEventListener("click", event => {
    const target = event.target.closest("a, button");
    if (!target) return;
    if (target.matches(".m")) {
      event.preventDefault();
      pause();
      show(Number(target.id.slice("arrow-".length)));
      const panel = $("message-" + current), box = panel.getBoundingClientRect();
      if (box.top > innerHeight - 120 || box.bottom < 0) panel.parentElement.scrollIntoView();
    } else if (target.id === "back") { pause(); show(current - 1, true); }
    else if (target.id === "forward") { pause(); show(current + 1, true); }
    else if (target.id === "play") play();
    else if (target.id === "help-open") $("help").showModal();
    else if (target.id === "live-pause") hold(target);
  });
  document.addEventListener("input", event => {
    if (event.target.id === "scrub") { pause(); show(Number(event.target.value), true); }
    if (event.target.matches(".guess")) guess(event.target);
  });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || !$("keys-on").checked) return;
    const at = event.target;
    if (at.matches("input, textarea, select, [contenteditable]")) return;
    const scrolls = at.matches(".scroll");
    const presses = at.matches("button, a, summary");
    if (event.key === "ArrowRight" && !scrolls) { pause(); show(current + 1, true); }
    else if (event.key === "ArrowLeft" && !scrolls) { pause(); show(current - 1, true); }
    else if (event.key === " " && !presses) play();
    else if (event.key === "a") { $("attacks").scrollIntoView(); $("attacks").focus({ preventScroll: true }); }
    else if (event.key === "?") $("help").showModal();
    else return;
    event.preventDefault();
  });
  setInterval(tick, 1000);
  const named = /^#message-(\d+)$/.exec(location.hash);
  show(named ? Number(named[1]) : 1);
});
