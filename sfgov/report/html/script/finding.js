// ---- One finding: where it is, and what can be taken from it

let current = null;

const visible = () => placed.flatMap((group) => group.hits).filter(({ node }) => node);

function focus(entry) {
  current?.node.classList.remove("aim");
  current = entry;
  entry.group.section.open = true;
  entry.node.tabIndex = -1;
  entry.node.classList.add("aim");
  entry.node.focus({ preventScroll: true });
  entry.node.scrollIntoView({ block: "start" });
}

function step(by) {
  const those = visible();
  const at = those.indexOf(current);
  const next = those[at < 0 ? (by > 0 ? 0 : those.length - 1) : at + by];
  if (next) focus(next);
}

async function reveal(id) {
  const entry = entryOf(id);
  if (!entry) return;
  if (!filter()(entry)) clear();
  while (!placed.includes(entry.group)) {
    limit += MORE;
    await draw();
  }
  await materialise([entry]);
  fill(entry.group);
  const proof = one(".proof", entry.node);
  if (proof) proof.open = true;
  focus(entry);
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    prompt("To be copied from here:", text);
  }
}

function say(text) {
  one("#result").textContent = text;
  setTimeout(() => tell(groups.reduce((sum, { hits }) => sum + hits.length, 0)), 2000);
}

const copyLink = (entry) => copy(`${location.href.split("#")[0]}#${entry.id}`, "Link copied");
const copyMarkdown = (entry) => copy(markdownOf(entry), "Markdown copied");
const waiverOf = (entry) => one(".waive pre", entry.node)?.textContent;

function copyWaiver(entry) {
  const waiver = waiverOf(entry);
  if (waiver) copy(waiver, "Waiver copied");
  else say("It does not count, so there is nothing to waive");
}

// The buttons come with the evidence, when it is first opened.
function wireFindings() {
  one("#findings").addEventListener("click", (event) => {
    const link = event.target.closest(".link");
    if (link) copyLink(entryOf(link.hash.slice(1)));
  });
  one("#findings").addEventListener("toggle", ({ target }) => equip(target), { capture: true });
  for (const proof of all(".proof[open]")) equip(proof);
}

function equip(proof) {
  if (!proof.matches(".proof[open]") || one(".actions", proof)) return;
  const entry = entryOf(proof.parentElement.id);
  const actions = document.createElement("p");
  actions.className = "actions";
  actions.append(button("Copy link", () => copyLink(entry)), button("Copy as Markdown", () => copyMarkdown(entry)));
  if (waiverOf(entry)) actions.append(button("Copy waiver", () => copyWaiver(entry)));
  proof.append(actions);
}
