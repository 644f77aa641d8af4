import {
  addSums,
  assignNearest,
  checkKmeans,
  firstCentres,
  KMEANS_PROBLEMS,
  kmeansPoints,
  kmeansSerially,
  loadPlaces,
  moveCentres,
  onGlobe,
  POINT_NUMBERS,
  parsePlaces,
  SUM_NUMBERS,
} from "@isles/examples";
import { launch } from "isles";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { kmeansExample } from "../dist/gallery/kmeans.js";
import { albers, drawClusters, placeOf, timesSeen } from "../dist/picture/map-picture.js";
import type * as Program from "../src/programs/kmeans.program.ts";

const program = new URL("../dist/programs/kmeans.program.js", import.meta.url);
const tiny = KMEANS_PROBLEMS.tiny!;

describe("kmeans: the places", () => {
  it("are all those of the files", () => {
    for (const { file, points } of Object.values(KMEANS_PROBLEMS))
      expect(loadPlaces(file).latitudes.length).toBe(points);
    const zips = loadPlaces("zipcodes.csv");
    expect([zips.latitudes[0], zips.longitudes[0]]).toEqual([40.922326, -72.637078]); // 00501 Holtsville
  });

  it("are read from the end of a line, for names have commas", () => {
    const text = 'iata,name,city,state,country,latitude,longitude\nX,"A, B",C,D,USA,31.5,-89.25\n';
    expect(parsePlaces("airports.csv", text)).toEqual({
      latitudes: Float64Array.of(31.5),
      longitudes: Float64Array.of(-89.25),
    });
    expect(() => parsePlaces("airports.csv", `${text}nonsense\n`)).toThrow(
      'airports.csv, line 3: no latitude and longitude in "nonsense"',
    );
  });

  it("lie on the globe in whole units", () => {
    const points = onGlobe({ latitudes: Float64Array.of(0, 90, 30), longitudes: Float64Array.of(90, 0, 180) });
    const unit = 2 ** 26;
    expect([...points.subarray(0, 6)]).toEqual([0, unit, 0, 0, 0, unit]);
    expect(Math.hypot(...points.subarray(6)) / unit).toBeCloseTo(1, 7);
    expect(points.every(Number.isInteger)).toBe(true);
  });
});

describe("kmeans: serially", () => {
  const points = kmeansPoints(tiny);

  it("finds the clusters of three heaps", () => {
    const heaps = [
      [0, 0, 0],
      [1000, 0, 0],
      [0, 2000, 0],
    ];
    const data = Float64Array.from(heaps.flatMap(([x, y, z]) => [x, y, z, x + 8, y, z, x, y + 4, z, x, y, z + 4]));
    const { centres, nearest } = kmeansSerially({ file: "airports.csv", points: 12, clusters: 3, iterations: 9 }, data);
    expect([...nearest]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect([...centres]).toEqual([2, 1, 1, 1002, 1, 1, 2, 2001, 1]);
  });

  it("ends where each point is at its nearest centre and each centre is the mean of its points", () => {
    const { centres, nearest } = kmeansSerially({ ...tiny, iterations: 1000 }, points);
    const sums = new Float64Array(SUM_NUMBERS * tiny.clusters);
    const again = new Uint16Array(tiny.points);
    assignNearest(points, 0, tiny.points, centres, again, sums);
    expect(again).toEqual(nearest);
    expect(moveCentres(sums, centres.slice())).toBe(false);
  });

  it("adds up to the same bits in parts", () => {
    const centres = firstCentres(points, tiny.clusters);
    const length = SUM_NUMBERS * tiny.clusters;
    const nearest = new Uint16Array(tiny.points);
    const whole = new Float64Array(length);
    assignNearest(points, 0, tiny.points, centres, nearest, whole);
    const rows = new Float64Array(3 * length);
    for (const [k, [start, end]] of [
      [0, 1000],
      [1000, 1001],
      [1001, tiny.points],
    ].entries())
      assignNearest(points, start, end, centres, nearest, rows.subarray(k * length, (k + 1) * length));
    const total = new Float64Array(length);
    addSums(rows, length, total);
    expect(total).toEqual(whole);
  });

  it("leaves a centre without points where it is", () => {
    const centres = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect(moveCentres(Float64Array.of(0, 0, 0, 0, 8, 10, 12, 2), centres)).toBe(false);
    expect(moveCentres(Float64Array.of(0, 0, 0, 0, 8, 10, 14, 2), centres)).toBe(true);
    expect([...centres]).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it("fails the check when one number is spoiled", () => {
    const found = kmeansSerially(tiny, points);
    expect(checkKmeans(tiny, found)).toMatchObject({ ok: true });
    const nearest = found.nearest.slice();
    nearest[3000] ^= 1;
    expect(checkKmeans(tiny, { ...found, nearest })).toMatchObject({
      ok: false,
      found: expect.stringContaining("element 3000"),
    });
    const centres = found.centres.slice();
    centres[POINT_NUMBERS * 5] *= 1 + 2 ** -52;
    expect(checkKmeans(tiny, { ...found, centres }).ok).toBe(false);
  });
});

describe("kmeans: the picture", () => {
  it.each(Object.entries(KMEANS_PROBLEMS))(
    "shows every place and every centre of size %s",
    { timeout: 60_000 },
    (_size, problem) => {
      const { latitudes, longitudes } = loadPlaces(problem.file);
      const hidden = [...latitudes].flatMap((latitude, i) => {
        const place: [number, number] = [latitude, longitudes[i]];
        return timesSeen(...place) === 0 ? [place] : [];
      });
      expect(hidden).toEqual([]);
      const { centres } = kmeansSerially(problem, kmeansPoints(problem));
      for (let k = 0; k < problem.clusters; k++) {
        const place = placeOf(centres.subarray(POINT_NUMBERS * k, POINT_NUMBERS * (k + 1)));
        expect(timesSeen(...place), `the centre of cluster ${k}, ${place}`).toBeGreaterThan(0);
      }
    },
  );

  it.each([
    ["Chicago", 41.9, -87.6],
    ["Anchorage", 61.2, -149.9],
    ["Honolulu", 21.3, -157.9],
    ["San Juan", 18.4, -66.1],
    ["Guam", 13.4, 144.8],
    ["Pago Pago", -14.3, -170.7],
  ])("has a spot for a centre in %s, and a dot of its colour", (_city, latitude, longitude) => {
    const places = { latitudes: Float64Array.of(latitude), longitudes: Float64Array.of(longitude) };
    const count = (png: Buffer, colour: readonly number[]) => {
      const { data } = PNG.sync.read(png);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) if (colour.every((part, k) => data[i + k] === part)) found++;
      return found;
    };
    const times = timesSeen(latitude, longitude);
    const far = onGlobe({ latitudes: Float64Array.of(0), longitudes: Float64Array.of(0) });
    expect(count(drawClusters(places, Uint16Array.of(0), onGlobe(places)), [255, 255, 255])).toBe(25 * times);
    expect(count(drawClusters(places, Uint16Array.of(0), far), [230, 159, 0])).toBe(9 * times);
    expect(times).toBeGreaterThan(0);
  });

  it("leaves out what lies elsewhere", () => {
    expect(timesSeen(51.5, -0.1)).toBe(0);
    const london = { latitudes: Float64Array.of(51.5), longitudes: Float64Array.of(-0.1) };
    const none = { latitudes: new Float64Array(0), longitudes: new Float64Array(0) };
    expect(
      drawClusters(london, Uint16Array.of(0), onGlobe(london)).equals(
        drawClusters(none, new Uint16Array(0), new Float64Array(0)),
      ),
    ).toBe(true);
  });
});

describe("kmeans: on sites", () => {
  it.each([1, 2, 3])("finds what one thread finds, at %i sites, again and again", async (sites) => {
    await using cluster = await launch<typeof Program>({ program, sites });
    const answers = await cluster.runAll("kmeans", { size: "tiny", repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    const picture = await kmeansExample.picture!(cluster, "tiny");
    const { data, width } = PNG.sync.read(picture.content as Buffer);
    const [x, y] = albers(40.64, -73.78).map(Math.round); // Kennedy airport is drawn
    expect([...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)]).not.toEqual([18, 20, 28]);
  });
});
