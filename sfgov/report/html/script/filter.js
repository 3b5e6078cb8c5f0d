// ---- What is asked for, and how the address remembers it

const FACETS = ["gates", "severity", "status"];
const FIELDS = ["check", "name", "component", "path", "message", "severity", "confidence", "status"];
const TERM = /(-?)(?:([a-z]+):)?(?:"([^"]*)"|"?(\S+))/g;
const chosen = Object.fromEntries(FACETS.map((facet) => [facet, new Set()]));
let query = "";

const filtering = () => Boolean(query.trim()) || FACETS.some((facet) => chosen[facet].size);

function terms() {
  return [...query.toLowerCase().matchAll(TERM)].map(([, minus, name, quoted, plain]) => {
    const known = FIELDS.includes(name);
    const bare = quoted ?? plain;
    const text = name && !known ? `${name}:${bare}` : bare;
    return { without: minus === "-", value: known ? (entry) => entry[name].toLowerCase() : textOf, has: containing(text) };
  });
}

function containing(text) {
  const wanted = text.replace(/^\*+|\*+$/g, "");
  if (!wanted.includes("*")) return (value) => value.includes(wanted);
  const pattern = new RegExp(wanted.split(/\*+/).map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&")).join(".*"), "s");
  return (value) => pattern.test(value);
}

function textOf(entry) {
  const { severity, check, name, component, path, message, reason, id } = entry;
  entry.text ||= `${severity} ${check} ${name} ${component} ${path} ${message} ${reason} ${id}`.toLowerCase();
  return entry.text;
}

function filter() {
  const wanted = terms();
  const facets = FACETS.filter((facet) => chosen[facet].size);
  return (entry) => facets.every((facet) => chosen[facet].has(entry[facet])) &&
    wanted.every(({ without, value, has }) => has(value(entry)) !== without);
}

function writeAddress() {
  const parts = new URLSearchParams();
  if (query.trim()) parts.set("q", query.trim());
  for (const facet of FACETS) if (chosen[facet].size) parts.set(facet, [...chosen[facet]].join(","));
  if (grouping !== "check") parts.set("by", grouping);
  if (order !== "worst") parts.set("sort", order);
  try {
    history.replaceState(null, "", parts.size ? `#?${parts}` : "#findings");
  } catch { /* some browsers allow only so many changes of the address a minute */ }
}

function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(2));
  query = one("#search").value = parts.get("q") ?? "";
  for (const facet of FACETS) chosen[facet] = new Set(parts.get(facet)?.split(",") ?? []);
  grouping = choose(one("#by"), parts.get("by"));
  order = choose(one("#sort"), parts.get("sort"));
}

function choose(select, value) {
  const known = [...select.options].some((option) => option.value === value);
  select.value = known ? value : select.options[0].value;
  return select.value;
}

function changed() {
  writeAddress();
  draw();
}

function clear() {
  query = one("#search").value = "";
  for (const facet of FACETS) chosen[facet].clear();
  changed();
}

function narrowTo({ q = "", ...facets }) {
  query = one("#search").value = q;
  for (const facet of FACETS) chosen[facet] = new Set(facets[facet] ? [facets[facet]] : []);
  changed();
  one("#findings").scrollIntoView();
}

// Numbers and words elsewhere on the page that stand for some of the findings.
function wireNarrow() {
  for (const spot of all(".narrow")) {
    const action = (event) => { event.preventDefault(); narrowTo(spot.dataset); };
    if (spot.matches("a")) {
      spot.addEventListener("click", action);
      continue;
    }
    const label = spot.textContent;
    spot.replaceChildren(button(label, action));
    spot.firstChild.title = "Show these findings";
  }
}
