import type { MessageClass } from "../message.ts";

/**
 * What sites say to each other about one page of a region with release consistency. Numbered from 16 on, so that no number
 * means two things; a record has four bits for its kind, and its region says which protocol they belong to
 * ({@link wireKindOf}, {@link releaseKindOf}).
 */
export const ReleaseKind = {
  /** To the home: a copy, please. */
  GetR: 16,
  /** To the home: what I wrote since I made the twin; carries a diff (of any length: see diff.ts). */
  Diff: 17,
  /** To the home, from a sharer that was told: I know. */
  NoticeAck: 18,
  /** From the home: the master copy as it is now; carries the page. */
  DataR: 19,
  /** From the home to a sharer: the page was written; use your copy until your next acquire. */
  Notice: 20,
  /** From the home to the releaser: your diff is applied, and everybody who has a copy knows. */
  DiffAck: 21,
} as const;
export type ReleaseKind = (typeof ReleaseKind)[keyof typeof ReleaseKind];
export type ReleaseKindName = keyof typeof ReleaseKind;

const FIRST = ReleaseKind.GetR;
const names = Object.keys(ReleaseKind) as readonly ReleaseKindName[];

/** A kind's name, for errors, stories and tables. */
export function releaseKindName(kind: ReleaseKind): ReleaseKindName {
  return names[kind - FIRST];
}

/** What a message of this kind has as its body. The length of a diff must travel with it; a page's is known. */
export function releaseBodyOf(kind: ReleaseKind): "page" | "diff" | "none" {
  if (kind === ReleaseKind.DataR) return "page";
  return kind === ReleaseKind.Diff ? "diff" : "none";
}

/** Is a message of this kind for the page's home (ReleaseHome), rather than for a cache (ReleaseCache)? */
export function isForReleaseHome(kind: ReleaseKind): boolean {
  return kind <= ReleaseKind.NoticeAck;
}

/** The class of carriers with credits: whatever answers is a response, so room for it must never depend on requests. */
export function releaseMessageClass(kind: ReleaseKind): MessageClass {
  if (kind <= ReleaseKind.Diff) return "request";
  return kind === ReleaseKind.Notice ? "forward" : "response";
}

/** A kind in the four bits that a record has for it. */
export function wireKindOf(kind: ReleaseKind): number {
  return kind - FIRST;
}

/** The kind of a record for a region with release consistency. */
export function releaseKindOf(wireKind: number): ReleaseKind {
  return (wireKind + FIRST) as ReleaseKind;
}
