/**
 * Writes a generator program from a list of choices; when they run out, the simplest is taken, so that short lists give
 * short programs. Every loop is bounded by a budget that the program itself counts down.
 */
export function writeProgram(choices: readonly number[], name: string): string {
  return new Writer(choices).program(name);
}

const MAX_DEPTH = 4;

class Writer {
  readonly #choices: readonly number[];
  #next = 0;
  #depth = 0;
  #names = 0;
  #loops: string[] = [];
  #locals = ["a", "b", "c"];

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  program(name: string): string {
    return `export function* ${name}(log) {
  let budget = 60, a = 1, b = [1, 2, 3], c = { x: 1, y: [2] };
  const tick = () => budget-- > 0;
  function* helper(n) { try { for (let i = 0; i < n && tick(); i++) b.push(yield i); return n; } finally { log("helped", n); } }
  ${this.#statements(4)}
  log(a, b, c);
  return a;
}
`;
  }

  #pick(count: number): number {
    return (this.#choices[this.#next++] ?? 0) % count;
  }

  #one(options: readonly (() => string)[]): string {
    if (this.#depth >= MAX_DEPTH) return options[0]!();
    this.#depth++;
    const text = options[this.#pick(options.length)]!();
    this.#depth--;
    return text;
  }

  #statements(most: number): string {
    const count = 1 + this.#pick(most);
    const locals = [...this.#locals];
    const lines = Array.from({ length: count }, () => this.#statement());
    this.#locals = locals;
    return lines.join("\n  ");
  }

  #block = () => `{ ${this.#statements(3)} }`;

  #local(): string {
    return this.#locals[this.#pick(this.#locals.length)]!;
  }

  #fresh(): string {
    return `v${this.#names++}`;
  }

  #statement(): string {
    return this.#one([
      () => `log(${this.#expression()});`,
      () => `yield ${this.#expression()};`,
      () => `${this.#local()} = ${this.#expression()};`,
      () => this.#declaration(),
      () => `if (${this.#expression()}) ${this.#block()} else ${this.#block()}`,
      () => this.#loop(),
      () => this.#try(),
      () => this.#leave(),
      () => this.#switch(),
      () => this.#closure(),
      () => `{ ${this.#statements(3)} }`,
      () => `${this.#local()} ${["+=", "??=", "||=", "&&="][this.#pick(4)]} ${this.#expression()};`,
      () => `log(yield* helper(${this.#pick(4)}));`,
    ]);
  }

  #declaration(): string {
    const name = this.#fresh();
    const value = this.#expression();
    const forms = [
      `let ${name} = ${value};`,
      `const { x: ${name} = ${this.#expression()} } = c ?? {};`,
      `const [${name} = ${this.#expression()}, ...rest${name}] = [${value}, 1];`,
      `var ${name} = ${value};`,
    ];
    const form = forms[this.#pick(forms.length)]!;
    if (!form.startsWith("const")) this.#locals.push(name);
    return form;
  }

  #loop(): string {
    const label = `l${this.#names++}`;
    const name = this.#fresh();
    this.#loops.push(label);
    const heads = [
      () => `for (let ${name} = 0; ${name} < 3 && tick(); ${name}++)`,
      () => `while (tick() && ${this.#expression()})`,
      () => `for (const ${name} of [1, ${this.#expression()}, 3])`,
      () => `for (const ${name} of new Set([a, 2]))`,
      () => `for (const [${name}] of new Map([[1, a], [2, b]]).entries())`,
      () => `for (const ${name} of helper(3))`,
      () => `for (const ${name} in { p: 1, q: 2 })`,
      () => `for (let ${name} = ${this.#expression()}; tick(); ${this.#expression()})`,
    ];
    const index = this.#pick(heads.length);
    const head = heads[index]!();
    const isVisible = index === 0 || index === 7;
    const locals = [...this.#locals];
    if (isVisible) this.#locals.push(name);
    const body = `{ if (!tick()) break; ${index === 1 ? "" : `log(${name}, () => ${name}); `}${this.#statements(3)} }`;
    this.#locals = locals;
    this.#loops.pop();
    return `${label}: ${head} ${body}`;
  }

  #try(): string {
    const handler = `catch (e) { log(String(e)); ${this.#statements(2)} }`;
    const parts = [handler, `finally ${this.#block()}`, `${handler} finally ${this.#block()}`];
    return `try ${this.#block()} ${parts[this.#pick(3)]}`;
  }

  #leave(): string {
    const loop = this.#loops.length === 0 ? undefined : this.#loops[this.#pick(this.#loops.length)];
    const ways = [
      `if (${this.#expression()}) throw new Error("own");`,
      `if (${this.#expression()}) return ${this.#expression()};`,
    ];
    if (loop !== undefined) {
      ways.push(
        `if (${this.#expression()}) break ${loop};`,
        `if (${this.#expression()}) continue ${loop};`,
        "break;",
        "continue;",
      );
    }
    return ways[this.#pick(ways.length)]!;
  }

  #switch(): string {
    const test = this.#expression();
    // No bare `break` of an outer loop in here: it would mean the switch, which is as good.
    return `switch (${test}) { case ${this.#expression()}: ${this.#statements(2)} case 1: ${this.#statements(2)} break; default: ${this.#statements(2)} }`;
  }

  #closure(): string {
    const name = this.#fresh();
    const make = this.#fresh();
    if (this.#pick(2) === 1) {
      // Made by a plain function, with locals of its own that closures share, and alive across yields.
      const pair = `(z, n = 0) => { const w = [z]; let m = z; return [() => (m = ++n), () => [m, n, w, ${this.#local()}]]; }`;
      return `const ${make} = ${pair}; const ${name} = ${make}(${this.#expression()}); log(${name}[0]()); ${this.#statements(2)} log(${name}[0](), ${name}[1]());`;
    }
    return `const ${name} = (z) => { ${this.#local()} = z; return [a, typeof b]; }; ${this.#statements(2)} log(${name}(${this.#expression()}));`;
  }

  /** An object with functions named by keys, which are evaluated in order, too. */
  #literal(): string {
    const keys = ["k", "l", "m"].map((key) => `[\`${key}\${typeof ${this.#expression()}}\`]`);
    const parts = [
      `${keys[0]}() { return ${this.#local()}; }`,
      `y: ${this.#expression()}`,
      `${keys[1]}: () => ${this.#local()}`,
      `*${keys[2]}() { yield ${this.#local()}; }`,
    ];
    return `((o) => log(Object.keys(o), Object.values(o).map((f) => typeof f === "function" && f.name)))({ ${parts.join(", ")} })`;
  }

  #expression(): string {
    return this.#one([
      () => String(this.#pick(3)),
      () => this.#local(),
      () => `(yield ${this.#expression()})`,
      () =>
        `(${this.#expression()} ${["+", "-", "===", "<", "&&", "||", "??", ","][this.#pick(8)]} ${this.#expression()})`,
      () => `(${this.#expression()} ? ${this.#expression()} : ${this.#expression()})`,
      () => `log(${this.#expression()}, ${this.#expression()})`,
      () => `[${this.#expression()}, ...[${this.#expression()}]]`,
      () =>
        `{ x: ${this.#expression()}, [${this.#expression()}]: ${this.#expression()} }.x`
          .replace(/^/, "(")
          .replace(/$/, ")"),
      () => `(${this.#local()} = ${this.#expression()})`,
      () => `\`\${${this.#expression()}}-\${${this.#expression()}}\``,
      () => `(() => ${this.#local()})()`,
      () => `(c?.[${this.#expression()}]?.y ?? ${this.#expression()})`,
      () => `(${this.#expression()}, b).length`,
      () => this.#literal(),
      () => `((z) => (y) => (${this.#local()} = [z, y].length))(${this.#expression()})(${this.#expression()})`,
    ]);
  }
}
