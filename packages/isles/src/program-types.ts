import type { Received, ReceivedBlocking, StubArguments } from "@isles/rpc";
import type { Site } from "./site.ts";

/** The names of the functions that a program module exports and a site can run. */
export type FunctionName<P> = {
  [K in keyof P]: P[K] extends (site: Site, ...rest: never[]) => unknown ? K : never;
}[keyof P] &
  string;

/** What the function takes after its site; `undefined` if it takes nothing. */
export type ArgumentOf<P, K extends keyof P> = P[K] extends (...parameters: infer A) => unknown
  ? A extends [] | [unknown]
    ? undefined
    : A extends unknown[]
      ? A[1]
      : undefined
  : undefined;

/** What arrives of what the function returns: unwrapped if it is a promise; stubs of functions and marked objects; streams. */
export type ResultOf<P, K extends keyof P> = P[K] extends (...args: never[]) => infer R ? Received<R> : never;

/** What may be passed for a parameter: for a stub also what it is to be a stub of. */
type Passed<A> = StubArguments<[A]>[0];

/** The argument list after the function's name: the argument may be left out where the function allows it. */
export type RunArguments<P, K extends keyof P, O> =
  undefined extends ArgumentOf<P, K>
    ? [args?: Passed<ArgumentOf<P, K>>, options?: O]
    : [args: Passed<ArgumentOf<P, K>>, options?: O];

/** A program whose type was not given: anything goes, and mistakes are found when it runs. */
// biome-ignore lint/suspicious/noExplicitAny: an untyped program's functions take and return anything
export type AnyProgram = Record<string, (site: Site, args?: any) => any>;

/** A function of a program, whatever it takes and returns. */
// biome-ignore lint/suspicious/noExplicitAny: parameters of any types
type AnyProgramFunction = (site: Site, args: any) => unknown;

/** The argument of `site.run<F>`: what the function takes, if `F` is one; anything if only a result's type was given. */
export type ArgumentFor<F> = F extends AnyProgramFunction ? Passed<ArgumentOf<{ f: F }, "f">> : unknown;

/** The result of `site.run<F>`: what arrives of what the function returns, if `F` is one; otherwise `F` itself. */
export type ResultFor<F, How extends "blocking" | "async"> = F extends (...args: never[]) => infer R
  ? How extends "blocking"
    ? ReceivedBlocking<R>
    : Received<R>
  : F;
