import { CloneError, SiteDownError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { turns } from "./fake-net.ts";
import { all, streams } from "./stream-writers.ts";

const WINDOW = 16;

describe("streams that end or are overtaken", () => {
  it("bring the writer's error behind the values before it", async () => {
    const { net, stub } = streams();
    const [stream] = await net.run(stub.failing());
    expect(await net.run(stream.next())).toEqual([{ done: false, value: 0 }]);
    expect(await net.failure(stream.next())).toBeInstanceOf(RangeError);
    expect(await net.run(stream.next())).toEqual([{ done: true, value: undefined }]);
    net.expectClean();
  });

  it("bring the reader's error into the generator, and its next values back", async () => {
    const { net, stub, writer } = streams();
    const [stream] = await net.run(stub.catching());
    await net.run(stream.next());
    expect(await net.run(stream.throw(new RangeError("mine")))).toEqual([{ done: false, value: "caught" }]);
    expect(writer.caught).toMatchObject([{ message: "mine" }]);
    const [{ value }] = await net.run(stream.next());
    expect(value).toBe(writer.produced - WINDOW);
    await net.run(stream.return());
    net.expectClean();
  });

  it("bring steps that are asked for without waiting in the order asked, whatever overtakes", async () => {
    for (let seed = 1; seed < 30; seed++) {
      const { net, stub } = streams(seed);
      const [stream] = await net.run(stub.catching());
      const first = [
        stream.next(),
        stream.next(),
        stream.throw(new Error("x")),
        stream.next(),
        stream.throw(new Error("y")),
        stream.next(),
      ];
      const [a, b, c, d, e, f] = await net.run(...first);
      expect([a, b].map(({ value }) => value)).toEqual([0, 1]);
      expect([c, e].map(({ value }) => value)).toEqual(["caught", "caught"]);
      expect([d, f].map(({ done }) => done)).toEqual([false, false]);
      expect(f.value).toBeGreaterThan(d.value);
      const ends = await net.run(stream.next(), stream.return(1), stream.next());
      expect(ends.map(({ done }) => done)).toEqual([false, true, true]);
      net.expectClean();
    }
  });

  it("throw back what iterators without throw cannot take, and close them", async () => {
    for (const kind of ["iterable", "returning"]) {
      const { net, stub, writer } = streams();
      const [stream] = await net.run(stub[kind]());
      await net.run(stream.next());
      expect(await net.failure(stream.throw(new RangeError("mine")))).toMatchObject({ message: "mine" });
      if (kind === "returning") expect(writer.closed).toBe(1);
      net.expectClean();
    }
  });

  it("end with the path of a value that cannot travel, and the writer is closed", async () => {
    const { net, stub, writer } = streams();
    const [stream] = await net.run(stub.unclonable());
    await net.run(stream.next());
    const error = await net.failure(stream.next());
    expect(error).toBeInstanceOf(CloneError);
    await net.settle();
    expect(writer.closed).toBe(1);
    net.expectClean();
  });

  it("are closed by return even if the generator gives values in its finally", async () => {
    const { net, stub, writer } = streams();
    const [stream] = await net.run(stub.stubborn());
    expect(await net.run(all(stream, 1))).toEqual([[1]]);
    await net.settle();
    expect(writer.closed).toBe(0); // as at home: the second return() ends it where it stands
    net.expectClean();
  });

  it("are dropped by the writer when the reader's site is lost", async () => {
    const { net, stub, writer } = streams();
    for (const kind of ["asyncGenerator", "generator", "returning"]) {
      const [stream] = await net.run(stub[kind]());
      await net.run(stream.next());
    }
    net.lose(0);
    await net.settle();
    expect(writer.closed).toBe(3);
    net.expectClean();
  });

  it("fail their readers when the writer's site is lost", async () => {
    const { net, stub } = streams();
    const [stream] = await net.run(stub.stuck());
    await net.run(stream.next());
    const waiting = stream.next();
    waiting.catch(() => undefined);
    await turns(5);
    net.lose(1);
    expect(await net.failure(waiting)).toBeInstanceOf(SiteDownError);
    net.expectClean();
  });
});
