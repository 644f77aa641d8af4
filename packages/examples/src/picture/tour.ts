/** A round trip through points of the plane, as an SVG file. */
import { escaped } from "./bars.ts";

export interface Stop {
  readonly label: string;
  /** To the right, and up. */
  readonly x: number;
  readonly y: number;
}

const SIZE = 640;
const MARGIN = 48;

export function drawTour(title: string, stops: readonly Stop[]): string {
  const [left, right] = extent(stops.map(({ x }) => x));
  const [bottom, top] = extent(stops.map(({ y }) => y));
  const scale = (SIZE - 2 * MARGIN) / Math.max(right - left, top - bottom, Number.MIN_VALUE);
  const height = Math.round((top - bottom) * scale + 2 * MARGIN + 24);
  const places = stops.map(({ label, x, y }) => ({
    label,
    x: (MARGIN + (x - left) * scale).toFixed(1),
    y: (height - MARGIN - (y - bottom) * scale).toFixed(1),
  }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${height}" viewBox="0 0 ${SIZE} ${height}"`,
    ` font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="16" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    `<polygon points="${places.map(({ x, y }) => `${x},${y}`).join(" ")}" fill="#3f6fb51a" stroke="#3f6fb5" stroke-width="2"/>`,
    ...places.map(
      ({ label, x, y }) =>
        `<circle cx="${x}" cy="${y}" r="4" fill="#222"/><text x="${x}" y="${y}" dx="7" dy="-5">${escaped(label)}</text>`,
    ),
    "</svg>\n",
  ].join("\n");
}

function extent(values: readonly number[]): [least: number, most: number] {
  return [Math.min(...values), Math.max(...values)];
}
