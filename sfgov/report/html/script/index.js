// ---- What there is: an index of all findings, and the HTML of each, in the page or packed

let entries = []; // every finding, in the order of the report
let blockOf; // where a finding is packed
const entryOf = (id) => entries.find((entry) => entry.id === id);

// A finding, as slim as a hundred thousand of them have to be: its values stay in the columns of the index.
class Entry {
  constructor(at) {
    this.at = at;
    this.node = null; // while it is packed
    this.group = null;
    this.text = ""; // all of it that can be searched, once it has been
  }

  static reads(columns) {
    for (const [name, { of, at }] of Object.entries(columns)) {
      Object.defineProperty(Entry.prototype, name, { get() { return of[at[this.at]]; } });
    }
  }
}

async function unpack(script) {
  const text = script.textContent;
  const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

async function readIndex() {
  const index = one("#packed-index");
  const [size, written] = [Number(index.dataset.size), Number(index.dataset.written)];
  const blocks = all(".packed-block");
  const columns = await unpack(index);
  Entry.reads(columns);
  entries = columns.id.at.map((_, at) => new Entry(at));
  for (const entry of entries.slice(0, written)) entry.node = document.getElementById(entry.id);
  blockOf = ({ at }) => ({ block: blocks[Math.floor((at - written) / size)], place: (at - written) % size });
}

// Brings findings into being that are still packed. They are not in the page then: see `fill`.
async function materialise(wanted) {
  for (const entry of wanted) {
    if (entry.node) continue;
    const { block, place } = blockOf(entry);
    block.findings ??= unpack(block);
    const template = document.createElement("template");
    template.innerHTML = (await block.findings)[place];
    entry.node ??= template.content.firstElementChild;
  }
}
