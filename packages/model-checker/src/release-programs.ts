/** A value to write: a constant, or what a register of the thread holds and a constant. */
export interface Term {
  readonly register: string | null;
  readonly plus: number;
}

/** An element of a page. */
export interface Place {
  readonly page: number;
  readonly element: number;
}

/**
 * What a thread does, one after the other. Locks and flags are ideal (one at a time, seen at once by all): what the protocol
 * owes them is that a release is complete before, and an acquire behind.
 */
export type Op =
  | { readonly op: "read"; readonly at: Place; readonly into: string }
  | { readonly op: "write"; readonly at: Place; readonly value: Term }
  | { readonly op: "lock" | "unlock"; readonly name: number }
  /** All threads that have the barrier meet there. */
  | { readonly op: "barrier"; readonly name: number }
  /** Release, then the flag is set. */
  | { readonly op: "post"; readonly name: number; readonly value: number }
  /** The flag is read, then acquire. */
  | { readonly op: "get"; readonly name: number; readonly into: string }
  /** Wait until the flag is set, then acquire. */
  | { readonly op: "await"; readonly name: number }
  /** Release alone: what has been written is to come out some time. */
  | { readonly op: "flush" }
  /** Pages from `first` to `last` are pinned: accesses to them go by the bytes, without asking. */
  | { readonly op: "span"; readonly first: number; readonly last: number; readonly writes: boolean }
  | { readonly op: "end" }
  /** An atomic addition at the page's home: release before, acquire behind. */
  | { readonly op: "add"; readonly at: Place; readonly by: number; readonly into: string };

/** A thread of a site; several at one site share its cache, as asynchronous code and calls inside waits do. */
export interface Thread {
  readonly site: number;
  readonly ops: readonly Op[];
}

/** "p.e": element e of page p. */
function place(text: string): Place {
  const [page, element] = text.split(".").map(Number);
  return { page, element };
}

/** "7", "r" or "r+1". */
function term(text: string): Term {
  const [first, plus = "0"] = text.split("+");
  if (/^\d+$/.test(first)) return { register: null, plus: Number(first) };
  return { register: first, plus: Number(plus) };
}

/**
 * A thread from its text, whose statements are separated by ";":
 *
 *   0.1 = 7 | 0.1 = r+1 | r = 0.1        write and read element 1 of page 0
 *   lock 0 | unlock 0 | barrier 0 | post 0 [= 1] | r = get 0 | await 0 | flush
 *   reads 0-1 | writes 0 | end           a span, and its end
 *   r = add 0.1 2                        atomic
 */
export function thread(site: number, text: string): Thread {
  return { site, ops: text.split(";").map((statement) => parse(statement.trim())) };
}

function parse(statement: string): Op {
  const words = statement.split(/\s+/);
  const isAssignment = words[1] === "=";
  const [verb, ...rest] = isAssignment ? words.slice(2) : words;
  if (isAssignment && words[0].includes(".")) return { op: "write", at: place(words[0]), value: term(verb) };
  if (isAssignment && verb === "get") return { op: "get", name: Number(rest[0]), into: words[0] };
  if (isAssignment && verb === "add") return { op: "add", at: place(rest[0]), by: Number(rest[1]), into: words[0] };
  if (isAssignment) return { op: "read", at: place(verb), into: words[0] };
  if (verb === "lock" || verb === "unlock" || verb === "barrier" || verb === "await") {
    return { op: verb, name: Number(rest[0]) };
  }
  if (verb === "post") return { op: "post", name: Number(rest[0]), value: Number(rest[2] ?? 1) };
  if (verb === "flush" || verb === "end") return { op: verb };
  if (verb === "reads" || verb === "writes") {
    const [first, last = first] = rest[0].split("-").map(Number);
    return { op: "span", first, last, writes: verb === "writes" };
  }
  throw new Error(`no statement of the model: ${statement}`);
}

/** A statement as its text. */
export function describeOp(op: Op): string {
  const at = (where: Place): string => `${where.page}.${where.element}`;
  switch (op.op) {
    case "read":
      return `${op.into} = ${at(op.at)}`;
    case "write":
      return `${at(op.at)} = ${op.value.register ?? ""}${op.value.register === null ? "" : "+"}${op.value.plus}`;
    case "post":
      return `post ${op.name} = ${op.value}`;
    case "get":
      return `${op.into} = get ${op.name}`;
    case "span":
      return `${op.writes ? "writes" : "reads"} ${op.first}-${op.last}`;
    case "add":
      return `${op.into} = add ${at(op.at)} ${op.by}`;
    case "flush":
    case "end":
      return op.op;
    default:
      return `${op.op} ${op.name}`;
  }
}
