"use strict";
// Everything here improves a page that is complete without it. Text from the org enters the page as text; the
// one exception is the packed findings, which are HTML written and escaped by the same template as the others.
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const findings = (count) => `${count.toLocaleString("en")} finding${count === 1 ? "" : "s"}`;
  const outOf = (some, total) => (some === total ? findings(total) : `${some.toLocaleString("en")} of ${findings(total)}`);
  const remember = (theme) => { try { localStorage.setItem("sfgov-theme", theme); } catch { /* not allowed: fine */ } };
  const remembered = () => { try { return localStorage.getItem("sfgov-theme"); } catch { return null; } };

  const THEMES = { "": "automatic", light: "light", dark: "dark" };
  function dress(theme) {
    root.dataset.theme = theme in THEMES ? theme : "";
    return root.dataset.theme;
  }
  dress(remembered() ?? "");

  const MORE = 100; // findings, or groups, that are shown at a time where there are very many
  const FACETS = ["gates", "severity", "status"];
  const FIELDS = ["check", "component", "path", "severity", "status"];
  let entries = []; // every finding, in the order of the report; .node is null while it is packed
  let groups = []; // {name, entries, section, rest, filled}; section and rest come when a group is first shown
  let byCheck = []; // the groups that the page came with
  let placed = []; // the groups that are in the page now
  let limit = MORE;
  const chosen = Object.fromEntries(FACETS.map((facet) => [facet, new Set()]));
  let query = "";
  let grouping = "check";
  let current = null;

  // ---- What there is

  function written(node) {
    const text = `${node.firstElementChild.textContent} ${node.dataset.component}`;
    return { id: node.id, node, text: text.replace(/\s+/g, " ").toLowerCase(), ...node.dataset };
  }

  async function unpack(script) {
    const bytes = Uint8Array.from(atob(script.textContent), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  }

  async function packed() {
    const index = one("#packed-index");
    if (!index) return [];
    const blocks = all(".packed-block");
    const size = Number(index.dataset.size);
    return JSON.parse(await unpack(index)).map(([id, check, severity, status, gates, component, path, words], at) => ({
      id, check, severity, status, gates, component, path, node: null, block: blocks[Math.floor(at / size)], at: at % size,
      text: `${severity} ${check} ${component} ${path} ${words}`.toLowerCase(),
    }));
  }

  async function materialise(entry) {
    if (entry.node) return;
    const block = entry.block;
    block.findings ??= unpack(block).then((html) => {
      const template = document.createElement("template");
      template.innerHTML = html;
      return [...template.content.children];
    });
    entry.node = (await block.findings)[entry.at];
  }

  // ---- What is asked for

  function terms() {
    return query.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
      const without = word.length > 1 && word.startsWith("-");
      const bare = without ? word.slice(1) : word;
      const [field, ...rest] = bare.split(":");
      const inField = FIELDS.includes(field) && rest.length > 0;
      return { without, field: inField ? field : "text", text: (inField ? rest.join(":") : bare).replace(/\*+$/, "") };
    });
  }

  function filter() {
    const wanted = terms();
    const facets = FACETS.filter((facet) => chosen[facet].size);
    return (entry) => facets.every((facet) => chosen[facet].has(entry[facet])) &&
      wanted.every(({ without, field, text }) => entry[field].toLowerCase().includes(text) !== without);
  }

  const filtering = () => Boolean(query.trim()) || FACETS.some((facet) => chosen[facet].size);

  // ---- Groups

  function adopt(section) {
    return { name: section.id.slice(2), section, entries: [], rest: one(".rest", section) ?? restOf(section) };
  }

  function restOf(section) {
    const rest = document.createElement("p");
    rest.className = "rest";
    rest.hidden = true;
    section.append(rest);
    return rest;
  }

  function build(group) {
    const section = document.createElement("details");
    section.className = "group";
    section.open = true;
    section.innerHTML = "<summary><h3></h3> <span class=tally></span></summary><div class=list></div>";
    one("h3", section).textContent = group.name;
    Object.assign(group, { section, rest: restOf(section) });
  }

  function regroup() {
    const known = new Map(grouping === "check" ? byCheck.map((group) => [group.name, group]) : []);
    for (const group of known.values()) Object.assign(group, { entries: [], filled: false });
    for (const entry of entries) {
      const name = entry[grouping];
      if (!known.has(name)) known.set(name, { name, entries: [] });
      entry.group = known.get(name);
      entry.group.entries.push(entry);
    }
    groups = [...known.values()];
    if (grouping === "component" || grouping === "path") groups.sort((a, b) => b.entries.length - a.entries.length);
    limit = MORE;
  }

  // Shows what matches: up to `limit` groups, and in each the findings that are not packed.
  function draw() {
    const matches = filter();
    const found = groups.map((group) => ({ group, hits: group.entries.filter(matches) })).filter(({ hits }) => hits.length);
    placed = found.slice(0, limit).map(({ group }) => group);
    for (const { group, hits } of found.slice(0, limit)) fill(group, hits);
    place(placed.map(({ section }) => section), found.length - placed.length);
    const shown = found.reduce((sum, { hits }) => sum + hits.length, 0);
    one("#result").textContent = outOf(shown, entries.length);
    one("#clear").hidden = !filtering();
    for (const chip of all(".chips button")) {
      chip.setAttribute("aria-pressed", String(chosen[chip.dataset.facet].has(chip.dataset.value)));
    }
  }

  function fill(group, hits) {
    if (!group.section) build(group);
    const nodes = group.entries.flatMap(({ node }) => node ?? []);
    const list = one(".list", group.section);
    if (!group.filled && nodes.some((node) => node.parentNode !== list)) list.replaceChildren(...nodes);
    group.filled = true;
    const wanted = new Set(hits.map(({ node }) => node));
    for (const node of nodes) node.hidden = !wanted.has(node);
    if (filtering()) group.section.open = true;
    one(".tally", group.section).textContent = outOf(hits.length, group.entries.length);
    offer(group, hits.filter(({ node }) => !node));
  }

  function place(sections, left) {
    const home = one("#groups");
    const button = more(`Show ${MORE} more groups of ${left.toLocaleString("en")}`, () => { limit += MORE; draw(); });
    const wanted = left ? [...sections, button] : sections;
    if (wanted.length !== home.children.length || wanted.some((each, at) => each !== home.children[at])) home.replaceChildren(...wanted);
  }

  function offer(group, waiting) {
    group.rest.hidden = waiting.length === 0;
    if (!waiting.length) return;
    const next = waiting.slice(0, MORE);
    const of = waiting.length > MORE ? ` of ${waiting.length.toLocaleString("en")}` : "";
    group.rest.replaceChildren(more(`Show ${next.length} more${of}`, async () => {
      await show(next);
      focus(next[0]);
    }));
  }

  function more(label, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", action);
    return button;
  }

  async function show(wanted) {
    for (const entry of wanted) {
      await materialise(entry);
      one(".list", entry.group.section).append(entry.node);
    }
    draw();
  }

  // ---- One finding

  const visible = () => placed.flatMap((group) => group.entries).filter(({ node }) => node && !node.hidden);

  function focus(entry) {
    current?.node.classList.remove("aim");
    current = entry;
    entry.group.section.open = true;
    entry.node.tabIndex = -1;
    entry.node.classList.add("aim");
    entry.node.focus({ preventScroll: true });
    entry.node.scrollIntoView({ block: "start" });
  }

  async function reveal(id) {
    const entry = entries.find((each) => each.id === id);
    if (!entry) return;
    if (!filter()(entry)) clear();
    while (!placed.includes(entry.group)) { limit += MORE; draw(); }
    if (!entry.node) await show([entry]);
    const evidence = one("details", entry.node);
    if (evidence) evidence.open = true;
    focus(entry);
  }

  async function copyLink(id) {
    const link = `${location.href.split("#")[0]}#${id}`;
    try {
      await navigator.clipboard.writeText(link);
      say("Link copied");
    } catch {
      say(link);
    }
  }

  function say(text) {
    one("#result").textContent = text;
    setTimeout(draw, 2000);
  }

  function step(by) {
    const those = visible();
    const at = those.indexOf(current);
    const next = those[at < 0 ? (by > 0 ? 0 : those.length - 1) : at + by];
    if (next) focus(next);
  }

  // ---- The address remembers the filter

  function write() {
    const parts = new URLSearchParams();
    if (query.trim()) parts.set("q", query.trim());
    for (const facet of FACETS) if (chosen[facet].size) parts.set(facet, [...chosen[facet]].join(","));
    if (grouping !== "check") parts.set("by", grouping);
    history.replaceState(null, "", parts.size ? `#?${parts}` : "#findings");
  }

  function read() {
    if (!location.hash.startsWith("#?")) return;
    const parts = new URLSearchParams(location.hash.slice(2));
    query = parts.get("q") ?? "";
    for (const facet of FACETS) chosen[facet] = new Set(parts.get(facet)?.split(",") ?? []);
    const by = one("#by");
    if ([...by.options].some(({ value }) => value === parts.get("by"))) by.value = parts.get("by");
    grouping = by.value;
    one("#search").value = query;
  }

  function changed() {
    write();
    draw();
  }

  function clear() {
    query = one("#search").value = "";
    for (const facet of FACETS) chosen[facet].clear();
    changed();
  }

  function narrowTo(facets) {
    clear();
    for (const [facet, value] of Object.entries(facets)) chosen[facet].add(value);
    changed();
    one("#findings").scrollIntoView();
  }

  // ---- Wiring

  function wireTheme() {
    const button = one("#theme");
    const label = () => { button.textContent = `Theme: ${THEMES[root.dataset.theme]}`; };
    button.hidden = false;
    label();
    button.addEventListener("click", () => {
      const names = Object.keys(THEMES);
      remember(dress(names[(names.indexOf(root.dataset.theme) + 1) % names.length]));
      label();
    });
  }

  function wireFilter() {
    let waiting = 0;
    one("#search").addEventListener("input", ({ target }) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { query = target.value; changed(); }, 120);
    });
    one("#by").addEventListener("change", ({ target }) => { grouping = target.value; regroup(); changed(); });
    one("#clear").addEventListener("click", () => { clear(); one("#search").focus(); });
    one("#keys").addEventListener("click", () => one("#help").showModal());
    for (const chip of all(".chips button")) {
      chip.addEventListener("click", () => {
        const set = chosen[chip.dataset.facet];
        if (!set.delete(chip.dataset.value)) set.add(chip.dataset.value);
        changed();
      });
    }
    one("#unfold").addEventListener("click", ({ target }) => {
      const open = target.getAttribute("aria-pressed") !== "true";
      target.setAttribute("aria-pressed", String(open));
      for (const { node } of visible()) if (one("details", node)) one("details", node).open = open;
    });
    for (const cell of all(".counts td:not(.none)")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      button.title = "Show these findings";
      button.addEventListener("click", () => narrowTo({ ...cell.dataset }));
      cell.replaceChildren(button);
    }
    one("#findings").addEventListener("click", (event) => {
      const link = event.target.closest(".link");
      if (link) copyLink(link.hash.slice(1));
    });
  }

  function wireKeys() {
    const keys = {
      j: () => step(1),
      k: () => step(-1),
      c: () => current && copyLink(current.id),
      "/": () => { one("#search").focus(); one("#search").select(); },
      "?": () => one("#help").showModal(),
      Escape: () => filtering() && clear(),
      Enter: () => {
        const evidence = current && document.activeElement === current.node && one("details", current.node);
        if (evidence) evidence.open = !evidence.open;
      },
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || one("#help").open) return;
      const typing = event.target.matches("input, select, textarea");
      if (typing && event.key === "Escape") { event.target.blur(); clear(); }
      if (typing || !(event.key in keys)) return;
      if (event.key !== "Enter") event.preventDefault();
      keys[event.key]();
    });
  }

  function wirePrint() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = all("details:not([open])");
      for (const each of folded) each.open = true;
    });
    addEventListener("afterprint", () => { for (const each of folded) each.open = false; });
  }

  async function follow() {
    if (location.hash.startsWith("#f-")) await reveal(location.hash.slice(1));
    if (location.hash.startsWith("#?")) { read(); regroup(); draw(); }
    if (location.hash.startsWith("#w-")) unfold(location.hash);
    if (location.hash.startsWith("#g-")) whole(location.hash);
  }

  // A check's group, also where the filter or another grouping has taken it away.
  function whole(address) {
    if (!one(address)) {
      grouping = one("#by").value = "check";
      regroup();
      clear();
    }
    one(address).open = true;
    one(address).scrollIntoView();
  }

  function unfold(address) {
    const target = one(address);
    if (!target) return;
    target.closest("details").open = true;
    target.scrollIntoView();
  }

  async function start() {
    wireTheme();
    wirePrint();
    if (!one("#filter")) return;
    entries = all(".finding").map(written);
    byCheck = all(".group").map(adopt);
    try {
      entries = entries.concat(await packed());
    } catch {
      one(".notice").append(" This browser could not unpack them.");
    }
    read();
    regroup();
    draw();
    wireFilter();
    wireKeys();
    one("#filter").hidden = false;
    addEventListener("hashchange", follow);
    await follow();
    root.dataset.ready = "yes";
  }

  document.addEventListener("DOMContentLoaded", start);
})();
