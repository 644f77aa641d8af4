/** Bars with their labels, from left to right, as an SVG file. */

export interface Bar {
  readonly label: string;
  readonly value: number;
}

const WIDTH = 720;
const ROW = 24;
const LABELS = 220;
const VALUES = 90;
const HEAD = 48;

/** Draws one bar a row, in the order given. `write` puts a value in words. */
export function drawBars(title: string, bars: readonly Bar[], write: (value: number) => string): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const height = HEAD + bars.length * ROW + 16;
  const rows = bars.map(({ label, value }, k) => {
    const y = HEAD + k * ROW;
    const length = ((WIDTH - LABELS - VALUES) * value) / longest;
    return (
      `<text x="${LABELS - 8}" y="${y + 16}" text-anchor="end">${escaped(label)}</text>` +
      `<rect x="${LABELS}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 6}" fill="#3f6fb5"/>` +
      `<text x="${(LABELS + length + 6).toFixed(1)}" y="${y + 16}" fill="#555">${escaped(write(value))}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`,
    ` font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="16" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}

/** For the text of an element or an attribute. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
