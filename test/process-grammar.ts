import type { Prng } from "@isles/testkit";

const MAX_DEPTH = 4;

/**
 * Writes a generator program of all that the language has, in more kinds of statements and expressions than migration's own grammar, and less
 * orderly. The program counts down a budget in every loop and in every call, so that it ends.
 */
export function writeWildProgram(prng: Prng, name: string): string {
  return new Writer(prng).program(name);
}

class Writer {
  readonly #prng: Prng;
  #depth = 0;
  #names = 0;
  #labels: { name: string; isLoop: boolean }[] = [];
  #locals = ["a", "b", "c", "d"];

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  program(name: string): string {
    const body = this.#statements(5);
    return `export function* ${name}(log) {
  let budget = 80, a = 1, b = [1, [2, 3], { x: 4 }], c = { x: 1, y: [2], z: { w: "s" } }, d = new Map([["k", 1], [2, { v: 3 }]]);
  const tick = () => budget-- > 0;
  const tag = (strings, ...values) => strings.raw.join("|") + values.map(String).join();
  function* helper(n, m = n + 1, ...more) { try { for (let i = 0; i < n && tick(); i++) { const got = yield i; if (got) more.push(got); } return [n, m, more]; } catch (e) { log("helper", e?.name ?? e); return 1; } finally { log("helped", n); } }
  function* deep(n) { if (n <= 0 || !tick()) return a; const got = yield n; const below = yield* deep(n - 1); return [got, below]; }
  function sums() { let total = arguments.length; for (const value of arguments) total += Number(value) || 0; return total; }
  ${body}
  log(a, b, c, d);
  return a;
}
`;
  }

  #one(options: readonly (() => string)[]): string {
    if (this.#depth >= MAX_DEPTH) return options[this.#prng.below(2)]!();
    this.#depth++;
    const text = this.#prng.pick(options)();
    this.#depth--;
    return text;
  }

  #statements(most: number): string {
    const locals = [...this.#locals];
    const lines = Array.from({ length: 1 + this.#prng.below(most) }, () => this.#statement());
    this.#locals = locals;
    return lines.join("\n  ");
  }

  readonly #block = () => `{ ${this.#statements(3)} }`;
  readonly #e = () => this.#expression();
  readonly #local = () => this.#prng.pick(this.#locals);
  readonly #fresh = () => `v${this.#names++}`;

  #declared(name: string): string {
    this.#locals.push(name);
    return name;
  }

  #statement(): string {
    return this.#one([
      () => `log(${this.#e()});`,
      () => `yield ${this.#e()};`,
      () => `${this.#target()} ${this.#prng.pick(["=", "+=", "??=", "||=", "&&=", "**="])} ${this.#e()};`,
      () => this.#declaration(),
      () => `if (${this.#e()}) ${this.#block()} else ${this.#block()}`,
      () => this.#loop(),
      () => this.#loop(),
      () => this.#try(),
      () => this.#leave(),
      () => this.#switch(),
      () => this.#labelled(),
      () => this.#closures(),
      () => this.#generators(),
      () => this.#values(),
      () => `(${this.#pattern(false)} = ${this.#source()});`,
      () => `yield* ${this.#iterable()};`,
      () => `log(${this.#prng.pick(["c.x", "b[0]", `c[${this.#e()}]`, "a"])}${this.#prng.pick(["++", "--"])});`,
      () =>
        `try { log(late${this.#names}); let late${this.#names} = ${this.#e()}; yield late${this.#names++}; } catch (e) { log(e.name); }`,
    ]);
  }

  #target(): string {
    return this.#prng.pick([
      this.#local,
      () => "c.x",
      () => `c[${this.#e()}]`,
      () => "b[0]",
      () => `b[${this.#e()}]`,
      () => "a",
    ])();
  }

  /** What a pattern can take apart. */
  #source(): string {
    return this.#prng.pick([
      () => `{ x: ${this.#e()}, y: [${this.#e()}], z: { w: ${this.#e()} }, length: 2 }`,
      () => `Object.assign([${this.#e()}, [${this.#e()}, 2]], { x: ${this.#e()}, y: [1], z: {} })`,
    ])();
  }

  #pattern(declares: boolean): string {
    const name = () => (declares ? this.#declared(this.#fresh()) : this.#target());
    return this.#prng.pick([
      () => `{ x: ${name()} = ${this.#e()}, ...${declares ? this.#declared(this.#fresh()) : "c"} }`,
      () => `{ y: [${name()} = ${this.#e()}], ["z"]: { w: ${name()} } }`,
      () => `{ [(${this.#e()}, "x")]: ${name()}, length: ${name()} }`,
    ])();
  }

  #declaration(): string {
    const value = this.#e();
    const forms = [
      () => `let ${this.#declared(this.#fresh())} = ${value};`,
      () => `var ${this.#declared(this.#fresh())} = ${value};`,
      () => `let ${this.#declared(this.#fresh())}, ${this.#declared(this.#fresh())} = ${value};`,
      () => `let ${this.#pattern(true)} = ${this.#source()};`,
      () => {
        const [first, rest] = [this.#fresh(), this.#fresh()];
        const text = `let [${first} = ${this.#e()}, , ...${rest}] = [${value}, ${this.#e()}, 1, 2];`;
        this.#locals.push(first, rest);
        return text;
      },
    ];
    return this.#prng.pick(forms)();
  }

  #loop(): string {
    const label = `l${this.#names++}`;
    const name = this.#fresh();
    const other = this.#fresh();
    const heads: [string, string[]][] = [
      [`for (let ${name} = ${this.#e()}, ${other} = 0; ${other} < 3 && tick(); ${other}++, ${this.#e()})`, [name]],
      [`for (const ${name} of [1, ${this.#e()}, 3])`, []],
      [`for (const [${name}, ${other} = ${this.#e()}] of [[1], [2, ${this.#e()}]])`, []],
      [`for (const { x: ${name} = ${this.#e()}, ...${other} } of [c, { y: ${this.#e()} }])`, []],
      [`for (const [${name}, ${other}] of d)`, []],
      [`for (var ${name} of "a\u{1f600}b")`, [name]],
      [`for (const ${name} of helper(2, ${this.#e()}))`, []],
      [`for (c.x of new Set([1, ${this.#e()}]))`, []],
      [`for ([a, c.y = ${this.#e()}] of [[${this.#e()}], [2]])`, []],
      [`for (const ${name} in { p: 1, q: ${this.#e()}, 3: 1 })`, []],
      [`for (let ${name} of b)`, [name]],
      [`while (tick() && ${this.#e()})`, []],
    ];
    const [head, visible] = this.#prng.pick(heads);
    const seen = head.startsWith("for (const") ? `log(${name}); ` : "";
    const body = this.#inLabel(label, true, () => {
      const locals = [...this.#locals];
      this.#locals.push(...visible);
      const text = `{ if (!tick()) break; ${seen}${this.#statements(3)} }`;
      this.#locals = locals;
      return text;
    });
    if (this.#prng.chance(0.15)) return `${label}: do ${body} while (tick() && ${this.#e().replaceAll(name, "a")});`;
    return `${label}: ${head} ${body}`;
  }

  #inLabel(name: string, isLoop: boolean, write: () => string): string {
    this.#labels.push({ name, isLoop });
    const text = write();
    this.#labels.pop();
    return text;
  }

  #labelled(): string {
    const label = `l${this.#names++}`;
    return `${label}: ${this.#inLabel(label, false, this.#block)}`;
  }

  #try(): string {
    const handlers = [
      () => `catch (e) { log(e instanceof RangeError ? e.message : e?.name ?? e); ${this.#statements(2)} }`,
      () => `catch ({ name, message: m = ${this.#e()} }) { log(name, typeof m); ${this.#statements(2)} }`,
      () => `catch { ${this.#statements(2)} }`,
      () => "",
    ];
    const handler = this.#prng.pick(handlers)();
    const finalizer = handler === "" || this.#prng.chance(0.5) ? `finally { log("f"); ${this.#statements(2)} }` : "";
    return `try ${this.#block()} ${handler} ${finalizer}`;
  }

  #leave(): string {
    const ways = [
      () => `if (${this.#e()}) throw new RangeError("own " + ${this.#e()});`,
      () => `if (${this.#e()}) return ${this.#e()};`,
      () => `if (${this.#e()}) return yield* helper(${this.#prng.below(3)});`,
      () => `log(null.x, ${this.#e()});`,
      () => {
        const label = this.#prng.pick(this.#labels);
        return `if (${this.#e()}) ${label.isLoop && this.#prng.chance(0.5) ? "continue" : "break"} ${label.name};`;
      },
    ];
    return this.#prng.pick(this.#labels.length === 0 ? ways.slice(0, 4) : ways)();
  }

  #switch(): string {
    const name = this.#fresh();
    const cases = [
      () => `case ${this.#e()}: ${this.#statements(2)}`,
      () => `case 1: { ${this.#statements(2)} break; }`,
      () => `default: let ${name} = ${this.#e()}; log(${name}); ${this.#statements(1)}`,
      () => `case "s": ${this.#statements(1)} break;`,
    ];
    const order = cases.sort(() => this.#prng.below(3) - 1);
    return `switch (${this.#e()}) { ${order.map((one) => one()).join(" ")} }`;
  }

  #closures(): string {
    const name = this.#fresh();
    return this.#prng.pick([
      () =>
        `const ${name} = (z = ${this.#local()}, ...r) => { ${this.#local()} = z; return [a, r, typeof b]; }; ${this.#statements(2)} log(${name}(${this.#e()}), ${name}());`,
      () =>
        `const ${name} = []; for (let i = 0; i < 3; i++) { ${name}.push(() => i++ + (typeof a === "number" ? a : 0)); ${this.#statements(1)} } log(${name}.map((f) => f()), ${name}[1]?.());`,
      () =>
        `log(${name}(1)); function ${name}(n) { return n > 3 ? [n, typeof ${this.#local()}] : ${name}(n + 1); } ${this.#statements(1)} log(${name}(2));`,
      () =>
        `let ${name} = 0; const up${name} = () => ++${name}, read${name} = () => ${name}; up${name}(); ${this.#statements(2)} up${name}(); log(read${name}(), ${name});`,
      () =>
        `{ class K { static s = ${this.#prng.below(5)}; #p = 1; get p() { return this.#p; } m() { return [typeof a, K.s]; } } log(new K().m(), new K().p); } ${this.#statements(1)}`,
      () => `log(((x) => { const inner = (y) => x + y; return inner(1) })(${this.#e()}));`,
    ])();
  }

  #generators(): string {
    const name = this.#fresh();
    return this.#prng.pick([
      () =>
        `const ${name} = helper(3, ${this.#e()}); log(${name}.next()); ${this.#statements(2)} log(${name}.next(${this.#e()})); log([...${name}]);`,
      () =>
        `const ${name} = deep(3); log(${name}.next()); ${this.#statements(1)} log(${name}.return(${this.#e()}), ${name}.next());`,
      () =>
        `function* ${name}(n) { try { yield [n, typeof ${this.#local()}]; if (n > 0) yield* ${name}(n - 1); } finally { ${this.#local()} = n; log("g", n); } } for (const g of ${name}(2)) { log(g); ${this.#statements(1)} if (!tick()) break; }`,
      () =>
        `const ${name} = function* own(n) { const got = yield n; log("own", got); return n > 1 && tick() ? yield* own(n - 1) : got; }; log(yield* ${name}(3));`,
      () =>
        `const ${name} = { n: 2, *[Symbol.iterator]() { for (let i = this.n; i > 0 && tick(); i--) yield i; } }; for (const i of ${name}) { log(i); ${this.#statements(1)} }`,
      () =>
        `try { const ${name} = helper(2); ${name}.next(); ${this.#statements(1)} log(${name}.throw(new Error("in"))); } catch (e) { log(e?.name ?? e); }`,
    ])();
  }

  #values(): string {
    const name = this.#fresh();
    return this.#prng.pick([
      () =>
        `const ${name} = /a(?<n>.)/gy; ${name}.test("abac"); ${this.#statements(1)} log(${name}.lastIndex, ${name}.exec("abac")?.groups?.n);`,
      () =>
        `const ${name} = { self: null, list: [c] }; ${name}.self = ${name}; ${this.#statements(1)} log(${name}.self === ${name}, ${name}.list[0] === c);`,
      () =>
        `const ${name} = new Float32Array([1, 2, 3]), part${name} = ${name}.subarray(1); ${this.#statements(1)} part${name}[0] = 9; log(${name}, ${name}.buffer === part${name}.buffer);`,
      () =>
        `const ${name} = [, 1, , 2]; ${name}.extra = ${this.#e()}; ${this.#statements(1)} log(${name}, 0 in ${name});`,
      () =>
        `const ${name} = [10n ** 20n, -0, NaN, undefined, Symbol.for("s"), new Date(5), new Set([c])]; ${this.#statements(1)} log(${name}, Object.is(${name}[1], -0), ${name}[6].has(c));`,
      () =>
        `const ${name} = Object.freeze({ deep: Object.create(null, { h: { value: ${this.#prng.below(9)} } }) }); ${this.#statements(1)} log(Object.isFrozen(${name}), ${name}.deep.h, Object.keys(${name}.deep));`,
      () =>
        `d.set(${this.#e()}, ${this.#e()}); d.delete("k"); ${this.#statements(1)} d.set("k", 2); log([...d.keys()].length, d.size);`,
      () =>
        `const ${name} = new RangeError("kept", { cause: c }); ${this.#statements(1)} log(${name}.cause === c, ${name} instanceof RangeError, ${name}.message);`,
    ])();
  }

  #iterable(): string {
    return this.#prng.pick([
      () => `[${this.#e()}, ${this.#e()}]`,
      () => `helper(${this.#prng.below(4)}, ${this.#e()}, ${this.#e()})`,
      () => `deep(${this.#prng.below(4)})`,
      () => `"a\u{1f600}"`,
      () => `new Set([${this.#e()}, 2])`,
      () => "d.keys()",
      () => `(function* () { const x = ${this.#e()}; log(x); return x; })()`,
    ])();
  }

  #expression(): string {
    return this.#one([
      () => String(this.#prng.below(3)),
      this.#local,
      () => "yield",
      () => `yield ${this.#e()}`,
      () => `yield ${this.#e()}`,
      () => `yield* ${this.#iterable()}`,
      () =>
        `${this.#e()} ${this.#prng.pick(["+", "-", "===", "<", "&&", "||", ",", "!==", "*", "%", "|"])} ${this.#e()}`,
      () => `${this.#e()} ?? ${this.#e()}`,
      () => `${this.#e()} ? ${this.#e()} : ${this.#e()}`,
      () => `log(${this.#e()}, ...[${this.#e()}], ${this.#e()})`,
      () => `[${this.#e()}, ...[${this.#e()}], , ${this.#e()}].length`,
      () => `{ x: ${this.#e()}, [${this.#e()}]: ${this.#e()}, ...${this.#prng.pick(["c", "{ q: 1 }"])} }.x`,
      () => `${this.#target()} ${this.#prng.pick(["=", "+=", "??=", "||="])} ${this.#e()}`,
      () => `\`\${typeof ${this.#e()}}-\${${this.#e()}}\``,
      () => `tag\`x\${${this.#e()}}\\n\${${this.#e()}}\``,
      () => `c?.[${this.#e()}]?.y ?? ${this.#e()}`,
      () => `c.none?.(${this.#e()})`,
      () => `c.y?.concat?.(${this.#e()})?.length`,
      () => `sums(${this.#e()}, ${this.#e()})`,
      () => `new Array(${this.#e()}, ${this.#e()}).length`,
      () => `typeof (${this.#e()})`,
      () => `!(${this.#e()})`,
      () => `delete c[${this.#e()}]`,
      () => (`${this.#prng.pick(["x", "none"])}` === "x" ? `"x" in c` : `void ${this.#e()}`),
      () => `(() => ${this.#local()})()`,
      () => `[${this.#e()}, ${this.#e()}].map((n) => [n, typeof a]).length`,
      () => `d.get(${this.#e()})?.v`,
      () => `a = b, ${this.#e()}, a = 1`,
    ]).replace(/^(?!\w+$)[\s\S]*$|^yield$/, "($&)");
  }
}
