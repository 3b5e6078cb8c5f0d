// ---- Wiring

function wireFilter() {
  let waiting = 0;
  one("#search").addEventListener("input", ({ target }) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { query = target.value; changed(); }, 120);
  });
  one("#by").addEventListener("change", ({ target }) => { grouping = target.value; regroup(); changed(); });
  one("#sort").addEventListener("change", ({ target }) => { order = target.value; regroup(); changed(); });
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
    const open = target.ariaPressed !== "true";
    target.ariaPressed = String(open);
    for (const { node } of visible()) if (one(".proof", node)) one(".proof", node).open = open;
  });
}

function wireKeys() {
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    c: () => current && copyLink(current),
    m: () => current && copyMarkdown(current),
    w: () => current && copyWaiver(current),
    "/": () => { one("#search").focus(); one("#search").select(); },
    "?": () => one("#help").showModal(),
    Escape: () => filtering() && clear(),
    Enter: () => {
      const proof = current && document.activeElement === current.node && one(".proof", current.node);
      if (proof) proof.open = !proof.open;
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

// What the address names: a finding, a filter, the group of a check, or a place in the page.
async function follow() {
  const { hash } = location;
  if (hash.startsWith("#?")) {
    readAddress();
    regroup();
    await draw();
    one("#findings").scrollIntoView();
  } else if (hash.startsWith("#f-")) await reveal(hash.slice(1));
  else if (hash.startsWith("#g-")) await whole(hash.slice(1));
  else unfold(document.getElementById(hash.slice(1)));
}

// A check's group, also where the filter or another grouping has taken it away.
async function whole(id) {
  if (!document.getElementById(id)) {
    grouping = choose(one("#by"), "check");
    regroup();
    query = one("#search").value = "";
    for (const facet of FACETS) chosen[facet].clear();
    limit = Math.max(limit, groups.length);
    await draw();
  }
  const group = placed.find(({ section }) => section.id === id);
  if (!group) return;
  await open(group);
  group.section.scrollIntoView();
}

function unfold(target) {
  const folded = target?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
}

async function start() {
  wireTheme();
  wirePrint();
  wireTables();
  if (one("#filter")) {
    try {
      await readIndex();
    } catch {
      one("#unreadable").hidden = false;
      return;
    }
    byCheck = all(".group").map(adopt);
    byCheck.forEach(watch);
    if (location.hash.startsWith("#?")) readAddress();
    regroup();
    draw();
    wireFilter();
    wireNarrow();
    wireFindings();
    wireExport();
    wireKeys();
    one("#filter").hidden = false;
  }
  addEventListener("hashchange", follow);
  await follow();
  root.dataset.ready = "yes";
  performance.mark("sfgov-ready");
}

document.addEventListener("DOMContentLoaded", start);
