// ---- What is shown, to take away

const CSV = ["check", "name", "severity", "confidence", "status", "fails_gate", "component", "path", "line", "column",
  "message", "fix", "reason", "fingerprint"]; // as `sfgov check --format csv` has them
const IN_MARKDOWN = 100; // findings that are copied at most

const hits = () => groups.flatMap((group) => group.hits);
const fingerprint = ({ id }) => id.slice(2).replace(/-\d+$/, "");

const valueOf = (entry, name) => ({ fails_gate: () => entry.gates, fingerprint: () => fingerprint(entry) })[name]?.() ?? entry[name];
const record = (entry) => Object.fromEntries(CSV.map((name) => [name, valueOf(entry, name)]));

const csv = () => [CSV, ...hits().map((entry) => Object.values(record(entry)))]
  .map((row) => `${row.map(csvCell).join(",")}\n`).join("");

// Spreadsheets compute what begins like a formula: an apostrophe says that it is text.
function csvCell(value) {
  const text = String(value).replace(/\s+/g, " ");
  const inert = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function json() {
  const list = hits().map((entry) => {
    const { fails_gate: gates, ...values } = record(entry);
    return { ...values, fails_gate: gates === "yes" };
  });
  return `${JSON.stringify({ version: 1, tool: { name: "sfgov", version: root.dataset.version }, findings: list }, null, 2)}\n`;
}

function markdown() {
  const list = hits();
  const rows = list.slice(0, IN_MARKDOWN).map((entry) => {
    const cells = [entry.severity, entry.check, code(entry.component), code(`${entry.path}:${entry.line}`), plain(entry.message)];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  });
  const left = list.length - rows.length;
  const more = left > 0 ? `\n${findings(left)} more.\n` : "";
  return `| Severity | Check | Component | Where | What |\n|---|---|---|---|---|\n${rows.join("")}${more}`;
}

function markdownOf(entry) {
  const lines = [`**${entry.severity} ${entry.check} ${entry.name}**: ${plain(entry.message)}`, ""];
  lines.push(`${code(entry.component)} in ${code(`${entry.path}:${entry.line}`)}`, "");
  all(".trail > li", entry.node).forEach((step, at) => {
    lines.push(`${at + 1}. ${plain(one("p", step).textContent)} (${code(one(".place", step).textContent)})`);
  });
  if (entry.fix) lines.push("", `Fix: ${plain(entry.fix)}`);
  return `${lines.join("\n")}\n`;
}

// Markdown that shows just this text: no markup, tags, links, mentions or references to issues.
function plain(text) {
  const escaped = text.replace(/\s+/g, " ").trim().replace(/[\\`*_{}[\]<>#!~$&]/g, "\\$&");
  return escaped.replace(/@|:\/\/|#(?=\w)/g, (match) => `${match[0]}<!-- -->${match.slice(1)}`);
}

function code(text) {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const space = longest ? " " : "";
  return `${fence}${space}${text.replace(/\s+/g, " ")}${space}${fence}`;
}

function save(text, kind, type) {
  const title = one("h1").textContent.trim().replace(/[^\w.-]+/g, "-") || "org";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = `${title}-findings.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function printed(paper) {
  root.dataset.paper = paper;
  print();
  root.dataset.paper = "";
}

function wireExport() {
  const menu = one("#export");
  const actions = {
    csv: () => save(csv(), "csv", "text/csv"),
    json: () => save(json(), "json", "application/json"),
    md: () => copy(markdown(), "Markdown copied"),
    all: () => printed(""),
    summary: () => printed("summary"),
  };
  menu.addEventListener("toggle", () => {
    const count = hits().length;
    one("#exported").textContent = `${findings(count)}, as filtered now`;
  });
  for (const each of all("[data-export]", menu)) {
    each.addEventListener("click", () => { menu.open = false; actions[each.dataset.export](); });
  }
  addEventListener("click", ({ target }) => { if (!menu.contains(target)) menu.open = false; });
}
