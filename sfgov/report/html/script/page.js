// Everything here improves a page that is complete without it. Text from the org enters the page as text; the
// one exception are the packed findings, which are HTML written and escaped by the same template as the others.

const root = document.documentElement;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const number = (count) => count.toLocaleString("en");
const findings = (count) => `${number(count)} finding${count === 1 ? "" : "s"}`;
const outOf = (some, total) => (some === total ? findings(total) : `${number(some)} of ${findings(total)}`);

function button(label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.append(label);
  made.addEventListener("click", action);
  return made;
}

// ---- Light and dark

const THEMES = { "": "automatic", light: "light", dark: "dark" };
const remember = (theme) => { try { localStorage.setItem("sfgov-theme", theme); } catch { /* not allowed: fine */ } };
const remembered = () => { try { return localStorage.getItem("sfgov-theme"); } catch { return null; } };

function dress(theme) {
  root.dataset.theme = theme in THEMES ? theme : "";
  return root.dataset.theme;
}
dress(remembered() ?? "");

function wireTheme() {
  const label = () => { toggle.textContent = `Theme: ${THEMES[root.dataset.theme]}`; };
  const toggle = one("#theme");
  toggle.hidden = false;
  label();
  toggle.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    remember(dress(names[(names.indexOf(root.dataset.theme) + 1) % names.length]));
    label();
  });
}

// ---- Tables that can be sorted by a column

function wireTables() {
  for (const table of all("table.sortable")) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const label = [...head.childNodes];
      head.replaceChildren(button("", () => sort(table, heads, column)));
      head.firstChild.append(...label);
    });
  }
}

function sort(table, heads, column) {
  const up = heads[column].ariaSort !== "ascending";
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[column].ariaSort = up ? "ascending" : "descending";
  const body = one("tbody", table);
  const rows = [...body.rows].map((row) => ({ row, cell: row.cells[column].textContent.trim() }));
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  rows.sort((a, b) => compare(a.cell.replaceAll(",", ""), b.cell.replaceAll(",", "")) * (up ? 1 : -1));
  body.append(...rows.map(({ row }) => row));
}

// ---- Paper

function wirePrint() {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all(root.dataset.paper === "summary" ? ".group:not([open])" : "details:not([open], .still)");
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of folded) each.open = false; });
}
