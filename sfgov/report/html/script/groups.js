// ---- Groups of findings

const MORE = 100; // findings, or groups, that are shown at a time where there are very many
const ROOM = 200; // findings that a change of the filter unpacks at most
const GROUPINGS = {
  check: (entry) => entry.check,
  component: (entry) => entry.component,
  severity: (entry) => entry.severity,
  pack: (entry) => entry.check.replace(/\d+$/, ""),
  path: (entry) => entry.path,
};
const SMALL = ["component", "path"]; // groupings of which the largest groups come first
let groups = []; // {name, entries, hits, section, rest}; section and rest come when a group is first shown
let byCheck = []; // the groups that the page came with
let placed = []; // the groups that are in the page now
let limit = MORE;
let grouping = "check";
let order = "worst";
let turn = 0; // counts the drawings, so that one that waits can see that it is out of date

function adopt(section) {
  return { name: section.id.slice(2), section, entries: [], rest: restOf(section) };
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
  watch(group);
}

// What somebody opens fills itself. Opened by a filter, groups are filled by `draw`, which knows when it is enough.
function watch(group) {
  one("summary", group.section).addEventListener("click", (event) => {
    if (group.section.open) return;
    event.preventDefault();
    open(group);
  });
}

async function open(group) {
  group.section.open = true;
  if (await topUp(group, MORE)) fill(group);
}

function ordered() {
  if (order === "worst") return entries;
  const { compare } = new Intl.Collator("en", { numeric: true });
  return [...entries].sort((a, b) => compare(a[order], b[order]) || a.at - b.at);
}

function regroup() {
  const nameOf = GROUPINGS[grouping];
  const known = new Map(grouping === "check" ? byCheck.map((group) => [group.name, group]) : []);
  for (const group of known.values()) group.entries = [];
  for (const entry of ordered()) {
    const name = nameOf(entry);
    if (!known.has(name)) known.set(name, { name, entries: [] });
    entry.group = known.get(name);
    entry.group.entries.push(entry);
  }
  groups = [...known.values()];
  if (SMALL.includes(grouping)) groups.sort((a, b) => b.entries.length - a.entries.length);
  limit = MORE;
}

// Shows what matches: up to `limit` groups, and in those that are open the first findings.
async function draw() {
  const mine = (turn += 1);
  const matches = filter();
  const found = [];
  let count = 0;
  for (const group of groups) {
    group.hits = group.entries.filter(matches);
    count += group.hits.length;
    if (group.hits.length) found.push(group);
  }
  placed = found.slice(0, limit);
  for (const group of placed) fill(group);
  place(found.length - placed.length);
  tell(count);
  let room = ROOM;
  for (const group of placed) {
    if (room <= 0 || !group.section.open) continue;
    const unpacked = await topUp(group, Math.min(room, MORE));
    if (mine !== turn) return;
    if (unpacked) fill(group);
    room -= Math.min(group.hits.length, MORE);
  }
}

function tell(count) {
  one("#result").textContent = outOf(count, entries.length);
  one("#clear").hidden = !filtering();
  for (const chip of all(".chips button")) {
    chip.ariaPressed = String(chosen[chip.dataset.facet].has(chip.dataset.value));
  }
}

// Unpacks the first findings of a group. Says whether there was anything to unpack.
async function topUp(group, most) {
  const wanted = group.hits.slice(0, most).filter(({ node }) => !node);
  await materialise(wanted);
  return wanted.length > 0;
}

function fill(group) {
  if (!group.section) build(group);
  const nodes = group.entries.flatMap(({ node }) => node ?? []);
  const list = one(".list", group.section);
  const { children } = list;
  if (children.length !== nodes.length || nodes.some((node, at) => children[at] !== node)) list.replaceChildren(...nodes);
  const wanted = new Set(group.hits.map(({ node }) => node));
  for (const node of nodes) node.hidden = !wanted.has(node);
  if (filtering()) group.section.open = true;
  one(".tally", group.section).textContent = outOf(group.hits.length, group.entries.length);
  offer(group);
}

function offer(group) {
  const waiting = group.hits.filter(({ node }) => !node);
  group.rest.hidden = waiting.length === 0;
  if (!waiting.length) return;
  const next = waiting.slice(0, MORE);
  const of = waiting.length > MORE ? ` of ${number(waiting.length)}` : "";
  group.rest.replaceChildren(button(`Show ${next.length} more${of}`, async () => {
    await materialise(next);
    fill(group);
    focus(next[0]);
  }));
}

function place(left) {
  const home = one("#groups");
  const wanted = placed.map(({ section }) => section);
  if (left) wanted.push(button(`Show ${Math.min(left, MORE)} more groups of ${number(left)}`, () => { limit += MORE; draw(); }));
  if (!placed.length) {
    const none = document.createElement("p");
    none.className = "rest";
    none.textContent = "No finding matches.";
    wanted.push(none);
  }
  if (wanted.length !== home.children.length || wanted.some((each, at) => each !== home.children[at])) home.replaceChildren(...wanted);
}
