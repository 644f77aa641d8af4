// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* catches(log) {
  try { log("try"); yield 1; throw new Error("mine"); } catch (error) { log(error); yield 2; }
  try { yield 3; } catch { yield 4; }
  try { null.x; } catch ({ name }) { log(name); yield name; }
  return "end";
}
export function* rethrows(log) {
  try { try { yield 1; throw new Error("inner"); } catch (error) { log(error); throw new Error("outer", { cause: error }); } } catch (error) { log(error, error.cause); yield error.message; }
}
export function* finallies(log) {
  try { yield 1; } finally { log("f1"); yield 2; log("f2"); }
  try { log("sync"); } finally { log("f3"); }
  yield 3;
}
export function* catchFinally(log) {
  try { yield 1; throw new Error("x"); } catch (error) { log("c", error); yield 2; } finally { log("f"); yield 3; }
  return 4;
}
export function* finallyAfterThrow(log) {
  try { try { yield 1; throw new Error("kept"); } finally { log("f"); yield 2; } } catch (error) { log(error); }
}
export function* returnThroughFinally(log) {
  try { try { yield 1; return log("value"); } finally { log("inner"); yield 2; } } finally { log("outer"); yield 3; }
}
export function* finallyOverrides(log) {
  for (let i = 0; i < 4; i++) {
    try { yield i; if (i === 1) throw new Error("gone"); if (i === 2) return "gone"; } finally { log("f", i); if (i > 0) continue; }
    log("end", i);
  }
  try { return "lost"; } finally { yield 1; return "found"; }
}
export function* breakThroughFinally(log) {
  outer: for (let i = 0; i < 3; i++) {
    for (;;) {
      try { try { yield i; if (i === 1) continue outer; break; } finally { log("inner", i); } } finally { yield ["outer", i]; if (i === 2) break outer; }
    }
    log("loop", i);
  }
}
export function* finallyThrows(log) {
  try { try { yield 1; throw new Error("first"); } finally { log("f"); throw new Error("second"); } } catch (error) { log(error); }
  try { try { return "x"; } finally { yield 2; throw new Error("third"); } } catch (error) { log(error); yield 3; }
}
export function* nestedCatch(log) {
  try { throw new Error("a"); } catch (a) { try { yield a.message; throw new Error("b"); } catch (b) { log(a, b); yield b.message; } log(a); }
}
export function* catchScope(log) {
  const error = "outer";
  try { throw "inner"; } catch (error) { log(error); yield error; { const error = "block"; log(error); } log(error); }
  log(error);
  try { throw [1, { a: 2 }]; } catch ([x, { a, b = yield "default" }]) { log(x, a, b); }
}
export function* catchClosures(log) {
  const made = [];
  for (let i = 0; i < 2; i++) { try { throw i; } catch (caught) { made.push(() => caught++); yield caught; } }
  log(made.map((f) => f()), made.map((f) => f()));
  try { throw 5; } catch (e) { log((() => e)()); }
  yield 1;
}
export function* throwsYielded(log) {
  try { throw yield 1; } catch (error) { log(error); }
  throw yield 2;
}
export function* swallowsAll(log) {
  for (let i = 0; i < 3; i++) { try { log(yield i); } catch (error) { log("caught", error); } finally { log("finally", i); } }
}
export function* refusesToEnd(log) {
  let tries = 0;
  while (tries < 4) { try { yield tries; } finally { tries++; log("still here"); continue; } }
}
export function* yieldInFinallyOfReturn(log) {
  try { yield "a"; } finally { log(yield "b"); try { yield "c"; } finally { log("d"); yield "e"; } }
}
export function* nativeTryReturns(log) {
  for (const i of [1, 2, 3]) { try { if (i === 2) return log("ret"); log(i); } finally { log("finally", i); } yield i; }
}
export function* nativeTryBreaks(log) {
  a: for (let i = 0; i < 5; i++) { try { if (i === 1) continue; if (i === 3) break a; log(i); } catch { log("no"); } finally { log("finally", i); } yield i; }
}
export function* nativeTryInside(log) {
  const f = () => { try { throw 1; } catch (e) { return e; } finally { log("f"); } };
  try { log(f()); { try { null.x; } catch (e) { log(e); } } } finally { log("g"); }
  yield 1;
}
export function* errorsKept(log) {
  const error = new RangeError("kept", { cause: new TypeError("cause") });
  error.extra = [1];
  yield 1;
  log(error instanceof RangeError, error.message, error.cause instanceof TypeError, error.extra, typeof error.stack, Object.keys(error));
  const all = new AggregateError([error], "all");
  yield 2;
  log(all.errors[0] === error, all.message);
  throw error;
}
export function* throwsPrimitive() {
  yield 1;
  throw undefined;
}
export function* finallyLoop(log) {
  let n = 0;
  for (;;) { try { if (n++ > 2) return n; yield n; } finally { for (let i = 0; i < 2; i++) { if (i === 1) break; log("cleaning", i); yield ["clean", i]; } } }
}
export function* tryInFinally(log) {
  try { yield 1; } finally { try { log("a"); throw new Error("in finally"); } catch (error) { log(error); yield 2; } finally { log("z"); } }
  log("on");
}
